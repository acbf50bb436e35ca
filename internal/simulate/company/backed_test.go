package company

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// records are what the servers hold of one change.
type records struct {
	c    *Company
	ch   *Change
	repo *forge.Repo
	pr   *forge.PullRequest
	dep  *forge.Deployment
}

func recordsOf(c *Company, ch *Change) *records {
	r := &records{c: c, ch: ch, repo: repoOf(c, ch.Repository)}
	if r.repo == nil {
		return r
	}
	for _, p := range r.repo.PullRequests {
		if p.Number == ch.PullRequest {
			r.pr = p
		}
	}
	for _, d := range r.repo.Deployments {
		if d.ID == ch.Deployment {
			r.dep = d
		}
	}
	return r
}

func (r *records) tickets() (out []*tracker.Issue) {
	for _, k := range r.ch.Tickets {
		out = append(out, r.c.Tracker.Issue(k))
	}
	return out
}

// counted are the approvals of people who had no part in the change, as they
// stood at a time: known people with accounts of their own, neither author nor
// requester.
func (r *records) counted(at time.Time) (out []*forge.Review) {
	for _, rv := range r.pr.Reviews {
		known := slices.ContainsFunc(r.c.Roster, func(m Member) bool { return m.Kind == "human" && slices.Contains(m.GitHub, rv.Author.Login) })
		asked := slices.ContainsFunc(r.tickets(), func(is *tracker.Issue) bool { return is.Reporter.Name == rv.Author.Name })
		stands := rv.State == "APPROVED" || rv.State == "DISMISSED" && slices.ContainsFunc(r.pr.Events, func(e *forge.Event) bool { return e.Review == rv && e.State == "APPROVED" && e.At.After(at) })
		if rv.State == "CHANGES_REQUESTED" {
			out = slices.DeleteFunc(out, func(o *forge.Review) bool { return o.Author == rv.Author })
		}
		if known && stands && !asked && !rv.Author.Deleted && !rv.Submitted.After(at) && !slices.Contains(r.ch.Authors, rv.Author.Name) {
			out = append(out, rv)
		}
	}
	return out
}

// covers reports whether nothing but clean merges of main came after a review.
func (r *records) covers(rv *forge.Review) bool {
	i := slices.Index(r.pr.Commits, rv.CommitID)
	return i >= 0 && !slices.ContainsFunc(r.pr.Commits[i+1:], func(sha string) bool {
		k := r.repo.Commits[sha]
		return len(k.Parents) < 2 || len(k.Files) > 0
	})
}

// checked reports whether the required checks passed at the first attempt on
// the head, or on main where there is no pull request, before a time.
func (r *records) checked(sha, event string, before time.Time) bool {
	required := r.repo.Protection["main"].Checks.Contexts
	for _, run := range r.repo.Runs {
		if run.SHA != sha || run.Event != event || run.LogsExpired || len(run.Attempts) > 1 || run.Attempts[0].Updated.After(before) {
			continue
		}
		ok := 0
		for _, j := range run.Attempts[0].Jobs {
			if slices.Contains(required, j.Name) && j.Conclusion == "success" {
				ok++
			}
		}
		if ok == len(required) {
			return true
		}
	}
	return false
}

// failed reports whether a check ended otherwise than with success or a skip in
// the last attempt on a commit, logs or none. The policy names no required
// checks, so that every one counts.
func (r *records) failed(sha, event string) bool {
	for _, suite := range r.repo.CheckSuites {
		if suite.SHA == sha && slices.ContainsFunc(suite.Runs, func(c *forge.CheckRun) bool { return c.Conclusion == "failure" }) {
			return true
		}
	}
	return slices.ContainsFunc(r.repo.Runs, func(run *forge.Run) bool {
		return run.SHA == sha && run.Event == event && slices.ContainsFunc(run.Attempts[len(run.Attempts)-1].Jobs, func(j *forge.Job) bool {
			return j.Conclusion != "success" && j.Conclusion != "skipped"
		})
	})
}

// objected reports whether a request for changes stood at the merge, or was
// dismissed by the one whom it was for.
func (r *records) objected() bool {
	last := map[*forge.User]string{}
	for _, rv := range r.pr.Reviews {
		if rv.State != "COMMENTED" && rv.Submitted.Before(r.ch.Merged) {
			last[rv.Author] = rv.State
		}
	}
	for _, state := range last {
		if state == "CHANGES_REQUESTED" {
			return true
		}
	}
	return slices.ContainsFunc(r.pr.Events, func(e *forge.Event) bool {
		return e.Kind == "review_dismissed" && e.State == "CHANGES_REQUESTED" && e.Actor == r.pr.Author
	})
}

// pushedBetween reports whether a push without a pull request lies between
// what landed and what was deployed.
func (r *records) pushedBetween() bool {
	for sha := r.dep.SHA; sha != r.ch.MergeSHA; sha = r.repo.Commits[sha].Parents[0] {
		for _, o := range r.c.Truth.Changes {
			if o.MergeSHA == sha && o.PullRequest == 0 {
				return true
			}
		}
		if len(r.repo.Commits[sha].Parents) == 0 {
			return false
		}
	}
	return false
}

