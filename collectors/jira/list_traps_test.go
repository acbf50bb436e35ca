package jira

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var firstQuarter = evidence.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}

// row is one issue of a search, with an empty changelog where there is none.
func row(key, created, updated, extra string) string {
	if !strings.Contains(extra, "changelog") {
		extra += `,"changelog":{"startAt":0,"maxResults":0,"total":0,"histories":[]}`
	}
	fields := ""
	if f, rest, ok := strings.Cut(extra, "|"); ok {
		fields, extra = ","+f, rest
	}
	return fmt.Sprintf(`{"id":"9%s","key":%q,"fields":{"summary":"s","created":%q,"updated":%q%s}%s}`,
		strings.TrimLeft(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), key, created, updated, fields, extra)
}

const inside = "2026-02-02T10:00:00.000+0000"

// project lets the login see a project.
func (f *fake) project(api, key string) {
	f.json(api+"project/"+key, `{"key":"`+key+`"}`)
	f.json(api+"mypermissions", `{"permissions":{"BROWSE_PROJECTS":{"havePermission":true}}}`)
}

// pages answers a search with one page after another.
func pages(bodies ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		at := r.FormValue("startAt") + r.FormValue("nextPageToken")
		i := slices.IndexFunc(bodies, func(b string) bool { return strings.HasPrefix(b, at+"=") })
		if i < 0 {
			status(400, `{"errorMessages":["no such page: `+at+`"]}`)(w, r)
			return
		}
		_, body, _ := strings.Cut(bodies[i], "=")
		status(200, body)(w, r)
	}
}

func histories(from, to int, extra string) string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf(`{"id":"%d","created":"2026-01-%02dT10:00:00.000+0000","items":[{"field":"status","fromString":"a","toString":%q}]}`, i+1, i%28+1, "s"+extra))
	}
	return strings.Join(all, ",")
}

