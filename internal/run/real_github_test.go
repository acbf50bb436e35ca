package run

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

const ants = collectortest.DevlakeRepository

// antsToken is no token of any known form, so that only knowing it finds it.
const antsToken = "planted+ants/7c1e9a52f04b8d36"

// antsRows are the recorded rows of the repository, read apart from the server.
type antsRows struct {
	pulls                                       map[string]map[string]any   // by number
	commits, reviews, remarks, comments, events map[string][]map[string]any // by number
	runs, jobs                                  []map[string]any
}

func readAnts(t *testing.T) antsRows {
	t.Helper()
	read := func(resource string, take func(row)) {
		seen := map[string]bool{}
		for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "github", "_raw_github_api_"+resource+".csv")) {
			// Some were recorded twice, and some are of other repositories.
			body, _ := json.Marshal(r.data)
			if key := r.url + string(body); strings.Contains(r.of+r.url+string(body), "/"+ants) && !seen[key] {
				seen[key] = true
				take(r)
			}
		}
	}
	grouped := func(resource string, number func(row) string) map[string][]map[string]any {
		all := map[string][]map[string]any{}
		ids := map[string]bool{}
		read(resource, func(r row) {
			n := number(r)
			id := n + "/" + at(r.data, "id") + at(r.data, "sha")
			if !ids[id] {
				ids[id] = true
				all[n] = append(all[n], r.data)
			}
		})
		return all
	}
	last := func(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }
	a := antsRows{pulls: map[string]map[string]any{}}
	read("pull_requests", func(r row) {
		// One was recorded a second time, later; the server serves the first.
		if n := at(r.data, "number"); a.pulls[n] == nil {
			a.pulls[n] = r.data
		}
	})
	a.commits = grouped("pull_request_commits", func(r row) string {
		_, rest, _ := strings.Cut(r.url, "/pulls/")
		n, _, _ := strings.Cut(rest, "/")
		return n
	})
	a.reviews = grouped("pull_request_reviews", func(r row) string { return last(at(r.data, "pull_request_url")) })
	a.remarks = grouped("pull_request_review_comments", func(r row) string { return last(at(r.data, "pull_request_url")) })
	a.comments = grouped("comments", func(r row) string { return last(at(r.data, "issue_url")) })
	a.events = grouped("events", func(r row) string { return at(r.data, "issue", "number") })
	read("runs", func(r row) { a.runs = append(a.runs, r.data) })
	read("jobs", func(r row) { a.jobs = append(a.jobs, r.data) })
	return a
}

// antsSite is a configuration over the recorded repository.
func antsSite(t *testing.T, h http.Handler) (*site, *tagged) {
	t.Helper()
	server := newTagged(t, h)
	return newSite(t, "  - {name: github, kind: github, url: "+server.URL+", web_url: 'https://github.com', token: {env: ANTS_TOKEN}, repositories: ["+ants+"]}\n",
		map[string]string{"ANTS_TOKEN": antsToken}), server
}

// unchanged makes the package once more online, and holds it to having
// downloaded nothing.
func unchanged(t *testing.T, s *site, list string, first made) made {
	t.Helper()
	before := len(filesIn(t, filepath.Join(s.config.Vault, "objects")))
	again := s.online(t, list)
	if again.stats.Downloads != 0 || again.stats.NotModified != first.stats.Downloads {
		t.Errorf("with nothing changed: %+v, at first: %+v", again.stats, first.stats)
	}
	if again.stats.Requests != first.stats.Requests {
		t.Errorf("%d requests, at first %d", again.stats.Requests, first.stats.Requests)
	}
	if after := len(filesIn(t, filepath.Join(s.config.Vault, "objects"))); after != before {
		t.Errorf("the vault had %d objects and has %d", before, after)
	}
	t.Logf("%d requests, %d bodies at first; then %d requests, %d times 304", first.stats.Requests, first.stats.Downloads, again.stats.Requests, again.stats.NotModified)
	return again
}

