package document_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

func names(docs []document.Document) []string {
	var list []string
	for _, d := range docs {
		list = append(list, d.Name)
	}
	return list
}

func find(t *testing.T, docs []document.Document, name string) document.Document {
	t.Helper()
	for _, d := range docs {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no document %q among %q", name, names(docs))
	return document.Document{}
}

// said gives all that a document says, as text.
func said(d document.Document) string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Title, "|", d.Mark, "|", d.Headline, "|", inline(d.Subtitle), "|", d.Badges)
	everything(&b, d.Blocks)
	return b.String()
}

func everything(b *strings.Builder, blocks []document.Block) {
	for _, bl := range blocks {
		switch {
		case bl.Facts != nil:
			for _, f := range bl.Facts.Items {
				fmt.Fprintf(b, "%s: %s\n", f.Label, inline(f.Value))
			}
		case bl.Conversation != nil:
			for _, e := range bl.Conversation.Entries {
				entry(b, e)
			}
		case bl.Timeline != nil:
			for _, m := range bl.Timeline.Moments {
				fmt.Fprintf(b, "%s (%s) %s %s\n", m.When, m.Local, inline(m.What), m.Who)
			}
		case bl.Log != nil:
			fmt.Fprintf(b, "log %s, %d lines, %d after\n", bl.Log.Title, bl.Log.TotalLines, bl.Log.After)
			for _, p := range bl.Log.Parts {
				fmt.Fprintf(b, "part %s from %d, %d left out, failed %v: %q\n", p.Title, p.FirstLine, p.Omitted, p.Failed, p.Lines)
			}
		case bl.Chart != nil:
			fmt.Fprintf(b, "chart %s %s, %d series, %s\n", bl.Chart.Title, bl.Chart.Unit, len(bl.Chart.Series), bl.Chart.Empty)
		case bl.Image != nil:
			fmt.Fprintf(b, "image %s: %s\n", bl.Image.Name, bl.Image.Caption)
		case bl.Note != nil:
			fmt.Fprintf(b, "(%s) %s\n", bl.Note.Tone, bl.Note.Title)
			everything(b, bl.Note.Blocks)
		default:
			b.WriteString(outline([]document.Block{bl}, ""))
		}
	}
}

func entry(b *strings.Builder, e document.Entry) {
	fmt.Fprintf(b, "%s %s, %s [%s] {%s}\n", e.Who, inline(e.Action), e.When, e.Badge.Text, inline(e.Meta))
	everything(b, e.Blocks)
	for _, r := range e.Replies {
		entry(b, r)
	}
}

func TestNamesAndOrder(t *testing.T) {
	p := rendertest.Package()
	without := func(d evidence.Dossier, kinds ...evidence.Kind) evidence.Dossier {
		d.Change.Items = slices.DeleteFunc(d.Change.Items, func(it evidence.Item) bool { return slices.Contains(kinds, it.Ref.Kind) })
		d.Change.Gaps = slices.DeleteFunc(d.Change.Gaps, func(g evidence.Gap) bool { return slices.Contains(kinds, g.Ref.Kind) })
		return d
	}
	twice := rendertest.Dossier()
	other := rendertest.TicketDossier().Change.Items[2]
	twice.Change.Items = append(twice.Change.Items, other)
	tests := map[string]struct {
		dossier evidence.Dossier
		want    []string
	}{
		"pull request": {rendertest.Dossier(), []string{"sample_summary", "pull_request", "change_ticket", "ci_results", "deployment_log", "monitoring_confirmation", "configuration_diff", "exhibits"}},
		"two tickets":  {twice, []string{"sample_summary", "pull_request", "change_ticket", "change_ticket_2", "ci_results", "deployment_log", "monitoring_confirmation", "configuration_diff", "exhibits"}},
		"no ticket":    {without(rendertest.Dossier(), evidence.KindTicket, evidence.KindExhibit), []string{"sample_summary", "pull_request", "ci_results", "deployment_log", "monitoring_confirmation", "configuration_diff"}},
		"ticket":       {rendertest.TicketDossier(), []string{"sample_summary", "change_ticket", "approval_record", "testing_results", "deployment_confirmation", "configuration_diff", "exhibits"}},
		"nothing":      {rendertest.EmptyDossier(), []string{"sample_summary", "pull_request", "ci_results", "deployment_log", "monitoring_confirmation"}},
		"no ticket at all": {evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: 4, Ref: evidence.Ref{Kind: evidence.KindTicket, System: "jira", ID: "CHG-1"}}}},
			[]string{"sample_summary", "change_ticket", "approval_record", "testing_results", "deployment_confirmation"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			docs := document.Sample(tc.dossier, p)
			if diff := cmp.Diff(tc.want, names(docs)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, d := range docs {
				if d.Title == "" || d.Headline == "" || d.Sample == "" || len(d.Blocks) == 0 || !d.Simulated {
					t.Errorf("%s is incomplete: %+v", d.Name, d)
				}
				checkShape(t, d.Name, d.Blocks)
			}
		})
	}
}

