package forge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge/schematest"
)

func ask(t testing.TB, server *httptest.Server, query string, vars map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, server.URL+"/graphql", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+admin)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Whatever is answered is of the type that GitHub's schema gives it, for
// every field and every kind of record.
func TestGraphQLKeepsToGitHubsSchema(t *testing.T) {
	schema := schematest.Load(t).Schema()
	s := newSample(t)
	server := serve(t, schematest.Validating(t, s.Handler(s.options())))
	all := ask(t, server, forge.EverythingQuery(schema, 1), nil)
	if strings.Contains(all, `"errors"`) {
		t.Errorf("errors: %.2000s", all[strings.Index(all, `"errors"`):])
	}
	all += ask(t, server, fmt.Sprintf(`{ repository(owner: "acme", name: "api") { object(oid: "%s") { ... on Commit { statusCheckRollup { contexts(last: 9) { nodes { __typename } } } } } } }`, s.feature1.SHA), nil)
	for prefix, ids := range s.nodes(t, server) {
		for _, id := range ids {
			typ := decode[struct {
				Data struct{ Node map[string]string }
			}](t, ask(t, server, `query($id: ID!) { node(id: $id) { __typename } }`, map[string]any{"id": id})).Data.Node["__typename"]
			if typ == "" {
				t.Errorf("%s: node %s is not found", prefix, id)
				continue
			}
			body := ask(t, server, forge.EverythingNode(schema, typ, 1), map[string]any{"id": id})
			if strings.Contains(body, `"errors"`) {
				t.Errorf("%s %s: %.1000s", typ, id, body[strings.Index(body, `"errors"`):])
			}
			all += body
		}
	}
	for typ := range forge.Types() {
		if !strings.Contains(all, `"__typename":"`+typ+`"`) {
			t.Errorf("no %s in any answer", typ)
		}
	}
}

