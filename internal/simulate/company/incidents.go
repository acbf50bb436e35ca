package company

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

var mentioned = regexp.MustCompile(`@\[(\w+)\]`)

// tellIncidents writes the incidents and ties them to what mended them.
func (s *story) tellIncidents() {
	for _, inc := range s.incidents {
		for _, h := range s.houses {
			for _, p := range h.plans {
				if p.incident == inc {
					inc.plans = append(inc.plans, p)
				}
			}
		}
		s.tellIncident(inc)
	}
}

func (s *story) tellIncident(inc *incident) {
	commander := s.who[inc.commander]
	t := &ticket{project: "INC", key: inc.key, title: inc.title, by: commander, created: inc.opened.Add(2 * time.Minute)}
	var b strings.Builder
	fmt.Fprintf(&b, "## What happened\n\n%s.\n\n## Cause\n\n%s\n\n## Timeline\n\n", inc.title, inc.cause)
	for _, l := range inc.story {
		b.WriteString("- " + l + "\n")
	}
	body := mentioned.ReplaceAllStringFunc(b.String(), func(m string) string {
		return "@[" + s.who[mentioned.FindStringSubmatch(m)[1]].Jira.AccountID + "]"
	})
	is := s.newIssue(t, "Incident", body)
	st := statuses()
	is.Status, is.Priority = st["open"], inc.severity
	is.Custom[10046] = tracker.Value{Options: []string{s.houses[inc.house].system}}
	is.Assign(s.ids, inc.opened.Add(3*time.Minute), commander.Jira, commander.Jira)
	is.Transition(s.ids, inc.opened.Add(4*time.Minute), commander.Jira, st["progress"], "")
	is.Transition(s.ids, inc.over.Add(6*time.Minute), commander.Jira, st["resolved"], "Done")
	if inc.key == "INC-74" { // the one time that it was asked for where it can be seen
		a := is.Ask(s.ids, inc.opened.Add(22*time.Minute), "Emergency authorisation", commander.Jira)
		a.Answer(is, inc.opened.Add(25*time.Minute), commander.Jira, "approved", true)
	}
	is.Say(s.ids, s.cal.add(inc.over, 200), s.who["marta"].Jira, "Review held. Lessons: watch the first five minutes after a release by name, not in general. Follow-up tickets are linked.")
	at := inc.over.Add(40 * time.Minute)
	link := func(from, to *tracker.Issue, kind, inward, outward string) {
		at = at.Add(time.Minute)
		tracker.Relate(s.ids, at, commander.Jira, from, to, kind, inward, outward)
	}
	seen := map[string]bool{}
	for _, p := range inc.plans {
		for _, tk := range p.tickets {
			if tk.issue == nil || seen[tk.key] {
				continue
			}
			seen[tk.key] = true
			at = later(at, tk.created)
			from, to := is, tk.issue
			if p.causes { // the incident came of it
				from, to = to, from
			}
			link(from, to, "Problem/Incident", "is caused by", "causes")
		}
	}
	for _, c := range s.requests {
		if c.incident == inc {
			at = later(at, c.ticket.created)
			link(is, c.issue, "Relates", "relates to", "relates to")
		}
	}
}
