package jira

import (
	"encoding/csv"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var testTime = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

const devlake = "../../../shared/data/devlake/jira/_raw_jira_api_"

// rows reads a recording by itself, apart from the server that serves it.
func rows(t *testing.T, resource string) (data []json.RawMessage, input []string) {
	t.Helper()
	text, err := os.ReadFile(devlake + resource + ".csv")
	if os.IsNotExist(err) {
		t.Skipf("recorded Jira rows are absent: %s", devlake+resource+".csv")
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimSpace(string(text)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all[1:] {
		data = append(data, json.RawMessage(rec[2]))
		input = append(input, rec[4])
	}
	return data, input
}

// recorded is an issue as the recording has it, read with field types of the
// test's own.
type recorded struct {
	ID, Key   string
	Changelog struct {
		Total     int
		Histories []recordedHistory
	}
	Fields map[string]any
}

type recordedHistory struct {
	ID      string
	Created string
	Author  map[string]any
	Items   []map[string]any
}

func at(v any, path ...string) any {
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func text(v any, path ...string) string {
	s, _ := at(v, path...).(string)
	return s
}

func instant(t *testing.T, v any) time.Time {
	t.Helper()
	s, _ := v.(string)
	if s == "" {
		return time.Time{}
	}
	when, err := time.Parse("2006-01-02T15:04:05.000-0700", s)
	if err != nil {
		t.Fatalf("time %q of the recording: %v", s, err)
	}
	return when.UTC()
}

func nameList(v any, key string) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		} else {
			out = append(out, text(e, key))
		}
	}
	return out
}

func account(p *evidence.Person) [5]string {
	if p == nil {
		return [5]string{}
	}
	return [5]string{p.Login, p.ID, p.Name, p.Email, p.Type}
}

func recordedAccount(v any) [5]string {
	id := text(v, "accountId")
	if id == "" {
		id = text(v, "key")
	}
	return [5]string{text(v, "name"), id, text(v, "displayName"), text(v, "emailAddress"), text(v, "accountType")}
}

func TestDevlake(t *testing.T) {
	for name, site := range map[string]struct {
		cloud  bool
		issues string
		count  int
	}{
		"cloud":       {true, "issues", 33},
		"data center": {false, "issue_relationships", 22},
	} {
		t.Run(name, func(t *testing.T) {
			data, _ := rows(t, site.issues)
			server := collectortest.JiraDataCenter
			if site.cloud {
				server = collectortest.Jira
			}
			base, err := url.Parse(server(t).URL)
			if err != nil {
				t.Fatal(err)
			}
			c := newCollector(t, Config{Name: "jira", BaseURL: base, Cloud: site.cloud, ServiceDesk: true,
				Fields: map[string]string{"planned_start": "customfield_10015", "planned_end": "customfield_10060", "due": "duedate"}}, session(t))
			remote := recordedRemoteLinks(t)
			seen := 0
			for _, raw := range data {
				var want recorded
				if err := json.Unmarshal(raw, &want); err != nil {
					t.Fatal(err)
				}
				got, gaps := collect(t, c, want.Key)
				if got == nil {
					t.Fatalf("%s: no ticket: %v", want.Key, gaps)
				}
				seen++
				for _, g := range gaps {
					if !strings.HasPrefix(g.Part, "field planned_") || site.cloud {
						t.Errorf("%s: unexpected gap %+v", want.Key, g)
					}
				}
				sameFacts(t, want, got)
				sameHistory(t, want, got)
				sameComments(t, want, got, site.cloud)
				sameFields(t, want, got)
				if site.cloud {
					sameRemote(t, remote[want.ID], got)
				}
			}
			if seen != site.count {
				t.Errorf("%d issues were compared, want %d", seen, site.count)
			}
		})
	}
}

func sameFacts(t *testing.T, want recorded, got *evidence.Ticket) {
	t.Helper()
	f := want.Fields
	for what, pair := range map[string][2]any{
		"key":        {want.Key, got.Key},
		"requested":  {"", got.Requested},
		"title":      {text(f, "summary"), got.Title},
		"body":       {text(f, "description"), got.Body.Source},
		"project":    {text(f, "project", "key"), got.Project},
		"type":       {text(f, "issuetype", "name"), got.Type},
		"status":     {text(f, "status", "name"), got.Status},
		"resolution": {text(f, "resolution", "name"), got.Resolution},
		"priority":   {text(f, "priority", "name"), got.Priority},
		"due":        {text(f, "duedate"), got.Due},
		"created":    {instant(t, f["created"]), got.Created},
		"updated":    {instant(t, f["updated"]), got.Updated},
		"resolved":   {instant(t, f["resolutiondate"]), got.Resolved},
		"labels":     {nameList(f["labels"], ""), slices.Concat([]string(nil), got.Labels)},
		"components": {nameList(f["components"], "name"), got.Components},
		"versions":   {nameList(f["fixVersions"], "name"), got.Versions},
		"reporter":   {recordedAccount(f["reporter"]), account(got.Reporter)},
		"creator":    {recordedAccount(f["creator"]), account(got.Creator)},
		"assignee":   {recordedAccount(f["assignee"]), account(got.Assignee)},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s: %s differs from the row (-row +ticket):\n%s", want.Key, what, diff)
		}
	}
	var related []string
	if p := text(f, "parent", "key"); p != "" {
		related = append(related, "parent "+p)
	}
	for _, s := range nameList(f["subtasks"], "key") {
		related = append(related, "sub-task "+s)
	}
	links, _ := f["issuelinks"].([]any)
	for _, l := range links {
		if k := text(l, "inwardIssue", "key"); k != "" {
			related = append(related, text(l, "type", "inward")+" "+k)
		}
		if k := text(l, "outwardIssue", "key"); k != "" {
			related = append(related, text(l, "type", "outward")+" "+k)
		}
	}
	var gotRelated []string
	for _, r := range got.Related {
		gotRelated = append(gotRelated, r.Relation+" "+r.Key)
	}
	if diff := cmp.Diff(related, gotRelated); diff != "" {
		t.Errorf("%s: related tickets differ from the row (-row +ticket):\n%s", want.Key, diff)
	}
}

