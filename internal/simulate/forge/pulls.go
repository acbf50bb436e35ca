package forge

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The most that GitHub lists of one pull request.
const (
	mostPullCommits = 250
	mostPullFiles   = 3000
)

func pathEscape(s string) string { return url.PathEscape(s) }

func pullNode(p pull) string { return nodeID("PR", p.r.ID, p.ID) }

func (s *site) pullURL(p pull) string { return fmt.Sprintf("%s/pulls/%d", s.repoURL(p.r), p.Number) }
func (s *site) pullWeb(p pull) string { return fmt.Sprintf("%s/pull/%d", s.repoWeb(p.r), p.Number) }
func (s *site) issueURL(t thread) string {
	return fmt.Sprintf("%s/issues/%d", s.repoURL(t.r), t.c.Number)
}
func (s *site) threadWeb(t thread) string {
	if t.pull != nil {
		return s.pullWeb(pull{t.r, t.pull})
	}
	return fmt.Sprintf("%s/issues/%d", s.repoWeb(t.r), t.c.Number)
}

func (c *Conversation) state() string {
	if c.Closed.IsZero() {
		return "open"
	}
	return "closed"
}

// side renders the head or base of a pull request.
func (s *site) side(p pull, d Side) object {
	r, owner := d.Repo, d.Owner
	if r == nil {
		r = p.r
	}
	if owner == nil {
		owner = r.Owner
	}
	o := object{"label": owner.Login + ":" + d.Ref, "ref": d.Ref, "sha": d.SHA, "user": s.user(owner), "repo": s.repo(r)}
	if d.Gone {
		o["repo"] = nil
		if owner.Deleted || d.Owner == nil {
			o["user"], o["label"] = nil, nil
		}
	}
	return o
}

// pullSimple renders a pull request as lists do.
func (s *site) pullSimple(p pull) object {
	api, web := s.pullURL(p), s.pullWeb(p)
	issue, statuses := s.issueURL(p.thread()), s.repoURL(p.r)+"/statuses/"+p.Head.SHA
	notes := s.repoURL(p.r) + "/pulls/comments{/number}"
	link := func(href string) object { return object{"href": href} }
	assignees := s.userList(p.Assignees)
	var assignee any
	if len(assignees) > 0 {
		assignee = assignees[0]
	}
	return object{
		"url": api, "id": p.ID, "node_id": pullNode(p), "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch",
		"issue_url": issue, "commits_url": api + "/commits", "review_comments_url": api + "/comments", "review_comment_url": notes,
		"comments_url": issue + "/comments", "statuses_url": statuses, "number": p.Number, "state": p.state(), "locked": p.Locked,
		"title": p.Title, "user": s.author(p.Author), "body": orNull(p.Body), "labels": s.labels(p.r, p.Labels),
		"milestone": s.milestone(p.r, p.Milestone), "active_lock_reason": nil, "created_at": at(p.Created), "updated_at": at(p.Updated),
		"closed_at": at(p.Closed), "merged_at": at(p.Merged), "merge_commit_sha": orNull(p.MergeCommit), "assignee": assignee,
		"assignees": assignees, "requested_reviewers": s.userList(p.RequestedReviewers), "requested_teams": s.teams(p.RequestedTeams),
		"head": s.side(p, p.Head), "base": s.side(p, p.Base),
		"_links": object{
			"self": link(api), "html": link(web), "issue": link(issue), "comments": link(issue + "/comments"),
			"review_comments": link(api + "/comments"), "review_comment": link(notes), "commits": link(api + "/commits"), "statuses": link(statuses),
		},
		"author_association": s.association(p.Association, p.Author), "auto_merge": s.autoMerge(p.AutoMerge), "draft": p.Draft,
	}
}

func (s *site) autoMerge(a *AutoMerge) any {
	if a == nil {
		return nil
	}
	return object{"enabled_by": s.author(a.EnabledBy), "merge_method": a.Method, "commit_title": a.Title, "commit_message": a.Message}
}

func changes(files []File) (added, deleted int) {
	for _, f := range files {
		added += f.Additions
		deleted += f.Deletions
	}
	return added, deleted
}

