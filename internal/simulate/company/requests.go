package company

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// changeRequest is one change that is made by ticket.
type changeRequest struct {
	*ticket
	ticketWork
	twists   []string
	asker    *Person
	doer     *Person
	start    time.Time // planned
	plan     *plan     // where it is carried out by pull request
	incident *incident
	of       *ticket // the code's ticket, of a request that goes with code
	beside   bool    // it goes with a release of code
	approved []*Person
	change   *Change // where no pull request carried it out
}

func (c *changeRequest) has(t string) bool { return slices.Contains(c.twists, t) }

// planChangeRequests spreads the infrastructure's works over the half-year:
// each once, most of them a second time in the other region, eight of them by
// pull request; and one beside each migration.
func (s *story) planChangeRequests() {
	r := dice(s.Seed, "requests")
	works := infraWorks()
	var all []ticketWork
	for _, w := range works {
		all = append(all, w)
		if strings.Contains(w.title, "second region") || w.category == "Feature flag" || w.category == "Access" {
			continue
		}
		w.title += " in the second region"
		w.file = strings.ReplaceAll(w.file, "eu-central-1", "eu-west-1")
		w.why += " Same change as in the first region."
		all = append(all, w)
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	times := s.cal.spread(r, len(all), day(2026, 1, 12), day(2026, 6, 26), 30*time.Minute)
	askers := []string{"hannah", "dmytro", "katri", "nadia", "yusuf", "aarav"}
	for i, w := range all {
		c := &changeRequest{ticketWork: w, start: times[i].Truncate(15 * time.Minute), asker: s.who[askers[r.IntN(len(askers))]], doer: s.who[[]string{"dmytro", "hannah"}[r.IntN(2)]]}
		if w.systems == "PostgreSQL cluster" {
			c.doer = s.who["katri"]
		}
		if c.asker == c.doer {
			c.asker = s.who["nadia"]
		}
		if c.asker == s.who["nadia"] && w.risk == high { // who sits on the board asks for nothing that it decides on
			c.asker = s.who["aarav"]
		}
		c.ticket = &ticket{project: "CHG", title: w.title, created: s.cal.back(times[i], between(r, 900, 4200)), by: c.asker, house: s.houses[4]}
		s.requests = append(s.requests, c)
	}
	s.twistRequests()
	for _, p := range s.houses[0].plans {
		if p.work.kind == "migration" {
			s.requests = append(s.requests, s.besides(p))
		}
	}
	for _, p := range s.houses[2].plans {
		if p.work.kind == "migration" {
			s.requests = append(s.requests, s.besides(p))
		}
	}
	for _, c := range s.requests {
		s.tickets = append(s.tickets, c.ticket)
	}
}

// besides is the change request that goes with a migration.
func (s *story) besides(p *plan) *changeRequest {
	w := ticketWork{title: "Release: " + p.work.title, category: "Database", systems: p.house.system, risk: "High", file: p.work.path, old: p.work.old, new: p.work.new, why: p.work.why, plan: "With the next release of the service, by the deploy workflow.", test: p.work.test, back: p.work.rollback()}
	c := &changeRequest{ticketWork: w, start: p.merged, asker: p.author, doer: s.who["katri"], plan: p, beside: true, twists: []string{"code-with-change-request"}}
	p.request = c
	c.ticket = &ticket{project: "CHG", title: w.title, created: s.cal.back(p.created, 120), by: p.author, house: p.house}
	if len(p.tickets) > 0 {
		c.of = p.tickets[0]
	}
	p.tickets = append(p.tickets, c.ticket)
	p.twist("code-with-change-request")
	return c
}

// twistRequests gives some of them what is special about them.
func (s *story) twistRequests() {
	list := []string{
		"infra-with-pr", "infra-with-pr", "infra-with-pr", "infra-with-pr", "infra-with-pr", "infra-with-pr", "infra-with-pr", "infra-with-pr",
		"requester-approved", "requester-approved", "approval-after-work", "approval-after-work", "no-rollback-plan", "no-rollback-plan", "no-testing-notes", "no-testing-notes", "no-risk", "outside-window", "outside-window",
		"implementer-approved", "implementer-approved", "outcome-failed-ticket", "outcome-failed-ticket", "declined", "declined", "canceled", "ticket-edited", "ticket-edited",
		"emergency-ticket", "tested-locally", "no-diff", "failed-left", "no-sign-off",
	}
	r := dice(s.Seed, "request twists")
	order := r.Perm(len(s.requests))
	infra := s.houses[4]
	early := slices.IndexFunc(s.requests, func(c *changeRequest) bool { return c.start.Before(day(2026, 2, 20)) && c.risk != "High" })
	s.requests[early].twists = append(s.requests[early].twists, "deleted-approver")
	for _, id := range list {
		i := slices.IndexFunc(order, func(k int) bool {
			c := s.requests[k]
			return len(c.twists) == 0 && c.fits(id)
		})
		c := s.requests[order[i]]
		order = slices.Delete(order, i, i+1)
		c.twists = append(c.twists, id)
		if id == "infra-with-pr" {
			w := work{kind: "config", title: c.ticketWork.title, path: c.file, old: c.ticketWork.old, new: c.new, why: c.why, test: c.test}
			p := s.add(infra, w, s.cal.back(c.start, 500), c.start.Add(-40*time.Minute), "infra-with-pr")
			p.author, p.merger, p.reviewer, p.second = c.doer, c.doer, s.who["hannah"], s.who["nadia"]
			if p.author == p.reviewer {
				p.reviewer = s.who["dmytro"]
			}
			p.tickets = []*ticket{c.ticket}
			c.plan, p.request = p, c
		}
	}
	inc := s.incidents[4]
	c := &changeRequest{incident: inc, asker: s.who["hannah"], doer: s.who["dmytro"], start: s.clock(5, 12, 19, 5), twists: []string{"emergency-ticket"}, ticketWork: ticketWork{
		title: "Send all card payments to the second acquirer", category: "Configuration", systems: "Checkout Web", risk: "High", file: "routing/production.json", old: "  \"cards\": { \"acquirer-a\": 100 }", new: "  \"cards\": { \"acquirer-a\": 0, \"acquirer-b\": 100 }",
		why: "The first acquirer's data centre is down; 23 % of all payments fail.", plan: "Switch the routing table in the configuration service.", test: "One card payment by hand right after the switch; error rate watched for twenty minutes.", back: "Old routing table; takes effect within a minute."}}
	c.ticket = &ticket{project: "CHG", title: c.ticketWork.title, created: s.clock(5, 12, 19, 22), by: c.asker, house: s.houses[1]}
	s.requests = append(s.requests, c)
	slices.SortStableFunc(infra.plans, func(a, b *plan) int { return a.merged.Compare(b.merged) })
	for i := 1; i < len(infra.plans); i++ {
		if a, b := infra.plans[i-1], infra.plans[i]; b.merged.Sub(a.merged) < 2*time.Hour {
			b.merged = a.merged.Add(2 * time.Hour)
		}
	}
}

// fits reports whether a twist can happen to the request.
func (c *changeRequest) fits(twist string) bool {
	switch twist {
	case "infra-with-pr":
		return strings.HasSuffix(c.file, ".tf")
	case "no-sign-off":
		return c.risk == high && c.category != "Network"
	case "failed-left": // an incident of the checkout page would look like its consequence
		return c.ordinary() && c.systems != "Checkout Web"
	case "tested-locally", "no-diff":
		return c.ordinary()
	}
	return true
}

// tellChangeRequests tells them all.
func (s *story) tellChangeRequests() {
	for i, c := range s.requests {
		s.tellRequest(c, i)
	}
}

func (s *story) tellRequest(c *changeRequest, n int) {
	t := c.ticket
	is := s.newIssue(t, "Change", s.requestText(c))
	st := statuses()
	is.Status, is.Labels, is.Components = st["draft"], []string{strings.ToLower(c.category)}, []string{c.systems}
	is.Priority = map[string]string{"High": "High", "Medium": "Medium", "Low": "Low"}[c.risk]
	if c.beside && !c.plan.change.Deployed.IsZero() { // it is planned with the release, whenever that is
		c.start = s.cal.at(c.plan.change.Deployed.In(s.Zone), releaseHabits()[c.plan.house.name].hour, 0)
	}
	c.fields(is, s.Zone)
	asker, doer := c.asker.Jira, c.doer.Jira
	file := strings.ReplaceAll(c.file[strings.LastIndex(c.file, "/")+1:], ".", "-")
	diff := patch(c.file, c.ticketWork.old, c.new, "hcl")
	if !c.has("no-diff") {
		is.Attach(s.ids, t.created.Add(3*time.Minute), asker, file+".diff", "text/x-diff", fmt.Appendf(nil, "--- a/%[1]s\n+++ b/%[1]s\n%s\n", c.file, diff.Patch))
	}
	if c.of != nil && c.of.issue != nil {
		tracker.Relate(s.ids, t.created.Add(5*time.Minute), asker, is, c.of.issue, "Relates", "relates to", "relates to")
	}
	w := &requestTeller{story: s, c: c, is: is, st: st, start: c.start, seconds: between(dice(s.Seed, "request "+t.title), 300, 2600)}
	is.Assign(s.ids, t.created.Add(5*time.Minute+30*time.Second), asker, doer)
	is.Transition(s.ids, t.created.Add(6*time.Minute), asker, st["waiting"], "")
	switch {
	case c.has("canceled"):
		is.Transition(s.ids, s.cal.add(t.created, 500), asker, st["canceled"], "Won't Do")
		is.Say(s.ids, s.cal.add(t.created, 502), asker, "Not needed any more.")
		s.Truth.Abandoned = append(s.Truth.Abandoned, Abandoned{t.key, "the change request was cancelled before it was approved"})
		return
	case c.has("declined"):
		a := is.Ask(s.ids, t.created.Add(6*time.Minute), "Change advisory board", s.who["ingrid"].Jira, s.who["tobias"].Jira)
		at := s.cal.add(t.created, 700)
		a.Answer(is, at, s.who["tobias"].Jira, "declined", true)
		is.Transition(s.ids, at, s.who["ingrid"].Jira, st["declined"], "Won't Do")
		is.Say(s.ids, at.Add(time.Minute), s.who["ingrid"].Jira, "Declined by the board: the rollback has not been rehearsed. Please bring it again.")
		s.Truth.Abandoned = append(s.Truth.Abandoned, Abandoned{t.key, "the change request was declined by the board"})
		return
	}
	w.tell(doer, n)
}

func (s *story) requestText(c *changeRequest) string {
	b := "## Description\n\n" + c.ticketWork.title + ".\n\n" + c.why + "\n\n## How\n\n"
	for i, step := range strings.Split(c.ticketWork.plan, ", ") {
		b += fmt.Sprintf("%d. %s\n", i+1, strings.TrimSuffix(step, "."))
	}
	b += "\n## Impact\n\n| system | expected |\n|---|---|\n| " + c.systems + " | none or a few seconds |\n\n!info Window in Europe/Berlin. Questions to the change manager.\n"
	if c.has("no-diff") {
		return b
	}
	return b + "\n```diff\n- " + strings.ReplaceAll(c.ticketWork.old, "\n", "\n- ") + "\n+ " + strings.ReplaceAll(c.new, "\n", "\n+ ") + "\n```\n"
}

func (c *changeRequest) fields(is *tracker.Issue, zone *time.Location) {
	text := func(s string) tracker.Value { return tracker.Value{Text: tracker.Text(s)} }
	if !c.has("no-risk") {
		is.Custom[10042] = tracker.Value{Options: []string{c.risk}}
	}
	is.Custom[10043] = tracker.Value{Options: []string{c.category}}
	if c.has("emergency-ticket") {
		is.Custom[10043] = tracker.Value{Options: []string{"Emergency"}}
	}
	if !c.has("no-rollback-plan") {
		is.Custom[10044] = text(c.back)
	}
	switch {
	case c.has("tested-locally"):
		is.Custom[10045] = text("Tested locally.")
	case !c.has("no-testing-notes"):
		is.Custom[10045] = text(c.test)
	}
	is.Custom[10046] = tracker.Value{Options: []string{c.systems}}
	is.Custom[10047] = text(c.why)
	is.Custom[10048] = tracker.Value{Time: c.start.In(zone)}
	is.Custom[10052] = tracker.Value{Time: c.start.Add(2 * time.Hour).In(zone)}
}
