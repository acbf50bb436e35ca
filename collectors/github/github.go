package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Config describes one GitHub server.
type Config struct {
	Name         string              // of the system
	BaseURL      *url.URL            // https://api.github.com/, or https://HOST/api/v3/ of a GitHub Enterprise Server
	WebURL       *url.URL            // what people open: https://github.com, https://HOST; nil to derive it from BaseURL
	Authorize    func(*http.Request) // puts the credential on a request; nil for anonymous reading
	Concurrency  int                 // requests under way at once; 0 for the transport's default
	Repositories []string            // in scope, "owner/name"
	Production   []string            // names of production environments; * stands for any text, case does not count
	Branches     map[string]string   // by repository: the branch whose rules count, where not the pull request's base

	LogTailLines   int   // lines kept of the end of each log; 0 for 200
	MaxLogBytes    int64 // kept of one log; 0 for 20 MiB
	MaxDeployments int   // examined to find the one that contains a commit; 0 for 500
}

// Collector collects from one GitHub server. It is safe for use by several
// goroutines.
type Collector struct {
	cfg        Config
	version    string
	session    *capture.Session
	http       *http.Client
	api        *gh.Client // builds requests and names the types; requests are sent by http
	graphqlURL string
	web        string // without a slash at its end
	production []*regexp.Regexp

	mu        sync.Mutex
	retention map[string]int  // days that a repository keeps logs, where it said
	hidden    map[string]bool // repositories that the login cannot see, in lower case
}

var _ interface {
	evidence.Collector
	evidence.Preflighter
} = (*Collector)(nil)

// New gives a collector that reads through the session's transport. Version is
// the tool's, for the provenance.
func New(c Config, s *capture.Session, version string) (*Collector, error) {
	if c.Name == "" {
		return nil, errors.New("a github system needs a name")
	}
	if c.BaseURL == nil || c.BaseURL.Host == "" {
		return nil, fmt.Errorf("github system %q needs the address of its API, for example https://api.github.com/", c.Name)
	}
	for _, r := range c.Repositories {
		if !repositoryName.MatchString(r) {
			return nil, fmt.Errorf("repository %q of system %q is not of the form owner/name", r, c.Name)
		}
	}
	base := *c.BaseURL
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	c.BaseURL = &base
	if c.LogTailLines <= 0 {
		c.LogTailLines = 200
	}
	if c.MaxLogBytes <= 0 {
		c.MaxLogBytes = 20 << 20
	}
	if c.MaxDeployments <= 0 {
		c.MaxDeployments = 500
	}
	col := &Collector{cfg: c, version: version, session: s, web: webOf(c), retention: map[string]int{}, hidden: map[string]bool{}}
	for _, glob := range c.Production {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, `.*`)
		col.production = append(col.production, regexp.MustCompile(`(?is)^`+pattern+`$`))
	}
	col.http = s.Client(capture.Endpoint{System: c.Name, BaseURL: &base, Authorize: c.Authorize, Concurrency: c.Concurrency})
	col.api = gh.NewClient(col.http)
	col.api.BaseURL = &base
	col.api.UserAgent = "tickmark/" + version
	col.graphqlURL = "graphql"
	if strings.HasSuffix(base.Path, "/api/v3/") {
		col.graphqlURL = "../graphql"
	}
	return col, nil
}

// webOf gives the address that people open, without a slash at its end.
func webOf(c Config) string {
	if c.WebURL != nil {
		return strings.TrimSuffix(c.WebURL.String(), "/")
	}
	if c.BaseURL.Host == "api.github.com" {
		return "https://github.com"
	}
	return c.BaseURL.Scheme + "://" + c.BaseURL.Host
}

// Name gives the configured name of the system.
func (c *Collector) Name() string { return c.cfg.Name }

// Kinds gives the kinds of record that a GitHub server keeps.
func (c *Collector) Kinds() []evidence.Kind {
	return []evidence.Kind{
		evidence.KindTicket, evidence.KindPullRequest, evidence.KindCommit, evidence.KindChecks, evidence.KindBuild,
		evidence.KindDeployment, evidence.KindBranchRules, evidence.KindRuleHistory, evidence.KindEnvironment, evidence.KindMention,
	}
}

// Collect emits the record that ref names, and after a pull request that was
// rebased the commits with which what landed is compared. It returns the missing
// parts as evidence.GapErrors joined.
func (c *Collector) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	job := capture.JobFrom(ctx)
	if job == nil {
		job = capture.NewJob("github " + c.version)
		ctx = capture.WithJob(ctx, job)
	}
	r := &retrieval{c: c, ref: ref}
	item := evidence.Item{Ref: ref}
	if err := c.expand(ctx, r, &item); err != nil {
		return err
	}
	// An interrupted retrieval would look like one whose source said little.
	if err := ctx.Err(); err != nil {
		return err
	}
	item.Links = uniqueLinks(item.Links, ref)
	item.Provenance = job.Provenance()
	for _, it := range append([]evidence.Item{item}, r.beside...) {
		if err := emit(it); err != nil {
			return err
		}
	}
	return errors.Join(r.gaps...)
}

// expand fills the item's record and links. An error means that there is no
// record; missing parts go to r.
func (c *Collector) expand(ctx context.Context, r *retrieval, item *evidence.Item) error {
	switch r.ref.Kind {
	case evidence.KindPullRequest:
		return c.pullRequest(ctx, r, item)
	case evidence.KindCommit:
		return c.commit(ctx, r, item)
	case evidence.KindChecks:
		return c.checks(ctx, r, item)
	case evidence.KindBuild:
		return c.build(ctx, r, item)
	case evidence.KindDeployment:
		return c.deployment(ctx, r, item)
	case evidence.KindBranchRules:
		return c.branchRules(ctx, r, item)
	case evidence.KindRuleHistory:
		return c.ruleHistory(ctx, r, item)
	case evidence.KindEnvironment:
		return c.environment(ctx, r, item)
	case evidence.KindTicket:
		return c.issue(ctx, r, item)
	case evidence.KindMention:
		return c.mention(ctx, r, item)
	}
	return &evidence.GapError{Reason: evidence.NotConfigured, Detail: fmt.Sprintf("%s keeps no records of the kind %q", c.cfg.Name, r.ref.Kind)}
}

// isProduction reports whether the configuration counts an environment as
// production.
func (c *Collector) isProduction(environment string) bool {
	for _, p := range c.production {
		if p.MatchString(environment) {
			return true
		}
	}
	return false
}
