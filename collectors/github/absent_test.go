package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Tests of what GitHub does not say, and of what only seems to be missing.

// A 404 in a repository that the login may not see says nothing of the record.
func TestHiddenRepository(t *testing.T) {
	s := newStub(t, map[string]any{
		"/user": user(nil), "/repos/acme/api": 404, "/repos/acme/web": `{"full_name":"acme/web"}`, auditReachPath: 404,
		"/repos/acme/web/actions/permissions/artifact-and-log-retention": 403,
		pr7: 404, "/repos/acme/web/pulls/7": 404,
	})
	cfg := testConfig(t, s.URL)
	cfg.Repositories = []string{"acme/api", "acme/web"}
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), cfg)
	if _, err := c.Preflight(context.Background()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"acme/api#7": ": ambiguous", "Acme/API#7": ": ambiguous", "acme/web#7": ": not found"} {
		r := ref(evidence.KindPullRequest, id)
		if id == "Acme/API#7" {
			s.routes["/repos/Acme/API/pulls/7"] = handler(404)
		}
		_, err := collectortest.Collect(context.Background(), t, c, r)
		wantGaps(t, evidence.Gaps(r, "github", err, time.Time{}), want)
	}
}

func TestAnswerThatIsStillPrepared(t *testing.T) {
	_, gaps := collectOne(t, with(world(t), map[string]any{pr7 + "/files": func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{}`)
	}}), ref(evidence.KindPullRequest, "acme/api#7"))
	wantGaps(t, gaps, "files: unreachable")
}

func TestComparisonWithoutAStatus(t *testing.T) {
	compare := "/repos/acme/api/compare/" + sha("b") + "..." + sha("c") + "?per_page=1"
	item, gaps := collectOne(t, with(world(t), map[string]any{
		compare: `{"total_commits":1}`,
		"/repos/acme/api/compare/" + sha("b") + "..." + sha("2") + "?per_page=1": 404,
	}), ref(evidence.KindCommit, "acme/api@"+sha("b")))
	for _, g := range gaps {
		if !strings.HasPrefix(g.Part, "whether deployment ") {
			t.Errorf("gap is %+v", g)
		}
	}
	if len(gaps) == 0 {
		t.Error("no gap says that the deployment was not compared")
	}
	for _, in := range item.Commit.ContainedIn {
		if in.Status == "" {
			t.Errorf("containment without a status: %+v", in)
		}
	}
	_, gaps = collectOne(t, with(world(t), map[string]any{
		"/repos/acme/api/compare/" + sha("e") + "..." + sha("c"): `{"total_commits":0}`,
	}), ref(evidence.KindDeployment, "acme/api/deployments/902"))
	wantGaps(t, gaps, "range: unreachable")
}

func TestBranchThatSaysLittle(t *testing.T) {
	const path = "/repos/acme/api/branches/main"
	hidden := map[string]any{path + "/protection": 404, "/repos/acme/api/rules/branches/main": `[]`}
	for name, c := range map[string]struct {
		branch string
		want   []string
	}{
		"no word on protection": {`{"name":"main"}`, []string{"protection: not found", "classic protection: ambiguous"}},
		"renamed since":         {`{"name":"trunk","protected":false}`, []string{"branch: ambiguous", "classic protection: ambiguous"}},
		"no branch at all":      {`{}`, []string{": unreachable"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, gaps := collectOne(t, with(with(world(t), hidden), map[string]any{path: c.branch}), ref(evidence.KindBranchRules, "acme/api:main"))
			wantGaps(t, gaps, c.want...)
		})
	}
}

func TestReviewersWithoutAWordOnSelfReview(t *testing.T) {
	const path = "/repos/acme/api/environments/production"
	answer := strings.Replace(text(t, world(t)[path]), `"prevent_self_review":true,`, "", 1)
	_, gaps := collectOne(t, with(world(t), map[string]any{path: answer}), ref(evidence.KindEnvironment, "acme/api/environments/production"))
	wantGaps(t, gaps, "self-review: not found")
}

// Each report that could not be read is a gap of its own.
func TestSeveralBrokenReports(t *testing.T) {
	broken := zipOf(t, map[string]string{"a.xml": "<testsuite><testcase>", "b.xml": "<testsuite><testcase>"})
	_, gaps := collectOne(t, with(world(t), map[string]any{"/repos/acme/api/actions/artifacts/701/zip": redirect(storage(t, broken))}), ref(evidence.KindBuild, "acme/api/runs/500"))
	wantGaps(t, gaps, "test reports in artifact junit: unreachable", "test reports in artifact junit: unreachable")
}

// GitHub deletes artifacts; what the vault has of one stays evidence.
func TestExpiredArtifactThatTheVaultHas(t *testing.T) {
	const list = "/repos/acme/api/actions/runs/500/artifacts"
	dir, r := t.TempDir(), ref(evidence.KindBuild, "acme/api/runs/500")
	s := newStub(t, world(t))
	for _, expired := range []string{"false", "true"} {
		s.routes[list] = handler(`{"total_count":1,"artifacts":[{"id":701,"name":"junit","size_in_bytes":400,"expired":` + expired + `}]}`)
		if expired == "true" {
			s.routes["/repos/acme/api/actions/artifacts/701/zip"] = handler(http.StatusGone)
		}
		session := collectortest.Session(t, dir, false)
		session.Authenticated("github", "auditor")
		items, err := collectortest.Collect(context.Background(), t, newCollector(t, session, testConfig(t, s.URL)), r)
		wantGaps(t, evidence.Gaps(r, "github", err, time.Time{}))
		if len(items[0].Build.Tests) != 1 {
			t.Errorf("expired %s: tests are %+v", expired, items[0].Build.Tests)
		}
		if err := session.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
