// Package git collects commits, and pull requests as far as commits tell of
// them, from one git repository on disk. It needs no forge and no network.
//
// # Commands
//
// The git program is run, version 2.25 or newer, with plumbing commands only:
//
//   - cat-file --batch-check, cat-file commit, cat-file --batch
//     (https://git-scm.com/docs/git-cat-file): branches and commits
//   - rev-list (https://git-scm.com/docs/git-rev-list): the first-parent
//     history of the branch, and the commits that a merge brought
//   - rev-list --timestamp and cat-file --batch: the commits of a period
//   - diff-tree (https://git-scm.com/docs/git-diff-tree): the files of a commit
//     against its first parent; for the list of a period their names only
//   - rev-parse --is-shallow-repository and symbolic-ref
//
// # Permissions
//
// Read access to the repository's folder. The repository is taken for hostile:
// nothing that its configuration, attributes or hooks name is run, nothing is
// fetched, and nothing is written.
//
// # Retention
//
// A git repository keeps what its branches reach for ever. A shallow clone
// keeps the newest commits only; what it lacks is reported as truncated.
//
// # What it cannot know
//
// Who reviewed, what the checks said, what was deployed and how it did: each
// of these is a gap. Names, addresses, dates and trailers (Reviewed-by, …) are
// the committer's statement, and the number of a pull request is read from a
// merge commit's message by the conventions of GitHub, GitLab, Bitbucket, Azure
// and Gitea. A rebase merge leaves no number behind.
//
// # Limits
//
// Of one commit 3,000 files are listed and 16 MiB of differences read; of one
// file's difference 1 MiB is kept. A merge's first 5,000 commits are listed.
// What is cut short is reported as truncated.
package git