// checkShape: exactly one field of a block is set, and rows are as wide as their tables.
func checkShape(t *testing.T, name string, blocks []document.Block) {
	t.Helper()
	for i, b := range blocks {
		n := 0
		for _, set := range []bool{b.Heading != nil, b.Paragraph != nil, b.List != nil, b.Facts != nil, b.Table != nil, b.Timeline != nil, b.Chart != nil,
			b.Log != nil, b.Code != nil, b.Quote != nil, b.Image != nil, b.Note != nil, b.Rule != nil, b.Conversation != nil} {
			if set {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: block %d has %d fields set", name, i, n)
		}
		if b.Table != nil {
			for _, r := range b.Table.Rows {
				if len(r.Cells) != len(b.Table.Columns) {
					t.Errorf("%s: a row has %d cells, the table %d columns", name, len(r.Cells), len(b.Table.Columns))
				}
			}
		}
	}
}

func TestWhatSampleDocumentsSay(t *testing.T) {
	p := rendertest.Package()
	for _, d := range document.Sample(rendertest.Dossier(), p) {
		rendertest.Golden(t, "pr/"+d.Name+".txt", said(d))
	}
	for _, d := range document.Sample(rendertest.TicketDossier(), p) {
		rendertest.Golden(t, "ticket/"+d.Name+".txt", said(d))
	}
	for _, d := range document.Sample(rendertest.EmptyDossier(), p) {
		rendertest.Golden(t, "empty/"+d.Name+".txt", said(d))
	}
}

func TestResultsAreShownOnlyWhenThereAreAny(t *testing.T) {
	p := rendertest.Package()
	d := rendertest.Dossier()
	if s := said(document.Sample(d, p)[0]); strings.Contains(s, "Attribute") {
		t.Error("the summary speaks of attributes though nothing was tested")
	}
	d.Results = []evidence.Result{{Attribute: "E", Outcome: evidence.Met, Why: "two"}, {Attribute: "F", Outcome: evidence.Exception, Why: "short"},
		{Attribute: "G", Outcome: evidence.NotApplicable}, {Attribute: "H", Outcome: evidence.NeedsReview}, {Attribute: "I", Outcome: evidence.Unable, Read: []evidence.Fact{{Name: "reviews", Value: "denied"}}}}
	s := said(document.Sample(d, p)[0])
	for _, want := range []string{"✓ met", "✗ exception", "N/A not applicable", "? needs review", "∅ unable to test", "reviews: denied"} {
		if !strings.Contains(s, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
}

// TestEveryGapIsSaid: no gap is lost on the way to the page.
func TestEveryGapIsSaid(t *testing.T) {
	p := rendertest.Package()
	kinds := []evidence.Kind{evidence.KindTicket, evidence.KindPullRequest, evidence.KindCommit, evidence.KindChecks, evidence.KindBuild, evidence.KindDeployment,
		evidence.KindBranchRules, evidence.KindRuleHistory, evidence.KindEnvironment, evidence.KindMention, evidence.KindSignal, evidence.KindExhibit}
	for _, dossier := range []evidence.Dossier{rendertest.Dossier(), rendertest.TicketDossier(), rendertest.EmptyDossier()} {
		for i, k := range kinds {
			dossier.Change.Gaps = append(dossier.Change.Gaps, evidence.Gap{Ref: evidence.Ref{Kind: k, System: "sys", ID: "ID"}, Part: "part", Reason: evidence.Denied, Detail: fmt.Sprintf("detail-%d.", i), At: rendertest.At("20 08:00:00")})
		}
		docs := document.Sample(dossier, p)
		summary := said(docs[0])
		for i := range kinds {
			if !strings.Contains(summary, fmt.Sprintf("detail-%d.", i)) {
				t.Errorf("the summary does not have the gap of %s", kinds[i])
			}
		}
	}
}

func TestDismissedReviewKeepsWhatItSaid(t *testing.T) {
	s := said(find(t, document.Sample(rendertest.Dossier(), rendertest.Package()), "pull_request"))
	for _, want := range []string{"(unknown account) reviewed, 2026-03-01 12:00:00 UTC (13:00:00 Europe/Berlin) [Dismissed] {On commit `9a8b7c6`; head at merge `4f1c9d2`}",
		"it had approved these changes.", "Reason given: The code changed since.", "dismissed a review (it had said: approved)"} {
		if !strings.Contains(s, want) {
			t.Errorf("the document does not say %q", want)
		}
	}
}

func TestNothingIsApprovedByUs(t *testing.T) {
	d := rendertest.Dossier()
	for i := range d.Change.Items {
		if pr := d.Change.Items[i].PullRequest; pr != nil {
			pr.Reviews = nil
		}
	}
	s := said(find(t, document.Sample(d, rendertest.Package()), "pull_request"))
	if !strings.Contains(s, "Reviews recorded: none\n") {
		t.Error("a pull request without reviews does not say so")
	}
	if strings.Contains(s, "approvals recorded") || strings.Contains(s, "approval recorded") {
		t.Error("an approval was invented")
	}
}

func TestClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones are installed")
	}
	at := time.Date(2026, 3, 2, 14, 11, 5, 0, time.UTC)
	night := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	tests := map[string]struct {
		zone            *time.Location
		at              time.Time
		time, ex, local string
	}{
		"zone":        {berlin, at, "2026-03-02 14:11 UTC (15:11 Europe/Berlin)", "2026-03-02 14:11:05 UTC (15:11:05 Europe/Berlin)", "15:11:05 Europe/Berlin"},
		"another day": {berlin, night, "2026-12-31 23:30 UTC (2027-01-01 00:30 Europe/Berlin)", "2026-12-31 23:30:00 UTC (2027-01-01 00:30:00 Europe/Berlin)", "2027-01-01 00:30:00 Europe/Berlin"},
		"UTC":         {time.UTC, at, "2026-03-02 14:11 UTC", "2026-03-02 14:11:05 UTC", ""},
		"none":        {nil, at, "2026-03-02 14:11 UTC", "2026-03-02 14:11:05 UTC", ""},
		"zero":        {berlin, time.Time{}, "not stated", "not stated", ""},
		"local input": {nil, at.In(berlin), "2026-03-02 14:11 UTC", "2026-03-02 14:11:05 UTC", ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			c := document.Clock{Zone: tc.zone}
			if got := c.Time(tc.at); got != tc.time {
				t.Errorf("Time = %q, want %q", got, tc.time)
			}
			if got := c.Exact(tc.at); got != tc.ex {
				t.Errorf("Exact = %q, want %q", got, tc.ex)
			}
			if got := c.Local(tc.at); got != tc.local {
				t.Errorf("Local = %q, want %q", got, tc.local)
			}
		})
	}
}

