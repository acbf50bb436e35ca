package document

import (
	"slices"
	"strings"
	"time"

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
	if it, ok := v.c.Subject(); ok {
		d.add(statementNote(it.PullRequest)...)
	}
	d.add(v.summaryFacts())
	d.section(1, "Timeline", v.timeline()...)
	d.add(v.attributes()...)
	d.add(v.responses()...)
	if len(v.c.Gaps) > 0 {
		d.section(1, "Asked for and not obtained", limitedTable(v.gapTable(v.c.Gaps), "gaps")...)
	}
	d.section(1, "Documents of this sample", v.documentList(docs)...)
	d.section(1, "Records collected", v.records()...)
	d.Sources, d.Unlisted = sourcesOf(d.Sources, docs), true
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
	if v.c.DeployedDayOnly() {
		return []Span{{Text: how + ", in production on "}, {Text: at.UTC().Format(time.DateOnly), Bold: true}, {Text: dayAlone}}
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
		f.must("Author", prAuthor(p))
		f.must("Opened", v.when(p.Created))
		if wasMerged(p) {
			f.must("Merged by", merger(p))
			f.must("Merged", v.when(p.Merged))
		} else {
			f.add("State", text(prBadge(p).Text))
		}
		f.wide("Reviews recorded", v.reviewFacts(pr))
	}
	for _, it := range v.tickets() {
		t := it.Ticket
		line := []Span{{Text: t.Key, Bold: true, Link: safeURL(t.URL)}, {Text: " " + t.Title + prefixed(" · ", t.Status)},
			{Text: "\nreported by " + person(t.Reporter) + ", created " + v.clock.Exact(t.Created)}}
		for _, a := range t.Approvals[:min(len(t.Approvals), maxReviewLines)] {
			line = append(line, v.approvalLine(a)...)
		}
		if n := len(t.Approvals) - maxReviewLines; n > 0 {
			line = append(line, Span{Text: "\nand " + count(n, "more approval step"), Tone: Muted})
		}
		f.wide("Ticket", line)
	}
	f.wide("Answers to the deployment gate", v.gateLines())
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

// approvalLine says how a step of the service desk was decided, by whom and when.
func (v *view) approvalLine(a evidence.TicketApproval) []Span {
	line := []Span{{Text: "\n" + or(a.Name, "Approval step "+a.ID), Bold: true}, {Text: ": " + or(a.Decision, "decision not stated")}}
	if a.Completed.IsZero() {
		line = append(line, Span{Text: ", not completed"})
	} else {
		line = append(line, Span{Text: ", "}, Span{Text: v.clock.Exact(a.Completed), Whole: true})
	}
	return append(line, Span{Text: prefixed("; ", approvers(a))})
}

// gateLines says who answered a pipeline that waited, one a line.
func (v *view) gateLines() []Span {
	var spans []Span
	for _, it := range v.c.All(evidence.KindBuild) {
		if it.Build == nil {
			continue
		}
		for _, a := range it.Build.Approvals {
			if len(spans) > 0 {
				spans = append(spans, Span{Text: "\n"})
			}
			at := v.clock.Exact(a.At)
			if a.At.IsZero() {
				at = "time not stated by the source"
			}
			spans = append(spans, Span{Text: person(a.Person), Bold: true}, Span{Text: ": " + or(a.State, "not stated") + prefixed(" for ", strings.Join(a.Environments, ", ")) + ", "}, Span{Text: at, Whole: true})
		}
	}
	return spans
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
		came := outcome(r.Outcome)
		if s := v.conclusion(r); s.Conclusion != "" {
			came = append(came, Span{Text: "\n" + concluded(s, r), Tone: Muted})
		}
		rows = append(rows, row(v.attributeName(r.Attribute), came, why))
	}
	return append([]Block{heading(1, "Attributes tested"), paragraph(append([]Span{{Text: "Overall: "}}, v.overall()...)...), paragraph(Span{Tone: Muted,
		Text: "Management's own test. ✓ met, ✗ exception, N/A not applicable, ? needs review, ∅ unable to test. The conclusion is the auditor's. What Overall means: sheet Attribute Legend of Change Log.xlsx."})},
		limited([]Column{{Title: "Attribute", Weight: 26}, {Title: "Outcome", Weight: 16}, {Title: "Why", Weight: 58}}, rows, "attributes")...)
}