func TestListTraps(t *testing.T) {
	token := func(at, next string, rows ...string) string {
		if next != "" {
			return fmt.Sprintf(`%s={"issues":[%s],"nextPageToken":%q}`, at, strings.Join(rows, ","), next)
		}
		return fmt.Sprintf(`%s={"issues":[%s],"isLast":true}`, at, strings.Join(rows, ","))
	}
	start := func(at string, total int, rows ...string) string {
		return fmt.Sprintf(`%s={"total":%d,"issues":[%s]}`, at, total, strings.Join(rows, ","))
	}
	a := func(n int) string { return row(fmt.Sprintf("A-%d", n), inside, inside, "") }
	for name, test := range map[string]struct {
		cloud      bool
		serve      func(f *fake)
		config     func(c *Config)
		keys       string
		gaps       string // "part: reason" joined
		truncation string // of the first dataset; "" means none
		check      func(t *testing.T, items []evidence.Item, ipe evidence.IPE, gaps []evidence.Gap)
	}{
		"pages, numerically": {cloud: true, keys: "A-2 A-9 A-10", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = pages(token("", "p2", a(9), a(10)), token("p2", "p3"), token("p3", "", a(2)))
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if ipe.Totals.MinID != "A-2" || ipe.Totals.MaxID != "A-10" || ipe.Queries[0].Pages != 3 || ipe.Queries[0].Reported != -1 {
				t.Errorf("%+v", ipe)
			}
			if !strings.Contains(strings.Join(ipe.Notes, " "), "gave no estimate") {
				t.Errorf("notes %q", ipe.Notes)
			}
		}},
		"a ticket that moved between pages": {cloud: true, keys: "A-1 A-2 A-3", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = pages(token("", "p2", a(1), a(2)), token("p2", "p3", a(2)), token("p3", "", a(3)))
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if ipe.Duplicates != 1 || ipe.Received != 4 || ipe.Rows != 3 {
				t.Errorf("%+v", ipe)
			}
		}},
		"a page that repeats": {cloud: true, keys: "A-1", truncation: "same page", gaps: "tickets of A: truncated", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = pages(token("", "p2", a(1)), token("p2", "p2", a(1)))
		}},
		"a list without end": {cloud: true, keys: "A-1", truncation: "again and again", gaps: "tickets of A: truncated", serve: func(f *fake) {
			n := 0
			f.routes["/rest/api/3/search/jql"] = func(w http.ResponseWriter, r *http.Request) {
				n++
				_, body, _ := strings.Cut(token("", fmt.Sprint("p", n), a(1)), "=")
				status(200, body)(w, r)
			}
		}},
		"more without saying where": {cloud: true, keys: "A-1", truncation: "does not say where", gaps: "tickets of A: truncated", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+a(1)+`],"isLast":false}`)
		}},
		"a page that does not come": {cloud: true, keys: "A-1", truncation: "page 2 of the tickets of project A", gaps: "tickets of A: unreachable", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = pages(token("", "p2", a(1)))
		}},
		"a query that is refused": {cloud: true, truncation: "page 1", gaps: "tickets of A: unreachable", serve: func(f *fake) {
			f.routes["/rest/api/3/search/jql"] = status(400, `{"errorMessages":["no"]}`)
		}},
		"a project that is hidden": {cloud: true, truncation: "may not be seen by this login", gaps: "tickets of A: ambiguous", serve: func(f *fake) {
			f.routes["/rest/api/3/project/A"] = status(404, `{}`)
			f.json("/rest/api/3/search/jql", `{"issues":[],"isLast":true}`)
		}},
		"a project without Browse Projects": {cloud: true, truncation: "may not be seen by this login", gaps: "tickets of A: ambiguous", serve: func(f *fake) {
			f.json("/rest/api/3/mypermissions", `{"permissions":{"BROWSE_PROJECTS":{"havePermission":false}}}`)
			f.json("/rest/api/3/search/jql", `{"issues":[],"isLast":true}`)
		}},
		"one project of two": {cloud: true, keys: "B-1", truncation: "may not be seen", gaps: "tickets of A: ambiguous", config: func(c *Config) { c.Projects = []string{"b", "A"} }, serve: func(f *fake) {
			f.routes["/rest/api/3/project/A"] = status(404, `{}`)
			f.json("/rest/api/3/project/B", `{"key":"B"}`)
			f.json("/rest/api/3/search/jql", `{"issues":[`+row("B-1", inside, inside, "")+`],"isLast":true}`)
		}},
		"a login that is not accepted": {cloud: true, keys: "A-1", truncation: "as anybody may see it", gaps: "tickets of A: denied", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+a(1)+`],"isLast":true}`, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
		}},
		"rows that are no tickets": {cloud: true, keys: "A-1", truncation: `its key is "../x"`, gaps: "tickets of A: unreachable; tickets of A: unreachable", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[{"key":"../x","fields":{}},{"key":"A-2"},`+a(1)+`],"isLast":true}`)
		}},
		"server, counted": {keys: "A-1 A-2 A-3", serve: func(f *fake) {
			f.routes["/rest/api/2/search"] = pages(start("", 3, a(1), a(2)), start("2", 3, a(3)))
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if ipe.Queries[0].Reported != 3 || ipe.Queries[0].Received != 3 {
				t.Errorf("%+v", ipe.Queries)
			}
		}},
		"server, a ticket that left while reading": {keys: "A-1 A-2", serve: func(f *fake) {
			f.routes["/rest/api/2/search"] = pages(start("", 3, a(1), a(2)), start("2", 2))
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if !strings.Contains(strings.Join(ipe.Notes, " "), "3 tickets at first and 2 on page 2") {
				t.Errorf("notes %q", ipe.Notes)
			}
		}},
		"server, moved and so one was missed": {keys: "A-1 A-2", truncation: "Jira counts 3 tickets of project A and gave 2 different ones", gaps: "tickets of A: truncated", serve: func(f *fake) {
			f.routes["/rest/api/2/search"] = pages(start("", 3, a(1), a(2)), start("2", 3, a(2)))
		}},
		"server, fewer than counted": {keys: "A-1", truncation: "counts 9 tickets", gaps: "tickets of A: truncated", serve: func(f *fake) {
			f.routes["/rest/api/2/search"] = pages(start("", 9, a(1)), start("1", 9))
		}},
		"server, no count": {keys: "A-1", truncation: "does not say how many", gaps: "tickets of A: truncated", serve: func(f *fake) {
			f.json("/rest/api/2/search", `{"issues":[`+a(1)+`]}`)
		}},
		"the days around the period": {cloud: true, keys: "A-2 A-3", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+strings.Join([]string{
				row("A-1", "2025-05-01T00:00:00.000+0000", "2026-01-01T00:59:59.000+0100", ""),
				row("A-2", "2025-05-01T00:00:00.000+0000", "2026-01-01T01:00:00.000+0100", ""),
				row("A-3", "2026-03-31T23:59:59.999+0000", "2026-05-01T00:00:00.000+0000", ""),
				row("A-4", "2026-04-01T00:00:00.000+0000", "2026-05-01T00:00:00.000+0000", ""),
			}, ",")+`],"isLast":true}`)
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if len(ipe.Exclusions) != 2 || fmt.Sprint(ipe.Exclusions[0].IDs, ipe.Exclusions[1].IDs) != "[A-1] [A-4]" {
				t.Errorf("exclusions %+v", ipe.Exclusions)
			}
		}},
		"a changelog that Cloud cut, and calls whole": {cloud: true, keys: "A-1", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+row("A-1", inside, inside, `,"changelog":{"maxResults":40,"total":40,"histories":[`+histories(21, 61, "")+`]}`)+`],"isLast":true}`)
			f.json("/rest/api/3/issue/A-1/changelog", `{"total":61,"isLast":true,"values":[`+histories(0, 61, "")+`]}`)
		}, check: wholeHistory(61)},
		"a changelog that is missing": {cloud: true, keys: "A-1", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+row("A-1", inside, inside, `,"changelog":null`)+`],"isLast":true}`)
			f.json("/rest/api/3/issue/A-1/changelog", `{"total":3,"isLast":true,"values":[`+histories(0, 3, "")+`]}`)
		}, check: wholeHistory(3)},
		"a changelog that cannot be had": {cloud: true, keys: "A-1", truncation: "the history of 1 tickets is not whole", gaps: "history: ambiguous", serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+row("A-1", inside, inside, `,"changelog":null`)+`],"isLast":true}`)
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, gaps []evidence.Gap) {
			if gaps[0].Ref != ref("A-1") {
				t.Errorf("the gap is of %s", gaps[0].Ref)
			}
		}},
		"server, a changelog that is cut": {keys: "A-1", serve: func(f *fake) {
			f.json("/rest/api/2/search", `{"total":1,"issues":[`+row("A-1", inside, inside, `,"changelog":{"total":5,"histories":[`+histories(2, 5, "")+`]}`)+`]}`)
			f.json("/rest/api/2/issue/A-1", `{"key":"A-1","fields":{},"changelog":{"total":5,"histories":[`+histories(0, 5, "")+`]}}`)
		}, check: wholeHistory(5)},
		"a field that does not exist": {cloud: true, keys: "A-1 A-2", gaps: "field risk: not found", config: func(c *Config) { c.Fields = map[string]string{"risk": "Risk"} }, serve: func(f *fake) {
			f.json("/rest/api/3/field", `[{"id":"summary","name":"Summary"}]`)
			f.json("/rest/api/3/search/jql", `{"issues":[`+a(1)+`,`+a(2)+`],"isLast":true}`)
		}},
		"a field twice on each ticket": {cloud: true, keys: "A-1 A-2", gaps: "field risk: ambiguous", config: func(c *Config) { c.Fields = map[string]string{"risk": "Risk"} }, serve: func(f *fake) {
			f.json("/rest/api/3/field", `[{"id":"customfield_1","name":"Risk"},{"id":"customfield_2","name":"Risk"}]`)
			both := `"customfield_1":"x","customfield_2":"y"|`
			f.json("/rest/api/3/search/jql", `{"issues":[`+row("A-1", inside, inside, both)+`,`+row("A-2", inside, inside, both)+`],"isLast":true}`)
		}, check: func(t *testing.T, _ []evidence.Item, _ evidence.IPE, gaps []evidence.Gap) {
			if !strings.HasSuffix(gaps[0].Detail, "(so for 2 tickets, the first of them A-1)") {
				t.Errorf("detail %q", gaps[0].Detail)
			}
		}},
		"fields that cannot be listed": {cloud: true, keys: "A-1", truncation: "the configured fields were not read", gaps: "fields: ambiguous", config: func(c *Config) { c.Fields = map[string]string{"risk": "Risk"} }, serve: func(f *fake) {
			f.json("/rest/api/3/search/jql", `{"issues":[`+a(1)+`],"isLast":true}`)
		}},
		"deployed in the period by its field, and not changed since": {cloud: true, keys: "A-1 A-2", config: deployedField, serve: func(f *fake) {
			f.json("/rest/api/3/field", `[{"id":"customfield_7","name":"Live on","schema":{"type":"date"}}]`)
			f.routes["/rest/api/3/search/jql"] = func(w http.ResponseWriter, r *http.Request) {
				body := a(1)
				if strings.Contains(r.FormValue("jql"), `cf[7] >= "2025-12-31" AND cf[7] < "2026-04-02" AND updated < "2025-12-31" ORDER BY key ASC`) {
					old := "2025-11-01T00:00:00.000+0000"
					body = row("A-2", old, old, `"customfield_7":"2026-01-15"|`) + "," + row("A-3", old, old, `"customfield_7":"2026-04-02"|`)
				}
				status(200, `{"issues":[`+body+`],"isLast":true}`)(w, r)
			}
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if len(ipe.Queries) != 2 || len(ipe.Exclusions) != 1 || !slices.Equal(ipe.Exclusions[0].IDs, []string{"A-3"}) {
				t.Errorf("%+v", ipe)
			}
			if !strings.Contains(strings.Join(ipe.Notes, " "), "of the 2 tickets 1 were created in the period, 0 were resolved and 1 say that they were deployed") {
				t.Errorf("notes %q", ipe.Notes)
			}
		}},
		"a deployed field that is no date": {cloud: true, keys: "A-1", config: deployedField, serve: func(f *fake) {
			f.json("/rest/api/3/field", `[{"id":"customfield_7","name":"Live on","schema":{"type":"string"}}]`)
			f.json("/rest/api/3/search/jql", `{"issues":[`+a(1)+`],"isLast":true}`)
		}, check: func(t *testing.T, _ []evidence.Item, ipe evidence.IPE, _ []evidence.Gap) {
			if len(ipe.Queries) != 1 || !strings.Contains(strings.Join(ipe.Notes, " "), "is no date to Jira") {
				t.Errorf("%+v", ipe)
			}
		}},
		"all projects that are visible": {cloud: true, keys: "A-1 B-1", config: func(c *Config) { c.Projects = nil }, serve: func(f *fake) {
			f.json("/rest/api/3/project/search", `{"total":2,"isLast":true,"values":[{"key":"B"},{"key":"A"}]}`)
			f.routes["/rest/api/3/search/jql"] = func(w http.ResponseWriter, r *http.Request) {
				key := string(strings.TrimPrefix(r.FormValue("jql"), `project = "`)[0]) + "-1"
				status(200, `{"issues":[`+strings.ReplaceAll(row(key, inside, inside, ""), `"id":"91"`, `"id":"`+key+`"`)+`],"isLast":true}`)(w, r)
			}
		}},
		"a ticket that moved to another project": {keys: "A-1", config: func(c *Config) { c.Projects = []string{"A", "B"} }, serve: func(f *fake) {
			f.project("/rest/api/2/", "B")
			f.routes["/rest/api/2/search"] = func(w http.ResponseWriter, r *http.Request) {
				key := string(strings.TrimPrefix(r.FormValue("jql"), `project = "`)[0]) + "-1" // both have the id 91
				status(200, `{"total":1,"issues":[`+row(key, inside, inside, "")+`]}`)(w, r)
			}
		}},
		"no project at all": {truncation: "Jira shows this login no project", gaps: "projects: ambiguous", config: func(c *Config) { c.Projects = nil }, serve: func(f *fake) {
			f.json("/rest/api/2/project", `[]`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			api := map[bool]string{true: "/rest/api/3/", false: "/rest/api/2/"}[test.cloud]
			f.project(api, "A")
			test.serve(f)
			config := f.config(test.cloud)
			config.Projects = []string{"A"}
			if test.config != nil {
				test.config(&config)
			}
			items, ipes, gaps := listed(t, newCollector(t, config, session(t)), firstQuarter, 2)
			if got := strings.Join(keys(items), " "); got != test.keys {
				t.Errorf("keys %q, want %q", got, test.keys)
			}
			if got := summary(gaps); got != test.gaps {
				t.Errorf("gaps %q, want %q: %v", got, test.gaps, gaps)
			}
			got := strings.Join(ipes[0].Truncations, "; ")
			if (got != "") != (test.truncation != "") || !strings.Contains(got, test.truncation) {
				t.Errorf("truncations %q, want %q", got, test.truncation)
			}
			if test.check != nil {
				test.check(t, items, ipes[0], gaps)
			}
			if strings.Contains(fmt.Sprint(ipes, gaps), testToken) {
				t.Error("the token occurs in the datasets")
			}
		})
	}
}

