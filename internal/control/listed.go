package control

// listedLogGone is logGone for a change that comes from lists, which read no
// logs: they tell of which checks the source has deleted them by now.
func (x *exam) listedLogGone(sha, job string) bool {
	it, ok := x.c.Find(x.checksRef(sha))
	if !ok || it.Checks == nil {
		return false
	}
	for _, r := range it.Checks.Runs {
		if r.LogExpired && (job == "" && !x.delivers(r) || r.Name == job) {
			return true
		}
	}
	return false
}

// listedReruns is reruns for such a change.
func (x *exam) listedReruns() (verdict, bool) {
	for _, sha := range []string{x.h, x.m} {
		if sha != "" && x.listedLogGone(sha, "") {
			return review("LOG_EXPIRED", "The checks passed, and the source no longer keeps the logs that would show what they did.").on(x.checksRef(sha)), true
		}
	}
	return verdict{}, false
}

// unmeasured says that the change comes from a list, which holds nothing of
// what was measured around the deployment.
func (x *exam) unmeasured() *lack {
	if x.first.Deployment == nil {
		return nil
	}
	return x.lacks(x.first.Ref, "what was measured around the deployment", "measurements")
}

// listedRuns says that the change comes from a list, which holds neither the
// runs of its commits nor the deployments to other environments.
func (x *exam) listedRuns(what string) *lack {
	if len(x.unread(x.first.Ref)) == 0 {
		return nil
	}
	return &lack{x.landedRef, what, ofList, notRead}
}
