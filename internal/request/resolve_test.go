package request

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func scope() Scope {
	return Scope{
		Forges: []Forge{
			{System: "github", WebURL: "https://github.com/", Repositories: []string{"acme/api", "acme/web"}},
			{System: "history", Repositories: []string{"kafka"}, IsGit: true},
		},
		Trackers: []Tracker{{System: "jira", WebURL: "https://acme.atlassian.net/", Projects: []string{"PAY", "CHG"}}},
	}
}

// said is a resolution in one string: form and candidates, a day, or the mistake.
func said(res Resolution, err error) string {
	var e *Error
	switch {
	case errors.As(err, &e):
		return string(e.Reason) + ": " + e.Text
	case err != nil:
		return "not an Error: " + err.Error()
	case res.Form == FormDateOnly:
		return "date " + res.Date.Format(time.DateOnly)
	}
	out := string(res.Form) + ":"
	for _, c := range res.Candidates {
		out += " " + c.ID
	}
	return out
}

func TestResolve(t *testing.T) {
	sha := strings.Repeat("ab12", 10)
	everywhere := func(form, before, after string) string {
		return form + ": acme/api" + before + after + " acme/web" + before + after + " kafka" + before + after
	}
	tests := map[string]struct{ text, want string }{
		"full":                      {"acme/api#1234", "pull request: acme/api#1234"},
		"short":                     {"api#1234", "pull request: acme/api#1234"},
		"other case":                {"ACME/API#1234", "pull request: acme/api#1234"},
		"spaces":                    {" acme/api # 1234 ", "pull request: acme/api#1234"},
		"number":                    {"#1234", everywhere("pull request", "#", "1234")},
		"number alone":              {"1234", everywhere("pull request", "#", "1234")},
		"PR number":                 {"PR #1234", everywhere("pull request", "#", "1234")},
		"PR number without #":       {"PR 1234", everywhere("pull request", "#", "1234")},
		"PR-number":                 {"PR-12", everywhere("pull request", "#", "12")},
		"in words":                  {"Pull request 12", everywhere("pull request", "#", "12")},
		"in words with No.":         {"Pull Request No. 12", everywhere("pull request", "#", "12")},
		"GitLab's sign":             {"!12", everywhere("pull request", "#", "12")},
		"in brackets":               {"(#12)", everywhere("pull request", "#", "12")},
		"local repository":          {"kafka#9", "pull request: kafka#9"},
		"unknown repository":        {"acme/old#1", "not configured: the repository acme/old is not configured; known repositories: acme/api, acme/web, kafka"},
		"end of a name":             {"pi#1", "not configured: the repository pi is not configured"},
		"number zero":               {"#0", "not found: \"#0\" is not a reference"},
		"address":                   {"https://github.com/acme/web/pull/7", "pull request: acme/web#7"},
		"address of a tab":          {"https://github.com/acme/web/pull/7/files#diff", "pull request: acme/web#7"},
		"address, plain HTTP":       {"http://www.github.com/Acme/Web/pull/7/", "pull request: acme/web#7"},
		"address of the interface":  {"https://api.github.com/repos/acme/web/pulls/7", "pull request: acme/web#7"},
		"address, other repository": {"https://github.com/acme/old/pull/7", "not configured: the repository acme/old of github is not configured"},
		"address, other host":       {"https://gitlab.com/acme/web/pull/7", "not configured: no configured system is at gitlab.com"},
		"address, similar host":     {"https://github.com.evil.example/acme/web/pull/7", "not configured: no configured system is at"},
		"address, user part":        {"https://github.com@evil.example/acme/web/pull/7", "not configured: no configured system is at evil.example"},
		"address, other port":       {"https://github.com:8443/acme/web/pull/7", "not configured: no configured system is at"},
		"address of a repository":   {"https://github.com/acme/web", "not found: the address https://github.com/acme/web is of no"},
		"address of a run":          {"https://github.com/acme/web/actions/runs/5", "not found: the address is of a run of CI"},
		"address of nothing":        {"https://", "not found: \"https://\" is not an address"},
		"issue":                     {"https://github.com/acme/web/issues/7", "ticket: acme/web#7"},
		"commit address":            {"https://github.com/acme/web/commit/" + sha, "commit: acme/web@" + sha},
		"commit of a pull request":  {"https://github.com/acme/web/pull/7/commits/" + sha, "pull request: acme/web#7"},
		"deployment address":        {"https://api.github.com/repos/acme/web/deployments/55", "deployment: acme/web/deployments/55"},
		"commit":                    {sha, everywhere("commit", "@", sha)},
		"commit in capitals":        {strings.ToUpper(sha), everywhere("commit", "@", sha)},
		"commit in words":           {"commit ab12ab1", everywhere("commit", "@", "ab12ab1")},
		"abbreviated commit":        {"acme/api@ab12ab1", "commit: acme/api@ab12ab1"},
		"letters alone":             {"abcdefa", everywhere("commit", "@", "abcdefa")},
		"too short for a commit":    {"ab12ab", "not found"},
		"digits of both kinds": {"1234567", "pull request or commit: acme/api#1234567 acme/web#1234567 kafka#1234567" +
			" acme/api@1234567 acme/web@1234567 kafka@1234567"},
		"ticket":                 {"PAY-12", "ticket: PAY-12"},
		"ticket in small":        {"pay-12", "ticket: PAY-12"},
		"ticket with its name":   {"Jira: [PAY-12]", "ticket: PAY-12"},
		"ticket of nobody":       {"OPS-12", "not configured: no configured system keeps tickets of the project OPS; known projects: PAY (jira), CHG (jira)"},
		"ticket address":         {"https://acme.atlassian.net/browse/CHG-789?focusedId=1", "ticket: CHG-789"},
		"project address":        {"https://acme.atlassian.net/projects/CHG/issues/CHG-789", "ticket: CHG-789"},
		"board address":          {"https://acme.atlassian.net/jira/software/projects/PAY/boards/1?selectedIssue=PAY-3", "ticket: PAY-3"},
		"service desk address":   {"https://acme.atlassian.net/jira/servicedesk/projects/CHG/queues/custom/3/CHG-7", "ticket: CHG-7"},
		"deployment":             {"Deploy #567", "deployment: acme/api/deployments/567 acme/web/deployments/567"},
		"deployment in words":    {"Deployment ID 567", "deployment: acme/api/deployments/567 acme/web/deployments/567"},
		"deployment path":        {"acme/api/deployments/5", "deployment: acme/api/deployments/5"},
		"deployment of git":      {"kafka/deployments/5", "not configured: the repository kafka is not configured"},
		"Salesforce":             {"0Af3k00000ABCDEFGH", "not configured: 0Af3k00000ABCDEFGH is a Salesforce deployment"},
		"ISO date":               {"2025-10-15", "date 2025-10-15"},
		"ISO date and time":      {"2025-10-15T14:30:00Z", "date 2025-10-15"},
		"date in words":          {"October 15th, 2025", "date 2025-10-15"},
		"date in few words":      {"15 Oct 2025", "date 2025-10-15"},
		"date, weekday":          {"Wednesday, 15 October 2025", "date 2025-10-15"},
		"date, hyphens":          {"15-Oct-2025", "date 2025-10-15"},
		"date with points":       {"15.10.2025", "date 2025-10-15"},
		"points, day first":      {"03.04.2025", "date 2025-04-03"},
		"date, American":         {"10/15/2025", "date 2025-10-15"},
		"date, British":          {"15/10/2025", "date 2025-10-15"},
		"date, no doubt":         {"05/05/2025", "date 2025-05-05"},
		"date, two meanings":     {"03/04/2025", `ambiguous: the date "03/04/2025" may mean 2025-04-03 or 2025-03-04`},
		"date, hyphens in doubt": {"03-04-2025", "ambiguous"},
		"date, short year":       {"10/11/12", "ambiguous"},
		"date without year":      {"October 15th", "date 0000-10-15"},
		"date in a question":     {"on October 15th?", "date 0000-10-15"},
		"no such day":            {"31.02.2025", "not found: there is no day"},
		"no such leap day":       {"2025-02-29", "not found: there is no day"},
		"among words":            {"PR #1234 (add MFA)", everywhere("pull request", "#", "1234")},
		"ticket among words":     {"PAY-12: turn on UTF-8 and SHA-256", "ticket: PAY-12"},
		"address among words":    {"see https://github.com/acme/web/pull/7, please", "pull request: acme/web#7"},
		"deployment among words": {"Release 4 by Deploy #567", "deployment: acme/api/deployments/567 acme/web/deployments/567"},
		"two among words":        {"acme/api#1 and acme/api#2", "ambiguous: the line names several references (acme/api#1, acme/api#2)"},
		"list":                   {"#1,#2", "ambiguous: the line names several references (#1, #2)"},
		"twice the same":         {"PAY-1 / PAY-1", "ticket: PAY-1"},
		"known false tickets":    {"CVE-2024 in SHA-256", "not found"},
		"nothing sensible":       {"the login change", "not found: \"the login change\" is not a reference"},
		"nothing":                {"", "not found: the line names no change"},
		"quotes alone":           {`""`, "not found: the line names no change"},
	}
	r := NewResolver(scope())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := r.Resolve(Line{Text: tt.text})
			got := said(res, err)
			if err != nil && !strings.HasPrefix(got, tt.want) || err == nil && got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if err == nil && len(res.Tried) == 0 {
				t.Error("does not say how it was read")
			}
		})
	}
}