func deployedField(c *Config) {
	c.Fields, c.DeployedField = map[string]string{"deployed_at": "Live on"}, "deployed_at"
}

func wholeHistory(n int) func(*testing.T, []evidence.Item, evidence.IPE, []evidence.Gap) {
	return func(t *testing.T, items []evidence.Item, _ evidence.IPE, _ []evidence.Gap) {
		if got := items[0].Ticket.History; len(got) != n || len(items[0].Provenance) < 2 {
			t.Errorf("%d changes of %d, payloads %v", len(got), n, items[0].Provenance)
		}
	}
}

func TestListStops(t *testing.T) {
	f := newFake(t)
	for _, key := range []string{"A", "B"} {
		f.project("/rest/api/2/", key)
	}
	f.json("/rest/api/2/search", `{"total":2,"issues":[`+row("A-1", inside, inside, "")+`,`+row("A-2", inside, inside, "")+`]}`)
	config := f.config(false)
	config.Projects = []string{"A", "B"}
	stop, n := errors.New("stop"), 0
	c := newCollector(t, config, session(t))
	ipes, err := c.List(t.Context(), firstQuarter, func(evidence.Item) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 || len(ipes) != 2 || len(ipes[0].Truncations) != 1 || len(ipes[1].Truncations) != 1 || ipes[0].Rows != 0 {
		t.Errorf("%d items, %+v, %v", n, ipes, err)
	}
	if _, err := c.List(t.Context(), evidence.Period{From: firstQuarter.To, To: firstQuarter.From}, nil); err == nil {
		t.Error("a reversed period is accepted")
	}
}
