package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// view is one sample as the documents look at it.
type view struct {
	d     evidence.Dossier
	c     *evidence.Change
	p     evidence.Package
	clock Clock

	accounts map[string]string // names of accounts by their numbers; nil until they are asked for
}

// label names the sample in page headers.
func (v *view) label() string {
	s := v.c.Sample
	label := fmt.Sprintf("Sample %d", s.Number)
	if s.Label != "" && s.Label != fmt.Sprint(s.Number) {
		label += " (" + clip(s.Label, 40) + ")"
	}
	if name := v.changeName(); name != "" {
		label += " · " + name
	}
	return label
}

// changeName is what people call the change: "PR #1234", "CHG-789".
func (v *view) changeName() string {
	if pr, ok := v.c.Subject(); ok {
		return fmt.Sprintf("PR #%d", pr.PullRequest.Number)
	}
	if it, ok := v.c.Find(v.c.Sample.Ref); ok && it.Ticket != nil {
		return it.Ticket.Key
	}
	return refName(v.c.Sample.Ref)
}

// refName gives a short name of a record for people.
func refName(r evidence.Ref) string {
	switch r.Kind {
	case evidence.KindCommit, evidence.KindChecks:
		if repo, sha, ok := strings.Cut(r.ID, "@"); ok {
			return repo + "@" + short(sha)
		}
	}
	return r.ID
}

// kindName gives the word for a kind of record.
func kindName(k evidence.Kind) string {
	switch k {
	case evidence.KindPullRequest:
		return "pull request"
	case evidence.KindBranchRules:
		return "branch rules"
	case evidence.KindRuleHistory:
		return "history of branch rules"
	case evidence.KindBuild:
		return "pipeline run"
	case evidence.KindSignal:
		return "monitoring signal"
	}
	return string(k)
}

// begin starts a document of this sample.
func (v *view) begin(name string, kind Kind, title string) *Document {
	return &Document{Name: name, Kind: kind, Title: title, Sample: v.label(), Simulated: v.p.Simulated}
}

// cite adds what an item was made from to the document's sources.
func (d *Document) cite(items ...evidence.Item) {
	for _, it := range items {
		for _, p := range it.Provenance {
			same := func(q evidence.Provenance) bool {
				return q.SHA256 == p.SHA256 && q.URL == p.URL && q.Query == p.Query
			}
			if !slices.ContainsFunc(d.Sources, same) {
				d.Sources = append(d.Sources, p)
			}
		}
	}
}

func (d *Document) add(blocks ...Block) { d.Blocks = append(d.Blocks, blocks...) }

func (d *Document) section(level int, title string, blocks ...Block) {
	d.add(heading(level, title))
	d.add(blocks...)
}

// isTicketChange reports whether the change was made by ticket alone.
func (v *view) isTicketChange() bool {
	_, ok := v.c.Subject()
	return !ok && v.c.Sample.Ref.Kind == evidence.KindTicket
}

