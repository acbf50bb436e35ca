package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// listed runs a list with small pages.
func listed(t *testing.T, c *Collector, p evidence.Period, size int) ([]evidence.Item, []evidence.IPE, []evidence.Gap) {
	t.Helper()
	var items []evidence.Item
	l := c.lister(p, func(it evidence.Item) error {
		items = append(items, it)
		return nil
	})
	l.size = size
	ipes, err := l.walk(t.Context())
	seen := map[string]bool{}
	for _, it := range items {
		if it.Ticket == nil || it.Ref != ref(it.Ticket.Key) || len(it.Provenance) == 0 || seen[it.Ref.ID] || !slices.Contains(it.Unread, "comments") {
			t.Errorf("item %s: listed before %t, unread %v, %d payloads", it.Ref, seen[it.Ref.ID], it.Unread, len(it.Provenance))
		}
		seen[it.Ref.ID] = true
	}
	rows := 0
	for _, ipe := range ipes {
		rows += ipe.Rows
		excluded := 0
		for _, e := range ipe.Exclusions {
			excluded += len(e.IDs)
		}
		if len(ipe.Truncations) == 0 && ipe.Rows != ipe.Received-ipe.Duplicates-excluded {
			t.Errorf("%s: %d received, %d twice, %d excluded make %d rows", ipe.Dataset, ipe.Received, ipe.Duplicates, excluded, ipe.Rows)
		}
	}
	if rows != len(items) {
		t.Errorf("%d rows in the datasets, %d items", rows, len(items))
	}
	return items, ipes, evidence.Gaps(evidence.Ref{}, "jira", err, testTime)
}

func keys(items []evidence.Item) []string {
	var all []string
	for _, it := range items {
		all = append(all, it.Ref.ID)
	}
	slices.SortFunc(all, compareKeys)
	return all
}

func companyConfig(t *testing.T, c *company.Company, base string) Config {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Name: "jira", BaseURL: u, Cloud: c.Tracker.Flavour == tracker.Cloud, Projects: c.Config.Projects, Fields: map[string]string{},
		DeployedField: "deployed_at", DeployedStatuses: c.Config.Deployed, Authorize: func(r *http.Request) {
			if c.Tracker.Flavour == tracker.Cloud {
				r.SetBasicAuth(c.Tracker.BasicUser, c.Tracker.Token)
			} else {
				r.Header.Set("Authorization", "Bearer "+c.Tracker.Token)
			}
		}}
	for _, f := range c.Config.Fields {
		config.Fields[f.Word] = f.Name
	}
	return config
}

func TestListSampleCompany(t *testing.T) {
	for _, flavour := range []tracker.Flavour{tracker.Cloud, tracker.DataCenter} {
		t.Run(string(flavour), func(t *testing.T) {
			c := company.New(company.DefaultSeed)
			c.Tracker.Flavour = flavour
			server := httptest.NewServer(c.Tracker.Handler())
			defer server.Close()
			config, vault := companyConfig(t, c, server.URL), t.TempDir()
			p := evidence.Period{From: time.Date(2026, 2, 1, 0, 0, 0, 0, c.Zone), To: time.Date(2026, 4, 1, 0, 0, 0, 0, c.Zone)}
			s := collectortest.Session(t, vault, false)
			col := newCollector(t, config, s)
			if _, err := col.Preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			items, ipes, gaps := listed(t, col, p, 7)
			if len(gaps) > 0 {
				t.Errorf("gaps %v", gaps)
			}
			want, excluded := expected(c, p)
			if diff := cmp.Diff(want, keys(items)); diff != "" {
				t.Errorf("the list differs from the tracker's issues (-issues +list):\n%s", diff)
			}
			if len(want) < 80 {
				t.Fatalf("only %d issues are expected", len(want))
			}
			checkCompanyIPE(t, c, p, ipes, want, excluded)
			sameAsCollected(t, col, items)

			server.Close()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again := newCollector(t, config, collectortest.Session(t, vault, true))
			replayed, ipesAgain, _ := listed(t, again, p, 7)
			if diff := cmp.Diff(items, replayed); diff != "" {
				t.Errorf("the list differs offline:\n%s", diff)
			}
			if diff := cmp.Diff(ipes, ipesAgain); diff != "" {
				t.Errorf("the datasets differ offline:\n%s", diff)
			}
		})
	}
}

