package company

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// telling is one pull request while it is being told.
type telling struct {
	*story
	*plan
	r       *rand.Rand
	pr      *forge.PullRequest
	head    string
	commits []string
	files   []forge.File
	steps   []func(at time.Time)
	done    []time.Time
	events  []*forge.Event
	line    int
	ciAt    time.Time // when CI on the head is over
}

func (s *story) tellPull(p *plan) {
	h := p.house
	t := &telling{story: s, plan: p, r: dice(s.Seed, fmt.Sprintf("pull %s %d", h.name, p.number))}
	t.pr = &forge.PullRequest{ID: forge.ID("pull", h.name, p.number)}
	p.pr = t.pr
	t.pr.Number, t.pr.Title, t.pr.Author, t.pr.Created = p.number, p.title, p.author.GitHub, p.created
	t.pr.Body = s.body(p)
	base := p.base
	if base == "" {
		base = "main"
	}
	t.pr.Base = forge.Side{Ref: base, SHA: h.main[h.tip(p.created)].sha}
	if p.base != "" {
		t.pr.Base.SHA = h.repo.Branches[p.base]
	}
	t.pr.Labels = t.label()
	if !p.bot() {
		t.pr.Assignees = []*forge.User{p.author.GitHub}
	}
	t.script()
	t.play()
	t.land()
	t.settle()
	h.repo.PullRequests = append(h.repo.PullRequests, t.pr)
}

func (t *telling) label() []*forge.Label {
	l := t.house.labels
	switch {
	case t.bot() && t.dep.security != "":
		return []*forge.Label{l["dependencies"], l["security"]}
	case t.bot():
		return []*forge.Label{l["dependencies"]}
	case t.has("hotfix"):
		return []*forge.Label{l["bug"], l["hotfix"]}
	}
	switch t.work.kind {
	case "fix":
		return []*forge.Label{l["bug"]}
	case "security":
		return []*forge.Label{l["security"]}
	case "migration":
		return []*forge.Label{l["database"]}
	case "docs":
		return []*forge.Label{l["documentation"]}
	case "config":
		return []*forge.Label{l["configuration"]}
	case "feature":
		return []*forge.Label{l["feature"]}
	case "ui":
		return []*forge.Label{l["ui"]}
	}
	return nil
}

// then adds a step.
func (t *telling) then(do func(at time.Time)) { t.steps = append(t.steps, do) }

func (t *telling) event(at time.Time, kind string, actor *Person, more forge.Event) *forge.Event {
	more.Kind, more.At = kind, at
	if actor != nil {
		more.Actor = actor.GitHub
	}
	t.events = append(t.events, &more)
	return &more
}

// play places the steps between creation and merge and carries them out.
func (t *telling) play() {
	n := len(t.steps)
	total := t.cal.minutes(t.created, t.merged) - 14
	for i, do := range t.steps {
		var at time.Time
		if t.night {
			at = t.created.Add(t.merged.Sub(t.created) * time.Duration(i) / time.Duration(n))
		} else {
			at = t.cal.add(t.created, max(total, 0)*i/n)
			if i > 0 {
				at = at.Add(time.Duration(t.r.IntN(400)) * time.Second)
			}
		}
		if i == 0 {
			at = t.created
		}
		do(at)
		t.done = append(t.done, at)
	}
}

// commit adds one commit to the branch.
func (t *telling) commit(at time.Time, by *Person, message string, files ...forge.File) {
	parent := t.head
	if parent == "" {
		parent = t.pr.Base.SHA
	}
	author := by.signature(at)
	switch {
	case t.has("backdated"): // whoever commits sets this date as they like
		author.Date = at.AddDate(0, -3, 0)
	case t.has("borrowed-name"): // and this name
		author.Name = "dependabot[bot]"
	}
	c := t.house.repo.AddCommit(&forge.Commit{Parents: []string{parent}, Author: author, Committer: by.signature(at), Message: message, Files: files})
	if by.Name != "" && len(by.Login)%2 == 0 && !by.GitHub.Deleted {
		c.Verification = &forge.Verification{Verified: true, Reason: "valid", Signer: by.GitHub, VerifiedAt: at.Add(time.Second)}
	}
	t.head = c.SHA
	t.commits = append(t.commits, c.SHA)
	t.add(files...)
}

