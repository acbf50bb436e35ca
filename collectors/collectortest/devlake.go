package collectortest

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// SharedData gives the path of a file or folder of the recorded data, and
// skips the test where it is absent.
func SharedData(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("the module's root was not found")
		}
		dir = parent
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recorded data %s is absent; see the README of shared/data", filepath.Join(elem...))
	}
	return path
}

// DevlakeRepository is the repository whose rows DevlakeGitHub serves.
const DevlakeRepository = "panjf2000/ants"

// DevlakeGitHub serves the rows that Apache DevLake recorded of a real
// repository, as GitHub would serve them: pull requests with commits, reviews
// and comments, issues, timelines, workflow runs and jobs. Whatever it has no
// rows for is 404. Each list holds the raw bodies, in the order of the rows.
type DevlakeGitHub struct {
	*httptest.Server
	Pulls          map[int]json.RawMessage
	Commits        map[int][]json.RawMessage
	Reviews        map[int][]json.RawMessage
	ReviewComments map[int][]json.RawMessage
	Comments       map[int][]json.RawMessage
	Events         map[int][]json.RawMessage
	Issues         map[int]json.RawMessage
	Runs           map[int64]json.RawMessage
	RunOrder       []int64
	Jobs           map[int64][]json.RawMessage
}

// NewDevlakeGitHub starts the server; it ends with the test. The test is
// skipped where the recorded data is absent.
func NewDevlakeGitHub(t testing.TB) *DevlakeGitHub {
	t.Helper()
	dir := SharedData(t, "devlake", "github")
	d := &DevlakeGitHub{
		Pulls: map[int]json.RawMessage{}, Commits: map[int][]json.RawMessage{}, Reviews: map[int][]json.RawMessage{},
		ReviewComments: map[int][]json.RawMessage{}, Comments: map[int][]json.RawMessage{}, Events: map[int][]json.RawMessage{},
		Issues: map[int]json.RawMessage{}, Runs: map[int64]json.RawMessage{}, Jobs: map[int64][]json.RawMessage{},
	}
	for file, take := range map[string]func(devlakeRow){
		"pull_requests":                func(r devlakeRow) { setOnce(d.Pulls, r.Number, r.raw) },
		"pull_request_commits":         func(r devlakeRow) { add(d.Commits, numberIn(r.url, "/pulls/"), r.raw) },
		"pull_request_reviews":         func(r devlakeRow) { add(d.Reviews, numberIn(r.PullRequestURL, "/pulls/"), r.raw) },
		"pull_request_review_comments": func(r devlakeRow) { add(d.ReviewComments, numberIn(r.PullRequestURL, "/pulls/"), r.raw) },
		"comments":                     func(r devlakeRow) { add(d.Comments, numberIn(r.IssueURL, "/issues/"), r.raw) },
		"events":                       func(r devlakeRow) { add(d.Events, r.Issue.Number, r.raw) },
		"issues":                       func(r devlakeRow) { setOnce(d.Issues, r.Number, r.raw) },
		"jobs":                         func(r devlakeRow) { add(d.Jobs, r.RunID, r.raw) },
		"runs": func(r devlakeRow) {
			if setOnce(d.Runs, r.ID, r.raw) {
				d.RunOrder = append(d.RunOrder, r.ID)
			}
		},
	} {
		for _, r := range devlakeRows(t, filepath.Join(dir, "_raw_github_api_"+file+".csv")) {
			take(r)
		}
	}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

// devlakeRow is one recorded body with what its place is told by.
type devlakeRow struct {
	raw            json.RawMessage
	url            string // of the request
	ID             int64  `json:"id"`
	Number         int    `json:"number"`
	RunID          int64  `json:"run_id"`
	PullRequestURL string `json:"pull_request_url"`
	IssueURL       string `json:"issue_url"`
	Issue          struct {
		Number int `json:"number"`
	} `json:"issue"`
}

func devlakeRows(t testing.TB, path string) []devlakeRow {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	header, err := in.Read()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	column := func(record []string, name string) string { return record[slices.Index(header, name)] }
	var rows []devlakeRow
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if !strings.Contains(column(record, "params"), `"`+DevlakeRepository+`"`) {
			continue
		}
		r := devlakeRow{raw: json.RawMessage(column(record, "data")), url: column(record, "url")}
		if err := json.Unmarshal(r.raw, &r); err != nil {
			t.Fatalf("%s: row %s: %v", path, column(record, "id"), err)
		}
		rows = append(rows, r)
	}
}

// setOnce keeps the first row of a record; some were recorded twice.
func setOnce[K comparable](m map[K]json.RawMessage, k K, v json.RawMessage) bool {
	if _, ok := m[k]; ok {
		return false
	}
	m[k] = v
	return true
}

func add[K comparable](m map[K][]json.RawMessage, k K, v json.RawMessage) {
	if !slices.ContainsFunc(m[k], func(o json.RawMessage) bool { return string(o) == string(v) }) {
		m[k] = append(m[k], v)
	}
}

