package forge

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// auditKept is how long GitHub keeps an audit log, and auditShown what it shows
// of it where no day is asked for.
const (
	auditKept  = 180 * 24 * time.Hour
	auditShown = 91 * 24 * time.Hour
)

// listAudit answers the audit log of an organisation to those who may read it.
// To others it does not exist.
func (c *call) listAudit() (any, error) {
	allowed := c.token.Fine && c.token.Admin || slices.Contains(c.token.Scopes, "read:audit_log") || slices.Contains(c.token.Scopes, "admin:org")
	if !strings.EqualFold(c.r.PathValue("org"), c.f.Org.Login) || c.f.NoAuditLog || !allowed {
		return nil, notFound()
	}
	q := c.r.URL.Query()
	match, err := auditPhrase(q.Get("phrase"), c.o.Now().Add(-auditShown))
	if err != nil {
		return nil, err
	}
	kept := c.f.AuditKept
	if kept == 0 {
		kept = auditKept
	}
	var list []*AuditEntry
	for _, e := range c.f.Audit {
		git := strings.HasPrefix(e.Action, "git.")
		shown := git && q.Get("include") != "web" && q.Get("include") != "" || !git && q.Get("include") != "git"
		if shown && match(e) && e.At.After(c.o.Now().Add(-kept)) && !e.At.After(c.o.Now()) {
			list = append(list, e)
		}
	}
	if q.Get("order") != "asc" {
		slices.Reverse(list)
	}
	return c.auditPage(list)
}

// auditPage gives the entries after a cursor and says in the Link header where
// the next are. An audit log has no page numbers.
func (c *call) auditPage(list []*AuditEntry) (any, error) {
	q := c.r.URL.Query()
	from := 0
	if after := q.Get("after"); after != "" {
		if from = 1 + slices.IndexFunc(list, func(e *AuditEntry) bool { return e.cursor() == after }); from == 0 {
			return nil, invalid("AuditLog", "after", "invalid")
		}
	}
	to := min(from+c.asked(30, 100).per, len(list))
	if to < len(list) {
		q.Set("after", list[to-1].cursor())
		q.Del("before")
		u := url.URL{Path: c.r.URL.Path, RawQuery: q.Encode()}
		c.w.Header().Set("Link", fmt.Sprintf(`<%s%s&before=>; rel="next"`, c.api, u.String()))
	}
	out := make([]any, 0, to-from)
	for _, e := range list[from:to] {
		out = append(out, c.auditEntry(e))
	}
	return out, nil
}

func (e *AuditEntry) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("MS:%d|%s", e.At.UnixMilli(), e.ID)))
}

func (c *call) auditEntry(e *AuditEntry) object {
	o := object{
		"@timestamp": e.At.UnixMilli(), "created_at": e.At.UnixMilli(), "_document_id": e.ID, "action": e.Action, "org": c.f.Org.Login, "org_id": c.f.Org.ID,
		"operation_type": map[string]string{"create": "create", "destroy": "remove", "policy_override": "modify"}[e.Action[strings.LastIndex(e.Action, ".")+1:]],
	}
	if o["operation_type"] == "" {
		o["operation_type"] = "modify"
	}
	if e.Actor != nil {
		o["actor"], o["actor_id"], o["actor_is_bot"] = e.Actor.Login, e.Actor.ID, e.Actor.Type == Bot
		o["actor_ip"], o["actor_location"] = "203.0.113.7", object{"country_code": "DE"}
		o["user_agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
	}
	if e.Repo != nil {
		o["repo"], o["repo_id"], o["public_repo"] = e.Repo.full(), e.Repo.ID, !e.Repo.Private
	}
	for k, v := range e.Fields {
		o[k] = v
	}
	return o
}

// auditPhrase reads a search of the audit log.
func auditPhrase(phrase string, usual time.Time) (func(*AuditEntry) bool, error) {
	var tests []func(*AuditEntry) bool
	since := usual
	for _, word := range strings.Fields(phrase) {
		name, value, _ := strings.Cut(word, ":")
		switch name {
		case "repo":
			tests = append(tests, func(e *AuditEntry) bool { return e.Repo != nil && strings.EqualFold(e.Repo.full(), value) })
		case "action":
			tests = append(tests, func(e *AuditEntry) bool { return e.Action == value || strings.HasPrefix(e.Action, value+".") })
		case "created":
			day, err := time.Parse(time.DateOnly, strings.TrimPrefix(value, ">="))
			if err != nil || !strings.HasPrefix(value, ">=") {
				return nil, &failure{status: http.StatusUnprocessableEntity, message: "this server reads created:>=YYYY-MM-DD alone, not " + word}
			}
			since = day
		default:
			return nil, &failure{status: http.StatusUnprocessableEntity, message: "this server does not read " + word}
		}
	}
	return func(e *AuditEntry) bool {
		return !e.At.Before(since) && !slices.ContainsFunc(tests, func(is func(*AuditEntry) bool) bool { return !is(e) })
	}, nil
}

// finishAudit puts the log in the order of time and names its entries.
func (f *Forge) finishAudit() {
	slices.SortStableFunc(f.Audit, func(a, b *AuditEntry) int { return a.At.Compare(b.At) })
	for i, e := range f.Audit {
		if e.ID == "" {
			e.ID = SHA("audit", f.Org.Login, i, e.Action, e.At.UnixMilli())[:22]
		}
	}
}

// listSuites answers how pushes were judged, no further back than a month.
func (c *call) listSuites() (any, error) {
	q := c.r.URL.Query()
	back, ok := map[string]time.Duration{"": 24 * time.Hour, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour}[q.Get("time_period")]
	switch {
	case !c.token.Admin:
		return nil, notFound()
	case !ok:
		return nil, invalid("RuleSuite", "time_period", "invalid")
	}
	want := cmp.Or(q.Get("rule_suite_result"), "all")
	var list []*RuleSuite
	for _, s := range c.repo.Suites {
		inRef := q.Get("ref") == "" || q.Get("ref") == s.Ref || "refs/heads/"+q.Get("ref") == s.Ref
		if inRef && (want == "all" || want == s.Result) && s.At.After(c.o.Now().Add(-back)) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *RuleSuite) int { return b.At.Compare(a.At) })
	return paged(c, list, func(s *RuleSuite) any { return c.suiteOf(s) }), nil
}

func (c *call) getSuite() (any, error) {
	id, err := c.number("id")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.repo.Suites, func(s *RuleSuite) bool { return s.ID == id })
	if i < 0 || !c.token.Admin {
		return nil, notFound()
	}
	o := c.suiteOf(c.repo.Suites[i])
	evaluations := []any{}
	for _, e := range c.repo.Suites[i].Evaluations {
		source := object{"type": "protected_branch"}
		if e.Ruleset != nil {
			source = object{"type": "ruleset", "id": e.Ruleset.ID, "name": e.Ruleset.Name}
		}
		one := object{"rule_source": source, "enforcement": "active", "result": e.Result, "rule_type": e.Type}
		if e.Details != "" {
			one["details"] = e.Details
		}
		evaluations = append(evaluations, one)
	}
	o["rule_evaluations"] = evaluations
	return o, nil
}

func (c *call) suiteOf(s *RuleSuite) object {
	return object{
		"id": s.ID, "actor_id": s.Actor.ID, "actor_name": s.Actor.Login, "before_sha": s.Before, "after_sha": s.After, "ref": s.Ref,
		"repository_id": c.repo.ID, "repository_name": c.repo.Name, "pushed_at": at(s.At), "result": s.Result, "evaluation_result": s.Result,
	}
}
