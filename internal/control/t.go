package control

import (
	"regexp"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// onlyRevert is a plan that says no more than that the change is reverted.
var onlyRevert = regexp.MustCompile(`(?i)^(we |i |to |just |simply |git )*(revert|roll ?back|undo)( (the|this|it|pr|pull request|commit|change|merge|deployment|deploy|release|and|redeploy|by|previous|version|to))*[.!]*$`)

// noPlan is how people say that they have none.
var noPlan = regexp.MustCompile(`(?i)^(no|not|none|nothing|see|as|cannot|can'?t|impossible|irreversible)\b|\b(not|cannot) be (rolled|reverted|undone)|\b(nothing|no way) to (take|roll|go|be taken|be rolled|undo|revert)\b`)

// mereYes is an answer to whether there is a plan, and none to what it is.
var mereYes = regexp.MustCompile(`(?i)^(yes|y|ok|okay|done|sure|possible|easy|trivial|simple|standard|as usual|usual|automatic|exists|available|ready)[.!]*$`)

// rollbackPlanned is T: before the deployment it was written down how to take
// the change back, or the policy says that the pipeline does.
func rollbackPlanned(x *exam) verdict {
	cut := x.judged()
	if len(x.p.Rollback.Automated) > 0 && x.lane != byTicket && x.onlyOf(x.p.Rollback.Automated) {
		return met("AUTOMATED_REVERT", "The policy names the pipeline's automated revert as the plan for this kind of change.").with("categories", strings.Join(x.categories(cut), ", ")).on(x.subjectRef())
	}
	if x.tdep.none {
		return x.undeployed()
	}
	if l := x.lostTicket(); l != nil {
		return unable(l)
	}
	v := asOf(x.tdep, x.planAt)
	if v.isException() && x.emergency().is && x.tdep.known() {
		if w := x.planAt(x.deadline()); w.outcome == evidence.Met {
			v = review("PLANNED_AFTERWARDS", "How to take the emergency change back was written down only after its deployment, in the time that the policy allows for writing it up.").facts(w)
		}
	}
	return v.on(x.subjectRef(), x.main.ref).on(x.tdep.basis...)
}

func (x *exam) planAt(cut time.Time) verdict {
	type place struct {
		where string
		a     answer
	}
	var places []place
	if x.main.t != nil && x.main.strong {
		places = append(places, place{"ticket " + x.main.t.Key, x.ticketAnswer(x.main, "rollback_plan", cut)})
	}
	if x.pr != nil {
		places = append(places, place{"pull request", x.pullAnswer("rollback_plan", cut)})
	}
	best := exception("NO_ROLLBACK_PLAN", "Before the deployment it was not written down how to take the change back.")
	var lost *lack
	for _, p := range places {
		lost = first(lost, p.a.lack)
		w := verdict{}
		switch text := words(p.a.text); {
		case p.a.lack == nil && p.a.unseen():
			w = review("EDITED_AFTER_DEPLOYMENT", "The description of the %s was edited after the deployment, and the source does not show whether it held a rollback plan before.", p.where).at("edited", p.a.edited)
		case p.a.lack != nil || x.worth("rollback_plan", p.a) == blank || nothings.MatchString(text):
			continue
		case x.worth("rollback_plan", p.a) == boilerplate, noPlan.MatchString(text), mereYes.MatchString(text):
			w = review("PLAN_SAYS_NOTHING", "The rollback plan on the %s says nothing of use.", p.where)
		case onlyRevert.MatchString(text) && x.inCategory(x.judged(), x.p.Rollback.Irreversible...):
			w = review("REVERT_IS_NO_PLAN", "The plan is to revert the change, which does not take back what it does to data.")
		case !p.a.sure:
			w = review("TEXT_NOT_DATED", "The %s holds a rollback plan; the source does not say whether it stood there before the deployment.", p.where)
		default:
			w = met("ROLLBACK_PLANNED", "How to take the change back was written down on the %s before the deployment.", p.where)
		}
		if w = w.with("plan on the "+p.where, p.a.text); better(w, best) {
			best = w
		}
	}
	if best.isException() && lost != nil {
		return unable(lost)
	}
	if ex := x.exhibits("rollback"); best.isException() && len(ex) > 0 {
		return review("PLANNED_BY_EXHIBIT", "No record holds a rollback plan, and %s.", attached(ex[0]))
	}
	return best
}
