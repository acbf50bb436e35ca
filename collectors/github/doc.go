// Package github collects from github.com and GitHub Enterprise Server: pull
// requests, commits, checks, workflow runs, deployments, environments, branch
// rules, and issues as tickets.
//
// # What is read
//
// REST, version 2022-11-28 (later versions leave merge_commit_sha out of pull
// requests). OWNER/REPO is written R.
//
//   - pull request: GET R/pulls/N, its commits, files, reviews and comments
//     (https://docs.github.com/rest/pulls), R/issues/N/comments
//     (https://docs.github.com/rest/issues/comments) and R/issues/N/timeline
//     (https://docs.github.com/rest/issues/timeline)
//   - commit: R/commits/SHA and R/commits/SHA/pulls
//     (https://docs.github.com/rest/commits/commits), R/compare/A...B, and
//     R/deployments (https://docs.github.com/rest/deployments/deployments)
//   - what landed by a rebase of several commits, with the pull request: each of
//     its own commits and of those that landed, R/commits/SHA
//     (https://docs.github.com/rest/commits/commits#get-a-commit; see below)
//   - checks: R/commits/SHA/check-runs with filter=all
//     (https://docs.github.com/rest/checks/runs), check-suites
//     (https://docs.github.com/rest/checks/suites) and statuses
//     (https://docs.github.com/rest/commits/statuses)
//   - build: R/actions/runs, its attempts and approvals
//     (https://docs.github.com/rest/actions/workflow-runs), jobs and logs
//     (https://docs.github.com/rest/actions/workflow-jobs), artifacts
//     (https://docs.github.com/rest/actions/artifacts)
//   - deployment: R/deployments/N, its statuses
//     (https://docs.github.com/rest/deployments/statuses), R/compare/A...B
//   - environment: R/environments/NAME
//     (https://docs.github.com/rest/deployments/environments) and its branch
//     policies (https://docs.github.com/rest/deployments/branch-policies)
//   - branch rules: R/branches/B (https://docs.github.com/rest/branches/branches),
//     its classic protection
//     (https://docs.github.com/rest/branches/branch-protection),
//     R/rules/branches/B (https://docs.github.com/rest/repos/rules) and
//     CODEOWNERS through R/contents (https://docs.github.com/rest/repos/contents)
//   - history of branch rules: the audit log of the repository's organisation,
//     GET orgs/ORG/audit-log
//     (https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization),
//     whose entries and fields are those of
//     https://docs.github.com/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
//     (protected_branch.*, repository_ruleset.*, repo.rename, repo.transfer);
//     how pushes were judged, R/rulesets/rule-suites
//     (https://docs.github.com/rest/repos/rule-suites), and each ruleset that
//     holds for the branch, R/rulesets/N (https://docs.github.com/rest/repos/rules)
//   - ticket: R/issues/N with comments and timeline
//     (https://docs.github.com/rest/issues/issues)
//   - mention: GET search/issues (https://docs.github.com/rest/search/search)
//   - preflight: GET user (https://docs.github.com/rest/users/users) or
//     installation/repositories (https://docs.github.com/rest/apps/installations),
//     each R, R/actions/permissions/artifact-and-log-retention
//     (https://docs.github.com/rest/actions/permissions), and the oldest entry
//     of each organisation's audit log
//
// GraphQL (https://docs.github.com/graphql), where REST does not say it: the
// commits before and after a force-push, the old and new base branch, the
// commit that the merge queue tried, the issues that a pull request closes, and
// the edits of its description. The history of those holds the whole text after
// each edit, which GitHub calls its diff; a text that somebody deleted from it
// is a gap.
//
// # Rebases
//
// A rebase puts new commits on the base, one for each of the pull request's that
// is no merge
// (https://docs.github.com/articles/about-merge-methods-on-github), and
// merge_commit_sha names the last
// (https://docs.github.com/rest/pulls/pulls#get-a-pull-request). No record says
// that this was the method. It is taken for one where the pull request had several
// commits, what landed has one parent that is not the base as the pull request
// knew it, carries the message of one of the commits, and does not hold the whole
// difference. Those that landed are then read from parent to parent, as long as
// each carries the message of its own: GET R/commits/SHA gives what one commit
// changes, in pages of 300 files and up to 3,000. A comparison
// (https://docs.github.com/rest/commits/commits#compare-two-commits) would name
// those that landed, 250 or a page of them at a time, but gives the files of all
// together, at most 300 and on its first page alone.
//
// What landed last is read in any case. Of a pull request that was squashed or
// merged by a merge commit nothing more is asked for; of a rebase of n commits,
// n and n-1 more, and never again, as a commit does not change.
//
// # Listing
//
// List walks a repository's part of a population, mostly by GraphQL, in pages
// as large as GitHub answers: where it gives up (502, a time limit, a limit of
// resources) the page is halved, and grows again later. Every inner list is
// followed to its last page, many in one query. In this order:
//
//   - the branch that is deployed, and the environments
//   - the production deployments: R/deployments an environment, as GraphQL's
//     numbers have 32 bits, and their statuses and commits by GraphQL; back to
//     the last one that succeeded before the period, and 35 days at least,
//     which is as long as a deployment can wait. Where the configuration has a
//     pattern and deployments remain of an environment that was deleted, those
//     of all environments are walked
//   - the merged pull requests in short, those that were updated last first
//     (there is no order by merge), until they were updated before what was in
//     production at the start of the period had landed; then the front once
//     more, for what was updated meanwhile
//   - the first-parent commits of the branch and of deployed commits elsewhere,
//     from parent to parent by their hashes, until those that were in
//     production before. Pull requests that GitHub names for a commit are
//     listed too, whatever their dates say
//   - the pull requests whole, with comments, with what was done on them, and
//     with all runs of the checks of head and merge. The comments on lines, what
//     only mentions a pull request elsewhere, the patches of files, the statuses
//     before the last of a context, and logs are not in a list; Collect gives
//     them. Of a check whose log must be deleted by now the list says so. What a
//     description had said is asked for where it was edited after the merge.
//     Deployment statuses have no numbers here, people and bots who wrote a
//     commit no account unless they are users
//   - what CI said of the commits that came by no pull request
//   - the numbers between, to say of each whether it is an issue, a closed or
//     open pull request, a discussion, or cannot be seen
//   - GET search/issues once, for the count alone: the control of the walk. A
//     count that does not come is a note of the dataset
//
// Where no production deployment succeeded before the first one of the period,
// nobody can say what was in production, and a listing goes back 90 days from
// the first; where that leaves history out, it is a truncation. Where there
// are no deployments it begins with the period.
//
// After an interruption, and the next day, this is asked again: everything but
// the answers with whole pull requests of which each was merged 35 days ago or
// earlier and was not updated since; these come from the vault. REST's pages
// of deployments are confirmed by their entity tags. The comment at the end of
// such a query is a hash of the times of the last updates.
//
// # Least permissions
//
// A fine-grained token or an app with read access to: Metadata, Contents, Pull
// requests, Issues, Checks (apps only; a fine-grained token reads the checks
// of public repositories and those of GitHub Actions), Commit statuses,
// Actions, Deployments, Environments. With Administration (read) also classic
// branch protection and the retention of logs; without it they are gaps. A
// classic token needs the scope repo for private repositories, which allows
// writing as well: preflight says so. Nothing is ever written.
//
// Optional, for the history of branch rules: the audit log of an organisation on
// GitHub Enterprise (a classic token of an owner with the scope read:audit_log,
// or a fine-grained token or an app with the organisation's permission
// Administration: read), and Administration on the repository for how pushes
// were judged. Without them these are gaps with the reason denied.
//
// The audit log and the rulesets are asked for once in a run, however many
// changes of a repository there are. Entries hold addresses, places and programs
// of people; the record leaves them out, and they are taken out of the payloads
// that a package copies.
//
// # What GitHub keeps for how long
//
// Logs and artifacts of Actions 90 days unless the repository sets 1 to 400,
// check runs and suites 400 days, statuses of commits, deployments, timelines
// and reviews for good. A log that is answered with 410, or with 404 when it
// is older than the repository keeps logs, is a gap with the reason expired.
// The log of a finished job and an artifact that are in the vault already are
// not asked for again. A 404 from a repository that preflight could not see
// says nothing of the record, and is a gap with the reason ambiguous.
//
// The audit log has 180 days on github.com, and what its owner set on a server
// of their own; its Git events, which are not needed, 7 days. How far back it
// tells is read from its oldest entry. How pushes were judged is told of the last
// month, of which 28 days are counted on. What lies before is no gap of the
// record, which says what was read: whether that suffices depends on the change.
//
// # Limits
//
// What is cut short is a gap with the reason truncated and the numbers:
//
//   - 250 commits in the list of a pull request; a comparison of its ends
//     gives the rest, unless the base was moved since
//   - 3,000 files of a pull request or a commit
//   - 100 commits of a rebase; of a longer one none is read
//   - 1,000 workflow runs of a commit, 1,000 results of a search
//   - of a log the failed steps (to the second: the log does not say where a
//     step ends) and the last 200 lines are kept in the item; the vault has
//     the whole, up to the transport's bound of a body
//   - artifacts are opened if their name says test, junit, report or result,
//     or if they have no more than 1 MiB; archives up to 32 MiB
//   - 500 production deployments are compared with a commit, oldest first,
//     until one contains it and succeeded; 30,000 are listed to find them
//
// The audit log is read under the repository's present name alone: from when it
// was renamed or transferred. It is documented to tell who went round a branch's
// own protection, and not who went round a ruleset. What an enterprise sets for
// its organisations is in the enterprise's own log, which is not read.
//
// GitHub's search compares words: what a mention finds may write the text
// differently. Trial merge commits of unmerged pull requests are left out. The
// timeline leaves out what other fields hold (comments, reviews, commits) and
// who subscribed or was mentioned. A deleted account is nobody, or "ghost",
// as GitHub sends it.
package github
