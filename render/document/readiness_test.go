package document

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// said gives the text of a document, a line for each paragraph, row and fact.
func said(d Document) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, " | ") + "\n") }
	line(d.Headline)
	line(plain(d.Subtitle))
	for _, badge := range d.Badges {
		line("[" + badge.Text + "]")
	}
	var walk func(blocks []Block)
	walk = func(blocks []Block) {
		for _, x := range blocks {
			switch {
			case x.Heading != nil:
				line(strings.Repeat("#", x.Heading.Level), plain(x.Heading.Spans))
			case x.Paragraph != nil:
				line(plain(x.Paragraph.Spans))
			case x.Code != nil:
				line(x.Code.Text)
			case x.Note != nil:
				line(string(x.Note.Tone), x.Note.Title)
				walk(x.Note.Blocks)
			case x.List != nil:
				for _, it := range x.List.Items {
					walk(it.Blocks)
				}
			case x.Facts != nil:
				for _, f := range x.Facts.Items {
					line(f.Label, plain(f.Value))
				}
			case x.Table != nil:
				for _, r := range x.Table.Rows {
					var cells []string
					for _, c := range r.Cells {
						cells = append(cells, strings.ReplaceAll(plain(c.Spans), "\n", " / "))
					}
					line(cells...)
				}
			}
		}
	}
	walk(d.Blocks)
	return b.String()
}

