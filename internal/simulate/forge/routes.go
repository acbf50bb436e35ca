package forge

import (
	"net/http"
	"strings"
)

// routes is every REST route there is.
func (s *server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	add := func(path, doc string, answer endpoint) { mux.Handle(path, route{doc, answer}) }
	add("/user", "users/users#get-the-authenticated-user", (*call).getViewer)
	add("/users/{login}", "users/users#get-a-user", (*call).getUser)
	add("/orgs/{org}", "orgs/orgs#get-an-organization", (*call).getOrg)
	add("/orgs/{org}/repos", "repos/repos#list-organization-repositories", (*call).listOrgRepos)
	add("/orgs/{org}/audit-log", "orgs/orgs#get-the-audit-log-for-an-organization", (*call).listAudit)
	add("/rate_limit", "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user", (*call).getRateLimit)
	add("/search/issues", "search/search#search-issues-and-pull-requests", (*call).searchIssues)

	// in adds a route within a repository that the caller may see.
	in := func(path, doc string, answer endpoint) {
		add("/repos/{owner}/{repo}"+path, doc, func(c *call) (any, error) {
			r := c.repos[strings.ToLower(c.r.PathValue("owner")+"/"+c.r.PathValue("repo"))]
			if r == nil || !c.sees(r) {
				return nil, notFound()
			}
			c.repo = r
			return answer(c)
		})
	}
	in("", "repos/repos#get-a-repository", (*call).getRepo)
	in("/contents/{path...}", "repos/contents#get-repository-content", (*call).getContents)
	in("/branches/{branch...}", "branches/branches#get-a-branch", (*call).getBranch)
	in("/rules/branches/{branch...}", "repos/rules#get-rules-for-a-branch", (*call).listBranchRules)
	in("/rulesets", "repos/rules#get-all-repository-rulesets", (*call).listRulesets)
	in("/rulesets/rule-suites", "repos/rule-suites#list-repository-rule-suites", (*call).listSuites)
	in("/rulesets/rule-suites/{id}", "repos/rule-suites#get-a-repository-rule-suite", (*call).getSuite)
	in("/rulesets/{id}", "repos/rules#get-a-repository-ruleset", (*call).getRuleset)

	in("/pulls", "pulls/pulls#list-pull-requests", (*call).listPulls)
	in("/pulls/{number}", "pulls/pulls#get-a-pull-request", withPull((*call).getPull))
	in("/pulls/{number}/commits", "pulls/pulls#list-commits-on-a-pull-request", withPull((*call).listPullCommits))
	in("/pulls/{number}/files", "pulls/pulls#list-pull-requests-files", withPull((*call).listPullFiles))
	in("/pulls/{number}/reviews", "pulls/reviews#list-reviews-for-a-pull-request", withPull((*call).listReviews))
	in("/pulls/{number}/comments", "pulls/comments#list-review-comments-on-a-pull-request", withPull((*call).listReviewComments))

	in("/issues", "issues/issues#list-repository-issues", (*call).listIssues)
	in("/issues/{number}", "issues/issues#get-an-issue", withThread((*call).getIssue))
	in("/issues/{number}/comments", "issues/comments#list-issue-comments", withThread((*call).listComments))
	in("/issues/{number}/timeline", "issues/timeline#list-timeline-events-for-an-issue", withThread((*call).listTimeline))
	in("/issues/{number}/events", "issues/events#list-issue-events", withThread((*call).listEvents))

	in("/commits", "commits/commits#list-commits", (*call).listCommits)
	in("/commits/{rest...}", "commits/commits#get-a-commit", (*call).ofCommit)
	in("/compare/{basehead...}", "commits/commits#compare-two-commits", (*call).getComparison)
	in("/check-runs/{id}", "checks/runs#get-a-check-run", (*call).getCheckRun)
	in("/check-suites/{id}", "checks/suites#get-a-check-suite", (*call).getCheckSuite)
	in("/check-suites/{id}/check-runs", "checks/runs#list-check-runs-in-a-check-suite", (*call).listSuiteRuns)
	in("/statuses/{sha}", "commits/statuses#list-commit-statuses-for-a-reference", (*call).listStatusesOf)

	in("/environments", "deployments/environments#list-environments", (*call).listEnvironments)
	in("/environments/{name}", "deployments/environments#get-an-environment", (*call).getEnvironment)
	in("/environments/{name}/deployment-branch-policies", "deployments/branch-policies#list-deployment-branch-policies", (*call).listBranchPolicies)
	in("/deployments", "deployments/deployments#list-deployments", (*call).listDeployments)
	in("/deployments/{id}", "deployments/deployments#get-a-deployment", withDeployment((*call).getDeployment))
	in("/deployments/{id}/statuses", "deployments/statuses#list-deployment-statuses", withDeployment((*call).listDeploymentStatuses))

	in("/actions/workflows", "actions/workflows#list-repository-workflows", (*call).listWorkflows)
	in("/actions/workflows/{id}", "actions/workflows#get-a-workflow", (*call).getWorkflow)
	in("/actions/runs", "actions/workflow-runs#list-workflow-runs-for-a-repository", (*call).listRuns)
	in("/actions/runs/{id}", "actions/workflow-runs#get-a-workflow-run", withRun((*call).getRun))
	in("/actions/runs/{id}/attempts/{attempt}", "actions/workflow-runs#get-a-workflow-run-attempt", withRun((*call).getAttempt))
	in("/actions/runs/{id}/attempts/{attempt}/jobs", "actions/workflow-jobs#list-jobs-for-a-workflow-run-attempt", withRun((*call).listAttemptJobs))
	in("/actions/runs/{id}/attempts/{attempt}/logs", "actions/workflow-runs#download-workflow-run-attempt-logs", withRun((*call).getRunLogs))
	in("/actions/runs/{id}/jobs", "actions/workflow-jobs#list-jobs-for-a-workflow-run", withRun((*call).listJobs))
	in("/actions/runs/{id}/logs", "actions/workflow-runs#download-workflow-run-logs", withRun((*call).getRunLogs))
	in("/actions/runs/{id}/approvals", "actions/workflow-runs#get-the-review-history-for-a-workflow-run", withRun((*call).listApprovals))
	in("/actions/runs/{id}/pending_deployments", "actions/workflow-runs#get-pending-deployments-for-a-workflow-run", withRun((*call).listPending))
	in("/actions/runs/{id}/artifacts", "actions/artifacts#list-workflow-run-artifacts", withRun((*call).listArtifacts))
	in("/actions/jobs/{id}", "actions/workflow-jobs#get-a-job-for-a-workflow-run", withJob((*call).getJob))
	in("/actions/jobs/{id}/logs", "actions/workflow-jobs#download-job-logs-for-a-workflow-run", withJob((*call).getJobLogs))
	in("/actions/artifacts/{id}", "actions/artifacts#get-an-artifact", withArtifact((*call).getArtifact))
	in("/actions/artifacts/{id}/zip", "actions/artifacts#download-an-artifact", withArtifact((*call).getArtifactZip))
	in("/actions/permissions/artifact-and-log-retention", "actions/permissions#get-artifact-and-log-retention-settings-for-a-repository", (*call).getRetention)
	return mux
}

