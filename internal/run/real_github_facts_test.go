package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shown gives a time of a row as documents show it: in UTC and, in brackets,
// where the organisation is, eight hours ahead.
func shown(f *facts, text string) string {
	f.t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.t.Fatal(err)
	}
	utc, local := at.UTC(), at.UTC().Add(8*time.Hour)
	form := "15:04:05"
	if utc.Day() != local.Day() {
		form = "2006-01-02 15:04:05"
	}
	return utc.Format("2006-01-02 15:04:05") + " UTC (" + local.Format(form) + " Asia/Shanghai)"
}

// login names an account of a row.
func login(r map[string]any, key string) string {
	if at(r, key, "login") == "" {
		return "(unknown account)"
	}
	name := at(r, key, "login")
	if at(r, key, "type") == "Bot" && !strings.Contains(strings.ToLower(name), "bot") {
		name += " [bot]"
	}
	return name
}

func pullState(p map[string]any) string {
	switch {
	case at(p, "merged_at") != "":
		return "Merged"
	case at(p, "state") == "closed":
		return "✗ Closed"
	}
	return "✓ Open"
}

// shownTitle gives a title as documents show it: one of more than 500
// characters is cut, and says so.
func shownTitle(p map[string]any) string {
	title := []rune(strings.TrimSpace(at(p, "title")))
	if len(title) > 500 {
		return strings.TrimSpace(string(title[:500])) + " … (cut short here)"
	}
	return string(title)
}

// checkPull holds pull_request.pdf to the rows.
func (a antsRows) checkPull(f *facts, n string, p page) {
	pull := a.pulls[n]
	f.shows(p, "page header", "Pull request "+ants+"#"+n)
	f.shows(p, "title, number and state", shownTitle(pull), "#"+n, pullState(pull))
	f.shows(p, "repository, author and opening", "Repository", ants, "Author", login(pull, "user"), "Opened", shown(f, at(pull, "created_at")))
	switch {
	case at(pull, "merged_at") != "":
		f.shows(p, "merge", "Merged", shown(f, at(pull, "merged_at")), "Merged by")
		f.shows(p, "merge commit", "Merge commit", at(pull, "merge_commit_sha"))
		f.shows(p, "head", "Head at merge", at(pull, "head", "sha"))
	case at(pull, "closed_at") != "":
		f.shows(p, "closing", "Closed without merge", shown(f, at(pull, "closed_at")))
		f.shows(p, "head", "Head as of retrieval", at(pull, "head", "sha"))
		f.hides(p, "merge commit of what was not merged", at(pull, "merge_commit_sha"))
	default:
		f.shows(p, "no merge", "Merged", "not merged, as of retrieval")
		f.shows(p, "head", "Head as of retrieval", at(pull, "head", "sha"))
		f.hides(p, "merge commit of what was not merged", at(pull, "merge_commit_sha"))
	}
	f.shows(p, "base", "Base branch", at(pull, "base", "ref"), "of", at(pull, "base", "repo", "full_name"))
	f.shows(p, "head branch", "Head branch", at(pull, "head", "ref"))
	if repo := at(pull, "head", "repo", "full_name"); repo != "" {
		f.shows(p, "head repository", at(pull, "head", "ref"), "of", repo)
	}
	f.shows(p, "last update", "Last updated", shown(f, at(pull, "updated_at")))
	var labels []string
	for _, l := range list(pull["labels"]) {
		labels = append(labels, at(l, "name"))
	}
	if len(labels) > 0 {
		f.shows(p, "labels", "Labels", strings.Join(labels, ", "))
	}
	for _, person := range list(pull["assignees"]) {
		f.shows(p, "assignee", "Assignees", at(person, "login"))
	}
	a.checkCommits(f, n, p)
	a.checkReviews(f, n, p)
	a.checkRemarks(f, n, p)
	a.checkEvents(f, n, p)
}