func TestPolicyText(t *testing.T) {
	d := document.Text("change_management_policy", "Change management policy", evidence.Text{Markup: evidence.Markdown, Source: "# Change Management\n\n## Scope\n\nAll changes."}, nil, rendertest.Package())
	if d.Headline != "Change Management" || len(d.Blocks) != 2 || d.Blocks[0].Heading.Level != 1 {
		t.Errorf("got %q with %s", d.Headline, outline(d.Blocks, ""))
	}
}

// TestAbsenceIsNotReadFromAGap: where reviews were not obtained, the document
// must not say that there are none.
func TestAbsenceIsNotReadFromAGap(t *testing.T) {
	d := rendertest.Dossier()
	for i := range d.Change.Items {
		if pr := d.Change.Items[i].PullRequest; pr != nil {
			pr.Reviews = nil
			d.Change.Gaps = append(d.Change.Gaps, evidence.Gap{Ref: d.Change.Items[i].Ref, Part: "reviews", Reason: evidence.Denied})
		}
	}
	docs := document.Sample(d, rendertest.Package())
	for _, name := range []string{"sample_summary", "pull_request"} {
		s := said(find(t, docs, name))
		if strings.Contains(s, "Reviews recorded: none") || !strings.Contains(s, "Reviews recorded: **not obtained (denied)**") {
			t.Errorf("%s says that there are no reviews, which is not known", name)
		}
	}
}

