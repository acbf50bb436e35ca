package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// componentsTraceable is Y: every component that was deployed for the change
// stands in what was reviewed.
func componentsTraceable(x *exam) verdict {
	switch x.lane {
	case byTicket:
		return notApplicable("NO_CODE", "No code was deployed; attribute W looks at the difference.").on(x.main.ref)
	case byCommit:
		return x.pushedDirectly("nothing that it changed was reviewed")
	}
	if x.mLack != nil {
		return unable(x.mLack)
	}
	if l := first(x.filesLack(), x.lacks(x.landedRef, "the files that landed", "files")); l != nil {
		return unable(l)
	}
	if len(x.landed.Files) == 0 || len(x.landed.Files) < x.landed.FilesTotal {
		return unable(&lack{x.landedRef, "the files that landed", "not all of them came", "EVIDENCE_TRUNCATED"})
	}
	if x.tdep.lack != nil {
		return unable(x.tdep.lack)
	}
	if x.tdep.none {
		return x.undeployed()
	}
	landed, reviewed, whole := x.components()
	var extra, generated []string
	for _, f := range landed {
		switch {
		case slices.Contains(reviewed, f.Path):
		case policy.MatchAny(x.p.Components.Generated, f.Path):
			generated = append(generated, f.Path)
		default:
			extra = append(extra, f.Path)
		}
	}
	v := met("COMPONENTS_TRACED", "Every file that was deployed for the change stands in its pull request.")
	switch {
	case !whole:
		v = review("REBASED", "The forge put the commits on the base one by one, and only the files of the last were compared.").with("files that the pull request does not show", strings.Join(extra, ", "))
	case len(extra) > 0:
		v = exception("COMPONENT_NOT_REVIEWED", "A file was deployed that is not in the pull request: %s.", quote(extra[0])).with("files", strings.Join(extra, ", "))
	case len(generated) > 0:
		v = review("GENERATED_COMPONENT", "A file was deployed that is not in the pull request and that tools write: %s.", quote(generated[0])).with("files", strings.Join(generated, ", "))
	}
	return v.with("files that landed", count(len(landed), "file")).with("files reviewed", count(len(x.pr.Files), "file")).on(x.prRef).on(x.tdep.basis...)
}

// components gives the files that landed and the paths of those that were
// reviewed. Of a rebase they are those of all its commits, as a later one may take
// a file back; whole is false where only the last is known.
func (x *exam) components() (landed []evidence.File, reviewed []string, whole bool) {
	landed, reviewed = x.landed.Files, x.paths()
	if !x.singly() {
		return landed, reviewed, true
	}
	pairs, whole := x.series()
	if !whole {
		return landed, reviewed, false
	}
	landed = nil
	for _, p := range pairs {
		for _, f := range p.ownFiles {
			reviewed = append(reviewed, f.Path)
		}
		for _, f := range p.landedFiles {
			if !slices.ContainsFunc(landed, func(l evidence.File) bool { return l.Path == f.Path }) {
				landed = append(landed, f)
			}
		}
	}
	return landed, reviewed, true
}
