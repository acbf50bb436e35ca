package control

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// The world of the tests: Ada writes, Grace leads, Edsger manages, Barbara is
// security, Donald the database's owner; Alan is nobody's name in the file.
const peopleFile = `
schema_version: 1
people:
  - {name: Ada Lovelace, accounts: {github: [ada], jira: [j-ada], email: [ada@acme.example]}, roles: [{role: developer, from: 2020-01-01}]}
  - {name: Grace Hopper, accounts: {github: [grace], jira: [j-grace], email: [grace@acme.example]}, roles: [{role: technical lead, from: 2020-01-01}]}
  - {name: Edsger Dijkstra, accounts: {github: [edsger], jira: [j-edsger], email: [edsger@acme.example]}, roles: [{role: engineering manager, from: 2020-01-01}]}
  - {name: Barbara Liskov, accounts: {github: [barbara], jira: [j-barbara]}, roles: [{role: security, from: 2020-01-01}]}
  - {name: Donald Knuth, accounts: {github: [donald], jira: [j-donald]}, roles: [{role: dba, from: 2020-01-01}]}
  - {name: Ken Thompson, accounts: {github: [ken], jira: [j-ken]}, roles: [{role: developer, from: 2020-01-01}]}
  - {name: Rob Pike, accounts: {github: [rob], jira: [j-rob]}, roles: [{role: technical lead, from: 2020-01-01, to: 2026-01-01}]}
  - {name: Olga Product, accounts: {jira: [j-olga]}, roles: [{role: product owner, from: 2020-01-01}]}
bots: [{name: Dependabot, accounts: {github: ["dependabot[bot]"]}}]
services: [{name: Release robot, accounts: {github: [acme-release]}}]
`

const (
	repo = "acme/api"
	c1   = "c100000000000000000000000000000000000001"
	c2   = "c200000000000000000000000000000000000002"
	c0   = "c000000000000000000000000000000000000000"
	mm   = "3300000000000000000000000000000000000003"
	b0   = "b000000000000000000000000000000000000000"
	x1   = "e100000000000000000000000000000000000001"
	x2   = "e200000000000000000000000000000000000002"
)

// clock gives a time of the day of the tests, 2 March 2026, a Monday: "10:30",
// or of another: "03 09:00".
func clock(s string) time.Time {
	day := "02"
	if d, rest, ok := strings.Cut(s, " "); ok {
		day, s = d, rest
	}
	t, err := time.Parse("2006-01-02 15:04:05", "2026-03-"+day+" "+s+":00")
	if err != nil {
		panic(err)
	}
	return t
}

var ids = map[string]string{"ada": "1", "grace": "2", "edsger": "3", "barbara": "4", "donald": "5", "ken": "6", "rob": "7", "alan": "8"}

func gh(login string) *evidence.Person {
	return &evidence.Person{System: "github", Login: login, ID: ids[login], Type: "User"}
}

func bot(login string) *evidence.Person {
	return &evidence.Person{System: "github", Login: login, Type: "Bot"}
}

func ji(name string) *evidence.Person {
	return &evidence.Person{System: "jira", ID: "j-" + name, Name: strings.ToUpper(name[:1]) + name[1:], Type: "atlassian"}
}

func sign(login string) evidence.Signature {
	return evidence.Signature{Name: login, Email: login + "@acme.example", Date: clock("08:00"), Account: gh(login)}
}

func web() evidence.Signature {
	return evidence.Signature{Name: "GitHub", Email: "noreply@github.com", Account: &evidence.Person{System: "github", Login: "web-flow", Type: "User"}}
}

func text(s string) evidence.Text { return evidence.Text{Markup: evidence.Markdown, Source: s} }

func plainly(s string) evidence.Text { return evidence.Text{Markup: evidence.Plain, Source: s} }

func run(name, conclusion, done string) evidence.CheckRun {
	at := clock(done)
	return evidence.CheckRun{ID: name + done, Name: name, Status: "completed", Conclusion: conclusion, App: "GitHub Actions", Started: at.Add(-time.Minute), Completed: at}
}

func reviewed(id, login, state, at, commit string) evidence.Review {
	return evidence.Review{ID: id, Author: gh(login), State: state, Submitted: clock(at), CommitID: commit}
}

func ref(kind evidence.Kind, id string) evidence.Ref {
	system := "github"
	if kind == evidence.KindTicket {
		system = "jira"
	}
	return evidence.Ref{Kind: kind, System: system, ID: id}
}

