package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Sample gives the documents of one sample in the order of the package, the
// summary first. The documents that every sample of its type has are always
// there: one without a record says what was asked for, and why it is missing.
func Sample(d evidence.Dossier, p evidence.Package) []Document {
	v := &view{d: d, c: &d.Change, p: p, clock: Clock{Zone: p.Zone}}
	var docs []Document
	add := func(made ...*Document) {
		for _, m := range made {
			if m != nil {
				docs = append(docs, *m)
			}
		}
	}
	if v.isTicketChange() {
		add(v.ticketDocs()...)
		add(v.approvalRecord(), v.testingResults(), v.deploymentConfirmation())
		if len(v.c.All(evidence.KindSignal)) > 0 || len(v.gapsOf(evidence.KindSignal)) > 0 {
			add(v.monitoring())
		}
	} else {
		add(v.pullRequest())
		if len(v.c.All(evidence.KindTicket)) > 0 || len(v.gapsOf(evidence.KindTicket)) > 0 {
			add(v.ticketDocs()...)
		}
		add(v.ciResults(), v.deploymentLog(), v.monitoring())
	}
	add(v.configurationDiff(), v.exhibits())
	return append([]Document{*v.summary(docs)}, docs...)
}

// Text gives a document of prose that belongs to the whole package, such as a
// policy.
func Text(name, title string, body evidence.Text, sources []evidence.Provenance, p evidence.Package) Document {
	d := Document{Name: name, Kind: KindPolicy, Title: title, Headline: title, Simulated: p.Simulated,
		Sources: sources, Blocks: FromText(body)}
	// A text that begins with its own title would say it twice.
	if len(d.Blocks) > 0 && d.Blocks[0].Heading != nil {
		d.Headline = plain(d.Blocks[0].Heading.Spans)
		d.Blocks = d.Blocks[1:]
	}
	if begin := firstParagraph(d.Blocks); p.Organization != "" && !strings.Contains(begin, p.Organization) {
		d.Subtitle = muted(p.Organization)
	}
	for i, b := range d.Blocks {
		if b.Heading != nil {
			d.Blocks[i].Heading.Level = max(b.Heading.Level-3, 1)
		}
	}
	return d
}

// firstParagraph gives the text that blocks begin with, if they begin with text.
func firstParagraph(blocks []Block) string {
	if len(blocks) == 0 || blocks[0].Paragraph == nil {
		return ""
	}
	return plain(blocks[0].Paragraph.Spans)
}

// tickets gives the tickets of the sample: the one that it is named by, then
// those that ask for the change, then incidents.
func (v *view) tickets() []evidence.Item {
	items := slices.DeleteFunc(v.c.All(evidence.KindTicket), func(it evidence.Item) bool { return it.Ticket == nil })
	rank := func(it evidence.Item) int {
		switch {
		case it.Ref == v.c.Sample.Ref:
			return 0
		case strings.Contains(strings.ToLower(it.Ticket.Type), "incident"):
			return 2
		}
		return 1
	}
	slices.SortStableFunc(items, func(a, b evidence.Item) int { return cmp.Compare(rank(a), rank(b)) })
	return items
}

// ticketDocs gives a change_ticket for each ticket, the sample's own first.
func (v *view) ticketDocs() []*Document {
	var docs []*Document
	name := func() string {
		if len(docs) == 0 {
			return "change_ticket"
		}
		return fmt.Sprintf("change_ticket_%d", len(docs)+1)
	}
	for _, it := range v.tickets() {
		docs = append(docs, v.ticket(name(), it))
	}
	if len(docs) == 0 {
		docs = append(docs, v.noTicket())
	}
	return docs
}