func (t *telling) add(files ...forge.File) {
	for _, f := range files {
		if !slices.ContainsFunc(t.files, func(x forge.File) bool { return x.Path == f.Path }) {
			t.files = append(t.files, f)
		}
	}
}

// begin commits what the change is about, in one to three commits before at.
func (t *telling) begin(at time.Time) {
	first := at.Add(-time.Duration(between(t.r, 20, 170)) * time.Minute)
	if t.night {
		first = at.Add(-11 * time.Minute)
	}
	main := patch(t.work.path, t.work.old, t.work.new, t.house.lang)
	text := message(t.r, t.plan, 0)
	if t.has("co-authored") || t.has("coauthor-approves") {
		text += fmt.Sprintf("\n\nCo-authored-by: %s <%s>", t.reviewer.Name, t.reviewer.Email)
	}
	switch {
	case t.dep != nil:
		t.commit(at.Add(-time.Minute), t.author, text+fmt.Sprintf("\n\nSigned-off-by: %s <support@bots.example>", t.author.Login), main, lock(t.house.lang, *t.dep))
		return
	case t.work.kind == "docs":
		t.commit(first, t.author, text, main)
		return
	}
	t.commit(first, t.author, text, main)
	if t.has("many-files") {
		for i := range 128 {
			t.add(patch(fmt.Sprintf("src/icons/method_%03d.svg.ts", i), "export default icon;", "export default icon({ title: true });", "ts"))
		}
		t.house.repo.Commits[t.head].Files = slices.Clone(t.files)
	}
	if t.work.kind != "config" {
		t.commit(first.Add(9*time.Minute), t.author, message(t.r, t.plan, 1), trial(t.house.lang, t.work))
	}
	if t.has("many-commits") {
		for i := range 32 {
			t.commit(first.Add(time.Duration(10+i)*time.Minute/4+9*time.Minute), t.author, message(t.r, t.plan, 2+i), patch(fmt.Sprintf("internal/posting/step_%02d.go", i), "\treturn nil", "\treturn step(ctx)", "go"))
		}
	}
}

// push adds one commit and lets CI run on it.
func (t *telling) push(at time.Time, by *Person, outcome string) {
	t.line++
	t.commit(at.Add(-3*time.Minute), by, message(t.r, t.plan, 1+t.line), patch(t.work.path+suffix(t.line, t.house.lang), "", fmt.Sprintf("reviewed: pass %d", t.line), t.house.lang))
	t.check(at, outcome)
}

func suffix(i int, lang string) string { return fmt.Sprintf(".notes%d.md", i) }

// check lets CI run on the head as it is.
func (t *telling) check(at time.Time, outcome string) {
	if t.has("no-ci") {
		return
	}
	t.ciAt = t.house.runCI(t.story, ciOrder{
		event: "pull_request", branch: t.branch, sha: t.head, pull: t.number, actor: t.author, at: at.Add(20 * time.Second), outcome: outcome,
		title: t.title, docs: t.has("skipped-checks"), long: t.has("long-log"), empty: t.has("no-tests-run"),
		skipped: map[bool]string{true: "integration"}[t.has("skipped-integration")], absent: map[bool]string{true: "integration"}[t.has("status-by-hand")],
		scan: map[bool]string{true: "failure"}[t.has("scan-failed")] + map[bool]string{true: "waived"}[t.has("waived-finding")],
	})
	t.logsGone = at.Add(20 * time.Second).Before(t.Now.AddDate(0, 0, -90))
	t.legacy(at)
}