// TestExpectationsAgreeWithTheRecords holds to the records what the story
// claims to have put there, so that no accident of the dice makes it untrue.
func TestExpectationsAgreeWithTheRecords(t *testing.T) {
	for _, seed := range []uint64{DefaultSeed, 1, 2} {
		c := New(seed)
		held := 0
		for _, ch := range c.Truth.Changes {
			r := recordsOf(c, ch)
			if r.pr != nil && r.failed(r.pr.Head.SHA, "pull_request") {
				if k := ch.Expect["K"]; k.Outcome != Exception { // whatever passed on main afterwards
					t.Errorf("seed %d: %s: a check failed on the head, the story says of K %+v", seed, ch.ID, k)
				}
			}
			for name, holds := range r.claims() {
				held++
				if want := ch.Expect[name[:1]].Outcome == Met; want != holds {
					t.Errorf("seed %d: %s, %s: the records say %t, the story %+v (%v)", seed, ch.ID, name, holds, ch.Expect[name[:1]], ch.Situations)
				}
			}
		}
		if held < 1500 {
			t.Errorf("seed %d: only %d expectations were held to the records", seed, held)
		}
	}
}

// claims are the expectations that can be seen in the records with little
// judgement, and whether they hold there.
func (r *records) claims() map[string]bool {
	ch, out := r.ch, map[string]bool{}
	judged := func(l string) bool { // met or not met; the rest is judgement
		o := ch.Expect[l].Outcome
		return o == Met || o == Exception
	}
	claim := func(l, what string, holds func() bool) {
		if judged(l) {
			out[l+" "+what] = holds()
		}
	}
	if r.pr != nil {
		cut := ch.Merged
		if ch.Emergency {
			cut = cut.Add(24 * time.Hour)
		}
		counted := r.counted(cut)
		claim("E", "independent approval", func() bool { return len(counted) > 0 })
		if ch.Expect["E"].Outcome == Met {
			claim("G", "in time", func() bool {
				return len(counted) > 0 && counted[0].Submitted.Before(ch.Merged.Add(-2*time.Minute)) && (ch.Deployed.IsZero() || ch.Merged.Before(ch.Deployed))
			})
			claim("H", "of the final commit", func() bool {
				same := len(r.repo.Commits[ch.MergeSHA].Files) <= len(r.pr.Files)
				return same && r.landedAsTheyWere() && slices.ContainsFunc(counted, r.covers)
			})
		}
		claim("J", "rules kept", r.ruled)
		claim("I", "no objection", func() bool { return !r.objected() })
		claim("K", "checks", func() bool {
			return r.checked(r.pr.Head.SHA, "pull_request", ch.Merged) && !r.failed(r.pr.Head.SHA, "pull_request")
		})
		claim("T", "plan", func() bool { return strings.Contains(said(r.pr, ch.Deployed), "## Rollback Plan\n\n") })
	}
	if r.repo != nil && r.pr == nil {
		claim("K", "checks", func() bool { return r.checked(ch.MergeSHA, "push", ch.Deployed) })
	}
	r.deployed(claim)
	r.requested(claim)
	return out
}

// landedAsTheyWere reports whether each commit that a rebase put on the base has
// the difference of the pull request's own, from the last back to the first.
func (r *records) landedAsTheyWere() bool {
	own := slices.DeleteFunc(slices.Clone(r.pr.Commits), func(sha string) bool { return len(r.repo.Commits[sha].Parents) > 1 })
	landed := r.repo.Commits[r.ch.MergeSHA]
	if len(own) < 2 || len(landed.Parents) != 1 || landed.Message != r.repo.Commits[own[len(own)-1]].Message {
		return true // no rebase of several
	}
	for _, sha := range slices.Backward(own) {
		o := r.repo.Commits[sha]
		if o.Message != landed.Message || !slices.Equal(o.Files, landed.Files) {
			return false
		}
		landed = r.repo.Commits[landed.Parents[0]]
	}
	return true
}

// said is the description of a pull request as of a time.
func said(pr *forge.PullRequest, at time.Time) string {
	for _, e := range pr.Edits {
		if e.At.After(at) {
			return e.Before
		}
	}
	return pr.Body
}

// deployed claims what can be seen of the way to production.
func (r *records) deployed(claim func(string, string, func() bool)) {
	if r.dep == nil {
		return
	}
	claim("O", "nothing between", func() bool { return !r.pushedBetween() })
	claim("N", "staging", func() bool {
		return slices.ContainsFunc(r.repo.Deployments, func(d *forge.Deployment) bool {
			return d.Environment == "staging" && d.SHA == r.dep.SHA && slices.ContainsFunc(d.Statuses, func(s *forge.DeploymentStatus) bool { return s.State == "success" && s.Created.Before(r.ch.Deployed) })
		})
	})
	claim("Q", "gate", func() bool {
		gate := r.dep.Statuses[0].Run.Approvals
		return len(gate) > 0 && !slices.Contains(r.ch.Authors, gate[len(gate)-1].User.Name)
	})
	claim("R", "success", func() bool {
		return slices.ContainsFunc(r.dep.Statuses, func(s *forge.DeploymentStatus) bool { return s.State == "success" })
	})
}

