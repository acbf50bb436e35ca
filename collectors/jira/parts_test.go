package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestAttachments(t *testing.T) {
	const content = "\x89PNG not really"
	sum := sha256.Sum256([]byte(content))
	file := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, body)
		}
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("the credential was sent to another host")
		}
		file(content)(w, r)
	}))
	t.Cleanup(elsewhere.Close)
	for name, test := range map[string]struct {
		cloud bool
		size  int
		url   string // "HERE" stands for the server
		serve func(f *fake)
		gaps  string
	}{
		"at its address":     {size: len(content), url: "HERE/secure/attachment/7/a%20b.png", serve: func(f *fake) { f.routes["/secure/attachment/7/a b.png"] = file(content) }},
		"under another name": {size: len(content), url: "http://jira.internal/secure/attachment/7/x", serve: func(f *fake) { f.routes["/secure/attachment/7/a b.png"] = file(content) }},
		"cloud, other name": {cloud: true, size: len(content), url: "http://x.atlassian.net/rest/api/3/attachment/content/7",
			serve: func(f *fake) { f.routes["/rest/api/3/attachment/content/7"] = file(content) }},
		"redirected to the store": {cloud: true, size: len(content), url: "HERE/rest/api/3/attachment/content/7", serve: func(f *fake) {
			f.routes["/rest/api/3/attachment/content/7"] = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, elsewhere.URL+"/file?signature=abc", http.StatusSeeOther)
			}
		}},
		"a web page as a file": {size: len(content), url: "HERE/file", serve: func(f *fake) {
			f.routes["/file"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				io.WriteString(w, content)
			}
		}},
		"too large": {size: 101, url: "HERE/file", serve: func(f *fake) {
			f.routes["/file"] = func(http.ResponseWriter, *http.Request) { t.Error("a file that is too large was asked for") }
		}, gaps: "attachment 7: truncated"},
		"larger than it says":  {size: 5, url: "HERE/file", serve: func(f *fake) { f.routes["/file"] = file(content) }, gaps: "attachment 7: truncated"},
		"far larger":           {size: 5, url: "HERE/file", serve: func(f *fake) { f.routes["/file"] = file(strings.Repeat("x", 5000)) }, gaps: "attachment 7: truncated"},
		"smaller than it says": {size: 50, url: "HERE/file", serve: func(f *fake) { f.routes["/file"] = file(content) }, gaps: "attachment 7: truncated"},
		"deleted meanwhile":    {size: 5, url: "HERE/file", serve: func(*fake) {}, gaps: "attachment 7: ambiguous"},
		"denied":               {size: 5, url: "HERE/file", serve: func(f *fake) { f.routes["/file"] = status(403, `{}`) }, gaps: "attachment 7: denied"},
		"login refused": {size: len(content), url: "HERE/file", serve: func(f *fake) {
			f.routes["/file"] = status(200, content, "X-AUSERNAME", "anonymous")
		}, gaps: "attachment 7: denied"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			address := strings.Replace(test.url, "HERE", f.server.URL, 1)
			f.ticket(test.cloud, "PAY-1", fmt.Sprintf(`"attachment":[{"id":"7","filename":"a b.png","size":%d,"mimeType":"image/png","content":%q,"created":"2025-10-15T10:00:00.000+0000"}]`, test.size, address), "")
			test.serve(f)
			config := f.config(test.cloud)
			config.MaxAttachment = 100
			ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
			if ticket == nil || len(ticket.Attachments) != 1 || summary(gaps) != test.gaps {
				t.Fatalf("ticket %+v, gaps %+v, want %q", ticket, gaps, test.gaps)
			}
			want := evidence.Attachment{ID: "7", File: "a b.png", MediaType: "image/png", Size: int64(test.size), URL: address,
				Created: time.Date(2025, 10, 15, 10, 0, 0, 0, time.UTC)}
			if test.gaps == "" {
				want.SHA256, want.Content = hex.EncodeToString(sum[:]), []byte(content)
			}
			if diff := cmp.Diff(want, ticket.Attachments[0]); diff != "" {
				t.Errorf("attachment (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAttachmentsTogether holds the bound on all files of one ticket.
func TestAttachmentsTogether(t *testing.T) {
	f := newFake(t)
	var all []string
	for i := range 12 {
		all = append(all, fmt.Sprintf(`{"id":"%d","filename":"f","size":100,"content":"%s/file/%d","created":"2025-10-15T10:00:00.000+0000"}`, i, f.server.URL, i))
		f.routes[fmt.Sprintf("/file/%d", i)] = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 100)) }
	}
	f.ticket(true, "PAY-1", `"attachment":[`+strings.Join(all, ",")+`]`, "")
	config := f.config(true)
	config.MaxAttachment = 100
	ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
	if len(ticket.Attachments) != 12 || summary(gaps) != "attachment 10: truncated; attachment 11: truncated" {
		t.Errorf("%d attachments, gaps %q", len(ticket.Attachments), summary(gaps))
	}
}

