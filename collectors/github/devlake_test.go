package github

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func devlakeCollector(t *testing.T, d *collectortest.DevlakeGitHub) *Collector {
	t.Helper()
	base, err := url.Parse(d.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	web, _ := url.Parse("https://github.com")
	return newCollector(t, collectortest.Session(t, t.TempDir(), false), Config{
		Name: "github", BaseURL: base, WebURL: web, Repositories: []string{collectortest.DevlakeRepository},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+testToken) },
	})
}

// rowsAgree holds mapped records to the rows that they must come from.
func rowsAgree(t *testing.T, what string, c *Collector, rows []json.RawMessage, got int, facts func(*Collector, []byte) ([]fact, error)) {
	t.Helper()
	if got != len(rows) {
		t.Errorf("%s: %d were collected, the rows are %d", what, got, len(rows))
	}
	for _, row := range rows {
		checkFacts(t, c, exchange{File: what}, facts, row)
	}
}

func TestDevlakePullRequests(t *testing.T) {
	d := collectortest.NewDevlakeGitHub(t)
	c := devlakeCollector(t, d)
	if _, err := c.Preflight(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(d.Pulls) != 49 {
		t.Fatalf("%d pull requests are served, want 49", len(d.Pulls))
	}
	reviews, comments, events := 0, 0, 0
	for number, row := range d.Pulls {
		r := evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: collectortest.DevlakeRepository + "#" + strconv.Itoa(number)}
		items, err := collectortest.Collect(context.Background(), t, c, r)
		if len(items) != 1 {
			t.Errorf("%s: %v", r, err)
			continue
		}
		pr := items[0].PullRequest
		checkPullAgainstRow(t, r.ID, pr, row)
		rowsAgree(t, r.ID+" commits", c, d.Commits[number], len(pr.Commits), factsOfCommit)
		rowsAgree(t, r.ID+" reviews", c, d.Reviews[number], len(pr.Reviews), factsOfReview)
		rowsAgree(t, r.ID+" review comments", c, d.ReviewComments[number], len(pr.ReviewComments), factsOfRemark)
		rowsAgree(t, r.ID+" comments", c, d.Comments[number], len(pr.Comments), factsOfComment)
		for _, v := range pr.Reviews {
			if !slices.ContainsFunc(d.Reviews[number], func(raw json.RawMessage) bool { return reviewIs(v, raw) }) {
				t.Errorf("%s: review %+v is in no row", r.ID, v)
			}
		}
		for _, g := range evidence.Gaps(r, "github", err, time.Time{}) {
			known := g.Part == "files" || g.Part == "edits of the description" || g.Part[:min(7, len(g.Part))] == "details"
			if !known || g.Reason != evidence.NotFound {
				t.Errorf("%s: unexpected gap %s: %s: %s", r.ID, g.Part, g.Reason, g.Detail)
			}
		}
		reviews, comments, events = reviews+len(pr.Reviews), comments+len(pr.Comments), events+len(pr.Timeline)
	}
	if reviews < 20 || comments < 40 || events == 0 {
		t.Errorf("only %d reviews, %d comments and %d events were compared", reviews, comments, events)
	}
}

// checkPullAgainstRow compares what was collected with the row, apart from the
// collector's own decoding.
func checkPullAgainstRow(t *testing.T, id string, pr *evidence.PullRequest, row json.RawMessage) {
	t.Helper()
	var raw any
	if err := json.Unmarshal(row, &raw); err != nil {
		t.Fatal(err)
	}
	state := "state"
	if !pr.Merged.IsZero() {
		state = "no such field"
		if pr.State != "merged" {
			t.Errorf("%s: merged and in state %q", id, pr.State)
		}
	}
	facts := []fact{
		{pr.Number, "number"}, {pr.Title, "title"}, {pr.Body.Source, "body"}, {pr.URL, "html_url"}, {login(pr.Author), "user.login"},
		{pr.Created, "created_at"}, {pr.Updated, "updated_at"}, {pr.Closed, "closed_at"}, {pr.Merged, "merged_at"},
		{pr.Base.Ref, "base.ref"}, {pr.Base.SHA, "base.sha"}, {pr.Head.Ref, "head.ref"}, {pr.Head.SHA, "head.sha"}, {pr.Milestone, "milestone.title"},
		{login(pr.MergedBy), "merged_by.login"},
	}
	if state == "state" {
		facts = append(facts, fact{pr.State, state}, fact{pr.MergeCommit, "no such field"})
	} else {
		facts = append(facts, fact{pr.MergeCommit, "merge_commit_sha"})
	}
	for _, f := range facts {
		if want := lookUp(raw, f.at); !equalsRaw(f.got, want) {
			t.Errorf("%s: %s is %v, the row says %v", id, f.at, f.got, want)
		}
	}
	labels, _ := lookUp(raw, "labels").([]any)
	for i, l := range labels {
		if i >= len(pr.Labels) || pr.Labels[i] != lookUp(l, "name") {
			t.Errorf("%s: labels are %v", id, pr.Labels)
		}
	}
}

func reviewIs(v evidence.Review, row json.RawMessage) bool {
	var raw any
	if json.Unmarshal(row, &raw) != nil {
		return false
	}
	for _, f := range []fact{{v.ID, "id"}, {v.State, "state"}, {v.CommitID, "commit_id"}, {v.Submitted, "submitted_at"}, {login(v.Author), "user.login"}, {v.Body.Source, "body"}} {
		if !equalsRaw(f.got, lookUp(raw, f.at)) {
			return false
		}
	}
	return true
}

func TestDevlakeRuns(t *testing.T) {
	d := collectortest.NewDevlakeGitHub(t)
	c := devlakeCollector(t, d)
	if _, err := c.Preflight(context.Background()); err != nil {
		t.Fatal(err)
	}
	for run, row := range d.Runs {
		r := evidence.Ref{Kind: evidence.KindBuild, System: "github", ID: collectortest.DevlakeRepository + "/runs/" + strconv.FormatInt(run, 10)}
		items, err := collectortest.Collect(context.Background(), t, c, r)
		if len(items) != 1 {
			t.Errorf("%s: %v", r, err)
			continue
		}
		b := items[0].Build
		var raw any
		if err := json.Unmarshal(row, &raw); err != nil {
			t.Fatal(err)
		}
		for _, f := range []fact{
			{b.ID, "id"}, {b.Name, "name"}, {b.Number, "run_number"}, {b.Attempt, "run_attempt"}, {b.SHA, "head_sha"}, {b.Branch, "head_branch"}, {b.Event, "event"},
			{b.Status, "status"}, {b.Conclusion, "conclusion"}, {b.Path, "path"}, {login(b.Actor), "actor.login"}, {b.Created, "created_at"}, {b.Started, "run_started_at"},
		} {
			if want := lookUp(raw, f.at); !equalsRaw(f.got, want) {
				t.Errorf("%s: %s is %v, the row says %v", r.ID, f.at, f.got, want)
			}
		}
		if len(b.Jobs) != len(d.Jobs[run]) {
			t.Errorf("%s: %d jobs, the rows are %d", r.ID, len(b.Jobs), len(d.Jobs[run]))
		}
	}
	for _, rows := range d.Jobs {
		rowsAgree(t, "jobs", c, rows, len(rows), factsOfJob)
	}
}
