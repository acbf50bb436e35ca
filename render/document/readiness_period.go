package document

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// edgeMeans says why a change on an edge of the period is in or out.
func edgeMeans(edge string) string {
	switch edge {
	case "merged before the period, deployed inside":
		return "They are in: what counts is the day on which a change reaches production."
	case "merged inside the period, deployed after":
		return "They are out: they belong to the period in which they reached production."
	case "merged inside the period, not deployed":
		return "They are out as long as no successful production deployment contains them."
	}
	return ""
}

// edges names the changes on both edges of the period.
func (r *readiness) edges() []Block {
	if len(r.pop.Edges) == 0 {
		return nil
	}
	blocks := []Block{heading(1, "At the edges of the period")}
	for from := 0; from < len(r.pop.Edges); {
		edge, to := r.pop.Edges[from].Edge, from
		for to < len(r.pop.Edges) && r.pop.Edges[to].Edge == edge {
			to++
		}
		group := r.pop.Edges[from:to]
		from = to
		blocks = append(blocks, heading(2, upperFirst(or(edge, "on an edge"))+" ("+thousands(len(group))+")"))
		if means := edgeMeans(edge); means != "" {
			blocks = append(blocks, para(means))
		}
		var rows []Row
		for _, e := range group[:min(len(group), maxNamed)] {
			deployed := "not deployed"
			if !e.Deployed.IsZero() {
				deployed = or(e.Day, r.day(e.Deployed))
			}
			rows = append(rows, row(text(r.day(e.Merged)), text(deployed), []Span{{Text: changeShort(e.ID), Bold: true, Link: safeURL(e.URL)}}, text(clip(e.Title, 200))))
		}
		blocks = append(blocks, table([]Column{{Title: "Merged", Weight: 14}, {Title: "In production", Weight: 15}, {Title: "Change", Weight: 27}, {Title: "Title", Weight: 44}}, rows))
		blocks = append(blocks, more(len(group)-maxNamed, "change", " on this edge", "Reconciliation")...)
	}
	return blocks
}

// months shows how the changes are spread: a month without any, or with far
// fewer than the one before, may be a month that was not read.
func (r *readiness) months() []Block {
	if len(r.pop.Months) == 0 {
		return []Block{para("The changes were not counted by month.")}
	}
	most := 1
	for _, m := range r.pop.Months {
		most = max(most, m.Changes)
	}
	var rows []Row
	for i, m := range r.pop.Months {
		line := row([]Span{{Text: m.Month, Bold: true}}, text(thousands(m.Changes)), text(thousands(m.PullRequests)), text(thousands(m.Commits)), text(thousands(m.Tickets)),
			text(thousands(m.Merged)), text(r.quietDays(m.Month)), r.remark(i))
		line.Cells[1].Bar = float64(m.Changes) / float64(most)
		rows = append(rows, line)
	}
	columns, rows := filled([]Column{{Title: "Month", Weight: 10}, {Title: "In production", Weight: 24}, {Title: "Pull requests", Weight: 10, Right: true}, {Title: "Direct pushes", Weight: 10, Right: true},
		{Title: "By ticket", Weight: 9, Right: true}, {Title: "Merged", Weight: 9, Right: true}, {Title: "Weekdays without", Weight: 11, Right: true}, {Title: "Remark", Weight: 17}}, rows)
	blocks := []Block{paragraph(Span{Tone: Muted, Text: "Counted by the day of deployment; merged: whenever they were deployed. A month with none, or with far fewer than the one before, has to be explained."}), table(columns, rows)}
	if s := r.quiet(); s != "" {
		blocks = append(blocks, para(s))
	}
	return blocks
}

// span gives the days of a month that lie in the period and before the report.
func (r *readiness) span(month string) (from, to time.Time, ok bool) {
	first, err := time.ParseInLocation("2006-01", month, r.in(r.p.AsOf).Location())
	if err != nil {
		return from, to, false
	}
	from, to = first, first.AddDate(0, 1, 0)
	for _, edge := range []time.Time{r.pop.Period.To, r.p.AsOf} {
		if edge.Before(to) {
			to = r.in(edge)
		}
	}
	if from.Before(r.pop.Period.From) {
		from = r.in(r.pop.Period.From)
	}
	return from, to, from.Before(to)
}

// wholeMonth reports whether all of a month was counted.
func (r *readiness) wholeMonth(month string) bool {
	first, err := time.ParseInLocation("2006-01", month, r.in(r.p.AsOf).Location())
	from, to, ok := r.span(month)
	return err == nil && ok && from.Equal(first) && to.Equal(first.AddDate(0, 1, 0))
}

