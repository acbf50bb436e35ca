package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

// jiraToken is no token of any known form, so that only knowing it finds it.
const jiraToken = "planted/jira+5d41402abc4b2a76"

// done is the status that the recorded site gives to what is finished.
const done = "已完成"

// TestRealTickets makes a package for all 33 recorded issues, and holds every
// entry of their changelogs to the documents.
func TestRealTickets(t *testing.T) {
	t.Parallel()
	need(t, "pdftotext")
	python(t)
	server := collectortest.Jira(t)
	s := newSite(t, "  - {name: jira, kind: jira, url: '"+server.URL+"', web_url: 'https://merico.atlassian.net', cloud: true, user: "+jiraUser+
		", token: {env: JIRA_TOKEN}, projects: [EE, K5], deployed: {statuses: ["+done+"]}}\n", map[string]string{"JIRA_TOKEN": jiraToken})
	issues := readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_issues.csv"))
	text := "Change requests\n\nNo;Change request;Remark\n"
	for i, r := range issues {
		form := []string{"%s", "https://merico.atlassian.net/browse/%s"}[i%2]
		text += itoa(i+1) + ";" + fmt.Sprintf(form, at(r.data, "key")) + ";\n"
	}
	list := filepath.Join(s.dir, "tickets.csv")
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.online(t, list)
	if len(issues) != 33 || len(m.Samples) != 33 || len(m.Unmatched) > 0 {
		t.Fatalf("%d issues, %d samples, without a match: %+v", len(issues), len(m.Samples), m.Unmatched)
	}
	book := readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))
	f := &facts{t: t}
	entries := 0
	for i, r := range issues {
		key := at(r.data, "key")
		f.equal(key+": folder", m.Samples[i].Folder, fmt.Sprintf("Sample %d - %s %s", i+1, deploymentDay(t, r.data), key))
		p := readPDF(t, m.sample(i+1, "change_ticket.pdf"))
		checkTicket(f, p, r.data)
		entries += checkHistory(f, p, r.data)
		checkTicketRow(f, book["Change Log"][i], r.data)
		for _, doc := range []string{"approval_record", "testing_results", "deployment_confirmation", "sample_summary"} {
			f.shows(readPDF(t, m.sample(i+1, doc+".pdf")), "key", key)
		}
	}
	t.Logf("%d facts of %d tickets compared, among them %d entries of changelogs", f.compared, len(issues), entries)
	if entries != 714 {
		t.Errorf("%d entries of changelogs were compared, 714 are recorded", entries)
	}
	checkPackage(t, s, m, 50)
	t.Run("a second run keeps nothing new", func(t *testing.T) { nothingNew(t, s, list) })
}

// deploymentDay gives the day in Shanghai on which an issue was first done.
func deploymentDay(t *testing.T, issue map[string]any) string {
	t.Helper()
	first := ""
	for _, h := range list(issue["changelog"].(map[string]any)["histories"]) {
		for _, it := range list(h["items"]) {
			if at(it, "field") == "status" && at(it, "toString") == done {
				if when := utc(t, at(h, "created")); first == "" || when < first {
					first = when
				}
			}
		}
	}
	if first == "" {
		return "no deployment date"
	}
	day, err := time.Parse(time.DateTime, first)
	if err != nil {
		t.Fatal(err)
	}
	return day.Add(8 * time.Hour).Format(time.DateOnly)
}