// gapsOf gives the gaps of records of these kinds, in order.
func (v *view) gapsOf(kinds ...evidence.Kind) []evidence.Gap {
	var gaps []evidence.Gap
	for _, g := range v.c.Gaps {
		if slices.Contains(kinds, g.Ref.Kind) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// gapNote says what was asked for, where, and why it was not obtained.
func (v *view) gapNote(g evidence.Gap) Block {
	what := kindName(g.Ref.Kind) + " " + refName(g.Ref)
	if g.Part != "" {
		what = g.Part + " of " + what
	}
	n := &Note{Tone: GapTone, Title: "Not obtained (" + string(g.Reason) + "): " + what}
	detail := strings.TrimSpace(g.Detail)
	if detail != "" {
		n.Blocks = append(n.Blocks, para(sentence(clip(detail, 1000))))
	}
	asked := "Asked of " + or(g.Ref.System, "no configured system")
	if g.Collector != "" && g.Collector != g.Ref.System {
		asked += " by " + g.Collector
	}
	if !g.At.IsZero() {
		asked += " at " + v.clock.UTC(g.At)
	}
	n.Blocks = append(n.Blocks, paragraph(Span{Text: asked + ".", Tone: Muted}))
	return Block{Note: n}
}

// gapNotes shows gaps; more than a dozen of one kind and reason become a table.
func (v *view) gapNotes(gaps []evidence.Gap) []Block {
	if len(gaps) > 6 {
		return []Block{note(GapTone, fmt.Sprintf("Not obtained: %d records or parts", len(gaps)),
			"They were asked for and not obtained. The table says what, where and why."), v.gapTable(gaps)}
	}
	var blocks []Block
	for _, g := range gaps {
		blocks = append(blocks, v.gapNote(g))
	}
	return blocks
}

// gapTable has a row for each record, reason and detail: the parts of a record
// that are missing for one reason share it.
func (v *view) gapTable(gaps []evidence.Gap) Block {
	type key struct {
		ref    evidence.Ref
		reason evidence.Reason
		detail string
		whole  bool
	}
	var keys []key
	parts := map[key][]string{}
	first := map[key]evidence.Gap{}
	for _, g := range gaps {
		k := key{g.Ref, g.Reason, g.Detail, g.Part == ""}
		if _, known := first[k]; !known {
			keys = append(keys, k)
			first[k] = g
		}
		parts[k] = append(parts[k], g.Part)
	}
	var rows []Row
	for _, k := range keys {
		g := first[k]
		what := kindName(g.Ref.Kind) + " " + refName(g.Ref)
		if !k.whole {
			of := " of "
			if len(parts[k]) > 1 {
				of = "\nof "
			}
			what = strings.Join(parts[k], ",\n") + of + what
		}
		rows = append(rows, row(text(what), text(g.Ref.System), []Span{{Text: string(g.Reason), Bold: true, Tone: GapTone}},
			text(clip(g.Detail, 500)), text(v.clock.UTC(g.At))))
	}
	return table([]Column{{Title: "Not obtained", Weight: 34}, {Title: "Asked of", Weight: 11}, {Title: "Reason", Weight: 13},
		{Title: "Detail", Weight: 30}, {Title: "At", Weight: 14}}, rows)
}

// nothing says that there is no record of a kind: the gaps where there are
// any, the gaps of the change's own record where that is missing too, else
// what was looked at.
func (v *view) nothing(what, searched string, kinds ...evidence.Kind) []Block {
	title := "No " + what + " was obtained"
	if gaps := v.gapsOf(kinds...); len(gaps) > 0 {
		return append([]Block{note(GapTone, title, "It was asked for; what follows says where, and why it was not obtained.")}, v.gapNotes(gaps)...)
	}
	own := v.c.GapsOf(v.c.Sample.Ref)
	if _, ok := v.subject(); ok || len(own) == 0 {
		return []Block{note(GapTone, title, searched)}
	}
	return append([]Block{note(GapTone, title, "It is found by way of "+kindName(v.c.Sample.Ref.Kind)+" "+refName(v.c.Sample.Ref)+
		", which was not obtained either.")}, v.gapNotes(own)...)
}

// lacks reports whether a part of a record is known to be missing, whole or
// partly, so that nothing may be read from its absence.
func (v *view) lacks(ref evidence.Ref, part string) bool {
	_, lacks := v.gapIn(ref, part)
	return lacks
}

// gapIn gives the first gap of that part of a record, or of the whole.
func (v *view) gapIn(ref evidence.Ref, part string) (evidence.Gap, bool) {
	for _, g := range v.c.GapsOf(ref) {
		if g.Part == "" || strings.Contains(strings.ToLower(g.Part), part) {
			return g, true
		}
	}
	return evidence.Gap{}, false
}

// limited cuts rows and says how many it left out. A column in which no row
// has anything is left out as well.
func limited(columns []Column, rows []Row, what string) []Block {
	columns, rows = filled(columns, rows)
	left := len(rows) - maxRows
	if left > 0 {
		rows = rows[:maxRows]
	}
	blocks := []Block{table(columns, rows)}
	if left > 0 {
		blocks = append(blocks, note(Attention, "Cut short here",
			fmt.Sprintf("%d more %s are not shown. The source/ folder of this sample has them all.", left, what)))
	}
	return blocks
}

// filled leaves out the columns that are empty in every row.
func filled(columns []Column, rows []Row) ([]Column, []Row) {
	var keep []int
	for i := range columns {
		if slices.ContainsFunc(rows, func(r Row) bool { return i < len(r.Cells) && plain(r.Cells[i].Spans) != "" }) {
			keep = append(keep, i)
		}
	}
	if len(keep) == 0 || len(keep) == len(columns) {
		return columns, rows
	}
	kept := make([]Column, len(keep))
	for k, i := range keep {
		kept[k] = columns[i]
	}
	narrowed := make([]Row, len(rows))
	for n, r := range rows {
		narrowed[n] = Row{Tone: r.Tone, Cells: make([]Cell, len(keep))}
		for k, i := range keep {
			if i < len(r.Cells) {
				narrowed[n].Cells[k] = r.Cells[i]
			}
		}
	}
	return kept, narrowed
}

// none says that a source reports nothing, unless parts of the record are
// known to be missing: then it says that.
func (v *view) none(ref evidence.Ref, sentence string, parts ...string) Block {
	if slices.ContainsFunc(parts, func(part string) bool { return v.lacks(ref, part) }) {
		return paragraph(Span{Text: "Not obtained", Tone: GapTone, Bold: true}, Span{Text: ": see the gaps. Whether there is anything here is not known."})
	}
	return paragraph(Span{Text: sentence, Tone: Muted})
}

// upperFirst gives s with its first letter in upper case.
func upperFirst(s string) string {
	r, w := utf8.DecodeRuneInString(s)
	if w == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[w:]
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// sentence ends s with a full stop.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?)") {
		return s
	}
	return s + "."
}