// expected reads the tracker's model by itself.
func expected(c *company.Company, p evidence.Period) (want []string, excluded map[string]bool) {
	excluded = map[string]bool{}
	implemented := c.Tracker.Field("Implemented at").Number
	for _, is := range c.Tracker.Issues {
		if !slices.Contains(c.Config.Projects, is.Project.Key) {
			continue
		}
		went := is.Custom[implemented].Time
		switch {
		case is.Created.Before(p.To) && !is.Updated.Before(p.From), p.Contains(went):
			want = append(want, is.Key)
		default:
			excluded[is.Key] = true
		}
	}
	slices.SortFunc(want, compareKeys)
	return want, excluded
}

func checkCompanyIPE(t *testing.T, c *company.Company, p evidence.Period, ipes []evidence.IPE, want []string, excluded map[string]bool) {
	t.Helper()
	if len(ipes) != len(c.Config.Projects) {
		t.Fatalf("%d datasets", len(ipes))
	}
	for _, ipe := range ipes {
		var own []string
		for _, key := range want {
			if strings.HasPrefix(key, ipe.Scope+"-") {
				own = append(own, key)
			}
		}
		if ipe.Rows != len(own) || len(ipe.Truncations) > 0 || ipe.Duplicates != 0 || ipe.Principal == "" || ipe.Period != p || ipe.Started.IsZero() || ipe.Ended.Before(ipe.Started) {
			t.Errorf("%+v, want %d rows", ipe, len(own))
		}
		if ipe.Totals.MinID != own[0] || ipe.Totals.MaxID != own[len(own)-1] || ipe.Totals.IDsSHA256 != evidence.HashIDs(own) {
			t.Errorf("%s: totals %+v, want from %s to %s", ipe.Dataset, ipe.Totals, own[0], own[len(own)-1])
		}
		for _, e := range ipe.Exclusions {
			for _, key := range e.IDs {
				if !excluded[key] {
					t.Errorf("%s is excluded: %s", key, e.Rule)
				}
			}
		}
		q := ipe.Queries[0]
		if want := `project = "` + ipe.Scope + `" AND created < "2026-04-02" AND updated >= "2026-01-31" ORDER BY key ASC`; q.Text != want {
			t.Errorf("query %s, want %s", q.Text, want)
		}
		if q.Pages != (q.Received+6)/7 && q.Received > 0 || c.Tracker.Flavour == tracker.DataCenter && q.Reported != q.Received || c.Tracker.Flavour == tracker.Cloud && q.Reported != -1 {
			t.Errorf("%+v", q)
		}
	}
}

// sameAsCollected holds the list to what Collect gives of the same tickets.
func sameAsCollected(t *testing.T, c *Collector, items []evidence.Item) {
	t.Helper()
	for i := 0; i < len(items); i += 9 {
		want, gaps := collect(t, c, items[i].Ref.ID)
		if len(gaps) > 0 {
			t.Errorf("%s: %v", items[i].Ref, gaps)
		}
		if diff := cmp.Diff(want, items[i].Ticket, cmpopts.IgnoreFields(evidence.Ticket{}, "Comments", "Attachments", "Remote", "Approvals")); diff != "" {
			t.Errorf("%s differs from what Collect gives (-collected +listed):\n%s", items[i].Ref, diff)
		}
		if len(items[i].Ticket.Comments) > 0 || len(items[i].Ticket.Attachments) > 0 {
			t.Errorf("%s has parts that the list does not give", items[i].Ref)
		}
	}
}