// world is one change with handles on its records.
type world struct {
	evidence.Change
	pr     *evidence.PullRequest
	landed *evidence.Commit
	dep    *evidence.Deployment
	run    *evidence.Build
	head   *evidence.Checks // on H
	merged *evidence.Checks // on M
	env    *evidence.Environment
	rules  *evidence.BranchRules
	ticket *evidence.Ticket

	policy   *policy.Policy
	people   *policy.People
	changeOf func(repository, sha string) (string, bool)
	approved func(change string) (evidence.Outcome, bool)
}

// starterPolicy gives a policy of its own: tests change its fields, and nothing below
// them.
func starterPolicy() *policy.Policy {
	p := *readStarter()
	return &p
}

var readStarter = sync.OnceValue(policy.Starter)

func people(t testing.TB) *policy.People {
	t.Helper()
	p, err := policy.ParsePeople("people.yaml", []byte(peopleFile), starterPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// good is a change of medium risk in which nothing is amiss.
func good(t testing.TB) *world {
	t.Helper()
	w := &world{policy: starterPolicy(), people: people(t)}
	files := []evidence.File{{Path: "pay/round.go", Status: "modified", Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-a\n+b\n"}}
	w.pr = &evidence.PullRequest{
		Repository: repo, Number: 12, URL: "https://github.com/acme/api/pull/12", Title: "PAY-7: round half to even", State: "merged",
		Body: text("Rounds as the law asks.\n"), Author: gh("ada"), Created: clock("08:30"), Updated: clock("10:30"), Merged: clock("10:30"), MergedBy: gh("ada"), MergeCommit: mm,
		Base: evidence.Branch{Ref: "main", SHA: b0}, Head: evidence.Branch{Ref: "round", SHA: c2},
		Commits: []evidence.Commit{
			{Repository: repo, SHA: c1, Parents: []string{b0}, Message: "Round", Author: sign("ada"), Committer: sign("ada")},
			{Repository: repo, SHA: c2, Parents: []string{c1}, Message: "Test it", Author: sign("ada"), Committer: web()},
		}, CommitsTotal: 2, Files: files, FilesTotal: 1,
		Reviews:  []evidence.Review{reviewed("r1", "grace", "APPROVED", "10:00", c2)},
		Timeline: []evidence.Event{{Kind: "merged", Actor: gh("ada"), At: clock("10:30"), After: mm}},
	}
	w.landed = &evidence.Commit{Repository: repo, SHA: mm, Parents: []string{b0}, Message: "PAY-7: round half to even (#12)", Author: sign("ada"), Committer: web(),
		Files: slices.Clone(files), FilesTotal: 1, PullRequests: []evidence.Ref{ref(evidence.KindPullRequest, repo+"#12")},
		ContainedIn: []evidence.Containment{{Deployment: ref(evidence.KindDeployment, repo+"/deployments/55"), Status: "identical"}}}
	w.dep = &evidence.Deployment{Repository: repo, ID: "55", Environment: "production", Production: true, Branch: "main", SHA: mm, Creator: bot("github-actions[bot]"), Created: clock("10:50"),
		Statuses: []evidence.DeploymentStatus{{State: "in_progress", Created: clock("10:55")}, {State: "success", Created: clock("11:00")}},
		Build:    ref(evidence.KindBuild, repo+"/runs/900")}
	w.run = &evidence.Build{Repository: repo, ID: "900", Name: "deliver", Event: "push", SHA: mm, Status: "completed", Conclusion: "success", Attempt: 1,
		Actor: gh("ada"), TriggeringActor: gh("ada"), Created: clock("10:31"),
		Jobs: []evidence.Job{{Name: "deploy to staging", Attempt: 1, Conclusion: "success", Completed: clock("10:45")}, {Name: "deploy to production", Attempt: 1, Conclusion: "success", Completed: clock("11:00")}}}
	w.head = &evidence.Checks{Repository: repo, SHA: c2, Runs: []evidence.CheckRun{run("unit", "success", "09:50"), run("integration", "success", "09:51"), run("CodeQL", "success", "09:52")}}
	w.merged = &evidence.Checks{Repository: repo, SHA: mm, Runs: []evidence.CheckRun{run("unit", "success", "10:40")}}
	w.env = &evidence.Environment{Repository: repo, Name: "production", BranchPolicies: []string{"protected branches"}}
	w.rules = &evidence.BranchRules{Repository: repo, Branch: "main", Protected: true}
	w.ticket = &evidence.Ticket{
		Key: "PAY-7", URL: "https://jira/browse/PAY-7", Project: "PAY", Type: "Change", Title: "Round half to even", Status: "Done", Resolution: "Done",
		Body: plainly("Amounts are to be rounded half to even."), Reporter: ji("olga"), Creator: ji("olga"), Assignee: ji("ada"),
		Created: clock("01 09:00"), Updated: clock("13:00"), Resolved: clock("12:00"),
		Fields: []evidence.Field{
			{Name: "justification", Title: "Justification", ID: "cf1", Value: plainly("The law asks for it.")},
			{Name: "planned_start", Title: "Planned", ID: "cf2", Value: plainly("2026-03-02")},
			{Name: "risk", Title: "Risk", ID: "cf3", Value: plainly("Medium")},
			{Name: "rollback_plan", Title: "Rollback plan", ID: "cf4", Value: plainly("Deploy release 41 again; nothing is written anew.")},
			{Name: "systems", Title: "Systems", ID: "cf5", Value: plainly("Payments")},
		},
		History: []evidence.HistoryEntry{
			{ID: "1", At: clock("08:10"), Author: ji("olga"), Field: "status", From: "Open", To: "In Progress"},
			{ID: "2", At: clock("12:00"), Author: ji("ada"), Field: "status", From: "In Progress", To: "Done"},
		},
		Comments: []evidence.Comment{{ID: "c1", Author: ji("grace"), Created: clock("13:00"), Updated: clock("13:00"), Body: plainly("Validated in production: error rates are normal.\nValidated by: Grace Hopper")}},
	}
	w.Sample = evidence.Sample{Number: 1, Ref: ref(evidence.KindPullRequest, repo+"#12")}
	w.AsOf = clock("30 12:00").AddDate(0, 6, 0)
	w.Items = []evidence.Item{
		{Ref: ref(evidence.KindPullRequest, repo+"#12"), PullRequest: w.pr},
		{Ref: ref(evidence.KindCommit, repo+"@"+mm), Commit: w.landed},
		{Ref: ref(evidence.KindDeployment, repo+"/deployments/55"), Deployment: w.dep},
		{Ref: ref(evidence.KindBuild, repo+"/runs/900"), Build: w.run},
		{Ref: ref(evidence.KindChecks, repo+"@"+c2), Checks: w.head},
		{Ref: ref(evidence.KindChecks, repo+"@"+mm), Checks: w.merged},
		{Ref: ref(evidence.KindEnvironment, repo+"/environments/production"), Environment: w.env},
		{Ref: ref(evidence.KindBranchRules, repo+":main"), BranchRules: w.rules},
		{Ref: ref(evidence.KindTicket, "PAY-7"), Ticket: w.ticket},
	}
	return w
}

// direct is a commit that no pull request brought.
func direct(t testing.TB) *world {
	w := good(t)
	w.landed.PullRequests = nil
	w.drop(ref(evidence.KindPullRequest, repo+"#12"))
	w.Sample.Ref = ref(evidence.KindCommit, repo+"@"+mm)
	return w
}

// byHand is a change by ticket alone: approved, carried out, validated.
func byHand(t testing.TB) *world {
	w := good(t)
	tk := w.ticket
	tk.Key, tk.Title, tk.Assignee = "CHG-9", "Raise the rate limit", ji("ken")
	tk.Fields = append(tk.Fields, evidence.Field{Name: "category", Title: "Category", ID: "cf6", Value: plainly("Configuration")})
	tk.Deployed, tk.DeployedBy, tk.DeployedBasis = clock("11:00"), ji("ken"), `status changed from "Approved" to "Implemented"`
	tk.History = []evidence.HistoryEntry{
		{ID: "1", At: clock("09:00"), Author: ji("grace"), Field: "status", From: "Open", To: "Approved"},
		{ID: "2", At: clock("11:00"), Author: ji("ken"), Field: "status", From: "Approved", To: "Implemented"},
		{ID: "3", At: clock("12:00"), Author: ji("ken"), Field: "status", From: "Implemented", To: "Done"},
	}
	w.Items = []evidence.Item{{Ref: ref(evidence.KindTicket, "CHG-9"), Ticket: tk}}
	w.Sample.Ref = ref(evidence.KindTicket, "CHG-9")
	return w
}

// urgent is an emergency in which everything was done in time.
func urgent(t testing.TB) *world {
	w := good(t)
	w.pr.Title, w.pr.Body = "PAY-7: stop the double charge for INC-3", text("Stops the double charge of INC-3.")
	w.pr.Labels = []string{"emergency"}
	w.pr.Timeline = append([]evidence.Event{{Kind: "labeled", Actor: gh("ada"), At: clock("10:00"), Subject: "emergency"}}, w.pr.Timeline...)
	w.pr.Reviews = []evidence.Review{reviewed("r1", "edsger", "APPROVED", "16:00", c2)}
	w.pr.Updated = clock("16:00")
	w.ticket.Created = clock("15:00")
	w.ticket.History = w.ticket.History[:0]
	w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{ID: "9", At: clock("17:00"), Author: ji("ada"), Field: "status", From: "Open", To: "Done"})
	w.ticket.Resolved = clock("17:00")
	w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{ID: "c2", Author: ji("ada"), Created: clock("16:30"), Updated: clock("16:30"),
		Body: plainly("Lessons learned: alert on double charges.\n")})
	incident := &evidence.Ticket{Key: "INC-3", Type: "Incident", Title: "Double charges", Created: clock("09:00"), Status: "Resolved",
		Approvals: []evidence.TicketApproval{{ID: "a1", Name: "Emergency authorization", Decision: "approved", Completed: clock("10:10"), Approvers: []evidence.Decision{{Person: ji("grace"), Decision: "approved"}}}}}
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindTicket, "INC-3"), Ticket: incident})
	return w
}

