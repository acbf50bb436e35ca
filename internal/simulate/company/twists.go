package company

import (
	"slices"
	"time"
)

// words says in plain language what each twist is.
func words() map[string]string {
	return map[string]string{
		"failed-then-fixed":         "the first push failed in CI; a further commit fixed it before the review",
		"rerun":                     "CI failed on the final commit and passed on a second attempt without any change to the code",
		"changes-requested":         "a reviewer asked for changes, got them, and approved then",
		"re-requested":              "the review was asked for again after an answer",
		"co-authored":               "a commit names a co-author",
		"update-branch":             "main was merged into the branch before the approval",
		"force-push":                "the branch was force-pushed before the approval",
		"draft":                     "opened as a draft",
		"renamed-pr":                "the title of the pull request was changed on the way",
		"stale-approval":            "a commit was pushed after the only approval, and it was merged without another",
		"force-push-after-approval": "the branch was force-pushed after the only approval, and it was merged without another",
		"base-merge-after-approval": "only main was merged into the branch after the approval",
		"approval-renewed":          "a commit was pushed after the first approval; the reviewer approved again",
		"dismissed-then-approved":   "the first approval was dismissed when a commit was pushed; another person approved the final commit",
		"dismissed-not-replaced":    "the only approval was dismissed before the merge and not replaced; an administrator merged",
		"dismissed-after-merge":     "the approval stood at the merge and was dismissed afterwards",
		"objection-dismissed":       "the author dismissed a reviewer's request for changes; somebody else approved",
		"open-objection":            "one reviewer's request for changes stood at the merge; another had approved",
		"late-approval":             "merged without approval; the approval came afterwards",
		"self-merge":                "merged by its author without any approval",
		"lgtm-only":                 "the reviewer only wrote LGTM in a comment; there is no review with an approval",
		"coauthor-approves":         "the approver is named as co-author of a commit",
		"pusher-approves":           "the approver had pushed a commit to the branch",
		"ghost-approval":            "the approver's account was deleted later",
		"ghost-author":              "the author's account was deleted later",
		"bot-approval":              "only a bot approved a bot's update; it merged by itself",
		"red-merge":                 "a required check had failed on the merged commit; an administrator merged all the same",
		"no-ci":                     "CI never ran on the pull request",
		"cancelled-ci":              "the run on the final commit was cancelled before it ended",
		"skipped-checks":            "integration tests and security scan were skipped, as only documentation was touched",
		"no-ticket":                 "there is no ticket",
		"ticket-late":               "the ticket was created after the deployment",
		"wrong-ticket":              "the title names a ticket that does not exist",
		"false-keys":                "the texts name things that look like tickets and are none (CVE-2024-24790, SHA-256, UTF-8)",
		"two-tickets":               "the change answers two tickets",
		"shared-ticket":             "several pull requests answer one ticket",
		"moved-ticket":              "the ticket was moved to another project; the pull request names its old key",
		"ticket-edited":             "the ticket's description and risk were edited after the deployment",
		"ticket-reopened":           "the ticket was reopened after the deployment and closed again",
		"long-text":                 "the description is very long",
		"multilingual":              "the description is in six languages and three scripts",
		"long-log":                  "a CI log has 60,000 lines, some of them very long",
		"many-files":                "130 files are touched",
		"many-commits":              "34 commits",
		"many-comments":             "more than a hundred comments",
		"fork-gone":                 "came from a fork that was deleted since",
		"queue-ejected":             "the merge queue put it out once before it took it",
		"merge-queue":               "merged by the merge queue",
		"auto-merge":                "auto-merge was enabled before the last condition was met",
		"merge-commit":              "merged with a merge commit",
		"squash":                    "squashed into one commit",
		"rebase":                    "rebased onto main, commit by commit",
		"legacy-status":             "CI results are commit statuses beside check runs",
		"service-account-merge":     "merged by a service account whose name reads like a person's",
		"renamed-login":             "the author's login was another one then",
		"expired-logs":              "the CI logs are older than what is kept",
		"batch":                     "deployed together with other changes",
		"superseded-deploy":         "its own deployment was overtaken by the next merge's, which brought it",
		"deploy-failed-retried":     "the deployment failed and succeeded on the second attempt",
		"deploy-failed":             "the first deployment with it failed; the next one brought it",
		"deploy-rejected":           "the release was rejected at the approval of the production environment; the next one brought it",
		"redeployed":                "the same commit was deployed again later",
		"rolled-back":               "the deployment was rolled back",
		"rollback-revert":           "takes a change back that was rolled back in production",
		"environment-self-approval": "whoever started the deployment also approved it for production",
		"staging-skipped":           "deployed to production without staging",
		"hotfix":                    "a hotfix in an incident",
		"release-branch":            "merged into a release branch and deployed from there",
		"forward-port":              "brings a release branch's fix to main",
		"retro-approval":            "approved after the deployment, within a day",
		"direct-push":               "pushed to main without a pull request",
		"undocumented-emergency":    "an emergency whose ticket came 54 hours and 46 minutes after the authorisation",
		"not-deployed":              "merged and not yet deployed when the story ends",
		"ticket-only":               "made by ticket, without any change of code",
		"cab":                       "approved by the change advisory board before the work",
		"peer-approved":             "approved by one colleague before the work",
		"requester-approved":        "approved by nobody but the one who asked for it",
		"approval-after-work":       "approved after the work was done",
		"emergency-ticket":          "an emergency change, approved afterwards",
		"no-rollback-plan":          "the ticket has no rollback plan",
		"no-testing-notes":          "the ticket says nothing of tests",
		"no-risk":                   "the ticket has no risk level",
		"outside-window":            "done outside the planned window",
		"implementer-approved":      "approved by the one who carried it out",
		"infra-with-pr":             "a change request that was carried out by pull request",
		"long-history":              "the ticket has more than a hundred entries in its history",
		"deleted-approver":          "approved by a person whose account was deleted later",
		"done-without-deployment":   "the ticket was closed as done without any deployment",
		"code-with-change-request":  "the code change has a change request beside its ticket",
		"approved-by-two":           "two people approved before the merge",
		"one-approval-of-two":       "high risk, where two approvals are asked for, and only one was given",
		"staging-first":             "deployed to staging before production",
		"environment-approved":      "somebody other than the one who started it approved the deployment for production",
		"outcome-failed-ticket":     "carried out, failed, and taken back within the window",
	}
}

