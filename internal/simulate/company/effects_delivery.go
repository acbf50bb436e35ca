package company

// deliveryEffects are those of the way to production and of what came after:
// letters O, Q to S, U, W and Z.
func deliveryEffects() map[string][]effect {
	return map[string][]effect{
		"deployed-with-a-push":     {{"O", Exception, ""}},
		"deployed-with-unapproved": {{"O", NeedsReview, ""}},
		"deployed-with-uncertain":  {{"O", NeedsReview, ""}},
		"extra-in-rebase":          {{"H", Exception, ""}},

		"branch-not-protected": {{"J", Exception, ""}},
		"audit-log-gone":       {{"J", Unable, ""}},
		"audit-log-elsewhere":  {{"J", Unable, ""}},
		"rules-overridden":     {{"J", Exception, ""}},
		"rules-switched-off":   {{"J", Exception, ""}},
		"rules-changed-since":  {{"J", NeedsReview, ""}},
		"bypass-not-told":      {{"J", Unable, ""}},

		"environment-self-approval": {{"Q", Met, "Whoever started the deployment also let it into production; they are no author."}},
		"author-deploys-alone":      {{"Q", Exception, ""}},
		"author-opens-gate":         {{"Q", NeedsReview, ""}},

		"deploy-failed-retried": {{"R", NeedsReview, ""}},
		"deploy-failed":         {{"R", NeedsReview, ""}},
		"deploy-rejected":       {{"R", NeedsReview, ""}},
		"redeployed":            {{"R", Met, "It was deployed with success, and the same commit once more later."}},
		"superseded-deploy":     {{"R", Met, "Its own run was overtaken; the next one brought it, with success."}},

		"validated":         {{"S", Met, ""}},
		"validated-by-lead": {{"S", Met, ""}},
		"claimed-window":    {{"S", NeedsReview, ""}},
		"late-validation":   {{"S", Exception, ""}},
		"no-sign-off":       {{"S", Exception, ""}},

		"infra-with-pr":            {{"U", Met, "It was done in the change request's window."}},
		"code-with-change-request": {{"U", Met, "It was released in the change request's window."}},
		"outside-window":           {{"U", Exception, ""}},
		"no-diff":                  {{"W", Exception, ""}},

		"outcome-failed-ticket": {
			{"R", NeedsReview, ""}, {"Z", Met, "It failed and was taken back, and the request says so."},
		},
		"failed-left": {
			{"R", NeedsReview, ""}, {"V", NeedsReview, "It was closed as done, though its own last word is that it failed."}, {"Z", Exception, ""},
		},
		"taken-back-unsaid":    {{"Z", NeedsReview, "Measurements went out of bounds; its own records say neither that it was rolled back nor why."}},
		"taken-back-on-record": {{"Z", Met, "It was rolled back, and the incident is on record."}},
		"incident-soon-after":  {{"Z", NeedsReview, ""}},

		"not-deployed": {{"NOQRSUVYZ", NotApplicable, "It is not in production yet."}},
	}
}

// emergencyEffects are those of emergencies: P, and what P stands in for.
func emergencyEffects() map[string][]effect {
	const instead = "It was an emergency, which P looks at."
	return map[string][]effect{
		"recognised-emergency":   {{"BFG", NotApplicable, instead}},
		"retro-approval":         {{"E", Met, "Somebody who had no part in it approved it within a day, as the procedure asks."}, {"H", Met, "The approval afterwards was given for what was merged."}, {"L", Met, "Of an emergency a documented minimum is asked, and it is there."}},
		"authorisation-recorded": {{"P", Met, "The incident's commander authorised it where it can be seen; ticket, approval and lessons followed within a day."}},
		"authorisation-in-text":  {{"P", NeedsReview, "All is there within a day, but that somebody authorised it is only told in the incident's text."}},
		"undocumented-emergency": {
			{"ABCDT", Exception, "Its ticket came two days later, and neither names the other."}, {"EFGH", Exception, "It was pushed without anybody's approval."},
			{"P", NotApplicable, "It was an emergency, and no record of the push can show that: neither label nor ticket ties it to one."},
		},
		"emergency-ticket": {
			{"BFG", NotApplicable, instead}, {"E", Met, "Two who had no part in it approved it within a day, as the procedure asks."}, {"L", Met, "Of an emergency a documented minimum is asked, and it is there."},
			{"L", NeedsReview, "The test after the change is attached, which is the implementer's word."},
			{"N", Exception, "It was tried only after the change."},
		},
		"emergency-documented-after": {
			{"DT", NeedsReview, "The ticket came eight minutes after the change, within the day that an emergency's papers may take."}, {"U", NotApplicable, "Its window was written down only after the change."}, {"C", Met, "The ticket, written within the hour, says all that is asked for."},
			{"P", NeedsReview, "All is there within a day, but it was authorised by phone, which only the incident's text tells."}, {"V", NeedsReview, "It was closed before anybody had approved it, as emergencies may be."},
		},
		"emergency-without-incident": {{"P", Exception, ""}, {"V", NeedsReview, "It was closed before anybody had approved it, as emergencies may be."}},
		"late-label":                 {{"P", NeedsReview, ""}},
	}
}