func (r *readiness) remark(i int) []Span {
	m := r.pop.Months[i]
	from, to, ok := r.span(m.Month)
	switch {
	case !ok:
		return muted("not reached yet")
	case m.Changes == 0:
		return []Span{{Text: "! no change at all", Tone: Attention, Bold: true}}
	case !r.wholeMonth(m.Month):
		return muted(from.Format("01-02") + " to " + to.Add(-1).Format("01-02") + " only")
	case i > 0 && r.wholeMonth(r.pop.Months[i-1].Month) && 2*m.Changes < r.pop.Months[i-1].Changes:
		return []Span{{Text: "! less than half of the month before", Tone: Attention, Bold: true}}
	}
	return nil
}

// quietDays counts the weekdays of a month on which nothing reached
// production; "" where the days are not known.
func (r *readiness) quietDays(month string) string {
	from, to, ok := r.span(month)
	if !ok || !r.s.whole {
		return ""
	}
	days, quiet := 0, 0
	for at := noon(from); at.Before(to); at = at.AddDate(0, 0, 1) {
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			continue
		}
		days++
		if r.s.days[at.Format(time.DateOnly)] == 0 {
			quiet++
		}
	}
	return fmt.Sprintf("%d of %d", quiet, days)
}

// noon gives the middle of a day: a step of a day from there stays on the next
// day, whatever the clocks do.
func noon(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, t.Location())
}

// quiet gives the longest stretch of days without a change.
func (r *readiness) quiet() string {
	to := r.in(r.pop.Period.To)
	if r.p.AsOf.Before(to) {
		to = r.in(r.p.AsOf)
	}
	const most = 40 * 366 // a period cannot be longer than anybody keeps records
	var longest, run int
	var end time.Time
	at := noon(r.in(r.pop.Period.From))
	for i := 0; r.s.whole && i < most && at.Before(to); i++ {
		if r.s.days[at.Format(time.DateOnly)] == 0 {
			if run++; run > longest {
				longest, end = run, at
			}
		} else {
			run = 0
		}
		at = at.AddDate(0, 0, 1)
	}
	if longest < 2 {
		return ""
	}
	return "The longest time without a change: " + amount(longest, "day") + ", " + end.AddDate(0, 0, 1-longest).Format(time.DateOnly) + " to " + end.Format(time.DateOnly) + "."
}

// releases counts the production deployments by repository and course.
func (r *readiness) releases() []Block {
	if len(r.pop.Releases) == 0 {
		return nil
	}
	type tally struct{ all, brought, back, again, failed, other int }
	var names []string
	counts := map[string]*tally{}
	for _, d := range r.pop.Releases {
		t := counts[d.Repository]
		if t == nil {
			t = &tally{}
			counts[d.Repository] = t
			names = append(names, d.Repository)
		}
		t.all++
		switch {
		case d.Succeeded.IsZero():
			t.failed++
		case d.Course == "rollback":
			t.back++
		case d.Course == "redeployment":
			t.again++
		case len(d.Changes) > 0:
			t.brought++
		default:
			t.other++
		}
	}
	slices.Sort(names)
	var rows []Row
	for _, name := range names[:min(len(names), maxListed)] {
		t := counts[name]
		rows = append(rows, row([]Span{{Text: name, Bold: true}}, text(thousands(t.all)), text(thousands(t.brought)), text(thousands(t.again)), text(thousands(t.back)), text(thousands(t.failed)), text(thousands(t.other))))
	}
	blocks := []Block{heading(1, "Production deployments"), table([]Column{{Title: "Repository", Weight: 34}, {Title: "Deployments", Weight: 13, Right: true}, {Title: "Brought changes", Weight: 11, Right: true},
		{Title: "Same again", Weight: 10, Right: true}, {Title: "Rollbacks", Weight: 11, Right: true}, {Title: "Without success", Weight: 11, Right: true}, {Title: "Others", Weight: 10, Right: true}}, rows)}
	return append(blocks, more(len(names)-maxListed, "repository", "", "Reconciliation")...)
}

// numbers explains the numbers between those of merged pull requests.
func (r *readiness) numbers() []Block {
	type group struct {
		explanation string
		count       int
		named       []string
		runs        int
	}
	var groups []*group
	for _, g := range r.pop.NumberGaps {
		i := slices.IndexFunc(groups, func(x *group) bool { return x.explanation == g.Explanation })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{explanation: g.Explanation})
		}
		x := groups[i]
		x.count += g.Last - g.First + 1
		x.runs++
		if len(x.named) < 5 {
			name := fmt.Sprintf("%s#%d", g.Repository, g.First)
			if g.Last > g.First {
				name += fmt.Sprintf("–%d", g.Last)
			}
			x.named = append(x.named, name)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.explanation, b.explanation))
	})
	var rows []Row
	for _, g := range groups[:min(len(groups), 2*maxNamed)] {
		named := strings.Join(g.named, ", ")
		if n := g.runs - len(g.named); n > 0 {
			named += " and " + thousands(n) + " more"
		}
		rows = append(rows, row(text(or(g.explanation, "not explained")), text(thousands(g.count)), text(named)))
	}
	blocks := []Block{heading(1, "Numbers of pull requests that are no merged ones"),
		paragraph(Span{Tone: Muted, Text: "Sources number pull requests without gaps, so every number between those of the merged ones is something: this says what. The sheet Reconciliation has each."}),
		table([]Column{{Title: "What it is", Weight: 42}, {Title: "Numbers", Weight: 12, Right: true}, {Title: "Which", Weight: 46}}, rows)}
	return append(blocks, more(len(groups)-2*maxNamed, "explanation", "", "Reconciliation")...)
}