// nodes gathers global ids from all that REST answers.
func (s *sample) nodes(t testing.TB, server *httptest.Server) map[string][]string {
	out := map[string][]string{}
	seen := map[string]bool{}
	known := []string{"U_", "BOT_", "O_", "C_", "PR_", "I_", "PRR_", "DE_", "CR_", "CS_", "WFR_"}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, x := range v {
				id, _ := x.(string)
				if key == "node_id" && !seen[id] && v["login"] != "ghost" && v["login"] != "github" {
					seen[id] = true
					for _, p := range known {
						if strings.HasPrefix(id, p) {
							out[p] = append(out[p], id)
						}
					}
				}
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	for _, path := range s.paths() {
		if res, body := fetch(t, server, path); res.StatusCode == 200 {
			walk(decode[any](t, body))
		}
	}
	return out
}

func TestGraphQLAnswers(t *testing.T) {
	s := newSample(t)
	server := serve(t, schematest.Validating(t, s.Handler(s.options())))
	for name, test := range map[string]struct {
		query string
		vars  map[string]any
		want  string
	}{
		"aliases, variables and fragments": {
			`query Q($n: Int!, $with: Boolean = false) { repository(owner: "acme", name: "api") { p: pullRequest(number: $n) { ...F ...G title @skip(if: $with) } } }
			 fragment F on PullRequest { number state } fragment G on Node { ... on PullRequest { merged } ... on Issue { closed } }`,
			map[string]any{"n": 1}, `{"data":{"repository":{"p":{"number":1,"state":"MERGED","merged":true,"title":"PAY-1: <b>a feature</b> & more 🎉"}}}}`},
		"deleted author": {`{ repository(owner: "acme", name: "api") { pullRequest(number: 4) { author { login } headRepository { name } } } }`, nil,
			`{"data":{"repository":{"pullRequest":{"author":null,"headRepository":null}}}}`},
		"bot": {`{ repository(owner: "acme", name: "api") { pullRequest(number: 2) { author { login __typename } mergedBy { login } } } }`, nil,
			`{"data":{"repository":{"pullRequest":{"author":{"login":"dependabot","__typename":"Bot"},"mergedBy":null}}}}`},
		"kinds of events": {`{ repository(owner: "acme", name: "api") { pullRequest(number: 1) { timelineItems(first: 9, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_DISMISSED_EVENT]) { filteredCount nodes { __typename ... on HeadRefForcePushedEvent { beforeCommit { oid } afterCommit { oid } } ... on ReviewDismissedEvent { previousReviewState review { state } } } } } } }`, nil,
			fmt.Sprintf(`{"data":{"repository":{"pullRequest":{"timelineItems":{"filteredCount":2,"nodes":[{"__typename":"ReviewDismissedEvent","previousReviewState":"APPROVED","review":{"state":"DISMISSED"}},{"__typename":"HeadRefForcePushedEvent","beforeCommit":{"oid":"%s"},"afterCommit":{"oid":"%s"}}]}}}}}`, s.side.SHA, s.feature1.SHA)},
		"history": {`{ repository(owner: "acme", name: "api") { defaultBranchRef { target { ... on Commit { history(first: 10, since: "2025-10-02T00:00:00Z") { totalCount nodes { oid } } } } } } }`, nil,
			fmt.Sprintf(`{"data":{"repository":{"defaultBranchRef":{"target":{"history":{"totalCount":2,"nodes":[{"oid":"%s"},{"oid":"%s"}]}}}}}}`, s.squash.SHA, s.merge.SHA)},
		"rollup": {fmt.Sprintf(`{ repository(owner: "acme", name: "api") { object(oid: "%s") { ... on Commit { statusCheckRollup { state contexts(first: 9) { totalCount } } } } } }`, s.feature1.SHA), nil,
			`{"data":{"repository":{"object":{"statusCheckRollup":{"state":"PENDING","contexts":{"totalCount":6}}}}}}`},
		"deployments": {`{ repository(owner: "acme", name: "api") { deployments(first: 1, environments: ["production"], orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { state latestStatus { state } payload } } } }`, nil,
			`{"data":{"repository":{"deployments":{"totalCount":2,"nodes":[{"state":"ACTIVE","latestStatus":{"state":"SUCCESS"},"payload":"{\"ticket\":\"PAY-1\"}"}]}}}}`},
		"a file": {`{ repository(owner: "acme", name: "api") { object(expression: "main:.github/CODEOWNERS") { ... on Blob { text } } } }`, nil, `{"data":{"repository":{"object":{"text":"* @acme/payments\n"}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ask(t, server, test.query, test.vars); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestGraphQLErrors(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	for name, test := range map[string]struct{ query, want string }{
		"no such repository":   {`{ repository(owner: "acme", name: "x") { id } }`, `{"data":{"repository":null},"errors":[{"locations":[{"column":3,"line":1}],"message":"Could not resolve to a Repository with the name 'acme/x'.","path":["repository"],"type":"NOT_FOUND"}]}`},
		"no such pull request": {`{ repository(owner: "acme", name: "api") { pullRequest(number: 999) { id } } }`, `Could not resolve to a PullRequest with the number of 999.`},
		"no such field":        {`{ viewer { nothing } }`, `{"errors":[{"extensions":{"code":"undefinedField","fieldName":"nothing","typeName":"User"},"locations":[{"column":12,"line":1}],"message":"Field 'nothing' doesn't exist on type 'User'","path":["viewer","nothing"]}]}`},
		"no page size":         {`{ repository(owner: "acme", name: "api") { pullRequests { totalCount } } }`, "You must provide a `first` or `last` value to properly paginate the `pullRequests` connection."},
		"too large a page":     {`{ repository(owner: "acme", name: "api") { pullRequests(first: 101) { totalCount } } }`, "EXCESSIVE_PAGINATION"},
		"no query":             {`{ repository(`, "Parse error"},
		"a mutation":           {`mutation { x }`, "Only queries"},
		"a bad id":             {`{ node(id: "D_abcdefgh") { id } }`, "Could not resolve to a node with the global id of 'D_abcdefgh'"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ask(t, server, test.query, nil); !strings.Contains(got, test.want) {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestGraphQLPages(t *testing.T) {
	s := newSample(t)
	server := serve(t, s.Handler(s.options()))
	type page struct {
		Data struct {
			Repository struct {
				PullRequests struct {
					TotalCount int
					PageInfo   struct {
						HasNextPage bool
						EndCursor   string
					}
					Nodes []struct{ Number int }
				}
			}
		}
	}
	seen := map[int]bool{}
	var after any
	for pages := 1; ; pages++ {
		body := ask(t, server, `query($after: String) { repository(owner: "acme", name: "api") { pullRequests(first: 50, after: $after, states: [MERGED, CLOSED], orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount pageInfo { hasNextPage endCursor } nodes { number } } } }`, map[string]any{"after": after})
		got := decode[page](t, body).Data.Repository.PullRequests
		for _, n := range got.Nodes {
			if seen[n.Number] {
				t.Fatalf("%d came twice", n.Number)
			}
			seen[n.Number] = true
		}
		if after = got.PageInfo.EndCursor; !got.PageInfo.HasNextPage {
			if pages != 3 || len(seen) != got.TotalCount {
				t.Errorf("%d pages, %d of %d", pages, len(seen), got.TotalCount)
			}
			return
		}
	}
}
