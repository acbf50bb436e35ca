package jira

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestConformance(t *testing.T) {
	for name, cloud := range map[string]bool{"cloud": true, "data center": false} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.ticket(cloud, "PAY-1", `"summary":"Raise the limit","description":"*why*"`, "")
			f.ticket(cloud, "PAY-2", `"summary":"Unparsed","labels":7`, "")
			f.json("/rest/api/2/project/PAY", `{"key":"PAY"}`)
			closed, err := url.Parse("http://127.0.0.1:1")
			if err != nil {
				t.Fatal(err)
			}
			at := func(change func(c *Config)) func(s *capture.Session) evidence.Collector {
				return func(s *capture.Session) evidence.Collector {
					config := f.config(cloud)
					change(&config)
					return newCollector(t, config, s)
				}
			}
			collectortest.Run(t, collectortest.Options{
				New:         at(func(*Config) {}),
				Unreachable: at(func(c *Config) { c.BaseURL = closed }),
				Refs:        []evidence.Ref{ref("PAY-1"), ref("PAY-2")},
				Missing:     []evidence.Ref{ref("PAY-404"), ref("no key")},
				Token:       testToken,
			})
		})
	}
}

// TestTokenIsSent makes sure that the suite's search for the token looks for
// one that is in use.
func TestTokenIsSent(t *testing.T) {
	f := newFake(t)
	f.ticket(true, "PAY-1", "", "")
	inner := f.routes["/rest/api/3/issue/PAY-1"]
	f.routes["/rest/api/3/issue/PAY-1"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+testToken {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		inner(w, r)
	}
	if _, gaps := collect(t, newCollector(t, f.config(true), session(t)), "PAY-1"); len(gaps) > 0 {
		t.Errorf("gaps %+v", gaps)
	}
}