// messages counts what the messages of the commits say by themselves.
func (r *readiness) messages() []Block {
	if len(r.pop.Messages) == 0 {
		return nil
	}
	var rows []Row
	for _, m := range r.pop.Messages[:min(len(r.pop.Messages), maxListed)] {
		rows = append(rows, row([]Span{{Text: m.Repository, Bold: true}}, text(thousands(m.Commits)), text(thousands(m.PullRequest)), text(thousands(m.Ticket)), text(thousands(m.Reviewers)), text(thousands(m.Neither)), text(thousands(m.Reverts))))
	}
	blocks := []Block{heading(1, "What the messages of the commits say"),
		paragraph(Span{Tone: Muted, Text: "Of the commits on the deployed branch. A message is its writer's own statement: it is no record of a pull request, a ticket or a review, and shows where one may be found."}),
		table([]Column{{Title: "Repository", Weight: 31}, {Title: "Commits", Weight: 11, Right: true}, {Title: "Number of a pull request", Weight: 13, Right: true}, {Title: "Key of a ticket", Weight: 11, Right: true},
			{Title: "Reviewers", Weight: 11, Right: true}, {Title: "Neither number nor key", Weight: 13, Right: true}, {Title: "Reverts", Weight: 10, Right: true}}, rows)}
	return append(blocks, more(len(r.pop.Messages)-maxListed, "repository", "", "Reconciliation")...)
}

// principals says by which accounts all of it was read.
func (r *readiness) principals() []Block {
	if len(r.p.Principals) == 0 {
		return []Block{note(Attention, "No account is recorded", "Nothing says as whom the sources were asked, so nobody can judge what they would not show.")}
	}
	var rows []Row
	var remarks []Block
	for _, p := range r.p.Principals {
		scopes := muted("not stated by the source")
		if len(p.Scopes) > 0 {
			scopes = text(clip(strings.Join(p.Scopes, ", "), 400))
		}
		sees := []Span{{Text: amount(len(p.Visible), "place")}}
		if n := len(p.Hidden); n > 0 {
			sees = append(sees, Span{Text: "\n∅ cannot see: " + clip(strings.Join(p.Hidden, ", "), 300), Tone: GapTone, Bold: true})
		}
		name := []Span{{Text: or(p.Name, "an account that the source did not name"), Bold: true}}
		if !p.Expires.IsZero() {
			name = append(name, Span{Text: "\nuntil " + r.day(p.Expires) + ", " + r.inDays(p.Expires), Tone: r.haste(p.Expires)})
		}
		rows = append(rows, row(text(p.System), name, scopes, sees))
		if len(p.Notes) > 0 {
			remarks = append(remarks, Block{Paragraph: &Paragraph{Spans: []Span{{Text: "Remarks of " + p.System, Bold: true}}}}, bullets(p.Notes)[0])
		}
	}
	columns, rows := filled([]Column{{Title: "System", Weight: 14}, {Title: "Account", Weight: 34}, {Title: "Rights", Weight: 32}, {Title: "Sees", Weight: 20}}, rows)
	return append([]Block{table(columns, rows)}, remarks...)
}

// check says how anybody counts the list and repeats its hash, without tickmark.
func (r *readiness) check() []Block {
	commands := "LC_ALL=C sort population.txt | sha256sum\nwc -l < population.txt\n"
	ledger := "sqlite3 -readonly ledger.sqlite 'SELECT change FROM changes WHERE population' | LC_ALL=C sort | sha256sum\n"
	var must factList
	must.items = []Fact{{Label: "SHA-256", Value: code(or(r.pop.SHA256, "not recorded")), Wide: true}, {Label: "Lines", Value: text(strconv.Itoa(r.pop.Size)), Wide: true}}
	return []Block{
		para("The list is named by a SHA-256 over the IDs of its changes, sorted by their bytes, each followed by a line feed. If the hash is the same, nothing was added, dropped or renamed since. Put the IDs of all changes, as they stand in the change log, into a file population.txt, one a line, and run on any machine (shasum -a 256 on a Mac):"),
		{Code: &Code{Text: commands}},
		para("It must give:"),
		must.block(),
		para("The ledger gives the same by other means:"),
		{Code: &Code{Text: ledger}},
	}
}
