package forge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

var start = time.Date(2025, 10, 1, 9, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

// sample is a forge in which everything that the model can say occurs.
type sample struct {
	*forge.Forge
	api, web                *forge.Repo
	ann, bob, eve, gone     *forge.User
	bot                     *forge.User
	first, second, third    *forge.PullRequest
	run                     *forge.Run
	deployed                *forge.Deployment
	base, feature1, merge   *forge.Commit
	side, squash, unrelated *forge.Commit
}

func newSample(t testing.TB) *sample {
	t.Helper()
	s := &sample{Forge: forge.New("acme")}
	s.ann = s.AddUser(&forge.User{Login: "ann", Name: "Ann Ångström", Email: "ann@acme.example", Company: "Acme", Created: start.AddDate(-3, 0, 0)})
	s.bob = s.AddUser(&forge.User{Login: "bob"})
	s.eve = s.AddUser(&forge.User{Login: "eve-外部", Name: "Eve"})
	s.gone = s.AddUser(&forge.User{Login: "left-us", Deleted: true})
	s.bot = s.AddUser(&forge.User{Login: "dependabot[bot]", Type: forge.Bot})
	team := &forge.Team{Slug: "payments", Name: "Payments", Members: []*forge.User{s.ann, s.bob}}
	s.Teams = append(s.Teams, team)
	s.api = s.AddRepo("api")
	s.api.Description, s.api.Private, s.api.AutoMerge = "The API", true, true
	s.web = s.AddRepo("web")
	s.commits()
	s.firstPull(team)
	s.otherPulls(team)
	s.ci()
	s.deployments(team)
	s.rules(team)
	return s
}

func sign(u *forge.User, name string, n int) forge.Signature {
	return forge.Signature{Name: name, Email: strings.ToLower(name) + "@acme.example", Date: hour(n), User: u}
}

func (s *sample) commits() {
	add := func(u *forge.User, name string, n int, message string, files []forge.File, parents ...*forge.Commit) *forge.Commit {
		c := &forge.Commit{Author: sign(u, name, n), Committer: sign(u, name, n), Message: message, Files: files}
		for _, p := range parents {
			c.Parents = append(c.Parents, p.SHA)
		}
		return s.api.AddCommit(c)
	}
	s.base = add(s.ann, "Ann", 0, "start", []forge.File{{Path: "main.go", Status: "added", Additions: 10, Patch: "@@ -0,0 +1,10 @@\n+package main"}})
	s.feature1 = add(s.ann, "Ann", 2, "PAY-1: a feature\n\nCo-authored-by: Bob <bob@acme.example>", []forge.File{
		{Path: "a b/ü.go", Status: "added", Additions: 3, Patch: "@@ -0,0 +1,3 @@\n+x"}, {Path: "new.go", PreviousPath: "old.go", Status: "renamed"}, {Path: "logo.png"}}, s.base)
	s.feature1.Verification = &forge.Verification{Verified: true, Signature: "-----BEGIN PGP SIGNATURE-----", Payload: "tree", VerifiedAt: hour(2), Signer: s.ann}
	s.side = add(s.bot, "dependabot[bot]", 1, "other work 🚀", []forge.File{{Path: "gone.go", Status: "removed", Deletions: 4}}, s.base)
	s.merge = add(s.bob, "Bob", 20, "Merge pull request #1 from acme/feature", nil, s.base, s.feature1)
	s.merge.Verification = &forge.Verification{Reason: "unknown_key", WebFlow: true}
	s.squash = add(s.ann, "Ann", 30, "deps (#2)", []forge.File{{Path: "go.mod", Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@"}}, s.merge)
	s.unrelated = add(s.gone, "Left", 3, "orphan", nil)
	s.api.Branches = map[string]string{"main": s.squash.SHA, "feature/one": s.feature1.SHA, "side": s.side.SHA}
	s.api.Tags = map[string]string{"v1": s.merge.SHA}
	s.api.Contents = map[string]string{".github/CODEOWNERS": "* @acme/payments\n", "docs/a.md": "# A\n", "README.md": strings.Repeat("é", 100)}
}

func (s *sample) firstPull(team *forge.Team) {
	label := &forge.Label{Name: "needs review", Color: "ff0000", Description: "please"}
	milestone := &forge.Milestone{Number: 1, Title: "v1", Creator: s.ann, Created: hour(0), Due: hour(500)}
	s.api.Labels, s.api.Milestones = []*forge.Label{label, {Name: "bug"}}, []*forge.Milestone{milestone}
	approved := &forge.Review{Author: s.bob, State: "DISMISSED", Body: "ok", CommitID: s.side.SHA, Submitted: hour(4)}
	last := &forge.Review{Author: s.bob, State: "APPROVED", CommitID: s.feature1.SHA, Submitted: hour(8)}
	s.first = &forge.PullRequest{
		Conversation: forge.Conversation{
			Number: 1, Title: "PAY-1: <b>a feature</b> & more 🎉", Body: "Closes #3\r\n\r\n改善", Author: s.ann, Created: hour(1), Closed: hour(20), ClosedBy: s.bob,
			Labels: []*forge.Label{label}, Assignees: []*forge.User{s.ann, s.gone}, Milestone: milestone,
			Comments: []*forge.Comment{{Author: s.eve, Body: "hm", Created: hour(5), Updated: hour(6)}, {Author: s.gone, Body: "bye", Created: hour(7)}},
			Edits:    []*forge.Edit{{Editor: s.bob, At: hour(3), Before: "a secret", Erased: hour(4), ErasedBy: s.ann}, {Editor: s.gone, At: hour(21), Before: "Closes #3"}},
		},
		Merged: hour(20), MergedBy: s.bob, MergeCommit: s.merge.SHA,
		Base: forge.Side{Ref: "main", SHA: s.base.SHA}, Head: forge.Side{Ref: "feature/one", SHA: s.feature1.SHA},
		Commits: []string{s.feature1.SHA}, Files: s.feature1.Files,
		Reviews: []*forge.Review{approved, {Author: s.gone, State: "COMMENTED", CommitID: "", Submitted: hour(5)}, {Author: s.eve, State: "CHANGES_REQUESTED", Body: "no", CommitID: s.feature1.SHA, Submitted: hour(6)}, last},
		ReviewComments: []*forge.ReviewComment{
			{Review: last, Author: s.bob, Body: "nit", Path: "a b/ü.go", Hunk: "@@ -0,0 +1,3 @@", Line: 2, CommitID: s.feature1.SHA, Created: hour(8)},
			{Author: s.gone, Body: "old", Path: "main.go", Hunk: "@@", OriginalLine: 7, CommitID: s.feature1.SHA, OriginalCommit: s.side.SHA, Created: hour(9)},
		},
		RequestedReviewers: []*forge.User{s.eve}, RequestedTeams: []*forge.Team{team},
		AutoMerge: &forge.AutoMerge{EnabledBy: s.ann, EnabledAt: hour(9), Method: "squash", Title: "t", Message: "m"}, Closes: []int{3},
	}
	s.first.Events = s.events(team, label, approved)
	s.api.PullRequests = append(s.api.PullRequests, s.first)
	s.api.Issues = []*forge.Issue{{Conversation: forge.Conversation{Number: 3, Title: "a bug", Author: s.eve, Created: hour(0), Closed: hour(20), ClosedBy: s.ann, Labels: []*forge.Label{label},
		Comments: []*forge.Comment{{Author: s.ann, Body: "fixed by #1", Created: hour(21)}},
		Events:   []*forge.Event{{Kind: "cross-referenced", Actor: s.ann, At: hour(1), Source: &forge.Reference{Repo: s.api, Number: 1}}, {Kind: "closed", Actor: s.ann, At: hour(20), PullRequest: s.first}, {Kind: "pinned", Actor: s.bob, At: hour(21)}, {Kind: "unpinned", Actor: s.bob, At: hour(22)}}},
		StateReason: "completed"}}
}

// events is one of every kind.
func (s *sample) events(team *forge.Team, label *forge.Label, dismissed *forge.Review) []*forge.Event {
	list := []*forge.Event{
		{Kind: "assigned", User: s.ann}, {Kind: "unassigned", User: s.gone}, {Kind: "labeled", Label: label}, {Kind: "unlabeled", Label: label},
		{Kind: "milestoned", Title: "v1"}, {Kind: "demilestoned", Title: "v0"}, {Kind: "renamed", From: "x", To: "y"},
		{Kind: "review_requested", User: s.bob}, {Kind: "review_requested", Team: team}, {Kind: "review_request_removed", User: s.eve},
		{Kind: "review_dismissed", Review: dismissed, State: "APPROVED", Message: "stale", Commit: s.feature1.SHA},
		{Kind: "head_ref_force_pushed", Before: s.side.SHA, Commit: s.feature1.SHA}, {Kind: "base_ref_force_pushed", Before: s.base.SHA, Commit: s.base.SHA},
		{Kind: "base_ref_changed", From: "dev", To: "main"}, {Kind: "ready_for_review"}, {Kind: "convert_to_draft"}, {Kind: "auto_merge_enabled"},
		{Kind: "auto_squash_enabled"}, {Kind: "auto_rebase_enabled"}, {Kind: "auto_merge_disabled", Message: "by hand"}, {Kind: "added_to_merge_queue"},
		{Kind: "removed_from_merge_queue", Message: "merged", Before: s.feature1.SHA}, {Kind: "referenced", Commit: s.side.SHA},
		{Kind: "cross-referenced", Source: &forge.Reference{Repo: s.api, Number: 3}}, {Kind: "connected", Source: &forge.Reference{Repo: s.api, Number: 3}},
		{Kind: "disconnected", Source: &forge.Reference{Repo: s.api, Number: 3}}, {Kind: "mentioned"}, {Kind: "subscribed"}, {Kind: "unsubscribed"},
		{Kind: "locked", Message: "resolved"}, {Kind: "unlocked"}, {Kind: "reopened"}, {Kind: "comment_deleted", User: s.eve},
		{Kind: "merged", Commit: s.merge.SHA}, {Kind: "closed"}, {Kind: "head_ref_deleted"}, {Kind: "head_ref_restored"},
	}
	for i, e := range list {
		e.At = hour(10).Add(time.Duration(i) * time.Minute)
		if e.Actor = s.bob; i%7 == 3 {
			e.Actor = s.gone
		}
	}
	return list
}

func (s *sample) otherPulls(team *forge.Team) {
	s.second = &forge.PullRequest{
		Conversation: forge.Conversation{Number: 2, Title: "deps", Author: s.bot, Created: hour(25), Closed: hour(30), Labels: []*forge.Label{{Name: "bug"}}}, Merged: hour(30), MergeCommit: s.squash.SHA,
		Base: forge.Side{Ref: "main", SHA: s.merge.SHA}, Head: forge.Side{Ref: "dependabot/x", SHA: s.side.SHA}, Commits: []string{s.side.SHA},
	}
	s.third = &forge.PullRequest{
		Conversation: forge.Conversation{Number: 4, Title: "from a fork", Author: s.gone, Created: hour(40)}, Draft: true,
		Base: forge.Side{Ref: "main", SHA: s.squash.SHA}, Head: forge.Side{Ref: "patch-1", SHA: s.side.SHA, Gone: true, Owner: s.gone}, Commits: []string{s.side.SHA},
		Reviews: []*forge.Review{{Author: s.ann, State: "PENDING", CommitID: s.side.SHA}}, RequestedTeams: []*forge.Team{team},
	}
	s.api.PullRequests = append(s.api.PullRequests, s.second, s.third)
	for i := range 120 { // more than a page, and more than GraphQL gives at once
		s.api.PullRequests = append(s.api.PullRequests, &forge.PullRequest{
			Conversation: forge.Conversation{Number: 100 + i, Title: fmt.Sprintf("PAY-%d: small", i), Author: s.ann, Created: hour(50 + i), Closed: hour(51 + i)},
			Base:         forge.Side{Ref: "main", SHA: s.squash.SHA}, Head: forge.Side{Ref: fmt.Sprintf("b%d", i), SHA: s.side.SHA},
		})
	}
}

func (s *sample) ci() {
	ci := &forge.Workflow{Name: "CI", Path: ".github/workflows/ci.yml"}
	s.api.Workflows = []*forge.Workflow{ci}
	job := func(name, conclusion string, n int) *forge.Job {
		return &forge.Job{Name: name, Status: "completed", Conclusion: conclusion, Started: hour(n), Completed: hour(n + 1), Runner: "GitHub Actions 7", RunnerGroup: "GitHub Actions",
			Steps: []*forge.Step{{Name: "Set up job", Status: "completed", Conclusion: "success", Started: hour(n), Completed: hour(n)}, {Name: "test", Status: "completed", Conclusion: conclusion}},
			Log:   "2025-10-01T11:00:00.0000000Z hello\n"}
	}
	prod := &forge.Environment{Name: "production", Created: hour(0), WaitMinutes: 5, Users: []*forge.User{s.bob}, Teams: s.Teams, PreventSelfReview: true, BranchPolicies: []string{"main", "release/*"}}
	staging := &forge.Environment{Name: "staging/eu", Created: hour(0), ProtectedBranches: true}
	s.api.Environments = []*forge.Environment{prod, staging, {Name: "dev", Created: hour(0), AdminsBypass: true}}
	s.run = &forge.Run{
		Number: 7, Workflow: ci, Title: "PAY-1", Event: "pull_request", Branch: "feature/one", SHA: s.feature1.SHA, PullRequests: []int{1}, Actor: s.ann, Created: hour(2),
		Attempts: []*forge.Attempt{
			{Status: "completed", Conclusion: "failure", Started: hour(2), Updated: hour(4), Jobs: []*forge.Job{job("build", "success", 2), job("test", "failure", 3)}},
			{Status: "completed", Conclusion: "success", Actor: s.bob, Started: hour(5), Updated: hour(7), Jobs: []*forge.Job{job("build", "success", 5), job("test", "success", 6)}},
		},
		Approvals: []*forge.RunApproval{{User: s.bob, State: "approved", Comment: "go", Environments: []*forge.Environment{prod}}, {User: s.gone, State: "rejected", Environments: []*forge.Environment{staging}}},
		Pending:   []*forge.Environment{prod},
		Artifacts: []*forge.Artifact{{Name: "junit", Files: []forge.ArtifactFile{{Name: "a.xml", Content: []byte("<testsuite/>")}}, Created: hour(6)}, {Name: "old", Size: 12, Created: hour(6), Expired: true}},
	}
	going := &forge.Run{Number: 8, Workflow: ci, Event: "schedule", SHA: s.squash.SHA, Actor: s.gone, Created: hour(60), Attempts: []*forge.Attempt{{Status: "in_progress", Jobs: []*forge.Job{{Name: "build", Status: "in_progress", Started: hour(60)}, {Name: "later", Status: "queued", Created: hour(60)}}}}}
	s.api.Runs = []*forge.Run{s.run, going}
	app := &forge.App{Slug: "buildkite", Name: "Buildkite"}
	s.Apps = append(s.Apps, app)
	s.api.CheckSuites = []*forge.CheckSuite{{SHA: s.feature1.SHA, App: app, Status: "completed", Conclusion: "neutral", Before: s.base.SHA, Created: hour(3), Runs: []*forge.CheckRun{
		{Name: "lint", Status: "completed", Conclusion: "neutral", Started: hour(3), Completed: hour(4), Title: "3 things", Summary: "**see**", ExternalID: "42"},
		{Name: "lint", Status: "completed", Conclusion: "success", Started: hour(5), Completed: hour(6)}, {Name: "slow", Status: "queued"}}}}
	s.api.Statuses = []*forge.Status{
		{SHA: s.feature1.SHA, Context: "ci/old", State: "failure", Description: "no", TargetURL: "https://ci.example/1", Creator: s.bot, Created: hour(3)},
		{SHA: s.feature1.SHA, Context: "ci/old", State: "success", Creator: s.gone, Created: hour(4)}, {SHA: s.feature1.SHA, Context: "other", State: "pending", Created: hour(4)},
	}
}

func (s *sample) deployments(team *forge.Team) {
	s.deployed = &forge.Deployment{
		SHA: s.squash.SHA, Ref: "main", Environment: "production", Description: "go", Payload: map[string]any{"ticket": "PAY-1"}, Creator: s.bot, Created: hour(32), Production: true, App: forge.ActionsApp(),
		Statuses: []*forge.DeploymentStatus{{State: "queued", Creator: s.bot, Created: hour(32), Run: s.run, Job: s.run.Attempts[1].Jobs[0]}, {State: "success", Description: "done", Creator: s.gone, Created: hour(33), EnvironmentURL: "https://acme.example", Run: s.run}},
	}
	s.api.Deployments = []*forge.Deployment{s.deployed, {SHA: s.merge.SHA, Ref: s.merge.SHA, Environment: "staging/eu", Payload: "text", Creator: s.gone, Created: hour(22)},
		{SHA: s.merge.SHA, Ref: "v1", Environment: "production", Creator: s.ann, Created: hour(23), Statuses: []*forge.DeploymentStatus{{State: "failure", Creator: s.ann, Created: hour(24), LogURL: "https://cd.example/9"}, {State: "inactive", Creator: s.ann, Created: hour(34)}}}}
	s.first.Events = append(s.first.Events, &forge.Event{Kind: "deployed", Actor: s.bot, At: hour(33), Deployment: s.deployed})
}

func (s *sample) rules(team *forge.Team) {
	s.api.Protection["main"] = &forge.BranchProtection{
		Reviews:       &forge.RequiredReviews{Count: 1, DismissStale: true, CodeOwners: true, DismissalUsers: []*forge.User{s.ann}, DismissalTeams: s.Teams, BypassUsers: []*forge.User{s.bob}},
		Checks:        &forge.RequiredChecks{Strict: true, Contexts: []string{"test", "ci/old"}, App: forge.ActionsApp()},
		Restrictions:  &forge.Restrictions{Users: []*forge.User{s.ann}, Teams: s.Teams, Apps: s.Apps},
		EnforceAdmins: true, ConversationResolution: true,
	}
	s.api.Protection["side"] = &forge.BranchProtection{Checks: &forge.RequiredChecks{}}
	s.api.Rulesets = []*forge.Ruleset{
		{Name: "all", OfOrg: true, Include: []string{"~DEFAULT_BRANCH"}, Bypass: []forge.BypassActor{{ID: 5, Type: "RepositoryRole", Mode: "pull_request"}, {Type: "OrganizationAdmin"}}, Rules: []forge.Rule{
			{Type: "deletion"}, {Type: "non_fast_forward"}, {Type: "required_linear_history"},
			{Type: "pull_request", Parameters: map[string]any{"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true, "require_code_owner_review": true, "require_last_push_approval": false, "required_review_thread_resolution": false, "allowed_merge_methods": []string{"squash"}}},
			{Type: "required_status_checks", Parameters: map[string]any{"strict_required_status_checks_policy": true, "do_not_enforce_on_create": false, "required_status_checks": []any{map[string]any{"context": "test", "integration_id": 15368}}}},
			{Type: "merge_queue", Parameters: map[string]any{"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5, "merge_method": "SQUASH", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5}}}},
		{Name: "off", Enforcement: "disabled", Include: []string{"~ALL"}, Rules: []forge.Rule{{Type: "creation"}}},
	}
	s.Audit = []*forge.AuditEntry{
		{At: hour(0), Action: "protected_branch.create", Actor: s.ann, Repo: s.api, Fields: map[string]any{"name": "main"}},
		{At: hour(2), Action: "repository_ruleset.update", Actor: s.ann, Fields: map[string]any{"ruleset_id": 1, "ruleset_name": "all", "ruleset_old_enforcement": "disabled", "ruleset_enforcement": "active"}},
		{At: hour(20), Action: "protected_branch.policy_override", Actor: s.bob, Repo: s.api, Fields: map[string]any{
			"branch": "refs/heads/main", "before": s.base.SHA, "after": s.merge.SHA, "overridden_codes": []string{"review_policy_not_satisfied"},
			"reasons": []any{map[string]any{"code": "review_policy_not_satisfied", "message": "At least 1 approving review is required."}},
		}},
		{At: hour(21), Action: "git.push", Actor: s.bot, Repo: s.web},
	}
	s.api.Suites = []*forge.RuleSuite{
		{ID: 21, Ref: "refs/heads/main", Actor: s.bob, Before: s.base.SHA, After: s.merge.SHA, At: hour(20), Result: "bypass", Evaluations: []forge.RuleEvaluation{
			{Ruleset: s.api.Rulesets[0], Type: "pull_request", Result: "fail", Details: "At least 1 approving review is required."}, {Type: "required_status_checks", Result: "pass"}}},
		{ID: 22, Ref: "refs/heads/side", Actor: s.ann, Before: s.base.SHA, After: s.side.SHA, At: hour(23), Result: "pass"},
	}
}
