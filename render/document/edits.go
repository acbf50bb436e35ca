package document

import (
	"fmt"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// lateEdits says that the description was edited after the change was deployed
// or merged, and shows what it had said by then.
func (v *view) lateEdits(pr *evidence.PullRequest) []Block {
	e := pr.BodyEdits
	if e == nil || e.Last.IsZero() {
		return nil
	}
	at, word := v.c.DeployedAt(), "deployed"
	if at.IsZero() || !e.Last.After(at) {
		at, word = pr.Merged, "merged"
	}
	if at.IsZero() || !e.Last.After(at) {
		return nil
	}
	var lines []string
	for _, one := range e.Versions {
		if one.At.After(at) {
			lines = append(lines, fmt.Sprintf("Edited by %s at %s.", person(one.Author), v.clock.Exact(one.At)))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, fmt.Sprintf("Last edited by %s at %s.", person(e.By), v.clock.Exact(e.Last)))
	}
	const shown = 5
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], fmt.Sprintf("And %s after these.", count(more, "edit")))
	}
	had, known := e.Version(at)
	if !known {
		lines = append(lines, "The source does not show what it said when the change was "+word+".")
	}
	blocks := []Block{note(Attention, "Edited after the change was "+word, append(lines, fmt.Sprintf("The change was %s at %s.", word, v.clock.Exact(at)))...)}
	if !known {
		return blocks
	}
	return append(blocks, v.earlierDescription(had, word))
}

// earlierDescription shows a description as it had stood.
func (v *view) earlierDescription(had evidence.TextVersion, word string) Block {
	body := FromText(had.Text)
	if len(body) == 0 {
		body = []Block{paragraph(Span{Text: "It said nothing.", Italic: true, Tone: Muted})}
	}
	return Block{Conversation: &Conversation{Entries: []Entry{{Card: true, Who: person(had.Author), Action: text("had written, and it stood so when the change was " + word),
		When: v.clock.Exact(had.At), Badge: Badge{"Earlier text", Muted}, Blocks: body}}}}
}

// editedAt says in the head of the description when it was last edited.
func (v *view) editedAt(e *evidence.TextEdits) []Span {
	if e == nil || e.Last.IsZero() {
		return nil
	}
	by := ""
	if e.By != nil {
		by = " by " + person(e.By)
	}
	return []Span{{Text: "edited " + v.clock.Exact(e.Last) + by}}
}
