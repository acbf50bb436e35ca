package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

func ids(cs []evidence.Entry) (out []string) {
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}

func TestQueryTheSampleCompany(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	truth := func(fits func(*company.Change) bool) (out []string) {
		for _, w := range c.Truth.Changes {
			if fits(w) {
				out = append(out, w.RecordID())
			}
		}
		return out
	}
	ticketDone := func(id string) bool { return slices.Contains(append(c.AbandonedTickets("done"), c.Unnamed()...), id) }
	check := func(t *testing.T, got []evidence.Entry, want []string) {
		t.Helper()
		if len(want) == 0 {
			t.Fatal("the truth has none, so the test shows nothing")
		}
		differ(t, "query", slices.DeleteFunc(ids(got), ticketDone), want)
	}
	t.Run("a day", func(t *testing.T) {
		for _, day := range []string{"2026-02-11", "2026-06-13", "2026-02-26"} { // 13 June, 00:30 is the 12th in UTC
			got := changes(t, l, Filter{On: day, InPopulation: true})
			check(t, got, truth(func(w *company.Change) bool {
				return !w.Deployed.IsZero() && w.Deployed.In(c.Zone).Format(time.DateOnly) == day
			}))
		}
	})
	t.Run("a period", func(t *testing.T) {
		p := evidence.Period{From: time.Date(2026, 4, 1, 0, 0, 0, 0, c.Zone), To: time.Date(2026, 4, 8, 0, 0, 0, 0, c.Zone)}
		check(t, changes(t, l, Filter{Period: p}), truth(func(w *company.Change) bool { return p.Contains(w.Deployed) }))
	})
	t.Run("a repository", func(t *testing.T) {
		check(t, changes(t, l, Filter{Repository: "harbourline/payout-worker", InPopulation: true}), truth(func(w *company.Change) bool {
			return w.Repository == "harbourline/payout-worker" && !w.Deployed.IsZero() && w.Deployed.Before(c.To)
		}))
	})
	t.Run("a ticket, also by the key that it had before", func(t *testing.T) {
		for _, w := range c.Truth.Changes {
			if !w.Has("moved-ticket") {
				continue
			}
			old := c.Tracker.Issue(w.Tickets[0]).FormerKeys[0]
			for _, key := range []string{w.Tickets[0], old, strings.ToLower(old)} {
				if got := ids(changes(t, l, Filter{Ticket: key})); !slices.Equal(got, []string{w.RecordID()}) {
					t.Errorf("%s: %v, want %s", key, got, w.RecordID())
				}
			}
			return
		}
		t.Fatal("no ticket was moved")
	})
	t.Run("a path", func(t *testing.T) {
		for pattern, fits := range map[string]func(string) bool{
			"/docs/runbooks/**": func(p string) bool { return strings.HasPrefix(p, "docs/runbooks/") },
			"migrations":        func(p string) bool { return slices.Contains(strings.Split(p, "/"), "migrations") },
			"*.kt":              func(p string) bool { return strings.HasSuffix(p, ".kt") },
		} {
			got := changes(t, l, Filter{Component: pattern})
			check(t, got, truth(func(w *company.Change) bool { return slices.ContainsFunc(paths(c, w), fits) }))
		}
	})
	t.Run("who approved", func(t *testing.T) {
		got := changes(t, l, Filter{Approver: "Ciarán"})
		if len(got) == 0 {
			t.Fatal("none")
		}
		for _, g := range got {
			if !slices.ContainsFunc(g.Approvers, func(a string) bool { return strings.Contains(a, "Ciarán") }) {
				t.Errorf("%s: approvers %v", g.ID, g.Approvers)
			}
		}
		if all := changes(t, l, Filter{Person: "ciarán"}); len(all) <= len(got) {
			t.Errorf("%d changes that he had a part in, want more than the %d that he approved", len(all), len(got))
		}
	})
	t.Run("words", func(t *testing.T) {
		got := changes(t, l, Filter{Text: "UNSIGNED legacy"})
		if len(got) != 2 {
			t.Errorf("%v, want the hotfix and its twin on main", ids(got))
		}
		if none := changes(t, l, Filter{Text: "unsigned elephants"}); len(none) != 0 {
			t.Errorf("%v for words that nothing holds", ids(none))
		}
	})
	t.Run("no day", func(t *testing.T) {
		for _, err := range l.Changes(context.Background(), Filter{On: "tomorrow' OR 1=1 --"}) {
			if err == nil || !strings.Contains(err.Error(), "is no day") {
				t.Errorf("error %v", err)
			}
		}
	})
	t.Run("hostile", func(t *testing.T) {
		hostile := `%' OR 1=1; DROP TABLE changes; --`
		for _, f := range []Filter{{Text: hostile}, {Person: hostile}, {Ticket: hostile}, {Component: hostile + "**[](.*"}, {ID: hostile}, {Repository: hostile}} {
			if got := changes(t, l, f); len(got) != 0 {
				t.Errorf("%+v gives %v", f, ids(got))
			}
		}
	})
}

