package run

import (
	"os"
	"regexp"
	"slices"
	"strings"
)

// unknown are the parts of a pull request that a repository cannot know.
func unknown() []string {
	return []string{"opening", "head", "merge", "reviews", "approvals", "comments", "timeline"}
}

func (l told) title() string { return strings.TrimSpace(numbered.ReplaceAllString(l.Subject, "")) }

// keys gives the tickets that the message names.
func (l told) keys() []string {
	var keys []string
	for _, key := range regexp.MustCompile(`\bKAFKA-\d+\b`).FindAllString(l.Subject+"\n"+l.Body, -1) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// trailers gives the people whom the message names at its lines for that, as
// key and value.
func (l told) trailers() [][2]string {
	var found [][2]string
	person := regexp.MustCompile(`[^,<>]+<[^>]+>`)
	for _, m := range regexp.MustCompile(`(?mi)^(Reviewers?|Reviewed-by|Co-authored-by|Signed-off-by):\s*(.*)$`).FindAllStringSubmatch(l.Body, -1) {
		for _, who := range person.FindAllString(m[2], -1) {
			found = append(found, [2]string{m[1], strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(who), "and "))})
		}
	}
	return found
}

// checkDocument holds pull_request.pdf to what the population says, and to
// what a repository cannot say.
func (l told) checkDocument(f *facts, p page) {
	f.shows(p, "number", "Pull request kafka#"+l.number)
	f.shows(p, "title and state", l.title(), "#"+l.number, "Merged")
	f.shows(p, "repository and author", "Repository", "kafka", "Author", l.Author)
	f.shows(p, "how it is known", "pieced together from the commit", l.rebuilt, "on branch main")
	f.shows(p, "opening and merge", "Opened", "not stated by the source", "Merged", "not stated by the source", "Merged by", "not stated by the source")
	f.shows(p, "reviews", "Reviews recorded", "not obtained (not configured): a git repository keeps no reviews")
	f.shows(p, "merge commit", "Merge commit", l.rebuilt)
	f.shows(p, "landed commit", "Commit that landed on the base branch", "Commit", l.rebuilt)
	f.shows(p, "author of the commit", "Author", l.Author, "Authored", shown(f, l.AuthorDate))
	f.shows(p, "committer", "Committer", l.Committer, "Committed", shown(f, l.CommitDate))
	for _, key := range l.keys() {
		f.shows(p, "ticket", key)
	}
	people := l.trailers()
	for _, who := range people {
		f.shows(p, "trailer", who[0], who[1], "(trailer: the committer's statement)")
	}
	f.equal(p.file+": count of trailers", itoa(strings.Count(p.flow, squash("(trailer: the committer's statement)"))), itoa(len(people)))
	seen := map[string]bool{}
	for _, path := range l.Files {
		if path = strings.Trim(path, `"`); !seen[path] {
			seen[path] = true
			f.shows(p, "file", path)
		}
	}
	f.shows(p, "count of files", itoa(len(seen))+" of "+itoa(len(seen))+" file")
	for _, part := range unknown() {
		f.shows(p, "gap", part+" of pull request")
	}
	// What nobody told us is not said.
	f.hides(p, "a merge that is denied", "not merged")
	f.hides(p, "a wish to merge what is merged", "wants to merge")
	f.hides(p, "who opened it", "opened this pull request")
	f.hides(p, "a report that was never asked for", "The source reports no reviews")
}

