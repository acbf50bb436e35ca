package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestTicketThatDoesNotCome(t *testing.T) {
	refusedLogin := []string{"X-Seraph-LoginReason", "AUTHENTICATED_FAILED"}
	notThere := `{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}`
	for name, test := range map[string]struct {
		key    string
		serve  func(f *fake)
		change func(c *Config)
		proven bool
		want   string
		detail string
	}{
		"login not proven":           {serve: func(*fake) {}, want: "whole: ambiguous"},
		"no login, hidden project":   {proven: true, serve: func(*fake) {}, want: "whole: ambiguous", detail: "neither ticket PAY-1 nor project PAY"},
		"not in a visible project":   {proven: true, serve: func(f *fake) { f.json("/rest/api/3/project/PAY", `{"key":"PAY"}`) }, want: "whole: not found", detail: "which it can see"},
		"wrong login answered 404":   {proven: true, serve: func(f *fake) { f.routes["/rest/api/3/issue/PAY-1"] = status(404, notThere, refusedLogin...) }, want: "whole: denied", detail: "did not accept the login"},
		"wrong login seen as nobody": {proven: true, serve: func(f *fake) { f.routes["/rest/api/3/issue/PAY-1"] = status(404, notThere, "X-AUSERNAME", "anonymous") }, want: "whole: denied", detail: "for nobody"},
		"wrong login answered 401":   {serve: func(f *fake) { f.routes["/rest/api/3/issue/PAY-1"] = status(401, `{}`, refusedLogin...) }, want: "whole: denied"},
		"forbidden":                  {proven: true, serve: func(f *fake) { f.routes["/rest/api/3/issue/PAY-1"] = status(403, `{"errorMessages":["no"]}`) }, want: "whole: denied", detail: "403: no"},
		"project lookup fails": {proven: true, serve: func(f *fake) { f.routes["/rest/api/3/project/PAY"] = status(401, `{}`) },
			want: "whole: ambiguous", detail: "run doctor"},
		"not JSON":       {serve: func(f *fake) { f.routes["/rest/api/3/issue/PAY-1"] = status(200, `{"id":`) }, want: "whole: unreachable"},
		"not a ticket":   {serve: func(f *fake) { f.json("/rest/api/3/issue/PAY-1", `{"swagger":"2.0"}`) }, want: "whole: unreachable", detail: "not a ticket"},
		"not a key":      {key: "../../secret", serve: func(*fake) {}, want: "whole: not found", detail: "not a Jira ticket key"},
		"out of scope":   {change: func(c *Config) { c.Projects = []string{"OPS"} }, serve: func(*fake) {}, want: "whole: not configured", detail: "project PAY"},
		"escaped in key": {key: "PAY-1?x=y", serve: func(*fake) {}, want: "whole: not found"},
	} {
		t.Run(name, func(t *testing.T) {
			f, s := newFake(t), session(t)
			test.serve(f)
			config := f.config(true)
			if test.change != nil {
				test.change(&config)
			}
			if test.proven {
				s.Authenticated("jira", "auditor")
			}
			key := test.key
			if key == "" {
				key = "PAY-1"
			}
			ticket, gaps := collect(t, newCollector(t, config, s), key)
			if ticket != nil || summary(gaps) != test.want || !strings.Contains(gaps[0].Detail, test.detail) {
				t.Errorf("got ticket %v and gaps %+v, want %q with %q", ticket, gaps, test.want, test.detail)
			}
		})
	}
}