// paths are those that a change of the truth touches.
func paths(c *company.Company, w *company.Change) (out []string) {
	for _, r := range c.Forge.Repos {
		if "harbourline/"+r.Name != w.Repository {
			continue
		}
		for _, p := range r.PullRequests {
			if p.Number == w.PullRequest {
				for _, f := range p.Files {
					out = append(out, f.Path)
				}
			}
		}
		if commit := r.Commits[w.MergeSHA]; commit != nil {
			for _, f := range commit.Files {
				out = append(out, f.Path)
			}
		}
	}
	return out
}

func TestChangesAreInOrder(t *testing.T) {
	l := loadCompany(t, company.New(company.DefaultSeed))
	var last evidence.Entry
	for _, c := range changes(t, l, Filter{InPopulation: true}) {
		if c.Deployed.Before(last.Deployed) || c.Deployed.Equal(last.Deployed) && c.ID <= last.ID {
			t.Errorf("%s (%s) comes after %s (%s)", c.ID, c.Deployed, last.ID, last.Deployed)
		}
		last = c
	}
}

func TestPopulationHashEqualsSha256sum(t *testing.T) {
	l := loadCompany(t, company.New(company.DefaultSeed))
	n, sum, err := l.PopulationHash(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	population := ids(changes(t, l, Filter{InPopulation: true}))
	cmd := exec.Command("sh", "-c", "LC_ALL=C sort | sha256sum")
	cmd.Stdin = strings.NewReader(strings.Join(population, "\n") + "\n")
	want, err := cmd.Output()
	if err != nil {
		t.Skip("sort and sha256sum are not installed")
	}
	if n != len(population) || !strings.HasPrefix(string(want), sum) {
		t.Errorf("%d and %s, want %d and %s", n, sum, len(population), want)
	}
	if empty := sha256.Sum256(nil); sum == hex.EncodeToString(empty[:]) {
		t.Error("the hash is that of nothing")
	}
}

func TestMonthsAddUp(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	months, err := l.Months(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, g := range changes(t, l, Filter{InPopulation: true}) {
		count[g.Deployed.In(c.Zone).Format("2006-01")]++
	}
	if len(months) != 6 || months[0].Month != "2026-01" {
		t.Fatalf("months %+v", months)
	}
	for _, m := range months {
		if m.Changes != count[m.Month] || m.Changes == 0 || m.PullRequests+m.Commits+m.Tickets != m.Changes {
			t.Errorf("%+v, want %d", m, count[m.Month])
		}
	}
}

func TestComponentPatterns(t *testing.T) {
	salesforce := []string{
		"force-app/main/default/objects/Contact/Contact.object-meta.xml", "force-app/main/default/objects/Contact/fields/Email__c.field-meta.xml",
		"force-app/main/default/objects/Contact_Note__c/fields/A__c.field-meta.xml", "force-app/main/default/layouts/Contact-Contact Layout.layout-meta.xml",
		"src/objects/Contact.object", "force-app/main/default/classes/ContactService.cls", "force-app/main/default/quickActions/Contact.New_Note.quickAction-meta.xml",
		"src/components/Contact.tsx",
	}
	tests := map[string]struct {
		pattern string
		want    []int
	}{
		"a folder at any depth":         {"objects/Contact/**", []int{0, 1}},
		"a folder without stars":        {"objects/Contact", []int{0, 1}},
		"parts of an object":            {"Contact.*", []int{1, 3, 6, 7, 4, 0}},
		"the object itself":             {"Contact", []int{0, 1, 3, 4, 6}},
		"any case for names":            {"contact", []int{0, 1, 3, 4, 6}},
		"one field":                     {"Contact.Email__c", []int{1}},
		"a star stops at a slash":       {"/force-app/*/objects", nil},
		"two stars do not":              {"/force-app/**/objects", []int{0, 1, 2}},
		"anchored":                      {"/objects/Contact", nil},
		"a class":                       {"ContactService", []int{5}},
		"letters of a pattern are text": {"objects.Contact", nil},
	}
	w := &world{}
	for i, p := range salesforce {
		w.commit(string(rune('a'+i)), "", "main", march(i+1, 9)).Files = []evidence.File{{Path: p}}
	}
	l := w.load(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, i := range test.want {
				want = append(want, "o/r@"+string(rune('a'+i)))
			}
			if got := ids(changes(t, l, Filter{Component: test.pattern})); !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("%s gives %v, want %v", test.pattern, got, want)
			}
		})
	}
}