// checkTicket holds change_ticket.pdf to the issue.
func checkTicket(f *facts, p page, issue map[string]any) {
	fields := issue["fields"].(map[string]any)
	f.shows(p, "page header", "Change ticket", at(issue, "key"))
	resolution := at(fields, "resolution", "name")
	if resolution == at(fields, "status", "name") {
		resolution = ""
	}
	f.shows(p, "title, key, status, resolution and type", at(fields, "summary"), at(issue, "key"), at(fields, "status", "name"), resolution, at(fields, "issuetype", "name"))
	f.shows(p, "reporter", "Reporter", at(fields, "reporter", "displayName"))
	assignee := at(fields, "assignee", "displayName")
	if assignee == "" {
		assignee = "nobody"
	}
	f.shows(p, "assignee and creation", "Assignee", assignee, "Created", shownTicket(f, at(fields, "created")), "Updated", shownTicket(f, at(fields, "updated")))
	if at(fields, "resolutiondate") != "" {
		f.shows(p, "resolution", "Resolved", shownTicket(f, at(fields, "resolutiondate")))
	}
	if at(fields, "priority", "name") != "" {
		f.shows(p, "priority", "Priority", at(fields, "priority", "name"))
	}
	for _, l := range asList(fields["labels"]) {
		f.shows(p, "label", fmt.Sprint(l))
	}
	comments, _ := fields["comment"].(map[string]any)
	for _, c := range list(comments["comments"]) {
		f.shows(p, "comment", at(c, "author", "displayName"), "commented", shownTicket(f, at(c, "created")))
		f.prose(p, "comment", at(c, "body"))
	}
	for _, l := range list(fields["issuelinks"]) {
		for _, end := range []string{"inwardIssue", "outwardIssue"} {
			if at(l, end, "key") != "" {
				f.shows(p, "linked ticket", at(l, end, "key"), at(l, end, "fields", "summary"))
			}
		}
	}
}

func shownTicket(f *facts, text string) string {
	return shown(f, strings.ReplaceAll(utc(f.t, text), " ", "T")+"Z")
}

// checkHistory looks for every entry of the changelog, each with its author,
// field, values and time in one line of the document, and gives their number.
func checkHistory(f *facts, p page, issue map[string]any) int {
	want := map[string]int{}
	n := 0
	for _, h := range list(issue["changelog"].(map[string]any)["histories"]) {
		for _, it := range list(h["items"]) {
			n++
			value := func(text, raw string) string {
				if it[text] == nil {
					text = raw
				}
				if s := strings.TrimSpace(at(it, text)); s != "" {
					return s
				}
				return "(empty)"
			}
			author := at(h, "author", "displayName")
			switch {
			case author == "":
				author = "(unknown account)"
			case at(h, "author", "accountType") == "app":
				author += " [app]"
			}
			want[squash(author+" changed "+at(it, "field")+" from "+value("fromString", "from")+" to "+value("toString", "to")+" "+shownTicket(f, at(h, "created")))]++
		}
	}
	for entry, times := range want {
		f.compared += times
		if got := max(strings.Count(p.laid, entry), strings.Count(p.flow, entry)); got < times {
			f.t.Errorf("%s: changelog: %q is shown %d times, recorded %d times", p.file, entry, got, times)
		}
	}
	f.shows(p, "count of changes", itoa(n)+" change")
	return n
}

// checkTicketRow holds a row of the sheet Change Log to the issue.
func checkTicketRow(f *facts, got map[string]string, issue map[string]any) {
	fields := issue["fields"].(map[string]any)
	key := at(issue, "key")
	is := func(column, want string) {
		f.t.Helper()
		f.equal(key+": column "+column, got[column], want)
	}
	is("Change ID", key)
	is("Ticket", key)
	is("Description", strings.Join(strings.Fields(strings.ReplaceAll(at(fields, "summary"), "\x00", "")), " "))
	is("Ticket created (UTC)", utc(f.t, at(fields, "created")))
	is("Requester", at(fields, "reporter", "displayName"))
	is("PR", "no pull request")
	is("Approver(s)", "not obtained: not configured") // the configuration does not ask for approvals
	outcome := at(fields, "resolution", "name")
	if outcome == "" {
		outcome = at(fields, "status", "name")
	}
	is("Outcome", outcome)
	if day := deploymentDay(f.t, issue); day != "no deployment date" {
		is("Date", day+" 00:00:00")
	} else {
		f.compared++
		if !strings.HasPrefix(got["Date"], "not obtained") {
			f.t.Errorf("%s: column Date: %q", key, got["Date"])
		}
	}
}
