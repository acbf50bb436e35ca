package control

// T_merge is when the forge merged the pull request, by the forge's clock. The
// dates of commits play no part: anyone can set them.
func (x *exam) findTMerge() moment {
	if x.lane != byPullRequest {
		return moment{none: true}
	}
	for _, g := range x.c.GapsOf(x.prRef) {
		if g.Part == "" || g.Part == "merge" {
			return moment{lack: lackOf(g, "when the pull request was merged")}
		}
	}
	if x.pr.Merged.IsZero() {
		if x.pr.State == "merged" {
			return moment{lack: &lack{x.prRef, "when the pull request was merged", "the source does not say", "EVIDENCE_ABSENT"}}
		}
		return moment{none: true}
	}
	return x.band(x.pr.Merged, x.prRef)
}