func report(t *testing.T, p evidence.Package) Document {
	t.Helper()
	d, err := Readiness(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadinessSays(t *testing.T) {
	tests := map[string]struct {
		change func(p *evidence.Package)
		want   []string
		not    []string
	}{
		"as it is": {func(*evidence.Package) {}, []string{
			"148 changes reached production in the period",
			"Acme GmbH · 2026-01-01 to 2026-06-30, days of Europe/Berlin · as of 2026-07-06 08:00 UTC (10:00 Europe/Berlin)",
			"[may be incomplete]", "[37 changes with exceptions]",
			"Changes that reached production | 148: 132 by pull request, 8 by commits without one, 8 by ticket alone",
			"gap | The number above may be too low: 2 reasons",
			"tickets of CHG: the source gives no more than 1,000 rows to one query, and exactly 1,000 came.",
			"repository acme/vault of github is configured and cannot be seen.",
			"project OPS of jira: whether it can be seen was not asked.",
			"production deployments of acme/payments: the source counts 161 rows for one of its queries, and 160 came.",
			"1 | ∅ The list of changes may be incomplete | 2 reasons",
			"2 | ✗ CI logs and artifacts: github deletes them from 2026-07-07 on, tomorrow / Counted: changes whose evidence begins to go within 45 days of this report; the last of it is gone by 2026-08-27 | 33 changes",
			"3 | ! The login to github ends on 2026-07-26, in 20 days | svc-evidence",
			"4 | ✗ Changes with an exception to a key attribute | 17 changes",
			"2026-07-31 / in 25 days | CI logs and artifacts / acme/payments · github / by its documented default: the system does not say its own setting | 2026-05 | 22 | 2026-08-27",
			"CI logs and artifacts of acme/payments: of 60 changes.",
			"✗ Exception to a key attribute | 17 | 11.5 %", "✗ Exception to another attribute | ", "Overall is the change's gravest result", "✓ No exceptions identified by management's test | 103 | 69.6 %",
			"E  Independent approval  key | 11 | 5 | – | 132 | –",
			"## | E · Independent approval (key): 11 exceptions",
			"2026-01-05 | acme/payments#1205 / Limit log-in attempts to five in a quarter of an hour | The only approval is by Boris Ivanov, who also wrote two of its commits. | open",
			"and 1 more exception to this attribute in the workbook, sheet Exceptions & Responses.",
			"Of 49 exceptions, 48 have no response by management yet.",
			"G  Approval in time | ∅ unable to test | 8 | There is no approval whose time could be compared.",
			"## | Direct pushes: code without a known pull request (8)",
			"2026-06-16 | CHG-737 | Raise the timeout of the payment provider / field Deployed",
			"and 8 more records of this kind in the workbook, sheet Reconciliation.",
			"They belong to the same changes as “Direct pushes: code without a known pull request” above.",
			"2026 Q1 | 89 | ! 4 | 4.5 %", "Whole period | 148 | 7 | 4.7 %",
			"2026-06-29 | not deployed | acme/web#1402 | Add an index for orders by day",
			"2026-04 | 12 | 12 | 0 | 0 | 12 | 14 of 22 | ! less than half of the month before",
			"The longest time without a change: 5 days, 2026-04-26 to 2026-04-30.",
			"acme/payments | 151 | 139 | 120 | 4 | 9 | 2",
			"acme/payments | 20 | 17 | 1 | 1 | 1 | 0",
			"not listed: an issue, deleted, or not visible | 4 | acme/payments#1213–1216",
			"merged pull requests of acme/payments / github · as svc-evidence / left out: 2 duplicates / left out: 1, merged into another branch than main | 142 | 3 | 2 | 2026-07-06 07:58:30 / to 08:00:00",
			"LC_ALL=C sort population.txt | sha256sum",
			"expired | 3 | 3 | The system has deleted it. Attach a copy if somebody kept one.",
		}, []string{"known to be cut off", "not tested yet", "the period is not over"}},
		"nothing tested": {func(p *evidence.Package) {
			log := p.Log
			p.Log = func(yield func(evidence.Dossier, error) bool) {
				log(func(d evidence.Dossier, err error) bool { d.Results = nil; return yield(d, err) })
			}
		}, []string{"[not tested yet]", "Not known: nothing was tested yet", "Nothing was tested yet", "The changes were not tested yet | 148 changes", "Not known: whether changes are emergencies was not tested"},
			[]string{"No exceptions identified", "None identified", "with exceptions"}},
		"some not tested": {func(p *evidence.Package) {
			log, n := p.Log, 0
			p.Log = func(yield func(evidence.Dossier, error) bool) {
				log(func(d evidence.Dossier, err error) bool {
					if n++; n > 100 {
						d.Results = nil
					}
					return yield(d, err)
				})
			}
		}, []string{"– Not tested | 48 | 32.4 %", "of 100 tested; 48 not tested", "Changes that were not tested | 48 changes"}, nil},
		"complete": {func(p *evidence.Package) {
			pop := p.Population
			pop.Visible, pop.Datasets, pop.Notes, pop.NumberGaps, p.Principals = nil, pop.Datasets[:1], nil, nil, nil
		}, []string{"[nothing known to be cut off]", "Is that all of them? | Nothing is known to be cut off\n"}, []string{"may be incomplete", "too low"}},
		"complete, all seen": {func(p *evidence.Package) {
			p.Population.Visible, p.Population.Datasets, p.Principals = p.Population.Visible[:1], p.Population.Datasets[:1], nil
			p.Population.NumberGaps = nil
		}, []string{"Is that all of them? | Nothing is known to be cut off, and every configured place could be seen\n"}, nil},
		"not all asked": {func(p *evidence.Package) {
			p.Population.Visible, p.Population.Datasets, p.Principals = p.Population.Visible[4:], p.Population.Datasets[:1], nil
			p.Population.NumberGaps = nil
		}, []string{"Is that all of them? | Nothing is known to be cut off; 1 point to be looked at below\n"}, []string{"every configured place"}},
		"numbers that nobody can see": {func(p *evidence.Package) {
			p.Population.Visible, p.Population.Datasets, p.Principals = p.Population.Visible[:1], p.Population.Datasets[:1], nil
		}, []string{"1 point to be looked at below", "4 numbers among those of the pull requests stand for nothing that the account can see"}, nil},
		"no data set": {func(p *evidence.Package) { p.Population.Datasets = nil }, []string{"[may be incomplete]", "no data set is recorded: nothing says what the list was made from."}, nil},
		"an account sees less than is configured": {func(p *evidence.Package) {
			p.Population.Visible, p.Population.Datasets = nil, p.Population.Datasets[:1]
		}, []string{"[may be incomplete]", "acme/vault of github is configured and cannot be seen by svc-evidence."}, nil},
		"the list has another length than the count": {func(p *evidence.Package) { p.Population.Size = 150 }, []string{"3 reasons", "the population counts 150 changes and its list holds 148: one of the two is wrong."}, nil},
		"the period is not over": {func(p *evidence.Package) { p.AsOf = time.Date(2026, 5, 12, 8, 0, 0, 0, time.UTC) },
			[]string{"[the period is not over]", "What reaches production from then until 2026-06-30 is not counted yet.", "2026-05 | 22 | 19 | 1 | 2 | 20 | 2 of 7 | 05-01 to 05-12 only", "2026-06 | 25 | 23 | 1 | 1 | 24 |  | not reached yet"}, nil},
		"a month without any": {func(p *evidence.Package) { p.Population.Months[4] = evidence.MonthCount{Month: "2026-05"} }, []string{"! no change at all"}, nil},
		"only the samples are known": {func(p *evidence.Package) {
			for d := range p.Log {
				if p.Dossiers = append(p.Dossiers, d); len(p.Dossiers) == 10 {
					break
				}
			}
			p.Log = nil
		}, []string{"Only the samples were tested", "of 10 tested; 138 not tested", "– Not tested | 138"}, []string{"The longest time without"}},
		"no limits in the policy": {func(p *evidence.Package) { p.Attributes[4].Thresholds = nil }, []string{"Limits: 10 % of the changes (usual; the policy sets none), and 2 a quarter (usual; the policy sets none)."}, nil},
		"a lower limit":           {func(p *evidence.Package) { p.Attributes[4].Thresholds[1].Value = "4 %" }, []string{"Emergencies are more than 4 % of the changes (policy) | 4.7 %"}, nil},
		"a kind of orphan that is new": {func(p *evidence.Package) {
			p.Population.Orphans = append(p.Population.Orphans, evidence.Orphan{Kind: "zebra without stripes", Ref: evidence.Ref{ID: "Z-1"}, Detail: "plain"})
		}, []string{"## | Zebra without stripes (1)", "not known | Z-1 | plain"}, nil},
		"no change":     {func(p *evidence.Package) { p.Population.Size, p.Log, p.Population.Orphans = 0, nil, nil }, []string{"0 changes reached production", "not one change is known to have reached production in the period"}, []string{"The changes were not tested yet"}},
		"parts of days": {func(p *evidence.Package) { p.Population.Period.From = p.Population.Period.From.Add(90 * time.Minute) }, []string{"2026-01-01 01:30 up to 2026-07-01 00:00, Europe/Berlin"}, nil},
		"no zone":       {func(p *evidence.Package) { p.Zone = nil }, []string{"as of 2026-07-06 08:00 UTC"}, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := rendertest.ReadinessPackage()
			tc.change(&p)
			text := said(report(t, p))
			for _, want := range tc.want {
				if !strings.Contains(text, want) {
					t.Errorf("the report does not say %q", want)
				}
			}
			for _, not := range append(tc.not, "compliant", "passed the audit", "finding", "proof") {
				if strings.Contains(strings.ToLower(text), strings.ToLower(not)) {
					t.Errorf("the report says %q", not)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

func TestReadinessFails(t *testing.T) {
	p := rendertest.ReadinessPackage()
	broken := errors.New("the ledger was cut off")
	log := p.Log
	p.Log = func(yield func(evidence.Dossier, error) bool) {
		for d := range log {
			if !yield(d, nil) {
				return
			}
			break
		}
		yield(evidence.Dossier{}, broken)
	}
	if _, err := Readiness(p); !errors.Is(err, broken) {
		t.Errorf("a log that breaks off: %v", err)
	}
	p.Population = nil
	if _, err := Readiness(p); err == nil || !strings.Contains(err.Error(), "tickmark population") {
		t.Errorf("no population: %v", err)
	}
}

func TestReadinessIsPureAndTheSame(t *testing.T) {
	p := rendertest.ReadinessPackage()
	first := said(report(t, p))
	rendertest.Pure(t, func() string { return fmt.Sprintf("%+v", *p.Population) }, func() { report(t, p) })
	for range 5 {
		if again := said(report(t, rendertest.ReadinessPackage())); again != first {
			t.Fatal("the same population gave another report")
		}
	}
}

// TestReadinessStaysShort: ten thousand changes, all of them exceptions,
// orphans and at an edge, make no longer a page than a hundred.
func TestReadinessStaysShort(t *testing.T) {
	small, large := said(report(t, rendertest.LargeReadinessPackage(200))), said(report(t, rendertest.LargeReadinessPackage(10_000)))
	if len(large) > len(small)+len(small)/20 {
		t.Errorf("200 changes give %d bytes, 10,000 give %d", len(small), len(large))
	}
	for _, want := range []string{"10,000 changes reached production", "and 9,990 more exceptions", "and 9,998 more records of this kind", "and 9,991 more changes on this edge"} {
		if !strings.Contains(large, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
}

// TestEveryKindIsExplained holds the explanations to the ledger's own words.
func TestEveryKindIsExplained(t *testing.T) {
	known := map[string]bool{}
	for _, k := range orphanKinds() {
		if k.title == "" || k.means == "" || k.do == "" || k.dated == "" {
			t.Errorf("%q is not explained in full", k.kind)
		}
		known[k.kind] = true
	}
	ledger := constants(t, "../../internal/ledger/orphans.go")
	if len(ledger) < 13 {
		t.Fatalf("found only %d kinds in the ledger", len(ledger))
	}
	for _, kind := range ledger {
		if !known[kind] {
			t.Errorf("the ledger's kind %q is not explained", kind)
		}
		delete(known, kind)
	}
	for kind := range known {
		t.Errorf("%q is explained, and the ledger does not know it", kind)
	}
	for _, edge := range constants(t, "../../internal/ledger/changes.go") {
		if edgeMeans(edge) == "" {
			t.Errorf("the ledger's edge %q is not explained", edge)
		}
	}
}

// constants gives the exported string constants of a Go file.
func constants(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, name := range v.Names {
				if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING && name.IsExported() {
					value, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, value)
				}
			}
		}
	}
	return all
}

func TestShareAndThousands(t *testing.T) {
	for _, tc := range []struct {
		part, all int
		want      string
	}{{0, 0, "–"}, {0, 10, "0 %"}, {1, 3, "33.3 %"}, {1, 10_000, "under 0.1 %"}, {9_999, 10_000, "over 99.9 %"}, {10, 10, "100 %"}, {1, 100, "1 %"}} {
		if got := share(tc.part, tc.all); got != tc.want {
			t.Errorf("share(%d, %d) = %q, want %q", tc.part, tc.all, got, tc.want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q", n, got)
		}
	}
}
