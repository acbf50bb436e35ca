package tracker

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// small is a site with three issues, told by the methods that a story uses.
func small(flavour Flavour) *Tracker {
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	ids := NewIDs()
	anna := &User{AccountID: "712020:aaaaa", Username: "anna", Name: "Anna Ö", Email: "anna@x.example", Zone: "Europe/Berlin"}
	gone := &User{AccountID: "712020:bbbbb", Username: "bert", Name: "Bert", Zone: "Europe/Berlin", Deleted: true}
	reader := &User{AccountID: "712020:rrrrr", Username: "reader", Name: "Reader", Email: "reader@x.example", Zone: "UTC"}
	t := &Tracker{
		Title: "Small", Flavour: flavour, Zone: time.UTC, Now: at.AddDate(0, 1, 0), Self: reader, BasicUser: "reader@x.example", Token: "secret-of-the-test", Users: []*User{anna, gone, reader}, Notice: "simulated",
		Projects: []*Project{{ID: "1", Key: "ABC", Name: "Abc", Type: "software"}, {ID: "2", Key: "CHG", Name: "Changes", Type: "service_desk"}, {ID: "3", Key: "HID", Name: "Hidden", Type: "software", Hidden: true}},
		Fields:   []*Field{{Number: 10042, Name: "Risk level", Kind: Select}, {Number: 10044, Name: "Rollback plan", Kind: TextArea}, {Number: 10048, Name: "Planned start", Kind: DateTime}},
	}
	open, done := Status{"1", "Open", "new"}, Status{"2", "Done", "done"}
	for i, key := range []string{"ABC-1", "CHG-1", "HID-1"} {
		t.Issues = append(t.Issues, &Issue{
			ID: fmt.Sprint(100 + i), Key: key, Project: t.Projects[i], Type: "Task", Summary: "Title of " + key, Body: "# Why\n\n- **because**", Status: open, Priority: "Medium", Reporter: anna, Creator: gone, Created: at, Updated: at,
		})
	}
	first, second := t.Issues[0], t.Issues[1]
	first.FormerKeys = []string{"OLD-9"}
	for i := range 230 {
		first.Note(ids, at.Add(time.Duration(i)*time.Minute), anna, ChangeItem{Field: "Rank", FieldType: "custom", ToString: "Ranked higher"})
	}
	for i := range 7 {
		first.Say(ids, at.Add(time.Duration(i)*time.Hour), gone, Text(fmt.Sprintf("comment %d", i)))
	}
	first.Set(ids, at.Add(5*time.Hour), anna, t.Fields[0], Value{Options: []string{"High"}})
	first.Set(ids, at.Add(5*time.Hour), anna, t.Fields[1], Value{Text: "Go back"})
	first.Transition(ids, at.Add(6*time.Hour), anna, done, "Done")
	first.Attach(ids, at, anna, "plan.txt", "text/plain", []byte("the plan"))
	first.Point(ids, at, anna, RemoteLink{URL: "https://forge.example/pull/1", Title: "PR 1"})
	a := second.Ask(ids, at, "Board", anna)
	a.Answer(second, at.Add(time.Hour), anna, "approved", true)
	Relate(ids, at, anna, first, second, "Relates", "relates to", "relates to")
	return t
}

type client struct {
	t    *testing.T
	base string
	user string
	pass string
}

func (c client) get(path string) (int, map[string]any, http.Header) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.user != "" {
		req.SetBasicAuth(c.user, c.pass)
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var body map[string]any
	if json.Unmarshal(raw, &body) != nil {
		body = map[string]any{"raw": string(raw)}
	}
	return res.StatusCode, body, res.Header
}

func connect(t *testing.T, flavour Flavour) client {
	server := httptest.NewServer(small(flavour).Handler())
	t.Cleanup(server.Close)
	return client{t, server.URL, "reader@x.example", "secret-of-the-test"}
}

