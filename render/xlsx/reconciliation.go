package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// reconciliationSheet holds the systems against each other: what has no
// counterpart, what lies on an edge of the period, and what was seen at all.
// The long list of orphans comes last, with the filter on it.
func reconciliationSheet(b *book) error {
	s := b.open(sheetReconciliation, layout{printed: 7, parts: true, columns: []column{
		{title: "Kind", width: 28},
		{title: "Record", width: 20},
		{title: "System", width: 20},
		{title: "At (UTC)", width: 20},
		{title: "Change", width: 28},
		{title: "Name", width: 36},
		{title: "Detail", width: 38},
	}, lead: "Commits, pull requests, production deployments and tickets held against each other, in each direction. An orphan is a record without its counterpart: it asks for an explanation, and is not by itself an exception."})
	p := b.p.Population
	if p == nil {
		s.silent(notRead + "what does not reconcile, and what to do about it.")
		return s.close()
	}
	s.orphanCounts(p)
	s.months(p)
	s.visible(p)
	s.cutOff(p)
	s.numberGaps(p)
	s.messages(p)
	s.releases(p)
	s.orphans(p)
	return s.close()
}

func (s *sheet) orphanCounts(p *evidence.Population) {
	counts := map[string]int{}
	kinds := orphanKinds()
	for _, o := range p.Orphans {
		if counts[o.Kind]++; counts[o.Kind] == 1 && !slices.ContainsFunc(kinds, func(k orphanKind) bool { return k.kind == o.Kind }) {
			kinds = append(kinds, explain(o.Kind))
		}
	}
	s.section(fmt.Sprintf("What does not reconcile: %s, listed by name at the end of this sheet", plural(len(p.Orphans), "record")))
	s.heads(text("Kind of orphan"), numbers("Records"), wide(text("What it means"), 3), wide(text("What to do"), 2))
	for _, k := range kinds {
		l := lookText
		if counts[k.kind] > 0 {
			l = lookStrong
		}
		s.row(lookingLike(l, k.kind), count(counts[k.kind]), wide(text(k.means), 3), wide(text(k.act), 2))
	}
}

func (s *sheet) months(p *evidence.Population) {
	s.section("Changes by month of deployment (" + p.Zone + ")")
	s.heads(text("Month"), numbers("Changes"), numbers("By pull request"), numbers("By direct commit"), numbers("By ticket alone"), numbers("Merged in the month, whenever deployed"), text("Remark"))
	total := evidence.MonthCount{}
	for _, m := range p.Months {
		said := ""
		if m.Changes == 0 {
			said = "no change reached production: ask why"
		}
		s.row(text(m.Month), count(m.Changes), count(m.PullRequests), count(m.Commits), count(m.Tickets), count(m.Merged), remark(said))
		total.Changes, total.PullRequests, total.Commits, total.Tickets, total.Merged = total.Changes+m.Changes, total.PullRequests+m.PullRequests, total.Commits+m.Commits, total.Tickets+m.Tickets, total.Merged+m.Merged
	}
	said := ""
	if total.Changes != p.Size {
		said = fmt.Sprintf("the population has %d: the others have no time of deployment, or the counts disagree", p.Size)
	}
	s.row(lookingLike(lookStrong, "Whole period"), count(total.Changes), count(total.PullRequests), count(total.Commits), count(total.Tickets), count(total.Merged), remark(said))
}

func (s *sheet) visible(p *evidence.Population) {
	s.section("Configured scope against what can be seen")
	if len(p.Visible) == 0 {
		s.silent("No repository or project is configured.")
		return
	}
	s.heads(text("Repository or project"), text("Kind"), text("System"), numbers("Records listed"), text("State"), wide(text("What it means"), 2))
	for _, v := range p.Visible {
		state, means := v.State, "Configured, and the source shows it."
		l := lookText
		switch {
		case v.State == "hidden":
			means, l = "Configured, and the source does not show it: changes made there are missing from the population.", lookStrong
		case v.State == "":
			state, means = "not asked", "Configured, and the source was not asked whether it shows it."
		case v.Records == 0:
			means = "Configured and visible, and the lists hold nothing of it: ask whether that can be."
		}
		s.row(text(v.Name), text(v.Kind), text(v.System), count(v.Records), lookingLike(l, state), wide(text(means), 2))
	}
}

