package company

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// ticket is one issue of Jira before it is told.
type ticket struct {
	project string
	key     string
	former  string // project of its first key
	old     string // that key
	title   string
	work    work
	house   *house
	created time.Time
	plans   []*plan
	by      *Person // reporter
	fate    string  // of a ticket without a plan: "done", "open", "dropped"
	tried   bool    // the lead of quality wrote that she tried it on staging
	issue   *tracker.Issue
}

// named is the key by which the texts of code call it: the one that it had then.
func (t *ticket) named() string {
	if t.old != "" {
		return t.old
	}
	return t.key
}

func statuses() map[string]tracker.Status {
	return map[string]tracker.Status{
		"todo": {ID: "10000", Name: "To Do", Category: "new"}, "progress": {ID: "3", Name: "In Progress", Category: "indeterminate"}, "review": {ID: "10002", Name: "In Review", Category: "indeterminate"},
		"ready": {ID: "10003", Name: "Ready for Release", Category: "indeterminate"}, "done": {ID: "10001", Name: "Done", Category: "done"},
		"draft": {ID: "10100", Name: "Draft", Category: "new"}, "waiting": {ID: "10101", Name: "Waiting for approval", Category: "indeterminate"}, "approved": {ID: "10102", Name: "Approved", Category: "indeterminate"},
		"implementing": {ID: "10103", Name: "Implementing", Category: "indeterminate"}, "implemented": {ID: "10104", Name: "Implemented", Category: "done"}, "declined": {ID: "10105", Name: "Declined", Category: "done"},
		"canceled": {ID: "10106", Name: "Canceled", Category: "done"}, "open": {ID: "1", Name: "Open", Category: "new"}, "resolved": {ID: "5", Name: "Resolved", Category: "done"},
	}
}

func (s *story) openTracker() {
	s.Tracker = &tracker.Tracker{
		Title: s.Name + " (simulated)", Flavour: tracker.Cloud, Zone: s.Zone, Now: s.Now, BasicUser: "evidence-reader@harbourline.example", Token: "harbourline-simulated-jira-token", Notice: Notice,
	}
	s.Tracker.Self = &tracker.User{AccountID: account("evidence-reader"), Username: "evidence-reader", Name: "Evidence Reader", Email: s.Tracker.BasicUser, Zone: "Europe/Berlin", Type: "atlassian"}
	s.Tracker.Users = []*tracker.User{s.Tracker.Self}
	s.Tracker.Projects = []*tracker.Project{
		{ID: "10010", Key: "PAY", Name: "Payments", Type: "software", Description: "Ledger, checkout and payouts. " + Notice},
		{ID: "10011", Key: "IDN", Name: "Identity", Type: "software", Description: "Sign-in. " + Notice},
		{ID: "10012", Key: "CHG", Name: "Change requests", Type: "service_desk", Description: "Changes of infrastructure and configuration. " + Notice},
		{ID: "10013", Key: "INC", Name: "Incidents", Type: "service_desk", Description: "Incidents in production. " + Notice},
		{ID: "10014", Key: "HR", Name: "People", Type: "business", Description: "Not for evidence.", Hidden: true},
	}
	s.Tracker.Fields = []*tracker.Field{
		{Number: 10042, Name: "Risk level", Kind: tracker.Select}, {Number: 10043, Name: "Change category", Kind: tracker.Select}, {Number: 10044, Name: "Rollback plan", Kind: tracker.TextArea},
		{Number: 10045, Name: "Testing plan", Kind: tracker.TextArea}, {Number: 10046, Name: "Systems affected", Kind: tracker.MultiSelect}, {Number: 10047, Name: "Business justification", Kind: tracker.TextArea},
		{Number: 10048, Name: "Planned start", Kind: tracker.DateTime}, {Number: 10049, Name: "Implemented at", Kind: tracker.DateTime}, {Number: 10050, Name: "Implemented by", Kind: tracker.UserPicker},
		{Number: 10051, Name: "Story Points", Kind: tracker.Float, Projects: []string{"PAY", "IDN"}}, {Number: 10052, Name: "Planned end", Kind: tracker.DateTime},
	}
}