// legacy posts the commit statuses of systems that know no check runs.
func (t *telling) legacy(at time.Time) {
	robin := t.who["robin"].GitHub
	post := func(context, state, text string, after time.Duration) {
		t.house.repo.Statuses = append(t.house.repo.Statuses, &forge.Status{
			SHA: t.head, Context: context, State: state, Description: text, Creator: robin, Created: at.Add(after), TargetURL: "https://ci.harbourline.example/" + t.head[:10],
		})
	}
	if t.has("status-by-hand") {
		t.house.repo.Statuses = append(t.house.repo.Statuses, &forge.Status{
			SHA: t.head, Context: "integration", State: "success", Description: "ran it on my machine, all green", Creator: t.author.GitHub, Created: at.Add(9 * time.Minute),
		})
	}
	switch {
	case t.house.name == "payout-worker" && at.Before(day(2026, 3, 1)):
		post("ci/jenkins/payout", "pending", "Build started", 30*time.Second)
		post("ci/jenkins/payout", "success", "Build finished: 1,204 tests", 11*time.Minute)
	case t.house.name == "ledger-api":
		post("sonar/quality-gate", "success", "Quality gate passed: coverage 84.2 %", 6*time.Minute)
	}
}

func (t *telling) ask(at time.Time, whom *Person) {
	if whom.GitHub != nil {
		t.event(at, "review_requested", t.author, forge.Event{User: whom.GitHub})
	}
}

func (t *telling) review(at time.Time, by *Person, state, body string) *forge.Review {
	at = later(at, t.ciAt.Add(2*time.Minute))
	if at.After(t.merged) && t.pr.MergeCommit == "" {
		at = t.merged.Add(-90 * time.Second)
	}
	if n := len(t.pr.Reviews); n > 0 && !at.After(t.pr.Reviews[n-1].Submitted) {
		at = t.pr.Reviews[n-1].Submitted.Add(40 * time.Second)
	}
	rv := &forge.Review{ID: forge.ID("review", t.house.name, t.number, len(t.pr.Reviews)), Author: by.GitHub, State: state, Body: body, CommitID: t.head, Submitted: at}
	t.pr.Reviews = append(t.pr.Reviews, rv)
	return rv
}

// approve gives the approvals that the change needs: at high risk a second one,
// and a manager's; also a second one where the reviewer had a hand in the work.
func (t *telling) approve(at time.Time) {
	say := func(after time.Duration, by *Person, body string) {
		t.review(at.Add(after), by, "APPROVED", body)
		t.approved = append(t.approved, by)
	}
	t.approved = nil
	say(0, t.reviewer, pick(t.r, approvals()))
	two := t.high() && !t.has("one-approval-of-two")
	if (two || t.has("co-authored")) && t.second != t.reviewer && t.second != t.author {
		say(7*time.Minute, t.second, map[bool]string{true: "Checked the down migration as well.", false: "OK from my side."}[t.work.kind == "migration"])
	}
	if m := t.manager(t.plan); two && !t.has("no-manager") && !slices.Contains(t.approved, m) {
		say(11*time.Minute, m, "High risk: seen, plan and rollback are fine with me.")
	}
}

// comment writes remarks on lines, as part of a review.
func (t *telling) remark(at time.Time, rv *forge.Review, n int) {
	all := remarks(t.house.lang)
	for i := range n {
		pair := all[t.r.IntN(len(all))]
		f := t.files[0]
		c := &forge.ReviewComment{
			ID: forge.ID("remark", t.house.name, t.number, len(t.pr.ReviewComments)), Review: rv, ReviewID: rv.ID, Author: rv.Author, Body: pair[0], Path: f.Path,
			Hunk: hunk(f.Patch), Line: 15 + i, OriginalLine: 15 + i, CommitID: t.head, Created: rv.Submitted.Add(-time.Duration(n-i) * time.Minute / 2),
		}
		t.pr.ReviewComments = append(t.pr.ReviewComments, c)
		answer := rv.Submitted.Add(time.Duration(10+3*i) * time.Minute)
		if i%2 == 0 && answer.Before(t.merged) {
			t.pr.ReviewComments = append(t.pr.ReviewComments, &forge.ReviewComment{
				ID: forge.ID("remark", t.house.name, t.number, len(t.pr.ReviewComments)), InReplyTo: c.ID, Author: t.author.GitHub, Body: pair[1], Path: f.Path, Hunk: c.Hunk,
				Line: c.Line, OriginalLine: c.Line, CommitID: t.head, Created: answer,
			})
		}
	}
}