// attributeName gives an attribute's letter, what it asserts, and whether an
// exception to it is one to the change.
func (v *view) attributeName(letter string) []Span {
	name := []Span{{Text: letter, Bold: true}}
	for _, a := range v.p.Attributes {
		if a.Letter == letter {
			name = append(name, Span{Text: "  " + a.Title})
			if a.Key {
				name = append(name, Span{Text: "\nkey attribute", Tone: Muted})
			}
		}
	}
	return name
}

// answersTo gives the names that a response may call this change by.
func (v *view) answersTo() []string { return []string{v.c.ID(), v.c.Sample.Ref.ID} }

// conclusion gives what a person concluded on a result; without a conclusion
// where nobody did.
func (v *view) conclusion(res evidence.Result) evidence.Response {
	if !res.Open() {
		return evidence.Response{}
	}
	r, ok := evidence.NewSaid(v.p.Responses).To(v.c, res)
	if !ok || r.Conclusion == "" {
		return evidence.Response{}
	}
	return r
}

// concluded says what a person concluded on a result.
func concluded(r evidence.Response, res evidence.Result) string {
	said := "concluded " + r.Conclusion + " by " + or(r.ConcludedBy, "somebody")
	if !r.Settles(res) {
		said += ", " + clip(r.Unsettled(res), 300)
	}
	return said
}

// responses shows what management says to exceptions of this change, and what
// somebody concluded where the test left a result open.
func (v *view) responses() []Block {
	var blocks []Block
	for _, r := range v.p.Responses {
		if !slices.Contains(v.answersTo(), r.Change) {
			continue
		}
		var f factList
		f.must("Attribute", v.attributeName(r.Attribute))
		if r.Answers() {
			f.add("Status", text(or(r.Status, "open")))
		}
		f.wide("Condition", text(r.Condition))
		f.wide("Criteria", text(r.Criteria))
		f.wide("Cause", text(r.Cause))
		f.wide("Effect", text(r.Effect))
		f.wide("Compensating control", text(r.Compensating))
		f.wide("Management's response", text(r.Response))
		f.add("Owner", text(r.Owner))
		f.add("Due", text(r.Due))
		if r.Answers() {
			f.add("Written by", text(strings.TrimSpace(r.By+prefixed(", ", r.At))))
		}
		v.conclusionFacts(&f, r)
		blocks = append(blocks, f.block())
	}
	if len(blocks) == 0 {
		return nil
	}
	return append([]Block{heading(1, "Management's responses"), paragraph(Span{Tone: Muted, Text: "What management says to exceptions, and what a person concluded where the test left a result open. It changes no outcome."})}, blocks...)
}

