package document

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// pullRequest shows the pull request of a change as its forge would.
func (v *view) pullRequest() *Document {
	it, ok := v.c.Subject()
	if !ok {
		return v.noPullRequest()
	}
	pr := it.PullRequest
	d := v.begin("pull_request", KindPullRequest, fmt.Sprintf("Pull request %s#%d", pr.Repository, pr.Number))
	d.Mark = fmt.Sprintf("#%d", pr.Number)
	d.Headline = or(strings.TrimSpace(pr.Title), "(no title)")
	d.SourceURL = safeURL(pr.URL)
	d.Badges = []Badge{prBadge(pr)}
	d.Subtitle = prSubtitle(pr)
	landed, hasLanded := v.c.Landed()
	d.cite(it)
	if hasLanded {
		d.cite(landed)
	}
	d.add(statementNote(pr)...)
	d.add(v.prFacts(it))
	d.add(v.gapNotes(v.c.GapsOf(it.Ref))...)
	d.section(1, "Description", append([]Block{v.prDescription(pr)}, v.lateEdits(pr)...)...)
	d.add(heading(1, "Conversation"))
	d.add(v.prConversation(it)...)
	d.add(v.prCommits(pr)...)
	if hasLanded {
		d.add(v.landedCommit(landed)...)
	}
	d.add(v.prFiles(pr)...)
	for _, other := range v.c.All(evidence.KindPullRequest) {
		if other.Ref != it.Ref && other.PullRequest != nil {
			d.add(v.otherPullRequest(d, other)...)
		}
	}
	return d
}

func (v *view) noPullRequest() *Document {
	d := v.begin("pull_request", KindPullRequest, "Pull request")
	d.Headline = "No pull request"
	d.Badges = []Badge{{"Not obtained", GapTone}}
	searched := "No collected record of this sample names a pull request, and the sources reported none."
	d.add(v.nothing("pull request", searched, evidence.KindPullRequest, evidence.KindMention)...)
	if landed, ok := v.c.Landed(); ok {
		d.cite(landed)
		d.SourceURL = safeURL(landed.Commit.URL)
		d.add(v.landedCommit(landed)...)
		d.add(v.files("Files changed", landed.Commit.Files, landed.Commit.FilesTotal)...)
	}
	return d
}

// statementNote says how a record was pieced together, where it was.
func statementNote(pr *evidence.PullRequest) []Block {
	if pr.Statement == "" {
		return nil
	}
	said := pr.Statement
	if strings.HasPrefix(said, "pieced together") {
		said = "It was " + said
	}
	return []Block{note(Attention, "Not a forge's record of a pull request", sentence(said))}
}

// wasMerged reports whether the source says that the pull request was merged;
// one that keeps no pull requests may say so without saying when.
func wasMerged(pr *evidence.PullRequest) bool { return pr.State == "merged" || !pr.Merged.IsZero() }

func prBadge(pr *evidence.PullRequest) Badge {
	switch {
	case wasMerged(pr) && pr.Statement != "":
		return Badge{"Merged, by the commit message", Merged}
	case wasMerged(pr):
		return Badge{"Merged", Merged}
	case pr.State == "closed":
		return Badge{"Closed", Bad}
	case pr.Draft:
		return Badge{"Draft", Muted}
	case pr.State == "open":
		return Badge{"Open", Good}
	}
	return Badge{or(pr.State, "State not stated"), Neutral}
}

// prSubtitle is the line "alice merged 3 commits into main from feature".
func prSubtitle(pr *evidence.PullRequest) []Span {
	commits := ""
	if pr.CommitsTotal > 0 {
		commits = count(pr.CommitsTotal, "commit") + " "
	}
	var s []Span
	switch {
	case wasMerged(pr) && pr.MergedBy == nil && pr.Merged.IsZero():
		s = []Span{{Text: upperFirst(commits + "merged into ")}} // by whom is not recorded
	case wasMerged(pr):
		s = []Span{{Text: person(pr.MergedBy), Bold: true}, {Text: " merged " + commits + "into "}}
	case pr.State == "closed":
		s = []Span{{Text: person(pr.Author), Bold: true}, {Text: " wanted to merge " + commits + "into "}}
	default:
		s = []Span{{Text: person(pr.Author), Bold: true}, {Text: " wants to merge " + commits + "into "}}
	}
	s = append(s, Span{Text: or(pr.Base.Ref, "a branch that is not stated"), Code: pr.Base.Ref != ""})
	if pr.Head.Ref != "" {
		head := pr.Head.Ref
		if pr.Head.Repository != "" && pr.Head.Repository != pr.Repository {
			head = pr.Head.Repository + ":" + head
		}
		s = append(s, Span{Text: " from "}, Span{Text: head, Code: true})
	}
	return s
}

