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
	reviewed := x.paths()
	var extra, generated []string
	for _, f := range x.landed.Files {
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
	case x.singly() && x.landedSingly().outcome != evidence.Met:
		v = review("REBASED", "The forge put the commits on the base one by one, and only the files of the last were compared.").with("files that the pull request does not show", strings.Join(extra, ", "))
	case len(extra) > 0:
		v = exception("COMPONENT_NOT_REVIEWED", "A file was deployed that is not in the pull request: %s.", quote(extra[0])).with("files", strings.Join(extra, ", "))
	case len(generated) > 0:
		v = review("GENERATED_COMPONENT", "A file was deployed that is not in the pull request and that tools write: %s.", quote(generated[0])).with("files", strings.Join(generated, ", "))
	}
	return v.with("files that landed", count(len(x.landed.Files), "file")).with("files reviewed", count(len(x.pr.Files), "file")).on(x.prRef).on(x.tdep.basis...)
}