func TestRefusals(t *testing.T) {
	tests := map[string]struct {
		flavour    Flavour
		user, pass string
		path       string
		code       int
		reason     string // X-Seraph-LoginReason
		body       string
	}{
		"unknown issue":               {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/issue/ABC-99", 404, "OK", "do not have permission"},
		"hidden issue":                {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/issue/HID-1", 404, "OK", "do not have permission"},
		"wrong token reads as absent": {Cloud, "reader@x.example", "wrong", "/rest/api/3/issue/ABC-1", 404, "AUTHENTICATED_FAILED", "do not have permission"},
		"wrong token, myself":         {Cloud, "reader@x.example", "wrong", "/rest/api/3/myself", 401, "AUTHENTICATED_FAILED", "authenticated"},
		"nobody, project":             {Cloud, "", "", "/rest/api/3/project/ABC", 404, "", "No project could be found"},
		"wrong token, own server":     {DataCenter, "reader@x.example", "wrong", "/rest/api/2/issue/ABC-1", 401, "AUTHENTICATED_FAILED", "Unauthorized"},
		"search that is gone":         {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/2/search?jql=project=ABC", 410, "OK", "search/jql"},
		"search that is not there":    {DataCenter, "reader@x.example", "secret-of-the-test", "/rest/api/2/search/jql?jql=project=ABC", 404, "OK", ""},
		"changelog is Cloud's":        {DataCenter, "reader@x.example", "secret-of-the-test", "/rest/api/2/issue/ABC-1/changelog", 404, "OK", ""},
		"bad query":                   {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/search/jql?jql=color=red", 400, "OK", "Field 'color' does not exist"},
		"unbounded query":             {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/search/jql?jql=", 400, "OK", "Unbounded"},
		"hidden project in a query":   {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/search/jql?jql=project%3DHID", 400, "OK", "does not exist for the field"},
		"approvals of no request":     {Cloud, "reader@x.example", "secret-of-the-test", "/rest/servicedeskapi/request/ABC-1/approval", 404, "OK", "errorMessage"},
		"unknown path":                {Cloud, "reader@x.example", "secret-of-the-test", "/rest/api/3/nothing", 404, "", "null for uri"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := connect(t, tt.flavour)
			c.user, c.pass = tt.user, tt.pass
			code, body, h := c.get(tt.path)
			if code != tt.code || h.Get("X-Seraph-LoginReason") != tt.reason || !strings.Contains(fmt.Sprint(body), tt.body) {
				t.Errorf("got %d, reason %q, %v", code, h.Get("X-Seraph-LoginReason"), body)
			}
		})
	}
}

func TestChangelogHasPages(t *testing.T) {
	c := connect(t, Cloud)
	n, pages := 0, 0
	for path := "/rest/api/3/issue/ABC-1/changelog"; path != ""; pages++ {
		code, body, _ := c.get(path)
		if code != 200 || body["total"] != 236.0 {
			t.Fatalf("got %d %v", code, body["total"])
		}
		n += len(body["values"].([]any))
		next, _ := body["nextPage"].(string)
		if path = strings.TrimPrefix(next, c.base); (path == "") != body["isLast"].(bool) {
			t.Fatal("isLast and nextPage contradict each other")
		}
	}
	if n != 236 || pages != 3 {
		t.Fatalf("%d entries on %d pages, want 236 on 3", n, pages)
	}
	_, body, _ := c.get("/rest/api/3/issue/ABC-1?expand=changelog")
	if log := body["changelog"].(map[string]any); len(log["histories"].([]any)) != 100 || log["total"] != 236.0 {
		t.Errorf("inside the issue there are %d of %v", len(log["histories"].([]any)), log["total"])
	}
}

func TestIssue(t *testing.T) {
	c := connect(t, Cloud)
	_, body, _ := c.get("/rest/api/3/issue/OLD-9?expand=names,renderedFields")
	fields := body["fields"].(map[string]any)
	if body["key"] != "ABC-1" {
		t.Errorf("the old key leads to %v", body["key"])
	}
	if names := body["names"].(map[string]any); names["customfield_10042"] != "Risk level" {
		t.Errorf("names are %v", names)
	}
	if v := fields["customfield_10042"].(map[string]any)["value"]; v != "High" {
		t.Errorf("risk is %v", v)
	}
	if doc, ok := fields["description"].(map[string]any); !ok || doc["type"] != "doc" {
		t.Errorf("the description is %v", fields["description"])
	}
	if creator := fields["creator"].(map[string]any); creator["displayName"] != "Former user" || creator["active"] != false {
		t.Errorf("a deleted user is shown as %v", creator)
	}
	if r := body["renderedFields"].(map[string]any)["description"]; !strings.Contains(fmt.Sprint(r), "<b>because</b>") {
		t.Errorf("rendered as %v", r)
	}
	_, body, _ = c.get("/rest/api/2/issue/ABC-1?fields=description,summary")
	if fields := body["fields"].(map[string]any); fields["description"] != "h1. Why\n\n* *because*" || len(fields) != 2 {
		t.Errorf("version 2 gives %v", fields)
	}
	_, body, _ = c.get("/rest/api/3/issue/ABC-1/comment?startAt=5&maxResults=5")
	if body["total"] != 7.0 || len(body["comments"].([]any)) != 2 {
		t.Errorf("second page of comments: %v", body)
	}
}

func TestSearches(t *testing.T) {
	c := connect(t, Cloud)
	_, body, _ := c.get("/rest/api/3/search/jql?jql=project+in+(ABC,CHG)+ORDER+BY+key&maxResults=1&fields=summary")
	token, _ := body["nextPageToken"].(string)
	if token == "" || body["isLast"] != false {
		t.Fatalf("first page: %v", body)
	}
	_, body, _ = c.get("/rest/api/3/search/jql?jql=project+in+(ABC,CHG)+ORDER+BY+key&maxResults=1&fields=summary&nextPageToken=" + token)
	if is := body["issues"].([]any)[0].(map[string]any); is["key"] != "CHG-1" || body["isLast"] != true {
		t.Errorf("second page: %v", body)
	}
	for jql, want := range map[string]float64{`project = ABC`: 1, `key in (ABC-1, CHG-1)`: 2, `status = Done`: 1, `updated >= "2026-03-02 15:00"`: 1, `created < 2026-03-01`: 0, `project = ABC AND resolved >= "2026/03/02"`: 1, `text ~ "title"`: 2} {
		c := connect(t, DataCenter)
		_, body, _ := c.get("/rest/api/2/search?jql=" + strings.NewReplacer(" ", "+", `"`, "%22", ">", "%3E", "<", "%3C").Replace(jql))
		if body["total"] != want {
			t.Errorf("%s finds %v, want %v", jql, body["total"], want)
		}
	}
}

func TestAttachmentsAreElsewhere(t *testing.T) {
	c := connect(t, Cloud)
	_, body, _ := c.get("/rest/api/3/issue/ABC-1?fields=attachment")
	a := body["fields"].(map[string]any)["attachment"].([]any)[0].(map[string]any)
	code, _, h := c.get(strings.TrimPrefix(a["content"].(string), c.base))
	if code != http.StatusSeeOther || strings.HasPrefix(h.Get("Location"), c.base) {
		t.Fatalf("content answers %d, %s", code, h.Get("Location"))
	}
	host, path, _ := strings.Cut(strings.TrimPrefix(h.Get("Location"), "http://"), "/")
	stranger := client{t, "http://" + host, "", ""}
	if code, body, _ := stranger.get("/" + path); code != 200 || body["raw"] != "the plan" {
		t.Errorf("the file's place answers %d %v", code, body)
	}
	known := client{t, "http://" + host, c.user, c.pass}
	if code, _, _ := known.get("/" + path); code != http.StatusBadRequest {
		t.Errorf("the file's place takes Jira's credentials: %d", code)
	}
	own := connect(t, DataCenter)
	if code, body, _ := own.get("/secure/attachment/" + a["id"].(string) + "/plan.txt"); code != 200 || body["raw"] != "the plan" {
		t.Errorf("Data Center answers %d %v", code, body)
	}
}

func TestBearer(t *testing.T) {
	server := httptest.NewServer(small(DataCenter).Handler())
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL+"/rest/api/2/myself", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret-of-the-test")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var me map[string]any
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil || me["name"] != "reader" {
		t.Errorf("got %v, %v", me, err)
	}
}

func TestApprovals(t *testing.T) {
	c := connect(t, Cloud)
	_, body, _ := c.get("/rest/servicedeskapi/request/CHG-1/approval")
	v := body["values"].([]any)[0].(map[string]any)
	if v["finalDecision"] != "approved" || v["approvers"].([]any)[0].(map[string]any)["approverDecision"] != "approved" {
		t.Errorf("got %v", v)
	}
}
