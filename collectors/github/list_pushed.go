package github

import (
	"context"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
)

const pushedText = "GET /repos/OWNER/NAME/commits/HASH, for the files of each commit that GitHub ties to no pull request"

// readPushed asks for the files of the commits that GitHub ties to no pull
// request. GraphQL tells no files of a commit; those of the others come with
// their pull requests. Without them the very changes that skipped the process
// would be missing where somebody asks what touched a file.
func (w *walk) readPushed(ctx context.Context) error {
	for _, s := range w.pushed() {
		if err := w.l.filesOf(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// pushed gives the commits of the population that GitHub ties to no pull request.
func (w *walk) pushed() []*step {
	var out []*step
	for _, s := range w.taken {
		if !s.base && !slices.ContainsFunc(s.c.Associated.all(), func(p *associatedNode) bool {
			return strings.EqualFold(p.Repository.NameWithOwner, w.l.repository)
		}) {
			out = append(out, s)
		}
	}
	return out
}

// filesOf reads the files of one commit, which never change.
func (l *listing) filesOf(ctx context.Context, s *step) error {
	job := capture.NewJob("github " + l.c.version)
	var files []*gh.CommitFile
	complete, err := pages(capture.Immutable(capture.WithJob(ctx, job)), l.c, name{repository: l.repository}.path("/commits/%s", s.c.OID), func(p gh.RepositoryCommit) bool {
		files = append(files, p.Files...)
		l.commits.page(pushedText, 0)
		return true
	})
	if err != nil {
		if fatal := l.fatal(ctx, err); fatal != nil {
			return fatal
		}
		l.commits.cut("the files of commit %s, which came by no pull request, did not come: %s", s.c.OID, l.why(err))
	}
	// GitHub lists the first 3,000 files of a commit and does not count the rest.
	if len(files) >= 3000 {
		l.commits.cut("%d files of commit %s were obtained; GitHub lists at most 3,000 files of a commit", len(files), s.c.OID)
	}
	s.files, s.whole = mapFiles(files), complete
	s.from = slices.Concat(s.from, job.Provenance())
	return nil
}

// unread names what the list does not tell of a commit.
func (s *step) unread() []string {
	if s.whole {
		return []string{"deployments that contain the commit"}
	}
	return []string{"files", "patches", "deployments that contain the commit"}
}