// requested claims what can be seen in the tickets.
func (r *records) requested(claim func(string, string, func() bool)) {
	ch, tickets := r.ch, r.tickets()
	start := ch.Merged
	if r.repo == nil {
		start = ch.Deployed
	}
	claim("B", "before", func() bool {
		return slices.ContainsFunc(tickets, func(is *tracker.Issue) bool { return is.Created.Before(start) })
	})
	claim("S", "signed within a day", r.signed)
	if r.repo == nil {
		claim("T", "plan", func() bool { return !tickets[0].Custom[10044].IsZero() })
		claim("W", "difference", func() bool {
			return slices.ContainsFunc(tickets[0].Attachments, func(a *tracker.Attachment) bool { return strings.HasSuffix(a.File, ".diff") })
		})
		claim("G", "in time", func() bool {
			return tickets[0].Approvals[0].Completed.Before(ch.Deployed) && ch.Expect["E"].Outcome == Met
		})
	}
	claim("D", "rated", func() bool {
		ticked := r.pr != nil && (strings.Contains(r.pr.Body, "- [x] Low risk") || strings.Contains(r.pr.Body, "- [x] Medium risk") || strings.Contains(r.pr.Body, "- [x] High risk"))
		return ticked || slices.ContainsFunc(tickets, func(is *tracker.Issue) bool { return !is.Custom[10042].IsZero() && is.Created.Before(ch.Deployed) })
	})
	claim("V", "closed in order", func() bool {
		return !slices.ContainsFunc(tickets, func(is *tracker.Issue) bool {
			late := slices.ContainsFunc(is.Approvals, func(a *tracker.Approval) bool { return a.Completed.After(ch.Deployed) })
			return late || is.Resolved.Before(ch.Deployed)
		})
	})
	claim("C", "content", func() bool {
		return slices.ContainsFunc(tickets, func(is *tracker.Issue) bool {
			full := is.Body != "" && !is.Custom[10042].IsZero() && !is.Custom[10046].IsZero() && !is.Custom[10047].IsZero()
			return full && (ch.Deployed.IsZero() || is.Created.Before(ch.Deployed) || ch.Emergency && is.Created.Before(ch.Deployed.Add(24*time.Hour)))
		})
	})
	claim("P", "authorised", func() bool {
		is := r.c.Tracker.Issue(ch.Incident)
		return is != nil && len(is.Approvals) > 0 && is.Approvals[0].Completed.Before(ch.Deployed)
	})
	claim("U", "window", func() bool {
		is := tickets[len(tickets)-1]
		return !ch.Deployed.Before(is.Custom[10048].Time) && !ch.Deployed.After(is.Custom[10052].Time)
	})
	claim("X", "the security team's approval", func() bool {
		return r.pr != nil && slices.ContainsFunc(r.counted(ch.Merged), func(rv *forge.Review) bool {
			return slices.ContainsFunc(r.c.Roster, func(m Member) bool {
				return slices.Contains(m.GitHub, rv.Author.Login) && slices.ContainsFunc(m.Roles, func(p RolePeriod) bool { return p.Role == "security" })
			})
		})
	})
}

// signed reports whether somebody wrote within a day that they had looked at
// production; where the policy asks for a lead, whether a lead did.
func (r *records) signed() bool {
	lead, anybody := false, false
	for _, is := range append(r.tickets(), r.c.Tracker.Issue(r.ch.Incident)) {
		if is == nil {
			continue
		}
		for _, say := range is.Comments {
			after := say.Created.Sub(r.ch.Deployed)
			if say.Internal || after < 0 || after >= 24*time.Hour {
				continue
			}
			text := string(say.Body)
			form := strings.Contains(text, "Validation after")
			lead = lead || form
			anybody = anybody || form || strings.Contains(text, "checked: error rate") || strings.Contains(text, "health check after")
		}
	}
	return lead || anybody && !r.ch.Has("no-sign-off")
}

// ruled reports whether the branch had a protection, no entry of the audit log
// says that somebody went round it with this merge, and none that the rules
// were off at the time.
func (r *records) ruled() bool {
	off := false
	for _, e := range r.c.Forge.Audit { // in order of time, once it is served
		switch {
		case e.Repo != r.repo:
		case e.Action == "protected_branch.policy_override" && e.Fields["after"] == r.ch.MergeSHA:
			return false
		case e.At.After(r.ch.Merged):
		case e.Action == "protected_branch.destroy":
			off = true
		case e.Action == "protected_branch.create":
			off = false
		case e.Action == "repository_ruleset.update":
			off = e.Fields["ruleset_enforcement"] != "active"
		}
	}
	return !off && r.repo.Protection[r.pr.Base.Ref] != nil
}
