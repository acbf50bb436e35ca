package templates

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestPolicies(t *testing.T) {
	list := Policies("Acme * <GmbH>\n# x")
	for _, p := range list {
		if !strings.HasPrefix(p.Text, "# "+p.Title+"\n") {
			t.Errorf("%s does not begin with its title", p.Name)
		}
		if strings.Contains(p.Text, "{{") || !strings.Contains(p.Text, `Acme \* \<GmbH\> \# x`) {
			t.Errorf("%s is not filled in", p.Name)
		}
		if !strings.Contains(p.Text, "adopt, edit and have") || !strings.Contains(p.Text, "does not know whether") {
			t.Errorf("%s does not say that it is a starter", p.Name)
		}
		if tables := regexp.MustCompile(`(?m)^\|[^\n]*[^|\n]$`).FindString(p.Text); tables != "" {
			t.Errorf("%s: a row of a table does not end: %q", p.Name, tables)
		}
	}
	if len(list) != 3 {
		t.Errorf("%d policies", len(list))
	}
	// What a policy must speak of.
	for name, words := range map[string][]string{
		"change_management_policy":   {"Scope", "Roles", "Categories", "Risk levels", "Request and documentation", "Testing", "Approval", "Deployment", "Emergency", "Rollback", "Exceptions", "Records and monitoring", "Next review", "develops or acquires"},
		"emergency_change_procedure": {"within 24 hours", "24 hours", "incident", "authorize", "Retrospective approval", "Lessons learned", "10 %"},
		"rollback_procedures":        {"problem is recognized", "Who decides", "Steps", "Data", "Testing rollbacks"},
	} {
		for _, p := range list {
			for _, w := range words {
				if p.Name == name && !strings.Contains(strings.ToLower(p.Text), strings.ToLower(w)) {
					t.Errorf("%s does not speak of %q", name, w)
				}
			}
		}
	}
}

func TestForms(t *testing.T) {
	for _, want := range []string{"## Change Description", "- [ ] Low risk (UI only, documentation)", "- [ ] Deployed to staging", "## Rollback Plan", "- [ ] Approved by [role]"} {
		if !strings.Contains(PullRequestForm(), want) {
			t.Errorf("the pull request form lacks %q", want)
		}
	}
	for _, want := range []string{"Title", "Category", "Risk Level", "Systems Affected", "Description", "Business Justification", "Testing Plan", "Rollback Plan", "Target Deployment Date", "Requestor"} {
		if !strings.Contains(ChangeTicketForm(), want) {
			t.Errorf("the ticket form lacks %q", want)
		}
	}
}

// TestReadmeFitsEightyColumns: it is read in Notepad and in terminals.
func TestReadmeFitsEightyColumns(t *testing.T) {
	for i, l := range strings.Split(readme, "\n") {
		if n := len([]rune(l)); n > 80 {
			t.Errorf("line %d has %d columns: %s", i+1, n, l)
		}
	}
}

func TestReadmeGolden(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ticket := evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "CHG-12"}
	got := Readme(evidence.Package{
		SampleResultsOnly: true,
		Files:             []evidence.PackedFile{{Path: "README.txt"}, {Path: "Change Management/Sample 1 - 2025-10-16 CHG-12/change_ticket.pdf", Sample: 1}},
		Organization:      "Acme GmbH {{zone}}", Simulated: true, Zone: zone, Tool: "tickmark 0.1.0",
		AsOf:       time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC),
		Period:     evidence.Period{From: time.Date(2025, 7, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 1, 1, 0, 0, 0, 0, zone)},
		Principals: []evidence.Principal{{System: "github", Name: "auditor-bot", Scopes: []string{"repo:read", "actions:read"}}, {System: "jira", Name: "anonymous"}},
		Dossiers: []evidence.Dossier{
			{Change: evidence.Change{Sample: evidence.Sample{Number: 1, Label: "1", Requested: "CHG-12", Ref: ticket}, Items: []evidence.Item{{Ref: ticket,
				Ticket: &evidence.Ticket{Key: "CHG-12", Title: "Raise the limit\u200e\u202e\n of the gateway", Deployed: time.Date(2025, 10, 15, 22, 30, 0, 0, time.UTC)}}}}},
			{Change: evidence.Change{Sample: evidence.Sample{Number: 2, Label: "B-2", Requested: "CHG-789\x1b[2J\n" + strings.Repeat("x", 300)}, Gaps: make([]evidence.Gap, 1)}},
		},
		Unmatched: []evidence.Unmatched{{Where: "samples.csv line 4", Requested: "PR 99999", Reason: evidence.NotFound, Tried: []string{"acme/api#99999: no such pull request"}}},
	})
	golden := filepath.Join("testdata", "readme.golden.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(strings.ReplaceAll(got, "Acme GmbH {{zone}}", ""), "{{") {
		t.Error("a place was not filled")
	}
}