func list(v any) []map[string]any {
	var all []map[string]any
	for _, e := range asList(v) {
		if m, ok := e.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

func asList(v any) []any { l, _ := v.([]any); return l }

func firstLineOf(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(text)
}

func (a antsRows) checkCommits(f *facts, n string, p page) {
	commits := a.commits[n]
	if len(commits) > 0 {
		f.shows(p, "count of commits", itoa(len(commits))+" of "+itoa(len(commits))+" commit")
	}
	for _, c := range commits {
		author, account := at(c, "commit", "author", "name"), at(c, "author", "login")
		if account != "" && account != author {
			author += "(" + account + ")"
		}
		mark := ""
		switch {
		case at(c, "sha") != at(a.pulls[n], "head", "sha"):
		case at(a.pulls[n], "merged_at") != "":
			mark = "(head at merge)"
		default:
			mark = "(head as of retrieval)"
		}
		f.shows(p, "commit", at(c, "sha")[:7], firstLineOf(at(c, "commit", "message")), mark, author)
		f.shows(p, "commit's time", strings.ReplaceAll(utc(f.t, at(c, "commit", "committer", "date")), " ", "")+"UTC")
	}
}

func (a antsRows) checkReviews(f *facts, n string, p page) {
	said := map[string][2]string{"COMMENTED": {"reviewed", "Commented"}, "CHANGES_REQUESTED": {"requested changes", "✗ Changes requested"}, "APPROVED": {"approved these changes", "✓ Approved"}}
	count := map[string]int{}
	for _, r := range a.reviews[n] {
		words, ok := said[at(r, "state")]
		if !ok {
			f.t.Fatalf("a review in state %q", at(r, "state"))
		}
		count[at(r, "state")]++
		f.shows(p, "review", login(r, "user"), words[0], words[1], shown(f, at(r, "submitted_at")), "· On commit", at(r, "commit_id")[:7])
		f.prose(p, "review", at(r, "body"))
	}
	if n := count["COMMENTED"]; n > 0 {
		f.shows(p, "count of reviews", itoa(n)+" comment-only review")
	}
	if n := count["CHANGES_REQUESTED"]; n > 0 {
		f.shows(p, "count of reviews", itoa(n)+" requests for changes")
	}
	if len(a.reviews[n]) == 0 {
		f.shows(p, "no reviews", "Reviews recorded none")
	}
}

func (a antsRows) checkRemarks(f *facts, n string, p page) {
	for _, c := range a.remarks[n] {
		f.shows(p, "comment on the code", login(c, "user"), "commented on the code", shown(f, at(c, "created_at")), "·", at(c, "path"))
		f.prose(p, "comment on the code", at(c, "body"))
	}
	for _, c := range a.comments[n] {
		f.shows(p, "comment", login(c, "user"), "commented", shown(f, at(c, "created_at")))
		f.prose(p, "comment", at(c, "body"))
	}
	f.prose(p, "description", at(a.pulls[n], "body"))
}

// prose holds a page to the words of a text that is rendered from Markdown:
// each of them is there, in whatever form.
func (f *facts) prose(p page, what, text string) {
	f.t.Helper()
	for _, w := range wordsOf(text) {
		f.shows(p, what, w)
	}
}

// wordsOf gives the words of a text that its rendering must show: not what
// Markdown hides.
func wordsOf(text string) []string {
	for _, hidden := range [][2]string{{"<!--", "-->"}, {"<", ">"}, {"](", ")"}} {
		for {
			before, rest, ok := strings.Cut(text, hidden[0])
			_, after, closed := strings.Cut(rest, hidden[1])
			if !ok || !closed {
				break
			}
			text = before + " " + after
		}
	}
	var words []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) }) {
		if len([]rune(w)) > 2 && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x4e00 && r <= 0x9fff
}

func (a antsRows) checkEvents(f *facts, n string, p page) {
	for _, e := range a.events[n] {
		when := shown(f, at(e, "created_at"))
		switch at(e, "event") {
		case "labeled":
			f.shows(p, "event", login(e, "actor"), "added the label", at(e, "label", "name"), when)
		case "head_ref_force_pushed":
			f.shows(p, "event", login(e, "actor"), "force-pushed the head branch")
			f.shows(p, "time of event", when)
		case "ready_for_review":
			f.shows(p, "event", login(e, "actor"), "marked this as ready for review", when)
		case "closed":
			f.shows(p, "event", login(e, "actor"), "closed this", when)
		case "assigned":
			f.shows(p, "event", login(e, "actor"), "assigned", at(e, "assignee", "login"), when)
		case "mentioned", "subscribed":
		default:
			f.shows(p, "time of event "+at(e, "event"), when)
		}
	}
}

