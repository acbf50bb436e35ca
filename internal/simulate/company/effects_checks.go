package company

// testEffects are those of checks and tests: letters K to N.
func testEffects() map[string][]effect {
	const gone = "Its CI still states that it passed; the logs and reports that would show what it did are older than 90 days and gone."
	return map[string][]effect{
		"ci-logs-gone": {{"KLM", NeedsReview, gone}},

		"failed-then-fixed": {{"K", Met, "The first push failed; the head that was merged had passed."}},
		"queue-ejected":     {{"K", Met, "The queue put it out once; what it merged in the end had passed in the queue."}},
		"rerun":             {{"K", NeedsReview, ""}},
		"red-merge":         {{"KL", Exception, ""}},
		"no-ci":             {{"K", NeedsReview, "CI never ran on the pull request; it passed on main afterwards, before the deployment."}, {"LM", Exception, ""}},
		"cancelled-ci":      {{"K", Exception, "The run on the final commit was cancelled, and it was merged all the same; that the checks passed on main afterwards does not undo that."}, {"L", Exception, ""}},
		"scan-cancelled":    {{"M", Exception, ""}},
		"docs-only":         {{"KM", NotApplicable, "Only documentation is touched."}},

		"skipped-integration": {{"K", NeedsReview, ""}, {"L", Exception, ""}},
		"status-by-hand":      {{"KL", NeedsReview, ""}},
		"no-tests-run":        {{"L", NeedsReview, ""}},
		"scan-failed":         {{"K", Exception, "A check had failed when it was merged, and the policy names none that need not pass."}, {"M", Exception, ""}},
		"waived-finding":      {{"KM", NeedsReview, ""}},

		"no-testing-notes": {{"LN", Exception, ""}},
		"tested-locally":   {{"LN", Exception, "It was tested locally, and never on staging."}},
		"staging-skipped":  {{"N", Exception, ""}},
		"low-risk":         {{"NS", NotApplicable, "The risk is low."}, {"L", Met, "The risk is low: the review and the author's own look are enough."}},

		"staging-asked-for": {{"L", Exception, ""}},
		"accepted-in-words": {{"L", NeedsReview, ""}},
		"not-accepted":      {{"L", Exception, ""}},
		"pushed-unseen":     {{"L", Exception, ""}},
	}
}
