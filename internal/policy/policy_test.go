package policy

import "testing"

func TestStarter(t *testing.T) {
	p := Starter()
	if p.Name != StarterName {
		t.Fatal(p.Name)
	}
	t.Log(p.Ref(), len(p.Categories))
}