// TestRealPullRequestsFromCSV makes a package for 12 recorded pull requests:
// the oldest and the newest, merged, closed and open, with many reviews,
// comments or commits, with force-pushes, in Chinese and with an emoji.
func TestRealPullRequestsFromCSV(t *testing.T) {
	t.Parallel()
	need(t, "pdftotext")
	python(t)
	a := readAnts(t)
	s, server := antsSite(t, collectortest.NewDevlakeGitHub(t))
	numbers := []string{"4", "8", "11", "13", "36", "40", "41", "51", "53", "206", "210", "211"}
	text := "\ufeffSelection for CC8.1;;;\n;;;\nNr.;Pull request;Merged on;Remark\n"
	for i, n := range numbers {
		form := []string{"#" + n, ants + "#" + n, "https://github.com/" + ants + "/pull/" + n}[i%3]
		text += fmt.Sprintf("%d;%s;%.10s;\n", i+1, form, at(a.pulls[n], "merged_at"))
	}
	list := filepath.Join(s.dir, "selection.csv")
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.online(t, list)
	checkSampleFolders(t, m, numbers)
	book := readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))
	compared := 0
	for i, n := range numbers {
		f := &facts{t: t}
		a.checkPull(f, n, readPDF(t, m.sample(i+1, "pull_request.pdf")))
		a.checkSummary(f, n, "selection.csv, line "+itoa(i+4), readPDF(t, m.sample(i+1, "sample_summary.pdf")))
		a.checkLogRow(f, n, book["Change Log"][i])
		checkPayload(f, m.sample(i+1, "source"), "/pulls/"+n, a.pulls[n])
		compared += f.compared
	}
	t.Logf("%d facts of %d pull requests compared", compared, len(numbers))
	if compared < 400 {
		t.Errorf("only %d facts were compared", compared)
	}
	if n := server.authorized["Bearer "+antsToken]; n == 0 || n != server.total() {
		t.Errorf("%d of %d requests carried the token", n, server.total())
	}
	checkPackage(t, s, m, 1)
	t.Run("the second run downloads nothing", func(t *testing.T) {
		again := unchanged(t, s, list, m)
		sameFiles(t, "online again and offline", again, s.do(t, true, rendered(t)))
	})
}

// TestRealPullRequestsFromXLSX makes a package for 12 further pull requests,
// and for the 5 commits that the recorded workflow runs ran on.
func TestRealPullRequestsFromXLSX(t *testing.T) {
	t.Parallel()
	need(t, "pdftotext")
	python(t)
	a := readAnts(t)
	s, _ := antsSite(t, a.withRuns(t, collectortest.NewDevlakeGitHub(t)))
	numbers := []string{"9", "14", "16", "19", "23", "39", "114", "136", "158", "172", "186", "192"}
	shas := a.runCommits()
	if len(shas) != 5 {
		t.Fatalf("%d commits have runs, want 5", len(shas))
	}
	list := filepath.Join(s.dir, "Sample selection.xlsx")
	a.writeRequest(t, list, numbers, shas)
	m := s.online(t, list)
	checkSampleFolders(t, m, numbers)
	book := readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))
	f := &facts{t: t}
	for i, n := range numbers {
		a.checkPull(f, n, readPDF(t, m.sample(i+1, "pull_request.pdf")))
		a.checkSummary(f, n, "Sample selection.xlsx, sheet Sheet1, cell C"+itoa(i+5), readPDF(t, m.sample(i+1, "sample_summary.pdf")))
		a.checkLogRow(f, n, book["Change Log"][i])
		a.checkCI(f, readPDF(t, m.sample(i+1, "ci_results.pdf")), book["Change Log"][i], at(a.pulls[n], "head", "sha"), at(a.pulls[n], "merge_commit_sha"))
	}
	for i, sha := range shas {
		at := len(numbers) + i
		f.equal(sha+": folder", m.Samples[at].Folder, fmt.Sprintf("Sample %d - no deployment date commit %.7s", at+1, sha))
		f.equal(sha+": change", book["Change Log"][at]["Change ID"], ants+"@"+sha)
		a.checkCI(f, readPDF(t, m.sample(at+1, "ci_results.pdf")), book["Change Log"][at], sha)
	}
	t.Logf("%d facts of %d pull requests and %d commits compared", f.compared, len(numbers), len(shas))
	if f.compared < 500 {
		t.Errorf("only %d facts were compared", f.compared)
	}
	checkPackage(t, s, m, 12)
	t.Run("the second run downloads nothing", func(t *testing.T) { unchanged(t, s, list, m) })
}

