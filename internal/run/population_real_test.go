package run

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// loaded collects records through the real collectors, and loads them into a
// ledger, each so many times.
func loaded(t *testing.T, s *site, refs []evidence.Ref) book {
	t.Helper()
	r := s.open(t, false)
	defer r.Close()
	if err := r.prove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var items []evidence.Item
	for _, ref := range refs {
		got, gaps := r.engine.Record(t.Context(), ref)
		if len(got) == 0 {
			t.Errorf("%s: %+v", ref, gaps)
		}
		items = append(items, got...)
	}
	load := func(name string, times int) book {
		path := filepath.Join(s.dir, name)
		l, err := ledger.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ld, err := l.Begin(t.Context(), s.config.Period, s.config.Zone, ledgerScope(s.config))
		if err != nil {
			t.Fatal(err)
		}
		for range times {
			for _, it := range items {
				if err := ld.Item(it); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := ld.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return openBook(t, path)
	}
	b := load("once.sqlite", 1)
	again := load("twice.sqlite", 2)
	if diff := cmp.Diff(b.dump(), again.dump()); diff != "" {
		t.Errorf("importing the same once more changes (-once +twice):\n%s", diff)
	}
	return b
}

// each gives the ids of the entries of a list within records, with the
// record's name before them.
func each(records map[string]map[string]any, list string, id func(map[string]any) string) []string {
	var out []string
	for name, r := range records {
		entries, _ := r[list].([]any)
		for _, e := range entries {
			out = append(out, name[strings.LastIndexAny(name, "#/")+1:]+" "+id(e.(map[string]any)))
		}
	}
	return sorted(out)
}

func byID(e map[string]any) string { return at(e, "id") }

// sameRows holds what the ledger has to the recorded rows, each exactly once.
func sameRows(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("%s (-recorded +in the ledger):\n%s", what, diff)
	}
	if len(want) == 0 {
		t.Errorf("no row of %s was compared", what)
	}
	t.Logf("%-24s %4d", what, len(got))
}

// distinct gives the id of every recorded row of a resource of the repository,
// once: some rows were recorded twice.
func distinct(t *testing.T, resource string, id func(row) string) []string {
	t.Helper()
	var out []string
	for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "github", "_raw_github_api_"+resource+".csv")) {
		out = append(out, id(r))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// otherFiles are files of the recordings that hold no record of a change: what
// the source's settings are, who has an account there, and rows that DevLake's
// authors invented for tests of their own.
var otherFiles = map[string]string{
	"_raw_github_api_milestones.csv":               "one milestone, of another repository",
	"_raw_github_api_pr_reviews_bot_filter.csv":    "invented, of no repository",
	"_raw_github_api_pull_requests_bot_filter.csv": "invented, of no repository",
	"_raw_jira_api_issue_fields.csv":               "settings: the fields",
	"_raw_jira_api_issue_types.csv":                "settings: the types",
	"_raw_jira_api_projects.csv":                   "settings: the projects",
	"_raw_jira_api_status.csv":                     "settings: the statuses",
	"_raw_jira_api_users.csv":                      "accounts",
}

// accounted holds a folder of recordings to the files that a test looked at.
func accounted(t *testing.T, folder string, looked ...string) {
	t.Helper()
	entries, err := os.ReadDir(collectortest.SharedData(t, "devlake", folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		short := strings.TrimSuffix(strings.TrimPrefix(e.Name(), "_raw_"+folder+"_api_"), ".csv")
		if otherFiles[e.Name()] == "" && !slices.Contains(looked, short) {
			t.Errorf("nothing accounts for the rows of %s", e.Name())
		}
	}
}

// Every recorded row of the real repository lands in the ledger exactly once.
func TestRealRowsOfGitHubInTheLedger(t *testing.T) {
	t.Parallel()
	a := readAnts(t)
	s, _ := antsSite(t, a.withRuns(t, a.withIssues(t, collectortest.NewDevlakeGitHub(t))))
	last := func(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }
	ref := func(kind evidence.Kind, id string) evidence.Ref {
		return evidence.Ref{Kind: kind, System: "github", ID: ants + id}
	}
	number := func(r row) string { return at(r.data, "number") }
	pulls, issues := distinct(t, "pull_requests", number), distinct(t, "issues", number)
	jobs := distinct(t, "jobs", func(r row) string { return at(r.data, "run_id") + " " + at(r.data, "id") })
	runs := distinct(t, "runs", func(r row) string { return at(r.data, "id") })
	for _, job := range jobs {
		runs = append(runs, strings.Fields(job)[0])
	}
	slices.Sort(runs)
	runs = slices.Compact(runs)
	// Some events were recorded with their issue, whose own row was not.
	issues = append(issues, distinct(t, "events", func(r row) string { return at(r.data, "issue", "number") })...)
	slices.Sort(issues)
	issues = slices.Compact(issues)
	// The issues of a repository's list are its pull requests too; those rows
	// say what the pull request's own say.
	issues = slices.DeleteFunc(issues, func(n string) bool { return slices.Contains(pulls, n) })
	var refs []evidence.Ref
	for _, n := range pulls {
		refs = append(refs, ref(evidence.KindPullRequest, "#"+n))
	}
	for _, n := range issues {
		refs = append(refs, ref(evidence.KindTicket, "#"+n))
	}
	for _, id := range runs {
		refs = append(refs, ref(evidence.KindBuild, "/runs/"+id))
	}
	b := loaded(t, s, refs)
	prs, tickets, builds := b.records(evidence.KindPullRequest), b.records(evidence.KindTicket), b.records(evidence.KindBuild)
	sameRows(t, "pull requests", pulls, b.lines(`SELECT number FROM pull_requests`))
	sameRows(t, "issues", issues, b.lines(`SELECT substr(name, instr(name, '#') + 1) FROM records WHERE kind = 'ticket'`))
	sameRows(t, "runs", runs, b.lines(`SELECT substr(name, instr(name, '/runs/') + 6) FROM records WHERE kind = 'build'`))
	sameRows(t, "jobs", jobs, each(builds, "jobs", byID))
	sameRows(t, "commits", distinct(t, "pull_request_commits", func(r row) string {
		_, rest, _ := strings.Cut(r.url, "/pulls/")
		n, _, _ := strings.Cut(rest, "/")
		return n + " " + at(r.data, "sha")
	}), b.lines(`SELECT p.number, c.sha FROM pull_request_commits c JOIN pull_requests p ON p.record = c.record`))
	sameRows(t, "reviews", distinct(t, "pull_request_reviews", func(r row) string { return last(at(r.data, "pull_request_url")) + " " + at(r.data, "id") }), each(prs, "reviews", byID))
	sameRows(t, "review comments", distinct(t, "pull_request_review_comments", func(r row) string {
		return last(at(r.data, "pull_request_url")) + " " + at(r.data, "id")
	}), each(prs, "review_comments", byID))
	sameRows(t, "comments", distinct(t, "comments", func(r row) string { return last(at(r.data, "issue_url")) + " " + at(r.data, "id") }),
		slices.Concat(each(prs, "comments", byID), each(tickets, "comments", byID)))
	// Those of a pull request are its timeline, those of an issue its history.
	// Who gets e-mail is in neither.
	event := func(r row) string {
		return at(r.data, "issue", "number") + " " + at(r.data, "event") + " " + at(r.data, "created_at")
	}
	var ofPulls, ofIssues []string
	for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "github", "_raw_github_api_events.csv")) {
		switch kind := at(r.data, "event"); {
		case kind == "subscribed" || kind == "mentioned":
		case slices.Contains(pulls, at(r.data, "issue", "number")):
			ofPulls = append(ofPulls, event(r))
		default:
			ofIssues = append(ofIssues, at(r.data, "issue", "number")+" "+at(r.data, "id"))
		}
	}
	slices.Sort(ofIssues)
	sameRows(t, "events, pull requests", ofPulls, each(prs, "timeline", func(e map[string]any) string { return at(e, "kind") + " " + at(e, "at") }))
	sameRows(t, "events, issues", slices.Compact(ofIssues), each(tickets, "history", byID))
	// Who reviewed, once a person and pull request, as SQL tells it.
	sameRows(t, "reviewers", distinct(t, "pull_request_reviews", func(r row) string {
		return last(at(r.data, "pull_request_url")) + " " + at(r.data, "user", "login")
	}), b.lines(`SELECT p.number, q.login FROM record_people x JOIN people q ON q.id = x.person JOIN pull_requests p ON p.record = x.record WHERE x.role IN ('reviewer', 'approver')`))
	accounted(t, "github", "pull_requests", "issues", "runs", "jobs", "pull_request_commits", "pull_request_reviews", "pull_request_review_comments", "comments", "events")
}

