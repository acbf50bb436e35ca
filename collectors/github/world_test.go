package github

import (
	"net/http"
	"testing"
)

// deploymentOf is a deployment as GitHub lists it.
func deploymentOf(id, commit, created, environment string) string {
	return `{"id":` + id + `,"sha":"` + sha(commit) + `","ref":"main","task":"deploy","environment":"` + environment + `","created_at":"` + created + `","creator":{"login":"deployer[bot]","id":9,"type":"Bot"},"payload":{}}`
}

// noCommit is GitHub's answer for a commit that a repository lacks.
func noCommit(w http.ResponseWriter, _ *http.Request) {
	fail(w, http.StatusUnprocessableEntity, "No commit found for SHA: "+sha("f"))
}

// world is a small repository, acme/api: pull request 7 was approved, the
// approval was dismissed after a force-push, it was approved again, merged as
// commit b…, built by run 500 and deployed to production by deployment 902.
func world(t *testing.T) map[string]any {
	const repo = "/repos/acme/api"
	log := storage(t, []byte("\ufeff2026-01-02T10:00:01.0000000Z \x1b[36;1mgo test ./...\x1b[0m\n2026-01-02T10:00:05.5000000Z FAIL one\n2026-01-02T10:00:09.0000000Z done\n"))
	reports := storage(t, zipOf(t, map[string]string{
		"junit.xml":    `<testsuites><testsuite name="unit" tests="2" failures="1" time="1.5"><testcase classname="a" name="ok" time="1"/><testcase classname="a" name="bad"><failure message="no">trace</failure></testcase></testsuite></testsuites>`,
		"coverage.xml": `<coverage line-rate="0.9"/>`,
	}))
	return map[string]any{
		repo + "/pulls/7": `{"number":7,"html_url":"https://github.example/acme/api/pull/7","title":"PAY-1 Round up","body":"Fixes #12\n\nTwo lines.","state":"closed","merged":true,
			"user":{"login":"ana","id":1,"type":"User"},"created_at":"2026-01-02T08:00:00Z","updated_at":"2026-01-02T10:30:00Z","closed_at":"2026-01-02T10:00:00Z","merged_at":"2026-01-02T10:00:00Z",
			"merged_by":{"login":"ben","id":2,"type":"User"},"merge_commit_sha":"` + sha("b") + `","labels":[{"name":"bug"}],"milestone":{"title":"1.0"},
			"base":{"ref":"main","sha":"` + sha("0") + `","repo":{"full_name":"acme/api"}},"head":{"ref":"pay-1","sha":"` + sha("a") + `","repo":null},
			"auto_merge":{"enabled_by":{"login":"ana","id":1},"merge_method":"squash"},"requested_reviewers":[{"login":"cleo"}],"requested_teams":[{"slug":"payments"}],
			"commits":1,"changed_files":1,"additions":3,"deletions":1}`,
		repo + "/pulls/7/commits": `[{"sha":"` + sha("a") + `","commit":{"message":"Round up\n\nReviewed-by: Ben <ben@acme.example>","author":{"name":"Ana","email":"ana@acme.example","date":"2026-01-02T08:00:00Z"},"committer":{"name":"Ana","email":"ana@acme.example","date":"2026-01-02T08:00:00Z"},"verification":{"verified":true,"reason":"valid"}},"author":null,"parents":[{"sha":"` + sha("0") + `"}]}]`,
		repo + "/pulls/7/files":   `[{"filename":"round.go","status":"modified","additions":3,"deletions":1,"patch":"@@ -1 +1 @@"}]`,
		repo + "/pulls/7/reviews": `[{"id":71,"user":{"login":"ben","id":2,"type":"User"},"state":"DISMISSED","submitted_at":"2026-01-02T08:30:00Z","commit_id":"` + sha("9") + `","body":""},
			{"id":72,"user":null,"state":"COMMENTED","submitted_at":"2026-01-02T08:40:00Z","commit_id":null,"body":"hm"},
			{"id":73,"user":{"login":"ben","id":2,"type":"User"},"state":"APPROVED","submitted_at":"2026-01-02T09:30:00Z","commit_id":"` + sha("a") + `","body":"good"}]`,
		repo + "/pulls/7/comments":  `[{"id":81,"pull_request_review_id":72,"user":{"login":"ben","id":2},"body":"why?","path":"round.go","line":null,"commit_id":"` + sha("a") + `","created_at":"2026-01-02T08:40:00Z","updated_at":"2026-01-02T08:41:00Z"}]`,
		repo + "/issues/7/comments": `[{"id":91,"user":{"login":"ana","id":1},"body":"done","created_at":"2026-01-02T09:00:00Z","updated_at":"2026-01-02T09:00:00Z"}]`,
		repo + "/issues/7/timeline": `[{"event":"committed","sha":"` + sha("a") + `","author":{"name":"Ana","date":"2026-01-02T08:00:00Z"}},
			{"id":1,"event":"review_requested","actor":{"login":"ana","id":1},"created_at":"2026-01-02T08:01:00Z","review_requester":{"login":"ana","id":1},"requested_reviewer":{"login":"ben","id":2}},
			{"event":"reviewed","id":71,"user":{"login":"ben"},"state":"dismissed","submitted_at":"2026-01-02T08:30:00Z"},
			{"id":2,"event":"head_ref_force_pushed","actor":{"login":"ana","id":1},"created_at":"2026-01-02T08:50:00Z","commit_id":"` + sha("a") + `"},
			{"id":3,"event":"review_dismissed","actor":{"login":"ana","id":1},"created_at":"2026-01-02T08:51:00Z","dismissed_review":{"state":"approved","review_id":71,"dismissal_message":"stale","dismissal_commit_id":"` + sha("a") + `"}},
			{"id":4,"event":"labeled","actor":{"login":"ana","id":1},"created_at":"2026-01-02T08:52:00Z","label":{"name":"bug"}},
			{"id":5,"event":"renamed","actor":null,"created_at":"2026-01-02T08:53:00Z","rename":{"from":"Round","to":"PAY-1 Round up"}},
			{"id":6,"event":"merged","actor":{"login":"ben","id":2},"created_at":"2026-01-02T10:00:00Z","commit_id":"` + sha("b") + `"}]`,
		"/graphql": `{"data":{"repository":{"pullRequest":{"lastEditedAt":"2026-01-02T11:00:00Z","editor":{"__typename":"User","login":"ana","databaseId":1},
			"userContentEdits":{"totalCount":2,"pageInfo":{"hasNextPage":false},"nodes":[{"editedAt":"2026-01-02T11:00:00Z","diff":"Fixes #12\r\n\r\nTwo lines.","editor":{"__typename":"User","login":"ana","databaseId":1}},
				{"editedAt":"2026-01-02T08:00:00Z","diff":"Fixes #12","editor":{"__typename":"User","login":"ana","databaseId":1}}]},"closingIssuesReferences":{"pageInfo":{"hasNextPage":false},"nodes":[{"number":12,"repository":{"nameWithOwner":"acme/api"}},{"number":1,"repository":{"nameWithOwner":"other/secret"}}]},
			"timelineItems":{"pageInfo":{"hasNextPage":false},"nodes":[{"__typename":"HeadRefForcePushedEvent","createdAt":"2026-01-02T08:50:00Z","actor":{"__typename":"User","login":"ana"},"beforeCommit":{"oid":"` + sha("9") + `"},"afterCommit":{"oid":"` + sha("a") + `"}}]}}}}}`,
		repo + "/actions/runs?head_sha=" + sha("a"): `{"total_count":0,"workflow_runs":[]}`,
		repo + "/actions/runs?head_sha=" + sha("b"): `{"total_count":1,"workflow_runs":[{"id":500}]}`,

		repo + "/commits/" + sha("b"):                                    `{"sha":"` + sha("b") + `","html_url":"https://github.example/acme/api/commit/b","commit":{"message":"PAY-1 Round up (#7)","author":{"name":"Ana","date":"2026-01-02T08:00:00Z"},"committer":{"name":"GitHub","date":"2026-01-02T10:00:00Z"}},"author":{"login":"ana","id":1},"files":[{"filename":"round.go","status":"modified","additions":3,"deletions":1}]}`,
		repo + "/commits/" + sha("b") + "/pulls":                         `[{"number":7,"merged_at":"2026-01-02T10:00:00Z","merge_commit_sha":"` + sha("b") + `"}]`,
		repo + "/deployments":                                            `[` + deploymentOf("905", "2", "2026-01-06T10:00:00Z", "production") + `,` + deploymentOf("904", "c", "2026-01-05T10:00:00Z", "production") + `,` + deploymentOf("903", "c", "2026-01-03T10:00:00Z", "staging") + `,` + deploymentOf("902", "c", "2026-01-02T12:00:00Z", "production") + `,` + deploymentOf("901", "c", "2026-01-02T11:00:00Z", "production") + `,` + deploymentOf("900", "d", "2026-01-02T10:30:00Z", "prod-eu") + `,` + deploymentOf("899", "e", "2026-01-01T10:00:00Z", "production") + `]`,
		repo + "/deployments?environment=production":                     `[` + deploymentOf("904", "c", "2026-01-05T10:00:00Z", "production") + `,` + deploymentOf("902", "c", "2026-01-02T12:00:00Z", "production") + `,` + deploymentOf("901", "c", "2026-01-02T11:00:00Z", "production") + `,` + deploymentOf("899", "e", "2026-01-01T10:00:00Z", "production") + `]`,
		repo + "/compare/" + sha("b") + "..." + sha("d") + "?per_page=1": `{"status":"diverged","total_commits":1}`,
		repo + "/compare/" + sha("b") + "..." + sha("c") + "?per_page=1": `{"status":"ahead","total_commits":1}`,
		repo + "/deployments/899/statuses":                               `[{"id":1,"state":"inactive","created_at":"2026-01-02T12:10:00Z"},{"id":0,"state":"success","created_at":"2026-01-01T10:10:00Z"}]`,
		repo + "/deployments/901/statuses":                               `[{"id":11,"state":"failure","created_at":"2026-01-02T11:10:00Z"}]`,
		repo + "/deployments/902/statuses":                               `[{"id":22,"state":"success","created_at":"2026-01-02T12:10:00Z","creator":{"login":"deployer[bot]","id":9,"type":"Bot"},"log_url":"https://github.example/acme/api/actions/runs/500/job/600"},{"id":21,"state":"in_progress","created_at":"2026-01-02T12:01:00Z"}]`,
		repo + "/deployments/902":                                        deploymentOf("902", "c", "2026-01-02T12:00:00Z", "production"),
		repo + "/compare/" + sha("e") + "..." + sha("c"):                 `{"status":"ahead","total_commits":2,"commits":[{"sha":"` + sha("b") + `"},{"sha":"` + sha("c") + `"}]}`,
		repo + "/commits/" + sha("b") + "/check-runs?filter=all":         `{"total_count":2,"check_runs":[{"id":32,"name":"test","status":"completed","conclusion":"success","started_at":"2026-01-02T10:05:00Z","app":{"name":"GitHub Actions"},"check_suite":{"id":30},"output":{"title":null}},{"id":31,"name":"test","status":"completed","conclusion":"failure","started_at":"2026-01-02T10:01:00Z"}]}`,
		repo + "/commits/" + sha("b") + "/check-suites":                  `{"total_count":1,"check_suites":[{"id":30,"status":"completed","conclusion":"success","app":{"name":"GitHub Actions"}}]}`,
		repo + "/commits/" + sha("b") + "/statuses":                      `[{"context":"lint","state":"success","created_at":"2026-01-02T10:05:00Z"},{"context":"lint","state":"failure","created_at":"2026-01-02T10:05:00Z"},{"context":"lint","state":"pending","created_at":"2026-01-02T10:01:00Z"}]`,
		repo + "/actions/runs/500":                                       `{"id":500,"name":"CI","run_number":40,"run_attempt":2,"head_sha":"` + sha("b") + `","head_branch":"main","event":"push","status":"completed","conclusion":"success","path":".github/workflows/ci.yml","actor":{"login":"ana","id":1},"triggering_actor":{"login":"ben","id":2},"run_started_at":"2026-01-02T10:05:00Z"}`,
		repo + "/actions/runs/500/attempts/1":                            `{"id":500,"run_attempt":1,"status":"completed","conclusion":"failure","triggering_actor":{"login":"ana","id":1},"run_started_at":"2026-01-02T10:00:00Z"}`,
		repo + "/actions/runs/500/jobs?filter=all":                       `{"total_count":2,"jobs":[{"id":602,"name":"deploy","run_attempt":2,"status":"completed","conclusion":"skipped"},{"id":601,"name":"test","run_attempt":1,"status":"completed","conclusion":"failure","started_at":"2026-01-02T10:00:00Z","completed_at":"2026-01-02T10:00:10Z","steps":[{"number":1,"name":"Set up","status":"completed","conclusion":"success","started_at":"2026-01-02T10:00:00Z","completed_at":"2026-01-02T10:00:03Z"},{"number":2,"name":"Run tests","status":"completed","conclusion":"failure","started_at":"2026-01-02T10:00:04Z","completed_at":"2026-01-02T10:00:06Z"}]}]}`,
		repo + "/actions/jobs/601/logs":                                  redirect(log),
		repo + "/actions/runs/500/approvals":                             `[{"state":"approved","comment":"go","user":{"login":"cleo","id":3,"type":"User"},"environments":[{"name":"production"}]}]`,
		repo + "/actions/runs/500/artifacts":                             `{"total_count":2,"artifacts":[{"id":701,"name":"junit","size_in_bytes":400},{"id":702,"name":"binary","size_in_bytes":90000000}]}`,
		repo + "/actions/artifacts/701/zip":                              redirect(reports),
		repo + "/branches/main":                                          `{"name":"main","protected":true}`,
		repo + "/branches/main/protection":                               `{"required_pull_request_reviews":{"required_approving_review_count":1}}`,
		repo + "/rules/branches/main":                                    `[{"type":"merge_queue","ruleset_id":5,"ruleset_source":"acme/api","parameters":{"max_entries_to_build":5}},{"type":"rule_of_tomorrow"}]`,
		auditRoute("web", "", "1"):                                       `[{"@timestamp":1759309200000,"action":"team.add_member","_document_id":"oldest","org":"acme"}]`,
		auditRoute("all", "repo:acme/api action:protected_branch", ""): `[
			{"@timestamp":1767340800000,"created_at":1767340800000,"_document_id":"e1","action":"protected_branch.update_required_approving_review_count","actor":"ben","actor_id":2,"actor_is_bot":false,"actor_ip":"203.0.113.9","actor_location":{"country_code":"DE"},"user_agent":"Firefox","hashed_token":"abc","repo":"acme/api","name":"main","required_approving_review_count":1},
			{"@timestamp":1767340801000,"_document_id":"e2","action":"protected_branch.destroy","actor":"ben","repo":"acme/api","name":"side"},
			{"@timestamp":1767340802000,"_document_id":"e3","action":"protected_branch.rejected_ref_update","actor":"ben","repo":"acme/api","branch":"refs/heads/main"},
			{"@timestamp":1767348000000,"_document_id":"e4","action":"protected_branch.policy_override","actor":"cleo","actor_id":"3","repo":"acme/api","branch":"refs/heads/main","data":{"before":"` + sha("0") + `","after":"` + sha("c") + `","overridden_codes":["review_policy_not_satisfied"],"reasons":[{"code":"review_policy_not_satisfied","message":"At least 1 approving review is required."}]}}]`,
		auditRoute("all", "action:repository_ruleset", ""): `[
			{"@timestamp":1767340900000,"_document_id":"e5","action":"repository_ruleset.update","actor":"rules-bot","actor_is_bot":true,"org":"acme","ruleset_id":"5","ruleset_name":"everywhere","ruleset_old_enforcement":"evaluate","ruleset_enforcement":"active","ruleset_rules_added":[{"type":"deletion"}]},
			{"@timestamp":1767340901000,"_document_id":"e6","action":"repository_ruleset.destroy","repo":"acme/web","ruleset_id":9}]`,
		auditRoute("all", "repo:acme/api action:repo.rename", ""):                `[]`,
		auditRoute("all", "repo:acme/api action:repo.transfer", ""):              `[]`,
		auditRoute("all", "action:org.rename", ""):                               `[]`,
		auditRoute("all", "repo:acme/api action:repo.update_default_branch", ""): `[]`,
		auditRoute("all", "repo:acme/api action:custom_property_value", ""):      `[]`,
		suitesRoute: `[{"id":22,"actor_id":3,"actor_name":"cleo","before_sha":"` + sha("0") + `","after_sha":"` + sha("c") + `","ref":"refs/heads/main","pushed_at":"2026-01-02T11:00:00Z","result":"bypass"},
			{"id":21,"actor_id":2,"actor_name":"ben","before_sha":"` + sha("0") + `","after_sha":"` + sha("b") + `","ref":"refs/heads/main","pushed_at":"2026-01-02T10:00:00Z","result":"pass"},
			{"id":20,"actor_id":2,"actor_name":"ben","after_sha":"` + sha("9") + `","ref":"refs/heads/side","pushed_at":"2026-01-02T09:00:00Z","result":"bypass"}]`,
		repo + "/rulesets/rule-suites/22":                            `{"id":22,"result":"bypass","rule_evaluations":[{"rule_source":{"type":"protected_branch"},"enforcement":"active","result":"fail","rule_type":"pull_request","details":"Changes must be made through a pull request."},{"rule_source":{"type":"ruleset","id":5,"name":"everywhere"},"enforcement":"active","result":"pass","rule_type":"merge_queue"},{"rule_source":{"type":"ruleset","id":6,"name":"trial"},"enforcement":"evaluate","result":"fail","rule_type":"deletion"}]}`,
		repo + "/rulesets/5":                                         `{"id":5,"name":"everywhere","source_type":"Organization","source":"acme","enforcement":"active","created_at":"2025-05-01T08:00:00.000+02:00","updated_at":"2026-01-02T08:01:40Z","bypass_actors":[{"actor_id":5,"actor_type":"RepositoryRole","bypass_mode":"pull_request"},{"actor_id":null,"actor_type":"OrganizationAdmin","bypass_mode":"always"}]}`,
		repo + "/contents/.github/CODEOWNERS?ref=main":               404,
		repo + "/contents/CODEOWNERS?ref=main":                       `{"type":"file","encoding":"base64","size":16,"content":"KiBAYWNtZS9wYXlt\nZW50cwo="}`,
		repo + "/environments/production":                            `{"name":"production","html_url":"https://github.example/x","can_admins_bypass":true,"protection_rules":[{"type":"wait_timer","wait_timer":30},{"type":"required_reviewers","prevent_self_review":true,"reviewers":[{"type":"User","reviewer":{"login":"cleo"}},{"type":"Team","reviewer":{"slug":"ops"}},{"type":"Robot","reviewer":{}}]},{"type":"branch_policy"}],"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`,
		repo + "/environments/production/deployment-branch-policies": `{"total_count":1,"branch_policies":[{"name":"main"}]}`,
		repo + "/issues/12":                                          `{"number":12,"html_url":"https://github.example/acme/api/issues/12","title":"Rounding","state":"closed","state_reason":"completed","user":{"login":"ana","id":1},"created_at":"2026-01-01T08:00:00Z","closed_at":"2026-01-02T10:00:00Z","body":"It rounds down."}`,
		repo + "/issues/12/comments":                                 `[]`,
		repo + "/issues/12/timeline":                                 `[{"id":1,"event":"labeled","actor":{"login":"ana","id":1},"created_at":"2026-01-01T08:01:00Z","label":{"name":"bug"}},{"event":"cross-referenced","created_at":"2026-01-02T08:00:00Z","source":{"issue":{"number":7,"title":"PAY-1 Round up","state":"closed","html_url":"https://github.example/acme/api/pull/7","pull_request":{}}}},{"id":2,"event":"closed","actor":{"login":"ben","id":2},"created_at":"2026-01-02T10:00:00Z","commit_id":null}]`,
		"/search/issues?q=%22PAY-1%22+type%3Apr+repo%3Aacme%2Fapi":   `{"total_count":1,"incomplete_results":false,"items":[{"number":7,"repository_url":"https://api.github.example/repos/acme/api","pull_request":{}}]}`,
		repo + "/pulls/404":                                          404,
		repo + "/actions/runs/404":                                   404,
		repo + "/branches/gone":                                      404,
		repo + "/commits/" + sha("f"):                                noCommit,
	}
}
