package document

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// summary shows one sample at a glance: who, what and when, how the records
// link, what was tested, what is missing, and where everything is.
func (v *view) summary(docs []Document) *Document {
	d := v.begin("sample_summary", KindSummary, "Sample summary")
	d.Mark = v.changeName()
	d.Headline = v.changeTitle()
	d.Subtitle = v.summaryLine()
	if n := len(v.c.Gaps); n > 0 {
		d.Badges = append(d.Badges, Badge{count(n, "gap"), GapTone})
	}
	if it, ok := v.subject(); ok {
		d.cite(it)
		if it.PullRequest != nil {
			d.SourceURL = safeURL(it.PullRequest.URL)
		} else if it.Ticket != nil {
			d.SourceURL = safeURL(it.Ticket.URL)
		}
	}
	d.add(v.summaryFacts())
	d.section(1, "Timeline", v.timeline()...)
	d.add(v.attributes()...)
	if len(v.c.Gaps) > 0 {
		d.section(1, "Asked for and not obtained", limitedTable(v.gapTable(v.c.Gaps), "gaps")...)
	}
	d.section(1, "Records and links", v.records()...)
	d.section(1, "Documents of this sample", v.documentList(docs)...)
	d.Sources = sourcesOf(d.Sources, docs)
	return d
}

func limitedTable(b Block, what string) []Block { return limited(b.Table.Columns, b.Table.Rows, what) }

// subject is the record that the change is named by.
func (v *view) subject() (evidence.Item, bool) {
	if it, ok := v.c.Subject(); ok {
		return it, true
	}
	return v.c.Find(v.c.Sample.Ref)
}

func (v *view) changeTitle() string {
	it, ok := v.subject()
	switch {
	case ok && it.PullRequest != nil:
		return or(strings.TrimSpace(it.PullRequest.Title), "(no title)")
	case ok && it.Ticket != nil:
		return or(strings.TrimSpace(it.Ticket.Title), "(no title)")
	case ok && it.Commit != nil:
		return or(firstLine(it.Commit.Message), "(no message)")
	}
	return "The record of this change was not obtained"
}

func (v *view) summaryLine() []Span {
	how := "Change made by pull request"
	if v.isTicketChange() {
		how = "Change made by ticket"
	} else if _, ok := v.c.Subject(); !ok {
		how = "Change without a collected pull request"
	}
	at := v.c.DeployedAt()
	if at.IsZero() {
		return text(how + ", time of production deployment not known")
	}
	return []Span{{Text: how + ", in production since "}, {Text: v.clock.Time(at), Bold: true}}
}

func (v *view) summaryFacts() Block {
	var f factList
	s := v.c.Sample
	f.must("Requested as", text(s.Requested))
	f.add("Auditor's number or name", text(s.Label))
	f.add("Where in the request", text(s.Where))
	f.add("Auditor's note", text(s.Note))
	if pr, ok := v.c.Subject(); ok {
		p := pr.PullRequest
		f.must("Author", text(person(p.Author)))
		f.must("Opened", v.when(p.Created))
		if !p.Merged.IsZero() {
			f.must("Merged by", text(person(p.MergedBy)))
			f.must("Merged", v.when(p.Merged))
		}
		f.wide("Reviews recorded", v.reviewFacts(pr))
	}
	for _, it := range v.c.All(evidence.KindTicket) {
		t := it.Ticket
		if t == nil {
			continue
		}
		line := []Span{{Text: t.Key, Bold: true, Link: safeURL(t.URL)}, {Text: " " + t.Title + prefixed(" · ", t.Status)},
			{Text: "\nreported by " + person(t.Reporter) + ", created " + v.clock.Exact(t.Created)}}
		if n := len(t.Approvals); n > 0 {
			line = append(line, Span{Text: "\n" + count(n, "approval step") + " of the service desk recorded"})
		}
		f.wide("Ticket", line)
	}
	if dep, ok := v.c.FirstDeployment(); ok {
		f.wide("First successful production deployment that contains this change", []Span{{Text: dep.Deployment.ID, Bold: true, Link: safeURL(dep.Deployment.URL)},
			{Text: " to " + dep.Deployment.Environment + ", " + v.clock.Exact(dep.Deployment.SucceededAt()) + ", created by " + person(dep.Deployment.Creator)}})
	} else if it, ok := v.subjectTicket(); ok && !it.Ticket.Deployed.IsZero() {
		v.deployedFacts(&f, it.Ticket)
	} else {
		f.wide("Production deployment", muted("not known"))
	}
	f.add("Evidence as of", v.when(v.c.AsOf))
	return f.block()
}

