package github

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// person maps an account. GitHub sends null for some deleted accounts and the
// stand-in "ghost" for others; each is kept as it was sent.
func (c *Collector) person(u *gh.User) *evidence.Person {
	if u == nil || u.GetLogin() == "" && u.GetID() == 0 {
		return nil
	}
	return &evidence.Person{System: c.cfg.Name, Login: u.GetLogin(), ID: id(u.GetID()), Name: u.GetName(), Email: u.GetEmail(), Type: u.GetType()}
}

func (c *Collector) people(us []*gh.User) []evidence.Person {
	var out []evidence.Person
	for _, u := range us {
		if p := c.person(u); p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// id writes a number that GitHub gives; 0 means that it gave none.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func at(t *gh.Timestamp) time.Time {
	if t == nil || t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

func markdown(s string) evidence.Text {
	if s == "" {
		return evidence.Text{}
	}
	return evidence.Text{Markup: evidence.Markdown, Source: s}
}

func labelNames(labels []*gh.Label) []string {
	var names []string
	for _, l := range labels {
		if l.GetName() != "" {
			names = append(names, l.GetName())
		}
	}
	return names
}

func (c *Collector) mapCommit(repository string, in *gh.RepositoryCommit) evidence.Commit {
	git := in.GetCommit()
	out := evidence.Commit{
		Repository: repository,
		SHA:        in.GetSHA(),
		URL:        in.GetHTMLURL(),
		Message:    git.GetMessage(),
		Author:     c.signature(git.GetAuthor(), in.Author),
		Committer:  c.signature(git.GetCommitter(), in.Committer),
		Verified:   git.GetVerification().GetVerified(),
		VerifiedAs: git.GetVerification().GetReason(),
		Trailers:   trailers(git.GetMessage()),
		Files:      mapFiles(in.Files),
	}
	for _, p := range in.Parents {
		if p.GetSHA() != "" {
			out.Parents = append(out.Parents, p.GetSHA())
		}
	}
	return out
}

func (c *Collector) signature(a *gh.CommitAuthor, account *gh.User) evidence.Signature {
	s := evidence.Signature{Name: a.GetName(), Email: a.GetEmail(), Account: c.person(account)}
	if a != nil {
		s.Date = at(a.Date)
	}
	return s
}

func mapFiles(in []*gh.CommitFile) []evidence.File {
	var out []evidence.File
	for _, f := range in {
		if f == nil {
			continue
		}
		out = append(out, evidence.File{
			Path: f.GetFilename(), PreviousPath: f.GetPreviousFilename(), Status: f.GetStatus(),
			Additions: f.GetAdditions(), Deletions: f.GetDeletions(), Patch: f.GetPatch(), Blob: f.GetSHA(),
		})
	}
	return out
}

// trailer is a line of a commit message's last paragraph, as git reads it.
var trailer = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]*):[ \t]+(\S.*)$`)

// trailers gives the trailers of a commit message: its last paragraph, if that
// is not also the first and every line of it is a trailer, the continuation of
// one, or the note that git itself adds when picking a commit.
func trailers(message string) []evidence.Trailer {
	message = strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n"))
	i := strings.LastIndex(message, "\n\n")
	if i < 0 {
		return nil
	}
	var out []evidence.Trailer
	for _, line := range strings.Split(message[i+2:], "\n") {
		m := trailer.FindStringSubmatch(line)
		switch {
		case m != nil:
			out = append(out, evidence.Trailer{Key: m[1], Value: strings.TrimSpace(m[2])})
		case len(out) > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")):
			out[len(out)-1].Value += " " + strings.TrimSpace(line)
		case strings.HasPrefix(line, "(cherry picked from commit "):
		default:
			return nil
		}
	}
	return out
}

func (c *Collector) mapComment(in *gh.IssueComment) evidence.Comment {
	return evidence.Comment{
		ID: id(in.GetID()), Author: c.person(in.User), Created: at(in.CreatedAt), Updated: at(in.UpdatedAt),
		Body: markdown(in.GetBody()), URL: in.GetHTMLURL(),
	}
}

func (c *Collector) mapReviewComment(in *gh.PullRequestComment) evidence.Comment {
	return evidence.Comment{
		ID: id(in.GetID()), Author: c.person(in.User), Created: at(in.CreatedAt), Updated: at(in.UpdatedAt),
		Body: markdown(in.GetBody()), URL: in.GetHTMLURL(),
		Path: in.GetPath(), Line: in.GetLine(), ReviewID: id(in.GetPullRequestReviewID()), CommitID: in.GetCommitID(), ReplyTo: id(in.GetInReplyTo()),
	}
}

func (c *Collector) mapReview(in *gh.PullRequestReview) evidence.Review {
	return evidence.Review{
		ID: id(in.GetID()), Author: c.person(in.User), State: in.GetState(), Submitted: at(in.SubmittedAt),
		CommitID: in.GetCommitID(), Body: markdown(in.GetBody()), URL: in.GetHTMLURL(),
	}
}

func (c *Collector) mapPullRequest(repository string, in *gh.PullRequest) *evidence.PullRequest {
	out := &evidence.PullRequest{
		Repository: repository, Number: in.GetNumber(), URL: in.GetHTMLURL(),
		Title: in.GetTitle(), Body: markdown(in.GetBody()), State: in.GetState(), Draft: in.GetDraft(),
		Author: c.person(in.User), Created: at(in.CreatedAt), Updated: at(in.UpdatedAt), Closed: at(in.ClosedAt), Merged: at(in.MergedAt),
		MergedBy: c.person(in.MergedBy),
		Base:     mapBranch(in.Base), Head: mapBranch(in.Head),
		Labels: labelNames(in.Labels), Milestone: in.GetMilestone().GetTitle(), Assignees: c.people(in.Assignees),
		CommitsTotal: in.GetCommits(), FilesTotal: in.GetChangedFiles(), Additions: in.GetAdditions(), Deletions: in.GetDeletions(),
	}
	// Of an unmerged pull request merge_commit_sha is a trial merge that landed nowhere.
	if !out.Merged.IsZero() {
		out.State, out.MergeCommit = "merged", in.GetMergeCommitSHA()
	}
	if a := in.AutoMerge; a != nil {
		out.AutoMerge = &evidence.AutoMerge{EnabledBy: c.person(a.EnabledBy), Method: a.GetMergeMethod()}
	}
	for _, u := range in.RequestedReviewers {
		if u.GetLogin() != "" {
			out.RequestedReviewers = append(out.RequestedReviewers, u.GetLogin())
		}
	}
	for _, t := range in.RequestedTeams {
		if t.GetSlug() != "" {
			out.RequestedReviewers = append(out.RequestedReviewers, t.GetSlug())
		}
	}
	return out
}

func mapBranch(in *gh.PullRequestBranch) evidence.Branch {
	return evidence.Branch{Ref: in.GetRef(), SHA: in.GetSHA(), Repository: in.GetRepo().GetFullName()}
}
