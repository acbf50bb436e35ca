package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// ciResults shows everything that CI said of the commits of a change.
func (v *view) ciResults() *Document {
	d := v.begin("ci_results", KindCI, "CI results")
	d.Headline = "CI results"
	checks := v.c.All(evidence.KindChecks)
	builds := v.ciBuilds()
	checks = slices.DeleteFunc(checks, func(it evidence.Item) bool { return it.Checks == nil })
	slices.SortStableFunc(checks, func(a, b evidence.Item) int { return cmp.Compare(v.roleRank(a.Checks.SHA), v.roleRank(b.Checks.SHA)) })
	if pr, ok := v.c.Subject(); ok {
		d.Mark = fmt.Sprintf("#%d", pr.PullRequest.Number)
		d.Subtitle = []Span{{Text: pr.PullRequest.Title}}
		d.SourceURL = safeURL(pr.PullRequest.URL)
	}
	d.add(v.ciFacts(checks, builds)...)
	gaps := append(v.gapsOf(evidence.KindChecks), v.ciBuildGaps()...)
	if len(checks)+len(builds) == 0 {
		d.Badges = []Badge{{"Not obtained", GapTone}}
		d.add(v.nothing("CI result", "No check run, commit status or pipeline run of this change's commits is among the collected records.",
			evidence.KindChecks, evidence.KindBuild)...)
		return d
	}
	d.add(v.gapNotes(gaps)...)
	for _, it := range checks {
		d.cite(it)
		d.add(v.checksSection(it)...)
	}
	for _, it := range builds {
		d.cite(it)
		d.add(v.buildSection(it, true)...)
	}
	return d
}

// roleRank orders commits: head at merge, merge commit, the rest.
func (v *view) roleRank(sha string) int {
	switch v.commitRole(sha) {
	case "head at merge", "head as of retrieval":
		return 0
	case "merge commit":
		return 1
	}
	return 2
}

// commitRole says what a commit is to the change; "" where it is none of it.
func (v *view) commitRole(sha string) string {
	pr, ok := v.c.Subject()
	if !ok || sha == "" {
		return ""
	}
	switch sha {
	case pr.PullRequest.Head.SHA:
		return strings.ToLower(headWord(pr.PullRequest))
	case pr.PullRequest.MergeCommit:
		return "merge commit"
	}
	for _, c := range pr.PullRequest.Commits {
		if c.SHA == sha {
			return "an earlier commit of the pull request"
		}
	}
	return ""
}

// deployBuilds are the runs that carried out a deployment.
func (v *view) deployBuilds() map[evidence.Ref]bool {
	refs := map[evidence.Ref]bool{}
	for _, it := range v.c.All(evidence.KindDeployment) {
		if it.Deployment != nil && !it.Deployment.Build.IsZero() {
			refs[it.Deployment.Build] = true
		}
	}
	return refs
}