// attributes shows the results of the tests; nothing where there are none.
func (v *view) attributes() []Block {
	if len(v.d.Results) == 0 {
		return nil
	}
	var rows []Row
	for _, r := range v.d.Results {
		why := text(r.Why)
		for _, f := range r.Read {
			why = append(why, Span{Text: "\n" + f.Name + ": " + f.Value, Tone: Muted})
		}
		rows = append(rows, row([]Span{{Text: r.Attribute, Bold: true}}, outcome(r.Outcome), why))
	}
	return append([]Block{heading(1, "Attributes tested"), paragraph(Span{Tone: Muted,
		Text: "Management's own test. ✓ met, ✗ exception, N/A not applicable, ? needs review, ∅ unable to test. The conclusion is the auditor's."})},
		limited([]Column{{Title: "Attribute", Weight: 24}, {Title: "Outcome", Weight: 18}, {Title: "Why", Weight: 58}}, rows, "attributes")...)
}

func outcome(o evidence.Outcome) []Span {
	switch o {
	case evidence.Met:
		return []Span{{Text: "✓ met", Tone: Good, Bold: true}}
	case evidence.Exception:
		return []Span{{Text: "✗ exception", Tone: Bad, Bold: true}}
	case evidence.NotApplicable:
		return []Span{{Text: "N/A not applicable", Tone: Muted}}
	case evidence.NeedsReview:
		return []Span{{Text: "? needs review", Tone: Attention, Bold: true}}
	case evidence.Unable:
		return []Span{{Text: "∅ unable to test", Tone: GapTone, Bold: true}}
	}
	return text(string(o))
}

// records lists every collected record and what it points at.
func (v *view) records() []Block {
	var rows []Row
	for _, it := range v.c.Items {
		var links []string
		for _, l := range it.Links {
			mark := ""
			if _, ok := v.c.Find(l); !ok {
				mark = " (not among the records)"
			}
			links = append(links, kindName(l.Kind)+" "+refName(l)+mark)
		}
		points := text(clip(strings.Join(links, "\n"), 1500))
		if len(links) == 0 {
			points = muted("–")
		}
		rows = append(rows, row(text(kindName(it.Ref.Kind)), text(refName(it.Ref)), text(it.Ref.System), points))
	}
	if len(rows) == 0 {
		return []Block{note(GapTone, "No record was obtained", "None of the sources gave a record for this sample.")}
	}
	return limited([]Column{{Title: "Record", Weight: 16}, {Title: "Name", Weight: 30}, {Title: "System", Weight: 12}, {Title: "Points at", Weight: 42}}, rows, "records")
}

func (v *view) documentList(docs []Document) []Block {
	var rows []Row
	for _, d := range docs {
		var badges []string
		for _, b := range d.Badges {
			badges = append(badges, b.Text)
		}
		source := "no payload"
		if n := len(d.Sources); n > 0 {
			source = or(d.Sources[0].System, "source") + ": " + d.Sources[0].URL
			if n > 1 {
				source += fmt.Sprintf("\nand %d more, listed on its last page", n-1)
			}
		}
		rows = append(rows, row([]Span{{Text: d.Name, Bold: true}}, text(d.Title+prefixed("\n", strings.Join(badges, ", "))), text(source)))
	}
	blocks := []Block{table([]Column{{Title: "File", Weight: 26}, {Title: "Shows", Weight: 32}, {Title: "Made from", Weight: 42}}, rows)}
	return append(blocks, v.exhibitList()...)
}

func (v *view) exhibitList() []Block {
	var rows []Row
	for _, it := range v.c.All(evidence.KindExhibit) {
		if e := it.Exhibit; e != nil {
			rows = append(rows, row(text(e.File), text(e.Shows), text(e.By), text(v.clock.UTC(e.At)), code(e.SHA256)))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return append([]Block{heading(2, "Manual exhibits")}, limited([]Column{{Title: "File", Weight: 20}, {Title: "Shows", Weight: 26}, {Title: "Attached by", Weight: 14},
		{Title: "Attached", Weight: 16}, {Title: "SHA-256", Weight: 24}}, rows, "exhibits")...)
}

// sourcesOf gives the sources of the summary: the primary record's own, and
// then all that the other documents were made from.
func sourcesOf(own []evidence.Provenance, docs []Document) []evidence.Provenance {
	all := Document{Sources: own}
	for _, d := range docs {
		all.cite(evidence.Item{Provenance: d.Sources})
	}
	return all.Sources
}