func hunk(patch string) string {
	l := strings.Split(patch, "\n")
	return strings.Join(l[:min(5, len(l))], "\n")
}

func (t *telling) say(at time.Time, by *Person, body string) {
	t.pr.Comments = append(t.pr.Comments, &forge.Comment{ID: forge.ID("comment", t.house.name, t.number, len(t.pr.Comments)), Author: by.GitHub, Body: body, Created: at})
}

// forcePush writes the branch anew, with the same changes on a newer main.
func (t *telling) forcePush(at time.Time, outcome string) {
	old, before := t.head, t.commits
	t.head, t.commits = t.house.main[t.house.tip(at)].sha, nil
	for i, sha := range before {
		c := t.house.repo.Commits[sha]
		n := t.house.repo.AddCommit(&forge.Commit{
			Parents: []string{t.head}, Author: c.Author, Committer: t.author.signature(at.Add(time.Duration(i-len(before)) * time.Second)), Message: c.Message, Files: c.Files,
		})
		t.head = n.SHA
		t.commits = append(t.commits, n.SHA)
	}
	t.event(at, "head_ref_force_pushed", t.author, forge.Event{Before: old, Commit: t.head})
	t.check(at, outcome)
}

// update merges main into the branch, as the button on the page does.
func (t *telling) update(at time.Time, by *Person, outcome string) {
	tip := t.house.main[t.house.tip(at)].sha
	t.mergeCommit(at, outcome, &forge.Commit{
		Parents: []string{t.head, tip}, Author: by.signature(at), Committer: t.who["webflow"].signature(at),
		Message: "Merge branch 'main' into " + t.branch, Verification: &forge.Verification{Verified: true, WebFlow: true, VerifiedAt: at},
	})
}

// resolve merges main into the branch by hand, because both had touched the
// same lines.
func (t *telling) resolve(at time.Time, outcome string) {
	tip := t.house.main[t.house.tip(at)].sha
	t.mergeCommit(at, outcome, &forge.Commit{
		Parents: []string{t.head, tip}, Author: t.author.signature(at), Committer: t.author.signature(at),
		Message: fmt.Sprintf("Merge branch 'main' into %s\n\n# Conflicts:\n#\t%s", t.branch, t.work.path),
		Files:   []forge.File{patch(t.work.path, "", "// both sides are kept", t.house.lang)},
	})
}

// mergeCommit puts a commit with two parents on the branch.
func (t *telling) mergeCommit(at time.Time, outcome string, c *forge.Commit) {
	c = t.house.repo.AddCommit(c)
	t.head = c.SHA
	t.commits = append(t.commits, c.SHA)
	t.check(at, outcome)
}

// settle fills what follows from what happened.
func (t *telling) settle() {
	t.pr.Head = forge.Side{Ref: t.branch, SHA: t.head}
	if t.has("fork-gone") {
		t.pr.Head.Gone, t.pr.Head.Owner = true, t.author.GitHub
	}
	t.pr.Commits, t.pr.Files = t.commits, t.files
	sort.SliceStable(t.events, func(i, j int) bool { return t.events[i].At.Before(t.events[j].At) })
	t.pr.Events = t.events
	sort.SliceStable(t.pr.Reviews, func(i, j int) bool { return t.pr.Reviews[i].Submitted.Before(t.pr.Reviews[j].Submitted) })
	sort.SliceStable(t.pr.ReviewComments, func(i, j int) bool { return t.pr.ReviewComments[i].Created.Before(t.pr.ReviewComments[j].Created) })
	sort.SliceStable(t.pr.Comments, func(i, j int) bool { return t.pr.Comments[i].Created.Before(t.pr.Comments[j].Created) })
}