// planTickets makes the tickets and numbers them in the order in which they
// were created.
func (s *story) planTickets() {
	r := dice(s.Seed, "tickets")
	for _, h := range s.houses {
		for _, p := range h.plans {
			s.planTicket(r, h, p)
		}
	}
	for i, t := range spare() {
		t.created = s.clock(time.Month(1+i%6), 5+i*7%20, 10, 7*i%60)
		t.house = s.houses[i%4]
		t.project = t.house.project
		t.by = s.who["amelie"]
		s.tickets = append(s.tickets, t)
	}
	s.planChangeRequests()
	sort.SliceStable(s.tickets, func(i, j int) bool { return s.tickets[i].created.Before(s.tickets[j].created) })
	next := map[string]int{"PAY": 1804, "IDN": 391, "CHG": 640}
	for _, t := range s.tickets {
		if t.former != "" {
			t.old = fmt.Sprintf("%s-%d", t.former, next[t.former])
			next[t.former]++
		}
		t.key = fmt.Sprintf("%s-%d", t.project, next[t.project])
		next[t.project]++
	}
	for _, h := range s.houses {
		for _, p := range h.plans {
			if p.reverts != nil {
				p.tickets = p.reverts.tickets
			}
			if p.has("see-also") {
				p.tickets = []*ticket{s.ticketCalled("Replace text messages by push")}
			}
		}
	}
}

func (s *story) planTicket(r *rand.Rand, h *house, p *plan) {
	if p.bot() || p.dropped || p.reverts != nil || p.has("no-ticket") || p.has("wrong-ticket") || len(p.tickets) > 0 || p.direct && p.incident == nil {
		return
	}
	if base, ok := strings.CutSuffix(p.work.title, ", part two"); ok {
		p.tickets = h.find(base).tickets
		if len(p.tickets) > 0 {
			p.tickets[0].plans = append(p.tickets[0].plans, p)
		}
		return
	}
	t := &ticket{project: h.project, title: p.work.title, work: p.work, house: h, plans: []*plan{p}, created: s.cal.back(p.created, between(r, 240, 3300))}
	t.by = s.asks(p, []*Person{s.who["amelie"], s.who["marta"], p.author, s.who["lucia"], p.reviewer}[r.IntN(5)])
	switch {
	case p.has("see-also"):
		return
	case p.has("undocumented-emergency"):
		t.created, t.by = s.clock(6, 15, 9, 0), p.author
	case p.has("hotfix"):
		t.created, t.by = p.incident.opened.Add(34*time.Minute), p.author
	case p.has("ticket-late"):
		t.created, t.by = s.cal.add(p.merged, 2400), p.author
	case p.has("ticket-between"):
		t.created = p.merged.Add(45 * time.Minute)
	case p.has("moved-ticket"):
		t.former = "PAY"
	}
	p.tickets = append(p.tickets, t)
	s.tickets = append(s.tickets, t)
	if p.has("two-tickets") {
		second := &ticket{project: h.project, title: "Customer complaint: " + strings.ToLower(p.work.title[:1]) + p.work.title[1:], work: p.work, house: h, plans: []*plan{p}, created: t.created.Add(50 * time.Hour), by: s.who["amelie"]}
		if second.created.After(p.created) {
			second.created = t.created.Add(17 * time.Minute)
		}
		p.tickets = append(p.tickets, second)
		s.tickets = append(s.tickets, second)
	}
}

// asks says who writes the ticket: not whoever is to approve the change, as the
// company has it, but for the one time that this was forgotten; and nobody
// whose account is gone.
func (s *story) asks(p *plan, by *Person) *Person {
	approves := by == p.reviewer || by == p.second || p.high() && by == s.manager(p)
	switch {
	case p.has("requester-reviews"):
		return p.reviewer
	case by != p.author && approves, by == s.who["olek"]:
		return s.who["amelie"]
	}
	return by
}

func (s *story) ticketCalled(title string) *ticket {
	i := slices.IndexFunc(s.tickets, func(t *ticket) bool { return t.title == title })
	return s.tickets[i]
}

// spare are tickets that no pull request answers.
func spare() []*ticket {
	row := func(fate, title, why string) *ticket {
		return &ticket{fate: fate, title: title, work: work{kind: "fix", title: title, why: why, test: "–"}}
	}
	return []*ticket{
		row("done", "Merchant m_1183 cannot see last week's statement", "Solved by a call: the wrong year was selected."),
		row("done", "Clean up old feature flags", "Done together with other work, nothing was deployed for it."),
		row("done", "Explain instalment fees in the help centre", "Text of the help centre only."),
		row("dropped", "Support payment by cheque", "Nobody has asked for two years."),
		row("dropped", "Show a carbon footprint for each payment", "No source for the numbers."),
		row("open", "Statement as CSV with a semicolon", "Excel in some countries expects it."),
		row("open", "Second acquirer for instalments", "Contract is not signed."),
		row("open", "Replace text messages by push", "After passkeys."),
		row("open", "Night run at weekends", "Bank has to agree."),
		row("open", "Archive postings older than ten years", "Legal is asked."),
	}
}

// tellTickets tells the tickets of code, now that it is known what became of them.
func (s *story) tellTickets() {
	r := dice(s.Seed, "ticket texts")
	for _, t := range s.tickets {
		if t.project == "CHG" {
			continue
		}
		s.tellTicket(r, t)
	}
}