type deal struct {
	id      string
	count   int
	fits    func(*plan) bool
	serious bool
}

// dealTwists gives changes what is going to be special about them: at most one
// serious thing each, and one that happens every day.
func (s *story) dealTwists() {
	any := func(p *plan) bool { return true }
	before := func(m time.Month, d int) func(*plan) bool {
		return func(p *plan) bool { return p.merged.Before(day(2026, m, d)) }
	}
	in := func(names ...string) func(*plan) bool {
		return func(p *plan) bool { return slices.Contains(names, p.house.name) }
	}
	merged := func(methods ...string) func(*plan) bool {
		return func(p *plan) bool { return slices.Contains(methods, p.method) && !p.queue }
	}
	unqueued := func(p *plan) bool { return !p.queue && !p.auto && !p.high() }
	deals := []deal{
		{"stale-approval", 5, unqueued, true}, {"force-push-after-approval", 1, unqueued, true}, {"base-merge-after-approval", 3, unqueued, true},
		{"approval-renewed", 6, any, true}, {"dismissed-then-approved", 3, unqueued, true}, {"dismissed-not-replaced", 1, unqueued, true}, {"dismissed-after-merge", 2, unqueued, true},
		{"objection-dismissed", 1, unqueued, true}, {"open-objection", 1, unqueued, true}, {"late-approval", 3, unqueued, true}, {"self-merge", 3, unqueued, true}, {"lgtm-only", 2, unqueued, true},
		{"coauthor-approves", 2, unqueued, true}, {"pusher-approves", 1, unqueued, true}, {"ghost-approval", 3, func(p *plan) bool {
			return in("ledger-api")(p) && before(2, 24)(p) && p.author != s.who["olek"] && !p.high()
		}, true},
		{"red-merge", 1, unqueued, true}, {"no-ci", 1, unqueued, true}, {"cancelled-ci", 2, unqueued, true}, {"rerun", 8, any, true},
		{"no-ticket", 6, unqueued, true}, {"ticket-late", 3, unqueued, true}, {"wrong-ticket", 1, unqueued, true}, {"two-tickets", 3, any, true}, {"moved-ticket", 1, in("identity-gateway"), true},
		{"ticket-edited", 4, any, true}, {"ticket-reopened", 2, any, true}, {"long-log", 1, in("ledger-api"), true}, {"many-files", 1, in("checkout-web"), true},
		{"many-commits", 1, merged("merge"), true}, {"many-comments", 1, in("ledger-api"), true}, {"fork-gone", 1, unqueued, true}, {"queue-ejected", 2, func(p *plan) bool { return p.queue }, true},
		{"one-approval-of-two", 2, func(p *plan) bool { return p.high() }, true}, {"long-history", 1, any, true},
		{"failed-then-fixed", 14, any, false}, {"changes-requested", 20, any, false}, {"re-requested", 6, any, false}, {"co-authored", 8, any, false}, {"update-branch", 8, any, false},
		{"force-push", 6, any, false}, {"draft", 4, any, false}, {"renamed-pr", 3, any, false}, {"false-keys", 4, any, false}, {"long-text", 2, any, false}, {"multilingual", 3, any, false},
	}
	var all []*plan
	for _, h := range s.houses {
		for _, p := range h.plans {
			if p.bot() || p.fixed {
				continue
			}
			if p.work.kind == "docs" {
				p.twist("skipped-checks")
			}
			all = append(all, p)
		}
	}
	r := dice(s.Seed, "twists")
	taken := map[bool]map[*plan]bool{true: {}, false: {}}
	for _, d := range deals {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		left := d.count
		for _, p := range all {
			if left == 0 {
				break
			}
			if taken[d.serious][p] || !d.fits(p) || d.serious && p.has("skipped-checks") || d.id == "failed-then-fixed" && p.has("no-ci") {
				continue
			}
			taken[d.serious][p] = true
			p.twist(d.id)
			left--
		}
	}
	s.dealBots()
}

// dealBots lets a bot approve another bot's update, twice.
func (s *story) dealBots() {
	left := 2
	for _, p := range s.houses[1].plans {
		if p.bot() && left > 0 {
			p.twist("bot-approval")
			left--
		}
	}
}
