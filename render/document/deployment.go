package document

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// deploymentLog shows how a change reached production: every production
// deployment that contains it, what else each carried, and how it was run.
func (v *view) deploymentLog() *Document {
	d := v.begin("deployment_log", KindDeployment, "Deployment log")
	d.Headline = "Deployment log"
	if pr, ok := v.c.Subject(); ok {
		d.Mark = fmt.Sprintf("#%d", pr.PullRequest.Number)
		d.Subtitle = []Span{{Text: pr.PullRequest.Title}}
	}
	deps := v.c.Deployments()
	first, hasFirst := v.c.FirstDeployment()
	gaps := v.gapsOf(evidence.KindDeployment, evidence.KindEnvironment, evidence.KindBranchRules, evidence.KindRuleHistory)
	deploys := v.deployBuilds()
	d.add(v.deployFacts(first, hasFirst, deps)...)
	if hasFirst {
		d.cite(first)
		d.SourceURL = safeURL(first.Deployment.URL)
		d.Badges = []Badge{v.firstSuccess(first.Deployment)}
	}
	if len(deps) == 0 {
		d.Badges = []Badge{{"Not obtained", GapTone}}
		d.add(v.nothing("production deployment that contains this change", v.searchedDeployments(),
			evidence.KindDeployment, evidence.KindEnvironment, evidence.KindBranchRules, evidence.KindRuleHistory)...)
	} else {
		if !hasFirst {
			d.add(note(Attention, "None of these deployments was reported successful",
				"Deployments that contain the change are listed; the source has no report of success for any of them."))
		}
		d.add(v.gapNotes(gaps)...)
	}
	d.add(v.containment()...)
	for _, it := range deps {
		d.cite(it)
		title := "Deployment " + it.Deployment.ID
		if hasFirst && it.Ref == first.Ref {
			title += ": first successful production deployment that contains this change"
		}
		d.add(v.deploymentSection(it, title)...)
		if build, ok := v.c.Find(it.Deployment.Build); ok && build.Build != nil {
			d.cite(build)
			d.add(v.buildSection(build, true)...)
			delete(deploys, it.Deployment.Build)
		} else if !it.Deployment.Build.IsZero() {
			d.add(v.gapNotes(v.c.GapsOf(it.Deployment.Build))...)
		}
	}
	d.add(v.otherDeployments(d, deps)...)
	d.add(v.protectionNow(d)...)
	d.add(v.protectionThen(d)...)
	return d
}

func (v *view) searchedDeployments() string {
	all := v.c.All(evidence.KindDeployment)
	if len(all) == 0 {
		return "No deployment is among the collected records of this sample."
	}
	return fmt.Sprintf("%s of this sample's repositories %s collected; none of them is to production, and by the source's answer contains the commit of this change.",
		count(len(all), "deployment"), map[bool]string{true: "was", false: "were"}[len(all) == 1])
}

// firstSuccess is the state that matters of a deployment that succeeded: what
// the source says of it afterwards (inactive) tells of the deployments behind it.
func (v *view) firstSuccess(d *evidence.Deployment) Badge {
	return Badge{"success " + d.SucceededAt().UTC().Format("2006-01-02 15:04 UTC"), Good}
}

// afterwards says what the source reported after the first success.
func (v *view) afterwards(d *evidence.Deployment) []Span {
	at := d.SucceededAt()
	if n := len(d.Statuses); n > 0 && !at.IsZero() {
		if last := d.Statuses[n-1]; last.State != "success" {
			return []Span{{Text: strings.ReplaceAll(last.State, "_", " "), Bold: true}, {Text: ", " + v.clock.Exact(last.Created) + inactiveWords(last.State)}}
		}
	}
	return nil
}

// inactiveWords explains the state that misleads most.
func inactiveWords(state string) string {
	if state == "inactive" {
		return ": another deployment followed"
	}
	return ""
}