func (s *story) newIssue(t *ticket, kind, body string) *tracker.Issue {
	st := statuses()
	is := &tracker.Issue{
		ID: fmt.Sprint(s.ids.Next("issue", 18230)), Key: t.key, Project: s.Tracker.Project(t.project), Type: kind, Summary: t.title, Body: tracker.Text(body), Status: st["todo"], Priority: "Medium",
		Reporter: t.by.Jira, Creator: t.by.Jira, Created: t.created, Updated: t.created, Custom: map[int]tracker.Value{},
	}
	if t.old != "" {
		is.FormerKeys = []string{t.old}
	}
	t.issue = is
	s.Tracker.Issues = append(s.Tracker.Issues, is)
	return is
}

func (s *story) field(name string) *tracker.Field { return s.Tracker.Field(name) }

func (s *story) tellTicket(r *rand.Rand, t *ticket) {
	kind := map[string]string{"fix": "Bug", "security": "Task", "docs": "Task", "config": "Task", "refactor": "Task", "migration": "Task"}[t.work.kind]
	if kind == "" {
		kind = "Story"
	}
	why := t.work.why
	body := "## Background\n\n" + why + "\n\n## Done when\n\n- The change is live and looked at for an hour.\n- " + t.work.test + "\n"
	if t.has("boilerplate") {
		why, body = "misc fixes", "misc fixes"
	}
	if t.old != "" {
		body += "\n!info Moved here from " + t.old + ", because identity owns it.\n"
	}
	is := s.newIssue(t, kind, body)
	is.Labels = []string{t.house.name}
	if privacy()[t.work.title].labelled {
		is.Labels = append(is.Labels, "personal-data")
	}
	if t.has("cloned-ticket") {
		s.clone(t, is)
	}
	is.Custom[10042] = tracker.Value{Options: []string{t.work.risk()}}
	is.Custom[10043] = tracker.Value{Options: []string{"Code"}}
	is.Custom[10046] = tracker.Value{Options: []string{t.house.system}}
	is.Custom[10047] = tracker.Value{Text: tracker.Text(why)}
	points := float64(between(r, 1, 8))
	is.Custom[10051] = tracker.Value{Number: &points}
	if t.work.risk() != "Low" {
		is.Custom[10044] = tracker.Value{Text: tracker.Text(t.rollback())}
		is.Custom[10045] = tracker.Value{Text: tracker.Text(t.work.test)}
	}
	st := statuses()
	if len(t.plans) == 0 {
		switch t.fate {
		case "done":
			is.Transition(s.ids, s.cal.add(t.created, 900), s.who["marta"].Jira, st["done"], "Done")
			is.Say(s.ids, s.cal.add(t.created, 905), s.who["marta"].Jira, "Closed. "+tracker.Text(t.work.why))
			s.Truth.Abandoned = append(s.Truth.Abandoned, Abandoned{t.key, words()["done-without-deployment"]})
		case "dropped":
			is.Transition(s.ids, s.cal.add(t.created, 2000), s.who["marta"].Jira, st["done"], "Won't Do")
			s.Truth.Abandoned = append(s.Truth.Abandoned, Abandoned{t.key, "the ticket was closed as not to be done"})
		}
		return
	}
	s.along(r, t, is)
	s.tellMove(t, is)
}

// tellMove tells, as a changelog does, that a ticket came from another project:
// after its pull requests were merged, so that they name its old key.
func (s *story) tellMove(t *ticket, is *tracker.Issue) {
	if t.old == "" {
		return
	}
	at := s.cal.add(t.created, 30)
	if n := len(t.plans); n > 0 {
		at = s.cal.add(t.plans[n-1].merged, 60)
	}
	from := s.Tracker.Project(t.former)
	is.Note(s.ids, at, s.who["marta"].Jira,
		tracker.ChangeItem{Field: "project", FieldID: "project", FieldType: "jira", From: from.ID, FromString: from.Name, To: is.Project.ID, ToString: is.Project.Name},
		tracker.ChangeItem{Field: "Key", FieldType: "jira", FromString: t.old, ToString: t.key})
}

