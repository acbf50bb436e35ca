package company

import (
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// has reports a twist of the change that the ticket was first written for.
func (t *ticket) has(twist string) bool { return len(t.plans) > 0 && t.plans[0].has(twist) }

// rollback is the plan for taking it back, as ticket and pull request give it.
func (t *ticket) rollback() string {
	if len(t.plans) > 0 {
		return t.plans[0].rollback()
	}
	return t.work.rollback()
}

func (p *plan) rollback() string {
	if p.has("revert-only") {
		return "Revert the commit."
	}
	return p.work.rollback()
}

// clone says that the ticket is a copy of an earlier one of its project.
func (s *story) clone(t *ticket, is *tracker.Issue) {
	for _, o := range s.tickets {
		if o.issue != nil && o != t && o.project == t.project {
			is.Summary = "CLONE - " + is.Summary
			tracker.Relate(s.ids, t.created.Add(time.Minute), t.by.Jira, is, o.issue, "Cloners", "is cloned by", "clones")
			return
		}
	}
}

// privacyReview is what the one who answers for data protection writes before
// the merge, where they were asked.
func (s *story) privacyReview(t *ticket, is *tracker.Issue) {
	if privacy()[t.work.title].reviewed {
		at := later(t.plans[0].created.Add(90*time.Minute), is.Updated.Add(time.Minute))
		is.Say(s.ids, at, s.who["tobias"].Jira, "Privacy review: purpose, storage and deletion are described; no objection. Reviewed by Tobias Krüger for data protection.")
		t.plans[0].change.tell("privacy-reviewed")
	}
}

// pointRevert lets the ticket of a change also point at the pull request that
// took the change back.
func (s *story) pointRevert(t *ticket, is *tracker.Issue) {
	for _, p := range t.plans[0].house.plans {
		if p.reverts == t.plans[0] && p.pr != nil {
			is.Point(s.ids, p.created.Add(5*time.Minute), s.who["automation"].Jira, tracker.RemoteLink{
				GlobalID: fmt.Sprintf("github=%s/%d", p.house.name, p.number), URL: fmt.Sprintf("%s/harbourline/%s/pull/%d", GitHubURL, p.house.name, p.number),
				Title: fmt.Sprintf("#%d %s", p.number, p.title), Summary: "harbourline/" + p.house.name, Relationship: "mentioned in", Application: "GitHub", Resolved: true,
			})
		}
	}
}

// validate is what people write in the ticket once they have looked at
// production: a lead always at high risk, others now and then.
func (s *story) validate(p *plan, is *tracker.Issue, deployed time.Time) {
	at, by := deployed.Add(3*time.Hour+7*time.Minute), s.manager(p)
	watched := "Error rate and latency watched for three hours: as before"
	switch {
	case p.has("late-validation"):
		at = deployed.Add(76 * time.Hour)
	case p.has("claimed-window"):
		at, watched = deployed.Add(12*time.Hour), "Monitoring for 24 hours: no issues"
	case p.has("validated"):
		by = p.reviewer
	case p.high() && !p.has("hotfix"):
	default:
		return
	}
	is.Say(s.ids, later(at, is.Updated.Add(time.Minute)), by.Jira, s.validation(p.work.title, watched, by, deployed, at))
	for _, id := range []string{"late-validation", "claimed-window", "validated"} {
		if p.has(id) {
			return
		}
	}
	p.change.note("validated-by-lead", words()["validated-by-lead"])
}

// validation is the company's form for what was seen after a deployment.
func (s *story) validation(title, watched string, by *Person, deployed, at time.Time) tracker.Text {
	stamp := func(t time.Time) string { return t.In(s.Zone).Format("2006-01-02 15:04 MST") }
	return tracker.Text(strings.Join([]string{
		"Validation after the deployment", "",
		"- Change: " + title, "- Deploy time: " + stamp(deployed), "- No errors in the application's log ✓", "- Data and totals checked ✓", "- Rollback plan confirmed ready ✓", "- " + watched + " ✓",
		"- Validated by: " + by.Name, "- Date: " + stamp(at),
	}, "\n"))
}
