package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// auditRetention is how long github.com keeps an organisation's audit log. On
// GitHub Enterprise Server an owner sets it, and no endpoint tells it.
const auditRetention = 180 * 24 * time.Hour

// sinceEver is asked for with every question to the audit log, which shows three
// months unless a day is named. It is the same each time, so that one answer
// serves the whole run, and is found again offline.
const sinceEver = " created:>=2008-01-01"

// ruleHistory collects what GitHub still tells of the past of a branch's rules.
func (c *Collector) ruleHistory(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	out := &evidence.RuleHistory{Repository: n.repository, Branch: n.text, URL: c.auditPage(n.repository)}
	c.auditLog(ctx, r, n, out)
	c.ruleSuites(ctx, r, n, out)
	c.rulesetsNow(ctx, r, n, out)
	if len(capture.JobFrom(ctx).Provenance()) == 0 { // GitHub said nothing at all
		if err := ctx.Err(); err != nil {
			return err
		}
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub answered none of the questions about the past of the branch's rules"}
	}
	item.RuleHistory = out
	return nil
}

// auditPage is where a person reads the audit log of a repository's owner.
func (c *Collector) auditPage(repository string) string {
	return c.web + "/organizations/" + owner(repository) + "/settings/audit-log?q=" + url.QueryEscape("repo:"+repository)
}

func owner(repository string) string {
	name, _, _ := strings.Cut(repository, "/")
	return name
}

// auditPath asks an organisation's audit log, for web and Git events alike.
func auditPath(organization, phrase string) string {
	return "orgs/" + organization + "/audit-log?include=all&order=asc&phrase=" + url.QueryEscape(phrase+sinceEver)
}

// auditLog reads every entry about the branch's rules. The whole of it counts,
// or none: with a page missing there is no window of which it is known that
// nothing else happened.
func (c *Collector) auditLog(ctx context.Context, r *retrieval, n name, out *evidence.RuleHistory) {
	oldest, err := c.auditReach(ctx, owner(n.repository))
	if err != nil {
		r.gaps = append(r.gaps, c.auditGap(n.repository, err))
		return
	}
	reach := evidence.Reach{Read: true, Oldest: oldest}
	if !c.enterpriseServer() {
		reach.Keeps = auditRetention
	}
	for _, phrase := range []string{
		"repo:" + n.repository + " action:protected_branch",
		"action:repository_ruleset", // those of the organisation name no repository
		"repo:" + n.repository + " action:repo.rename",
		"repo:" + n.repository + " action:repo.transfer",
		"action:org.rename",
		"repo:" + n.repository + " action:repo.update_default_branch",
		"repo:" + n.repository + " action:custom_property_value",
	} {
		entries, err := list[auditEntry](ctx, c, auditPath(owner(n.repository), phrase))
		if err != nil {
			r.gaps = append(r.gaps, c.auditGap(n.repository, err))
			reach.Read = false
		}
		for _, e := range entries {
			switch {
			case e.at().IsZero():
				r.gap("audit log", evidence.Unreachable, "an entry of the audit log (%s) has no time", oneLine(e.text("action")))
				reach.Read = false
			case e.renames(n): // the log before is under another name
				if e.at().After(reach.Named) {
					reach.Named = e.at()
				}
			case e.concerns(n):
				out.Events = append(out.Events, c.ruleEvent(e))
			}
		}
	}
	slices.SortStableFunc(out.Events, func(a, b evidence.RuleEvent) int { return a.At.Compare(b.At) })
	out.Log = reach
}

// auditReach gives the time of the oldest entry that an organisation's audit
// log still has: how far back it can be read.
func (c *Collector) auditReach(ctx context.Context, organization string) (time.Time, error) {
	var first []auditEntry
	path := "orgs/" + organization + "/audit-log?include=web&order=asc&per_page=1&phrase=" + url.QueryEscape(strings.TrimSpace(sinceEver))
	if _, err := c.get(ctx, path, &first); err != nil {
		return time.Time{}, err
	}
	if len(first) == 0 || first[0].at().IsZero() {
		return time.Time{}, &evidence.GapError{Reason: evidence.NotFound, Detail: fmt.Sprintf("the audit log of %s has no entry at all, so it is not known how far back it tells", organization)}
	}
	return first[0].at(), nil
}

// enterpriseServer reports whether the collector speaks to a GitHub Enterprise
// Server, whose API is below /api/v3/.
func (c *Collector) enterpriseServer() bool {
	return strings.HasSuffix(c.cfg.BaseURL.Path, "/api/v3/")
}

// auditGap says why the audit log was not read. GitHub answers 404 to whoever
// may not read it, and for plans without it.
func (c *Collector) auditGap(repository string, err error) error {
	code := status(err)
	if hidden := c.gapError("audit log", err); code != http.StatusNotFound && code != http.StatusForbidden || hiddenReason(hidden) {
		return hidden
	}
	return &evidence.GapError{Part: "audit log", Reason: evidence.Denied, Err: err,
		Detail: fmt.Sprintf("GitHub answered %d: the audit log of %s is for organisations on GitHub Enterprise, and for a login that may read it (scope read:audit_log, or the organisation's permission \"Administration: read\")", code, owner(repository))}
}

// hiddenReason reports whether a gap has a better reason than that access is
// denied: the login is not proven, or a limit of requests was reached.
func hiddenReason(err error) bool {
	g, ok := err.(*evidence.GapError)
	return ok && g.Reason != evidence.NotFound && g.Reason != evidence.Denied && g.Reason != evidence.Ambiguous
}