// checkSummary holds sample_summary.pdf to the rows.
func (a antsRows) checkSummary(f *facts, n, where string, p page) {
	f.shows(p, "place in the request", "Where in the request", where)
	pull := a.pulls[n]
	f.shows(p, "title", shownTitle(pull), "PR #"+n)
	f.shows(p, "author", "Author", login(pull, "user"), "Opened", shown(f, at(pull, "created_at")))
	opened := utc(f.t, at(pull, "created_at"))
	f.shows(p, "opening on the timeline", opened+" UTC", "PR #"+n+" opened")
	if at(pull, "merged_at") != "" {
		f.shows(p, "merge on the timeline", utc(f.t, at(pull, "merged_at"))+" UTC", "PR #"+n+" merged into", at(pull, "base", "ref"), "as", at(pull, "merge_commit_sha")[:7])
	} else {
		f.hides(p, "merge on the timeline", "PR #"+n+" merged")
	}
	f.shows(p, "deployment", "time of production deployment not known")
}

// checkLogRow holds a row of the sheet Change Log to the rows.
func (a antsRows) checkLogRow(f *facts, n string, got map[string]string) {
	pull := a.pulls[n]
	is := func(column, want string) {
		f.t.Helper()
		f.equal("#"+n+": column "+column, got[column], want)
	}
	is("Change ID", ants+"#"+n)
	is("PR", "PR #"+n)
	is("System/Repo", ants)
	is("Type", "Code")
	title := strings.Join(strings.Fields(at(pull, "title")), " ")
	if r := []rune(title); len(r) > 300 {
		f.compared++
		if !strings.HasPrefix(got["Description"], string(r[:290])) {
			f.t.Errorf("#%s: description %q", n, got["Description"])
		}
	} else {
		is("Description", title)
	}
	is("Head SHA", at(pull, "head", "sha"))
	if at(pull, "merged_at") != "" {
		is("Merge SHA", at(pull, "merge_commit_sha"))
		is("Merged at (UTC)", utc(f.t, at(pull, "merged_at")))
	} else {
		is("Merge SHA", "none recorded: not merged")
		is("Merged by", "none recorded: not merged")
		is("Merged at (UTC)", "none recorded: not merged")
	}
	authors := []string{login(pull, "user")}
	for _, c := range a.commits[n] {
		name := at(c, "author", "login")
		if name == "" {
			name = at(c, "commit", "author", "name")
		}
		if !slices.Contains(authors, name) {
			authors = append(authors, name)
		}
	}
	is("Author(s)", strings.Join(authors, ", "))
	approval, changes := "PR #"+n+": 0 approvals", 0
	for _, r := range a.reviews[n] {
		if at(r, "state") == "CHANGES_REQUESTED" {
			changes++
		}
	}
	if changes > 0 {
		approval += ", " + itoa(changes) + " requesting changes"
	}
	is("Approval", approval+" recorded")
	is("Approver(s)", "none recorded")
	for _, column := range []string{"Date", "Deploy Log", "Outcome", "Deployed at (UTC)", "Deploy ID"} {
		f.compared++
		if !strings.HasPrefix(got[column], "not obtained") {
			f.t.Errorf("#%s: column %s: %q, though no deployment was recorded", n, column, got[column])
		}
	}
}

// checkPayload looks in the folder of raw payloads for the row itself.
func checkPayload(f *facts, folder, what string, want map[string]any) {
	f.t.Helper()
	f.compared++
	names, err := os.ReadDir(folder)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range names {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			f.t.Fatal(err)
		}
		d := json.NewDecoder(strings.NewReader(string(data)))
		d.UseNumber()
		var got map[string]any
		if d.Decode(&got) == nil && cmp.Equal(got, want) {
			return
		}
	}
	f.t.Errorf("%s: no file of %s holds the row", what, folder)
}