func TestApprovals(t *testing.T) {
	step := `{"id":"%d","name":"CAB","finalDecision":"%s","canAnswerApproval":false,
		"approvers":[{"approver":{"accountId":"5b","displayName":"Ada"},"approverDecision":"approved"},{"approver":null,"approverDecision":"pending"}],
		"createdDate":{"iso8601":"2025-10-15T10:0%d:00+0200","epochMillis":1},"completedDate":%s}`
	done := `{"iso8601":"2025-10-15T12:00:00+0200"}`
	const path = "/rest/servicedeskapi/request/PAY-1/approval"
	for name, test := range map[string]struct {
		serve func(f *fake)
		gaps  string
		want  []string
	}{
		"no request of a service desk": {serve: func(*fake) {}},
		"denied":                       {serve: func(f *fake) { f.routes[path] = status(403, `{"errorMessage":"You are not an agent."}`) }, gaps: "approvals: denied"},
		"login refused":                {serve: func(f *fake) { f.routes[path] = status(404, `{}`, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED") }, gaps: "approvals: denied"},
		"two pages": {serve: func(f *fake) {
			f.json(path+"?limit=100&start=0", `{"size":1,"start":0,"limit":1,"isLastPage":false,"values":[`+fmt.Sprintf(step, 2, "pending", 1, "null")+`]}`)
			f.json(path+"?limit=100&start=1", `{"size":1,"start":1,"limit":1,"isLastPage":true,"values":[`+fmt.Sprintf(step, 1, "approved", 0, done)+`]}`)
		}, want: []string{"1 CAB approved 08:00 10:00 Ada:approved (unknown account):pending", "2 CAB pending 08:01 00:00 Ada:approved (unknown account):pending"}},
		"no end of the list said": {serve: func(f *fake) {
			f.json(path, `{"values":[`+fmt.Sprintf(step, 1, "declined", 0, done)+`]}`)
		}, want: []string{"1 CAB declined 08:00 10:00 Ada:approved (unknown account):pending"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(true, "PAY-1", "", "")
			test.serve(f)
			config := f.config(true)
			config.ServiceDesk = true
			ticket, gaps := collect(t, newCollector(t, config, session(t)), "PAY-1")
			var got []string
			for _, a := range ticket.Approvals {
				line := fmt.Sprintf("%s %s %s %s %s", a.ID, a.Name, a.Decision, a.Created.Format("15:04"), a.Completed.Format("15:04"))
				for _, d := range a.Approvers {
					line += fmt.Sprintf(" %s:%s", d.Person, d.Decision)
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || summary(gaps) != test.gaps {
				t.Errorf("gaps %+v, want %q; approvals (-want +got):\n%s", gaps, test.gaps, diff)
			}
		})
	}
	t.Run("not asked for", func(t *testing.T) {
		f := newFake(t)
		f.ticket(true, "PAY-1", "", "")
		collect(t, newCollector(t, f.config(true), session(t)), "PAY-1")
		if strings.Contains(strings.Join(f.asked, " "), "servicedesk") {
			t.Error("approvals were asked for though there is no service desk")
		}
	})
}

func TestPreflight(t *testing.T) {
	may := func(more string) string {
		return `{"permissions":{"BROWSE_PROJECTS":{"havePermission":true}` + more + `}}`
	}
	for name, test := range map[string]struct {
		serve     func(f *fake)
		anonymous bool
		cloud     bool
		principal string
		proven    bool
		visible   []string
		hidden    []string
		note      string
		gap       string // reason
	}{
		"data center": {principal: "ada", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, serve: func(*fake) {}},
		"cloud": {cloud: true, principal: "ada@example.com", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, serve: func(f *fake) {
			f.json("/rest/api/3/myself", `{"accountId":"5b","emailAddress":"ada@example.com","displayName":"Ada"}`)
		}},
		"cloud, address hidden": {cloud: true, principal: "Ada (5b)", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, serve: func(f *fake) {
			f.json("/rest/api/3/myself", `{"accountId":"5b","displayName":"Ada"}`)
		}},
		"wrong login": {gap: "denied", serve: func(f *fake) {
			f.routes["/rest/api/2/myself"] = status(401, `{}`, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
		}},
		"wrong login answered 200": {gap: "denied", serve: func(f *fake) {
			f.json("/rest/api/2/myself", `{"name":"ada"}`, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
		}},
		"taken for nobody": {gap: "denied", serve: func(f *fake) { f.json("/rest/api/2/myself", `{}`, "X-AUSERNAME", "anonymous") }},
		"not said whom":    {gap: "unreachable", serve: func(f *fake) { f.json("/rest/api/2/myself", `{}`) }},
		"not a Jira":       {gap: "ambiguous", serve: func(f *fake) { delete(f.routes, "/rest/api/2/serverInfo") }},
		"no token": {anonymous: true, principal: "anonymous", visible: []string{"PAY"}, hidden: []string{"OPS"}, note: "no token", serve: func(f *fake) {
			f.routes["/rest/api/2/myself"] = status(401, `{}`)
		}},
		"may not browse": {principal: "ada", proven: true, hidden: []string{"PAY", "OPS"}, note: "no permission to browse", serve: func(f *fake) {
			f.json("/rest/api/2/mypermissions", `{"permissions":{"BROWSE_PROJECTS":{"havePermission":false}}}`)
		}},
		"may do more than needed": {principal: "ada", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, note: "more than reading needs: ADMINISTER, EDIT_ISSUES", serve: func(f *fake) {
			f.json("/rest/api/2/mypermissions", may(`,"EDIT_ISSUES":{"havePermission":true},"ADMINISTER":{"havePermission":true}`))
		}},
		"other edition": {principal: "ada", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, note: `calls itself "Cloud"`, serve: func(f *fake) {
			f.json("/rest/api/2/serverInfo", `{"deploymentType":"Cloud"}`)
		}},
		"unknown field": {principal: "ada", proven: true, visible: []string{"PAY"}, hidden: []string{"OPS"}, note: `field risk: Jira shows this login no field "Risk"; allowed are "Risk level" (customfield_1)`, serve: func(*fake) {}},
	} {
		t.Run(name, func(t *testing.T) {
			f, s := newFake(t), session(t)
			api := "/rest/api/2/"
			edition := "Server"
			if test.cloud {
				api, edition = "/rest/api/3/", "Cloud"
			}
			f.json(api+"serverInfo", `{"deploymentType":"`+edition+`","version":"9.12.0"}`)
			f.json(api+"myself", `{"name":"ada","key":"JIRAUSER1","displayName":"Ada"}`)
			f.json(api+"project/PAY", `{"key":"PAY"}`)
			f.json(api+"mypermissions", may(""))
			f.json(api+"field", `[{"id":"customfield_1","name":"Risk level"}]`)
			test.serve(f)
			config := f.config(test.cloud)
			config.Projects = []string{"PAY", "OPS"}
			config.Fields = map[string]string{"risk": "Risk"}
			if test.anonymous {
				config.Authorize = nil
			}
			p, err := newCollector(t, config, s).Preflight(t.Context())
			gaps := evidence.Gaps(ref("PAY-1"), "jira", err, testTime)
			if test.gap != "" {
				if len(gaps) != 1 || string(gaps[0].Reason) != test.gap {
					t.Errorf("gaps %+v, want %q", gaps, test.gap)
				}
				return
			}
			if err != nil || p.Name != test.principal || s.Proven("jira") != test.proven {
				t.Errorf("principal %q (proven %t), error %v; want %q, %t", p.Name, s.Proven("jira"), err, test.principal, test.proven)
			}
			if diff := cmp.Diff([][]string{test.visible, test.hidden}, [][]string{p.Visible, p.Hidden}); diff != "" {
				t.Errorf("visible and hidden (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(p.Notes, "\n"), test.note) {
				t.Errorf("notes %q lack %q", p.Notes, test.note)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	good := newFake(t).config(true)
	for name, change := range map[string]func(c *Config){
		"no name":    func(c *Config) { c.Name = "" },
		"no address": func(c *Config) { c.BaseURL = nil },
		"login in address": func(c *Config) {
			u := *c.BaseURL
			u.User = url.UserPassword("ada", "pw")
			c.BaseURL = &u
		},
		"deployed field that is not configured": func(c *Config) { c.DeployedField = "deployed_at" },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			if _, err := New(c, session(t), "test"); err == nil {
				t.Error("no error")
			}
		})
	}
}