// sameHistory holds the changelog to be complete: as many changes as the row
// has, and each of them.
func sameHistory(t *testing.T, want recorded, got *evidence.Ticket) {
	t.Helper()
	if len(want.Changelog.Histories) != want.Changelog.Total {
		t.Fatalf("%s: the recording itself is cut", want.Key)
	}
	diffHistory(t, want.Key, want.Changelog.Histories, got.History)
}

func diffHistory(t *testing.T, key string, histories []recordedHistory, got []evidence.HistoryEntry) {
	t.Helper()
	type change struct {
		ID, Field, FieldID, From, To string
		At                           time.Time
		Author                       [5]string
	}
	var rows, ticket []change
	for _, h := range histories {
		for _, it := range h.Items {
			rows = append(rows, change{h.ID, text(it, "field"), text(it, "fieldId"), text(it, "fromString"), text(it, "toString"), instant(t, h.Created), recordedAccount(h.Author)})
		}
	}
	for _, h := range got {
		ticket = append(ticket, change{h.ID, h.Field, h.FieldID, h.From, h.To, h.At, account(h.Author)})
	}
	slices.SortStableFunc(rows, func(a, b change) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return compareIDs(a.ID, b.ID)
	})
	if diff := cmp.Diff(rows, ticket); diff != "" {
		t.Errorf("%s: history differs from the rows (-rows +ticket):\n%s", key, diff)
	}
}

func sameComments(t *testing.T, want recorded, got *evidence.Ticket, cloud bool) {
	t.Helper()
	list, _ := at(want.Fields, "comment", "comments").([]any)
	if len(list) != len(got.Comments) {
		t.Errorf("%s: %d comments in the row, %d in the ticket", want.Key, len(list), len(got.Comments))
		return
	}
	for i, c := range list {
		g := got.Comments[i]
		body, markup := g.Body.Source, evidence.Wiki
		if cloud {
			body, markup = documentText(t, g.Body.Source), evidence.ADF
		}
		row := []any{text(c, "id"), text(c, "body"), markup, instant(t, at(c, "created")), instant(t, at(c, "updated")), recordedAccount(at(c, "author"))}
		ticket := []any{g.ID, body, g.Body.Markup, g.Created, g.Updated, account(g.Author)}
		if diff := cmp.Diff(row, ticket); diff != "" {
			t.Errorf("%s: comment %d differs from the row (-row +ticket):\n%s", want.Key, i, diff)
		}
	}
}

