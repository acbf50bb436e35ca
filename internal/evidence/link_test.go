package evidence

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTicketKeys(t *testing.T) {
	projects := []string{"PAY", "CHG", "A1"}
	tests := map[string]struct {
		text   string
		branch bool
		want   []string
	}{
		"title":                       {"PAY-123: fix rounding", false, []string{"PAY-123"}},
		"several, once each":          {"PAY-2, CHG-9 and PAY-2", false, []string{"PAY-2", "CHG-9"}},
		"in brackets":                 {"[PAY-7](https://x/browse/PAY-7)", false, []string{"PAY-7"}},
		"digit in project":            {"A1-4", false, []string{"A1-4"}},
		"end of sentence":             {"see PAY-12.", false, []string{"PAY-12"}},
		"no tickets at all":           {"CVE-2024-3094, SHA-256, UTF-8, ISO-27001", false, nil},
		"part of a longer word":       {"XPAY-1 PAY-1-B PAY-1_2 PAY-12a PAY-1.5", false, nil},
		"number with leading zero":    {"PAY-0 PAY-007", false, nil},
		"lower case in prose":         {"pay-12", false, nil},
		"lower case in branch":        {"feature/pay-12-rounding", true, []string{"PAY-12"}},
		"upper case in branch":        {"PAY-12_rounding", true, []string{"PAY-12"}},
		"branch of a longer word":     {"xpay-12", true, nil},
		"branch with version and key": {"release-2/CHG-1", true, []string{"CHG-1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, TicketKeys(tt.text, projects, tt.branch)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClosingIssues(t *testing.T) {
	got := ClosingIssues("Fixes #12, resolves: acme/web#3; see #9, prefix #4, closes #12", "acme/api")
	if diff := cmp.Diff([]string{"acme/api#12", "acme/web#3"}, got); diff != "" {
		t.Error(diff)
	}
}
