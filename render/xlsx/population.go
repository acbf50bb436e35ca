package xlsx

import (
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// notRead is the one line of a sheet that needs the population where it was not read.
const notRead = "The population was not read for this package. Run `tickmark population` and make the package again: this sheet then says "

// populationSheet says how each dataset of the population was obtained and
// counted, so that its completeness and accuracy can be judged.
func populationSheet(b *book) error {
	s := b.open(sheetPopulation, layout{printed: 8, parts: true, columns: []column{
		{title: "Dataset", width: 38},
		{title: "System", width: 16},
		{title: "Rows", width: 12},
		{title: "Received", width: 12},
		{title: "Duplicates", width: 12},
		{title: "Excluded", width: 12},
		{title: "Truncations", width: 12},
		{title: "SHA-256 of the sorted IDs", width: 66, nowrap: true},
	}, lead: "Information produced by the entity (IPE): for each dataset its source, the exact query, who asked, what came, what was left out and why. What may be missing stands first."})
	p := b.p.Population
	if p == nil {
		s.silent(notRead + "how each list of changes was obtained, and what may be missing from it.")
		s.principals()
		return s.close()
	}
	s.complete(p)
	s.section("The population")
	s.fact("Period", text(b.period(p.Period)+", of the first successful production deployment"))
	s.fact("Days and months counted in", text(said(p.Zone)))
	s.fact("Changes", ordinal(p.Size))
	s.fact("SHA-256 of their sorted IDs", text(said(p.SHA256)))
	s.fact("To check it", text("Put the column Change ID of the sheet Change Log, of every row whose \"In population\" begins with yes, one a line into population.txt. Then: LC_ALL=C sort population.txt | sha256sum"))
	s.glance(p)
	s.principals()
	for i, d := range p.Datasets {
		s.dataset(i+1, d)
	}
	s.expiring(p)
	return s.close()
}

// complete says loudly what may be missing.
func (s *sheet) complete(p *evidence.Population) {
	cut := p.Truncations()
	if len(cut) == 0 {
		s.note("No sign of truncation: every list came whole, as far as its source tells, and every configured place can be seen.")
	} else {
		s.warn(fmt.Sprintf("INCOMPLETE: %s that the population may lack changes. Each must be settled or explained before a sample is drawn from it.", plural(len(cut), "sign")))
		for i, t := range cut {
			s.warn(fmt.Sprintf("%d. %s", i+1, oneLine(t, 2000)))
		}
	}
	for _, n := range p.Notes {
		s.note("Note: " + oneLine(n, 2000))
	}
}

func (s *sheet) glance(p *evidence.Population) {
	s.section(fmt.Sprintf("%s at a glance", plural(len(p.Datasets), "dataset")))
	s.heads(text("Dataset"), text("System"), numbers("Rows"), numbers("Received"), numbers("Duplicates"), numbers("Excluded"), numbers("Truncations"), text("SHA-256 of the sorted IDs"))
	s.filterHere(len(s.columns))
	for _, d := range p.Datasets {
		s.row(text(said(d.Dataset)), text(said(d.System)), count(d.Rows), count(d.Received), count(d.Duplicates), count(excluded(d)), count(len(d.Truncations)), text(said(d.Totals.IDsSHA256)))
	}
	if len(p.Datasets) == 0 {
		s.silent("No dataset was given: the population cannot be traced to its sources.")
	}
}

func excluded(d evidence.IPE) (n int) {
	for _, e := range d.Exclusions {
		n += len(e.IDs)
	}
	return n
}

// principals says whom the systems took us for, and what they showed.
func (s *sheet) principals() {
	s.section("Who asked: accounts and rights")
	if len(s.b.p.Principals) == 0 {
		s.silent("No account was named for this package.")
		return
	}
	s.heads(text("System and account"), wide(text("Scopes, as the source words them"), 2), wide(text("Expires (UTC)"), 2), wide(text("Hidden"), 2), text("Visible, and notes"))
	for _, a := range s.b.p.Principals {
		expires := text("the source does not say")
		if !a.Expires.IsZero() {
			expires = text(at(a.Expires))
		}
		seen := append([]string{"visible: " + orNone(strings.Join(a.Visible, ", "))}, a.Notes...)
		s.row(text(a.System+": "+said(a.Name)), wide(text(or(strings.Join(a.Scopes, ", "), "the source does not say")), 2), wide(expires, 2),
			wide(text(orNone(strings.Join(a.Hidden, ", "))), 2), lookingLike(lookText, strings.Join(seen, "\n")))
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// dataset writes the block of one dataset.
func (s *sheet) dataset(number int, d evidence.IPE) {
	s.section(fmt.Sprintf("Dataset %d: %s", number, oneLine(d.Dataset, 120)))
	for _, t := range d.Truncations {
		s.warn("INCOMPLETE: " + oneLine(t, 2000))
	}
	s.fact("Source", text(said(d.System)+", "+said(d.Scope)))
	s.fact("Address", linked(said(d.URL), web(d.URL)))
	s.fact("Account that asked", text(said(d.Principal)))
	s.fact("Tool", text(said(s.b.p.Tool)))
	s.fact("Period asked, [from, to)", text(s.b.period(d.Period)))
	s.fact("Run", text(at(d.Started)+" to "+at(d.Ended)))
	s.fact("Source's clock less ours", text(d.ClockSkew.Round(time.Millisecond).String()+", as far as the answers' Date header tells"))
	for i, q := range d.Queries {
		s.query(i+1, len(d.Queries), q)
	}
	s.fact("Received, duplicates, excluded, rows", text(fmt.Sprintf("%d received − %d twice − %d excluded = %d rows%s", d.Received, d.Duplicates, excluded(d), d.Rows, balance(d))))
	for _, e := range d.Exclusions {
		const named = 100
		s.fact("Exclusion", text(fmt.Sprintf("%s: %d: %s", e.Rule, len(e.IDs), list(e.IDs, named, "in the ledger, table datasets"))))
	}
	if len(d.Exclusions) == 0 {
		s.fact("Exclusion", text("none"))
	}
	t := d.Totals
	s.fact("Control totals", text(fmt.Sprintf("IDs from %s to %s; times from %s to %s", orNone(t.MinID), orNone(t.MaxID), at(t.MinTime), at(t.MaxTime))))
	s.fact("SHA-256 of the sorted IDs", text(said(t.IDsSHA256)))
	for _, n := range d.Notes {
		s.fact("Note", text(n))
	}
	for _, blank := range []string{"Spot check: three rows traced to the source", "Prepared by, date", "Reviewed by, date", "Run observed by, date"} {
		s.fact(blank, toFill())
	}
}

// balance says where the counts do not add up.
func balance(d evidence.IPE) string {
	if d.Received-d.Duplicates-excluded(d) == d.Rows {
		return ""
	}
	return "; THESE DO NOT ADD UP: ask why"
}

// query writes a query exactly as it was put, in as many rows as its lines need.
func (s *sheet) query(number, of int, q evidence.Query) {
	reported := "the source gives no count"
	if q.Reported >= 0 {
		reported = fmt.Sprintf("%d by the source's own count", q.Reported)
		if q.Reported != q.Received {
			reported += ", which is another number: see the truncations and notes"
		}
	}
	label := "Query"
	if of > 1 {
		label = fmt.Sprintf("Query %d of %d", number, of)
	}
	s.fact(label, text(fmt.Sprintf("%s, %d received, %s", plural(q.Pages, "page"), q.Received, reported)))
	const most = 30 // lines of a row
	lines := strings.Split(clean(q.Text), "\n")
	label = "as put to the source"
	for len(lines) > 0 {
		n := min(most, len(lines))
		s.fact(label, lookingLike(lookCode, strings.Join(lines[:n], "\n")))
		lines, label = lines[n:], "continued"
	}
}

// expiring says which evidence its source deletes, and when.
func (s *sheet) expiring(p *evidence.Population) {
	s.section("Evidence that its source will delete")
	if len(p.Expiring) == 0 {
		s.silent("No source says that it deletes evidence of these changes, or nobody asked.")
		return
	}
	s.heads(text("Evidence"), text("System"), text("Month"), numbers("Changes"), numbers("Gone already"), wide(text("First deleted (UTC)"), 2), text("Last deleted (UTC), and basis"))
	for _, e := range p.Expiring {
		basis := "as the source says"
		if e.Assumed {
			basis = "by the source's documented default"
		}
		s.row(text(strings.TrimSpace(e.What+" "+e.Scope)), text(e.System), text(e.Month), count(e.Changes), count(e.Gone),
			wide(text(dayWord(e.First)), 2), text(dayWord(e.Last)+", "+basis))
	}
}

func dayWord(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.UTC().Format(time.DateOnly)
}
