package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// paged serves total entries in pages of 100, at most most of them, with Link
// headers whose addresses lead elsewhere: only their query may be followed.
func paged(total int, entry func(i int) string, wrap string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = max(page, 1)
		var entries []string
		for i := (page - 1) * 100; i < min(page*100, total); i++ {
			entries = append(entries, entry(i))
		}
		if page*100 < total {
			w.Header().Set("Link", fmt.Sprintf(`<https://evil.example/steal?per_page=100&page=%d>; rel="next", <https://evil.example/steal?page=9>; rel="last"`, page+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, wrap, "["+strings.Join(entries, ",")+"]")
	}
}

// pagesOf gives the routes of a paged listing.
func pagesOf(path string, total int, entry func(i int) string, wrap string) map[string]any {
	routes := map[string]any{path: paged(total, entry, wrap)}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for page := 2; (page-1)*100 < total; page++ {
		routes[fmt.Sprintf("%s%spage=%d", path, sep, page)] = routes[path]
	}
	return routes
}

func hash(i int) string { return fmt.Sprintf("%040x", i+1) }

const pr7 = "/repos/acme/api/pulls/7"

func TestMoreThanAHundredReviews(t *testing.T) {
	routes := with(world(t), pagesOf(pr7+"/reviews", 230, func(i int) string {
		return fmt.Sprintf(`{"id":%d,"state":"COMMENTED","submitted_at":"2026-01-02T08:%02d:%02dZ"}`, i+1, i/60, i%60)
	}, "%s"))
	item, gaps := collectOne(t, routes, ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	if n := len(item.PullRequest.Reviews); n != 230 || item.PullRequest.Reviews[229].ID != "230" {
		t.Errorf("%d reviews were collected, want 230", n)
	}
}

func manyCommits(t *testing.T, total int) map[string]any {
	commit := func(i int) string { return `{"sha":"` + hash(i) + `"}` }
	pull := strings.Replace(text(t, world(t)[pr7]), `"commits":1`, `"commits":`+strconv.Itoa(total), 1)
	routes := with(world(t), map[string]any{pr7: pull})
	return with(routes, pagesOf(pr7+"/commits", min(total, 250), commit, "%s"))
}

func text(t *testing.T, route any) string {
	t.Helper()
	s, ok := route.(string)
	if !ok {
		t.Fatalf("the route is a %T", route)
	}
	return s
}

func TestMoreThan250Commits(t *testing.T) {
	compare := "/repos/acme/api/compare/" + sha("0") + "..." + sha("a")
	routes := with(manyCommits(t, 320), pagesOf(compare, 320, func(i int) string { return `{"sha":"` + hash(i) + `"}` }, `{"total_commits":320,"commits":%s}`))
	item, gaps := collectOne(t, routes, ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	if n := len(item.PullRequest.Commits); n != 320 || item.PullRequest.CommitsTotal != 320 {
		t.Errorf("%d commits were collected, want 320", n)
	}
	item, gaps = collectOne(t, with(manyCommits(t, 320), map[string]any{compare: 404}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps, "commits: truncated")
	if !strings.Contains(gaps[0].Detail, "250 of 320") || len(item.PullRequest.Commits) != 250 {
		t.Errorf("%d commits, gap %q", len(item.PullRequest.Commits), gaps[0].Detail)
	}
}

func TestFilesThatGitHubDoesNotList(t *testing.T) {
	pull := strings.Replace(text(t, world(t)[pr7]), `"changed_files":1`, `"changed_files":3500`, 1)
	routes := with(with(world(t), map[string]any{pr7: pull}), pagesOf(pr7+"/files", 3000, func(i int) string { return fmt.Sprintf(`{"filename":"f%d"}`, i) }, "%s"))
	item, gaps := collectOne(t, routes, ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps, "files: truncated")
	if len(item.PullRequest.Files) != 3000 || item.PullRequest.FilesTotal != 3500 || !strings.Contains(gaps[0].Detail, "3000 of 3500") {
		t.Errorf("%d files of %d, gap %q", len(item.PullRequest.Files), item.PullRequest.FilesTotal, gaps[0].Detail)
	}
}

func TestUnmergedPullRequestHasNoMergeCommit(t *testing.T) {
	pull := `{"number":7,"state":"open","title":"x","merged":false,"merge_commit_sha":"` + sha("b") + `","base":{"ref":"main"},"head":{"ref":"y"},"commits":1,"changed_files":1}`
	item, _ := collectOne(t, with(world(t), map[string]any{pr7: pull}), ref(evidence.KindPullRequest, "acme/api#7"))
	if pr := item.PullRequest; pr.MergeCommit != "" || pr.State != "open" || !pr.Merged.IsZero() {
		t.Errorf("an open pull request was mapped to state %q, merged %v as %q", pr.State, pr.Merged, pr.MergeCommit)
	}
}

func TestSecondaryRateLimitIsWaitedFor(t *testing.T) {
	var asked atomic.Int32
	reviews := text(t, world(t)[pr7+"/reviews"])
	item, gaps := collectOne(t, with(world(t), map[string]any{pr7 + "/reviews": func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			fail(w, http.StatusForbidden, "You have exceeded a secondary rate limit.")
			return
		}
		handler(reviews)(w, r)
	}}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	if len(item.PullRequest.Reviews) != 3 || asked.Load() != 2 {
		t.Errorf("%d reviews after %d requests", len(item.PullRequest.Reviews), asked.Load())
	}
}

func TestGraphQLErrors(t *testing.T) {
	const edits, part = "edits of the description: ", "details of the timeline (force-pushes, base branches, merge queue, linked issues): "
	for name, c := range map[string]struct {
		answer any
		gaps   []string
	}{
		"under HTTP 200":  {`{"data":{"repository":null},"errors":[{"type":"SOMETHING","message":"Something went wrong"}]}`, []string{edits + "unreachable", part + "unreachable"}},
		"not found":       {`{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","message":"Could not resolve to a Repository"}]}`, []string{edits + "not found", part + "not found"}},
		"forbidden":       {`{"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by personal access token"}]}`, []string{edits + "denied", part + "denied"}},
		"no data":         {`{"data":null}`, []string{edits + "unreachable", part + "unreachable"}},
		"no pull request": {`{"data":{"repository":{"pullRequest":null}}}`, []string{edits + "ambiguous", part + "ambiguous"}},
		"404":             {404, []string{edits + "not found", part + "not found"}},
	} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), map[string]any{"/graphql": c.answer}), ref(evidence.KindPullRequest, "acme/api#7"))
			wantGaps(t, gaps, c.gaps...)
			if item.PullRequest == nil || len(item.PullRequest.Timeline) != 6 || item.PullRequest.Timeline[1].Before != "" {
				t.Errorf("timeline is %+v", item.PullRequest.Timeline)
			}
		})
	}
}