// withIssues serves the issues that events were recorded with, and no others'
// row. It adds no fact of its own.
func (a antsRows) withIssues(t *testing.T, rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, part, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/repos/"+ants+"/issues/"), "/")
		events := a.events[number]
		if len(events) == 0 || a.pulls[number] != nil {
			rest.ServeHTTP(w, r)
			return
		}
		var body any = []any{}
		switch part {
		case "":
			body = events[0]["issue"]
		case "timeline":
			body = events
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Errorf("answering: %v", err)
		}
	})
}

// Every recorded row of two real Jiras lands in the ledger exactly once.
func TestRealRowsOfJiraInTheLedger(t *testing.T) {
	t.Parallel()
	cloud := `  - {name: jira, kind: jira, url: '%s', cloud: true, user: ` + jiraUser + `, token: {env: JIRA_TOKEN}, projects: [EE, K5], deployed: {statuses: [` + done + `]}}` + "\n"
	center := `  - {name: jira, kind: jira, url: '%s', token: {env: JIRA_TOKEN}, projects: [DZFNK0168]}` + "\n"
	for name, c := range map[string]struct {
		serve         func(testing.TB) *httptest.Server
		system, file  string
		remote        bool // links elsewhere were recorded
		tickets, logs int  // entries of changelogs
	}{
		"Cloud":       {collectortest.Jira, cloud, "issues", true, 33, 714},
		"Data Center": {collectortest.JiraDataCenter, center, "issue_relationships", false, 22, 0},
	} {
		t.Run(name, func(t *testing.T) {
			issues := readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_"+c.file+".csv"))
			s := newSite(t, fmt.Sprintf(c.system, c.serve(t).URL), map[string]string{"JIRA_TOKEN": jiraToken})
			var refs []evidence.Ref
			var keys, changes, comments, reporters []string
			byNumber := map[string]string{} // key by the id that other rows name
			for _, r := range issues {
				key, fields := at(r.data, "key"), r.data["fields"].(map[string]any)
				keys = append(keys, key)
				byNumber[at(r.data, "id")] = key
				refs = append(refs, evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: key})
				for _, h := range list(r.data["changelog"].(map[string]any)["histories"]) {
					for _, it := range list(h["items"]) {
						changes = append(changes, key+" "+at(h, "id")+" "+at(it, "field"))
					}
				}
				if all, ok := fields["comment"].(map[string]any); ok {
					for _, c := range list(all["comments"]) {
						comments = append(comments, key+" "+at(c, "id"))
					}
				}
				reporters = append(reporters, strings.TrimSpace(key+" "+at(fields, "reporter", "displayName")))
			}
			b := loaded(t, s, refs)
			tickets := b.records(evidence.KindTicket)
			sameRows(t, "tickets", keys, b.lines(`SELECT key FROM tickets`))
			sameRows(t, "entries of changelogs", changes, each(tickets, "history", func(e map[string]any) string { return at(e, "id") + " " + at(e, "field") }))
			sameRows(t, "reporters", reporters, b.lines(`SELECT t.key, q.name FROM tickets t JOIN record_people x ON x.record = t.record AND x.role = 'requester' JOIN people q ON q.id = x.person`))
			if len(keys) != c.tickets || c.logs > 0 && len(changes) != c.logs {
				t.Errorf("%d tickets and %d entries of changelogs are recorded, want %d and %d", len(keys), len(changes), c.tickets, c.logs)
			}
			if len(comments) > 0 {
				sameRows(t, "comments", comments, each(tickets, "comments", byID))
			}
			if !c.remote {
				return
			}
			var links []string
			elsewhere := 0
			for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_remotelinks.csv")) {
				var of struct {
					IssueID json.Number `json:"issue_id"`
				}
				if err := json.Unmarshal([]byte(r.of), &of); err != nil {
					t.Fatal(err)
				}
				if key := byNumber[of.IssueID.String()]; key != "" {
					links = append(links, key+" "+at(r.data, "object", "url"))
				} else {
					elsewhere++
				}
			}
			if got := each(tickets, "remote", func(e map[string]any) string { return at(e, "url") }); len(links)+len(got) > 0 {
				sameRows(t, "links elsewhere", links, got)
			}
			for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_issues_for_due_date.csv")) {
				if !slices.Contains(keys, at(r.data, "key")) {
					elsewhere++
				}
			}
			for _, r := range readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_issue_changelogs.csv")) {
				var of struct {
					IssueID json.Number `json:"issue_id"`
				}
				if err := json.Unmarshal([]byte(r.of), &of); err != nil || byNumber[of.IssueID.String()] != "" {
					t.Errorf("a row of a changelog is of %s: %v", byNumber[of.IssueID.String()], err)
				}
				elsewhere++
			}
			t.Logf("%d further rows are of issues that were not recorded: nothing can ask for them", elsewhere)
		})
	}
	accounted(t, "jira", "issues", "issue_relationships", "remotelinks", "issue_changelogs", "issues_for_due_date")
}