// ciBuilds are the runs that did not only carry out a deployment, by time.
func (v *view) ciBuilds() []evidence.Item {
	deploys := v.deployBuilds()
	var items []evidence.Item
	for _, it := range v.c.All(evidence.KindBuild) {
		if it.Build != nil && !deploys[it.Ref] {
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(a, b evidence.Item) int {
		return cmp.Or(a.Build.Created.Compare(b.Build.Created), a.Ref.Compare(b.Ref))
	})
	return items
}

func (v *view) ciBuildGaps() []evidence.Gap {
	deploys := v.deployBuilds()
	return slices.DeleteFunc(v.gapsOf(evidence.KindBuild), func(g evidence.Gap) bool { return deploys[g.Ref] })
}

func (v *view) ciFacts(checks, builds []evidence.Item) []Block {
	var f factList
	if pr, ok := v.c.Subject(); ok {
		f.add(headWord(pr.PullRequest), code(pr.PullRequest.Head.SHA))
		f.add("Merge commit", code(pr.PullRequest.MergeCommit))
		f.add("Merged", v.when(pr.PullRequest.Merged))
	}
	for _, it := range checks {
		role := or(v.commitRole(it.Checks.SHA), "commit")
		f.wide("On "+role+" "+short(it.Checks.SHA), text(checksLine(it.Checks)))
	}
	if len(builds) > 0 {
		words := map[string]int{}
		for _, it := range builds {
			words[or(it.Build.Conclusion, or(it.Build.Status, "not stated"))]++
		}
		f.wide("Pipeline runs", text(count(len(builds), "run")+": "+tally(words)))
	}
	if deploys := v.deployBuilds(); len(deploys) > 0 {
		f.wide("Elsewhere", textf("%s that carried out a deployment: see deployment_log", count(len(deploys), "run")))
	}
	if len(f.items) == 0 {
		return nil
	}
	return []Block{f.block()}
}

// latestRuns counts what the latest run of each check ended with, and what
// the runs before it did; last is when the last of all was completed.
func latestRuns(c *evidence.Checks) (latest, before map[string]int, last time.Time) {
	// Checks of two apps may have one name.
	type key struct{ app, name string }
	of := map[key]int{}
	for i, r := range c.Runs {
		if r.Completed.After(last) {
			last = r.Completed
		}
		k := key{r.App, r.Name}
		if old, ok := of[k]; !ok || !r.Started.Before(c.Runs[old].Started) {
			of[k] = i
		}
	}
	latest, before = map[string]int{}, map[string]int{}
	for i, r := range c.Runs {
		ended := or(r.Conclusion, or(r.Status, "not stated"))
		if of[key{r.App, r.Name}] == i {
			latest[ended]++
		} else {
			before[ended]++
		}
	}
	return latest, before, last
}

// runsBefore says that there were runs before the latest of each check.
func runsBefore(before map[string]int) string {
	if len(before) == 0 {
		return ""
	}
	return " (the latest run of each; runs before: " + tally(before) + ")"
}

// checksLine counts checks and statuses by what they ended with.
func checksLine(c *evidence.Checks) string {
	runs, before, _ := latestRuns(c)
	last := map[string]string{}
	for _, s := range c.Statuses {
		last[s.Context] = s.State
	}
	states := map[string]int{}
	for _, s := range last {
		states[s]++
	}
	checks := 0
	for _, n := range runs {
		checks += n
	}
	line := count(checks, "check")
	if len(runs) > 0 {
		line += ": " + tally(runs) + runsBefore(before)
	}
	if len(last) > 0 {
		line += "; " + count(len(last), "status context") + ", last state: " + tally(states)
	}
	return line
}

// tally gives "10 success, 1 failure", most frequent first.
func tally(words map[string]int) string {
	type pair struct {
		word string
		n    int
	}
	var list []pair
	for w, n := range words {
		list = append(list, pair{w, n})
	}
	slices.SortFunc(list, func(a, b pair) int { return cmp.Or(b.n-a.n, cmp.Compare(a.word, b.word)) })
	var parts []string
	for _, p := range list {
		parts = append(parts, fmt.Sprintf("%d %s", p.n, strings.ReplaceAll(p.word, "_", " ")))
	}
	return strings.Join(parts, ", ")
}

// checksSection shows the check runs, suites and statuses of one commit.
func (v *view) checksSection(it evidence.Item) []Block {
	c := it.Checks
	title := "Checks of commit " + short(c.SHA)
	if role := v.commitRole(c.SHA); role != "" {
		title += " (" + role + ")"
	}
	blocks := []Block{heading(1, title), paragraph(Span{Text: c.SHA, Code: true, Tone: Muted})}
	if len(c.Runs)+len(c.Statuses)+len(c.Suites) == 0 {
		return append(blocks, paragraph(Span{Text: "The source reports no check runs and no statuses of this commit.", Tone: Muted}))
	}
	blocks = append(blocks, v.checkRuns(c)...)
	if len(c.Statuses) > 0 {
		blocks = append(blocks, heading(2, "Commit statuses"))
		var rows []Row
		for _, s := range c.Statuses {
			rows = append(rows, row(link(s.Context, s.URL), state(s.State), text(clip(s.Description, 200)), text(person(s.Creator)), text(v.clock.UTC(s.Created))))
		}
		blocks = append(blocks, limited([]Column{{Title: "Context", Weight: 26}, {Title: "State", Weight: 14}, {Title: "Description", Weight: 28},
			{Title: "Posted by", Weight: 16}, {Title: "Posted", Weight: 16}}, rows, "statuses")...)
	}
	if len(c.Suites) > 0 {
		blocks = append(blocks, heading(2, "Check suites"))
		var rows []Row
		for _, s := range c.Suites {
			rows = append(rows, row(text(or(s.App, s.ID)), text(s.Branch), ended(s.Status, s.Conclusion), text(v.clock.UTC(s.Created)), text(v.clock.UTC(s.Updated))))
		}
		blocks = append(blocks, limited([]Column{{Title: "App", Weight: 24}, {Title: "Branch", Weight: 24}, {Title: "Ended", Weight: 16},
			{Title: "Created", Weight: 18}, {Title: "Updated", Weight: 18}}, rows, "suites")...)
	}
	return blocks
}

func (v *view) checkRuns(c *evidence.Checks) []Block {
	if len(c.Runs) == 0 {
		return nil
	}
	runs := slices.Clone(c.Runs)
	slices.SortStableFunc(runs, func(a, b evidence.CheckRun) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID))
	})
	total := map[string]int{}
	for _, r := range runs {
		total[r.Name]++
	}
	seen := map[string]int{}
	var rows []Row
	var summaries []Block
	for _, r := range runs {
		seen[r.Name]++
		name := link(r.Name, r.URL)
		if total[r.Name] > 1 {
			name = append(name, Span{Text: fmt.Sprintf("  (run %d of %d)", seen[r.Name], total[r.Name]), Tone: Muted})
		}
		rows = append(rows, row(name, ended(r.Status, r.Conclusion), text(r.App), text(v.clock.UTC(r.Started)), text(v.clock.UTC(r.Completed)), text(between(r.Started, r.Completed))))
		if r.Title != "" || r.Summary != "" {
			summaries = append(summaries, heading(3, "Output of "+r.Name+prefixed(": ", clip(r.Title, 200))))
			body := FromText(evidence.Text{Markup: evidence.Markdown, Source: r.Summary})
			summaries = append(summaries, body...)
		}
	}
	blocks := limited([]Column{{Title: "Check", Weight: 30}, {Title: "Ended", Weight: 15}, {Title: "App", Weight: 15},
		{Title: "Started", Weight: 16}, {Title: "Completed", Weight: 16}, {Title: "Took", Weight: 12}}, rows, "check runs")
	return append(append([]Block{heading(2, "Check runs")}, blocks...), summaries...)
}
