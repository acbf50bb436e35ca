package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// anonymous is the principal where there is no credential.
const anonymous = "anonymous"

// Preflight asks GitHub whom it takes us for and which of the configured
// repositories it shows us. It fails where the credential is refused or
// GitHub does not answer.
func (c *Collector) Preflight(ctx context.Context) (evidence.Principal, error) {
	p := evidence.Principal{System: c.cfg.Name}
	if capture.JobFrom(ctx) == nil {
		ctx = capture.WithJob(ctx, capture.NewJob("github "+c.version))
	}
	header, err := c.whoAmI(ctx, &p)
	if err != nil {
		return p, err
	}
	c.session.Authenticated(c.cfg.Name, p.Name)
	c.notesOn(header, lastRetrieved(ctx), &p)
	for _, repository := range c.cfg.Repositories {
		if err := c.visible(ctx, repository, &p); err != nil {
			return p, err
		}
	}
	c.auditNotes(ctx, &p)
	return p, nil
}

// whoAmI names the principal: a user, an app's installation, or nobody.
func (c *Collector) whoAmI(ctx context.Context, p *evidence.Principal) (http.Header, error) {
	// Offline there is no credential; the vault knows whose answers it holds.
	recorded := c.session.Principal(c.cfg.Name)
	if c.cfg.Authorize == nil && (recorded == "" || recorded == anonymous) {
		p.Name = anonymous
		header, err := c.get(ctx, "rate_limit", &struct{}{})
		if err != nil && status(err) != http.StatusNotFound { // a server without limits
			return nil, c.failed("ask who we are", err)
		}
		p.Notes = append(p.Notes, "no token is configured: only public repositories are visible, and GitHub allows 60 requests an hour")
		return header, nil
	}
	var user gh.User
	header, err := c.get(ctx, "user", &user)
	if err == nil && user.GetLogin() != "" {
		p.Name = user.GetLogin()
		return header, nil
	}
	if status(err) == http.StatusUnauthorized {
		return nil, fmt.Errorf("%s refuses the token: it is wrong, was revoked or has expired; make a new one and configure it: %w", c.cfg.BaseURL.Host, c.gapError("", err))
	}
	// The token of an app's installation is nobody's, and may list its repositories.
	if status(err) == http.StatusForbidden {
		header, err = c.get(ctx, "installation/repositories?per_page=1", &gh.ListRepositories{})
		if err == nil {
			p.Name = "app installation"
			return header, nil
		}
	}
	if err == nil {
		err = &notJSON{sample: []byte("{}"), err: fmt.Errorf("it names no login")}
	}
	return nil, c.failed("ask who we are", err)
}

func (c *Collector) failed(what string, err error) error {
	return fmt.Errorf("%s at %s: %w", what, c.cfg.BaseURL.Host, c.gapError("", err))
}

// notesOn reads the scopes and expiry of the token, and the server's clock at
// the time of retrieval.
func (c *Collector) notesOn(h http.Header, retrieved time.Time, p *evidence.Principal) {
	for _, scope := range strings.Split(strings.Join(h.Values("X-OAuth-Scopes"), ","), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			p.Scopes = append(p.Scopes, scope)
		}
	}
	slices.Sort(p.Scopes)
	if slices.Contains(p.Scopes, "repo") {
		p.Notes = append(p.Notes, "the token has the scope \"repo\", which allows writing; a fine-grained token with read-only permissions is enough")
	}
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, h.Get("GitHub-Authentication-Token-Expiration")); err == nil {
			p.Expires = t.UTC()
			break
		}
	}
	if served, err := http.ParseTime(h.Get("Date")); err == nil && !retrieved.IsZero() {
		if skew := retrieved.Sub(served).Abs(); skew > 2*time.Minute {
			p.Notes = append(p.Notes, fmt.Sprintf("this machine's clock differs from GitHub's by %s; times of retrieval are this machine's", skew.Round(time.Second)))
		}
	}
}

// lastRetrieved is when the newest answer of the context's job was had, zero
// where there is none. Offline it is what it was online.
func lastRetrieved(ctx context.Context) time.Time {
	var last time.Time
	for _, p := range capture.JobFrom(ctx).Provenance() {
		for _, t := range []time.Time{p.RetrievedAt, p.ConfirmedAt} {
			if t.After(last) {
				last = t
			}
		}
	}
	return last
}

// visible finds out whether a repository can be seen, and how long it keeps logs.
func (c *Collector) visible(ctx context.Context, repository string, p *evidence.Principal) error {
	n := name{repository: repository}
	var repo gh.Repository
	_, err := c.get(ctx, n.path(""), &repo)
	switch code := status(err); {
	case code == http.StatusNotFound, code == http.StatusForbidden, code == http.StatusUnavailableForLegalReasons:
		p.Hidden = append(p.Hidden, repository)
		c.mu.Lock()
		c.hidden[strings.ToLower(repository)] = true
		c.mu.Unlock()
		return nil
	case err != nil:
		return c.failed("look for repository "+repository, err)
	}
	p.Visible = append(p.Visible, repository)
	if full := repo.GetFullName(); full != "" && !strings.EqualFold(full, repository) {
		p.Notes = append(p.Notes, fmt.Sprintf("repository %s is now called %s; configure the new name", repository, full))
	}
	if rights := repo.GetPermissions(); rights["admin"] || rights["push"] {
		p.Notes = append(p.Notes, fmt.Sprintf("the login may write to %s; reading is enough, except that only administrators see classic branch protection", repository))
	}
	var kept struct {
		Days int `json:"days"`
	}
	keeps := evidence.Retention{What: "CI logs and artifacts", Scope: repository, Keeps: defaultLogRetention * 24 * time.Hour, Assumed: true}
	// Only administrators may ask; GitHub's default is documented.
	if _, err := c.get(ctx, n.path("/actions/permissions/artifact-and-log-retention"), &kept); err == nil && kept.Days > 0 {
		c.mu.Lock()
		c.retention[repository] = kept.Days
		c.mu.Unlock()
		keeps.Keeps, keeps.Assumed = time.Duration(kept.Days)*24*time.Hour, false
		p.Notes = append(p.Notes, fmt.Sprintf("%s keeps Actions logs and artifacts for %d days", repository, kept.Days))
	} else {
		p.Notes = append(p.Notes, fmt.Sprintf("%s does not say how long it keeps Actions logs and artifacts; GitHub's default is %d days", repository, defaultLogRetention))
	}
	p.Retentions = append(p.Retentions, keeps)
	return nil
}
