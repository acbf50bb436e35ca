package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// object is a JSON object.
type object = map[string]any

// site renders the model for one base URL: the one that a request came by.
type site struct {
	*server
	api, web string   // "https://api.github.com", "https://github.com"
	cache    sync.Map // of accounts and repositories, which occur in almost everything
}

func (s *server) siteOf(r *http.Request) *site {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	base := scheme + r.Host
	if strings.HasPrefix(r.URL.Path, "/api/v3/") {
		base += "/api/v3"
	}
	if known, ok := s.sites.Load(base); ok {
		return known.(*site)
	}
	known, _ := s.sites.LoadOrStore(base, &site{server: s, api: base, web: s.o.Web})
	return known.(*site)
}

type cacheKey struct {
	of   any
	kind string
}

// cached renders once what make gives.
func (s *site) cached(of any, kind string, build func() object) json.RawMessage {
	key := cacheKey{of, kind}
	if b, ok := s.cache.Load(key); ok {
		return b.(json.RawMessage)
	}
	b, err := marshal(build())
	if err != nil {
		panic(err) // strings, numbers and booleans alone
	}
	s.cache.Store(key, json.RawMessage(b))
	return b
}

// at writes a time as GitHub does; null where it is zero.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// orNull writes "" as null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func ghost() *User { return &User{ID: 10137, Login: "ghost", Type: Person} }

func userPrefix(u *User) string {
	switch u.Type {
	case Bot:
		return "BOT"
	case Organization:
		return "O"
	}
	return "U"
}

func userNode(u *User) string { return nodeID(userPrefix(u), u.ID) }

func (s *site) userObject(u *User) object {
	api, web := s.api+"/users/"+u.Login, s.web+"/"+u.Login
	if name, ok := strings.CutSuffix(u.Login, "[bot]"); ok {
		web = s.web + "/apps/" + name
	}
	return object{
		"login": u.Login, "id": u.ID, "node_id": userNode(u),
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", u.ID), "gravatar_id": "",
		"url": api, "html_url": web, "followers_url": api + "/followers", "following_url": api + "/following{/other_user}",
		"gists_url": api + "/gists{/gist_id}", "starred_url": api + "/starred{/owner}{/repo}", "subscriptions_url": api + "/subscriptions",
		"organizations_url": api + "/orgs", "repos_url": api + "/repos", "events_url": api + "/events{/privacy}",
		"received_events_url": api + "/received_events", "type": or(u.Type, Person), "user_view_type": "public", "site_admin": u.SiteAdmin,
	}
}

// user renders an account; null where it does not exist (any more).
func (s *site) user(u *User) any {
	if u == nil || u.Deleted {
		return nil
	}
	return s.cached(u, "user", func() object { return s.userObject(u) })
}

// author renders the author of a conversation: the account "ghost" where it
// does not exist any more.
func (s *site) author(u *User) any {
	if u == nil || u.Deleted {
		return s.cached("ghost", "user", func() object { return s.userObject(ghost()) })
	}
	return s.user(u)
}

func (s *site) userList(list []*User) []any {
	out := []any{}
	for _, u := range list {
		if v := s.user(u); v != nil {
			out = append(out, v)
		}
	}
	return out
}

// member reports whether an account belongs to the organisation: it is in a
// team, or there are no teams to tell by.
func (s *server) member(u *User) bool {
	return u != nil && !u.Deleted && or(u.Type, Person) == Person && (len(s.f.Teams) == 0 || s.teamed[u])
}

func (s *server) association(said string, u *User) string {
	switch {
	case said != "":
		return said
	case s.member(u):
		return "MEMBER"
	case u != nil && !u.Deleted && u.Type == Bot:
		return "CONTRIBUTOR"
	}
	return "NONE"
}