func (v *view) deployFacts(first evidence.Item, ok bool, deps []evidence.Item) []Block {
	var f factList
	if ok {
		dep := first.Deployment
		f.wide("First in production", []Span{{Text: v.clock.Exact(dep.SucceededAt()), Bold: true}})
		f.wide("Its state later on", v.afterwards(dep))
		f.add("By deployment", link(dep.ID, dep.URL))
		f.must("Environment", text(dep.Environment))
		f.must("Deployed commit", code(dep.SHA))
		f.must("Created by", text(person(dep.Creator)))
	}
	if landed, ok := v.c.Landed(); ok {
		f.add("Commit of this change", code(landed.Commit.SHA))
	}
	if pr, ok := v.c.Subject(); ok {
		f.add("Merged", v.when(pr.PullRequest.Merged))
	}
	if len(deps) > 1 {
		f.add("Deployments that contain it", textf("%d, all listed below", len(deps)))
	}
	if len(f.items) == 0 {
		return nil
	}
	return []Block{f.block()}
}

// containment lists how each deployment that was looked at relates to the change.
func (v *view) containment() []Block {
	landed, ok := v.c.Landed()
	if !ok || len(landed.Commit.ContainedIn) == 0 {
		return nil
	}
	first, hasFirst := v.c.FirstDeployment()
	var rows []Row
	for _, in := range landed.Commit.ContainedIn {
		answer := text("contains it (" + in.Status + ")")
		if !in.Contains() {
			answer = muted("does not contain it (" + in.Status + ")")
		}
		r := row(text(refName(in.Deployment)), nil, nil, answer, nil)
		if it, ok := v.c.Find(in.Deployment); ok && it.Deployment != nil {
			dep := it.Deployment
			env := dep.Environment
			if dep.Production && !strings.Contains(strings.ToLower(env), "production") {
				env += " (counted as production)"
			}
			r = row(link(dep.ID, dep.URL), text(env), text(v.clock.UTC(dep.Created)), answer, v.deployEnd(dep))
		}
		if hasFirst && in.Deployment == first.Ref {
			r.Tone = Info
		}
		rows = append(rows, r)
	}
	return append([]Block{heading(1, "Deployments that were looked at"), paragraph(Span{Tone: Muted,
		Text: "The source compared each deployment's commit with " + short(landed.Commit.SHA) + ", the commit of this change."})},
		limited([]Column{{Title: "Deployment", Weight: 18}, {Title: "Environment", Weight: 22}, {Title: "Created", Weight: 18},
			{Title: "This change", Weight: 22}, {Title: "Reported", Weight: 20}}, rows, "deployments")...)
}

func (v *view) deployEnd(d *evidence.Deployment) []Span {
	if at := d.SucceededAt(); !at.IsZero() {
		return append(state("success"), Span{Text: " " + v.clock.UTC(at)})
	}
	if n := len(d.Statuses); n > 0 {
		return state(d.Statuses[n-1].State)
	}
	return muted("no status")
}

// deploymentSection shows one deployment whole.
func (v *view) deploymentSection(it evidence.Item, title string) []Block {
	dep := it.Deployment
	var f factList
	f.must("Environment", text(dep.Environment+map[bool]string{true: " (counted as production)", false: " (not counted as production)"}[dep.Production]))
	f.add("Deployment", link(dep.Repository+" "+dep.ID, dep.URL))
	f.must("Created", v.when(dep.Created))
	f.must("Created by", text(person(dep.Creator)))
	f.must("Commit", code(dep.SHA))
	f.add("Branch or tag", code(dep.Branch))
	f.add("Task", text(dep.Task))
	f.add("Description", text(clip(dep.Description, 500)))
	if at := dep.SucceededAt(); !at.IsZero() {
		f.must("First reported successful", v.when(at))
	}
	if !dep.Build.IsZero() {
		f.add("Carried out by", text("pipeline run "+dep.Build.ID))
	}
	f.add("Previous successful deployment", v.previous(dep))
	blocks := []Block{heading(1, title), f.block()}
	if len(dep.Statuses) > 0 {
		var rows []Row
		for _, s := range dep.Statuses {
			said := state(s.State)
			if words := strings.TrimPrefix(inactiveWords(s.State), ": "); words != "" {
				said = append(said, Span{Text: "\n" + words, Tone: Muted})
			}
			rows = append(rows, row(text(v.clock.Exact(s.Created)), said, text(person(s.Creator)), text(clip(s.Description, 300)), link(logLink(s), s.LogURL)))
		}
		blocks = append(blocks, heading(2, "Statuses"))
		blocks = append(blocks, limited([]Column{{Title: "Reported", Weight: 27}, {Title: "State", Weight: 21}, {Title: "By", Weight: 20},
			{Title: "Description", Weight: 28}, {Title: "Log", Weight: 8}}, rows, "statuses")...)
	}
	blocks = append(blocks, v.deploymentRange(dep)...)
	return append(blocks, v.gapNotesUnlessShown(it.Ref)...)
}