// checkSampleFolders holds the samples to the order of the list.
func checkSampleFolders(t *testing.T, m made, numbers []string) {
	t.Helper()
	if len(m.Unmatched) > 0 || len(m.Samples) < len(numbers) {
		t.Fatalf("%d samples, without a match: %+v", len(m.Samples), m.Unmatched)
	}
	for i, n := range numbers {
		if want := fmt.Sprintf("Sample %d - no deployment date PR #%s", i+1, n); m.Samples[i].Folder != want {
			t.Errorf("folder %q, want %q", m.Samples[i].Folder, want)
		}
	}
}

// writeRequest writes a list as auditors do: titles that span cells above the
// header, columns of their own, dates as Excel keeps them, a line of text below.
func (a antsRows) writeRequest(t *testing.T, file string, numbers, shas []string) {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	put := func(cell string, v any) {
		t.Helper()
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	put("A1", "SOC 2 Type II: change management, request for evidence")
	if err := f.MergeCell("Sheet1", "A1", "E1"); err != nil {
		t.Fatal(err)
	}
	put("A2", "Prepared by the auditor")
	for i, head := range []string{"Sample #", "System", "Change", "Date of change", "Comments"} {
		put(string(rune('A'+i))+"4", head)
	}
	row := 5
	line := func(change string, date any) {
		put(fmt.Sprintf("A%d", row), row-4)
		put(fmt.Sprintf("B%d", row), "ants")
		put(fmt.Sprintf("C%d", row), change)
		put(fmt.Sprintf("D%d", row), date)
		row++
	}
	for _, n := range numbers {
		created, err := time.Parse(time.RFC3339, at(a.pulls[n], "created_at"))
		if err != nil {
			t.Fatal(err)
		}
		line("PR #"+n, created)
	}
	for _, sha := range shas {
		line(ants+"@"+sha, "")
	}
	put(fmt.Sprintf("A%d", row+1), "Please provide within ten days.")
	if err := f.SaveAs(file); err != nil {
		t.Fatal(err)
	}
}

// runCommits gives the commits that runs were recorded of, in order of the rows.
func (a antsRows) runCommits() []string {
	var shas []string
	for _, r := range a.runs {
		if sha := at(r, "head_sha"); !slices.Contains(shas, sha) {
			shas = append(shas, sha)
		}
	}
	return shas
}

// withRuns serves, besides what the rows hold themselves, what the rows of
// runs say of their commits, and what the rows of jobs say of runs whose own
// rows were not recorded. It adds no fact of its own.
func (a antsRows) withRuns(t *testing.T, rest http.Handler) http.Handler {
	commits, runs := map[string]any{}, map[string]any{}
	for _, r := range a.runs {
		head, _ := r["head_commit"].(map[string]any)
		if at(head, "id") != at(r, "head_sha") {
			t.Fatalf("run %s names another commit", at(r, "id"))
		}
		commits[at(head, "id")] = map[string]any{"sha": head["id"], "commit": map[string]any{
			"message": head["message"], "author": head["author"], "committer": head["committer"]}}
	}
	for _, j := range a.jobs {
		runs[at(j, "run_id")] = map[string]any{"id": j["run_id"], "head_sha": j["head_sha"], "run_attempt": j["run_attempt"], "url": j["run_url"]}
	}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Errorf("answering: %v", err)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/repos/"+ants)
		if c, ok := commits[strings.TrimPrefix(path, "/commits/")]; ok {
			answer(w, c)
			return
		}
		if run, ok := runs[strings.TrimPrefix(path, "/actions/runs/")]; ok {
			answer(w, run)
			return
		}
		if path == "/actions/runs" {
			var found []any
			for _, run := range runs {
				if at(run, "head_sha") == r.URL.Query().Get("head_sha") {
					found = append(found, run)
				}
			}
			if len(found) > 0 {
				answer(w, map[string]any{"total_count": len(found), "workflow_runs": found})
				return
			}
		}
		rest.ServeHTTP(w, r)
	})
}
