package control

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// ticketCoherent is V: the ticket went its way in order: it was closed after
// the deployment, with a note, and not opened again. Unlike other attributes
// it looks at what happened after the deployment.
func ticketCoherent(x *exam) verdict {
	if x.pullIsRequest() {
		if a := x.outcome("A"); a.outcome != evidence.Met {
			return noWay(a)
		}
		return notApplicable("PULL_REQUEST_IS_REQUEST", "The pull request stands for the ticket and is closed by its merge.").on(x.prRef)
	}
	if x.main.t == nil || !x.main.strong {
		return noWay(x.outcome("A"))
	}
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	if l := x.lacks(x.main.ref, "the history of ticket "+x.main.t.Key, "history"); l != nil {
		return unable(l)
	}
	return x.way().on(x.main.ref).on(x.tdep.basis...)
}

// noWay is the verdict where A found no ticket: that there is none is its
// exception, and there is no way to follow.
func noWay(a verdict) verdict {
	if a.isException() {
		return notApplicable("NO_TICKET", "There is no ticket whose way could be followed; attribute A tests that.").facts(a)
	}
	return noRequest(a)
}

func (x *exam) isClosed(status string) bool {
	return slices.Contains(x.p.Lifecycle.Closed, policy.Fold(status))
}

// way judges the ticket's changes of status.
func (x *exam) way() verdict {
	t := x.main.t
	var moves []evidence.HistoryEntry
	for _, h := range t.History {
		if isField(h, "status", "") {
			moves = append(moves, h)
		}
	}
	closed := time.Time{}   // last closing
	reopened := time.Time{} // after the deployment
	early := time.Time{}    // closed before the deployment, and not opened again by then
	for _, h := range moves {
		order := x.tdep.order(h.At)
		live := t.DeployedBasis != "" && h.At.Equal(t.Deployed) // the move by which the ticket says that it went live
		switch was, is := x.isClosed(h.From), x.isClosed(h.To); {
		case is && !was && order < 0 && !live:
			early, closed = h.At, h.At
		case is && !was:
			closed = h.At
		case was && !is && order < 0:
			early, closed = time.Time{}, time.Time{}
		case was && !is:
			reopened, closed = h.At, time.Time{}
		}
	}
	// A forge's issue keeps its closing only; and where a status that the policy
	// does not call closed resolves a ticket, the tracker says when it did.
	if closed.IsZero() && reopened.IsZero() && !t.Resolved.IsZero() && (len(moves) == 0 || !x.isClosed(t.Status)) {
		closed = t.Resolved
		if x.tdep.order(closed) < 0 && !closed.Equal(t.Deployed) {
			early = closed
		}
	}
	v := x.judgeWay(moves, closed, reopened, early)
	return v.with("status now", t.Status).with("closed", moment{at: closed}.String()).with("deployed", x.tdep.String())
}

func (x *exam) judgeWay(moves []evidence.HistoryEntry, closed, reopened, early time.Time) verdict {
	t := x.main.t
	switch {
	case !early.IsZero():
		return exception("CLOSED_BEFORE_DEPLOYMENT", "Ticket %s was closed before the change was deployed.", t.Key).at("closed before", early)
	case !reopened.IsZero():
		return review("REOPENED_AFTER_DEPLOYMENT", "Ticket %s was opened again after the deployment.", t.Key).at("reopened", reopened)
	case closed.IsZero() && (x.isClosed(t.Status) || !t.Resolved.IsZero()):
		return review("CLOSING_NOT_RECORDED", "Ticket %s is closed, and its history does not say when that happened.", t.Key)
	case closed.IsZero() && x.c.AsOf.Before(x.tdep.hi.Add(x.p.Lifecycle.CloseWithin)):
		return review("NOT_YET_CLOSED", "Ticket %s is still open, and the time for closing it is not over.", t.Key)
	case closed.IsZero():
		return exception("NEVER_CLOSED", "Ticket %s was never closed, though the change was deployed.", t.Key)
	case x.bulk(moves):
		return review("STATUS_CHANGED_AT_ONCE", "Ticket %s went through several statuses within moments, as if it had been put in order afterwards.", t.Key)
	case !x.emergency().is && x.tdep.order(t.Created) > 0:
		return review("WRITTEN_AFTERWARDS", "Ticket %s was written after the deployment, so that its statuses do not follow the change.", t.Key).at("created", t.Created)
	case x.approvedAfter(closed) && !x.emergency().is:
		return exception("APPROVED_AFTER_CLOSING", "Ticket %s was closed before anybody had approved it.", t.Key)
	case x.approvedAfter(closed):
		return review("APPROVED_AFTER_CLOSING", "Ticket %s was closed before anybody had approved it, which a person must say is as emergencies are handled.", t.Key)
	case x.saidFailed() != "" && !unsuccessful.MatchString(t.Resolution+" "+t.Status):
		return review("CLOSED_THOUGH_FAILED", "Ticket %s was closed as %s, and a remark on it says that the change failed.", t.Key, quote(best(t.Resolution, t.Status))).with("remark", x.saidFailed())
	case t.Resolution == "" && !x.noted():
		if l := x.lacks(x.main.ref, "the comments on ticket "+t.Key, "comments"); l != nil {
			return unable(l)
		}
		return review("CLOSED_WITHOUT_NOTE", "Ticket %s was closed after the deployment, without a resolution or a note.", t.Key)
	}
	return met("CLOSED_AFTER_DEPLOYMENT", "Ticket %s was closed after the change was deployed.", t.Key)
}

// approvedAfter reports whether a change by ticket alone was first approved
// after its ticket had been closed.
func (x *exam) approvedAfter(closed time.Time) bool {
	if x.lane != byTicket {
		return false
	}
	before, _ := x.ticketApprovals(closed)
	after, _ := x.ticketApprovals(x.c.AsOf)
	return len(before) == 0 && len(after) > 0
}

// bulk reports whether three or more moves lie within the clock skew.
func (x *exam) bulk(moves []evidence.HistoryEntry) bool {
	for i := 2; i < len(moves); i++ {
		if moves[i].At.Sub(moves[i-2].At) < x.p.Skew {
			return true
		}
	}
	return false
}

// noted reports whether somebody wrote on the ticket after the deployment.
func (x *exam) noted() bool {
	return slices.ContainsFunc(x.main.t.Comments, func(m evidence.Comment) bool { return m.Created.After(x.tdep.at) })
}
