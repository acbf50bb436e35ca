package company

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// land merges the pull request, or closes it.
func (t *telling) land() {
	p, h := t.plan, t.house
	if p.dropped {
		t.pr.Closed, t.pr.ClosedBy = p.merged, p.author.GitHub
		t.event(p.merged, "closed", p.author, forge.Event{})
		s := "closed without a merge"
		t.Truth.Abandoned = append(t.Truth.Abandoned, Abandoned{fmt.Sprintf("%s#%d", h.name, p.number), s})
		return
	}
	merger := p.merger
	if p.has("self-merge") || p.has("late-approval") || p.has("late-label") || p.has("approval-withdrawn") {
		merger = p.author
	}
	if p.has("red-merge") || p.has("dismissed-not-replaced") || p.has("lgtm-only") || p.has("no-ci") || p.has("cancelled-ci") {
		merger = t.who["marta"]
	}
	if p.queue {
		merger = t.who["queue"]
		t.event(p.merged.Add(-10*time.Minute), "added_to_merge_queue", p.author, forge.Event{})
	}
	before := h.main[len(h.main)-1].sha
	p.sha = t.merge(merger)
	if p.base == "" {
		t.logMerge(before, merger)
	}
	t.pr.Merged, t.pr.Closed, t.pr.MergedBy, t.pr.MergeCommit = p.merged, p.merged, merger.GitHub, p.sha
	t.event(p.merged, "merged", merger, forge.Event{Commit: p.sha})
	t.event(p.merged, "closed", merger, forge.Event{})
	t.event(p.merged.Add(3*time.Second), "head_ref_deleted", merger, forge.Event{})
	if p.queue {
		h.runCI(t.story, ciOrder{event: "merge_group", branch: fmt.Sprintf("gh-readonly-queue/main/pr-%d-%s", p.number, h.repo.Commits[p.sha].Parents[0]), sha: p.sha, actor: t.who["queue"],
			at: p.merged.Add(-9 * time.Minute), outcome: "success", title: p.title, quick: true})
	}
	if p.base == "" {
		outcome := "success"
		if p.has("red-merge") { // what was red before is red on main too
			outcome = "failure"
		}
		h.runCI(t.story, ciOrder{event: "push", branch: "main", sha: p.sha, actor: merger, at: p.merged.Add(15 * time.Second), outcome: outcome, title: strings.SplitN(h.repo.Commits[p.sha].Message, "\n", 2)[0]})
	}
	t.change(merger)
	t.afterwards()
}

// merge brings the branch to its base by the plan's method.
func (t *telling) merge(merger *Person) string {
	p, h := t.plan, t.house
	web := t.who["webflow"].signature(p.merged)
	signed := &forge.Verification{Verified: true, WebFlow: true, VerifiedAt: p.merged}
	tip := h.main[len(h.main)-1].sha
	if p.base != "" {
		tip = h.repo.Branches[p.base]
	}
	title := fmt.Sprintf("%s (#%d)", p.title, p.number)
	by := merger
	if merger.Machine && merger.Name == "" {
		by = p.author
	}
	var sha string
	land := func(c *forge.Commit, last bool) {
		sha = h.repo.AddCommit(c).SHA
		if p.base == "" {
			h.main = append(h.main, landed{sha: sha, at: p.merged, plan: p, last: last})
		} else {
			h.repo.Branches[p.base] = sha
		}
	}
	switch {
	case p.method == "rebase" && !p.queue:
		for i, old := range t.commits {
			c := h.repo.Commits[old]
			if len(c.Parents) > 1 {
				continue
			}
			committer := by.signature(p.merged)
			last := i == len(t.commits)-1
			files := c.Files
			if i == 0 && p.has("extra-in-rebase") { // rebased by hand, and a line that nobody had seen went with it
				files = append([]forge.File{t.withLine(files[0])}, files[1:]...)
			}
			land(&forge.Commit{Parents: []string{tip}, Author: c.Author, Committer: committer, Message: c.Message, Files: files}, last)
			tip = sha
		}
		h.main[len(h.main)-1].last = true
	case p.method == "squash" || p.queue:
		land(&forge.Commit{Parents: []string{tip}, Author: p.author.signature(p.merged), Committer: web, Message: t.squashed(title), Files: t.files, Verification: signed}, true)
	default:
		message := fmt.Sprintf("Merge pull request #%d from harbourline/%s\n\n%s", p.number, p.branch, p.title)
		files := t.files
		if p.has("extra-in-merge") { // merged by hand, and a line that nobody had seen went with it
			files = append(slices.Clone(files), patch("deploy/values.yaml", "  logLevel: info", "  logLevel: debug", h.lang))
			web, signed = by.signature(p.merged), nil
		}
		land(&forge.Commit{Parents: []string{tip, t.head}, Author: by.signature(p.merged), Committer: web, Message: message, Files: files, Verification: signed}, true)
	}
	return sha
}

// withLine gives the difference of the change's own file with a line more, which
// somebody left in while trying something out.
func (t *telling) withLine(f forge.File) forge.File {
	line := map[string]string{"go": "\tlog.SetLevel(log.DebugLevel)", "kt": "    log.level = Level.DEBUG"}[t.house.lang]
	return patch(f.Path, t.work.old, t.work.new+"\n"+line, t.house.lang)
}

