package collectortest

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Jira serves the recorded Jira Cloud of Apache DevLake (33 issues of the
// projects EE and K5) as Jira serves them, at most ten entries a page. It skips
// the test where the recording is absent.
//
// Comments were recorded in wiki markup and are served by version 3 as a
// document of one paragraph with the same text, line by line. A field that the
// recording does not define is named after its id. The three changelogs that
// were recorded without their issue answer under the id of the issue.
func Jira(t testing.TB) *httptest.Server {
	t.Helper()
	return serveJira(t, &jiraSite{cloud: true, issueRows: "issues"})
}

// JiraDataCenter serves the recorded Jira server of Apache DevLake (22 issues
// of the project DZFNK0168) as Jira Data Center serves them.
func JiraDataCenter(t testing.TB) *httptest.Server {
	t.Helper()
	return serveJira(t, &jiraSite{issueRows: "issue_relationships"})
}

const jiraPage = 10

type jiraRecord = map[string]any

type jiraSite struct {
	cloud      bool
	issueRows  string
	issues     []jiraRecord            // in order of key
	changelogs map[string][]jiraRecord // by issue id, oldest first
	remote     map[string][]jiraRecord // by issue id
	users      []jiraRecord
	fields     []jiraRecord
	projects   map[string]jiraRecord
}

func serveJira(t testing.TB, site *jiraSite) *httptest.Server {
	t.Helper()
	site.load(t)
	version := "2"
	if site.cloud {
		version = "3"
	}
	mux := http.NewServeMux()
	handle := func(path string, answer func(r *http.Request) any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			body := answer(r)
			w.Header().Set("Content-Type", "application/json;charset=UTF-8")
			if body == nil {
				w.WriteHeader(http.StatusNotFound)
				body = jiraRecord{"errorMessages": []string{"Issue does not exist or you do not have permission to see it."}, "errors": jiraRecord{}}
			}
			if err := json.NewEncoder(w).Encode(body); err != nil {
				t.Errorf("recorded Jira: %v", err)
			}
		})
	}
	api := "/rest/api/" + version
	handle(api+"/serverInfo", func(*http.Request) any { return site.serverInfo() })
	handle(api+"/myself", func(*http.Request) any { return site.users[0] })
	handle(api+"/mypermissions", func(*http.Request) any {
		return jiraRecord{"permissions": jiraRecord{"BROWSE_PROJECTS": jiraRecord{"key": "BROWSE_PROJECTS", "havePermission": true}}}
	})
	handle(api+"/project/{key}", func(r *http.Request) any { return orNil(site.projects[r.PathValue("key")]) })
	handle(api+"/field", func(*http.Request) any { return site.fields })
	handle(api+"/issue/{key}", func(r *http.Request) any { return site.issue(r) })
	handle(api+"/issue/{key}/comment", func(r *http.Request) any { return site.comments(r) })
	handle(api+"/issue/{key}/remotelink", func(r *http.Request) any { return site.remoteLinks(r) })
	if site.cloud {
		handle(api+"/issue/{key}/changelog", func(r *http.Request) any { return site.changelogPage(r) })
		handle(api+"/search/jql", func(r *http.Request) any { return site.searchByToken(r) })
	} else {
		handle(api+"/search", func(r *http.Request) any { return site.searchByStart(r) })
	}
	handle("/", func(*http.Request) any { return nil })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func orNil(r jiraRecord) any {
	if r == nil {
		return nil
	}
	return r
}

