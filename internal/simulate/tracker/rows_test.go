package tracker

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// rows reads recorded answers of a real Jira, or skips the test.
func rows(t *testing.T, resource string) []any {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "data", "devlake", "jira", "_raw_jira_api_"+resource+".csv")
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no recorded rows: %v", err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(all[0], "data")
	var out []any
	for _, r := range all[1:] {
		var v any
		if err := json.Unmarshal([]byte(r[column]), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "array"
	}
	return "object"
}

// kinds lists which kinds of value occur at each path of the records.
func kinds(into map[string]map[string]bool, path string, v any) {
	if into[path] == nil {
		into[path] = map[string]bool{}
	}
	into[path][kind(v)] = true
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			kinds(into, path+"."+k, x)
		}
	case []any:
		for _, x := range v {
			kinds(into, path+"[]", x)
		}
	}
}

// TestSharedFieldsAreAsRecorded compares what we serve with what a real Jira
// Cloud served: where both have a path, the kind of value is one that it had.
func TestSharedFieldsAreAsRecorded(t *testing.T) {
	site := small(Cloud)
	server := httptest.NewServer(site.Handler())
	defer server.Close()
	ask := func(path string) any {
		req, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(site.BasicUser, site.Token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var v any
		if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	tests := map[string]struct {
		resource string
		served   any
		atLeast  int // paths that both have
	}{
		"issue":       {"issues", ask("/rest/api/2/issue/ABC-1?expand=changelog"), 60},
		"changelog":   {"issue_changelogs", ask("/rest/api/3/issue/ABC-1/changelog").(map[string]any)["values"].([]any)[0], 12},
		"remote link": {"remotelinks", ask("/rest/api/2/issue/ABC-1/remotelink").([]any)[0], 8},
		"user":        {"users", ask("/rest/api/2/myself"), 8},
		"project":     {"projects", ask("/rest/api/2/project").([]any)[0], 8},
		"field":       {"issue_fields", ask("/rest/api/2/field").([]any)[24], 9},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			real, ours := map[string]map[string]bool{}, map[string]map[string]bool{}
			for _, r := range rows(t, tt.resource) {
				kinds(real, "", r)
			}
			kinds(ours, "", tt.served)
			shared := 0
			for path, have := range ours {
				known := real[path]
				if known == nil {
					continue
				}
				shared++
				for k := range have {
					if !known[k] && k != "null" && fmt.Sprint(known) != "map[null:true]" {
						t.Errorf("%s is served as %s; recorded: %v", path, k, known)
					}
				}
			}
			if shared < tt.atLeast {
				t.Errorf("only %d paths are shared, want %d", shared, tt.atLeast)
			}
		})
	}
}
