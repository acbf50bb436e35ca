package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var grants = regexp.MustCompile(`(?i)\b(authori[sz]e[sd]?|authori[sz]ing|approved?|approving|go ahead|permission granted|permit)\b`)

// refuses is how people say that it is not authorized, or ask for it. What is
// only told in words needs review in any case, so a condition does not count.
var refuses = regexp.MustCompile(`(?i)\b(not|don'?t|cannot|can'?t|never|un)[ -]?(be )?(authori[sz]|approv|permit)|\bneeds? (to be )?(authori[sz]|approv)|\bplease (authori[sz]|approv)|\b(who|can (you|someone|anyone)|could (you|someone)) .*(authori[sz]|approv)`)

// authorized tests that somebody who may do so authorised the change before it
// was deployed.
func (x *exam) authorized() verdict {
	return asOf(x.tdep, func(cut time.Time) verdict {
		authors, _ := x.authors(cut)
		var best verdict
		consider := func(a approval, record string) {
			if a.at.IsZero() || a.at.After(cut) {
				return
			}
			if w := x.mayAuthorize(x.judge(a, authors), record); best.code == "" || better(w, best) {
				best = w
			}
		}
		var lost *lack
		if x.lane == byPullRequest {
			reviews, l := x.reviewApprovals(cut)
			lost = l
			for _, a := range reviews {
				consider(a, "approved the pull request")
			}
		}
		tickets, l := x.ticketApprovals(cut)
		lost = first(lost, l)
		for _, a := range tickets {
			consider(a, "approved on the ticket")
		}
		for _, step := range x.incidentSteps() {
			consider(step, "approved on the incident")
		}
		// What is only told in words may be so: a person must read it.
		for _, m := range x.remarks() {
			word := says(plain(m.Body), grants.MatchString)
			if word == unclear {
				if w := review("AUTHORIZATION_UNCLEAR", "a remark speaks of authorization, and does not plainly give it."); best.code == "" || better(w, best) {
					best = w.with("remark", plain(m.Body)).on(m.ref)
				}
			}
			if word == stated {
				if m.edited {
					if w := review("AUTHORIZATION_EDITED", "the remark that authorizes the change was edited afterwards."); best.code == "" || better(w, best) {
						best = w.at("edited", m.Updated)
					}
					continue
				}
				consider(approval{by: x.who.identify(m.Author), at: m.Created, from: m.where, ref: m.ref}, inWords)
			}
		}
		if best.outcome == evidence.Met {
			if missing := x.authorsLack(cut); missing != nil {
				return unable(missing)
			}
			return best
		}
		if ref, text := x.toldAuthorized(cut); text != "" && best.outcome != evidence.NeedsReview {
			best = review("AUTHORIZED_IN_TEXT", "that the change was authorized is only told in a text (%s); a person must read it.", quote(text)).on(ref)
		}
		if ex := x.exhibits("approval"); len(ex) > 0 && best.outcome != evidence.NeedsReview {
			best = review("AUTHORIZED_BY_EXHIBIT", "no record shows the authorization, and %s.", attached(ex[0]))
		}
		switch {
		case best.outcome == evidence.NeedsReview:
			return best
		case lost != nil:
			return unable(lost)
		case x.remarksLack() != nil:
			return unable(x.remarksLack())
		case x.incident().outcome == evidence.Unable: // it may be written there
			return x.incident()
		case best.code != "":
			return best
		}
		return exception("NOT_AUTHORIZED", "nobody who may do so is recorded to have authorized the change before it was deployed.")
	})
}

// inWords is how a remark authorizes, which is not as binding as an approval.
const inWords = "wrote so"

// incidents gives the incidents that the change or its ticket names.
func (x *exam) incidents() []evidence.Item {
	var out []evidence.Item
	for _, it := range x.c.All(evidence.KindTicket) {
		if it.Ticket != nil && x.isIncident(it.Ticket) && x.namesIncident(it.Ref, it.Ticket.Key) {
			out = append(out, it)
		}
	}
	return out
}

// incidentSteps gives the approvals that the steps of an incident hold.
func (x *exam) incidentSteps() []approval {
	var out []approval
	for _, it := range x.incidents() {
		for _, step := range it.Ticket.Approvals {
			for _, d := range step.Approvers {
				if strings.EqualFold(step.Decision, "approved") && strings.EqualFold(d.Decision, "approved") {
					out = append(out, approval{by: x.who.identify(d.Person), at: step.Completed, from: "incident " + it.Ticket.Key, ref: it.Ref})
				}
			}
		}
	}
	return out
}

