package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What GitHub lists at once of a commit's or a comparison's changes.
const (
	commitFilesPage   = 300
	comparisonCommits = 250
	comparisonFiles   = 300
)

func commitNode(c commit) string { return nodeID("C", c.r.ID, c.SHA) }

func (s *site) commitURL(c commit) string { return s.repoURL(c.r) + "/commits/" + c.SHA }

func (s *site) parents(c commit) []any {
	out := []any{}
	for _, p := range c.Parents {
		out = append(out, object{"sha": p, "url": s.repoURL(c.r) + "/commits/" + p, "html_url": s.repoWeb(c.r) + "/commit/" + p})
	}
	return out
}

// gitCommit renders what the commit itself says.
func (s *site) gitCommit(c commit) object {
	sign := func(g Signature) object { return object{"name": g.Name, "email": g.Email, "date": at(g.Date)} }
	v := object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
	if x := c.Verification; x != nil {
		reason := x.Reason
		if reason == "" && x.Verified {
			reason = "valid"
		}
		v = object{"verified": x.Verified, "reason": or(reason, "unknown_key"), "signature": orNull(x.Signature), "payload": orNull(x.Payload), "verified_at": at(x.VerifiedAt)}
	}
	return object{
		"url": s.repoURL(c.r) + "/git/commits/" + c.SHA, "author": sign(c.Author), "committer": sign(c.Committer), "message": c.Message,
		"comment_count": 0, "tree": object{"sha": c.Tree, "url": s.repoURL(c.r) + "/git/trees/" + c.Tree}, "verification": v,
	}
}

// commitSimple renders a commit as lists do.
func (s *site) commitSimple(c commit) object {
	return object{
		"url": s.commitURL(c), "sha": c.SHA, "node_id": commitNode(c), "html_url": s.repoWeb(c.r) + "/commit/" + c.SHA,
		"comments_url": s.commitURL(c) + "/comments", "commit": s.gitCommit(c), "author": s.user(c.Author.User),
		"committer": s.user(c.Committer.User), "parents": s.parents(c),
	}
}

// headCommit renders a commit as runs and check suites do.
func (s *site) headCommit(r *Repo, sha string) any {
	c := r.Commits[sha]
	if c == nil {
		return nil
	}
	who := func(g Signature) object { return object{"name": g.Name, "email": g.Email} }
	return object{"id": c.SHA, "tree_id": c.Tree, "message": c.Message, "timestamp": at(c.Committer.Date), "author": who(c.Author), "committer": who(c.Committer)}
}

// ofCommit answers everything below commits/{ref}, where a ref may itself
// have slashes in it.
func (c *call) ofCommit() (any, error) {
	rest := c.r.PathValue("rest")
	for suffix, answer := range map[string]func(*call, commit) (any, error){
		"/pulls": (*call).listPullsOf, "/check-runs": (*call).listCheckRuns, "/check-suites": (*call).listCheckSuites,
		"/statuses": (*call).listStatuses, "/status": (*call).getCombinedStatus,
	} {
		if ref, ok := strings.CutSuffix(rest, suffix); ok {
			cm, err := c.find(ref)
			if err != nil {
				return nil, err
			}
			return answer(c, cm)
		}
	}
	cm, err := c.find(rest)
	if err != nil {
		return nil, err
	}
	return c.getCommit(cm)
}

func (c *call) find(ref string) (commit, error) {
	cm, ok := c.repo.resolve(ref)
	if !ok {
		return cm, &failure{status: http.StatusUnprocessableEntity, message: "No commit found for SHA: " + ref}
	}
	return cm, nil
}

func (c *call) getCommit(cm commit) (any, error) {
	o := c.commitSimple(cm)
	added, deleted := changes(cm.Files)
	o["stats"] = object{"total": added + deleted, "additions": added, "deletions": deleted}
	w := c.asked(commitFilesPage, commitFilesPage)
	files := cm.Files[:min(len(cm.Files), mostPullFiles)]
	if len(files) > w.per || w.page > 1 {
		c.link(w, len(files))
	}
	from, to := w.slice(len(files))
	list := []any{}
	for _, f := range files[from:to] {
		list = append(list, c.file(cm.r, f, cm.SHA))
	}
	o["files"] = list
	return o, nil
}

