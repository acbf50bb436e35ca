package jira

import "testing"

// A list that does not say where it ends, or gives nothing where there should
// be entries, is not a whole list.
func TestListsThatDoNotEnd(t *testing.T) {
	const one = `{"id":"1","created":"2025-10-15T10:00:00.000+0000","items":[]}`
	for name, test := range map[string]struct {
		body, gaps string
	}{
		"more follow and nothing comes": {`{"isLast":false,"values":[]}`, "history: truncated"},
		"the same page again and again": {`{"isLast":false,"values":[` + one + `]}`, "history: truncated"},
		"null":                          {`{"isLast":true,"total":0,"values":null}`, "history: unreachable"},
		"empty, and says nothing":       {`{"values":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(true, "PAY-1", `"summary":"x"`, "")
			f.json("/rest/api/3/issue/PAY-1/changelog", test.body)
			if _, gaps := collect(t, newCollector(t, f.config(true), session(t)), "PAY-1"); summary(gaps) != test.gaps {
				t.Errorf("gaps are %+v, want %q", gaps, test.gaps)
			}
		})
	}
}
