package github

import (
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// selectEdit is one entry of the history of a description. GitHub documents
// its diff as a summary of the changes; what it answers is the whole text as
// it stood after the edit. The first entry is the text as it was created.
const selectEdit = `{ editedAt diff deletedAt editor` + selectActor + ` }`

type editNode struct {
	Edited  *gh.Timestamp `json:"editedAt"`
	Diff    *string       `json:"diff"`
	Deleted *gh.Timestamp `json:"deletedAt"`
	Editor  *actorNode    `json:"editor"`
}

// mapEdits maps when a description was last edited, and its history where that
// was read. Whether the history holds whole texts is checked where it can be:
// its last entry must be the description itself. Where it is not, no entry is
// taken for a text.
func (c *Collector) mapEdits(body string, last *gh.Timestamp, editor *actorNode, history []*editNode) *evidence.TextEdits {
	out := &evidence.TextEdits{Last: at(last), By: c.person(editor.user())}
	for _, n := range history {
		v := evidence.TextVersion{At: at(n.Edited), Author: c.person(n.Editor.user()), Lost: n.Diff == nil || n.Deleted != nil}
		if !v.Lost {
			v.Text = markdown(*n.Diff)
		}
		out.Versions = append(out.Versions, v)
	}
	slices.Reverse(out.Versions) // GitHub lists the newest first
	slices.SortStableFunc(out.Versions, func(a, b evidence.TextVersion) int { return a.At.Compare(b.At) })
	if n := len(out.Versions); n > 0 {
		last := &out.Versions[n-1]
		if last.Lost || !sameText(last.Text.Source, body) {
			for i := range out.Versions {
				out.Versions[i].Text, out.Versions[i].Lost = evidence.Text{}, true
			}
		}
		last.Text, last.Lost = markdown(body), false
	}
	return out
}

// sameText compares texts without regard to how their lines end.
func sameText(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}

// takeEdits puts the history of the description into the record, and says what
// GitHub does not show of it.
func (c *Collector) takeEdits(r *retrieval, pr *evidence.PullRequest, d details) {
	if !d.editsSaid {
		r.gap("edits of the description", evidence.Unreachable, "GitHub's GraphQL interface answered without them")
		return
	}
	pr.BodyEdits = c.mapEdits(pr.Body.Source, d.edited, d.editor, d.edits)
	r.cut("edits of the description", len(d.edits), d.editsTotal, "GitHub lists no more")
	for _, v := range pr.BodyEdits.Versions {
		if v.Lost {
			r.gap("description as of "+v.At.Format(time.RFC3339), evidence.NotFound, "GitHub does not show what it said then: people may delete a text from the history")
		}
	}
	if len(pr.BodyEdits.Versions) == 0 && !pr.BodyEdits.Last.IsZero() {
		r.gap("edits of the description", evidence.NotFound, "it was last edited at %s, and GitHub does not show what it said before", pr.BodyEdits.Last.Format(time.RFC3339))
	}
}