func TestServerWithoutMergeQueue(t *testing.T) {
	whole := text(t, world(t)["/graphql"])
	item, gaps := collectOne(t, with(world(t), map[string]any{"/graphql": func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 1<<16)
		n, _ := r.Body.Read(body)
		if strings.Contains(string(body[:n]), "REMOVED_FROM_MERGE_QUEUE_EVENT") {
			handler(`{"errors":[{"message":"Argument 'itemTypes' on Field 'timelineItems' has an invalid value ([REMOVED_FROM_MERGE_QUEUE_EVENT])"}]}`)(w, r)
			return
		}
		handler(whole)(w, r)
	}}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	if item.PullRequest.Timeline[1].Before != sha("9") {
		t.Errorf("the force-push is %+v", item.PullRequest.Timeline[1])
	}
}

func TestMoreForcePushesThanOnePage(t *testing.T) {
	node := func(second int) string {
		return fmt.Sprintf(`{"__typename":"HeadRefForcePushedEvent","createdAt":"2026-01-02T08:50:%02dZ","beforeCommit":{"oid":"%s"},"afterCommit":{"oid":"%s"}}`, second, hash(second), hash(second+1))
	}
	answer := `{"data":{"repository":{"pullRequest":{"userContentEdits":{"totalCount":0,"pageInfo":{},"nodes":[]},"closingIssuesReferences":{"pageInfo":{"hasNextPage":false},"nodes":[]},"timelineItems":{"pageInfo":{"hasNextPage":%t,"endCursor":"next"},"nodes":[%s]}}}}}`
	item, gaps := collectOne(t, with(world(t), map[string]any{"/graphql": func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 1<<16)
		n, _ := r.Body.Read(body)
		if strings.Contains(string(body[:n]), `"events":"next"`) {
			handler(fmt.Sprintf(answer, false, node(5)))(w, r)
			return
		}
		handler(fmt.Sprintf(answer, true, node(0)))(w, r)
	}}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	var pushes []string
	for _, e := range item.PullRequest.Timeline {
		if e.Kind == "head_ref_force_pushed" {
			pushes = append(pushes, e.Before)
		}
	}
	if fmt.Sprint(pushes) != fmt.Sprint([]string{hash(0), hash(5)}) {
		t.Errorf("force-pushes replaced %v", pushes)
	}
}

