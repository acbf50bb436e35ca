package control

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// emergency says whether a change is one, and where that is stated.
type emergency struct {
	is    bool
	late  bool // it was only called one after the deployment
	where string
}

// emergency gives what findEmergency finds, which is asked for often.
func (x *exam) emergency() emergency {
	if x.urgent == nil {
		e := x.findEmergency()
		x.urgent = &e
	}
	return *x.urgent
}

// findEmergency says whether the change was an emergency when it was deployed. A
// ticket that was written afterwards may say so from its first moment: that is
// how emergencies are documented. A label or field that was set afterwards
// makes none.
func (x *exam) findEmergency() emergency {
	now, then := x.calledEmergency(x.c.AsOf.Add(100*365*24*time.Hour)), ""
	if cut := x.judged(); !cut.IsZero() {
		then = x.calledEmergency(cut.Add(x.p.Skew))
	}
	switch {
	case then != "":
		return emergency{is: true, where: then}
	case now != "":
		return emergency{late: true, where: now}
	}
	return emergency{}
}

// calledEmergency says where the change is called an emergency as of a cut-off.
func (x *exam) calledEmergency(cut time.Time) string {
	r := x.p.Emergency.Rule
	labels, _ := x.labelsAt(cut)
	if i := slices.IndexFunc(labels, r.Label); i >= 0 {
		return "label " + quote(labels[i])
	}
	for _, l := range x.tickets {
		at := cut
		if l.t.Created.After(at) {
			at = l.t.Created
		}
		switch {
		case !l.strong:
		case r.Type(l.t.Type):
			return "type of ticket " + l.t.Key
		case r.Value(x.categoryAt(l.t, at)):
			return "category of ticket " + l.t.Key
		case slices.ContainsFunc(ticketLabelsAt(l.t, at), r.Label):
			return "label of ticket " + l.t.Key
		}
	}
	return ""
}

// undated says that nobody knows when the pull request's labels were set, and
// that it may have been after the change was judged by them.
func (x *exam) undated() *lack {
	const what = "when the labels of the pull request were set"
	switch {
	case x.pr == nil || len(x.pr.Labels) == 0 || x.pullDated(x.judged()):
		return nil
	case len(x.pr.Timeline) == 0:
		return first(x.lacks(x.prRef, what, "timeline"), &lack{x.prRef, what, "nothing in what was collected says why", "EVIDENCE_ABSENT"})
	}
	return x.lacks(x.prRef, what, "timeline")
}

// dated takes away the certainty of a verdict that rests on labels of which it
// is not known when they were set: without them it would be another. They may
// make the change an emergency, or put it in a category or tier. D says itself
// what it rests on.
func (x *exam) dated(a attribute, v verdict) verdict {
	if x.bare || a.letter == "D" || v.outcome == evidence.Unable {
		return v
	}
	l := x.undated()
	if l == nil {
		return v
	}
	if x.unlabelled == nil {
		x.unlabelled = newExam(x.c, x.o)
		x.unlabelled.bare = true
	}
	if x.unlabelled.outcome(a.letter).outcome == v.outcome {
		return v
	}
	return unable(l).with("labels now", strings.Join(x.pr.Labels, ", ")).on(x.prRef)
}

// after gives the time since the deployment as the policy's limit counts it.
func (x *exam) after(t time.Time) time.Duration {
	return x.p.Elapsed(x.tdep.at, t, x.p.Emergency.BusinessHours)
}

// inTime says whether something happened within the time that the policy
// allows after an emergency's deployment: -1 it did, 1 it did not, 0 it is too
// close to say.
func (x *exam) inTime(t time.Time) int {
	if !t.After(x.tdep.at) {
		return -1
	}
	limit := x.p.Emergency.Within
	switch {
	case x.p.Elapsed(x.tdep.at, t.Add(x.p.Skew), x.p.Emergency.BusinessHours) <= limit:
		return -1
	case x.p.Elapsed(x.tdep.at, t.Add(-x.p.Skew), x.p.Emergency.BusinessHours) > limit:
		return 1
	}
	return 0
}

// due reports whether that time is over as of the last retrieval.
func (x *exam) due() bool { return x.inTime(x.c.AsOf) > 0 }

// deadline is a moment at which the time is just over, for cut-offs.
func (x *exam) deadline() time.Time {
	lo, hi := x.tdep.at, x.tdep.at.Add(x.p.Emergency.Within)
	for range 400 { // weekends and holidays move it by days
		if x.after(hi) >= x.p.Emergency.Within {
			break
		}
		lo, hi = hi, hi.Add(24*time.Hour)
	}
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2)
		if x.after(mid) >= x.p.Emergency.Within {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi.Truncate(time.Second)
}

// approvalCutoff is up to when approvals of the code count: T_merge, and for
// an emergency the end of the time that the policy allows afterwards.
func (x *exam) approvalCutoff() moment {
	switch {
	case !x.emergency().is || x.tdep.none:
		return x.tmerge
	case x.tdep.lack != nil:
		return x.tdep
	}
	return x.band(x.deadline(), x.tdep.basis...)
}

func hoursWord(business bool) string {
	if business {
		return "business hours"
	}
	return "calendar hours"
}
