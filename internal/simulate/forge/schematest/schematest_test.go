package schematest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCheckRefuses(t *testing.T) {
	s := Load(t)
	const retention = "/repos/a/b/actions/permissions/artifact-and-log-retention"
	query := func(q string) string { return `{"query":"` + q + `"}` }
	for name, test := range map[string]struct {
		method, url, asked string
		status             int
		body, want         string // want is "" where it is right
	}{
		"right":               {"GET", retention, "", 200, `{"days":90,"maximum_allowed_days":400}`, ""},
		"below a prefix":      {"GET", "/api/v3" + retention, "", 200, `{"days":90,"maximum_allowed_days":400}`, ""},
		"missing property":    {"GET", retention, "", 200, `{"days":90}`, "maximum_allowed_days"},
		"unknown property":    {"GET", retention, "", 200, `{"days":90,"maximum_allowed_days":400,"dais":1}`, "dais"},
		"wrong type":          {"GET", retention, "", 200, `{"days":"90","maximum_allowed_days":400}`, "got string, want integer"},
		"null":                {"GET", retention, "", 200, `{"days":null,"maximum_allowed_days":400}`, "got null, want integer"},
		"not JSON":            {"GET", retention, "", 200, `<html>`, "not JSON"},
		"unknown in an allOf": {"GET", "/repos/a/b/rules/branches/main", "", 200, `[{"type":"deletion","ruleset_id":1,"rule_set":2}]`, "rule_set"},
		"right in an allOf":   {"GET", "/repos/a/b/rules/branches/main", "", 200, `[{"type":"deletion","ruleset_id":1,"ruleset_source":"a/b","ruleset_source_type":"Repository"}]`, ""},
		"undescribed error":   {"GET", retention, "", 418, `{"message":"no"}`, ""},
		"error of no shape":   {"GET", retention, "", 404, `{"oops":"no"}`, "oops"},
		"no such route":       {"GET", "/repos/a/b/nothing", "", 200, `{}`, "no such route"},
		"no such parameter":   {"GET", retention + "?page=2", "", 200, `{}`, `no parameter "page"`},
		"a write":             {"POST", retention, "", 200, `{}`, "only GET"},
		"body with 304":       {"GET", retention, "", 304, `{}`, "must be none"},

		"query right":         {"POST", "/graphql", query("{ viewer { login } }"), 200, `{"data":{"viewer":{"login":"a"}}}`, ""},
		"query wrong":         {"POST", "/graphql", query("{ viewer { logon } }"), 200, `{"data":{"viewer":{"logon":"a"}}}`, "refuses the query"},
		"null field":          {"POST", "/graphql", query("{ viewer { login } }"), 200, `{"data":{"viewer":{"login":null}}}`, "data.viewer.login is null"},
		"null with an error":  {"POST", "/graphql", query("{ viewer { login } }"), 200, `{"data":{"viewer":{"login":null}},"errors":[{"message":"m","path":["viewer","login"]}]}`, ""},
		"missing field":       {"POST", "/graphql", query("{ viewer { login id } }"), 200, `{"data":{"viewer":{"login":"a"}}}`, "data.viewer.id is missing"},
		"field too many":      {"POST", "/graphql", query("{ viewer { login } }"), 200, `{"data":{"viewer":{"login":"a","id":"b"}}}`, "was not asked for"},
		"wrong argument":      {"POST", "/graphql", query("{ search(query: 1, type: ISSUE, first: 1) { issueCount } }"), 200, `{}`, "refuses the query"},
		"variable not given":  {"POST", "/graphql", query("query($n: ID!) { node(id: $n) { __typename ... on PullRequest { state } } }"), 200, `{"data":{}}`, "not given $n"},
		"wrong enumeration":   {"POST", "/graphql", query("{ node(id: 7) { __typename ... on PullRequest { state } } }"), 200, `{"data":{"node":{"__typename":"PullRequest","state":"merged"}}}`, "not among the values"},
		"wrong type of union": {"POST", "/graphql", query("{ node(id: 7) { __typename } }"), 200, `{"data":{"node":{"__typename":"GitActor"}}}`, "where there must be a Node"},
		"too large an Int":    {"POST", "/graphql", query("{ viewer { databaseId } }"), 200, `{"data":{"viewer":{"databaseId":4294967296}}}`, "is no Int"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.url, nil)
			header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
			err := s.Check(r, []byte(test.asked), test.status, header, []byte(test.body))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// spy is a test that notes whether it failed.
type spy struct {
	testing.TB
	failed bool
}

func (s *spy) Errorf(string, ...any) { s.failed = true }

func TestValidatingPassesOnAndReports(t *testing.T) {
	Load(t)
	for body, fails := range map[string]bool{`{"days":90,"maximum_allowed_days":400}`: false, `{"days":90}`: true} {
		s := &spy{TB: t}
		server := httptest.NewServer(Validating(s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		})))
		res, err := http.Get(server.URL + "/repos/a/b/actions/permissions/artifact-and-log-retention")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if err != nil || string(got) != body {
			t.Errorf("passed on %q, %v", got, err)
		}
		_ = res.Body.Close()
		server.Close() // waits for the handler, which reports last
		if s.failed != fails {
			t.Errorf("%s: failed is %v", body, s.failed)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Setenv("TICKMARK_SCHEMAS", "/somewhere")
	if dir, err := folder(); dir != "/somewhere" || err != nil {
		t.Errorf("%s, %v", dir, err)
	}
	t.Setenv("TICKMARK_SCHEMAS", "")
	if dir, err := folder(); !strings.HasSuffix(dir, "/.cache/schemas") || err != nil {
		t.Errorf("%s, %v", dir, err)
	}
}