// withPull finds the pull request that the path names.
func withPull(answer func(*call, pull) (any, error)) endpoint {
	return withThread(func(c *call, t thread) (any, error) {
		if t.pull == nil {
			return nil, notFound()
		}
		return answer(c, pull{t.r, t.pull})
	})
}

// withThread finds the issue or pull request that the path names.
func withThread(answer func(*call, thread) (any, error)) endpoint {
	return func(c *call) (any, error) {
		n, err := c.number("number")
		if err != nil {
			return nil, err
		}
		t, ok := c.repo.idx.threads[int(n)]
		if !ok {
			return nil, notFound()
		}
		return answer(c, t)
	}
}

// with finds the record whose id the path names.
func with[T any](find func(*Repo, int64) (T, bool), answer func(*call, T) (any, error)) endpoint {
	return func(c *call) (any, error) {
		id, err := c.number("id")
		if err != nil {
			return nil, err
		}
		v, ok := find(c.repo, id)
		if !ok {
			return nil, notFound()
		}
		return answer(c, v)
	}
}

func withRun(answer func(*call, run) (any, error)) endpoint {
	return with(func(r *Repo, id int64) (run, bool) { u, ok := r.idx.runByID[id]; return run{r, u}, ok }, answer)
}

func withJob(answer func(*call, job) (any, error)) endpoint {
	return with(func(r *Repo, id int64) (job, bool) { j, ok := r.idx.jobByID[id]; return j, ok }, answer)
}

func withArtifact(answer func(*call, artifact) (any, error)) endpoint {
	return with(func(r *Repo, id int64) (artifact, bool) { a, ok := r.idx.artifacts[id]; return a, ok }, answer)
}

func withDeployment(answer func(*call, deploy) (any, error)) endpoint {
	return with(func(r *Repo, id int64) (deploy, bool) { d, ok := r.idx.deployByID[id]; return deploy{r, d}, ok }, answer)
}