func TestForcePushWhoseCommitsAreGone(t *testing.T) {
	for name, replace := range map[string][2]string{
		"before": {`"beforeCommit":{"oid":"` + sha("9") + `"}`, `"beforeCommit":null`},
		"after":  {`"afterCommit":{"oid":"` + sha("a") + `"}`, `"afterCommit":null`},
	} {
		t.Run(name, func(t *testing.T) {
			_, gaps := collectOne(t, with(world(t), map[string]any{
				"/graphql":                          strings.Replace(text(t, world(t)["/graphql"]), replace[0], replace[1], 1),
				"/repos/acme/api/issues/7/timeline": strings.Replace(text(t, world(t)["/repos/acme/api/issues/7/timeline"]), `"created_at":"2026-01-02T08:50:00Z","commit_id":"`+sha("a")+`"`, `"created_at":"2026-01-02T08:50:00Z","commit_id":null`, 1),
			}), ref(evidence.KindPullRequest, "acme/api#7"))
			wantGaps(t, gaps, "force-push at 2026-01-02T08:50:00Z: not found")
		})
	}
}

func TestWebPageForJSON(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Sign in</title>"))
	}
	item, gaps := collectOne(t, with(world(t), map[string]any{pr7 + "/reviews": page}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps, "reviews: unreachable")
	if item.PullRequest == nil || !strings.Contains(gaps[0].Detail, "web page") {
		t.Errorf("gap is %q", gaps[0].Detail)
	}
	item, gaps = collectOne(t, with(world(t), map[string]any{pr7: page}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps, ": unreachable")
	if item.PullRequest != nil {
		t.Error("a web page became a pull request")
	}
}

func TestJSONOfAnotherShape(t *testing.T) {
	for name, body := range map[string]string{"array": `[]`, "string": `"x"`, "null": `null`, "empty object": `{}`, "wrong types": `{"number":"seven"}`, "cut": `{"number":7`} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), map[string]any{pr7: body}), ref(evidence.KindPullRequest, "acme/api#7"))
			wantGaps(t, gaps, ": unreachable")
			if item.PullRequest != nil {
				t.Error("became a pull request")
			}
		})
	}
}

