package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Config is one repository.
type Config struct {
	Name       string // of the system
	Path       string // of the folder: a working copy or a bare repository
	Repository string // how references call it, for example "kafka"
	Branch     string // the deployed branch; "" for HEAD's

	// Projects are the keys of the ticket projects. Only keys of these are
	// taken for tickets.
	Projects []string
	// Trackers says which system keeps a project's tickets. A ticket of a
	// project without one is linked under this system's own name, which keeps
	// no tickets: it ends as a gap that names the ticket.
	Trackers map[string]string
}

// Principal is whom the collector reads as: nobody logs in to a folder.
const Principal = "local repository"

// Collector reads one repository. It is safe for use by several goroutines.
type Collector struct {
	config  Config
	session *capture.Session
	version string
	repo    repository

	mu    sync.Mutex
	index *index
}

// New makes a collector. It does not touch the repository, which need not be
// there where the run is offline.
func New(c Config, s *capture.Session, version string) (*Collector, error) {
	switch {
	case c.Name == "":
		return nil, errors.New("git: the system has no name")
	case c.Path == "":
		return nil, fmt.Errorf("git system %q: path is missing; name the folder of the repository", c.Name)
	case c.Repository == "":
		return nil, fmt.Errorf("git system %q: repository is missing; give it the name that references use", c.Name)
	case strings.ContainsAny(c.Repository, "#@") || strings.ContainsFunc(c.Repository, forbidden):
		return nil, fmt.Errorf("git system %q: repository %q may not contain spaces, # or @", c.Name, c.Repository)
	case strings.ContainsFunc(c.Branch, forbidden) || strings.ContainsAny(c.Branch, "~^:?*[\\") || strings.Contains(c.Branch, "..") || strings.Contains(c.Branch, "@{"):
		return nil, fmt.Errorf("git system %q: branch %q is not a name that git allows for a branch", c.Name, c.Branch)
	}
	return &Collector{config: c, session: s, version: "git " + version, repo: repository{c.Path}}, nil
}

func forbidden(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }

// Name is the configured name.
func (g *Collector) Name() string { return g.config.Name }

// Kinds are what a repository knows something of.
func (g *Collector) Kinds() []evidence.Kind {
	return []evidence.Kind{evidence.KindPullRequest, evidence.KindCommit}
}

// Preflight proves that the repository can be read and has the branch.
func (g *Collector) Preflight(ctx context.Context) (evidence.Principal, error) {
	g.session.Authenticated(g.config.Name, Principal)
	p := evidence.Principal{System: g.config.Name, Name: Principal}
	ix, err := g.load(ctx)
	if err == nil && ix.tip == "" {
		err = &evidence.GapError{Reason: evidence.NotFound,
			Detail: fmt.Sprintf("the repository %s has no commits on %s", g.config.Path, g.onBranch(ix))}
	}
	if err != nil {
		p.Hidden = []string{g.config.Repository}
		return p, err
	}
	p.Visible = []string{g.config.Repository}
	p.Notes = append(p.Notes, fmt.Sprintf("%d first-parent commits on %s, up to %s", len(ix.commits), g.onBranch(ix), ix.tip))
	if ix.shallow {
		p.Notes = append(p.Notes, "this is a shallow clone: older commits are missing; run git fetch --unshallow in it")
	}
	return p, nil
}

func (g *Collector) onBranch(ix *index) string {
	if ix.branch == "" {
		return "HEAD, which is on no branch"
	}
	return "branch " + ix.branch
}

// Collect gives a pull request as far as its merge commit tells, or a commit.
// An abbreviated commit id is answered under the full one.
func (g *Collector) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	job := capture.JobFrom(ctx)
	if job == nil {
		job = capture.NewJob(g.version)
		ctx = capture.WithJob(ctx, job)
	}
	g.session.Authenticated(g.config.Name, Principal)
	var err error
	switch ref.Kind {
	case evidence.KindPullRequest:
		err = g.pullRequest(ctx, ref, job, emit)
	case evidence.KindCommit:
		err = g.commit(ctx, ref, job, emit)
	default:
		err = &evidence.GapError{Reason: evidence.NotConfigured, Detail: fmt.Sprintf("a git repository keeps no %s", ref.Kind)}
	}
	return err
}

// fetch runs one command through the recording.
func (g *Collector) fetch(ctx context.Context, command string, do func(context.Context) ([]byte, error)) ([]byte, error) {
	out, err := g.session.Fetch(ctx, g.config.Name, "git:"+g.config.Repository+" "+command, do)
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", g.config.Repository, err)
	}
	return out, nil
}

// notOurs says that a ref names another repository, or nothing.
func (g *Collector) notOurs(ref evidence.Ref, form string) error {
	return &evidence.GapError{Reason: evidence.NotFound,
		Detail: fmt.Sprintf("%q is not of the form %s, which the repository %q is read by", ref.ID, g.config.Repository+form, g.config.Repository)}
}

// number reads REPO#1234.
func (g *Collector) number(ref evidence.Ref) (int, bool) {
	digits, ok := strings.CutPrefix(ref.ID, g.config.Repository+"#")
	n, err := strconv.ParseInt(digits, 10, 32)
	return int(n), ok && err == nil && n > 0
}

// hash reads REPO@sha, full or abbreviated.
func (g *Collector) hash(ref evidence.Ref) (string, bool) {
	sha, ok := strings.CutPrefix(ref.ID, g.config.Repository+"@")
	sha = strings.ToLower(sha)
	return sha, ok && isHex(sha) && len(sha) >= 7 && len(sha) <= 64
}

func (g *Collector) ref(kind evidence.Kind, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: g.config.Name, ID: id}
}

func (g *Collector) commitRef(sha string) evidence.Ref {
	return g.ref(evidence.KindCommit, g.config.Repository+"@"+sha)
}

func (g *Collector) pullRequestRef(number int) evidence.Ref {
	return g.ref(evidence.KindPullRequest, g.config.Repository+"#"+strconv.Itoa(number))
}

// tickets gives a ref for each key, which is of a known project.
func (g *Collector) tickets(keys []string) []evidence.Ref {
	var refs []evidence.Ref
	for _, key := range keys {
		project, _, _ := strings.Cut(key, "-")
		system := g.config.Trackers[project]
		if system == "" {
			system = g.config.Name
		}
		refs = append(refs, evidence.Ref{Kind: evidence.KindTicket, System: system, ID: key})
	}
	return refs
}

// missing says that a part of a record was not obtained, and why.
func missing(part string, err error) error {
	gap := &evidence.GapError{Part: part, Reason: evidence.Unreachable, Detail: err.Error(), Err: err}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		gap.Reason, gap.Detail = evidence.Canceled, "the run was interrupted before this was collected"
	}
	return gap
}
