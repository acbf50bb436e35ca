package document

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// prose is FromText for what people wrote in the records of this sample: an
// account that is mentioned by its number alone is shown with the name that
// the records have for it.
func (v *view) prose(t evidence.Text) []Block {
	blocks := FromText(t)
	renameMentions(blocks, v.names())
	return blocks
}

// names gives the names of the accounts of the sample's tickets by their numbers.
func (v *view) names() map[string]string {
	if v.accounts != nil {
		return v.accounts
	}
	v.accounts = map[string]string{}
	add := func(p *evidence.Person) {
		if p != nil && p.ID != "" && p.Name != "" {
			v.accounts[p.ID] = p.Name
		}
	}
	for _, it := range v.c.Items {
		t := it.Ticket
		if t == nil {
			continue
		}
		add(t.Reporter)
		add(t.Creator)
		add(t.Assignee)
		add(t.DeployedBy)
		for _, c := range t.Comments {
			add(c.Author)
		}
		for _, h := range t.History {
			add(h.Author)
		}
		for _, a := range t.Attachments {
			add(a.Author)
		}
		for _, a := range t.Approvals {
			for _, d := range a.Approvers {
				add(d.Person)
			}
		}
	}
	return v.accounts
}

// renameMentions puts names in place of account numbers, in blocks that
// nobody else holds.
func renameMentions(blocks []Block, names map[string]string) {
	if len(names) == 0 {
		return
	}
	spans := func(list []Span) {
		for i, s := range list {
			if id, ok := strings.CutPrefix(s.Text, "@"); ok && s.Bold && names[id] != "" {
				list[i].Text = "@" + names[id]
			}
		}
	}
	for _, b := range blocks {
		switch {
		case b.Paragraph != nil:
			spans(b.Paragraph.Spans)
		case b.Heading != nil:
			spans(b.Heading.Spans)
		case b.Quote != nil:
			renameMentions(b.Quote.Blocks, names)
		case b.Note != nil:
			renameMentions(b.Note.Blocks, names)
		case b.List != nil:
			for _, item := range b.List.Items {
				renameMentions(item.Blocks, names)
			}
		case b.Table != nil:
			for _, r := range b.Table.Rows {
				for _, c := range r.Cells {
					spans(c.Spans)
				}
			}
		}
	}
}

// fieldValue gives a field as one short run of spans, and whether nothing was
// lost by it. A moment that the tracker writes for machines is shown as times
// are shown elsewhere.
func (v *view) fieldValue(t evidence.Text) ([]Span, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.000-0700", time.RFC3339} {
		if at, err := time.Parse(layout, strings.TrimSpace(t.Source)); err == nil {
			return text(v.clock.Exact(at)), true
		}
	}
	spans, ok := oneLine(t, 160)
	renameMentions([]Block{paragraph(spans...)}, v.names())
	return spans, ok
}
