package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// dated is an entry with the time that orders it. Entries at one time keep the
// order in which they were added.
type dated struct {
	at    time.Time
	entry Entry
}

func inOrder(list []dated) []Entry {
	slices.SortStableFunc(list, func(a, b dated) int { return a.at.Compare(b.at) })
	entries := make([]Entry, len(list))
	for i, d := range list {
		entries[i] = d.entry
	}
	return entries
}

// prConversation shows reviews, comments and events in the order of time.
func (v *view) prConversation(it evidence.Item) []Block {
	pr := it.PullRequest
	var list []dated
	threads := map[string][]evidence.Comment{}
	known := map[string]bool{}
	for _, r := range pr.Reviews {
		known[r.ID] = true
	}
	for _, c := range pr.ReviewComments {
		if known[c.ReviewID] {
			threads[c.ReviewID] = append(threads[c.ReviewID], c)
			continue
		}
		list = append(list, dated{c.Created, v.commentCard(c, "commented on the code")})
	}
	for _, r := range pr.Reviews {
		list = append(list, dated{r.Submitted, v.reviewCard(pr, r, threads[r.ID])})
	}
	for _, c := range pr.Comments {
		list = append(list, dated{c.Created, v.commentCard(c, "commented")})
	}
	hidden := 0
	for _, e := range pr.Timeline {
		entry, shown := v.eventLine(pr, e)
		if !shown {
			hidden++
			continue
		}
		list = append(list, dated{e.At, entry})
	}
	if !pr.Merged.IsZero() && !hasEvent(pr, "merged") {
		list = append(list, dated{pr.Merged, mergedLine(v, pr)})
	}
	var blocks []Block
	if len(list) == 0 {
		return []Block{v.none(it.Ref, "The source reports no reviews, comments or events.", "review", "comment", "timeline")}
	}
	left := 0
	entries := inOrder(list)
	if len(entries) > maxRows {
		left = len(entries) - maxRows
		entries = entries[:maxRows]
	}
	blocks = append(blocks, Block{Conversation: &Conversation{Entries: entries}})
	if left > 0 {
		blocks = append(blocks, note(Attention, "Cut short here", fmt.Sprintf(
			"%d more entries are not shown. The source/ folder of this sample has them all.", left)))
	}
	if hidden > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: fmt.Sprintf(
			"Not shown here: %s of the timeline that only repeat the above, or say who was mentioned or subscribed.", count(hidden, "entry"))}))
	}
	return blocks
}

func hasEvent(pr *evidence.PullRequest, kind string) bool {
	return slices.ContainsFunc(pr.Timeline, func(e evidence.Event) bool { return e.Kind == kind })
}

func mergedLine(v *view, pr *evidence.PullRequest) Entry {
	return Entry{Who: person(pr.MergedBy), When: v.clock.Exact(pr.Merged), Tone: Merged,
		Action: []Span{{Text: "merged commit "}, commitSpan(pr.MergeCommit), {Text: " into "}, {Text: pr.Base.Ref, Code: true}}}
}

// reviewWords are the words of a forge for what a review says.
func reviewWords(state string) (action string, badge Badge) {
	switch state {
	case "APPROVED":
		return "approved these changes", Badge{"Approved", Good}
	case "CHANGES_REQUESTED":
		return "requested changes", Badge{"Changes requested", Bad}
	case "COMMENTED":
		return "reviewed", Badge{"Commented", Muted}
	case "DISMISSED":
		return "reviewed", Badge{"Dismissed", Attention}
	case "PENDING":
		return "began a review that is not submitted", Badge{"Pending", Muted}
	}
	return "reviewed", Badge{strings.ToLower(or(state, "state not stated")), Neutral}
}