// load reads the rows.
func (s *jiraSite) load(t testing.TB) {
	t.Helper()
	s.changelogs, s.remote, s.projects = map[string][]jiraRecord{}, map[string][]jiraRecord{}, map[string]jiraRecord{}
	used := map[string]bool{}
	for _, row := range jiraRows(t, s.issueRows) {
		s.issues = append(s.issues, row.data)
		id, log := row.data["id"].(string), row.data["changelog"].(jiraRecord)
		for _, h := range log["histories"].([]any) {
			s.changelogs[id] = append(s.changelogs[id], h.(jiraRecord))
		}
		fields := row.data["fields"].(jiraRecord)
		project := fields["project"].(jiraRecord)
		s.projects[project["key"].(string)] = project
		for name := range fields {
			used[name] = true
		}
		if creator := fields["creator"].(jiraRecord); len(s.users) == 0 {
			s.users = append(s.users, creator)
		}
	}
	slices.SortFunc(s.issues, func(a, b jiraRecord) int {
		ka, kb := a["key"].(string), b["key"].(string)
		return cmp.Or(cmp.Compare(len(ka), len(kb)), cmp.Compare(ka, kb))
	})
	for _, row := range jiraRows(t, "issue_fields") {
		s.fields = append(s.fields, row.data)
		delete(used, row.data["id"].(string))
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		s.fields = append(s.fields, jiraRecord{"id": id, "key": id, "name": id, "custom": strings.HasPrefix(id, "customfield_")})
	}
	if s.cloud {
		for _, row := range jiraRows(t, "issue_changelogs") {
			s.changelogs[row.issueID] = append(s.changelogs[row.issueID], row.data)
		}
		for _, row := range jiraRows(t, "remotelinks") {
			s.remote[row.issueID] = append(s.remote[row.issueID], row.data)
		}
	}
	for _, log := range s.changelogs {
		slices.SortStableFunc(log, func(a, b jiraRecord) int {
			ia, ib := a["id"].(string), b["id"].(string)
			return cmp.Or(cmp.Compare(len(ia), len(ib)), cmp.Compare(ia, ib))
		})
	}
}

type jiraRow struct {
	data    jiraRecord
	issueID string // of the input that the row was asked for with; "" where it was another
}

func jiraRows(t testing.TB, resource string) []jiraRow {
	t.Helper()
	path := filepath.Join(jiraModuleRoot(t), "..", "shared", "data", "devlake", "jira", "_raw_jira_api_"+resource+".csv")
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("recorded Jira rows are absent: %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimSpace(string(text)))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	data, input := slices.Index(records[0], "data"), slices.Index(records[0], "input")
	var rows []jiraRow
	for n, rec := range records[1:] {
		var row jiraRow
		exact := json.NewDecoder(strings.NewReader(rec[data]))
		exact.UseNumber()
		if err := exact.Decode(&row.data); err != nil {
			t.Fatalf("%s: row %d: %v", path, n+1, err)
		}
		var asked struct {
			IssueID json.Number `json:"issue_id"`
		}
		if json.Unmarshal([]byte(rec[input]), &asked) == nil {
			row.issueID = asked.IssueID.String()
		}
		rows = append(rows, row)
	}
	return rows
}

func jiraModuleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}

func (s *jiraSite) serverInfo() jiraRecord {
	if s.cloud {
		return jiraRecord{"deploymentType": "Cloud"}
	}
	return jiraRecord{"deploymentType": "Server"}
}

// find gives the issue by key or id.
func (s *jiraSite) find(r *http.Request) jiraRecord {
	want := r.PathValue("key")
	for _, issue := range s.issues {
		if issue["id"] == want || strings.EqualFold(issue["key"].(string), want) {
			return issue
		}
	}
	return nil
}

func (s *jiraSite) issue(r *http.Request) any {
	found := s.find(r)
	if found == nil {
		return nil
	}
	issue := maps.Clone(found)
	fields := maps.Clone(issue["fields"].(jiraRecord))
	if slices.Contains(strings.Split(r.FormValue("fields"), ","), "-comment") {
		delete(fields, "comment")
	} else if s.cloud {
		fields["comment"] = s.commentPage(found, 0, jiraPage)
	}
	issue["fields"] = fields
	delete(issue, "changelog")
	expand := strings.Split(r.FormValue("expand"), ",")
	if slices.Contains(expand, "changelog") {
		log := slices.Clone(s.changelogs[issue["id"].(string)])
		slices.Reverse(log) // here Jira gives the newest first
		issue["changelog"] = jiraRecord{"startAt": 0, "maxResults": len(log), "total": len(log), "histories": orEmpty(log)}
	}
	if slices.Contains(expand, "names") {
		names := jiraRecord{}
		for _, f := range s.fields {
			if _, ok := fields[f["id"].(string)]; ok {
				names[f["id"].(string)] = f["name"]
			}
		}
		issue["names"] = names
	}
	return issue
}