func (t *telling) squashed(title string) string {
	var b strings.Builder
	b.WriteString(title + "\n")
	var trailers []string
	for _, sha := range t.commits {
		subject, rest, _ := strings.Cut(t.house.repo.Commits[sha].Message, "\n")
		b.WriteString("\n* " + subject)
		for _, l := range strings.Split(rest, "\n") {
			if strings.HasPrefix(l, "Co-authored-by:") || strings.HasPrefix(l, "Signed-off-by:") {
				trailers = append(trailers, l)
			}
		}
	}
	if len(trailers) > 0 {
		b.WriteString("\n\n" + strings.Join(trailers, "\n"))
	}
	return b.String()
}

// afterwards tells what happened on the pull request after its merge.
func (t *telling) afterwards() {
	p := t.plan
	switch {
	case p.has("late-approval"):
		p.late = t.review(t.cal.add(p.merged, 170), p.reviewer, "APPROVED", "Looked at it afterwards, fine.").Submitted
	case p.has("hotfix"):
		t.review(t.cal.add(p.merged.Add(time.Hour), 25), p.reviewer, "APPROVED", "Reviewed after the incident, as the emergency procedure asks. The permanent fix has its own ticket.")
	case p.has("late-label"):
		at := t.cal.add(p.merged, 2700) // by then it has long been deployed
		t.event(at, "labeled", p.author, forge.Event{Label: t.house.labels["hotfix"]})
		t.pr.Labels = append(t.pr.Labels, t.house.labels["hotfix"])
	case p.has("plan-written-later"):
		t.edit(t.cal.add(p.merged, 2700), strings.Replace(t.pr.Body, "## Rollback Plan\n\n"+p.rollback()+"\n\n", "", 1))
	case p.has("description-tidied"):
		t.edit(t.cal.add(p.merged, 2700), strings.Replace(t.pr.Body, "- [x] Tests passing", "- [ ] Tests passing", 1))
	case p.has("dismissed-after-merge"):
		rv := t.pr.Reviews[len(t.pr.Reviews)-1]
		at := t.cal.add(p.merged, 300)
		t.event(at, "review_dismissed", t.who["marta"], forge.Event{Review: rv, State: "APPROVED", Message: "dismissed by mistake while cleaning up the review queue"})
		rv.State = "DISMISSED"
	}
}

// edit says that the author edited the description when it had long been
// deployed; before is what it had said.
func (t *telling) edit(at time.Time, before string) {
	t.pr.Edits = append(t.pr.Edits, &forge.Edit{Editor: t.author.GitHub, At: at, Before: before})
}

// change writes down what came of the plan.
func (t *telling) change(merger *Person) {
	p, h := t.plan, t.house
	c := &Change{
		ID: fmt.Sprintf("%s#%d", h.name, p.number), Kind: "code", Title: p.work.title, Service: h.service, Repository: "harbourline/" + h.name, PullRequest: p.number,
		MergedBy: t.nameOf(merger), MergeSHA: p.sha, Merged: p.merged, Authors: []string{t.nameOf(p.author)},
	}
	if p.bot() {
		c.Kind = "dependency"
	}
	if p.work.kind == "config" || h.name == "infrastructure" {
		c.Kind = "configuration"
	}
	for _, tk := range p.tickets {
		c.Tickets = append(c.Tickets, tk.key)
	}
	if p.has("co-authored") || p.has("coauthor-approves") {
		c.Authors = append(c.Authors, p.reviewer.Name)
	}
	if p.has("pusher-approves") {
		c.Authors = append(c.Authors, p.reviewer.Name)
	}
	if p.incident != nil {
		c.Incident = p.incident.key
	}
	c.Emergency = p.has("hotfix")
	w := words()
	for _, id := range p.twists {
		c.note(id, w[id])
	}
	how := map[string]string{"merge": "merge-commit", "squash": "squash", "rebase": "rebase"}[p.method]
	if p.queue {
		how = "merge-queue"
	}
	c.note(how, w[how])
	note := func(when bool, id string) {
		if when {
			c.note(id, w[id])
		}
	}
	note(p.auto && !p.queue, "auto-merge")
	note(h.name == "payout-worker" && p.created.Before(day(2026, 3, 1)) || h.name == "ledger-api", "legacy-status")
	note(p.method == "rebase" && !p.queue && t.several() && !p.has("extra-in-rebase"), "rebased-singly")
	note(merger == t.who["robin"], "service-account-merge")
	note(p.author == t.who["szymon"] && p.created.Before(renamed()), "renamed-login")
	note(p.author == t.who["olek"], "ghost-author")
	note(p.merged.Before(t.Now.AddDate(0, 0, -90)), "expired-logs")
	note(p.has("hotfix"), "retro-approval")
	if t.high() && !p.has("one-approval-of-two") && len(t.pr.Reviews) >= 2 {
		note(true, "approved-by-two")
	}
	p.change = c
	t.Truth.Changes = append(t.Truth.Changes, c)
}

// several reports whether a rebase puts more than one commit on the base.
func (t *telling) several() bool {
	n := 0
	for _, sha := range t.commits {
		if len(t.house.repo.Commits[sha].Parents) == 1 {
			n++
		}
	}
	return n > 1
}

// nameOf is how the truth names somebody.
func (s *story) nameOf(p *Person) string {
	if p.Name == "" {
		return p.Login
	}
	return p.Name
}
