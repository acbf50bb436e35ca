package github

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// What a description had said is known as far as GitHub shows it; what it does
// not show is said, and is never taken for an empty text.
func TestEditsOfADescription(t *testing.T) {
	const body = "Fixes #12\n\nTwo lines." // of the world's pull request 7
	edit := func(at, diff string) string {
		return fmt.Sprintf(`{"editedAt":"2026-01-02T%s:00Z","diff":%s,"editor":{"__typename":"Bot","login":"renamer"}}`, at, diff)
	}
	last := edit("11:00", fmt.Sprintf("%q", body))
	for name, c := range map[string]struct {
		edited string
		total  int
		nodes  []string
		lost   []bool
		gaps   []string
	}{
		"never edited": {"null", 0, nil, nil, nil},
		"whole":        {`"2026-01-02T11:00:00Z"`, 2, []string{last, edit("08:00", `""`)}, []bool{false, false}, nil},
		"deleted text": {`"2026-01-02T11:00:00Z"`, 3, []string{last, edit("09:00", "null"), edit("08:00", `"x"`)}, []bool{false, true, false}, []string{"description as of 2026-01-02T09:00:00Z: not found"}},
		"no texts":     {`"2026-01-02T11:00:00Z"`, 2, []string{edit("11:00", `"+ Two lines."`), edit("08:00", `"+ Fixes #12"`)}, []bool{true, false}, []string{"description as of 2026-01-02T08:00:00Z: not found"}}, // older servers may send changes
		"no history":   {`"2026-01-02T11:00:00Z"`, 0, nil, nil, []string{"edits of the description: not found"}},
		"cut":          {`"2026-01-02T11:00:00Z"`, 9, []string{last, edit("08:00", `"x"`)}, []bool{false, false}, []string{"edits of the description: truncated"}},
	} {
		t.Run(name, func(t *testing.T) {
			answer := fmt.Sprintf(`{"data":{"repository":{"pullRequest":{"lastEditedAt":%s,"editor":null,"userContentEdits":{"totalCount":%d,"pageInfo":{"hasNextPage":false},"nodes":[%s]},
				"closingIssuesReferences":{"pageInfo":{},"nodes":[]},"timelineItems":{"pageInfo":{},"nodes":[{"__typename":"HeadRefForcePushedEvent","createdAt":"2026-01-02T08:50:00Z","beforeCommit":{"oid":"%s"},"afterCommit":{"oid":"%s"}}]}}}}}`,
				c.edited, c.total, strings.Join(c.nodes, ","), sha("9"), sha("a"))
			item, gaps := collectOne(t, with(world(t), map[string]any{"/graphql": answer}), ref(evidence.KindPullRequest, "acme/api#7"))
			wantGaps(t, gaps, c.gaps...)
			e := item.PullRequest.BodyEdits
			if e == nil || e.Last.IsZero() != (c.edited == "null") {
				t.Fatalf("the edits are %+v", e)
			}
			var lost []bool
			for i, v := range e.Versions {
				lost = append(lost, v.Lost)
				if i == len(e.Versions)-1 && v.Text.Source != body || v.Lost && v.Text != (evidence.Text{}) || v.Author.Login != "renamer[bot]" {
					t.Errorf("version %d is %+v", i, v)
				}
			}
			if !slices.Equal(lost, c.lost) {
				t.Errorf("lost are %v, want %v", lost, c.lost)
			}
		})
	}
}

// A list asks what a description had said where it was edited after the merge.
func TestListOfEditedDescriptions(t *testing.T) {
	s := newShop()
	first, second, third := s.Merge(day(4, 2)), s.Merge(day(4, 3)), s.Merge(day(4, 4))
	s.Deploy(day(4, 5), third.MergeCommit, "success")
	first.Edits = []*forge.Edit{{Editor: s.Ana, At: first.Merged.Add(-time.Minute), Before: "earlier"}}
	second.Edits = []*forge.Edit{{Editor: s.Ana, At: second.Merged.Add(-time.Minute), Before: "one"}, {Editor: s.Ana, At: second.Merged.Add(time.Hour), Before: "two"}}
	got := s.hub(t, false).list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	for _, c := range []struct {
		pr       *forge.PullRequest
		versions string
		unread   bool
	}{{first, "", true}, {second, "one|two|" + second.Body, false}, {third, "", false}} {
		it := got.items[ref2(evidence.KindPullRequest, fmt.Sprintf("acme/api#%d", c.pr.Number))]
		var texts []string
		for _, v := range it.PullRequest.BodyEdits.Versions {
			texts = append(texts, v.Text.Source)
		}
		if strings.Join(texts, "|") != c.versions || slices.Contains(it.Unread, "earlier descriptions") != c.unread || it.PullRequest.BodyEdits.Last.IsZero() != (len(c.pr.Edits) == 0) {
			t.Errorf("#%d: versions %q, edits %+v, unread %q", c.pr.Number, texts, it.PullRequest.BodyEdits, it.Unread)
		}
	}
}

// A server that knows no merge queue is asked without its events.
func TestListOfAServerWithoutMergeQueue(t *testing.T) {
	s := newShop()
	p := s.Merge(day(4, 2))
	p.Events = []*forge.Event{{Kind: "merged", Actor: s.Ana, At: p.Merged, Commit: p.MergeCommit}}
	s.Deploy(day(4, 3), p.MergeCommit, "success")
	h := s.hub(t, true)
	var asked []bool // of each query: for events of the queue
	h.before = func(_ int, name string, r *http.Request) {
		if name == "PullRequests" {
			body, _ := io.ReadAll(r.Body)
			asked = append(asked, strings.Contains(string(body), "MERGE_QUEUE") || strings.Contains(string(body), "MergeQueue"))
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
	}
	h.answer = func(n int, name string, w http.ResponseWriter) bool {
		if name != "PullRequests" || n > 1 {
			return false
		}
		says(`{"errors":[{"message":"Argument 'itemTypes' on Field 'timelineItems' has an invalid value ([MERGED_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT])."}]}`)(w)
		return true
	}
	got := h.list(t, t.TempDir(), false, quarter())
	wantCut(t, got)
	it := got.items[ref2(evidence.KindPullRequest, "acme/api#1")]
	if it.PullRequest == nil || len(it.PullRequest.Timeline) != 1 || it.PullRequest.Timeline[0].After != p.MergeCommit || !slices.Equal(asked, []bool{true, false}) {
		t.Errorf("the pull request is %+v; the queries asked for the queue: %v", it.PullRequest, asked)
	}
}