// along tells how a ticket went along with its pull requests.
func (s *story) along(r *rand.Rand, t *ticket, is *tracker.Issue) {
	st := statuses()
	first, last := t.plans[0], t.plans[len(t.plans)-1]
	late := t.created.After(first.merged)
	at := func(when time.Time) time.Time { return later(when, is.Updated.Add(time.Minute)) }
	author := first.author.Jira
	start := at(first.created.Add(-3 * time.Hour))
	if first.has("long-history") {
		for i := range 118 {
			is.Note(s.ids, t.created.Add(time.Duration(i+1)*time.Minute), s.who["automation"].Jira, tracker.ChangeItem{Field: "Rank", FieldID: "customfield_10019", FieldType: "custom", ToString: []string{"Ranked higher", "Ranked lower"}[i%2]})
		}
	}
	is.Assign(s.ids, start, s.who["marta"].Jira, author)
	is.Transition(s.ids, at(start), author, st["progress"], "")
	if !late {
		is.Transition(s.ids, at(first.created), author, st["review"], "")
		if tried := r.IntN(3) == 0; tried || first.rated() == high { // quality tries whatever is risky
			t.tried = true
			is.Say(s.ids, at(first.created.Add(time.Hour)), s.who["lucia"].Jira, tracker.Text("Tried on staging together with @["+first.author.Jira.AccountID+"]: as described. {status:TESTED:green}"))
		}
		s.privacyReview(t, is)
		is.Transition(s.ids, at(last.merged.Add(2*time.Minute)), author, st["ready"], "")
	}
	for _, p := range t.plans {
		if p.pr != nil {
			is.Point(s.ids, at(p.created.Add(5*time.Minute)), s.who["automation"].Jira, tracker.RemoteLink{
				GlobalID: fmt.Sprintf("github=%s/%d", p.house.name, p.number), URL: fmt.Sprintf("%s/harbourline/%s/pull/%d", GitHubURL, p.house.name, p.number),
				Title: fmt.Sprintf("#%d %s", p.number, p.title), Summary: "harbourline/" + p.house.name, Relationship: "mentioned in", Application: "GitHub", Resolved: true,
			})
		}
	}
	deployed := time.Time{}
	for _, p := range t.plans {
		if p.change == nil || p.change.Deployed.IsZero() {
			return // not yet everything of it is live
		}
		deployed = later(deployed, p.change.Deployed)
	}
	auto := s.who["automation"].Jira
	is.Set(s.ids, at(deployed.Add(4*time.Minute)), auto, s.field("Implemented at"), tracker.Value{Time: deployed.In(s.Zone)})
	is.Transition(s.ids, at(deployed.Add(5*time.Minute)), auto, st["done"], "Done")
	is.Versions = []string{"2026." + deployed.Format("01")}
	if t == first.tickets[0] {
		s.validate(first, is, deployed)
	}
	switch {
	case first.has("ticket-edited"):
		is.Set(s.ids, s.cal.add(deployed, 4000), author, s.field("Risk level"), tracker.Value{Options: []string{"Low"}})
		is.Rewrite(s.ids, s.cal.add(deployed, 4003), author, is.Body+"\n\n## Testing\n\nAll tests were done before the release.\n")
	case first.has("ticket-reopened"):
		is.Transition(s.ids, s.cal.add(deployed, 800), s.who["lucia"].Jira, st["progress"], "")
		is.Say(s.ids, s.cal.add(deployed, 803), s.who["lucia"].Jira, "One merchant still sees the old behaviour; it was a cache on their side.")
		is.Transition(s.ids, s.cal.add(deployed, 1300), s.who["lucia"].Jira, st["done"], "Done")
	case first.has("undocumented-emergency"):
		is.Say(s.ids, at(is.Updated.Add(time.Hour)), s.who["marta"].Jira, "Authorised by me on the phone on Saturday at 02:14. The ticket is written on Monday at 09:00, 54 hours and 46 minutes later.\n\n> 02:14 Märta: ok, skip it, I take it\n> 02:31 周明宇: pushed\n> 02:44 周明宇: live, run continues\n\n| step | who | when |\n|---|---|---|\n| authorised | Märta | {date:2026-06-13} 02:14 |\n| live | 周明宇 | {date:2026-06-13} 02:44 |")
	}
	s.pointRevert(t, is)
}

// finishTracker puts what was told issue after issue into the order of time,
// as a site numbers it.
func (s *story) finishTracker() {
	t := s.Tracker
	sort.SliceStable(t.Issues, func(i, j int) bool { return t.Issues[i].Created.Before(t.Issues[j].Created) })
	var histories []*tracker.Change
	for i, is := range t.Issues {
		is.ID = fmt.Sprint(18230 + 3*i)
		sort.SliceStable(is.History, func(a, b int) bool { return is.History[a].At.Before(is.History[b].At) })
		sort.SliceStable(is.Comments, func(a, b int) bool { return is.Comments[a].Created.Before(is.Comments[b].Created) })
		histories = append(histories, is.History...)
		for _, h := range is.History {
			is.Updated = later(is.Updated, h.At)
		}
	}
	sort.SliceStable(histories, func(i, j int) bool { return histories[i].At.Before(histories[j].At) })
	for i, h := range histories {
		h.ID = fmt.Sprint(220017 + 2*i)
	}
}
