package company

import (
	"fmt"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// script lays out what happens between the opening and the merge.
func (t *telling) script() {
	outcome := "success"
	switch {
	case t.has("failed-then-fixed"):
		outcome = "failure"
	case t.has("rerun") && !t.moves():
		outcome = "rerun"
	case t.has("red-merge"):
		outcome = "failure"
	case t.has("cancelled-ci"):
		outcome = "cancelled"
	}
	t.then(func(at time.Time) {
		t.begin(at)
		t.check(at, outcome)
		if t.has("draft") {
			t.event(at.Add(40*time.Minute), "ready_for_review", t.author, forge.Event{})
		}
		for _, l := range t.pr.Labels {
			t.event(at.Add(30*time.Second), "labeled", t.author, forge.Event{Label: l})
		}
		if !t.bot() && !t.has("self-merge") && !t.has("no-ci") && !t.has("late-label") {
			t.ask(at.Add(2*time.Minute), t.reviewer)
			if t.high() {
				t.ask(at.Add(2*time.Minute+5*time.Second), t.second)
			}
		}
	})
	t.everyday()
	t.serious()
	t.mergeSteps()
}

// moves reports whether the head moves after the opening, so that CI on the
// final commit is another run.
func (t *telling) moves() bool {
	for _, id := range []string{"failed-then-fixed", "changes-requested", "update-branch", "force-push"} {
		if t.has(id) {
			return true
		}
	}
	return false
}

// final is how CI goes on the last head before the approval.
func (t *telling) final() string {
	if t.has("rerun") {
		return "rerun"
	}
	if t.has("red-merge") {
		return "failure"
	}
	if t.has("cancelled-ci") {
		return "cancelled"
	}
	return "success"
}

// everyday adds what happens in any company.
func (t *telling) everyday() {
	switch {
	case t.has("failed-then-fixed"):
		t.then(func(at time.Time) { t.push(at, t.author, t.final()) })
	case t.has("changes-requested"):
		t.then(func(at time.Time) {
			rv := t.review(at, t.reviewer, "CHANGES_REQUESTED", pick(t.r, objections()))
			t.remark(at, rv, between(t.r, 1, 4))
		})
		t.then(func(at time.Time) { t.push(at, t.author, t.final()); t.ask(at.Add(time.Minute), t.reviewer) })
	case t.has("re-requested"):
		t.then(func(at time.Time) {
			rv := t.review(at, t.reviewer, "COMMENTED", "A few questions first.")
			t.remark(at, rv, 2)
		})
		t.then(func(at time.Time) {
			t.say(at, t.author, "@"+t.reviewer.called(at)+" answered on the lines, please have another look.")
			t.ask(at.Add(10*time.Second), t.reviewer)
		})
	case t.has("update-branch"):
		t.then(func(at time.Time) { t.update(at, t.author, t.final()) })
	case t.has("force-push"):
		t.then(func(at time.Time) { t.forcePush(at, t.final()) })
	case t.has("renamed-pr"):
		t.then(func(at time.Time) {
			t.event(at, "renamed", t.author, forge.Event{From: "WIP " + t.title, To: t.title})
		})
	}
}

// serious adds the approval, or what was there in its place.
func (t *telling) serious() {
	approve := func(at time.Time) { t.approve(at) }
	push := func(at time.Time) { t.push(at, t.author, "success") }
	switch {
	case t.has("self-merge"), t.has("late-approval"), t.has("hotfix"), t.has("late-label"):
	case t.unsettled(approve):
	case t.has("bot-approval"):
		t.then(func(at time.Time) {
			t.review(at, t.who["actions"], "APPROVED", "Approved by the update policy: patch release, all checks green.")
		})
	case t.has("lgtm-only"):
		t.then(func(at time.Time) { t.say(at, t.reviewer, "LGTM 👍") })
	case t.has("ghost-approval"):
		t.then(func(at time.Time) { t.review(at, t.who["olek"], "APPROVED", "Looks good to me.") })
	case t.has("stale-approval"):
		t.then(approve)
		t.then(push)
	case t.has("force-push-after-approval"):
		t.then(approve)
		t.then(func(at time.Time) { t.forcePush(at, "success") })
	case t.has("base-merge-after-approval"):
		t.then(approve)
		t.then(func(at time.Time) { t.update(at, t.author, "success") })
	case t.has("approval-renewed"):
		t.then(func(at time.Time) { t.review(at, t.reviewer, "APPROVED", "Good, one nit.") })
		t.then(push)
		t.then(approve)
	case t.has("dismissed-then-approved"), t.has("dismissed-not-replaced"):
		var first *forge.Review
		t.then(func(at time.Time) { first = t.review(at, t.second, "APPROVED", "LGTM") })
		t.then(func(at time.Time) {
			push(at)
			first.State = "DISMISSED"
			t.event(at.Add(4*time.Second), "review_dismissed", t.author, forge.Event{Review: first, State: "APPROVED", Message: "The merge-base changed after approval.", Commit: t.head})
		})
		if t.has("dismissed-then-approved") {
			t.then(approve)
		}
	case t.has("objection-dismissed"), t.has("open-objection"):
		var first *forge.Review
		t.then(func(at time.Time) {
			first = t.review(at, t.second, "CHANGES_REQUESTED", pick(t.r, objections()))
			t.remark(at, first, 2)
		})
		if t.has("objection-dismissed") {
			t.then(func(at time.Time) {
				first.State = "DISMISSED"
				t.event(at, "review_dismissed", t.author, forge.Event{Review: first, State: "CHANGES_REQUESTED", Message: "discussed offline, will do in a follow-up"})
			})
		}
		t.then(approve)
	case t.has("many-comments"):
		t.then(func(at time.Time) { t.discuss(at) })
		t.then(approve)
	case t.has("pusher-approves"):
		t.then(func(at time.Time) { t.push(at, t.reviewer, "success") })
		t.then(approve)
	default:
		t.then(approve)
	}
}

// unsettled adds approvals of which it is not plain whether and how they count;
// it reports whether there is one of them.
func (t *telling) unsettled(approve func(time.Time)) bool {
	switch {
	case t.has("service-approval"):
		t.then(func(at time.Time) { t.review(at, t.who["robin"], "APPROVED", "Release window is free, approved.") })
	case t.has("approval-withdrawn"):
		t.then(approve)
		t.then(func(at time.Time) {
			t.remark(at, t.review(at, t.reviewer, "CHANGES_REQUESTED", "On second thought this is not safe when two instances run at once."), 1)
			t.approved = nil
		})
	case t.has("commented-after-approval"):
		t.then(approve)
		t.then(func(at time.Time) {
			t.review(at, t.reviewer, "COMMENTED", "One more thought for the next time, nothing to change here.")
		})
	case t.has("re-requested-after-approval"):
		t.then(approve)
		t.then(func(at time.Time) { t.ask(at, t.reviewer) })
	case t.has("objection-overruled"):
		var first *forge.Review
		t.then(func(at time.Time) { first = t.review(at, t.second, "CHANGES_REQUESTED", pick(t.r, objections())) })
		t.then(func(at time.Time) {
			first.State = "DISMISSED"
			t.event(at, "review_dismissed", t.who["hannah"], forge.Event{Review: first, State: "CHANGES_REQUESTED", Message: "Settled in the design review of this week; the reviewer is on holiday."})
		})
		t.then(approve)
	case t.has("reviewer-updates-branch"):
		t.then(func(at time.Time) { t.update(at, t.reviewer, "success") })
		t.then(approve)
	case t.has("conflict-merge"):
		t.then(approve)
		t.then(func(at time.Time) { t.resolve(at, "success") })
	case t.has("last-minute"):
		t.then(func(time.Time) { approve(t.merged.Add(-50 * time.Second)) })
	default:
		return false
	}
	return true
}

// discuss is a review and a conversation of more than a hundred comments.
func (t *telling) discuss(at time.Time) {
	rv := t.review(at, t.second, "COMMENTED", "A long read; my questions are on the lines.")
	t.remark(rv.Submitted, rv, 74)
	for i := range 31 {
		t.say(at.Add(time.Duration(i)*20*time.Second), []*Person{t.author, t.second}[i%2], fmt.Sprintf("%d. %s", i+1, remarks(t.house.lang)[i%9][i%2]))
	}
}

// mergeSteps adds what comes right before the merge.
func (t *telling) mergeSteps() {
	if t.auto && !t.queue {
		kind := map[string]string{"merge": "auto_merge_enabled", "squash": "auto_squash_enabled", "rebase": "auto_rebase_enabled"}[t.method]
		by := t.author
		if t.bot() {
			by = t.who["actions"]
		}
		at := t.created.Add(4 * time.Minute)
		t.event(at, kind, by, forge.Event{})
		t.pr.AutoMerge = &forge.AutoMerge{EnabledBy: by.GitHub, EnabledAt: at, Method: t.method}
		t.merger = by
	}
	if !t.queue {
		return
	}
	t.then(func(time.Time) {
		if t.has("queue-ejected") {
			t.ejected(t.merged.Add(-55 * time.Minute))
		}
	})
}

// ejected lets the merge queue take the pull request in and put it out again:
// what it tried it with brought a dependency that another check refuses.
func (t *telling) ejected(at time.Time) {
	h, out := t.house, at.Add(11*time.Minute)
	tip := h.main[len(h.main)-1].sha
	group := h.repo.AddCommit(&forge.Commit{Parents: []string{tip}, Author: t.author.signature(at), Committer: t.who["webflow"].signature(at), Message: t.squashed(fmt.Sprintf("%s (#%d)", t.title, t.number)), Files: t.files}).SHA
	h.otherSuite(t.story, ciOrder{event: "pull_request", branch: fmt.Sprintf("gh-readonly-queue/main/pr-%d-%s", t.number, tip), sha: group, pull: t.number, at: at, scan: "failure"}, out)
	t.event(at, "added_to_merge_queue", t.author, forge.Event{})
	t.event(out, "removed_from_merge_queue", t.who["queue"], forge.Event{Message: "failed_checks", Before: group})
}
