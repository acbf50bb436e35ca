package run

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/policy"
	"github.com/tickmark-dev/tickmark/internal/redact"
)

func TestAdmissible(t *testing.T) {
	answer := evidence.Response{Cause: "x"}
	met, exception := evidence.Response{Conclusion: "met", Basis: "b"}, evidence.Response{Conclusion: "exception", Basis: "b", Cause: "x"}
	for name, tt := range map[string]struct {
		outcome evidence.Outcome
		before  *evidence.Response
		said    evidence.Response
		want    string // part of the error; "" for none
	}{
		"an exception is answered":            {evidence.Exception, nil, answer, ""},
		"an exception is no question":         {evidence.Exception, nil, met, "is an exception, so there is nothing to conclude"},
		"met":                                 {evidence.Met, nil, answer, "is met, so there is nothing to respond to"},
		"not applicable":                      {evidence.NotApplicable, nil, met, "is not applicable, so there is nothing to respond to"},
		"a question is concluded":             {evidence.NeedsReview, nil, met, ""},
		"unable is concluded":                 {evidence.Unable, nil, met, ""},
		"a question is no exception":          {evidence.NeedsReview, nil, answer, "is no exception: it needs review. Why."},
		"unable is no exception":              {evidence.Unable, nil, answer, "is no exception: Why."},
		"concluded an exception and answered": {evidence.NeedsReview, nil, exception, ""},
		"answered after it was concluded":     {evidence.NeedsReview, &exception, answer, ""},
		"answered after it was met":           {evidence.NeedsReview, &met, answer, "was concluded to be met, so there is no exception"},
		"met after it was answered":           {evidence.NeedsReview, &exception, met, "holds a response to an exception"},
	} {
		to := Answered{Change: "acme/api#1", Attribute: "S", Why: "Why.", Response: tt.before, result: evidence.Result{Outcome: tt.outcome, Code: "C"}}
		err := admissible(to, tt.said)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestAwaits(t *testing.T) {
	open := evidence.Result{Outcome: evidence.NeedsReview, Code: "NOW"}
	for name, tt := range map[string]struct {
		result evidence.Result
		said   *evidence.Response
		want   bool
	}{
		"exception":             {evidence.Result{Outcome: evidence.Exception}, nil, true},
		"answered":              {evidence.Result{Outcome: evidence.Exception}, &evidence.Response{Owner: "Ada"}, false},
		"only concluded before": {evidence.Result{Outcome: evidence.Exception}, &evidence.Response{Conclusion: "met", Code: "X"}, true},
		"question":              {open, nil, true},
		"concluded":             {open, &evidence.Response{Conclusion: "met", Code: "NOW"}, false},
		"by hand, without code": {open, &evidence.Response{Conclusion: "met"}, true},
		"of another result":     {open, &evidence.Response{Conclusion: "met", Code: "THEN"}, true},
		"met":                   {evidence.Result{Outcome: evidence.Met}, nil, false},
	} {
		if got := (Answered{result: tt.result, Response: tt.said}).Awaits(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRepositoryOf(t *testing.T) {
	scope := ledger.Scope{Repositories: []ledger.Repository{{Name: "acme/api"}, {Name: "acme/web"}, {Name: "other/web"}, {Name: "web-tools/x"}}}
	for name, want := range map[string]string{"": "", "acme/api": "acme/api", "api": "acme/api", "API": "acme/api", "ACME/Api": "acme/api", "pi": "pi", "nope": "nope"} {
		if got, err := repositoryOf(name, scope); err != nil || got != want {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	if _, err := repositoryOf("web", scope); err == nil || !strings.Contains(err.Error(), `"web" may mean several repositories: acme/web, other/web;`) {
		t.Errorf("web: %v", err)
	}
}

// TestPresented: people are named as the people file has them, secrets are
// taken out, and hashes and names stay.
func TestPresented(t *testing.T) {
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	const sha = "0123456789abcdef0123456789abcdef01234567"
	people, err := policy.ParsePeople("p", []byte(`schema_version: 1
people:
  - {name: Ada Lovelace, accounts: {github: [adal], jira: ["712020:ab"], email: [ada@home.example]}}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	login := evidence.Person{System: "github", Login: "adal", ID: "7"}
	mail := evidence.Person{System: "github", Name: "A. L.", Email: "ada@home.example"}
	jira := evidence.Person{System: "jira", ID: "712020:ab", Name: "Ada L"}
	other := evidence.Person{System: "github", Login: "bob", Name: "token=" + secret}
	who := &directory{control.NewWho(people, []evidence.Person{login, mail, jira, other}), people, map[evidence.Person]control.Holder{}}
	e := evidence.Entry{ID: "acme/api#1", Title: "use " + secret, Commits: []string{sha}, MergeSHA: sha, Components: []string{"a/" + secret}, Writers: []evidence.Person{mail, other},
		Approvals: []evidence.Approval{{Kind: evidence.ApprovalGate, Person: login}, {Kind: evidence.ApprovalTicket, Person: jira}, {Kind: evidence.ApprovalReview, Person: login}}}
	(&Run{redactor: redact.New(nil)}).presented(&e, who)
	if strings.Contains(e.Title+e.Components[0], secret) || e.Commits[0] != sha || e.MergeSHA != sha {
		t.Errorf("%+v", e)
	}
	var said []string
	for _, a := range e.Approvals {
		said = append(said, a.Kind+": "+a.Name)
	}
	if diff := cmp.Diff([]string{"review: Ada Lovelace (adal)", "ticket: Ada Lovelace", "gate: Ada Lovelace (adal)"}, said); diff != "" {
		t.Error(diff)
	}
	if e.Authors[0] != "Ada Lovelace (adal)" {
		t.Errorf("authors %q", e.Authors)
	}
	for _, name := range []string{"ada love", "ADAL", "712020:AB", "ada@home.example"} {
		if !who.called(name, login) || who.called(name, other) {
			t.Errorf("%q does not mean her alone", name)
		}
	}
}

// Accounts that the sources tie together are one; what the people file says of
// one holds for all.
func TestWho(t *testing.T) {
	people, err := policy.ParsePeople("p", []byte("schema_version: 1\npeople: [{name: Ada, accounts: {github: [adal]}}, {name: Eve, accounts: {email: [eve@x.example]}}]\nservices: [{name: Robot, accounts: {github: [robot]}}]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	renamed := evidence.Person{System: "github", Login: "ada-new", ID: "7"}
	mail := evidence.Person{System: "github", Email: "ada@x.example"}
	both := evidence.Person{System: "github", Login: "mallory", Email: "eve@x.example"}
	who := control.NewWho(people, []evidence.Person{{System: "github", Login: "adal", ID: "7", Email: "ada@x.example"}, renamed, both, {System: "github", Login: "b", Type: "Bot"}})
	for name, tt := range map[string]struct {
		p    evidence.Person
		want control.Holder
	}{
		"renamed":       {renamed, control.Holder{Name: "Ada", Kind: "human"}},
		"her address":   {mail, control.Holder{Name: "Ada", Kind: "human"}},
		"an address":    {both, control.Holder{Name: "Eve", Kind: "human"}},
		"nobody":        {evidence.Person{System: "github", Login: "stranger"}, control.Holder{}},
		"another place": {evidence.Person{System: "jira", Login: "adal"}, control.Holder{}},
		"service":       {evidence.Person{System: "github", Login: "robot"}, control.Holder{Name: "Robot", Kind: "service"}},
		"bot":           {evidence.Person{System: "github", Login: "b"}, control.Holder{Kind: "bot"}},
		"deleted":       {evidence.Person{System: "github", Login: "ghost"}, control.Holder{Deleted: true}},
	} {
		got := who.Holder(tt.p)
		got.Keys = nil
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