func (v *view) prFacts(it evidence.Item) Block {
	pr := it.PullRequest
	var f factList
	f.add("Repository", text(pr.Repository))
	f.must("Author", prAuthor(pr))
	f.must("Opened", v.when(pr.Created))
	switch {
	case wasMerged(pr):
		f.must("Merged", v.when(pr.Merged))
		f.must("Merged by", merger(pr))
	case !pr.Closed.IsZero():
		f.must("Closed without merge", v.when(pr.Closed))
	default:
		f.must("Merged", muted("not merged, as of retrieval"))
	}
	f.wide("Reviews recorded", v.reviewFacts(it))
	f.add(headWord(pr), code(pr.Head.SHA))
	f.add("Merge commit", code(pr.MergeCommit))
	f.add("Base branch", prBranch(pr.Base))
	f.add("Head branch", prBranch(pr.Head))
	if pr.Head.Repository == "" && pr.Head.Ref != "" {
		f.add("Head repository", muted("not stated by the source (deleted, or the same repository)"))
	}
	if len(pr.Files) > 0 || pr.FilesTotal > 0 {
		f.add("Size", []Span{{Text: fmt.Sprintf("+%d", pr.Additions), Tone: Good}, {Text: fmt.Sprintf(" −%d", pr.Deletions), Tone: Bad},
			{Text: " in " + count(pr.FilesTotal, "file")}})
	}
	f.add("Labels", text(strings.Join(pr.Labels, ", ")))
	f.add("Milestone", text(pr.Milestone))
	f.add("Assignees", text(people(pr.Assignees)))
	f.add("Reviews still requested", text(strings.Join(pr.RequestedReviewers, ", ")))
	if a := pr.AutoMerge; a != nil {
		f.add("Auto-merge", textf("enabled by %s%s", person(a.EnabledBy), prefixed(", method ", a.Method)))
	}
	f.add("Last updated", v.when(pr.Updated))
	return f.block()
}

// prAuthor names the author; a source that keeps no pull requests may not know one.
func prAuthor(pr *evidence.PullRequest) []Span {
	if pr.Author == nil && pr.Statement != "" {
		return nil
	}
	return text(person(pr.Author))
}

// merger names who merged; nothing where the source keeps no such thing.
func merger(pr *evidence.PullRequest) []Span {
	if pr.MergedBy == nil && pr.Merged.IsZero() {
		return nil
	}
	return text(person(pr.MergedBy))
}