func (s *sheet) cutOff(p *evidence.Population) {
	s.section(fmt.Sprintf("Cut-off: %s on an edge of the period", plural(len(p.Edges), "change")))
	if len(p.Edges) == 0 {
		s.silent("No change lies on an edge of the period.")
		return
	}
	s.heads(text("Edge"), text("Merged (UTC)"), text("Deployed (UTC)"), text("In population"), text("Change"), text("Title"), text("Why"))
	for _, e := range p.Edges {
		in := "no"
		if e.InPopulation {
			in = "yes"
		}
		deployed := moment(e.Deployed, "none")
		if e.DayOnly { // a day alone is no midnight
			deployed = text(e.Deployed.UTC().Format(time.DateOnly) + ", a day alone")
		}
		s.row(text(said(e.Edge)), moment(e.Merged, "none"), deployed, text(in), linked(e.ID, web(e.URL)), text(said(oneLine(e.Title, 300))), text(said(e.Why)))
	}
}

// numberGaps lists runs of numbers with one explanation together.
func (s *sheet) numberGaps(p *evidence.Population) {
	var runs []evidence.NumberGap
	for _, g := range p.NumberGaps {
		if n := len(runs); n > 0 {
			last := &runs[n-1]
			if last.System == g.System && last.Repository == g.Repository && last.Explanation == g.Explanation && last.Last+1 == g.First {
				last.Last = g.Last
				continue
			}
		}
		runs = append(runs, g)
	}
	s.section("Numbers between those of merged pull requests")
	if len(runs) == 0 {
		s.silent("The numbers of merged pull requests have no gaps.")
		return
	}
	s.heads(text("Repository"), text("First"), text("Last"), numbers("Numbers"), wide(text("What is known of them"), 3))
	for _, g := range runs {
		l := lookDefault
		if strings.HasPrefix(g.Explanation, "not listed") {
			l = lookStrong
		}
		s.row(text(g.Repository), ordinal(g.First), ordinal(g.Last), count(g.Last-g.First+1), wide(lookingLike(l, said(g.Explanation)), 3))
	}
}

func (s *sheet) messages(p *evidence.Population) {
	if len(p.Messages) == 0 {
		return
	}
	s.section("What the messages of the commits on the deployed branch say (the committers' statements)")
	s.heads(text("Repository"), numbers("Commits"), numbers("Reverts"), numbers("Name a pull request"), numbers("Name a ticket"), numbers("Name reviewers"), numbers("Name neither pull request nor ticket"))
	for _, m := range p.Messages {
		s.row(text(m.Repository), count(m.Commits), count(m.Reverts), count(m.PullRequest), count(m.Ticket), count(m.Reviewers), count(m.Neither))
	}
}

func (s *sheet) releases(p *evidence.Population) {
	s.section(fmt.Sprintf("%s to production, and what each was", plural(len(p.Releases), "deployment")))
	if len(p.Releases) == 0 {
		s.silent("No production deployment is listed: nothing of the code is known to have reached production.")
		return
	}
	s.heads(text("Repository"), text("Environment"), text("Commit"), text("Succeeded (UTC)"), text("Course"), text("Deployment"), text("Changes that it brought first"))
	for _, r := range p.Releases {
		course := r.Course
		if r.Succeeded.IsZero() {
			course = "did not succeed; begun " + at(r.Created)
		}
		l := lookDefault
		if r.Course != "forward" && r.Course != "first listed" {
			l = lookStrong
		}
		brought := "none"
		if len(r.Changes) > 0 {
			brought = fmt.Sprintf("%d: %s", len(r.Changes), list(r.Changes, 30, "in the Change Log"))
		}
		s.row(text(r.Repository), text(said(r.Environment)), text(said(short(r.SHA))), moment(r.Succeeded, "never"), lookingLike(l, said(course)), text(r.Ref.ID), text(brought))
	}
}

func (s *sheet) orphans(p *evidence.Population) {
	s.section("Orphans by name")
	if len(p.Orphans) == 0 {
		s.silent("Every record has its counterparts.")
		return
	}
	s.heads(text("Kind of orphan"), text("Record"), text("System"), text("At (UTC)"), text("Belongs to the change"), text("Name"), text("Detail"))
	s.filterHere(len(s.columns))
	for _, o := range p.Orphans {
		s.row(text(o.Kind), text(words(o.Ref.Kind)), text(o.Ref.System), moment(o.At, "time not stated"), text(orNone(o.Change)), text(o.Ref.ID), text(said(oneLine(o.Detail, 600))))
	}
}
