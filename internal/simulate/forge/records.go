package forge

// The model's records as the server hands them around: with the repository
// that they belong to.
type (
	pull struct {
		r *Repo
		*PullRequest
	}
	issue struct {
		r *Repo
		*Issue
	}
	commit struct {
		r *Repo
		*Commit
	}
	comment struct {
		thread
		*Comment
	}
	review struct {
		pull
		*Review
	}
	revnote struct {
		pull
		*ReviewComment
	}
	event struct {
		thread
		*Event
	}
	run struct {
		r *Repo
		*Run
	}
	job struct {
		run     run
		attempt int
		*Job
	}
	artifact struct {
		run
		*Artifact
	}
	deploy struct {
		r *Repo
		*Deployment
	}
	report struct {
		deploy
		*DeploymentStatus
	}
	status struct {
		r *Repo
		*Status
	}
	place struct {
		r *Repo
		*Environment
	}
)

// thread is an issue or a pull request: whatever has a conversation.
type thread struct {
	r    *Repo
	c    *Conversation
	pull *PullRequest // nil for an issue
	of   *Issue       // nil for a pull request
}

func (p pull) thread() thread  { return thread{p.r, &p.PullRequest.Conversation, p.PullRequest, nil} }
func (i issue) thread() thread { return thread{i.r, &i.Issue.Conversation, nil, i.Issue} }

func (t thread) id() int64 {
	if t.pull != nil {
		return t.pull.IssueID
	}
	return t.of.ID
}

// suite is a check suite: one of the model's, or that of a workflow run.
type suite struct {
	r *Repo
	*CheckSuite
	run *Run // nil for other apps
}

// check is a check run: one of the model's, or a job of a workflow run.
type check struct {
	suite suite
	*CheckRun
	job *Job // nil for other apps
	nth int  // attempt of the job's run
}
