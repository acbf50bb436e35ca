package control

import (
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// lane is how a change was made.
type lane int

const (
	byNothing     lane = iota // no record of the change itself was obtained
	byPullRequest             // by pull request
	byCommit                  // by a commit that no pull request brought
	byTicket                  // by ticket alone: nothing in version control changed
)

// exam is the test of one change: the change, what it is tested by, and the
// definitions that the attributes share.
type exam struct {
	c    *evidence.Change
	p    *policy.Policy
	o    Options
	who  *register
	lane lane
	lost *lack // why there is no record of the change itself

	pr        *evidence.PullRequest // nil but for byPullRequest
	prRef     evidence.Ref
	landed    *evidence.Commit // nil where M was not obtained
	landedRef evidence.Ref
	tickets   []linked // that the change names, the most direct first
	main      linked   // the change request: the first; its ticket is nil where there is none

	tmerge moment
	m      string // M
	mLack  *lack
	h      string // H
	tdep   moment

	first      evidence.Item   // the deployment of T_dep
	containing []evidence.Item // production deployments that contain the change, oldest first

	// unlabelled is the exam of the same change in which labels of no known date
	// had not been set; see dated.
	unlabelled *exam
	bare       bool // it is such an exam

	// What is asked for often is found once.
	urgent   *emergency
	risk     string // the tier
	riskLost *lack
	hits     map[*policy.Pattern]bool     // by the first of a list of patterns
	kinds    map[time.Time][]string       // categories by cut-off
	done     map[string]verdict           // by letter
	split    map[string]map[string]string // texts by their sections
	named    mentions                     // of tickets in the texts of the change; nil until it is asked for

	keysOfText map[string]map[string]bool // of other texts
	missing    []evidence.Gap             // tickets that the change names and that are not there; nil until it is asked for
}

func newExam(c *evidence.Change, o Options) *exam {
	if o.Policy == nil {
		o.Policy = policy.Starter()
	}
	sorted := *c
	sorted.Items = slices.Clone(c.Items)
	slices.SortStableFunc(sorted.Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
	x := &exam{c: &sorted, p: o.Policy, o: o, done: map[string]verdict{}, hits: map[*policy.Pattern]bool{}, kinds: map[time.Time][]string{}, split: map[string]map[string]string{}, keysOfText: map[string]map[string]bool{}}
	x.who = newRegister(o.People, x.c)
	x.chooseLane()
	if x.lane == byNothing {
		return x
	}
	x.h = x.findH()
	x.m, x.mLack = x.findM()
	x.tickets = x.findTickets()
	if x.lane == byTicket {
		it, _ := x.c.Find(x.c.Sample.Ref)
		x.main = linked{ref: it.Ref, t: it.Ticket, strong: true, places: []string{"the change itself"}}
	} else if len(x.tickets) > 0 {
		x.main = x.tickets[0]
	}
	x.tmerge = x.findTMerge()
	x.tdep = x.findTDep()
	return x
}

// chooseLane finds the record that the change was made by.
func (x *exam) chooseLane() {
	ref := x.c.Sample.Ref
	own, found := x.c.Find(ref)
	pr, isPull := x.c.Subject()
	switch {
	case isPull:
		x.lane, x.pr, x.prRef = byPullRequest, pr.PullRequest, pr.Ref
	case found && own.Commit != nil:
		// A pull request that is named and was not obtained is no direct push.
		for _, named := range own.Commit.PullRequests {
			x.lost = first(x.lost, x.lacks(named, "the pull request "+named.ID))
		}
		x.lost = first(x.lost, x.partial(ref, "the pull request that brought the commit", "pull request"))
		if x.lost == nil {
			x.lane = byCommit
		}
	case found && own.Ticket != nil:
		x.lane = byTicket
	default:
		x.lost = x.lacks(ref, "the record of the change ("+ref.ID+")")
		if x.lost == nil {
			x.lost = &lack{ref, "the record of the change (" + ref.ID + ")", "it is neither pull request, commit nor ticket", "EVIDENCE_ABSENT"}
		}
	}
}

// partial is lacks for parts of a record that is there.
func (x *exam) partial(ref evidence.Ref, what string, parts ...string) *lack {
	for _, g := range x.c.GapsOf(ref) {
		if slices.ContainsFunc(parts, func(p string) bool { return names(g.Part, p) }) {
			return lackOf(g, what)
		}
	}
	return nil
}

// nothing is the verdict of every attribute where there is nothing to test.
func (x *exam) nothing() (verdict, bool) {
	if x.lane == byNothing {
		return unable(x.lost), true
	}
	if x.lane == byPullRequest && x.tmerge.none {
		return review("NOT_MERGED", "The pull request was not merged (%s), so there is no change to test.", x.pr.State).on(x.prRef), true
	}
	return verdict{}, false
}

// judged is the time as of which what people declare is read: the deployment,
// else the merge, else the last retrieval.
func (x *exam) judged() time.Time {
	switch {
	case x.tdep.known():
		return x.tdep.at
	case x.tmerge.known():
		return x.tmerge.at
	}
	return x.c.AsOf
}

// subjectRef is the record that the change was made by.
func (x *exam) subjectRef() evidence.Ref {
	switch x.lane {
	case byPullRequest:
		return x.prRef
	case byCommit:
		return x.landedRef
	}
	return x.main.ref
}