// gitDossier is a change that a git repository alone tells of.
func gitDossier() evidence.Dossier {
	self := evidence.Ref{Kind: evidence.KindPullRequest, System: "code", ID: "shop#17"}
	commit := evidence.Ref{Kind: evidence.KindCommit, System: "code", ID: "shop@abcdef0123"}
	return evidence.Dossier{Change: evidence.Change{
		Sample: evidence.Sample{Number: 1, Requested: "#17", Ref: self},
		Items: []evidence.Item{
			{Ref: commit, Commit: &evidence.Commit{Repository: "shop", SHA: "abcdef0123", Message: "Merge pull request #17 from x/y", Committer: evidence.Signature{Name: "Ada", Date: rendertest.At("02 09:00:00")}}},
			{Ref: self, Links: []evidence.Ref{commit}, PullRequest: &evidence.PullRequest{Repository: "shop", Number: 17, Title: "Add cache", State: "merged", MergeCommit: "abcdef0123",
				Base: evidence.Branch{Ref: "main"}, Head: evidence.Branch{Ref: "x/y", SHA: "1234567890"}, Statement: "pieced together from the commit abcdef0123"}},
		},
		Gaps: []evidence.Gap{{Ref: self, Part: "reviews", Collector: "code", Reason: evidence.NotConfigured, Detail: "a git repository keeps no reviews; configure the forge to collect them"}},
	}}
}

func TestPullRequestKnownFromGitAlone(t *testing.T) {
	docs := document.Sample(gitDossier(), rendertest.Package())
	for _, name := range []string{"sample_summary", "pull_request", "ci_results"} {
		s := said(find(t, docs, name))
		for _, not := range []string{"not merged", "wants to merge", "wanted to merge", "without merge", "as of retrieval", "(unknown account)"} {
			if strings.Contains(strings.ToLower(s), not) {
				t.Errorf("%s says %q:\n%s", name, not, s)
			}
		}
		if name == "ci_results" {
			continue
		}
		for _, want := range []string{"(attention) Not a forge's record of a pull request", "It was pieced together from the commit abcdef0123.",
			"Reviews recorded: **not obtained (not configured)**: a git repository keeps no reviews; configure the forge to collect them."} {
			if !strings.Contains(s, want) {
				t.Errorf("%s does not say %q:\n%s", name, want, s)
			}
		}
	}
	if s := said(docs[0]); !strings.Contains(s, "Commit abcdef0 committed, by its committer's own statement Ada") {
		t.Errorf("the timeline does not have the commit:\n%s", s)
	}
	if s := said(find(t, docs, "pull_request")); !strings.Contains(s, "{Merged, by the commit message merged}") || !strings.Contains(s, "| Merged into `main` from `x/y` |") {
		t.Errorf("the head of the document is not as it should be:\n%s", s)
	}
}