// serveRows serves recorded rows as a search would, in small pages.
func serveRows(t *testing.T, cloud bool, rows []json.RawMessage) string {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	page := func(at, limit int) []json.RawMessage { return rows[min(at, len(rows)):min(at+limit, len(rows))] }
	mux.HandleFunc("GET /rest/api/3/search/jql", func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(r.FormValue("nextPageToken"))
		limit, _ := strconv.Atoi(r.FormValue("maxResults"))
		body := map[string]any{"issues": page(at, limit), "isLast": at+limit >= len(rows)}
		if at+limit < len(rows) {
			body["nextPageToken"] = strconv.Itoa(at + limit)
		}
		answer(w, body)
	})
	mux.HandleFunc("GET /rest/api/2/search", func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(r.FormValue("startAt"))
		limit, _ := strconv.Atoi(r.FormValue("maxResults"))
		answer(w, map[string]any{"startAt": at, "maxResults": limit, "total": len(rows), "issues": page(at, limit)})
	})
	for _, v := range []string{"2", "3"} {
		mux.HandleFunc("GET /rest/api/"+v+"/project/{key}", func(w http.ResponseWriter, r *http.Request) {
			answer(w, map[string]any{"key": r.PathValue("key")})
		})
		mux.HandleFunc("GET /rest/api/"+v+"/mypermissions", func(w http.ResponseWriter, _ *http.Request) {
			answer(w, map[string]any{"permissions": map[string]any{"BROWSE_PROJECTS": map[string]any{"havePermission": true}}})
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// Real rows, in pages of four: each is listed once, as the recording has it.
func TestListDevlake(t *testing.T) {
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
			base, err := url.Parse(serveRows(t, site.cloud, data))
			if err != nil {
				t.Fatal(err)
			}
			c := newCollector(t, Config{Name: "jira", BaseURL: base, Cloud: site.cloud, Projects: []string{"ALL"}}, session(t))
			p := evidence.Period{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)}
			items, ipes, gaps := listed(t, c, p, 4)
			if len(items) != site.count || len(gaps) > 0 || len(ipes[0].Truncations) > 0 || ipes[0].Queries[0].Pages != (site.count+3)/4 {
				t.Fatalf("%d items, gaps %v, %+v", len(items), gaps, ipes)
			}
			history := 0
			for i, raw := range data {
				var want recorded
				if err := json.Unmarshal(raw, &want); err != nil {
					t.Fatal(err)
				}
				// The recording is of version 2: its texts are wiki markup there too.
				sameFacts(t, want, items[i].Ticket)
				sameHistory(t, want, items[i].Ticket)
				history += len(items[i].Ticket.History)
			}
			if history == 0 {
				t.Error("no ticket has a history")
			}
			// A part of it: what was created later or not changed since is excluded.
			var want []string
			var updated []time.Time
			for _, it := range items {
				updated = append(updated, it.Ticket.Updated)
			}
			slices.SortFunc(updated, time.Time.Compare)
			p.From, p.To = updated[site.count/3], updated[site.count-1]
			for _, it := range items {
				if it.Ticket.Created.Before(p.To) && !it.Ticket.Updated.Before(p.From) {
					want = append(want, it.Ref.ID)
				}
			}
			slices.SortFunc(want, compareKeys)
			some, _, _ := listed(t, newCollector(t, Config{Name: "jira", BaseURL: base, Cloud: site.cloud, Projects: []string{"ALL"}}, session(t)), p, 4)
			if got := keys(some); !slices.Equal(got, want) || len(got) == 0 || len(got) == site.count {
				t.Errorf("listed %v, want %v", got, want)
			}
		})
	}
}

func TestDays(t *testing.T) {
	for name, test := range map[string]struct{ from, to, first, end string }{
		"utc":        {"2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z", "2025-12-31", "2026-07-02"},
		"west":       {"2026-01-01T12:00:00Z", "2026-06-30T10:00:00Z", "2026-01-01", "2026-07-01"},
		"east":       {"2025-12-31T15:00:00Z", "2026-03-31T10:00:01Z", "2025-12-31", "2026-04-02"},
		"one second": {"2026-05-05T23:59:59Z", "2026-05-06T00:00:00Z", "2026-05-05", "2026-05-07"},
	} {
		t.Run(name, func(t *testing.T) {
			var p evidence.Period
			p.From, _ = time.Parse(time.RFC3339, test.from)
			p.To, _ = time.Parse(time.RFC3339, test.to)
			first, end := days(p)
			if first != test.first || end != test.end {
				t.Errorf("got %s to %s", first, end)
			}
			for offset := -12; offset <= 14; offset++ {
				zone := time.FixedZone(fmt.Sprint(offset), offset*3600)
				a, _ := time.ParseInLocation(time.DateOnly, first, zone)
				b, _ := time.ParseInLocation(time.DateOnly, end, zone)
				if a.After(p.From) || b.Before(p.To) {
					t.Errorf("in zone %d the days hold only %s to %s", offset, a, b)
				}
			}
		})
	}
}