func (c *call) getPull(p pull) (any, error) {
	o := c.pullSimple(p)
	added, deleted := changes(p.Files)
	var mergeable any
	state := "unknown"
	if p.Closed.IsZero() {
		mergeable, state = true, "clean"
	}
	for k, v := range (object{
		"merged": !p.Merged.IsZero(), "mergeable": mergeable, "rebaseable": mergeable, "mergeable_state": state, "merged_by": c.user(p.MergedBy),
		"comments": len(p.Comments), "review_comments": len(p.ReviewComments), "maintainer_can_modify": false, "commits": len(p.Commits),
		"additions": added, "deletions": deleted, "changed_files": len(p.Files),
	}) {
		o[k] = v
	}
	// a list names the team's parent; the pull request by itself does not
	teams := []any{}
	for _, t := range p.RequestedTeams {
		teams = append(teams, c.teamSimple(t))
	}
	o["requested_teams"] = teams
	return o, nil
}

func (c *call) listPulls() (any, error) {
	q := c.r.URL.Query()
	state, base, head := or(q.Get("state"), "open"), q.Get("base"), q.Get("head")
	if state != "open" && state != "closed" && state != "all" {
		return nil, invalid("PullRequest", "state", "invalid")
	}
	var list []*PullRequest
	for _, p := range c.repo.PullRequests {
		owner := c.repo.Owner
		if p.Head.Owner != nil {
			owner = p.Head.Owner
		}
		if (state == "all" || p.state() == state) && (base == "" || p.Base.Ref == base) && (head == "" || head == owner.Login+":"+p.Head.Ref) {
			list = append(list, p)
		}
	}
	sortConversations(list, func(p *PullRequest) *Conversation { return &p.Conversation }, q.Get("sort"), q.Get("direction"))
	return paged(c, list, func(p *PullRequest) any { return c.pullSimple(pull{c.repo, p}) }), nil
}

// sortConversations sorts as the parameters sort and direction say; the
// newest first where they say nothing.
func sortConversations[T any](list []T, of func(T) *Conversation, sort, direction string) {
	key := func(c *Conversation) time.Time {
		if sort == "updated" {
			return c.Updated
		}
		return c.Created
	}
	slices.SortStableFunc(list, func(x, y T) int {
		a, b := of(x), of(y)
		order := cmp.Or(key(a).Compare(key(b)), cmp.Compare(a.Number, b.Number))
		if sort == "comments" || sort == "popularity" {
			order = cmp.Or(cmp.Compare(len(a.Comments), len(b.Comments)), order)
		}
		if direction == "asc" {
			return order
		}
		return -order
	})
}

func (c *call) listPullCommits(p pull) (any, error) {
	shas := p.PullRequest.Commits[:min(len(p.PullRequest.Commits), mostPullCommits)]
	return paged(c, shas, func(sha string) any { return c.commitSimple(commit{p.r, p.r.Commits[sha]}) }), nil
}

func (c *call) listPullFiles(p pull) (any, error) {
	files := p.Files[:min(len(p.Files), mostPullFiles)]
	return paged(c, files, func(f File) any { return c.file(p.r, f, p.Head.SHA) }), nil
}

func (s *site) file(r *Repo, f File, sha string) object {
	path := (&url.URL{Path: f.Path}).EscapedPath()
	o := object{
		"sha": or(f.SHA, SHA("blob", sha, f.Path)), "filename": f.Path, "status": or(f.Status, "modified"), "additions": f.Additions,
		"deletions": f.Deletions, "changes": f.Additions + f.Deletions, "blob_url": s.repoWeb(r) + "/blob/" + sha + "/" + path,
		"raw_url": s.repoWeb(r) + "/raw/" + sha + "/" + path, "contents_url": s.repoURL(r) + "/contents/" + path + "?ref=" + sha,
	}
	if f.Patch != "" {
		o["patch"] = f.Patch
	}
	if f.PreviousPath != "" {
		o["previous_filename"] = f.PreviousPath
	}
	return o
}

func (s *site) reviewWeb(v review) string {
	return fmt.Sprintf("%s#pullrequestreview-%d", s.pullWeb(v.pull), v.Review.ID)
}

