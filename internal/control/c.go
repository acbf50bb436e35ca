package control

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// requestComplete is C: the request holds what the policy asks for, and says
// something, as it stood at the deployment.
func requestComplete(x *exam) verdict {
	if len(x.requestFields()) == 0 {
		return notApplicable("NOT_IN_POLICY", "The policy asks for no fields.")
	}
	find := x.pullAnswer
	if a := x.outcome("A"); x.pullIsRequest() && a.outcome == evidence.NeedsReview {
		return noRequest(a) // which of the two is the request must be said first
	}
	if !x.pullIsRequest() {
		if x.main.t == nil || !x.main.strong {
			return noRequest(x.outcome("A"))
		}
		find = func(name string, cut time.Time) answer { return x.ticketAnswer(x.main, name, cut) }
	}
	cut := x.tdep
	switch {
	case cut.none:
		return x.undeployed()
	case x.emergency().is && cut.known():
		cut = x.band(x.deadline(), cut.basis...) // it may be written up afterwards
	}
	return asOf(cut, func(at time.Time) verdict { return x.complete(find, at) }).on(x.requestRef()).on(cut.basis...)
}

// requestFields gives what the request must hold: what every request must, and
// what a ticket of its type must besides.
func (x *exam) requestFields() []string {
	fields := slices.Clone(x.p.Request.Fields)
	if x.main.t == nil || x.pullIsRequest() {
		return fields
	}
	for _, name := range x.p.Request.ByType[policy.Fold(x.main.t.Type)] {
		if !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	return fields
}

// requestRef is the record that stands for the change request.
func (x *exam) requestRef() evidence.Ref {
	if x.pullIsRequest() {
		return x.prRef
	}
	return x.main.ref
}

func (x *exam) complete(find func(string, time.Time) answer, cut time.Time) verdict {
	var blanks, weak, undated, unseen []string
	var edited time.Time
	v := met("REQUEST_COMPLETE", "The request holds all that the policy asks for.")
	fields := x.requestFields()
	for _, name := range fields {
		a := find(name, cut)
		if a.lack != nil {
			return unable(a.lack)
		}
		v = v.with(fieldWord(name), a.text)
		if a.unseen() {
			unseen = append(unseen, fieldWord(name))
		}
		switch x.worth(name, a) {
		case blank:
			blanks = append(blanks, fieldWord(name))
		case boilerplate:
			weak = append(weak, fieldWord(name))
		default:
			if !a.sure {
				undated = append(undated, fieldWord(name))
			}
		}
		if !a.edited.IsZero() && (edited.IsZero() || a.edited.Before(edited)) {
			edited = a.edited
		}
	}
	if weakTitle := x.weakTitle(); weakTitle != "" && slices.Contains(fields, "description") && len(weak) == 0 {
		weak = append(weak, "title ("+quote(weakTitle)+")")
	}
	var w verdict
	switch {
	case len(unseen) > 0:
		w = review("EDITED_AFTER_DEPLOYMENT", "The description was edited after the deployment, and the source does not show what it said before: %s.", list(unseen)).at("edited", edited)
	case len(blanks) > 0:
		w = exception("FIELDS_BLANK", "At the deployment the request lacked: %s.", list(blanks))
	case len(weak) > 0:
		w = review("BOILERPLATE", "The request says nothing of use under %s.", list(weak))
	case !edited.IsZero():
		w = review("EDITED_AFTER_DEPLOYMENT", "The request was complete when the change was deployed, and was edited afterwards.").at("edited", edited)
	case len(undated) > 0:
		w = review("TEXT_NOT_DATED", "The request holds all that the policy asks for; the source does not say whether the description was edited after the deployment: %s.", list(undated))
	default:
		return v
	}
	return w.facts(v)
}

// weakTitle gives the request's title where it is one of the policy's phrases
// that say nothing.
func (x *exam) weakTitle() string {
	title := ""
	if x.pullIsRequest() {
		title = x.pr.Title
	} else {
		title = x.main.t.Title
	}
	if x.judgeText(title, 1) == boilerplate && strings.TrimSpace(title) != "" {
		return title
	}
	return ""
}