func TestResolveByColumn(t *testing.T) {
	tests := map[string]struct {
		line Line
		want string
	}{
		"number of a ticket":      {Line{Text: "789", Columns: []Column{ColumnTicket}}, "ticket: PAY-789 CHG-789"},
		"number of a deployment":  {Line{Text: "789", Columns: []Column{ColumnDeployment}}, "deployment: acme/api/deployments/789 acme/web/deployments/789"},
		"digits of a commit":      {Line{Text: "1234567", Columns: []Column{ColumnCommit}}, "commit: acme/api@1234567 acme/web@1234567 kafka@1234567"},
		"repository beside":       {Line{Text: "12", Repository: "acme/web"}, "pull request: acme/web#12"},
		"short repository beside": {Line{Text: "ab12ab1", Repository: "web"}, "commit: acme/web@ab12ab1"},
		"repository in the text":  {Line{Text: "acme/api#12", Repository: "acme/web"}, "pull request: acme/api#12"},
		"unknown beside":          {Line{Text: "12", Repository: "acme/old"}, "not configured: the repository acme/old is not configured; known repositories: acme/api, acme/web, kafka"},
		"date of a list":          {Line{Date: "2025-10-15"}, "date 2025-10-15"},
		"number of days":          {Line{Date: "45945"}, "date 2025-10-15"},
		"number of days and time": {Line{Date: "45945.6"}, "date 2025-10-15"},
		"compact date":            {Line{Date: "20251015"}, "date 2025-10-15"},
		"no date":                 {Line{Date: "soon"}, `not found: "soon" is not a date; write it as 2025-10-15`},
		"ambiguous date alone":    {Line{Date: "03/04/2025"}, `ambiguous: the date "03/04/2025" may mean 2025-04-03 or 2025-03-04; write it as year-month-day`},
		"ambiguous date beside":   {Line{Text: "PAY-1", Date: "03/04/2025"}, "ticket: PAY-1"},
	}
	r := NewResolver(scope())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := said(r.Resolve(tt.line)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	res, err := r.Resolve(Line{Text: "PAY-1", Date: "15.10.2025"})
	if err != nil || res.Date.Format(time.DateOnly) != "2025-10-15" {
		t.Errorf("the date beside the reference is %v, %v", res.Date, err)
	}
	others := r.Others(Line{Text: "#1", Also: []string{"789", "nonsense"}, Columns: []Column{ColumnPullRequest, ColumnTicket, ColumnChange}})
	if len(others) != 2 || len(others[0].Candidates) != 2 || len(others[1].Candidates) != 0 || len(others[1].Tried) != 1 {
		t.Errorf("others %+v", others)
	}
}

func TestResolveSystems(t *testing.T) {
	r := NewResolver(Scope{
		Forges: []Forge{
			{System: "ghes", WebURL: "https://git.acme.example/github", Repositories: []string{"acme/api"}},
			{System: "cloud", WebURL: "https://github.com", Repositories: []string{"acme/api"}},
		},
		Trackers: []Tracker{
			{System: "one", WebURL: "https://one.example/jira", Projects: []string{"PR", "PAY"}},
			{System: "two", WebURL: "https://two.example", Projects: []string{"PAY"}},
		},
	})
	ref := func(kind evidence.Kind, system, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: system, ID: id}
	}
	tests := map[string]struct {
		text string
		want []evidence.Ref
	}{
		"one project in two trackers": {"PAY-1", []evidence.Ref{ref(evidence.KindTicket, "one", "PAY-1"), ref(evidence.KindTicket, "two", "PAY-1")}},
		"a project called PR":         {"PR-1", []evidence.Ref{ref(evidence.KindTicket, "one", "PR-1")}},
		"one name on two servers":     {"acme/api#1", []evidence.Ref{ref(evidence.KindPullRequest, "ghes", "acme/api#1"), ref(evidence.KindPullRequest, "cloud", "acme/api#1")}},
		"address of one of them":      {"https://git.acme.example/github/acme/api/pull/1", []evidence.Ref{ref(evidence.KindPullRequest, "ghes", "acme/api#1")}},
		"tracker below a path":        {"https://one.example/jira/browse/PAY-1", []evidence.Ref{ref(evidence.KindTicket, "one", "PAY-1")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := r.Resolve(Line{Text: tt.text})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, res.Candidates); diff != "" {
				t.Error(diff)
			}
		})
	}
	empty := NewResolver(Scope{})
	for text, want := range map[string]string{
		"#1": "no system that keeps pull requests", "PAY-1": "no project of tickets is configured", "Deploy #5": "no system that keeps deployments",
		"https://x.example/1": "known addresses: none", "ab12ab1": "no system that keeps commits",
	} {
		if _, err := empty.Resolve(Line{Text: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func checkResolution(t *testing.T, r *Resolver, l Line) {
	t.Helper()
	res, err := r.Resolve(l)
	var known *Error
	if err != nil && !errors.As(err, &known) {
		t.Errorf("%+v gives the mistake %T %v", l, err, err)
	}
	if err == nil && len(res.Candidates) == 0 && res.Form != FormDateOnly {
		t.Errorf("%+v resolves to nothing without a mistake: %+v", l, res)
	}
	for _, ref := range res.Candidates {
		if back, err := evidence.ParseRef(ref.String()); err != nil || back != ref {
			t.Errorf("%+v gives the ref %+v: %v", l, ref, err)
		}
	}
	r.Others(l)
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"#12", "acme/api#1", "PAY-1", "https://github.com/acme/web/pull/7", "15.10.2025", "Deploy #5", "api@ab12ab1", "1234567", "October 15th", "0Af3k00000ABCDEFGH", "https://github.com/%zz"} {
		f.Add(s, "ticket", "acme/web", "03/04/2025")
	}
	r := NewResolver(scope())
	f.Fuzz(func(t *testing.T, text, column, repository, date string) {
		checkResolution(t, r, Line{Text: text, Repository: repository, Date: date})
		checkResolution(t, r, Line{Text: text, Columns: []Column{Column(column)}, Also: []string{date}})
	})
}

func ExampleResolver_Resolve() {
	res, err := NewResolver(scope()).Resolve(Line{Text: "PR #12"})
	fmt.Println(res.Form, len(res.Candidates), err)
	// Output: pull request 3 <nil>
}