func TestPartsOfTheTicket(t *testing.T) {
	one := `{"id":"%d","created":"2025-10-15T10:0%d:00.000+0000","body":"text"}`
	pages := func(n, total int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(one, i, i))
		}
		return fmt.Sprintf(`{"startAt":0,"total":%d,"comments":[%s]}`, total, strings.Join(all, ","))
	}
	for name, test := range map[string]struct {
		cloud bool
		serve func(f *fake)
		want  string
		check func(t *testing.T, ticket *evidence.Ticket)
	}{
		"nothing missing": {serve: func(*fake) {}},
		"login refused and ticket given": {cloud: true, want: "login: denied", serve: func(f *fake) {
			f.json("/rest/api/3/issue/PAY-1", `{"id":"1","key":"PAY-1","fields":{}}`, "X-Seraph-Loginreason", "AUTHENTICATED_FAILED")
		}},
		"anonymous and ticket given": {cloud: true, want: "login: denied", serve: func(f *fake) {
			f.json("/rest/api/3/issue/PAY-1", `{"id":"1","key":"PAY-1","fields":{}}`, "X-AUSERNAME", "anonymous")
		}},
		"more comments counted than given": {want: "comments: truncated", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1/comment", pages(2, 5))
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if len(ticket.Comments) != 2 {
				t.Errorf("%d comments, want the 2 that came", len(ticket.Comments))
			}
		}},
		"comments in pages of one": {serve: func(f *fake) {
			for i := range 3 {
				f.json(fmt.Sprintf("/rest/api/2/issue/PAY-1/comment?maxResults=100&startAt=%d", i), fmt.Sprintf(`{"total":3,"comments":[`+one+`]}`, i, i))
			}
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if len(ticket.Comments) != 3 {
				t.Errorf("%d comments, want 3", len(ticket.Comments))
			}
		}},
		"second page of comments denied": {want: "comments: denied", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1/comment", pages(2, 5))
			f.routes["/rest/api/2/issue/PAY-1/comment?maxResults=100&startAt=2"] = status(403, `{}`)
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if len(ticket.Comments) != 2 {
				t.Errorf("%d comments, want those of the first page", len(ticket.Comments))
			}
		}},
		"comments of no known form": {want: "comments: unreachable", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1/comment", `{"items":[]}`)
		}},
		"comment with a strange time": {want: "comments: unreachable", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1/comment", `{"total":1,"comments":[{"id":"1","created":"yesterday","body":"x"}]}`)
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if len(ticket.Comments) != 1 || !ticket.Comments[0].Created.IsZero() {
				t.Errorf("comments %+v, want one without a time", ticket.Comments)
			}
		}},
		"internal comments": {serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1/comment", `{"total":4,"comments":[{"id":"1","jsdPublic":true},{"id":"2","jsdPublic":false},
				{"id":"3","properties":[{"key":"sd.public.comment","value":{"internal":true}}]},{"id":"4"}]}`)
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			var internal []bool
			for _, c := range ticket.Comments {
				internal = append(internal, c.Internal)
			}
			if !slices.Equal(internal, []bool{false, true, true, false}) {
				t.Errorf("internal %v", internal)
			}
		}},
		"changelog cut inside the ticket": {want: "history: truncated", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1", `{"key":"PAY-1","fields":{},"changelog":{"total":3,"histories":[{"id":"1","created":"2025-10-15T10:00:00.000+0000","items":[{"field":"status","toString":"Done"}]}]}}`)
		}},
		"no changelog": {want: "history: unreachable", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1", `{"key":"PAY-1","fields":{}}`)
		}},
		"changelog that repeats its page": {cloud: true, want: "history: truncated", serve: func(f *fake) {
			f.json("/rest/api/3/issue/PAY-1/changelog", `{"total":250,"isLast":false,"values":[{"id":"1","created":"2025-10-15T10:00:00.000+0000","items":[{"field":"status","toString":"Done"}]}]}`)
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if len(ticket.History) != 1 {
				t.Errorf("%d entries, want 1", len(ticket.History))
			}
		}},
		"remote links denied": {want: "remote links: denied", serve: func(f *fake) {
			f.routes["/rest/api/2/issue/PAY-1/remotelink"] = status(403, `{}`)
		}},
		"one field of a strange shape": {want: "labels: unreachable", serve: func(f *fake) {
			f.json("/rest/api/2/issue/PAY-1", `{"key":"PAY-1","fields":{"labels":{"a":1},"summary":"kept"},"changelog":{"total":0,"histories":[]}}`)
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if ticket.Title != "kept" {
				t.Errorf("title %q: one bad field took another with it", ticket.Title)
			}
		}},
		"moved": {serve: func(f *fake) {
			f.ticket(false, "NEW-7", "", "")
			f.routes["/rest/api/2/issue/PAY-1"] = f.routes["/rest/api/2/issue/NEW-7"]
		}, check: func(t *testing.T, ticket *evidence.Ticket) {
			if ticket.Key != "NEW-7" || ticket.Requested != "PAY-1" || !strings.HasSuffix(ticket.URL, "/browse/NEW-7") {
				t.Errorf("key %q, requested %q, URL %q", ticket.Key, ticket.Requested, ticket.URL)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(test.cloud, "PAY-1", `"summary":"S"`, "")
			test.serve(f)
			ticket, gaps := collect(t, newCollector(t, f.config(test.cloud), session(t)), "PAY-1")
			if ticket == nil || summary(gaps) != test.want {
				t.Fatalf("gaps %+v, want %q", gaps, test.want)
			}
			if test.check != nil {
				test.check(t, ticket)
			}
		})
	}
}

func TestConfiguredFields(t *testing.T) {
	list := `[{"id":"customfield_1","name":"Risk level"},{"id":"customfield_2","name":"Risk level"},{"id":"customfield_3","name":"Rollback plan"},{"id":"summary","name":"Summary"}]`
	for name, test := range map[string]struct {
		want   string // configured
		fields string // on the ticket
		names  string
		gaps   string
		detail string
		id     string // read; "" for none
		value  string
	}{
		"by id":                         {want: "customfield_3", fields: `"customfield_3":"revert"`, names: `"customfield_3":"Rollback plan"`, id: "customfield_3", value: "revert"},
		"by name":                       {want: "Rollback plan", fields: `"customfield_3":"revert"`, names: `"customfield_3":"Rollback plan"`, id: "customfield_3", value: "revert"},
		"by name in another case":       {want: "rollback PLAN", fields: `"customfield_3":"revert"`, names: `"customfield_3":"Rollback plan"`, id: "customfield_3", value: "revert"},
		"by name, names not given":      {want: "Rollback plan", fields: `"customfield_3":"revert"`, id: "customfield_3", value: "revert"},
		"empty":                         {want: "Rollback plan", fields: `"customfield_3":null`, names: `"customfield_3":"Rollback plan"`, id: "customfield_3"},
		"exists, not on this ticket":    {want: "Rollback plan"},
		"unknown":                       {want: "Rollback", gaps: "field x: not found", detail: `allowed are "Rollback plan" (customfield_3), "Risk level" (customfield_1)`},
		"unknown id":                    {want: "customfield_9", gaps: "field x: not found"},
		"twice at Jira, both here":      {want: "Risk level", fields: `"customfield_1":"a","customfield_2":"b"`, names: `"customfield_1":"Risk level","customfield_2":"Risk level"`, gaps: "field x: ambiguous", detail: "customfield_1, customfield_2"},
		"twice at Jira, neither here":   {want: "Risk level", gaps: "field x: ambiguous", detail: "customfield_1, customfield_2"},
		"twice at Jira, one of it here": {want: "Risk level", fields: `"customfield_2":{"value":"High"}`, names: `"customfield_2":"Risk level"`, id: "customfield_2", value: "High"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(true, "PAY-1", test.fields, `,"names":{`+test.names+`}`)
			f.json("/rest/api/3/field", list)
			config := f.config(true)
			config.Fields = map[string]string{"x": test.want}
			ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
			if summary(gaps) != test.gaps || test.gaps != "" && !strings.Contains(gaps[0].Detail, test.detail) {
				t.Fatalf("gaps %+v, want %q with %q", gaps, test.gaps, test.detail)
			}
			field, ok := ticket.Field("x")
			if ok != (test.id != "") || field.ID != test.id || field.Value.Source != test.value {
				t.Errorf("field %+v (present %t), want %s=%q", field, ok, test.id, test.value)
			}
		})
	}
}

func TestFieldValues(t *testing.T) {
	doc := `{"type": "doc", "version": 1, "content": [{"type":"paragraph"}]}`
	area := `{"type":"string","custom":"com.atlassian.jira.plugin.system.customfieldtypes:textarea"}`
	for name, test := range map[string]struct {
		raw, schema string
		cloud       bool
		want        evidence.Text
	}{
		"null":              {raw: `null`},
		"empty":             {raw: `""`},
		"empty list":        {raw: `[]`},
		"string":            {raw: `"High"`, want: evidence.Text{Markup: evidence.Plain, Source: "High"}},
		"number":            {raw: `3.50`, want: evidence.Text{Markup: evidence.Plain, Source: "3.50"}},
		"long number":       {raw: `12345678901234567890`, want: evidence.Text{Markup: evidence.Plain, Source: "12345678901234567890"}},
		"zero":              {raw: `0`, want: evidence.Text{Markup: evidence.Plain, Source: "0"}},
		"false":             {raw: `false`, want: evidence.Text{Markup: evidence.Plain, Source: "false"}},
		"date":              {raw: `"2025-10-15"`, want: evidence.Text{Markup: evidence.Plain, Source: "2025-10-15"}},
		"option":            {raw: `{"self":"x","value":"High","id":"1"}`, want: evidence.Text{Markup: evidence.Plain, Source: "High"}},
		"options":           {raw: `[{"value":"api"},{"value":"web"}]`, want: evidence.Text{Markup: evidence.Plain, Source: "api, web"}},
		"cascade":           {raw: `{"value":"EU","child":{"value":"Frankfurt"}}`, want: evidence.Text{Markup: evidence.Plain, Source: "EU > Frankfurt"}},
		"user of cloud":     {raw: `{"accountId":"5b","displayName":"Ada"}`, want: evidence.Text{Markup: evidence.Plain, Source: "Ada"}},
		"user of a server":  {raw: `{"name":"ada","key":"JIRAUSER1","displayName":"Ada L"}`, want: evidence.Text{Markup: evidence.Plain, Source: "Ada L"}},
		"users":             {raw: `[{"displayName":"Ada"},{"displayName":"Bob"}]`, want: evidence.Text{Markup: evidence.Plain, Source: "Ada, Bob"}},
		"group":             {raw: `{"name":"cab"}`, want: evidence.Text{Markup: evidence.Plain, Source: "cab"}},
		"ticket":            {raw: `{"key":"INC-1","fields":{"summary":"Down"}}`, want: evidence.Text{Markup: evidence.Plain, Source: "INC-1 Down"}},
		"labels":            {raw: `["a","b"]`, want: evidence.Text{Markup: evidence.Plain, Source: "a, b"}},
		"unknown object":    {raw: `{"objectId": "5"}`, want: evidence.Text{Markup: evidence.Plain, Source: `{"objectId":"5"}`}},
		"document":          {raw: doc, cloud: true, want: evidence.Text{Markup: evidence.ADF, Source: strings.ReplaceAll(doc, " ", "")}},
		"text area, server": {raw: `"*bold*"`, schema: area, want: evidence.Text{Markup: evidence.Wiki, Source: "*bold*"}},
		"text line, server": {raw: `"*bold*"`, want: evidence.Text{Markup: evidence.Plain, Source: "*bold*"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			schema := test.schema
			if schema == "" {
				schema = "{}"
			}
			f.ticket(test.cloud, "PAY-1", `"customfield_1":`+test.raw, `,"names":{"customfield_1":"X"},"schema":{"customfield_1":`+schema+`}`)
			config := f.config(test.cloud)
			config.Fields = map[string]string{"x": "X"}
			ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
			field, ok := ticket.Field("x")
			if len(gaps) > 0 || !ok {
				t.Fatalf("gaps %+v, present %t", gaps, ok)
			}
			if diff := cmp.Diff(test.want, field.Value); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMarkupWithoutSchema reads a text field of a server that gives no schemas
// with its tickets.
func TestMarkupWithoutSchema(t *testing.T) {
	f := newFake(t)
	f.ticket(false, "PAY-1", `"customfield_1":"*bold*","customfield_2":"*line*"`, `,"names":{"customfield_1":"Plan","customfield_2":"Line"}`)
	f.json("/rest/api/2/field", `[{"id":"customfield_1","name":"Plan","schema":{"type":"string","custom":"com.atlassian.jira.plugin.system.customfieldtypes:textarea"}},
		{"id":"customfield_2","name":"Line","schema":{"type":"string","custom":"com.atlassian.jira.plugin.system.customfieldtypes:textfield"}}]`)
	config := f.config(false)
	config.Fields = map[string]string{"plan": "Plan", "line": "Line"}
	ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
	plan, _ := ticket.Field("plan")
	line, _ := ticket.Field("line")
	if len(gaps) > 0 || plan.Value.Markup != evidence.Wiki || line.Value.Markup != evidence.Plain {
		t.Errorf("plan %+v, line %+v, gaps %+v", plan.Value, line.Value, gaps)
	}
}

func TestPeople(t *testing.T) {
	c := &Collector{config: Config{Name: "jira"}}
	for name, test := range map[string]struct {
		raw  string
		want *evidence.Person
	}{
		"nobody":            {`null`, nil},
		"empty":             {`{}`, nil},
		"cloud":             {`{"accountId":"5b","accountType":"atlassian","displayName":"Ada","active":true}`, &evidence.Person{System: "jira", ID: "5b", Name: "Ada", Type: "atlassian"}},
		"app":               {`{"accountId":"557058:f","accountType":"app","displayName":"Automation"}`, &evidence.Person{System: "jira", ID: "557058:f", Name: "Automation", Type: "app"}},
		"deleted at cloud":  {`{"accountId":"unknown","accountType":"unknown","displayName":"Former user"}`, &evidence.Person{System: "jira", Name: "Former user", Type: "unknown"}},
		"server":            {`{"name":"ada","key":"JIRAUSER1","displayName":"Ada","emailAddress":"ada@example.com"}`, &evidence.Person{System: "jira", Login: "ada", ID: "JIRAUSER1", Name: "Ada", Email: "ada@example.com"}},
		"anonymised server": {`{"name":"jirauser10100","key":"JIRAUSER10100","displayName":"user-2cadb","active":false}`, &evidence.Person{System: "jira", Login: "jirauser10100", ID: "JIRAUSER10100", Name: "user-2cadb"}},
	} {
		t.Run(name, func(t *testing.T) {
			var u *user
			if err := json.Unmarshal([]byte(test.raw), &u); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, c.person(u)); diff != "" {
				t.Errorf("person (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for in, want := range map[string]string{
		"2025-10-15T08:30:00.123-0600": "2025-10-15T14:30:00.123Z",
		"2025-10-15T14:30:00.000+0000": "2025-10-15T14:30:00Z",
		"2025-10-15T14:30:00+0530":     "2025-10-15T09:00:00Z",
		"2025-10-15T14:30:00Z":         "2025-10-15T14:30:00Z",
		"2025-10-15T14:30:00.5+02:00":  "2025-10-15T12:30:00.5Z",
		"2025-10-15":                   "",
		"15/Oct/25 2:30 PM":            "",
	} {
		got, ok := parseTime(in)
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q gave %s (%t), want %q", in, got.Format(time.RFC3339Nano), ok, want)
		}
	}
}

func TestHistoryValues(t *testing.T) {
	f := newFake(t)
	f.ticket(true, "PAY-1", "", "")
	f.json("/rest/api/3/issue/PAY-1/changelog", `{"total":2,"isLast":true,"values":[
		{"id":"10","created":"2025-10-15T10:00:00.000+0000","author":null,"items":[{"field":"assignee","fieldId":"assignee","from":"5b","fromString":"Ada","to":null,"toString":null}]},
		{"id":"9","created":"2025-10-15T10:00:00.000+0000","author":{"accountId":"5b"},"items":[
			{"field":"Risk level","fieldId":"customfield_1","from":"1","fromString":"","to":"2","toString":"High"},
			{"field":"timeestimate","from":null,"to":7200}]}]}`)
	ticket, gaps := collect(t, newCollector(t, f.config(true), session(t)), "PAY-1")
	when := time.Date(2025, 10, 15, 10, 0, 0, 0, time.UTC)
	ada := &evidence.Person{System: "jira", ID: "5b"}
	want := []evidence.HistoryEntry{
		{ID: "9", At: when, Author: ada, Field: "Risk level", FieldID: "customfield_1", To: "High"},
		{ID: "9", At: when, Author: ada, Field: "timeestimate", To: "7200"},
		{ID: "10", At: when, Field: "assignee", FieldID: "assignee", From: "Ada"},
	}
	if diff := cmp.Diff(want, ticket.History); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v, history (-want +got):\n%s", gaps, diff)
	}
}

func TestDeployed(t *testing.T) {
	log := `{"total":3,"isLast":true,"values":[
		{"id":"1","created":"2025-10-16T10:00:00.000+0000","author":{"accountId":"bob"},"items":[{"field":"status","from":"3","fromString":"Reopened","to":"4","toString":"Live"}]},
		{"id":"3","created":"2025-10-15T08:00:00.000-0600","author":{"accountId":"ada"},"items":[{"field":"status","from":"1","fromString":"Approved","to":"4","toString":"Live"}]},
		{"id":"2","created":"2025-10-15T07:00:00.000+0000","author":{"accountId":"eve"},"items":[{"field":"Comment","toString":"Live"}]}]}`
	set := `{"total":2,"isLast":true,"values":[
		{"id":"4","created":"2025-10-15T16:05:00.000+0000","author":{"accountId":"kim"},"items":[{"field":"Went live","fieldId":"customfield_5","toString":"15/Oct/25"}]},
		{"id":"5","created":"2025-10-15T17:00:00.000+0000","author":{"accountId":"lee"},"items":[{"field":"Went live","fieldId":"customfield_9","toString":"16/Oct/25"}]}]}`
	transition := "2025-10-15T14:00:00Z"
	for name, test := range map[string]struct {
		log      string // of the history; log where ""
		field    string // JSON value
		statuses []string
		want     string
		by       string
		day      bool
		basis    string
		gaps     string
	}{
		"first transition":                {field: `null`, statuses: []string{"live"}, want: transition, by: "ada", basis: `status changed from "Approved" to "Live"`},
		"status never reached":            {field: `null`, statuses: []string{"Shipped"}},
		"field before status":             {field: `"2025-10-15T18:00:00.000+0200"`, statuses: []string{"Live"}, want: "2025-10-15T16:00:00Z", basis: `field "Went live" (customfield_5)`},
		"field, set by somebody":          {log: set, field: `"2025-10-15T18:00:00.000+0200"`, want: "2025-10-15T16:00:00Z", by: "kim", basis: `field "Went live" (customfield_5)`},
		"day, set by somebody":            {log: set, field: `"2025-10-15"`, want: "2025-10-15T00:00:00Z", by: "kim", day: true, basis: "names the day"},
		"field with a day only":           {field: `"2025-10-15"`, statuses: []string{"Live"}, want: "2025-10-15T00:00:00Z", day: true, basis: "names the day"},
		"field that cannot be read":       {field: `"on Tuesday"`, want: "", gaps: "deployed: ambiguous"},
		"unreadable field, status helps":  {field: `"on Tuesday"`, statuses: []string{"Live"}, want: transition, by: "ada", gaps: "deployed: ambiguous"},
		"neither a field nor a status":    {field: `null`},
		"status text in another field":    {field: `null`, statuses: []string{"Comment"}},
		"one of several statuses is live": {field: `null`, statuses: []string{"Released", "LIVE"}, want: transition, by: "ada"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(true, "PAY-1", `"customfield_5":`+test.field, `,"names":{"customfield_5":"Went live"}`)
			if test.log == "" {
				test.log = log
			}
			f.json("/rest/api/3/issue/PAY-1/changelog", test.log)
			config := f.config(true)
			config.Fields = map[string]string{"deployed_at": "Went live"}
			config.DeployedField, config.DeployedStatuses = "deployed_at", test.statuses
			ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
			var got, by string
			if !ticket.Deployed.IsZero() {
				got = ticket.Deployed.Format(time.RFC3339)
			}
			if ticket.DeployedBy != nil {
				by = ticket.DeployedBy.ID
			}
			if got != test.want || by != test.by || ticket.DeployedDay != test.day || !strings.Contains(ticket.DeployedBasis, test.basis) || summary(gaps) != test.gaps {
				t.Errorf("deployed %q by %q (day %t, %q), gaps %q; want %+v", got, by, ticket.DeployedDay, ticket.DeployedBasis, summary(gaps), test)
			}
		})
	}
}
