package github

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// exchange is one recorded answer of GitHub.
type exchange struct {
	File   string `json:"file"`
	N      int    `json:"n"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// endpoints are those that the collector reads: the path, the key under which
// the body holds a list ("" for the body itself), and the mapping. A mapping
// gets single objects: lists are taken apart.
func endpoints() []struct {
	path  *regexp.Regexp
	key   string
	facts func(*Collector, []byte) ([]fact, error)
} {
	const repo, number, commit = `^(?:/api/v3)?/(?:repos/[^/]+/[^/]+|repositories/\d+)`, `/\d+`, `/[0-9a-f]{40}`
	type endpoint = struct {
		path  *regexp.Regexp
		key   string
		facts func(*Collector, []byte) ([]fact, error)
	}
	e := func(path, key string, facts func(*Collector, []byte) ([]fact, error)) endpoint {
		return endpoint{regexp.MustCompile(repo + path + `$`), key, facts}
	}
	return []endpoint{
		e(`/pulls(?:`+number+`)?`, "", factsOfPull),
		e(`/commits`+commit+`/pulls`, "", factsOfPull),
		e(`/pulls`+number+`/commits`, "", factsOfCommit),
		e(`/commits`, "", factsOfCommit),
		e(`/commits`+commit, "", factsOfCommit),
		e(`/compare/[^/]+`, "commits", factsOfCommit),
		e(`/compare/[^/]+`, "files", factsOfFile),
		e(`/pulls`+number+`/files`, "", factsOfFile),
		e(`/commits`+commit, "files", factsOfFile),
		e(`/pulls`+number+`/reviews(?:`+number+`)?`, "", factsOfReview),
		e(`/pulls(?:`+number+`)?/comments(?:`+number+`)?`, "", factsOfRemark),
		e(`/issues(?:`+number+`)?/comments(?:`+number+`)?`, "", factsOfComment),
		e(`/issues`+number+`/(?:timeline|events)`, "", factsOfEvent),
		e(`/issues/events(?:`+number+`)?`, "", factsOfEvent),
		e(`/issues(?:`+number+`)?`, "", factsOfIssue),
		e(`/(?:commits/[^/]+|check-suites`+number+`)/check-runs`, "check_runs", factsOfCheckRun),
		e(`/check-runs`+number, "", factsOfCheckRun),
		e(`/commits/[^/]+/check-suites`, "check_suites", factsOfSuite),
		e(`/check-suites`+number, "", factsOfSuite),
		e(`/(?:commits`+commit+`/statuses|statuses`+commit+`)`, "", factsOfStatus),
		e(`/actions/(?:workflows/[^/]+/)?runs`, "workflow_runs", factsOfRun),
		e(`/actions/runs`+number+`(?:/attempts`+number+`)?`, "", factsOfRun),
		e(`/actions/runs`+number+`(?:/attempts`+number+`)?/jobs`, "jobs", factsOfJob),
		e(`/actions/jobs`+number, "", factsOfJob),
		e(`/actions/(?:runs`+number+`/)?artifacts`, "artifacts", factsOfArtifact),
		e(`/deployments(?:`+number+`)?`, "", factsOfDeployment),
		e(`/deployments`+number+`/statuses(?:`+number+`)?`, "", factsOfDeploymentStatus),
		e(`/environments/[^/]+`, "", factsOfEnvironment),
		{regexp.MustCompile(`^/search/issues$`), "items", factsOfIssue},
	}
}

func TestRecordedBodies(t *testing.T) {
	f, err := os.Open(collectortest.SharedData(t, "github-exchanges.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	server := newStub(t, nil)
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), testConfig(t, server.URL))
	all := endpoints()
	seen := make([]int, len(all))
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	facts, errors := 0, 0
	for lines.Scan() {
		var x exchange
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		if x.Status >= 400 {
			errors++
			checkRefusal(t, c, x)
		}
		if x.Method != "GET" || x.Status != 200 {
			continue
		}
		for i, e := range all {
			if !e.path.MatchString(x.Path) {
				continue
			}
			// Some recordings had their numbers replaced by words in angle brackets.
			if !json.Valid([]byte(x.Body)) || strings.Contains(x.Body, "<GITHUB_") {
				_, _ = e.facts(c, []byte(x.Body)) // must not panic
				continue
			}
			for _, body := range objects(t, x.Body, e.key) {
				seen[i]++
				facts += checkFacts(t, c, x, e.facts, body)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for i, n := range seen {
		if n == 0 {
			t.Errorf("no recorded body was read for %s %s", all[i].path, all[i].key)
		}
	}
	t.Logf("%d facts agree with the recorded bodies; %d refusals were read", facts, errors)
	if facts < 20_000 || errors < 10 {
		t.Errorf("only %d facts and %d refusals were compared", facts, errors)
	}
}

// checkRefusal holds a recorded error to a reason that its status allows.
func checkRefusal(t *testing.T, c *Collector, x exchange) {
	t.Helper()
	answer := &http.Response{StatusCode: x.Status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(x.Body)), Request: httptest.NewRequest(http.MethodGet, "/x", nil)}
	reason, detail := c.reason(gh.CheckResponse(answer))
	want := map[int]evidence.Reason{401: evidence.Denied, 403: evidence.Denied, 404: evidence.Ambiguous, 410: evidence.Expired}[x.Status]
	if want == "" {
		want = evidence.Unreachable
	}
	if reason != want || detail == "" {
		t.Errorf("%s #%d: status %d is %q (%s), want %q", x.File, x.N, x.Status, reason, detail, want)
	}
}

// objects takes a body apart into the objects that a mapping gets.
func objects(t *testing.T, body, key string) []json.RawMessage {
	t.Helper()
	raw := json.RawMessage(body)
	if key != "" {
		var wrapped map[string]json.RawMessage
		if json.Unmarshal(raw, &wrapped) != nil || wrapped[key] == nil {
			return nil
		}
		raw = wrapped[key]
	}
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "[") {
		var many []json.RawMessage
		if err := json.Unmarshal(raw, &many); err != nil {
			t.Fatal(err)
		}
		return many
	}
	return []json.RawMessage{raw}
}

func checkFacts(t *testing.T, c *Collector, x exchange, mapping func(*Collector, []byte) ([]fact, error), body []byte) int {
	t.Helper()
	facts, err := mapping(c, body)
	if err != nil && strings.Contains(x.File, "/BadAttributes.") { // made wrong on purpose by PyGithub
		return 0
	}
	if err != nil {
		t.Errorf("%s #%d %s does not decode: %v", x.File, x.N, x.Path, err)
		return 0
	}
	var raw any
	if err := json.Unmarshal(body, &raw); err != nil {
		t.Errorf("%s #%d: %v", x.File, x.N, err)
		return 0
	}
	for _, f := range facts {
		if want := lookUp(raw, f.at); !equalsRaw(f.got, want) {
			t.Errorf("%s #%d %s: %s is %v, the body says %v", x.File, x.N, x.Path, f.at, f.got, want)
		}
	}
	return len(facts)
}
