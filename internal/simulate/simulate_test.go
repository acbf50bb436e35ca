package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	jira "github.com/andygrunwald/go-jira"
	"github.com/google/go-github/v60/github"
	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
)

func serve(t *testing.T) *Servers {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, company.New(company.DefaultSeed))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); s.Close() })
	return s
}

func get(t *testing.T, url, user, token string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case user != "":
		req.SetBasicAuth(user, token)
	case token != "":
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

// TestReadersUnderstandTheServers asks with the libraries that the product uses.
func TestReadersUnderstandTheServers(t *testing.T) {
	s := serve(t)
	c := s.Company
	ctx := context.Background()
	gh, err := github.NewClient(nil).WithAuthToken(s.GitHubToken).WithEnterpriseURLs(s.GitHubURL, s.GitHubURL)
	if err != nil {
		t.Fatal(err)
	}
	transport := jira.BasicAuthTransport{Username: s.JiraUser, Password: s.JiraToken}
	jc, err := jira.NewClient(transport.Client(), s.JiraURL)
	if err != nil {
		t.Fatal(err)
	}
	for i, ch := range c.Truth.Changes {
		if i%29 != 0 {
			continue
		}
		if ch.PullRequest != 0 {
			repo := strings.TrimPrefix(ch.Repository, "harbourline/")
			pr, _, err := gh.PullRequests.Get(ctx, "harbourline", repo, ch.PullRequest)
			if err != nil {
				t.Fatal(err)
			}
			if pr.GetMergeCommitSHA() != ch.MergeSHA || !pr.GetMergedAt().Time.Equal(ch.Merged) {
				t.Errorf("%s: served with merge %s at %s", ch.ID, pr.GetMergeCommitSHA(), pr.GetMergedAt())
			}
			if strings.Contains(pr.GetBody(), "harbourline.example/browse") {
				t.Errorf("%s: a link to Jira still has the company's own address", ch.ID)
			}
		}
		for _, k := range ch.Tickets {
			is, res, err := jc.Issue.Get(k, nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if is.Fields.Summary == "" || is.Fields.Status == nil {
				t.Errorf("%s is served without a summary or a status", k)
			}
		}
	}
}

func TestLinksLeadToTheServers(t *testing.T) {
	s := serve(t)
	var found bool
	for _, is := range s.Company.Tracker.Issues {
		if len(is.Remote) == 0 {
			continue
		}
		found = true
		_, body, _ := get(t, s.JiraURL+"rest/api/2/issue/"+is.Key+"/remotelink", s.JiraUser, s.JiraToken)
		var links []struct{ Object struct{ URL string } }
		if err := json.Unmarshal([]byte(body), &links); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(links[0].Object.URL, s.GitHubURL+"harbourline/") {
			t.Fatalf("%s links to %s, want something at %s", is.Key, links[0].Object.URL, s.GitHubURL)
		}
		break
	}
	if !found {
		t.Fatal("no ticket links anywhere")
	}
}

func TestWrongTokens(t *testing.T) {
	s := serve(t)
	if code, body, _ := get(t, s.GitHubURL+"repos/harbourline/ledger-api", "", "wrong"); code != http.StatusUnauthorized {
		t.Errorf("GitHub answers %d %s", code, body)
	}
	code, body, h := get(t, s.JiraURL+"rest/api/2/issue/PAY-1804", s.JiraUser, "wrong")
	if code != http.StatusNotFound || h.Get("X-Seraph-LoginReason") != "AUTHENTICATED_FAILED" || !strings.Contains(body, "errorMessages") {
		t.Errorf("Jira answers %d %s %v", code, body, h)
	}
}

func TestConfigIsYAML(t *testing.T) {
	s := serve(t)
	var out struct {
		SchemaVersion int `yaml:"schema_version"`
		Systems       []struct{ Name, Kind, URL string }
		Services      []struct {
			Name    string
			Queries []struct{ Name, Expr, Threshold string }
		}
	}
	if err := yaml.Unmarshal([]byte(Config(s, "some where")), &out); err != nil {
		t.Fatal(err)
	}
	if out.SchemaVersion != 1 || len(out.Systems) != 4 || len(out.Services) != 5 {
		t.Fatalf("read %+v", out)
	}
	for _, v := range out.Services {
		for _, q := range v.Queries {
			at := fmt.Sprintf("%sapi/v1/query?time=2026-03-02T10:00:00Z&query=%s", s.PrometheusURL, url.QueryEscape(q.Expr))
			if code, body, _ := get(t, at, "", ""); code != http.StatusOK || !strings.Contains(body, `"value"`) {
				t.Errorf("%s, %s: %d %s", v.Name, q.Name, code, body)
			}
		}
	}
}

func TestConfigIsWhatTheProductReads(t *testing.T) {
	s := serve(t)
	c, err := config.Parse("tickmark.yaml", []byte(Config(s, t.TempDir())))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Systems) != 4 || len(c.Services) != 5 || !c.Simulated {
		t.Fatalf("%d systems, %d services, simulated %v", len(c.Systems), len(c.Services), c.Simulated)
	}
}

func TestClosesWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, company.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, _ := get(t, s.PrometheusURL+"-/ready", "", ""); code != http.StatusOK {
		t.Fatalf("ready answers %d", code)
	}
	cancel()
	s.Close()
	s.Close()
	if _, err := http.Get(s.PrometheusURL + "-/ready"); err == nil {
		t.Fatal("still answers after the end")
	}
}
