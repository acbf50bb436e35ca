package control

import "testing"

func TestDump(t *testing.T) {
	for n, f := range map[string]func(testing.TB) *world{"good": good, "direct": direct, "hand": byHand, "urgent": urgent} {
		w := f(t)
		rs := w.evaluate()
		t.Log("=====", n)
		for _, r := range rs {
			t.Log(r.Attribute, r.Outcome, r.Code, r.Why)
		}
		o, why := Overall(rs, w.policy)
		t.Log(o, why)
	}
}
