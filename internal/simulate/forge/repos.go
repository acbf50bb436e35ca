package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func repoNode(r *Repo) string { return nodeID("R", r.ID) }

func (s *site) repoURL(r *Repo) string { return s.api + "/repos/" + r.full() }
func (s *site) repoWeb(r *Repo) string { return s.web + "/" + r.full() }

// repoLinks is what every rendering of a repository has.
func (s *site) repoLinks(r *Repo) object {
	api := s.repoURL(r)
	o := object{
		"id": r.ID, "node_id": repoNode(r), "name": r.Name, "full_name": r.full(), "owner": s.user(r.Owner), "private": r.Private,
		"html_url": s.repoWeb(r), "description": orNull(r.Description), "fork": r.Fork, "url": api,
	}
	for key, path := range map[string]string{
		"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
		"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
		"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
		"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
		"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
		"issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}", "issues_url": "/issues{/number}",
		"keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages", "merges_url": "/merges",
		"milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}", "pulls_url": "/pulls{/number}",
		"releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}", "subscribers_url": "/subscribers",
		"subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams", "trees_url": "/git/trees{/sha}", "hooks_url": "/hooks",
	} {
		o[key] = api + path
	}
	return o
}

// minimalRepo renders a repository as it stands within runs and check suites.
func (s *site) minimalRepo(r *Repo) any {
	return s.cached(r, "minimal", func() object { return s.repoLinks(r) })
}

// repo renders a repository as it stands within a pull request, and, with
// what is added there, by itself.
func (s *site) repo(r *Repo) any {
	return s.cached(r, "repo", func() object { return s.repoObject(r) })
}

