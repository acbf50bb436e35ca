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
	if pr.Statement != "" {
		d.add(note(Attention, "How this record came to be", pr.Statement))
	}
	d.add(v.prFacts(it))
	d.add(v.gapNotes(v.c.GapsOf(it.Ref))...)
	d.section(1, "Description", v.prDescription(pr))
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

func prBadge(pr *evidence.PullRequest) Badge {
	switch {
	case pr.State == "merged" || !pr.Merged.IsZero():
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
	who, verb := person(pr.Author), " wants to merge "
	if !pr.Merged.IsZero() {
		who, verb = person(pr.MergedBy), " merged "
	} else if pr.State == "closed" {
		verb = " wanted to merge "
	}
	commits := ""
	if pr.CommitsTotal > 0 {
		commits = count(pr.CommitsTotal, "commit") + " "
	}
	s := []Span{{Text: who, Bold: true}, {Text: verb + commits + "into "}, {Text: or(pr.Base.Ref, "?"), Code: true}}
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
	f.must("Author", text(person(pr.Author)))
	f.must("Opened", v.when(pr.Created))
	switch {
	case !pr.Merged.IsZero():
		f.must("Merged", v.when(pr.Merged))
		f.must("Merged by", text(person(pr.MergedBy)))
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

// reviewFacts counts the reviews by state and sets the commits that were
// reviewed beside the head at merge. It draws no conclusion.
func (v *view) reviewFacts(it evidence.Item) []Span {
	pr := it.PullRequest
	lacks := v.lacks(it.Ref, "review")
	switch {
	case len(pr.Reviews) > 0:
	case lacks:
		return []Span{{Text: "not obtained", Tone: GapTone, Bold: true}, {Text: ": see the gaps"}}
	case pr.Statement != "":
		return muted("this source keeps no reviews")
	default:
		return text("none")
	}
	var spans []Span
	states := []struct{ state, word string }{{"APPROVED", "approval"}, {"CHANGES_REQUESTED", "request for changes"},
		{"COMMENTED", "comment-only review"}, {"DISMISSED", "dismissed review"}, {"PENDING", "pending review"}}
	for _, s := range states {
		var latest evidence.Review
		n := 0
		for _, r := range pr.Reviews {
			if r.State == s.state {
				n++
				if !r.Submitted.Before(latest.Submitted) {
					latest = r
				}
			}
		}
		if n == 0 {
			continue
		}
		word := count(n, s.word)
		if s.word == "request for changes" && n > 1 {
			word = fmt.Sprintf("%d requests for changes", n)
		}
		if len(spans) > 0 {
			spans = append(spans, Span{Text: "\n"})
		}
		line := ", latest " + v.clock.Exact(latest.Submitted) + " by " + person(latest.Author)
		spans = append(spans, Span{Text: word + " recorded", Bold: true}, Span{Text: line + ", on commit "}, commitSpan(latest.CommitID))
	}
	if lacks {
		spans = append(spans, Span{Text: "\nNot all reviews were obtained", Tone: GapTone, Bold: true}, Span{Text: ": see the gaps"})
	}
	if pr.Head.SHA != "" {
		spans = append(spans, Span{Text: "\n" + headWord(pr) + ": "}, commitSpan(pr.Head.SHA))
	}
	return spans
}

// headWord names the head commit: a pull request that is not merged has no
// head at merge.
func headWord(pr *evidence.PullRequest) string {
	if pr.Merged.IsZero() {
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
	return Block{Conversation: &Conversation{Entries: []Entry{{Card: true, Who: person(pr.Author),
		Action: text("opened this pull request"), When: v.clock.Exact(pr.Created), Badge: Badge{"Author", Muted}, Blocks: body}}}}
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
	f.must("Author", text(person(pr.Author)))
	f.must("Opened", v.when(pr.Created))
	f.add("Merged", v.when(pr.Merged))
	if !pr.Merged.IsZero() {
		f.must("Merged by", text(person(pr.MergedBy)))
	}
	f.add("Merge commit", code(pr.MergeCommit))
	f.wide("Reviews recorded", v.reviewFacts(it))
	blocks = append(blocks, f.block())
	blocks = append(blocks, v.gapNotes(v.c.GapsOf(it.Ref))...)
	if len(pr.Reviews)+len(pr.Comments)+len(pr.Timeline)+len(pr.ReviewComments) > 0 {
		blocks = append(blocks, v.prConversation(it)...)
	}
	return slices.Clip(blocks)
}
