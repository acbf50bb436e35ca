package request

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var (
	pathPull    = regexp.MustCompile(`^(.+?)/(?:-/)?(?:pull|pulls|merge_requests|pull-requests|pullrequest)/([1-9][0-9]{0,9})(?:/.*)?$`)
	pathIssue   = regexp.MustCompile(`^(.+?)/(?:-/)?issues/([1-9][0-9]{0,9})(?:/.*)?$`)
	pathCommit  = regexp.MustCompile(`(?i)^(.+?)/(?:-/)?commits?/([0-9a-f]{7,64})(?:/.*)?$`)
	pathDeploy  = regexp.MustCompile(`^(.+?)/(?:-/)?deployments/([0-9]{1,20})(?:/.*)?$`)
	pathRun     = regexp.MustCompile(`/actions/runs/[0-9]+`)
	pathKey     = regexp.MustCompile(`(?i)(?:/browse/|/issues/|/queues/(?:custom/|issue/)?(?:[0-9]+/)?)([a-z][a-z0-9_]*-[1-9][0-9]{0,9})(?:/.*)?$`)
	pathAPIRoot = regexp.MustCompile(`^(?:api/v3/)?repos/`)
)

func isAddress(s string) bool {
	lower := strings.ToLower(s)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// address reads what a browser shows.
func (r *Resolver) address(text string, _ Column, _ string) (Resolution, error) {
	if !isAddress(text) {
		return Resolution{}, errNoForm
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Resolution{}, &Error{evidence.NotFound, fmt.Sprintf("%q is not an address that can be read", clean(text, 100))}
	}
	var res Resolution
	known := false
	for _, t := range r.scope.Trackers {
		rest, ok := below(u, t.WebURL)
		if !ok {
			continue
		}
		known = true
		key := pathKey.FindStringSubmatch("/" + rest)
		if key == nil {
			key = pathKey.FindStringSubmatch("/browse/" + u.Query().Get("selectedIssue"))
		}
		if key == nil {
			continue
		}
		res.Form = FormTicket
		res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindTicket, System: t.System, ID: strings.ToUpper(key[1])})
		res.Tried = append(res.Tried, fmt.Sprintf("read as ticket %s in %s", strings.ToUpper(key[1]), t.System))
	}
	for _, f := range r.scope.Forges {
		rest, ok := below(u, f.WebURL)
		if !ok {
			continue
		}
		known = true
		if err := res.forge(f, rest); err != nil {
			return res, err
		}
	}
	switch {
	case len(res.Candidates) > 0:
		return res, nil
	case known:
		return res, &Error{evidence.NotFound, fmt.Sprintf("the address %s is of no pull request, issue, commit, deployment or ticket of what is configured", clean(text, 200))}
	}
	return res, &Error{evidence.NotConfigured, fmt.Sprintf("no configured system is at %s; known addresses: %s", u.Host, r.knownAddresses())}
}

// below gives the path of u below a system's address. The scheme does not
// matter: people copy http from old mails.
func below(u *url.URL, base string) (string, bool) {
	b, err := url.Parse(base)
	if err != nil || base == "" || b.Hostname() == "" {
		return "", false
	}
	host := strings.ToLower(strings.TrimPrefix(u.Hostname(), "www."))
	// The address of GitHub's interface is that of the site with "api." before it.
	api := strings.TrimPrefix(host, "api.") == strings.ToLower(b.Hostname())
	if host != strings.ToLower(strings.TrimPrefix(b.Hostname(), "www.")) && !api || u.Port() != b.Port() {
		return "", false
	}
	path, root := strings.Trim(u.Path, "/"), strings.Trim(b.Path, "/")
	if root != "" {
		rest, ok := strings.CutPrefix(path, root+"/")
		return rest, ok
	}
	return path, true
}

// forge reads the path of a page of a forge.
func (res *Resolution) forge(f Forge, path string) error {
	path = pathAPIRoot.ReplaceAllString(path, "")
	type page struct {
		re   *regexp.Regexp
		form Form
		kind evidence.Kind
		id   string // between repository and number
	}
	for _, p := range []page{
		{pathPull, FormPullRequest, evidence.KindPullRequest, "#"},
		{pathIssue, FormTicket, evidence.KindTicket, "#"},
		{pathCommit, FormCommit, evidence.KindCommit, "@"},
		{pathDeploy, FormDeployment, evidence.KindDeployment, "/deployments/"},
	} {
		m := p.re.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		for _, repository := range f.Repositories {
			if strings.EqualFold(repository, m[1]) {
				res.Form = p.form
				res.Candidates = append(res.Candidates, evidence.Ref{Kind: p.kind, System: f.System, ID: repository + p.id + strings.ToLower(m[2])})
				res.Tried = append(res.Tried, fmt.Sprintf("read as %s %s%s%s in %s", p.form, repository, p.id, strings.ToLower(m[2]), f.System))
				return nil
			}
		}
		return &Error{evidence.NotConfigured, fmt.Sprintf("the repository %s of %s is not configured; known repositories: %s", clean(m[1], 100), f.System, shortList(f.Repositories))}
	}
	if pathRun.MatchString(path) {
		return &Error{evidence.NotFound, "the address is of a run of CI, which is no change; give that of the pull request, the commit or the deployment"}
	}
	return nil
}

func (r *Resolver) knownAddresses() string {
	var known []string
	for _, f := range r.scope.Forges {
		if f.WebURL != "" {
			known = append(known, f.WebURL)
		}
	}
	for _, t := range r.scope.Trackers {
		if t.WebURL != "" {
			known = append(known, t.WebURL)
		}
	}
	if len(known) == 0 {
		return "none"
	}
	return shortList(known)
}
