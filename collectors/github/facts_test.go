package github

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// fact is a mapped value beside the place in the raw body that it must equal.
type fact struct {
	got any
	at  string // "user.login"
}

// lookUp gives the raw value at a place, nil where there is none. It knows
// nothing of the types that the collector decodes into.
func lookUp(raw any, at string) any {
	for _, key := range strings.Split(at, ".") {
		m, ok := raw.(map[string]any)
		if !ok {
			return nil
		}
		raw = m[key]
	}
	return raw
}

// equalsRaw reports whether a mapped value says what the raw one says: no
// more where that is absent, no less where it is there.
func equalsRaw(got, raw any) bool {
	switch got := got.(type) {
	case string:
		if raw == nil {
			return got == ""
		}
		if n, ok := raw.(float64); ok {
			return got == fmt.Sprintf("%.0f", n) || n == 0 && got == ""
		}
		return got == raw
	case int:
		n, _ := raw.(float64)
		return float64(got) == n
	case bool:
		b, _ := raw.(bool)
		return got == b
	case time.Time:
		s, ok := raw.(string)
		if !ok {
			return got.IsZero()
		}
		want, err := time.Parse(time.RFC3339, s)
		return err == nil && got.Equal(want) && (got.IsZero() || got.Location() == time.UTC)
	}
	return false
}

func login(p *evidence.Person) string {
	if p == nil {
		return ""
	}
	return p.Login
}

func factsOfPull(c *Collector, body []byte) ([]fact, error) {
	var in gh.PullRequest
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	pr := c.mapPullRequest("o/r", &in)
	facts := []fact{
		{pr.Number, "number"}, {pr.Title, "title"}, {pr.Body.Source, "body"}, {pr.URL, "html_url"}, {login(pr.Author), "user.login"},
		{pr.Created, "created_at"}, {pr.Updated, "updated_at"}, {pr.Closed, "closed_at"}, {pr.Merged, "merged_at"}, {login(pr.MergedBy), "merged_by.login"},
		{pr.Base.Ref, "base.ref"}, {pr.Base.SHA, "base.sha"}, {pr.Base.Repository, "base.repo.full_name"},
		{pr.Head.Ref, "head.ref"}, {pr.Head.SHA, "head.sha"}, {pr.Head.Repository, "head.repo.full_name"},
		{pr.CommitsTotal, "commits"}, {pr.FilesTotal, "changed_files"}, {pr.Additions, "additions"}, {pr.Deletions, "deletions"},
		{pr.Milestone, "milestone.title"}, {pr.Draft, "draft"},
	}
	if !pr.Merged.IsZero() {
		return append(facts, fact{pr.MergeCommit, "merge_commit_sha"}), nil
	}
	return append(facts, fact{pr.State, "state"}, fact{pr.MergeCommit, "no such field"}), nil
}

func factsOfCommit(c *Collector, body []byte) ([]fact, error) {
	var in gh.RepositoryCommit
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapCommit("o/r", &in)
	return []fact{
		{v.SHA, "sha"}, {v.Message, "commit.message"}, {v.Author.Name, "commit.author.name"}, {v.Author.Email, "commit.author.email"}, {v.Author.Date, "commit.author.date"},
		{v.Committer.Date, "commit.committer.date"}, {login(v.Author.Account), "author.login"}, {login(v.Committer.Account), "committer.login"},
		{v.Verified, "commit.verification.verified"}, {v.URL, "html_url"},
	}, nil
}

func factsOfReview(c *Collector, body []byte) ([]fact, error) {
	var in gh.PullRequestReview
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapReview(&in)
	return []fact{{v.ID, "id"}, {v.State, "state"}, {v.CommitID, "commit_id"}, {v.Submitted, "submitted_at"}, {login(v.Author), "user.login"}, {v.Body.Source, "body"}}, nil
}

func factsOfRemark(c *Collector, body []byte) ([]fact, error) {
	var in gh.PullRequestComment
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapReviewComment(&in)
	return []fact{{v.ID, "id"}, {v.Body.Source, "body"}, {v.Path, "path"}, {v.Line, "line"}, {v.CommitID, "commit_id"}, {v.ReviewID, "pull_request_review_id"}, {login(v.Author), "user.login"}, {v.Created, "created_at"}}, nil
}

func factsOfComment(c *Collector, body []byte) ([]fact, error) {
	var in gh.IssueComment
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapComment(&in)
	return []fact{{v.ID, "id"}, {v.Body.Source, "body"}, {login(v.Author), "user.login"}, {v.Created, "created_at"}, {v.Updated, "updated_at"}}, nil
}

func factsOfFile(_ *Collector, body []byte) ([]fact, error) {
	var in gh.CommitFile
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapFiles([]*gh.CommitFile{&in})[0]
	return []fact{{v.Path, "filename"}, {v.Status, "status"}, {v.Additions, "additions"}, {v.Deletions, "deletions"}, {v.Patch, "patch"}, {v.PreviousPath, "previous_filename"}, {v.Blob, "sha"}}, nil
}

