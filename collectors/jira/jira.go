package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Config says which Jira to read, and how.
type Config struct {
	Name      string              // the system's configured name
	BaseURL   *url.URL            // of the site, with the context path of a Data Center where it has one
	Cloud     bool                // Jira Cloud; else Data Center
	Authorize func(*http.Request) // adds the credential; nil reads as anybody may
	Projects  []string            // keys of the projects in scope; empty for all
	// Fields maps our names ("risk", "rollback_plan") to a field's name or id
	// at this Jira ("Risk level", "customfield_10042").
	Fields map[string]string
	// DeployedField is the name in Fields of the one that says when the change
	// went live; "" where there is none.
	DeployedField string
	// DeployedStatuses are names of statuses whose first reaching means that
	// the change is live. They are looked at where DeployedField says nothing.
	DeployedStatuses []string
	MaxAttachment    int64 // bytes; 0 means 20 MiB
	ServiceDesk      bool  // ask for a service desk's approvals
}

// A Collector reads tickets of one Jira. It is safe for use by several
// goroutines.
type Collector struct {
	config  Config
	session *capture.Session
	http    *http.Client
	client  *gojira.Client
	version string
	api     string // "rest/api/3/" or "rest/api/2/"
}

const (
	defaultMaxAttachment = 20 << 20
	defaultMaxBody       = 64 << 20
)

// New gives the collector of one Jira. Version is tickmark's own.
func New(c Config, s *capture.Session, version string) (*Collector, error) {
	switch {
	case c.Name == "":
		return nil, errors.New("jira: the system has no name")
	case c.BaseURL == nil || c.BaseURL.Host == "":
		return nil, fmt.Errorf("jira system %q: base URL is missing; give the address of the site, such as https://example.atlassian.net", c.Name)
	case c.BaseURL.User != nil:
		return nil, fmt.Errorf("jira system %q: the base URL holds a login; give the credential by token instead", c.Name)
	}
	if _, ok := c.Fields[c.DeployedField]; c.DeployedField != "" && !ok {
		return nil, fmt.Errorf("jira system %q: deployed field %q is not among the configured fields", c.Name, c.DeployedField)
	}
	if c.MaxAttachment <= 0 {
		c.MaxAttachment = defaultMaxAttachment
	}
	endpoint := capture.Endpoint{System: c.Name, BaseURL: c.BaseURL, Authorize: c.Authorize}
	if c.MaxAttachment > defaultMaxBody {
		endpoint.MaxBody = c.MaxAttachment
	}
	httpClient := s.Client(endpoint)
	client, err := gojira.NewClient(httpClient, c.BaseURL.String())
	if err != nil {
		return nil, fmt.Errorf("jira system %q: base URL: %w", c.Name, err)
	}
	col := &Collector{config: c, session: s, http: httpClient, client: client, version: version, api: "rest/api/2/"}
	if c.Cloud {
		col.api = "rest/api/3/"
	}
	return col, nil
}

// Name gives the configured name of the system.
func (c *Collector) Name() string { return c.config.Name }

// Kinds gives what Collect expands: tickets.
func (c *Collector) Kinds() []evidence.Kind { return []evidence.Kind{evidence.KindTicket} }

var issueKey = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*)-[0-9]{1,18}$`)

// Collect emits the ticket that ref names, with all that belongs to it. What
// could not be had is returned as gaps, after the ticket was emitted.
func (c *Collector) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	if ref.Kind != evidence.KindTicket || ref.System != c.config.Name {
		return fmt.Errorf("jira system %q does not keep %s", c.config.Name, ref)
	}
	if err := c.inScope(ref.ID); err != nil {
		return err
	}
	job := capture.JobFrom(ctx)
	if job == nil {
		job = capture.NewJob("jira " + c.version)
		ctx = capture.WithJob(ctx, job)
	}
	body, login, err := c.issue(ctx, ref.ID)
	if err != nil {
		return err
	}
	r := &reading{c: c, body: body, ticket: &evidence.Ticket{}}
	r.note(login)
	r.read(ctx)
	if body.Key != ref.ID {
		r.ticket.Requested = ref.ID
	}
	if err := emit(evidence.Item{Ref: ref, Provenance: job.Provenance(), Ticket: r.ticket}); err != nil {
		return err
	}
	return errors.Join(r.gaps...)
}

// inScope refuses what is no ticket key, and keys of other projects.
func (c *Collector) inScope(id string) error {
	key := issueKey.FindStringSubmatch(id)
	if key == nil {
		return &evidence.GapError{Reason: evidence.NotFound,
			Detail: fmt.Sprintf("%q is not a Jira ticket key, which looks like PAY-123", id)}
	}
	named := func(p string) bool { return strings.EqualFold(p, key[1]) }
	if len(c.config.Projects) > 0 && !slices.ContainsFunc(c.config.Projects, named) {
		return &evidence.GapError{Reason: evidence.NotConfigured,
			Detail: fmt.Sprintf("project %s is not among the projects that the configuration names for %s; add it there if its tickets belong to the audit", key[1], c.config.Name)}
	}
	return nil
}

// issue asks for the ticket itself. Login is a gap where Jira gave the ticket
// but did not accept the login.
func (c *Collector) issue(ctx context.Context, key string) (body *issueBody, login, err error) {
	expand := "names,schema"
	if !c.config.Cloud {
		expand += ",changelog"
	}
	body = &issueBody{}
	header, err := c.get(ctx, c.api+"issue/"+key, url.Values{"fields": {"*all,-comment"}, "expand": {expand}}, body)
	if err != nil {
		return nil, nil, c.missing(ctx, key, err)
	}
	if body.Key == "" || body.Fields == nil {
		return nil, nil, &evidence.GapError{Reason: evidence.Unreachable,
			Detail: "Jira's answer for " + key + " is not a ticket; check that the base URL is that of the Jira site"}
	}
	if why := c.loginRefused(header); why != "" {
		login = &evidence.GapError{Part: "login", Reason: evidence.Denied,
			Detail: why + " It gave the ticket as anybody may see it: comments and fields that need a login may be missing"}
	}
	return body, login, nil
}

// missing turns the failure to get a ticket into its gap, and tells a ticket
// that does not exist from one whose project we may not see.
func (c *Collector) missing(ctx context.Context, key string, err error) error {
	gap := c.gap("", "ticket "+key, err)
	var refused *statusError
	if gap.Reason != evidence.NotFound || !errors.As(err, &refused) || refused.status != http.StatusNotFound {
		return gap
	}
	project := issueKey.FindStringSubmatch(key)[1]
	visible, perr := c.projectVisible(ctx, project)
	switch {
	case perr != nil:
		gap.Reason = evidence.Ambiguous
		gap.Detail = fmt.Sprintf("Jira shows no ticket %s, and whether the login may see project %s could not be found out; run doctor", key, project)
	case !visible:
		gap.Reason = evidence.Ambiguous
		gap.Detail = fmt.Sprintf("Jira shows neither ticket %s nor project %s to this login: they do not exist or are hidden from it", key, project)
	default:
		gap.Detail = fmt.Sprintf("Jira has no ticket %s that this login may see in project %s, which it can see; it was deleted, never existed or has a security level", key, project)
	}
	return gap
}
