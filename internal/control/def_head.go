package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// H is the head of the pull request when it was merged: what reviewers and CI
// saw last. It is "" where the source lost it.
func (x *exam) findH() string {
	if x.pr == nil {
		return ""
	}
	return x.pr.Head.SHA
}

// M is the commit that brought the change to the base branch: the merge, the
// squash, or the last of a rebase.
func (x *exam) findM() (sha string, l *lack) {
	switch x.lane {
	case byPullRequest:
		if x.pr.MergeCommit == "" {
			return "", &lack{x.prRef, "the commit that landed", "the source does not name it", "EVIDENCE_ABSENT"}
		}
		x.landedRef = evidence.Ref{Kind: evidence.KindCommit, System: x.prRef.System, ID: x.pr.Repository + "@" + x.pr.MergeCommit}
	case byCommit:
		x.landedRef = x.c.Sample.Ref
	default:
		return "", nil
	}
	if l := x.lacks(x.landedRef, "the commit that landed"); l != nil {
		return "", l
	}
	it, _ := x.c.Find(x.landedRef)
	if it.Commit == nil {
		return "", &lack{x.landedRef, "the commit that landed", "the record is no commit", "EVIDENCE_ABSENT"}
	}
	x.landed = it.Commit
	return it.Commit.SHA, nil
}

// ofPull reports whether a commit is one of the pull request's own.
func (x *exam) ofPull(sha string) bool {
	return x.pr != nil && slices.ContainsFunc(x.pr.Commits, func(c evidence.Commit) bool { return c.SHA == sha })
}

// baseMerge reports whether a commit of the pull request only brings its base
// branch in: a merge of something that is not the pull request's. Whether
// conflicts were resolved in it cannot be seen.
func (x *exam) baseMerge(c evidence.Commit) bool {
	if len(c.Parents) < 2 {
		return false
	}
	for _, p := range c.Parents[1:] {
		if x.ofPull(p) {
			return false
		}
	}
	return true
}

// ofRepository gives the runs or deployments of the change's own repository.
// Another system may have one of the same name, and even the same commits: what
// ran there says nothing of this one.
func (x *exam) ofRepository(kind evidence.Kind) []evidence.Item {
	prefix := x.repository() + "/"
	return slices.DeleteFunc(x.c.All(kind), func(it evidence.Item) bool {
		return it.Build == nil && it.Deployment == nil || it.Ref.System != x.subjectRef().System || !strings.HasPrefix(it.Ref.ID, prefix)
	})
}

// builds gives the runs of the change's own repository.
func (x *exam) builds() []evidence.Item { return x.ofRepository(evidence.KindBuild) }

// checksRef names what CI said of one commit.
func (x *exam) checksRef(sha string) evidence.Ref {
	system, repository := x.landedRef.System, ""
	if x.pr != nil {
		system, repository = x.prRef.System, x.pr.Repository
	} else if x.landed != nil {
		repository = x.landed.Repository
	}
	return evidence.Ref{Kind: evidence.KindChecks, System: system, ID: repository + "@" + sha}
}