// profile renders an account as /users/{login} does.
func (s *site) profile(u *User) object {
	o := s.userObject(u)
	created := u.Created
	if created.IsZero() {
		created = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for k, v := range (object{
		"name": orNull(u.Name), "company": orNull(u.Company), "blog": "", "location": orNull(u.Location), "email": orNull(u.Email),
		"hireable": nil, "bio": nil, "twitter_username": nil, "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": at(created), "updated_at": at(created),
	}) {
		o[k] = v
	}
	return o
}

func (s *site) team(t *Team) object {
	o := s.teamSimple(t)
	o["parent"] = nil
	return o
}

func (s *site) teamSimple(t *Team) object {
	api := fmt.Sprintf("%s/organizations/%d/team/%d", s.api, s.f.Org.ID, t.ID)
	return object{
		"id": t.ID, "node_id": nodeID("T", s.f.Org.ID, t.ID), "name": or(t.Name, t.Slug), "slug": t.Slug, "description": "",
		"privacy": "closed", "notification_setting": "notifications_enabled", "permission": "pull", "url": api,
		"html_url": s.web + "/orgs/" + s.f.Org.Login + "/teams/" + t.Slug, "members_url": api + "/members{/member}",
		"repositories_url": api + "/repos", "type": "organization", "organization_id": s.f.Org.ID,
	}
}

func (s *site) teams(list []*Team) []any {
	out := []any{}
	for _, t := range list {
		out = append(out, s.team(t))
	}
	return out
}

func (s *site) app(a *App) any {
	if a == nil {
		return nil
	}
	owner := a.Owner
	if owner == nil {
		owner = s.f.Org
		if a.Slug == "github-actions" {
			owner = &User{ID: 9919, Login: "github", Type: Organization}
		}
	}
	created := a.Created
	if created.IsZero() {
		created = time.Date(2018, 7, 30, 9, 30, 17, 0, time.UTC)
	}
	return object{
		"id": a.ID, "slug": a.Slug, "node_id": nodeID("A", a.ID), "client_id": "Iv1." + SHA("app", a.ID)[:16], "owner": s.userObject(owner),
		"name": or(a.Name, a.Slug), "description": "", "external_url": "https://" + a.Slug + ".example.com", "html_url": s.web + "/apps/" + a.Slug,
		"created_at": at(created), "updated_at": at(created),
		"permissions": object{"contents": "read", "metadata": "read"}, "events": []string{"check_run", "check_suite"},
	}
}

func (c *call) getViewer() (any, error) {
	if c.anon {
		return nil, &failure{status: http.StatusUnauthorized, message: "Requires authentication"}
	}
	return c.profile(c.viewer(c.token)), nil
}

func (c *call) getUser() (any, error) {
	u := c.users[strings.ToLower(c.r.PathValue("login"))]
	if u == nil {
		return nil, notFound()
	}
	return c.profile(u), nil
}

func (c *call) getOrg() (any, error) {
	u := c.f.Org
	if !strings.EqualFold(u.Login, c.r.PathValue("org")) {
		return nil, notFound()
	}
	created := u.Created
	if created.IsZero() {
		created = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	public := 0
	for _, r := range c.f.Repos {
		if !r.Private {
			public++
		}
	}
	api := c.api + "/orgs/" + u.Login
	return object{
		"login": u.Login, "id": u.ID, "node_id": userNode(u), "url": api, "repos_url": api + "/repos", "events_url": api + "/events",
		"hooks_url": api + "/hooks", "issues_url": api + "/issues", "members_url": api + "/members{/member}",
		"public_members_url": api + "/public_members{/member}", "avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", u.ID),
		"description": nil, "name": u.Name, "is_verified": true, "has_organization_projects": true, "has_repository_projects": true,
		"public_repos": public, "public_gists": 0, "followers": 0, "following": 0, "html_url": c.web + "/" + u.Login, "type": Organization,
		"created_at": at(created), "updated_at": at(created), "archived_at": nil,
	}, nil
}

func (c *call) getRateLimit() (any, error) {
	c.limits.Lock()
	used, reset := c.used, c.window.Add(time.Hour).Unix()
	c.limits.Unlock()
	limit := c.o.RateLimit
	if limit == 0 {
		limit = 15000
	}
	rate := func(limit, used int) object {
		return object{"limit": limit, "used": min(used, limit), "remaining": max(limit-used, 0), "reset": reset}
	}
	core := rate(limit, used)
	return object{"resources": object{"core": core, "search": rate(30, 0), "graphql": rate(limit, used)}, "rate": core}, nil
}