func numberIn(address, after string) int {
	_, rest, _ := strings.Cut(address, after)
	digits, _, _ := strings.Cut(rest, "/")
	n, _ := strconv.Atoi(digits)
	return n
}

// ServeHTTP answers as GitHub does.
func (d *DevlakeGitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/user" {
		if r.Header.Get("Authorization") == "" {
			refuse(w, http.StatusUnauthorized, "Requires authentication")
			return
		}
		answer(w, json.RawMessage(`{"login":"auditor","id":7,"type":"User"}`))
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/repos/"+DevlakeRepository)
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case rest == "":
		d.repository(w)
	case parts[0] == "pulls" && len(parts) >= 2:
		d.pull(w, r, parts[1:])
	case parts[0] == "issues" && len(parts) >= 2:
		d.issue(w, r, parts[1:])
	case parts[0] == "commits" && len(parts) >= 2:
		d.commit(w, r, parts[1:])
	case parts[0] == "actions" && len(parts) >= 2 && parts[1] == "runs":
		d.run(w, r, parts[2:])
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (d *DevlakeGitHub) repository(w http.ResponseWriter) {
	for _, n := range sortedKeys(d.Pulls) {
		var pull struct {
			Base struct {
				Repo json.RawMessage `json:"repo"`
			} `json:"base"`
		}
		if json.Unmarshal(d.Pulls[n], &pull) == nil && len(pull.Base.Repo) > len("null") {
			answer(w, pull.Base.Repo)
			return
		}
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

func (d *DevlakeGitHub) pull(w http.ResponseWriter, r *http.Request, parts []string) {
	n, _ := strconv.Atoi(parts[0])
	body, ok := d.Pulls[n]
	switch {
	case !ok:
		refuse(w, http.StatusNotFound, "Not Found")
	case len(parts) == 1:
		answer(w, body)
	case parts[1] == "commits":
		page(w, r, d.Commits[n], "")
	case parts[1] == "reviews":
		page(w, r, d.Reviews[n], "")
	case parts[1] == "comments":
		page(w, r, d.ReviewComments[n], "")
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (d *DevlakeGitHub) issue(w http.ResponseWriter, r *http.Request, parts []string) {
	n, _ := strconv.Atoi(parts[0])
	issue, ok := d.Issues[n]
	_, pull := d.Pulls[n]
	switch {
	case len(parts) == 1 && ok:
		answer(w, issue)
	case len(parts) == 2 && parts[1] == "comments" && (ok || pull):
		page(w, r, d.Comments[n], "")
	case len(parts) == 2 && parts[1] == "timeline" && (ok || pull):
		page(w, r, d.Events[n], "")
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (d *DevlakeGitHub) commit(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 2 && parts[1] == "pulls" {
		var found []json.RawMessage
		for _, n := range sortedKeys(d.Pulls) {
			if strings.Contains(string(d.Pulls[n]), `"merge_commit_sha":"`+parts[0]+`"`) {
				found = append(found, d.Pulls[n])
			}
		}
		page(w, r, found, "")
		return
	}
	if len(parts) == 1 {
		for _, n := range sortedKeys(d.Commits) {
			for _, body := range d.Commits[n] {
				var c struct {
					SHA string `json:"sha"`
				}
				if json.Unmarshal(body, &c) == nil && c.SHA == parts[0] {
					answer(w, body)
					return
				}
			}
		}
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

func (d *DevlakeGitHub) run(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 0 {
		var found []json.RawMessage
		for _, id := range d.RunOrder {
			var run struct {
				SHA string `json:"head_sha"`
			}
			if json.Unmarshal(d.Runs[id], &run) == nil && run.SHA == r.URL.Query().Get("head_sha") {
				found = append(found, d.Runs[id])
			}
		}
		page(w, r, found, "workflow_runs")
		return
	}
	id, _ := strconv.ParseInt(parts[0], 10, 64)
	body, ok := d.Runs[id]
	switch {
	case len(parts) == 2 && parts[1] == "jobs" && (ok || len(d.Jobs[id]) > 0):
		page(w, r, d.Jobs[id], "jobs")
	case len(parts) == 1 && ok:
		answer(w, body)
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func sortedKeys[V any](m map[int]V) []int {
	var keys []int
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// page serves a page of a listing with its Link header, in an object under key
// where GitHub wraps the list.
func page(w http.ResponseWriter, r *http.Request, all []json.RawMessage, key string) {
	q := r.URL.Query()
	size, number := 30, 1
	if v, err := strconv.Atoi(q.Get("per_page")); err == nil && v > 0 {
		size = min(v, 100)
	}
	if v, err := strconv.Atoi(q.Get("page")); err == nil && v > 0 {
		number = v
	}
	from := min((number-1)*size, len(all))
	to := min(from+size, len(all))
	if to < len(all) {
		next := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
		q.Set("page", strconv.Itoa(number+1))
		next.RawQuery = q.Encode()
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, next.String()))
	}
	var body any = append([]json.RawMessage{}, all[from:to]...)
	if key != "" {
		body = map[string]any{"total_count": len(all), key: body}
	}
	answer(w, body)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