// documentText reads a document of one paragraph back to its lines.
func documentText(t *testing.T, source string) string {
	t.Helper()
	var doc struct {
		Type    string
		Content []struct{ Content []struct{ Type, Text string } }
	}
	if err := json.Unmarshal([]byte(source), &doc); err != nil || doc.Type != "doc" || len(doc.Content) != 1 {
		t.Fatalf("not a document of one paragraph: %v: %s", err, source)
	}
	var b strings.Builder
	for _, n := range doc.Content[0].Content {
		if n.Type == "hardBreak" {
			b.WriteString("\n")
		}
		b.WriteString(n.Text)
	}
	return b.String()
}

func sameFields(t *testing.T, want recorded, got *evidence.Ticket) {
	t.Helper()
	for name, id := range map[string]string{"planned_start": "customfield_10015", "planned_end": "customfield_10060", "due": "duedate"} {
		value, onRow := want.Fields[id]
		f, ok := got.Field(name)
		s, _ := value.(string)
		if ok != onRow || f.Value.Source != s {
			t.Errorf("%s: field %s is %q (present %t), the row says %q (present %t)", want.Key, name, f.Value.Source, ok, s, onRow)
		}
	}
}

func recordedRemoteLinks(t *testing.T) map[string][]any {
	t.Helper()
	data, input := rows(t, "remotelinks")
	links := map[string][]any{}
	for i, raw := range data {
		var link any
		var asked struct {
			ID json.Number `json:"issue_id"`
		}
		if err := json.Unmarshal(raw, &link); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(input[i]), &asked); err != nil {
			t.Fatal(err)
		}
		links[asked.ID.String()] = append(links[asked.ID.String()], link)
	}
	return links
}

func sameRemote(t *testing.T, want []any, got *evidence.Ticket) {
	t.Helper()
	slices.SortFunc(want, func(a, b any) int { return int(at(a, "id").(float64) - at(b, "id").(float64)) })
	var rows []evidence.RemoteLink
	for _, l := range want {
		rows = append(rows, evidence.RemoteLink{Title: text(l, "object", "title"), URL: text(l, "object", "url"),
			Relationship: text(l, "relationship"), Application: text(l, "application", "name")})
	}
	if diff := cmp.Diff(rows, got.Remote); diff != "" {
		t.Errorf("%s: remote links differ from the rows (-rows +ticket):\n%s", got.Key, diff)
	}
}

// TestDevlakeChangelogPages reads the three changelogs that were recorded
// through the paged endpoint; their issues were not recorded.
func TestDevlakeChangelogPages(t *testing.T) {
	data, input := rows(t, "issue_changelogs")
	want := map[string][]recordedHistory{}
	for i, raw := range data {
		var h recordedHistory
		var asked struct {
			ID json.Number `json:"issue_id"`
		}
		if err := json.Unmarshal(raw, &h); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(input[i]), &asked); err != nil {
			t.Fatal(err)
		}
		want[asked.ID.String()] = append(want[asked.ID.String()], h)
	}
	base, err := url.Parse(collectortest.Jira(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newCollector(t, Config{Name: "jira", BaseURL: base, Cloud: true}, session(t))
	for id, histories := range want {
		r := &reading{c: c, body: &issueBody{Key: id}, ticket: &evidence.Ticket{}}
		r.history(t.Context())
		if len(r.gaps) > 0 {
			t.Errorf("issue %s: %v", id, r.gaps)
		}
		diffHistory(t, id, histories, r.ticket.History)
	}
	if len(want) != 3 {
		t.Errorf("%d changelogs were compared, want 3", len(want))
	}
}