// gapNotesUnlessShown leaves out what the top of the document already says.
func (v *view) gapNotesUnlessShown(ref evidence.Ref) []Block {
	if slices.Contains([]evidence.Kind{evidence.KindDeployment, evidence.KindEnvironment}, ref.Kind) {
		return nil
	}
	return v.gapNotes(v.c.GapsOf(ref))
}

func logLink(s evidence.DeploymentStatus) string {
	if s.LogURL == "" {
		return ""
	}
	return "log"
}

func (v *view) previous(dep *evidence.Deployment) []Span {
	if dep.Previous.IsZero() {
		return nil
	}
	if it, ok := v.c.Find(dep.Previous); ok && it.Deployment != nil {
		return append(link(it.Deployment.ID, it.Deployment.URL), Span{Text: " of "}, commitSpan(it.Deployment.SHA), Span{Text: ", created " + v.clock.UTC(it.Deployment.Created)})
	}
	return text(refName(dep.Previous))
}

// deploymentRange lists what a deployment brought since the one before it.
func (v *view) deploymentRange(dep *evidence.Deployment) []Block {
	r := dep.Range
	if r == nil {
		return nil
	}
	meaning := map[string]string{"ahead": "ahead of the deployment before it", "behind": "behind the deployment before it: a rollback",
		"identical": "the same commit as the deployment before it: a re-deployment", "diverged": "diverged from the deployment before it"}[r.Status]
	blocks := []Block{heading(2, "What it carried"), paragraph(
		Span{Text: fmt.Sprintf("%s between ", count(r.Total, "commit"))}, commitSpan(r.Base), Span{Text: " and "}, commitSpan(r.Head),
		Span{Text: "; " + or(meaning, "by the source: "+or(r.Status, "not stated")) + "."})}
	if len(r.Commits) == 0 {
		return blocks
	}
	landed, _ := v.c.Landed()
	title := "Pull request, by the message"
	if slices.ContainsFunc(r.Commits, func(c evidence.Commit) bool { return len(c.PullRequests) > 0 }) {
		title = "Pull request"
	}
	var rows []Row
	for _, c := range r.Commits {
		msg := text(clip(firstLine(c.Message), 200))
		row := row(code(short(c.SHA)), msg, signature(c.Author), namedPullRequest(c, title == "Pull request"))
		if landed.Commit != nil && c.SHA == landed.Commit.SHA {
			row.Tone = Info
			row.Cells[1].Spans = append(row.Cells[1].Spans, Span{Text: "  (this change)", Bold: true})
		}
		rows = append(rows, row)
	}
	if r.Total > len(r.Commits) {
		blocks = append(blocks, note(Attention, "Not all commits are listed", fmt.Sprintf("%d of %d were obtained.", len(r.Commits), r.Total)))
	}
	return append(blocks, limited([]Column{{Title: "Commit", Weight: 11}, {Title: "Message", Weight: 48}, {Title: "Author", Weight: 23},
		{Title: title, Weight: 18}}, rows, "commits")...)
}

// The words in which forges name the pull request in a commit that they make
// of it: a merge, or a squash with the number at the end of its first line.
var (
	mergeNumber  = regexp.MustCompile(`^Merge pull request #([0-9]+)\b`)
	squashNumber = regexp.MustCompile(`\(#([0-9]+)\)$`)
)

// namedPullRequest gives the pull request of a commit, as the source or else
// the commit's message names it, which is said where the two stand side by
// side; nothing where neither does.
func namedPullRequest(c evidence.Commit, mixed bool) []Span {
	var refs []string
	for _, p := range c.PullRequests {
		refs = append(refs, refName(p))
	}
	if len(refs) > 0 {
		return text(strings.Join(refs, ", "))
	}
	first := firstLine(c.Message)
	for _, says := range []*regexp.Regexp{mergeNumber, squashNumber} {
		if m := says.FindStringSubmatch(first); m != nil {
			if mixed {
				return join(text("#"+m[1]), muted(" (by the message)"))
			}
			return text("#" + m[1])
		}
	}
	return nil
}

