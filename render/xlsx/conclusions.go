package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// concludedList is what people concluded on results that the test left open. It
// grows with their number, not with that of the changes.
type concludedList struct {
	open, settled int
	rows          [][]cell
}

// see counts an open result, and keeps it where somebody has concluded on it.
func (c *concludedList) see(b *book, r logged, res evidence.Result) {
	if !res.Open() {
		return
	}
	c.open++
	a, ok := b.said.To(r.c, res)
	if !ok || a.Conclusion == "" {
		return
	}
	b.answers[a] = true
	came := a.Conclusion
	if a.Settles(res) {
		c.settled++
	} else {
		came += fmt.Sprintf("\n(concluded %s; here it is %s, which that does not settle)", oneLine(a.Unsettled(res), 300), res.Code)
	}
	mark := tickReview
	if res.Outcome == evidence.Unable {
		mark = tickUnable
	}
	key := text("no")
	if b.attribute(res.Attribute).Key {
		key = lookingLike(lookStrong, "key")
	}
	c.rows = append(c.rows, []cell{text(mark), b.sampleOf(r), text(r.changeID()), text(strings.TrimSpace(res.Attribute + " " + b.attribute(res.Attribute).Title)), key,
		text(res.Why), text(a.Basis), text(came), text(strings.TrimSpace(said(a.ConcludedBy) + ", " + said(a.ConcludedAt)))})
}

// sampleOf gives the number of a sample with the way to its folder.
func (b *book) sampleOf(r logged) cell {
	if r.listed() {
		return text(notSampled)
	}
	return cell{value: r.c.Sample.Number, link: b.folder(r.c.Sample.Number).link}
}

// write shows them below the exceptions.
func (c *concludedList) write(s *sheet) {
	if c.open == 0 {
		return
	}
	if len(c.rows) > 0 {
		s.section("What a person concluded where the test left a result open")
		s.heads(text("Test"), text("Sample #"), text("Change"), text("Attribute"), text("Key"), text("Why it is open"), text("Basis of the conclusion"), text("Conclusion"), text("Concluded by, at"))
	}
	for _, row := range c.rows {
		s.row(row...)
	}
	s.gap()
	s.note(fmt.Sprintf("Results that need review or could not be tested: %d, of which a person has concluded on %d; %d stand open. A conclusion changes no outcome and no count: the sheet %s keeps the test's own. `tickmark respond --conclusion` takes one.",
		c.open, c.settled, c.open-c.settled, sheetTesting))
}