// when shows a time, or nothing for a zero one.
func (v *view) when(t time.Time) []Span {
	if t.IsZero() {
		return nil
	}
	return text(v.clock.Exact(t))
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func prBranch(b evidence.Branch) []Span {
	if b.Ref == "" {
		return nil
	}
	return []Span{{Text: b.Ref, Code: true}, {Text: prefixed(" of ", b.Repository)}}
}

func people(list []evidence.Person) string {
	var names []string
	for i := range list {
		names = append(names, person(&list[i]))
	}
	return strings.Join(names, ", ")
}

// maxReviewLines bounds the reviews that the facts name one by one; the
// conversation shows all of them.
const maxReviewLines = 10

// reviewFacts counts the reviews by state, names who reviewed which commit
// when, and sets the head beside them. It draws no conclusion.
func (v *view) reviewFacts(it evidence.Item) []Span {
	pr := it.PullRequest
	gap, lacks := v.gapIn(it.Ref, "review")
	switch {
	case len(pr.Reviews) > 0:
	case lacks:
		return []Span{{Text: "not obtained (" + string(gap.Reason) + ")", Tone: GapTone, Bold: true}, {Text: prefixed(": ", sentence(clip(gap.Detail, 300)))}}
	case pr.Statement != "":
		return muted("this source keeps no reviews")
	default:
		return text("none")
	}
	spans := []Span{{Text: reviewCount(pr) + " recorded", Bold: true}}
	named, left := 0, 0
	for _, r := range pr.Reviews {
		if r.State == "COMMENTED" || r.State == "PENDING" {
			continue
		}
		if named == maxReviewLines {
			left++
			continue
		}
		named++
		spans = append(spans, v.reviewLine(pr, r)...)
	}
	if left > 0 {
		spans = append(spans, Span{Text: fmt.Sprintf("\nand %d more: see the conversation in pull_request", left), Tone: Muted})
	}
	if lacks {
		spans = append(spans, Span{Text: "\nNot all reviews were obtained", Tone: GapTone, Bold: true}, Span{Text: ": see the gaps"})
	}
	if pr.Head.SHA != "" {
		spans = append(spans, Span{Text: "\n" + headWord(pr) + ": "}, commitSpan(pr.Head.SHA))
	}
	return spans
}

// reviewCount gives "2 approvals, 1 dismissed review".
func reviewCount(pr *evidence.PullRequest) string {
	n := map[string]int{}
	var order []string
	for _, s := range []string{"APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED", "PENDING"} {
		order = append(order, s)
		n[s] = 0
	}
	for _, r := range pr.Reviews {
		if _, known := n[r.State]; !known {
			order = append(order, r.State)
		}
		n[r.State]++
	}
	var parts []string
	for _, s := range order {
		if n[s] == 0 {
			continue
		}
		word := map[string]string{"APPROVED": "approval", "COMMENTED": "comment-only review", "DISMISSED": "dismissed review", "PENDING": "pending review"}[s]
		switch {
		case s == "CHANGES_REQUESTED" && n[s] > 1:
			parts = append(parts, fmt.Sprintf("%d requests for changes", n[s]))
		case s == "CHANGES_REQUESTED":
			parts = append(parts, "1 request for changes")
		default:
			parts = append(parts, count(n[s], or(word, "review in the state "+or(strings.ToLower(s), "(not stated)"))))
		}
	}
	return strings.Join(parts, ", ")
}

// reviewLine says who reviewed what when, on a line of its own.
func (v *view) reviewLine(pr *evidence.PullRequest, r evidence.Review) []Span {
	action, _ := reviewWords(r.State)
	for _, e := range pr.Timeline {
		if e.Kind == "review_dismissed" && e.ReviewID != "" && e.ReviewID == r.ID && e.DismissedState != "" {
			action, _ = reviewWords(e.DismissedState)
		}
	}
	spans := []Span{{Text: "\n" + person(r.Author), Bold: true}, {Text: " " + strings.TrimSuffix(action, " these changes") + dismissedWord(r.State) + ", "},
		{Text: v.clock.Exact(r.Submitted), Whole: true}, {Text: ", on "}, commitSpan(r.CommitID)}
	if late := pr.Merged; !late.IsZero() && r.Submitted.After(late) {
		spans = append(spans, Span{Text: ", " + between(late, r.Submitted) + " after the merge", Tone: Attention})
	}
	return spans
}

// headWord names the head commit: a pull request that is not merged has no
// head at merge.
func headWord(pr *evidence.PullRequest) string {
	if !wasMerged(pr) {
		return "Head as of retrieval"
	}
	return "Head at merge"
}

func commitSpan(sha string) Span {
	if sha == "" {
		return Span{Text: "not stated", Tone: Muted}
	}
	return Span{Text: short(sha), Code: true}
}

func (v *view) prDescription(pr *evidence.PullRequest) Block {
	body := FromText(pr.Body)
	if len(body) == 0 {
		body = []Block{paragraph(Span{Text: "No description was given.", Italic: true, Tone: Muted})}
	}
	e := Entry{Card: true, Who: person(pr.Author), Action: text("opened this pull request"), When: v.clock.Exact(pr.Created), Badge: Badge{"Author", Muted}, Meta: v.editedAt(pr.BodyEdits), Blocks: body}
	if pr.Statement != "" {
		e.Who, e.Action, e.When, e.Badge = "Text of the commit message", nil, "", Badge{}
	}
	return Block{Conversation: &Conversation{Entries: []Entry{e}}}
}

func (v *view) prCommits(pr *evidence.PullRequest) []Block {
	if len(pr.Commits) == 0 {
		return nil
	}
	blocks := []Block{heading(1, "Commits"), paragraph(Span{Tone: Muted, Text: fmt.Sprintf(
		"%d of %s, oldest first. Names and dates within a commit are its committer's own statement.", len(pr.Commits), count(max(pr.CommitsTotal, len(pr.Commits)), "commit"))})}
	var rows []Row
	for _, c := range pr.Commits {
		r := row(code(short(c.SHA)), text(clip(firstLine(c.Message), 200)), signature(c.Author), committer(c), text(v.clock.UTC(c.Committer.Date)), verified(c))
		if c.SHA == pr.Head.SHA {
			r.Tone = Info
			r.Cells[1].Spans = append(r.Cells[1].Spans, Span{Text: "  (" + strings.ToLower(headWord(pr)) + ")", Tone: Muted})
		}
		rows = append(rows, r)
	}
	return append(blocks, limited([]Column{{Title: "Commit", Weight: 10}, {Title: "Message", Weight: 34}, {Title: "Author", Weight: 19},
		{Title: "Committer", Weight: 17}, {Title: "Committed", Weight: 14}, {Title: "Signature", Weight: 12}}, rows, "commits")...)
}

func signature(s evidence.Signature) []Span {
	name := or(s.Name, s.Email)
	if s.Account != nil {
		if l := s.Account.String(); l != name {
			return text(or(name, "?") + " (" + or(s.Account.Login, l) + ")")
		}
	}
	return text(name)
}

func committer(c evidence.Commit) []Span {
	if c.Committer.Name == c.Author.Name && c.Committer.Email == c.Author.Email {
		return muted("same")
	}
	return signature(c.Committer)
}

func verified(c evidence.Commit) []Span {
	if c.Verified {
		return text("verified" + prefixed(" as ", c.VerifiedAs))
	}
	return muted("none verified")
}

// landedCommit shows the commit that brought the change to its base branch.
func (v *view) landedCommit(it evidence.Item) []Block {
	c := it.Commit
	var f factList
	f.must("Commit", []Span{{Text: c.SHA, Code: true, Link: safeURL(c.URL)}})
	f.add("Parents", code(strings.Join(c.Parents, " ")))
	f.must("Author", signature(c.Author))
	f.must("Authored", v.when(c.Author.Date))
	f.must("Committer", signature(c.Committer))
	f.must("Committed", v.when(c.Committer.Date))
	f.must("Signature", verified(*c))
	var names []string
	for _, r := range c.PullRequests {
		names = append(names, refName(r))
	}
	f.add("Pull requests, by the source", text(strings.Join(names, ", ")))
	for _, t := range c.Trailers {
		f.wide(clip(t.Key, 60), []Span{{Text: clip(t.Value, 300)}, {Text: "  (trailer: the committer's statement)", Tone: Muted}})
	}
	blocks := []Block{heading(1, "Commit that landed on the base branch"), f.block()}
	msg, left := cut(strings.ToValidUTF8(c.Message, "\uFFFD"), 20_000)
	blocks = append(blocks, Block{Code: &Code{Text: strings.TrimRight(msg, "\n"), Caption: "Commit message"}})
	blocks = bounded(blocks, left)
	return append(blocks, v.gapNotes(v.c.GapsOf(it.Ref))...)
}

func (v *view) prFiles(pr *evidence.PullRequest) []Block {
	return v.files("Files changed", pr.Files, pr.FilesTotal)
}

func (v *view) files(title string, files []evidence.File, total int) []Block {
	if len(files) == 0 {
		return nil
	}
	total = max(total, len(files))
	blocks := []Block{heading(1, title)}
	intro := fmt.Sprintf("%d of %s. The diffs are in the source/ folder of this sample.", len(files), count(total, "file"))
	blocks = append(blocks, paragraph(Span{Text: intro, Tone: Muted}))
	var rows []Row
	for _, f := range files {
		path := code(f.Path)
		if f.PreviousPath != "" && f.PreviousPath != f.Path {
			path = append(path, Span{Text: "\nfrom ", Tone: Muted}, Span{Text: f.PreviousPath, Code: true, Tone: Muted})
		}
		rows = append(rows, row(path, text(f.Status), []Span{{Text: fmt.Sprintf("+%d", f.Additions), Tone: Good}},
			[]Span{{Text: fmt.Sprintf("−%d", f.Deletions), Tone: Bad}}))
	}
	return append(blocks, limited([]Column{{Title: "File", Weight: 64}, {Title: "Status", Weight: 14},
		{Title: "Added", Weight: 9, Right: true}, {Title: "Removed", Weight: 11, Right: true}}, rows, "files")...)
}

// otherPullRequest shows in short a further pull request of the same change.
func (v *view) otherPullRequest(d *Document, it evidence.Item) []Block {
	pr := it.PullRequest
	d.cite(it)
	blocks := []Block{heading(1, fmt.Sprintf("Also linked: pull request %s#%d", pr.Repository, pr.Number))}
	var f factList
	f.must("Title", []Span{{Text: pr.Title, Link: safeURL(pr.URL)}})
	f.must("State", text(prBadge(pr).Text))
	f.must("Author", prAuthor(pr))
	f.must("Opened", v.when(pr.Created))
	if wasMerged(pr) {
		f.must("Merged", v.when(pr.Merged))
		f.must("Merged by", merger(pr))
	}
	f.add("Merge commit", code(pr.MergeCommit))
	f.wide("Reviews recorded", v.reviewFacts(it))
	blocks = append(append(blocks, statementNote(pr)...), f.block())
	blocks = append(blocks, v.gapNotes(v.c.GapsOf(it.Ref))...)
	if len(pr.Reviews)+len(pr.Comments)+len(pr.Timeline)+len(pr.ReviewComments) > 0 {
		blocks = append(blocks, v.prConversation(it)...)
	}
	return slices.Clip(blocks)
}