// toldAuthorized finds a line of the incident, the ticket or the commit that
// says that somebody authorized the change. Whoever wrote it need not be the
// one who did.
func (x *exam) toldAuthorized(cut time.Time) (evidence.Ref, string) {
	told := func(text string) string {
		for line := range strings.Lines(text) {
			if grants.MatchString(line) && !refuses.MatchString(line) {
				return oneLine(line)
			}
		}
		return ""
	}
	for _, it := range x.incidents() {
		if text := told(bodyAt(it.Ticket, cut).text); text != "" {
			return it.Ref, text
		}
	}
	if t := x.main.t; t != nil && x.main.strong {
		if text := told(plain(t.Body)); text != "" {
			return x.main.ref, text
		}
	}
	if x.landed != nil {
		return x.landedRef, told(x.landed.Message)
	}
	return evidence.Ref{}, ""
}

// mayAuthorize judges one authorization by who gave it.
func (x *exam) mayAuthorize(a approval, did string) verdict {
	has, known := x.roleOf(a.by, a.at, x.p.Emergency.Authorizers)
	v := verdict{}
	switch {
	case a.by.machine:
		v = exception("NOT_AUTHORIZED", "only a bot or service account authorized the change.")
	case a.by.entry == nil:
		v = review("AUTHORIZER_UNMAPPED", "%s %s, and nobody has said who that is.", a.by.shown, did)
	case !known:
		v = review("ROLE_UNKNOWN", "%s %s, and the people file does not say which role they had.", a.by.shown, did)
	case !has:
		v = exception("NOT_AUTHORIZED", "%s %s, and may not authorize emergencies.", a.by.shown, did)
	case a.kind == byAuthor:
		v = review("AUTHORIZER_IS_IMPLEMENTER", "%s authorized the change and also made it.", a.by.shown)
	case a.kind != independent:
		v = review(a.code, "%s %s: %s.", a.by.shown, did, a.why)
	case did == inWords:
		v = review("AUTHORIZED_IN_TEXT", "%s, who may do so, authorized the change in words alone, before it was deployed; a person must read them.", a.by.shown)
	default:
		v = met("AUTHORIZED", "%s, who may do so, %s before the change was deployed.", a.by.shown, did)
	}
	return v.with("authorization", a.String()).with("before the deployment", hours(x.tdep.at.Sub(a.at))).on(a.ref)
}

// remark is a comment with its place.
type remark struct {
	evidence.Comment
	ref    evidence.Ref
	where  string
	edited bool
}

// remarks gives the comments on the change's records, oldest first.
func (x *exam) remarks() []remark {
	var out []remark
	add := func(ref evidence.Ref, where string, all []evidence.Comment) {
		for _, m := range all {
			out = append(out, remark{m, ref, where, m.Updated.Sub(m.Created) > time.Minute})
		}
	}
	if x.pr != nil {
		add(x.prRef, "comment on the pull request", x.pr.Comments)
	}
	for _, it := range x.c.All(evidence.KindTicket) {
		if it.Ticket != nil && (x.isIncident(it.Ticket) && x.namesIncident(it.Ref, it.Ticket.Key) || it.Ref == x.main.ref && x.main.strong) {
			add(it.Ref, "comment on "+it.Ticket.Key, it.Ticket.Comments)
		}
	}
	slices.SortStableFunc(out, func(a, b remark) int { return a.Created.Compare(b.Created) })
	return out
}

func (x *exam) remarksLack() *lack {
	if x.pr != nil {
		for _, g := range x.c.GapsOf(x.prRef) {
			if g.Part == "comments" {
				return lackOf(g, "the comments on the pull request")
			}
		}
		if l := x.lacks(x.prRef, "the comments on the pull request"); l != nil {
			return l
		}
		if it, _ := x.c.Find(x.prRef); slices.Contains(it.Unread, "comments") {
			return x.lacks(x.prRef, "the comments on the pull request", "comments")
		}
	}
	if x.main.t != nil {
		return x.lacks(x.main.ref, "the comments on ticket "+x.main.t.Key, "comments")
	}
	return x.lostTicket()
}