// otherDeployments lists in short the collected ones that do not contain the
// change or are not to production.
func (v *view) otherDeployments(d *Document, shown []evidence.Item) []Block {
	var rows []Row
	for _, it := range v.c.All(evidence.KindDeployment) {
		if it.Deployment == nil || slices.ContainsFunc(shown, func(s evidence.Item) bool { return s.Ref == it.Ref }) {
			continue
		}
		d.cite(it)
		dep := it.Deployment
		rows = append(rows, row(link(dep.ID, dep.URL), text(dep.Environment), code(short(dep.SHA)), text(v.clock.UTC(dep.Created)), text(person(dep.Creator)), v.deployEnd(dep)))
	}
	if len(rows) == 0 {
		return nil
	}
	return append([]Block{heading(1, "Other deployments among the records")}, limited([]Column{{Title: "Deployment", Weight: 18}, {Title: "Environment", Weight: 18},
		{Title: "Commit", Weight: 11}, {Title: "Created", Weight: 18}, {Title: "Created by", Weight: 18}, {Title: "Reported", Weight: 20}}, rows, "deployments")...)
}

// protectionNow shows environments and branches as they are protected now.
func (v *view) protectionNow(d *Document) []Block {
	var blocks []Block
	for _, it := range v.c.All(evidence.KindEnvironment) {
		if it.Environment == nil {
			continue
		}
		d.cite(it)
		e := it.Environment
		var f factList
		f.must("Reviewers, one of whom must approve", text(or(strings.Join(e.Reviewers, ", "), "none")))
		f.must("Starter may not approve their own run", text(yesNo(e.PreventsSelf)))
		f.must("Administrators can bypass", text(yesNo(e.AdminsBypass)))
		f.must("Waiting time", text(fmt.Sprintf("%d minutes", e.WaitMinutes)))
		f.must("Branches allowed", text(or(strings.Join(e.BranchPolicies, ", "), "no policy")))
		blocks = append(blocks, heading(2, "Environment "+e.Name), f.block())
	}
	for _, it := range v.c.All(evidence.KindBranchRules) {
		if it.BranchRules == nil {
			continue
		}
		d.cite(it)
		blocks = append(blocks, v.branchRules(it.BranchRules)...)
	}
	if len(blocks) == 0 {
		return nil
	}
	asOf := note(Info, "As of retrieval, not of the change",
		"The source tells how environments and branches are protected when it is asked. It may have been otherwise when this change was made.")
	return append([]Block{heading(1, "Protection as of retrieval"), asOf}, blocks...)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (v *view) branchRules(r *evidence.BranchRules) []Block {
	blocks := []Block{heading(2, "Rules of branch "+r.Branch+" of "+r.Repository)}
	var f factList
	f.must("Protected, by the source", text(yesNo(r.Protected)))
	f.add("Code owners file", code(r.OwnersPath))
	blocks = append(blocks, f.block())
	if len(r.Rules) > 0 {
		var rows []Row
		for _, rule := range r.Rules {
			rows = append(rows, row(text(strings.ReplaceAll(rule.Type, "_", " ")), text(strings.TrimSpace(rule.Ruleset+prefixed(", ", rule.Source))), code(clip(compactJSON(rule.Parameters), 600))))
		}
		blocks = append(blocks, table([]Column{{Title: "Rule", Weight: 24}, {Title: "Ruleset", Weight: 24}, {Title: "Parameters", Weight: 52}}, rows))
	}
	if len(r.Protection) > 0 {
		blocks = append(blocks, codeBlocks(prettyJSON(r.Protection), false)...)
		blocks[len(blocks)-1] = withCaption(blocks[len(blocks)-1], "Branch protection, as the source words it")
	}
	return blocks
}

func withCaption(b Block, caption string) Block {
	if b.Code != nil {
		b.Code.Caption = caption
	}
	return b
}

func compactJSON(raw json.RawMessage) string {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func prettyJSON(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	b, _ := json.MarshalIndent(v, "", "  ")
	return string(b)
}
