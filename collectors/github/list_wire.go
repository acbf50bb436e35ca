package github

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// connection is one page of a list, and later all of it. Entries that GitHub
// does not show are null.
type connection[T any] struct {
	Total    int      `json:"totalCount"`
	Filtered int      `json:"filteredCount"` // asked for of the first page of a timeline alone
	PageInfo pageInfo `json:"pageInfo"`
	Nodes    []*T     `json:"nodes"`
}

// all gives the entries that are there.
func (c connection[T]) all() []*T {
	var out []*T
	for _, n := range c.Nodes {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// counted gives how many entries of the kinds asked for a timeline has: all that
// came, those that are not shown among them, or what GitHub counted. Its count
// tells nothing where it is that of all kinds.
func (c connection[T]) counted() int {
	if c.Filtered < c.Total {
		return max(len(c.Nodes), c.Filtered)
	}
	return len(c.Nodes)
}

type actorNode struct {
	Type       string `json:"__typename"`
	Login      string `json:"login"`
	DatabaseID int64  `json:"databaseId"`
}

// user gives the account as REST words it: there a bot's login ends in "[bot]".
func (a *actorNode) user() *gh.User {
	if a == nil || a.Login == "" {
		return nil
	}
	login := a.Login
	if a.Type == "Bot" && !strings.HasSuffix(login, "[bot]") {
		login += "[bot]"
	}
	return &gh.User{Login: &login, ID: &a.DatabaseID, Type: &a.Type}
}

type gitNode struct {
	Name  string        `json:"name"`
	Email string        `json:"email"`
	Date  *gh.Timestamp `json:"date"`
	User  *actorNode    `json:"user"`
}

func (g *gitNode) author() *gh.CommitAuthor {
	if g == nil {
		return nil
	}
	return &gh.CommitAuthor{Name: &g.Name, Email: &g.Email, Date: g.Date}
}

func (g *gitNode) user() *gh.User {
	if g == nil {
		return nil
	}
	return g.User.user()
}

type oidNode struct {
	OID string `json:"oid"`
}

type repositoryNode struct {
	NameWithOwner string `json:"nameWithOwner"`
}

// associatedNode is a pull request as it is named elsewhere: enough to ask for it.
type associatedNode struct {
	ID         string         `json:"id"`
	Number     int            `json:"number"`
	State      string         `json:"state"`
	Merged     *gh.Timestamp  `json:"mergedAt"`
	Updated    *gh.Timestamp  `json:"updatedAt"`
	Repository repositoryNode `json:"repository"`
}

type commitNode struct {
	ID        string   `json:"id"`
	OID       string   `json:"oid"`
	URL       string   `json:"url"`
	Message   string   `json:"message"`
	Author    *gitNode `json:"author"`
	Committer *gitNode `json:"committer"`
	Signature *struct {
		IsValid bool   `json:"isValid"`
		State   string `json:"state"`
	} `json:"signature"`
	Parents    connection[oidNode]        `json:"parents"`
	Associated connection[associatedNode] `json:"associatedPullRequests"`
}

// commit gives the commit as REST words it.
func (n *commitNode) commit() *gh.RepositoryCommit {
	verified, reason := false, "unsigned"
	if n.Signature != nil {
		verified, reason = n.Signature.IsValid, strings.ToLower(n.Signature.State)
	}
	out := &gh.RepositoryCommit{
		SHA: &n.OID, HTMLURL: &n.URL, Author: n.Author.user(), Committer: n.Committer.user(),
		Commit: &gh.Commit{
			Message: &n.Message, Author: n.Author.author(), Committer: n.Committer.author(),
			Verification: &gh.SignatureVerification{Verified: &verified, Reason: &reason},
		},
	}
	for _, p := range n.Parents.all() {
		out.Parents = append(out.Parents, &gh.Commit{SHA: &p.OID})
	}
	return out
}

// first gives the first parent, "" for a root.
func (n *commitNode) firstParent() string {
	if parents := n.Parents.all(); len(parents) > 0 {
		return parents[0].OID
	}
	return ""
}

type mergedNode struct {
	ID          string        `json:"id"`
	Number      int           `json:"number"`
	Merged      *gh.Timestamp `json:"mergedAt"`
	Updated     *gh.Timestamp `json:"updatedAt"`
	MergeCommit *commitNode   `json:"mergeCommit"`
}

type statusNode struct {
	State          string        `json:"state"`
	Description    string        `json:"description"`
	Created        *gh.Timestamp `json:"createdAt"`
	LogURL         string        `json:"logUrl"`
	EnvironmentURL string        `json:"environmentUrl"`
	Creator        *actorNode    `json:"creator"`
}

func (n *statusNode) status() *gh.DeploymentStatus {
	state := strings.ToLower(n.State)
	return &gh.DeploymentStatus{
		State: &state, Description: &n.Description, CreatedAt: n.Created, LogURL: &n.LogURL, EnvironmentURL: &n.EnvironmentURL, Creator: n.Creator.user(),
	}
}

type deploymentNode struct {
	ID       string                 `json:"id"`
	Commit   *commitNode            `json:"commit"`
	Statuses connection[statusNode] `json:"statuses"`
}

type labelNode struct {
	Name string `json:"name"`
}

type askedNode struct {
	Reviewer *reviewerNode `json:"requestedReviewer"`
}

// reviewerNode is a person, a bot or a team.
type reviewerNode struct {
	actorNode
	Slug string `json:"slug"`
}

// name gives the slug of a team, the login of anybody else as REST words it.
func (n *reviewerNode) name() string { return first(n.Slug, n.user().GetLogin()) }

type reviewNode struct {
	ID        json.Number   `json:"fullDatabaseId"`
	State     string        `json:"state"`
	Submitted *gh.Timestamp `json:"submittedAt"`
	Body      string        `json:"body"`
	URL       string        `json:"url"`
	Commit    *oidNode      `json:"commit"`
	Author    *actorNode    `json:"author"`
}

func (n *reviewNode) review() *gh.PullRequestReview {
	number, _ := n.ID.Int64()
	out := &gh.PullRequestReview{ID: &number, State: &n.State, SubmittedAt: n.Submitted, Body: &n.Body, HTMLURL: &n.URL, User: n.Author.user()}
	if n.Commit != nil {
		out.CommitID = &n.Commit.OID
	}
	return out
}

type commentNode struct {
	ID      json.Number   `json:"fullDatabaseId"`
	Created *gh.Timestamp `json:"createdAt"`
	Updated *gh.Timestamp `json:"updatedAt"`
	Body    string        `json:"body"`
	URL     string        `json:"url"`
	Author  *actorNode    `json:"author"`
}

func (n *commentNode) comment() *gh.IssueComment {
	number, _ := n.ID.Int64()
	return &gh.IssueComment{ID: &number, Body: &n.Body, User: n.Author.user(), CreatedAt: n.Created, UpdatedAt: n.Updated, HTMLURL: &n.URL}
}

type ofPullNode struct {
	Commit *commitNode `json:"commit"`
}

type fileNode struct {
	Path      string `json:"path"`
	Change    string `json:"changeType"`
	Additions int    `json:"additions"`
	Deletions int    `json:"deletions"`
}

func (n *fileNode) file() *gh.CommitFile {
	status := strings.ToLower(n.Change)
	if status == "deleted" {
		status = "removed"
	}
	return &gh.CommitFile{Filename: &n.Path, Status: &status, Additions: &n.Additions, Deletions: &n.Deletions}
}

type closingNode struct {
	Number     int            `json:"number"`
	Repository repositoryNode `json:"repository"`
}

// statusContext is a status in force.
type statusContext struct {
	Context     string        `json:"context"`
	State       string        `json:"state"`
	Description string        `json:"description"`
	Created     *gh.Timestamp `json:"createdAt"`
	TargetURL   string        `json:"targetUrl"`
	Creator     *actorNode    `json:"creator"`
}

type suiteNode struct {
	ID         string `json:"id"`
	DatabaseID int64  `json:"databaseId"`
	App        *struct {
		Name string `json:"name"`
		Slug string `json:"slug"`
	} `json:"app"`
	Runs connection[runNode] `json:"checkRuns"`
}

type runNode struct {
	DatabaseID int64         `json:"databaseId"`
	Permalink  string        `json:"permalink"`
	Name       string        `json:"name"`
	Status     string        `json:"status"`
	Conclusion string        `json:"conclusion"`
	Started    *gh.Timestamp `json:"startedAt"`
	Completed  *gh.Timestamp `json:"completedAt"`
	Title      string        `json:"title"`
	Summary    string        `json:"summary"`
}

// checkNumber is the id of a check run in its address. GraphQL's own field has
// 32 bits, which is too few for it.
var checkNumber = regexp.MustCompile(`/(?:runs|job)/([0-9]{1,18})(?:$|[?#])`)

func (n *runNode) checkRun(suite *suiteNode) *gh.CheckRun {
	number := n.DatabaseID
	if m := checkNumber.FindStringSubmatch(n.Permalink); number == 0 && m != nil {
		number, _ = strconv.ParseInt(m[1], 10, 64)
	}
	status, conclusion := strings.ToLower(n.Status), strings.ToLower(n.Conclusion)
	out := &gh.CheckRun{
		ID: &number, Name: &n.Name, Status: &status, Conclusion: &conclusion, StartedAt: n.Started, CompletedAt: n.Completed,
		HTMLURL: &n.Permalink, Output: &gh.CheckRunOutput{Title: &n.Title, Summary: &n.Summary}, CheckSuite: &gh.CheckSuite{ID: &suite.DatabaseID},
	}
	if a := suite.App; a != nil {
		out.App = &gh.App{Name: &a.Name, Slug: &a.Slug}
	}
	return out
}

func (n *statusContext) commitStatus() *gh.RepoStatus {
	state := strings.ToLower(n.State)
	return &gh.RepoStatus{Context: &n.Context, State: &state, Description: &n.Description, CreatedAt: n.Created, TargetURL: &n.TargetURL, Creator: n.Creator.user()}
}

// checkedNode is a commit with what CI said of it.
type checkedNode struct {
	ID     string `json:"id"`
	OID    string `json:"oid"`
	Status *struct {
		Contexts []*statusContext `json:"contexts"`
	} `json:"status"`
	Suites *connection[suiteNode] `json:"checkSuites"`
}

type pullNode struct {
	ID        string        `json:"id"`
	Number    int           `json:"number"`
	URL       string        `json:"url"`
	Title     string        `json:"title"`
	Body      string        `json:"body"`
	Draft     bool          `json:"isDraft"`
	Created   *gh.Timestamp `json:"createdAt"`
	Updated   *gh.Timestamp `json:"updatedAt"`
	Closed    *gh.Timestamp `json:"closedAt"`
	Merged    *gh.Timestamp `json:"mergedAt"`
	Author    *actorNode    `json:"author"`
	MergedBy  *actorNode    `json:"mergedBy"`
	AutoMerge *struct {
		Method    string     `json:"mergeMethod"`
		EnabledBy *actorNode `json:"enabledBy"`
	} `json:"autoMergeRequest"`
	BaseRef  string          `json:"baseRefName"`
	BaseOID  string          `json:"baseRefOid"`
	BaseRepo *repositoryNode `json:"baseRepository"`
	HeadRef  string          `json:"headRefName"`
	HeadOID  string          `json:"headRefOid"`
	HeadRepo *repositoryNode `json:"headRepository"`

	Milestone *struct {
		Title string `json:"title"`
	} `json:"milestone"`
	Additions    int `json:"additions"`
	Deletions    int `json:"deletions"`
	ChangedFiles int `json:"changedFiles"`

	Labels    connection[labelNode]   `json:"labels"`
	Assignees connection[actorNode]   `json:"assignees"`
	Asked     connection[askedNode]   `json:"reviewRequests"`
	Reviews   connection[reviewNode]  `json:"reviews"`
	Commits   connection[ofPullNode]  `json:"commits"`
	Files     connection[fileNode]    `json:"files"`
	Closing   connection[closingNode] `json:"closingIssuesReferences"`
	Comments  connection[commentNode] `json:"comments"`
	Timeline  connection[eventNode]   `json:"timelineItems"`

	// EditsSaid is nil where GitHub did not answer whether the description was edited.
	EditsSaid *bool         `json:"includesCreatedEdit"`
	Edited    *gh.Timestamp `json:"lastEditedAt"`
	Editor    *actorNode    `json:"editor"`
	// Edits are asked for where the last was after the merge.
	Edits connection[editNode] `json:"userContentEdits"`

	Head struct {
		Nodes []*struct {
			Commit *checkedNode `json:"commit"`
		} `json:"nodes"`
	} `json:"head"`
	MergeCommit *checkedNode `json:"mergeCommit"`

	missing []string // parts that did not come whole
}

// pullRequest gives the pull request as REST words it.
func (n *pullNode) pullRequest() *gh.PullRequest {
	state := "closed"
	out := &gh.PullRequest{
		Number: &n.Number, HTMLURL: &n.URL, Title: &n.Title, Body: &n.Body, State: &state, Draft: &n.Draft, User: n.Author.user(), MergedBy: n.MergedBy.user(),
		CreatedAt: n.Created, UpdatedAt: n.Updated, ClosedAt: n.Closed, MergedAt: n.Merged,
		Base: branchOf(n.BaseRef, n.BaseOID, n.BaseRepo), Head: branchOf(n.HeadRef, n.HeadOID, n.HeadRepo),
		Commits: &n.Commits.Total, ChangedFiles: &n.ChangedFiles, Additions: &n.Additions, Deletions: &n.Deletions,
	}
	if n.MergeCommit != nil {
		out.MergeCommitSHA = &n.MergeCommit.OID
	}
	if a := n.AutoMerge; a != nil {
		method := strings.ToLower(a.Method)
		out.AutoMerge = &gh.PullRequestAutoMerge{EnabledBy: a.EnabledBy.user(), MergeMethod: &method}
	}
	if n.Milestone != nil {
		out.Milestone = &gh.Milestone{Title: &n.Milestone.Title}
	}
	for _, l := range n.Labels.all() {
		out.Labels = append(out.Labels, &gh.Label{Name: &l.Name})
	}
	for _, a := range n.Assignees.all() {
		out.Assignees = append(out.Assignees, a.user())
	}
	for _, r := range n.Asked.all() {
		switch {
		case r.Reviewer == nil:
		case r.Reviewer.Slug != "":
			out.RequestedTeams = append(out.RequestedTeams, &gh.Team{Slug: &r.Reviewer.Slug})
		default:
			out.RequestedReviewers = append(out.RequestedReviewers, r.Reviewer.user())
		}
	}
	return out
}

func branchOf(ref, oid string, repository *repositoryNode) *gh.PullRequestBranch {
	out := &gh.PullRequestBranch{Ref: &ref, SHA: &oid}
	if repository != nil {
		out.Repo = &gh.Repository{FullName: &repository.NameWithOwner}
	}
	return out
}

func oneFile(n *fileNode) []*gh.CommitFile { return []*gh.CommitFile{n.file()} }