func orEmpty(all []jiraRecord) []jiraRecord {
	if all == nil {
		return []jiraRecord{}
	}
	return all
}

func (s *jiraSite) comments(r *http.Request) any {
	issue := s.find(r)
	if issue == nil {
		return nil
	}
	at, limit := jiraSlice(r)
	return s.commentPage(issue, at, limit)
}

func (s *jiraSite) commentPage(issue jiraRecord, at, limit int) jiraRecord {
	recorded := issue["fields"].(jiraRecord)["comment"].(jiraRecord)["comments"].([]any)
	var all []jiraRecord
	for _, c := range recorded {
		comment := maps.Clone(c.(jiraRecord))
		if body, ok := comment["body"].(string); ok && s.cloud {
			comment["body"] = jiraDocument(body)
		}
		all = append(all, comment)
	}
	return jiraRecord{"startAt": at, "maxResults": limit, "total": len(all), "comments": cutJira(all, at, limit)}
}

// jiraDocument gives text as a document of one paragraph.
func jiraDocument(text string) jiraRecord {
	var content []jiraRecord
	for n, line := range strings.Split(text, "\n") {
		if n > 0 {
			content = append(content, jiraRecord{"type": "hardBreak"})
		}
		if line != "" {
			content = append(content, jiraRecord{"type": "text", "text": line})
		}
	}
	return jiraRecord{"version": 1, "type": "doc", "content": []jiraRecord{{"type": "paragraph", "content": content}}}
}

func (s *jiraSite) changelogPage(r *http.Request) any {
	id := r.PathValue("key")
	if issue := s.find(r); issue != nil {
		id = issue["id"].(string)
	}
	log, ok := s.changelogs[id]
	if !ok {
		return nil
	}
	at, limit := jiraSlice(r)
	return jiraRecord{"startAt": at, "maxResults": limit, "total": len(log), "isLast": at+limit >= len(log), "values": cutJira(log, at, limit)}
}

func (s *jiraSite) remoteLinks(r *http.Request) any {
	issue := s.find(r)
	if issue == nil {
		return nil
	}
	return orEmpty(s.remote[issue["id"].(string)])
}

// searchByToken answers any query with every issue.
func (s *jiraSite) searchByToken(r *http.Request) any {
	at, _ := strconv.Atoi(strings.TrimPrefix(r.FormValue("nextPageToken"), "token-"))
	_, limit := jiraSlice(r)
	page := jiraRecord{"issues": s.keys(at, limit), "isLast": at+limit >= len(s.issues)}
	if at+limit < len(s.issues) {
		page["nextPageToken"] = fmt.Sprintf("token-%d", at+limit)
	}
	return page
}

// searchByStart answers any query with every issue.
func (s *jiraSite) searchByStart(r *http.Request) any {
	at, limit := jiraSlice(r)
	return jiraRecord{"startAt": at, "maxResults": limit, "total": len(s.issues), "issues": s.keys(at, limit)}
}

func (s *jiraSite) keys(at, limit int) []jiraRecord {
	out := []jiraRecord{}
	for _, issue := range cutJira(s.issues, at, limit) {
		out = append(out, jiraRecord{"id": issue["id"], "key": issue["key"], "self": issue["self"]})
	}
	return out
}

func jiraSlice(r *http.Request) (at, limit int) {
	at, _ = strconv.Atoi(r.FormValue("startAt"))
	limit, err := strconv.Atoi(r.FormValue("maxResults"))
	if err != nil || limit > jiraPage {
		limit = jiraPage
	}
	return max(at, 0), max(limit, 0)
}

func cutJira(all []jiraRecord, at, limit int) []jiraRecord {
	at = min(at, len(all))
	return orEmpty(all[at:min(at+limit, len(all))])
}