// checkOthers holds the other documents to saying what is missing, and why.
func (l told) checkOthers(f *facts, m made, sample int) {
	for _, doc := range []string{"ci_results", "deployment_log", "monitoring_confirmation"} {
		p := readPDF(f.t, m.sample(sample, doc+".pdf"))
		f.shows(p, "number", "#"+l.number)
		f.shows(p, "badge", "∅ Not obtained")
		f.shows(p, "reason", "not configured")
	}
	if p := readPDF(f.t, m.sample(sample, "sample_summary.pdf")); true {
		f.shows(p, "title", l.title(), "PR #"+l.number)
		f.shows(p, "author", "Author", l.Author)
		f.shows(p, "deployment", "time of production deployment not known")
		for _, part := range unknown() {
			f.shows(p, "gap", part+" of pull request")
		}
		for _, record := range []string{"checks kafka@" + l.rebuilt[:7], "deployment kafka", "monitoring signal kafka"} {
			f.shows(p, "gap", record)
		}
		f.shows(p, "commit on the timeline", utc(f.t, l.CommitDate)+" UTC", "Commit "+l.rebuilt[:7]+" committed, by its committer's own statement")
		f.hides(p, "that nothing has a time", "None of the collected records has a time")
	}
	ticket := m.sample(sample, "change_ticket.pdf")
	if len(l.keys()) == 0 {
		f.equal("#"+l.number+": a ticket's document", itoa(boolean(exists(ticket))), "0")
		return
	}
	if _, err := os.Stat(ticket); err != nil {
		f.t.Errorf("#%s: %v", l.number, err)
		return
	}
	p := readPDF(f.t, ticket)
	for _, key := range l.keys() {
		f.shows(p, "ticket", "Not obtained (not configured): ticket "+key)
	}
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// checkLogRow holds a row of the sheet Change Log: what is known is right, and
// what is not known says why and is never blank.
func (l told) checkLogRow(f *facts, row map[string]string) {
	is := func(column, want string) {
		f.t.Helper()
		f.equal("#"+l.number+": column "+column, row[column], want)
	}
	is("Change ID", "kafka#"+l.number)
	is("PR", "PR #"+l.number)
	is("Description", strings.Join(strings.Fields(l.title()), " "))
	is("Author(s)", l.Author)
	is("Merge SHA", l.rebuilt)
	reviewers := 0
	var lines []string
	for _, who := range l.trailers() {
		if strings.HasPrefix(strings.ToLower(who[0]), "review") {
			reviewers++
			lines = append(lines, who[0]+": "+who[1]+" (the committer's statement)")
		}
	}
	approval := "PR #" + l.number + ": not obtained: not configured"
	switch reviewers {
	case 0:
		lines = []string{"not obtained: not configured"}
	case 1:
		approval += "; 1 reviewer trailer in the commit message"
	default:
		approval += "; " + itoa(reviewers) + " reviewer trailers in the commit message"
	}
	is("Approval", approval)
	is("Approver(s)", strings.Join(lines, "\n"))
	if len(l.keys()) > 0 {
		is("Ticket", "not obtained: not configured (ticket)")
	}
	for _, column := range []string{"Date", "Testing", "CI result", "Deploy Log", "Outcome", "Deploy ID", "Deployed SHA", "Deployer", "Deployed at (UTC)",
		"Approved at (UTC, last)", "Merged at (UTC)", "Merged by", "Head SHA"} {
		f.compared++
		if !strings.HasPrefix(row[column], "not obtained") {
			f.t.Errorf("#%s: column %s: %q, though a repository cannot know it", l.number, column, row[column])
		}
	}
	for column, value := range row {
		f.compared++
		if strings.TrimSpace(value) == "" {
			f.t.Errorf("#%s: column %s is blank", l.number, column)
		}
	}
}

// checkGaps looks for each part that a repository cannot know in the sheet Gaps.
func (l told) checkGaps(f *facts, sample int, gaps []map[string]string) {
	is := func(record, part string) {
		f.t.Helper()
		f.compared++
		if !slices.ContainsFunc(gaps, func(g map[string]string) bool {
			return g["Sample #"] == itoa(sample) && g["Record"] == record && g["Part"] == part && g["Reason"] == "not configured" && g["Detail"] != ""
		}) {
			f.t.Errorf("#%s: no gap for %s, %s", l.number, record, part)
		}
	}
	for _, part := range unknown() {
		is("pull request kafka#"+l.number, part)
	}
	for _, record := range []string{"checks kafka@" + l.rebuilt, "deployment kafka", "monitoring signal kafka"} {
		is(record, "the whole record")
	}
	for _, key := range l.keys() {
		is("ticket "+key, "the whole record")
	}
}