func TestDeploymentThatWasSuperseded(t *testing.T) {
	d := rendertest.Dossier()
	for _, it := range d.Change.Items {
		if it.Deployment != nil && it.Deployment.ID == "55" {
			it.Deployment.Statuses = append(it.Deployment.Statuses, evidence.DeploymentStatus{State: "inactive", Created: rendertest.At("09 10:00:00")})
			it.Deployment.Range.Commits = append(it.Deployment.Range.Commits,
				evidence.Commit{SHA: "aaaaaaa1", Message: "Merge pull request #31 from a/b\n\n(#99)"}, evidence.Commit{SHA: "aaaaaaa2", Message: "Fix it (#32)\n\nLong"},
				evidence.Commit{SHA: "aaaaaaa3", Message: "Revert (#33) again"}, evidence.Commit{SHA: "aaaaaaa4", Message: "Plain"})
		}
	}
	docs := document.Sample(d, rendertest.Package())
	s := said(find(t, docs, "deployment_log"))
	for _, want := range []string{"[{success 2026-03-02 15:15 UTC good}]", "Its state later on: **inactive**, 2026-03-09 10:00:00 UTC (11:00:00 Europe/Berlin): another deployment followed",
		"from a/b |  | #31 (by the message)", "Fix it (#32) |  | #32 (by the message)", "Revert (#33) again |  | \n", "Plain |  | \n"} {
		if !strings.Contains(s+"\n", want) {
			t.Errorf("the document does not say %q:\n%s", want, s)
		}
	}
	if s := said(docs[0]); !strings.Contains(s, "Deployment log · success 2026-03-02 15:15 UTC") || strings.Contains(s, "inactive") {
		t.Errorf("the summary's list of documents is not as it should be:\n%s", s)
	}
}

func TestReviewAfterTheMergeSaysSo(t *testing.T) {
	d := rendertest.Dossier()
	for _, it := range d.Change.Items {
		if it.PullRequest != nil {
			it.PullRequest.Reviews = append(it.PullRequest.Reviews, evidence.Review{ID: "late", State: "APPROVED", Author: &evidence.Person{Login: "late"}, Submitted: it.PullRequest.Merged.Add(90 * time.Minute), CommitID: it.PullRequest.Head.SHA})
		}
	}
	if s := said(document.Sample(d, rendertest.Package())[0]); !strings.Contains(s, "on `4f1c9d2`, 1 h 30 min after the merge") || strings.Count(s, "after the merge") != 1 {
		t.Errorf("the summary does not tell the late review from the others:\n%s", s)
	}
}

// A description that was edited after the deployment says so, and shows what
// it had said then; what the source does not show is not guessed.
func TestDescriptionThatWasEdited(t *testing.T) {
	before := evidence.TextVersion{At: rendertest.At("01 09:12:44"), Text: evidence.Text{Markup: evidence.Markdown, Source: "What it **had** said."}}
	after := func(at string) evidence.TextVersion {
		return evidence.TextVersion{At: rendertest.At(at), Author: &evidence.Person{Login: "editor"}}
	}
	for name, c := range map[string]struct {
		edits        *evidence.TextEdits
		says, hushes []string
	}{
		"never":    {&evidence.TextEdits{}, nil, []string{"dited after the change"}},
		"not told": {nil, nil, []string{"dited after the change"}},
		"before the merge": {&evidence.TextEdits{Last: rendertest.At("02 14:00:00"), Versions: []evidence.TextVersion{before, after("02 14:00:00")}},
			[]string{"edited 2026-03-02 14:00:00 UTC"}, []string{"dited after the change"}},
		"after the deployment": {&evidence.TextEdits{Last: rendertest.At("19 08:00:00"), Versions: []evidence.TextVersion{before, after("19 08:00:00")}},
			[]string{"Edited after the change was deployed", "Edited by editor at 2026-03-19 08:00:00 UTC", "had written, and it stood so when the change was deployed", "said."}, []string{"does not show what it said"}},
		"lost": {&evidence.TextEdits{Last: rendertest.At("19 08:00:00"), By: &evidence.Person{Login: "editor"}},
			[]string{"Edited after the change was deployed", "Last edited by editor at", "The source does not show what it said when the change was deployed."}, []string{"had written"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := rendertest.Dossier()
			for _, it := range d.Change.Items {
				if it.PullRequest != nil {
					it.PullRequest.BodyEdits = c.edits
				}
			}
			s := said(find(t, document.Sample(d, rendertest.Package()), "pull_request"))
			for _, want := range c.says {
				if !strings.Contains(s, want) {
					t.Errorf("the document does not say %q", want)
				}
			}
			for _, no := range c.hushes {
				if strings.Contains(s, no) {
					t.Errorf("the document says %q", no)
				}
			}
		})
	}
}

