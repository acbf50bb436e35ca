package forge

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// Forge is one GitHub server: an organisation, its people and repositories.
// Fill it, then call Handler. It must not be changed, nor another handler made
// from it, while a handler made from it is answering; after a change make a
// new handler.
type Forge struct {
	Org   *User   // the organisation itself, Type "Organization"
	Users []*User // everybody who occurs anywhere; Org need not be in it
	Teams []*Team
	Apps  []*App // GitHub Actions (ActionsApp) is always there
	Repos []*Repo

	Audit      []*AuditEntry // the organisation's audit log
	AuditKept  time.Duration // how long an entry of it is kept; 180 days where 0
	NoAuditLog bool          // the plan has none to be read by API
}

// New gives a forge with one organisation and nothing in it.
func New(org string) *Forge {
	return &Forge{Org: &User{Login: org, Name: org, Type: Organization}}
}

// AddUser adds an account and gives it back.
func (f *Forge) AddUser(u *User) *User {
	f.Users = append(f.Users, u)
	return u
}

// AddRepo adds a repository of the organisation and gives it back, with
// branch "main" as its default and its maps made.
func (f *Forge) AddRepo(name string) *Repo {
	r := &Repo{
		Owner: f.Org, Name: name, DefaultBranch: "main",
		Branches: map[string]string{}, Tags: map[string]string{}, Commits: map[string]*Commit{},
		Protection: map[string]*BranchProtection{}, Contents: map[string]string{},
	}
	f.Repos = append(f.Repos, r)
	return r
}

// ID gives a number that depends on parts alone, of the size that GitHub's
// ids have, and never 0. Every ID field of the model that is left 0 is filled
// by Handler; set it with this where a text has to name it before.
func ID(parts ...any) int64 {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%v\x00", p)
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil))>>24) + 1_000_000_000 // 40 bits: exact in every JSON reader
}

// SHA gives a 40-digit hexadecimal id that depends on parts alone.
func SHA(parts ...any) string {
	h := sha1.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%v\x00", p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The types of accounts.
const (
	Person       = "User"
	Bot          = "Bot"
	Organization = "Organization"
)

// User is an account. A bot's login ends in "[bot]".
type User struct {
	ID        int64
	Login     string // as it is now: GitHub knows no former logins
	Name      string // "" is served as null
	Email     string // public address; "" is served as null
	Company   string
	Location  string
	Type      string // Person where ""
	SiteAdmin bool
	Created   time.Time
	// Deleted accounts are served as GitHub does: the account "ghost" as the
	// author of pull requests, issues and comments, null elsewhere; null in GraphQL.
	Deleted bool
}

// Team is a team of the organisation.
type Team struct {
	ID      int64
	Slug    string
	Name    string
	Members []*User
}

// App is a GitHub App, such as a CI system that posts check runs.
type App struct {
	ID      int64
	Slug    string
	Name    string
	Owner   *User // the forge's organisation where nil
	Created time.Time
}

// ActionsApp gives the app that the check runs of workflow runs belong to.
func ActionsApp() *App { return &App{ID: 15368, Slug: "github-actions", Name: "GitHub Actions"} }

// Repo is one repository.
type Repo struct {
	ID            int64
	Owner         *User
	Name          string
	Description   string
	DefaultBranch string
	Private       bool
	Archived      bool
	Fork          bool
	Created       time.Time
	Pushed        time.Time

	Branches map[string]string  // name to commit
	Tags     map[string]string  // name to commit
	Commits  map[string]*Commit // by SHA; parents must be in it too, except of those at the edge of what is told
	Contents map[string]string  // files of the default branch by path, CODEOWNERS among them

	PullRequests []*PullRequest // numbers are unique among pull requests and issues together
	Issues       []*Issue
	Labels       []*Label
	Milestones   []*Milestone

	Workflows   []*Workflow
	Runs        []*Run
	CheckSuites []*CheckSuite // of other apps: those of Actions follow from Runs
	Statuses    []*Status

	Environments []*Environment
	Deployments  []*Deployment

	Protection map[string]*BranchProtection // by branch
	Rulesets   []*Ruleset
	Suites     []*RuleSuite

	// RetentionDays is how long logs and artifacts are kept; 90 where 0.
	RetentionDays int

	// MergeMethods allowed by the settings; all where empty: "merge", "squash", "rebase".
	MergeMethods []string
	AutoMerge    bool // auto-merge is allowed

	idx *repoIndex
}

// AddCommit adds c under its SHA, which is made from its content where it is
// "", and gives it back.
func (r *Repo) AddCommit(c *Commit) *Commit {
	if c.SHA == "" {
		c.SHA = SHA("commit", r.Owner.Login, r.Name, c.Parents, c.Author.Name, c.Author.Email, c.Author.Date.Unix(),
			c.Committer.Name, c.Committer.Email, c.Committer.Date.Unix(), c.Message, c.Files)
	}
	r.Commits[c.SHA] = c
	return c
}

// Commit is one commit.
type Commit struct {
	SHA          string
	Tree         string // made from the SHA where ""
	Parents      []string
	Author       Signature
	Committer    Signature
	Message      string
	Files        []File
	Verification *Verification // nil: unsigned
}

// Signature is who and when, as a commit carries it.
type Signature struct {
	Name  string
	Email string
	Date  time.Time
	User  *User // the account that GitHub attributes it to by its address; nil for none
}

// Verification is what GitHub says of a commit's signature.
type Verification struct {
	Verified   bool
	Reason     string // "valid", "unknown_key", …; made from Verified where ""
	Signature  string
	Payload    string
	VerifiedAt time.Time
	Signer     *User // GraphQL alone shows it
	WebFlow    bool  // signed by GitHub itself, as merges on the web are
}

// File is one path that a commit or a pull request touches.
type File struct {
	Path         string
	PreviousPath string // of a rename
	Status       string // "added", "modified", "removed", "renamed", "copied", "changed"; "modified" where ""
	Additions    int
	Deletions    int
	Patch        string // unified diff without the file header; "" for binary or too large: then absent
	SHA          string // of the blob; made where ""
}
