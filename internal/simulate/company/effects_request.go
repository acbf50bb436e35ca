package company

// requestEffects are those of the request: letters A to D, T, V and X.
func requestEffects() map[string][]effect {
	const none = "There is no ticket whose life could be followed."
	return map[string][]effect{
		"no-ticket":    {{"ABC", Exception, ""}, {"V", NotApplicable, none}},
		"wrong-ticket": {{"ABC", Exception, ""}, {"V", NotApplicable, none}},
		"see-also":     {{"ABCV", NeedsReview, ""}},
		"terse":        {{"C", NeedsReview, ""}},
		"ticket-late": {
			{"A", Met, "The ticket points at the pull request, though it was written afterwards."}, {"B", Exception, ""}, {"C", Exception, "At the deployment there was no ticket that could say anything."},
			{"V", NeedsReview, "The ticket was written after the deployment, so that its statuses follow nothing."},
		},
		"ticket-between": {{"A", Met, "The ticket points at the pull request."}, {"B", NeedsReview, ""}},
		"cloned-ticket":  {{"B", NeedsReview, "The ticket is a copy of another, so that its date says little of when this was asked for."}},
		"two-tickets":    {{"A", Met, ""}},
		"false-keys":     {{"A", Met, "The text is full of things that look like tickets, and its own is among them."}},
		"shared-ticket":  {{"A", NeedsReview, ""}},
		"moved-ticket":   {{"A", NeedsReview, ""}},
		"backdated":      {{"B", Met, "Its commits carry dates before the ticket's; those are the committer's own, and the ticket was there before the merge."}},
		"boilerplate":    {{"C", NeedsReview, ""}},
		"ticket-edited":  {{"C", NeedsReview, ""}, {"D", Met, "The risk was lowered after the deployment; at the deployment it was right."}},
		"no-risk":        {{"CD", Exception, ""}},
		"rated-too-low":  {{"D", NeedsReview, ""}},

		"no-rollback-plan": {{"T", Exception, ""}},
		"no-way-back":      {{"T", NeedsReview, "Its plan says that the change cannot be taken back."}},
		"revert-only":      {{"T", NeedsReview, ""}},
		"plan-written-later": {
			{"T", Exception, "How to take it back was written into the pull request after the deployment; at the deployment it said nothing of that."},
		},
		"description-tidied": {{"T", Met, "The description was edited after the deployment; the plan had stood there before."}},

		"ticket-reopened":      {{"V", NeedsReview, ""}},
		"approval-after-work":  {{"EFGHQ", Exception, ""}, {"V", Exception, "It was done and closed before anybody had approved it."}},
		"ticket-of-a-revert":   {{"A", NeedsReview, ""}},
		"ticket-closed-before": {{"V", Exception, ""}},

		"privacy-judged":  {{"X", Met, ""}},
		"privacy-missing": {{"X", Exception, ""}},
		"privacy-claimed": {{"X", NeedsReview, ""}},
		"privacy-unsure":  {{"X", NeedsReview, ""}},
	}
}