func (w *world) drop(r evidence.Ref) {
	w.Items = slices.DeleteFunc(w.Items, func(it evidence.Item) bool { return it.Ref == r })
}

// lose turns a record into a gap.
func (w *world) lose(r evidence.Ref, reason evidence.Reason) {
	w.drop(r)
	w.Gaps = append(w.Gaps, evidence.Gap{Ref: r, Reason: reason, Detail: "the source answered 403"})
}

func (w *world) gap(r evidence.Ref, part string, reason evidence.Reason) {
	w.Gaps = append(w.Gaps, evidence.Gap{Ref: r, Part: part, Reason: reason, Detail: "the source answered 403"})
}

func (w *world) unread(r evidence.Ref, parts ...string) {
	for i := range w.Items {
		if w.Items[i].Ref == r {
			w.Items[i].Unread = append(w.Items[i].Unread, parts...)
		}
	}
}

func (w *world) evaluate() []evidence.Result {
	return Evaluate(&w.Change, w.options())
}

func (w *world) options() Options {
	return Options{Policy: w.policy, People: w.people, ChangeOf: w.changeOf, Approved: w.approved}
}

func (w *world) result(letter string) evidence.Result {
	for _, r := range w.evaluate() {
		if r.Attribute == letter {
			return r
		}
	}
	return evidence.Result{}
}