func TestLongDescription(t *testing.T) {
	long := strings.Repeat("0123456789", 1<<20)
	pull := strings.Replace(text(t, world(t)[pr7]), `Fixes #12\n\nTwo lines.`, long, 1)
	details := strings.ReplaceAll(text(t, world(t)["/graphql"]), `Fixes #12\r\n\r\nTwo lines.`, long)
	item, gaps := collectOne(t, with(world(t), map[string]any{pr7: pull, "/graphql": details}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps)
	if item.PullRequest.Body.Source != long {
		t.Errorf("the description has %d bytes, want %d", len(item.PullRequest.Body.Source), len(long))
	}
}

const logPath = "/repos/acme/api/actions/jobs/601/logs"

func TestLongLog(t *testing.T) {
	var b strings.Builder
	start := utc("2026-01-02T10:00:00Z")
	for i := range 100_000 {
		fmt.Fprintf(&b, "%s line %d\n", start.Add(time.Duration(i)*time.Millisecond).Format("2006-01-02T15:04:05.0000000Z"), i+1)
	}
	item, gaps := collectOne(t, with(world(t), map[string]any{logPath: redirect(storage(t, []byte(b.String())))}), ref(evidence.KindBuild, "acme/api/runs/500"))
	wantGaps(t, gaps)
	log := item.Build.Jobs[0].Log
	if log.TotalLines != 100_000 || log.TotalBytes != int64(b.Len()) {
		t.Errorf("the log has %d lines and %d bytes", log.TotalLines, log.TotalBytes)
	}
	// The failed step ran from second 4 to second 6: lines 4001 to 7000.
	if len(log.Parts) != 2 || log.Parts[0].Title != "Run tests" || log.Parts[0].FirstLine != 4001 || len(log.Parts[0].Lines) != 3000 || log.Parts[0].Omitted != 4000 {
		t.Fatalf("%d parts, the first %q from line %d with %d lines", len(log.Parts), log.Parts[0].Title, log.Parts[0].FirstLine, len(log.Parts[0].Lines))
	}
	if p := log.Parts[1]; p.FirstLine != 99_801 || len(p.Lines) != 200 || p.Omitted != 92_800 || !strings.HasSuffix(p.Lines[199], "line 100000") {
		t.Errorf("the end is from line %d with %d lines, %d omitted", p.FirstLine, len(p.Lines), p.Omitted)
	}
}

func TestFailedStepLongerThanIsKept(t *testing.T) {
	item, gaps := collectOne(t, world(t), ref(evidence.KindBuild, "acme/api/runs/500"), func(c *Config) { c.MaxLogBytes, c.LogTailLines = 10, 1 })
	wantGaps(t, gaps, "log of job test: truncated")
	if item.Build.Jobs[0].Log.TotalLines != 3 {
		t.Errorf("the log is %+v", item.Build.Jobs[0].Log)
	}
}

func TestLogsThatAreGone(t *testing.T) {
	old := strings.ReplaceAll(text(t, world(t)["/repos/acme/api/actions/runs/500/jobs?filter=all"]), "2026-01-02", "2025-09-02")
	for name, c := range map[string]struct {
		jobs   string
		status int
		want   string
	}{
		"410":            {"", http.StatusGone, "expired"},
		"404, recent":    {"", http.StatusNotFound, "not found"},
		"404, 135 days":  {old, http.StatusNotFound, "expired"},
		"403, old":       {old, http.StatusForbidden, "denied"},
		"404, in denial": {strings.ReplaceAll(old, "2025-09-02", "2025-12-02"), http.StatusNotFound, "not found"},
	} {
		t.Run(name, func(t *testing.T) {
			changes := map[string]any{logPath: c.status}
			if c.jobs != "" {
				changes["/repos/acme/api/actions/runs/500/jobs?filter=all"] = c.jobs
			}
			item, gaps := collectOne(t, with(world(t), changes), ref(evidence.KindBuild, "acme/api/runs/500"))
			wantGaps(t, gaps, "log of job test: "+c.want)
			if item.Build.Jobs[0].Log != nil {
				t.Error("there is a log")
			}
		})
	}
}

func TestArtifactsThatCannotBeRead(t *testing.T) {
	list := func(fields string) string {
		return `{"total_count":1,"artifacts":[{"id":701,"name":"junit",` + fields + `}]}`
	}
	bomb := zipOf(t, map[string]string{"junit.xml": `<testsuite>` + strings.Repeat(" ", maxReportBytes) + `</testsuite>`})
	const zipPath, listPath = "/repos/acme/api/actions/artifacts/701/zip", "/repos/acme/api/actions/runs/500/artifacts"
	for name, c := range map[string]struct {
		list string
		zip  any
		want string
	}{
		"expired":    {list(`"expired":true`), 410, "expired"},
		"gone":       {list(`"size_in_bytes":5`), 410, "expired"},
		"too large":  {list(`"size_in_bytes":99000000`), nil, "truncated"},
		"not a zip":  {list(`"size_in_bytes":5`), redirect(storage(t, []byte("hello"))), "unreachable"},
		"zip bomb":   {list(`"size_in_bytes":5`), redirect(storage(t, bomb)), "truncated"},
		"broken XML": {list(`"size_in_bytes":5`), redirect(storage(t, zipOf(t, map[string]string{"a.xml": "<testsuite><testcase>"}))), "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			item, gaps := collectOne(t, with(world(t), map[string]any{listPath: c.list, zipPath: c.zip}), ref(evidence.KindBuild, "acme/api/runs/500"))
			wantGaps(t, gaps, "test reports in artifact junit: "+c.want)
			if len(item.Build.Tests) != 0 {
				t.Errorf("tests are %+v", item.Build.Tests)
			}
		})
	}
}