func factsOfEvent(c *Collector, body []byte) ([]fact, error) {
	var in timelineEvent
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapEvent(in)
	facts := []fact{{v.Kind, "event"}, {v.At, "created_at"}, {login(v.Actor), "actor.login"}}
	switch v.Kind {
	case "labeled", "unlabeled":
		facts = append(facts, fact{v.Subject, "label.name"})
	case "assigned", "unassigned":
		facts = append(facts, fact{v.Subject, "assignee.login"})
	case "merged", "referenced", "head_ref_force_pushed":
		facts = append(facts, fact{v.After, "commit_id"})
	case "renamed":
		facts = append(facts, fact{v.Before, "rename.from"}, fact{v.Subject, "rename.to"})
	case "milestoned":
		facts = append(facts, fact{v.Subject, "milestone.title"})
	case "review_dismissed":
		facts = append(facts, fact{v.ReviewID, "dismissed_review.review_id"}, fact{v.Message, "dismissed_review.dismissal_message"})
	}
	return facts, nil
}

func factsOfCheckRun(_ *Collector, body []byte) ([]fact, error) {
	var in gh.CheckRun
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapCheckRun(&in)
	return []fact{{v.ID, "id"}, {v.Name, "name"}, {v.Status, "status"}, {v.Conclusion, "conclusion"}, {v.Started, "started_at"}, {v.Completed, "completed_at"}, {v.App, "app.name"}, {v.SuiteID, "check_suite.id"}, {v.Summary, "output.summary"}}, nil
}

func factsOfSuite(_ *Collector, body []byte) ([]fact, error) {
	var in gh.CheckSuite
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapCheckSuite(&in)
	return []fact{{v.ID, "id"}, {v.Status, "status"}, {v.Conclusion, "conclusion"}, {v.Branch, "head_branch"}, {v.Created, "created_at"}, {v.App, "app.name"}}, nil
}

func factsOfStatus(c *Collector, body []byte) ([]fact, error) {
	var in gh.RepoStatus
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapCommitStatus(&in)
	return []fact{{v.Context, "context"}, {v.State, "state"}, {v.Description, "description"}, {v.Created, "created_at"}, {login(v.Creator), "creator.login"}, {v.URL, "target_url"}}, nil
}

func factsOfRun(c *Collector, body []byte) ([]fact, error) {
	var in workflowRun
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapRun("o/r", &in)
	return []fact{
		{v.ID, "id"}, {v.Name, "name"}, {v.Number, "run_number"}, {v.Attempt, "run_attempt"}, {v.SHA, "head_sha"}, {v.Branch, "head_branch"}, {v.Event, "event"},
		{v.Status, "status"}, {v.Conclusion, "conclusion"}, {v.Path, "path"}, {v.Title, "display_title"}, {login(v.Actor), "actor.login"},
		{login(v.TriggeringActor), "triggering_actor.login"}, {v.Created, "created_at"}, {v.Started, "run_started_at"},
	}, nil
}

func factsOfJob(_ *Collector, body []byte) ([]fact, error) {
	var in gh.WorkflowJob
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapJob(&in)
	return []fact{{v.ID, "id"}, {v.Name, "name"}, {v.Attempt, "run_attempt"}, {v.Status, "status"}, {v.Conclusion, "conclusion"}, {v.Started, "started_at"}, {v.Completed, "completed_at"}, {v.Runner, "runner_name"}}, nil
}

func factsOfArtifact(_ *Collector, body []byte) ([]fact, error) {
	var in gh.Artifact
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapArtifact(&in)
	return []fact{{v.ID, "id"}, {v.Name, "name"}, {int(v.Size), "size_in_bytes"}, {v.Expired, "expired"}, {v.Expires, "expires_at"}}, nil
}

func factsOfDeployment(c *Collector, body []byte) ([]fact, error) {
	var in gh.Deployment
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapDeployment("o/r", &in)
	return []fact{{v.ID, "id"}, {v.SHA, "sha"}, {v.Branch, "ref"}, {v.Environment, "environment"}, {v.Task, "task"}, {v.Description, "description"}, {login(v.Creator), "creator.login"}, {v.Created, "created_at"}}, nil
}

func factsOfDeploymentStatus(c *Collector, body []byte) ([]fact, error) {
	var in gh.DeploymentStatus
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapDeploymentStatuses([]*gh.DeploymentStatus{&in})[0]
	return []fact{{v.ID, "id"}, {v.State, "state"}, {v.Description, "description"}, {login(v.Creator), "creator.login"}, {v.Created, "created_at"}}, nil
}

func factsOfIssue(c *Collector, body []byte) ([]fact, error) {
	var in gh.Issue
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := c.mapIssue("o/r", &in)
	return []fact{{v.Title, "title"}, {v.Body.Source, "body"}, {v.Status, "state"}, {v.Resolution, "state_reason"}, {login(v.Reporter), "user.login"}, {login(v.Assignee), "assignee.login"}, {v.Created, "created_at"}, {v.Resolved, "closed_at"}}, nil
}

func factsOfEnvironment(_ *Collector, body []byte) ([]fact, error) {
	var in environmentAnswer
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	v := mapEnvironment("o/r", in)
	return []fact{{v.Name, "name"}, {v.URL, "html_url"}, {v.AdminsBypass, "can_admins_bypass"}}, nil
}