func TestPartsMissingForOneReasonShareARow(t *testing.T) {
	d := rendertest.Dossier()
	run := evidence.Ref{Kind: evidence.KindBuild, System: "github", ID: "acme/payments/runs/88001"}
	d.Change.Gaps = nil
	for _, part := range []string{"log of job a", "log of job b", "log of job c"} {
		d.Change.Gaps = append(d.Change.Gaps, evidence.Gap{Ref: run, Part: part, Reason: evidence.Expired, Detail: "gone"})
	}
	d.Change.Gaps = append(d.Change.Gaps, evidence.Gap{Ref: run, Part: "log of job d", Reason: evidence.Denied, Detail: "gone"}, evidence.Gap{Ref: run, Reason: evidence.Denied, Detail: "gone"})
	s := said(document.Sample(d, rendertest.Package())[0])
	for _, want := range []string{"{5 gaps gap}", "| log of job a,⏎log of job b,⏎log of job c⏎of pipeline run acme/payments/runs/88001 | github | **expired**", "| log of job d of pipeline run acme/payments/runs/88001 | github | **denied**", "| pipeline run acme/payments/runs/88001 | github | **denied**"} {
		if !strings.Contains(s, want) {
			t.Errorf("the summary does not say %q:\n%s", want, s)
		}
	}
}

func TestMentionsGetTheirNames(t *testing.T) {
	d := rendertest.TicketDossier()
	for _, it := range d.Change.Items {
		if it.Ticket != nil {
			it.Ticket.Reporter = &evidence.Person{System: "jira", ID: "712020:5f", Name: "Nadia El Mansouri"}
			it.Ticket.Comments = append(it.Ticket.Comments, evidence.Comment{ID: "9", Author: it.Ticket.Reporter, Created: rendertest.At("02 09:00:00"),
				Body: evidence.Text{Markup: evidence.Wiki, Source: "approved by [~accountid:712020:5f] and [~accountid:712020:unknown]"}})
			it.Ticket.Fields = append(it.Ticket.Fields, evidence.Field{Name: "planned", Title: "Planned start", Value: evidence.Text{Source: "2026-03-02T10:00:00.000+0200"}})
		}
	}
	s := said(find(t, document.Sample(d, rendertest.Package()), "change_ticket"))
	for _, want := range []string{"approved by **@Nadia El Mansouri** and **@712020:unknown**", "Planned start: 2026-03-02 08:00:00 UTC (09:00:00 Europe/Berlin)"} {
		if !strings.Contains(s, want) {
			t.Errorf("the ticket does not say %q:\n%s", want, s)
		}
	}
}

// TestDayAlone: where a ticket names only a day, no page shows a time of day
// for it.
func TestDayAlone(t *testing.T) {
	d := rendertest.TicketDossier()
	for _, it := range d.Change.Items {
		if it.Ticket != nil {
			it.Ticket.Deployed, it.Ticket.DeployedDay = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), true
		}
	}
	for _, doc := range document.Sample(d, rendertest.Package()) {
		s := said(doc)
		if doc.Name == "sample_summary" && !strings.Contains(s, "in production on **2026-03-04** (a day alone: its time is not recorded)") {
			t.Errorf("the summary does not say that only the day is known:\n%s", s)
		}
		for l := range strings.Lines(s) {
			if strings.Contains(l, "2026-03-04 00:00") {
				t.Errorf("%s shows a time that nobody recorded: %s", doc.Name, l)
			}
		}
	}
}