func (s *site) repoObject(r *Repo) object {
	o := s.repoLinks(r)
	open := 0
	for _, t := range r.idx.threads {
		if t.c.Closed.IsZero() {
			open++
		}
	}
	visibility := "public"
	if r.Private {
		visibility = "private"
	}
	host := strings.TrimPrefix(strings.TrimPrefix(s.web, "https://"), "http://")
	may := func(m string) bool { return len(r.MergeMethods) == 0 || slices.Contains(r.MergeMethods, m) }
	for k, v := range (object{
		"git_url": "git://" + host + "/" + r.full() + ".git", "ssh_url": "git@" + host + ":" + r.full() + ".git",
		"clone_url": s.repoWeb(r) + ".git", "svn_url": s.repoWeb(r), "mirror_url": nil, "homepage": nil, "language": nil,
		"forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "size": len(r.Commits), "default_branch": r.DefaultBranch,
		"open_issues_count": open, "is_template": false, "topics": []string{}, "has_issues": true, "has_projects": false, "has_wiki": false,
		"has_pages": false, "has_downloads": true, "has_discussions": false, "archived": r.Archived, "disabled": false, "visibility": visibility,
		"pushed_at": at(later(r.Created, r.Pushed)), "created_at": at(r.Created), "updated_at": at(later(r.Created, r.Pushed)),
		"permissions":        object{"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
		"allow_rebase_merge": may("rebase"), "allow_squash_merge": may("squash"), "allow_merge_commit": may("merge"),
		"allow_auto_merge": r.AutoMerge, "delete_branch_on_merge": true, "allow_update_branch": false, "allow_forking": true,
		"web_commit_signoff_required": false, "license": nil, "forks": 0, "open_issues": open, "watchers": 0,
	}) {
		o[k] = v
	}
	return o
}

func (c *call) getRepo() (any, error) {
	o := c.repoObject(c.repo)
	o["subscribers_count"], o["network_count"] = 0, 0
	o["organization"] = c.user(c.f.Org)
	o["permissions"] = object{"admin": c.token.Admin, "maintain": c.token.Admin, "push": c.token.Admin, "triage": c.token.Admin, "pull": true}
	return o, nil
}

func (c *call) listOrgRepos() (any, error) {
	if !strings.EqualFold(c.f.Org.Login, c.r.PathValue("org")) {
		return nil, notFound()
	}
	var seen []*Repo
	for _, r := range c.f.Repos {
		kind := c.r.URL.Query().Get("type")
		if r.Owner == c.f.Org && c.sees(r) && (kind != "private" || r.Private) && (kind != "public" || !r.Private) && (kind != "forks" || r.Fork) && (kind != "sources" || !r.Fork) {
			seen = append(seen, r)
		}
	}
	slices.SortStableFunc(seen, func(a, b *Repo) int { return cmp.Compare(a.full(), b.full()) })
	return paged(c, seen, func(r *Repo) any {
		o := c.repoObject(r)
		for _, key := range []string{"allow_rebase_merge", "allow_squash_merge", "allow_merge_commit", "allow_auto_merge", "allow_update_branch"} {
			delete(o, key) // a list does not tell the settings
		}
		return o
	}), nil
}

func (c *call) getContents() (any, error) {
	path := strings.Trim(c.r.PathValue("path"), "/")
	ref := or(c.r.URL.Query().Get("ref"), c.repo.DefaultBranch)
	if _, ok := c.repo.resolve(ref); !ok {
		return nil, &failure{status: 404, message: "No commit found for the ref " + ref}
	}
	text, ok := c.repo.Contents[path]
	if !ok {
		return c.folder(path, ref)
	}
	if strings.Contains(c.r.Header.Get("Accept"), "raw") {
		return raw{"application/vnd.github.raw; charset=utf-8", []byte(text)}, nil
	}
	o := c.entry("file", path, ref, len(text), SHA("blob", text))
	o["encoding"], o["content"] = "base64", b64([]byte(text))
	return o, nil
}

func (c *call) entry(kind, path, ref string, size int, sha string) object {
	self := c.repoURL(c.repo) + "/contents/" + path + "?ref=" + ref
	git, html := c.repoURL(c.repo)+"/git/blobs/"+sha, c.repoWeb(c.repo)+"/blob/"+ref+"/"+path
	var download any = "https://raw.githubusercontent.com/" + c.repo.full() + "/" + ref + "/" + path
	if kind == "dir" {
		git, html, download = c.repoURL(c.repo)+"/git/trees/"+sha, c.repoWeb(c.repo)+"/tree/"+ref+"/"+path, nil
	}
	return object{
		"type": kind, "size": size, "name": path[strings.LastIndex(path, "/")+1:], "path": path, "sha": sha, "url": self,
		"git_url": git, "html_url": html, "download_url": download, "_links": object{"self": self, "git": git, "html": html},
	}
}

// folder lists what is directly in a folder.
func (c *call) folder(path, ref string) (any, error) {
	prefix := path + "/"
	if path == "" {
		prefix = ""
	}
	entries := map[string]object{}
	for p, text := range c.repo.Contents {
		rest, ok := strings.CutPrefix(p, prefix)
		if !ok {
			continue
		}
		if name, _, deeper := strings.Cut(rest, "/"); deeper {
			entries[name] = c.entry("dir", prefix+name, ref, 0, SHA("tree", prefix+name))
		} else {
			entries[name] = c.entry("file", p, ref, len(text), SHA("blob", text))
		}
	}
	if len(entries) == 0 {
		return nil, notFound()
	}
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []any{}
	for _, name := range names {
		out = append(out, entries[name])
	}
	return out, nil
}

func (s *site) label(r *Repo, l *Label) object {
	return object{
		"id": l.ID, "node_id": nodeID("LA", r.ID, l.ID), "url": s.repoURL(r) + "/labels/" + pathEscape(l.Name), "name": l.Name,
		"color": or(l.Color, "ededed"), "default": l.Name == "bug", "description": orNull(l.Description),
	}
}

func (s *site) labels(r *Repo, list []*Label) []any {
	out := []any{}
	for _, l := range list {
		out = append(out, s.label(r, l))
	}
	return out
}

func (s *site) milestone(r *Repo, m *Milestone) any {
	if m == nil {
		return nil
	}
	return s.cached(m, "milestone", func() object { return s.milestoneObject(r, m) })
}

func (s *site) milestoneObject(r *Repo, m *Milestone) object {
	state := "open"
	if !m.Closed.IsZero() {
		state = "closed"
	}
	open, closed := 0, 0
	for _, t := range r.idx.threads {
		switch {
		case t.c.Milestone != m:
		case t.c.Closed.IsZero():
			open++
		default:
			closed++
		}
	}
	api := fmt.Sprintf("%s/milestones/%d", s.repoURL(r), m.Number)
	return object{
		"url": api, "html_url": fmt.Sprintf("%s/milestone/%d", s.repoWeb(r), m.Number), "labels_url": api + "/labels", "id": m.ID,
		"node_id": nodeID("MI", r.ID, m.ID), "number": m.Number, "state": state, "title": m.Title, "description": orNull(m.Description),
		"creator": s.user(m.Creator), "open_issues": open, "closed_issues": closed, "created_at": at(m.Created),
		"updated_at": at(later(m.Created, m.Closed)), "closed_at": at(m.Closed), "due_on": at(m.Due),
	}
}