func (c *call) listCommits() (any, error) {
	q := c.r.URL.Query()
	cm, ok := c.repo.resolve(q.Get("sha"))
	if !ok {
		if len(c.repo.Commits) == 0 {
			return nil, &failure{status: http.StatusConflict, message: "Git Repository is empty."}
		}
		return nil, notFound()
	}
	since, _ := time.Parse(time.RFC3339, q.Get("since")) // what GitHub cannot read it ignores
	until, _ := time.Parse(time.RFC3339, q.Get("until"))
	path, author := q.Get("path"), q.Get("author")
	var list []*Commit
	for _, x := range c.repo.log(cm.SHA) {
		d := x.Committer.Date
		if !d.Before(since) && (until.IsZero() || !d.After(until)) && x.touches(path) && x.by(author) {
			list = append(list, x)
		}
	}
	return paged(c, list, func(x *Commit) any { return c.commitSimple(commit{c.repo, x}) }), nil
}

func (c *Commit) touches(path string) bool {
	path = strings.Trim(path, "/")
	return path == "" || slices.ContainsFunc(c.Files, func(f File) bool { return f.Path == path || strings.HasPrefix(f.Path, path+"/") })
}

func (c *Commit) by(author string) bool {
	return author == "" || strings.EqualFold(c.Author.Email, author) || c.Author.User != nil && strings.EqualFold(c.Author.User.Login, author)
}

func (c *call) listPullsOf(cm commit) (any, error) {
	return paged(c, c.repo.idx.pullsOf[cm.SHA], func(p pull) any { return c.pullSimple(p) }), nil
}

func (c *call) getComparison() (any, error) {
	spec := c.r.PathValue("basehead")
	from, to, ok := strings.Cut(spec, "...")
	if !ok {
		return nil, notFound()
	}
	base, ok1 := c.repo.resolve(from)
	head, ok2 := c.repo.resolve(to)
	if !ok1 || !ok2 {
		return nil, notFound()
	}
	cmp := c.repo.compare(base.Commit, head.Commit)
	if cmp.mergeBase == nil {
		return nil, &failure{status: http.StatusNotFound, message: fmt.Sprintf("No common ancestor between %s and %s.", from, to)}
	}
	commits, files := c.comparedCommits(cmp.ahead)
	web := c.repoWeb(c.repo) + "/compare/" + spec
	o := object{
		"url": c.repoURL(c.repo) + "/compare/" + spec, "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch",
		"permalink_url": fmt.Sprintf("%s/compare/%s:%s...%s:%s", c.repoWeb(c.repo), c.repo.Owner.Login, base.SHA[:7], c.repo.Owner.Login, head.SHA[:7]),
		"base_commit":   c.commitSimple(base), "merge_base_commit": c.commitSimple(commit{c.repo, cmp.mergeBase}), "status": cmp.status,
		"ahead_by": len(cmp.ahead), "behind_by": len(cmp.behind), "total_commits": len(cmp.ahead), "commits": commits,
	}
	if files {
		list := []any{}
		changed := filesOf(cmp.ahead)
		for _, f := range changed[:min(len(changed), comparisonFiles)] {
			list = append(list, c.file(c.repo, f, head.SHA))
		}
		o["files"] = list
	}
	return o, nil
}

// comparedCommits renders the commits of a comparison: the page that was
// asked for, or, where none was, the last 250. The files come with the first
// page alone.
func (c *call) comparedCommits(ahead []*Commit) (out []any, files bool) {
	q := c.r.URL.Query()
	files = true
	if q.Has("page") || q.Has("per_page") {
		w := c.asked(30, 100)
		c.link(w, len(ahead))
		from, to := w.slice(len(ahead))
		ahead, files = ahead[from:to], w.page == 1
	} else {
		ahead = ahead[max(len(ahead)-comparisonCommits, 0):]
	}
	out = []any{}
	for _, x := range ahead {
		out = append(out, c.commitSimple(commit{c.repo, x}))
	}
	return out, files
}