// conclusionFacts adds a person's conclusion with what it rests on.
func (v *view) conclusionFacts(f *factList, r evidence.Response) {
	if r.Conclusion == "" {
		return
	}
	f.add("Conclusion of a person", text(r.Conclusion))
	f.add("Concluded by", text(strings.TrimSpace(r.ConcludedBy+prefixed(", ", r.ConcludedAt))))
	f.wide("Basis", text(r.Basis))
	i := slices.IndexFunc(v.d.Results, func(res evidence.Result) bool { return res.Attribute == r.Attribute })
	switch {
	case i < 0 || r.Settles(v.d.Results[i]):
	case v.d.Results[i].Open():
		f.wide("Remark", text("It was concluded "+clip(r.Unsettled(v.d.Results[i]), 300)+". The result as it is here is not settled by it."))
	default:
		f.wide("Remark", text("The outcome is "+string(v.d.Results[i].Outcome)+" by now, which needs no conclusion."))
	}
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

// records lists what was collected, a row for each kind, and what the records
// name and nobody collected.
func (v *view) records() []Block {
	if len(v.c.Items) == 0 {
		return []Block{note(GapTone, "No record was obtained", "None of the sources gave a record for this sample.")}
	}
	type key struct{ kind, system string }
	var keys []key
	names := map[key][]Span{}
	var missing []string
	for _, it := range v.c.Items {
		k := key{kindName(it.Ref.Kind), it.Ref.System}
		if names[k] == nil {
			keys = append(keys, k)
		} else {
			names[k] = append(names[k], Span{Text: ", "})
		}
		names[k] = append(names[k], Span{Text: shortName(it.Ref), Link: safeURL(pageOf(it))})
		for _, l := range it.Links {
			name := kindName(l.Kind) + " " + refName(l)
			if _, ok := v.c.Find(l); !ok && !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
		}
	}
	var rows []Row
	for _, k := range keys {
		rows = append(rows, row(text(k.kind), text(k.system), names[k]))
	}
	blocks := limited([]Column{{Title: "Record", Weight: 18}, {Title: "System", Weight: 14}, {Title: "Names", Weight: 68}}, rows, "kinds")
	if len(missing) > 0 {
		blocks = append(blocks, paragraph(Span{Text: "Named by these records and not among them: ", Bold: true}, Span{Text: clip(strings.Join(missing, ", "), 1500) + "."}))
	}
	return blocks
}

// shortName is refName without the path that all records of a kind share.
func shortName(r evidence.Ref) string {
	switch r.Kind {
	case evidence.KindBuild, evidence.KindDeployment, evidence.KindEnvironment:
		if i := strings.LastIndex(r.ID, "/"); i >= 0 {
			return r.ID[i+1:]
		}
	case evidence.KindSignal:
		if _, after, ok := strings.Cut(r.ID, "/"); ok {
			return after
		}
	}
	return refName(r)
}

// pageOf gives the page of a record, for a person to open.
func pageOf(it evidence.Item) string {
	switch {
	case it.Ticket != nil:
		return it.Ticket.URL
	case it.PullRequest != nil:
		return it.PullRequest.URL
	case it.Commit != nil:
		return it.Commit.URL
	case it.Build != nil:
		return it.Build.URL
	case it.Deployment != nil:
		return it.Deployment.URL
	case it.RuleHistory != nil:
		return it.RuleHistory.URL
	case it.Signal != nil:
		return it.Signal.URL
	}
	return ""
}

func (v *view) documentList(docs []Document) []Block {
	var rows []Row
	for _, d := range docs {
		var badges []string
		for _, b := range d.Badges {
			badges = append(badges, b.Text)
		}
		shows := text(d.Title)
		if len(badges) > 0 {
			shows = append(shows, Span{Text: " · " + strings.Join(badges, ", "), Tone: Muted})
		}
		source := muted("no payload")
		if n := len(d.Sources); n > 0 {
			source = text(count(n, "payload") + " of " + strings.Join(systems(d.Sources), ", "))
		}
		rows = append(rows, row([]Span{{Text: d.Name + ".pdf", Bold: true}}, shows, source))
	}
	blocks := []Block{table([]Column{{Title: "File", Weight: 27}, {Title: "Shows", Weight: 47}, {Title: "Made from", Weight: 26}}, rows),
		paragraph(Span{Tone: Muted, Text: "Each document lists its own payloads on its last page; the sheet Evidence Index of Change Log.xlsx lists all of them. The payloads are in source/."})}
	return append(blocks, v.exhibitList()...)
}

// systems names the systems that payloads came from, in order.
func systems(sources []evidence.Provenance) []string {
	var names []string
	for _, s := range sources {
		if name := or(s.System, "an unnamed source"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
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