// The refs of the records of the tests.
var (
	prRef     = ref(evidence.KindPullRequest, repo+"#12")
	landedRef = ref(evidence.KindCommit, repo+"@"+mm)
	depRef    = ref(evidence.KindDeployment, repo+"/deployments/55")
	runRef    = ref(evidence.KindBuild, repo+"/runs/900")
	headRef   = ref(evidence.KindChecks, repo+"@"+c2)
	ticketRef = ref(evidence.KindTicket, "PAY-7")
	chgRef    = ref(evidence.KindTicket, "CHG-9")
	rulesRef  = ref(evidence.KindBranchRules, repo+":main")
	envRef    = ref(evidence.KindEnvironment, repo+"/environments/production")
)

// one is a row of an attribute's table: what is changed in a change, and what
// must come of it.
type one struct {
	start func(testing.TB) *world // nil: good
	edit  func(*world)
	want  evidence.Outcome
	code  string
}

// table tests one attribute.
func table(t *testing.T, letter string, rows map[string]one) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			start := row.start
			if start == nil {
				start = good
			}
			w := start(t)
			if row.edit != nil {
				row.edit(w)
			}
			r := w.result(letter)
			if r.Outcome != row.want || r.Code != row.code {
				t.Errorf("got  %s %s: %s\nread %v\nwant %s %s", r.Outcome, r.Code, r.Why, r.Read, row.want, row.code)
			}
			if r.Why == "" || r.Why[len(r.Why)-1] != '.' {
				t.Errorf("the sentence %q does not end", r.Why)
			}
		})
	}
}