func TestItemComesBackAsItWas(t *testing.T) {
	c := company.New(company.DefaultSeed)
	l := loadCompany(t, c)
	for _, it := range companyItems(c)[:40] {
		got, ok, err := l.Item(context.Background(), it.Ref)
		if err != nil || !ok {
			t.Fatal(it.Ref, ok, err)
		}
		a, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(got)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s came back as another: %v", it.Ref, err)
		}
	}
}

// TestDocumentedQueries runs the examples of docs/ledger.md, by SQLite's own
// program where it is installed: another reader than ours.
func TestDocumentedQueries(t *testing.T) {
	text, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	l := loadCompany(t, company.New(company.DefaultSeed))
	path := l.path
	examples := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(examples) < 3 {
		t.Fatalf("%d examples in docs/ledger.md, want three", len(examples))
	}
	db, err := sql.Open("sqlite", address(path, "mode=ro"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // only read
	for _, m := range examples {
		var n int
		if err := db.QueryRow(`SELECT count(*) FROM (` + strings.TrimRight(strings.TrimSpace(m[1]), ";") + `)`).Scan(&n); err != nil || n == 0 {
			t.Errorf("%d rows, %v:\n%s", n, err, m[1])
		}
		if program, err := exec.LookPath("sqlite3"); err == nil {
			cmd := exec.Command(program, "-readonly", path)
			cmd.Stdin = strings.NewReader(m[1])
			out, err := cmd.CombinedOutput()
			if lines := bytes.Count(out, []byte("\n")); err != nil || lines < n {
				t.Errorf("sqlite3 gives %d lines, want %d, %v:\n%s", lines, n, err, out)
			}
		}
	}
	// Every table and view is described.
	found, err := db.Query(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close() //nolint:errcheck // Err is looked at
	for found.Next() {
		var name string
		if err := found.Scan(&name); err != nil {
			t.Fatal(err)
		}
		columns, err := db.Query(`SELECT name FROM pragma_table_info(?)`, name)
		if err != nil {
			t.Fatal(err)
		}
		_, section, ok := strings.Cut(string(text), "\n| `"+name+"` |")
		if !ok {
			t.Errorf("docs/ledger.md does not describe the table %s", name)
		}
		section, _, _ = strings.Cut(section, "\n| `")
		for columns.Next() {
			var column string
			if err := columns.Scan(&column); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(section, "`"+column+"`") {
				t.Errorf("docs/ledger.md does not describe %s.%s", name, column)
			}
		}
		if err := columns.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
}