func reviewNode(v review) string { return nodeID("PRR", v.r.ID, v.Review.ID) }

func (s *site) review(v review) object {
	o := object{
		"id": v.Review.ID, "node_id": reviewNode(v), "user": s.user(v.Review.Author), "body": v.Review.Body, "state": v.State,
		"html_url": s.reviewWeb(v), "pull_request_url": s.pullURL(v.pull), "commit_id": orNull(v.CommitID),
		"author_association": s.association(v.Review.Association, v.Review.Author),
		"_links":             object{"html": object{"href": s.reviewWeb(v)}, "pull_request": object{"href": s.pullURL(v.pull)}},
	}
	if !v.Submitted.IsZero() {
		o["submitted_at"] = at(v.Submitted)
	}
	return o
}

func (c *call) listReviews(p pull) (any, error) {
	return paged(c, p.Reviews, func(v *Review) any { return c.review(review{p, v}) }), nil
}

func (s *site) reviewComment(n revnote) object {
	api := fmt.Sprintf("%s/pulls/comments/%d", s.repoURL(n.r), n.ReviewComment.ID)
	web := fmt.Sprintf("%s#discussion_r%d", s.pullWeb(n.pull), n.ReviewComment.ID)
	original := or(n.OriginalCommit, n.CommitID)
	o := object{
		"url": api, "id": n.ReviewComment.ID, "node_id": revnoteNode(n), "diff_hunk": n.Hunk, "path": n.Path, "commit_id": n.CommitID,
		"original_commit_id": original, "user": s.user(n.ReviewComment.Author), "body": n.ReviewComment.Body, "created_at": at(n.ReviewComment.Created),
		"updated_at": at(n.ReviewComment.Updated), "html_url": web, "pull_request_url": s.pullURL(n.pull),
		"author_association": s.association(n.ReviewComment.Association, n.ReviewComment.Author),
		"_links":             object{"self": object{"href": api}, "html": object{"href": web}, "pull_request": object{"href": s.pullURL(n.pull)}},
		"start_line":         nil, "original_start_line": nil, "start_side": nil, "line": nil, "original_line": nil, "position": nil,
		"original_position": 1, "side": or(n.Side, "RIGHT"), "subject_type": "line", "reactions": reactions(api), "pull_request_review_id": nil,
	}
	if n.Line > 0 {
		o["line"], o["position"] = n.Line, 1
	}
	if line := max(n.OriginalLine, n.Line); line > 0 {
		o["original_line"] = line
	}
	if n.ReviewID != 0 {
		o["pull_request_review_id"] = n.ReviewID
	}
	if n.InReplyTo != 0 {
		o["in_reply_to_id"] = n.InReplyTo
	}
	return o
}

func revnoteNode(n revnote) string { return nodeID("PRRC", n.r.ID, n.ReviewComment.ID) }

func reactions(api string) object {
	return object{"url": api + "/reactions", "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "confused": 0, "heart": 0, "hooray": 0, "eyes": 0, "rocket": 0}
}

func (c *call) listReviewComments(p pull) (any, error) {
	return paged(c, p.ReviewComments, func(n *ReviewComment) any { return c.reviewComment(revnote{p, n}) }), nil
}

// pullMinimal renders a pull request as check suites and runs do.
func (s *site) pullMinimal(r *Repo, numbers []int) []any {
	out := []any{}
	for _, n := range numbers {
		t, ok := r.idx.threads[n]
		if !ok || t.pull == nil {
			continue
		}
		end := func(d Side) object {
			of := d.Repo
			if of == nil {
				of = r
			}
			return object{"ref": d.Ref, "sha": d.SHA, "repo": object{"id": of.ID, "url": s.repoURL(of), "name": of.Name}}
		}
		out = append(out, object{"id": t.pull.ID, "number": n, "url": s.pullURL(pull{r, t.pull}), "head": end(t.pull.Head), "base": end(t.pull.Base)})
	}
	return out
}

// upper writes a word of REST as GraphQL's enumerations have it.
func upper(s string) string { return strings.ToUpper(s) }