func TestSearchIsCut(t *testing.T) {
	path := "/search/issues?q=%22PAY-1%22+type%3Apr+repo%3Aacme%2Fapi"
	entry := func(i int) string {
		return fmt.Sprintf(`{"number":%d,"repository_url":"https://x/repos/acme/api"}`, i+1)
	}
	routes := with(world(t), map[string]any{path: nil})
	for page := 1; page <= 10; page++ {
		key := path
		if page > 1 {
			key = strings.Replace(path, "?", fmt.Sprintf("?page=%d&", page), 1)
		}
		routes[key] = paged(1500, entry, `{"total_count":1500,"incomplete_results":true,"items":%s}`)
	}
	item, gaps := collectOne(t, routes, ref(evidence.KindMention, "PAY-1"))
	wantGaps(t, gaps, "search results: truncated", "search results: truncated")
	if item.Mention.Total != 1500 || len(item.Mention.Found) != 1000 {
		t.Errorf("%d found of %d", len(item.Mention.Found), item.Mention.Total)
	}
}

func TestHiddenWithoutALogin(t *testing.T) {
	s := newStub(t, world(t))
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), testConfig(t, s.URL))
	r := ref(evidence.KindPullRequest, "acme/api#404")
	_, err := collectortest.Collect(context.Background(), t, c, r)
	wantGaps(t, evidence.Gaps(r, "github", err, time.Time{}), ": ambiguous")
}

func TestPreviousOfADeploymentThatNeverWas(t *testing.T) {
	item, gaps := collectOne(t, with(world(t), map[string]any{
		"/repos/acme/api/deployments/899/statuses": `[{"id":1,"state":"error","created_at":"2026-01-01T10:10:00Z"}]`,
	}), ref(evidence.KindDeployment, "acme/api/deployments/902"))
	wantGaps(t, gaps)
	if d := item.Deployment; !d.Previous.IsZero() || d.Range != nil {
		t.Errorf("previous is %s, range %+v", d.Previous, d.Range)
	}
}

func TestRunOfAnotherRepositoryIsNotTheBuild(t *testing.T) {
	item, _ := collectOne(t, with(world(t), map[string]any{
		"/repos/acme/api/deployments/902/statuses": `[{"id":22,"state":"success","created_at":"2026-01-02T12:10:00Z","log_url":"https://github.example/evil/api/actions/runs/500"},{"id":21,"state":"queued","target_url":"https://evil.example/acme/api/actions/runs/500"}]`,
	}), ref(evidence.KindDeployment, "acme/api/deployments/902"))
	if !item.Deployment.Build.IsZero() {
		t.Errorf("build is %s", item.Deployment.Build)
	}
}