func (v *view) reviewCard(pr *evidence.PullRequest, r evidence.Review, comments []evidence.Comment) Entry {
	action, badge := reviewWords(r.State)
	e := Entry{Card: true, Who: person(r.Author), Action: text(action), When: v.clock.Exact(r.Submitted), Badge: badge, Tone: badge.Tone}
	e.Meta = []Span{{Text: "On commit "}, commitSpan(r.CommitID)}
	switch {
	case r.CommitID == "" || pr.Head.SHA == "":
	case r.CommitID == pr.Head.SHA:
		e.Meta = append(e.Meta, Span{Text: ", the " + strings.ToLower(headWord(pr))})
	default:
		e.Meta = append(e.Meta, Span{Text: "; " + strings.ToLower(headWord(pr)) + " "}, commitSpan(pr.Head.SHA))
	}
	e.Blocks = FromText(r.Body)
	for _, ev := range pr.Timeline {
		if ev.Kind == "review_dismissed" && ev.ReviewID != "" && ev.ReviewID == r.ID {
			e.Blocks = append(e.Blocks, v.dismissalNote(ev))
		}
	}
	slices.SortStableFunc(comments, func(a, b evidence.Comment) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	for _, c := range comments {
		verb := "commented"
		if c.ReplyTo != "" {
			verb = "replied"
		}
		e.Replies = append(e.Replies, v.commentCard(c, verb))
	}
	return e
}

func (v *view) dismissalNote(ev evidence.Event) Block {
	had, _ := reviewWords(ev.DismissedState)
	if ev.DismissedState == "" {
		had = "what it had said is not stated"
	} else {
		had = "it had " + had
	}
	lines := []string{fmt.Sprintf("By %s at %s; %s.", person(ev.Actor), v.clock.Exact(ev.At), had)}
	if ev.Message != "" {
		lines = append(lines, "Reason given: "+clip(ev.Message, 1000))
	}
	return note(Attention, "This review was dismissed", lines...)
}

func (v *view) commentCard(c evidence.Comment, verb string) Entry {
	e := Entry{Card: true, Who: person(c.Author), Action: text(verb), When: v.clock.Exact(c.Created), Blocks: v.prose(c.Body)}
	if len(e.Blocks) == 0 {
		e.Blocks = []Block{paragraph(Span{Text: "(empty)", Tone: Muted, Italic: true})}
	}
	if c.Path != "" {
		at := c.Path
		if c.Line > 0 {
			at += fmt.Sprintf(":%d", c.Line)
		}
		e.Meta = append(e.Meta, Span{Text: at, Code: true})
	}
	if !c.Updated.IsZero() && !c.Updated.Equal(c.Created) {
		if len(e.Meta) > 0 {
			e.Meta = append(e.Meta, Span{Text: " · "})
		}
		e.Meta = append(e.Meta, Span{Text: "edited " + v.clock.Exact(c.Updated)})
	}
	if c.Internal {
		e.Badge = Badge{"Internal", Attention}
	}
	return e
}

// eventLine says one event of a timeline in words; shown is false for those
// that only repeat what is shown elsewhere, or that change nothing.
func (v *view) eventLine(pr *evidence.PullRequest, e evidence.Event) (entry Entry, shown bool) {
	switch e.Kind {
	case "mentioned", "subscribed", "unsubscribed", "committed":
		return Entry{}, false
	case "reviewed":
		if len(pr.Reviews) > 0 {
			return Entry{}, false
		}
	case "commented", "line-commented", "commit-commented":
		if len(pr.Comments)+len(pr.ReviewComments) > 0 {
			return Entry{}, false
		}
	}
	action, tone := eventWords(e)
	entry = Entry{Who: person(e.Actor), Action: action, When: v.clock.Exact(e.At), Tone: tone}
	if e.Message != "" {
		entry.Action = append(entry.Action, Span{Text: ": “" + clip(e.Message, 500) + "”"})
	}
	return entry, true
}

func eventWords(e evidence.Event) ([]Span, Tone) {
	subject := Span{Text: clip(or(e.Subject, "(not stated)"), 200), Bold: true}
	words := func(verb string, tail ...Span) []Span { return append([]Span{{Text: verb + " "}}, tail...) }
	switch e.Kind {
	case "review_dismissed":
		had := strings.ToLower(strings.ReplaceAll(or(e.DismissedState, "state not stated"), "_", " "))
		return words("dismissed a review", Span{Text: "(it had said: " + had + ")"}), Attention
	case "head_ref_force_pushed":
		return words("force-pushed the head branch from", commitSpan(e.Before), Span{Text: " to "}, commitSpan(e.After)), Attention
	case "base_ref_force_pushed":
		return words("force-pushed the base branch from", commitSpan(e.Before), Span{Text: " to "}, commitSpan(e.After)), Attention
	case "base_ref_changed":
		return words("changed the base branch from", Span{Text: e.Before, Code: true}, Span{Text: " to "}, Span{Text: or(e.After, e.Subject), Code: true}), Attention
	case "review_requested":
		return words("requested a review from", subject), Neutral
	case "review_request_removed":
		return words("removed the request for a review from", subject), Neutral
	case "labeled":
		return words("added the label", subject), Neutral
	case "unlabeled":
		return words("removed the label", subject), Neutral
	case "assigned", "unassigned":
		return words(e.Kind, subject), Neutral
	case "milestoned":
		return words("added this to the milestone", subject), Neutral
	case "demilestoned":
		return words("removed this from the milestone", subject), Neutral
	case "renamed":
		return words("changed the title from", Span{Text: clip(e.Before, 200), Strike: true}, Span{Text: " to "}, Span{Text: clip(or(e.After, e.Subject), 200), Bold: true}), Neutral
	case "merged":
		return words("merged commit", commitSpan(e.After), Span{Text: prefixed(" into ", e.Subject)}), Merged
	case "closed":
		return text("closed this"), Neutral
	case "reopened":
		return text("reopened this"), Attention
	case "ready_for_review":
		return text("marked this as ready for review"), Neutral
	case "convert_to_draft", "converted_to_draft":
		return text("marked this as a draft"), Neutral
	case "head_ref_deleted":
		return text("deleted the head branch"), Neutral
	case "head_ref_restored":
		return text("restored the head branch"), Neutral
	case "auto_merge_enabled", "auto_squash_enabled", "auto_rebase_enabled":
		return text("enabled auto-merge"), Neutral
	case "auto_merge_disabled":
		return text("disabled auto-merge"), Neutral
	case "added_to_merge_queue":
		return text("added this to the merge queue"), Neutral
	case "removed_from_merge_queue":
		return text("removed this from the merge queue"), Neutral
	}
	return otherEvent(e), Neutral
}

// otherEvent says an event of any other kind with the source's own word.
func otherEvent(e evidence.Event) []Span {
	spans := []Span{{Text: strings.ReplaceAll(e.Kind, "_", " ")}}
	if e.Subject != "" {
		spans = append(spans, Span{Text: " "}, Span{Text: clip(e.Subject, 200), Bold: true})
	}
	if e.Before != "" {
		spans = append(spans, Span{Text: " from "}, Span{Text: clip(e.Before, 200), Code: true})
	}
	if e.After != "" {
		spans = append(spans, Span{Text: " to "}, Span{Text: clip(e.After, 200), Code: true})
	}
	return spans
}
