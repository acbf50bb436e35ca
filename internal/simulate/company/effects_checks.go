package company

// testEffects are those of checks and tests: letters K to N.
func testEffects() map[string][]effect {
	const gone = "The logs and reports of its CI are older than 90 days and gone."
	return map[string][]effect{
		"ci-logs-gone":      {{"KM", Unable, gone}},
		"test-results-gone": {{"L", Unable, gone}},

		"failed-then-fixed": {{"K", Met, "The first push failed; the head that was merged had passed."}},
		"queue-ejected":     {{"K", Met, "The queue put it out once; what it merged in the end had passed in the queue."}},
		"rerun":             {{"K", NeedsReview, ""}},
		"red-merge":         {{"K", Exception, ""}},
		"no-ci":             {{"KLM", Exception, ""}},
		"cancelled-ci":      {{"KL", Exception, ""}},
		"scan-cancelled":    {{"M", Exception, ""}},
		"docs-only":         {{"KM", NotApplicable, "Only documentation is touched."}},

		"skipped-integration": {{"K", NeedsReview, ""}, {"L", Exception, ""}},
		"status-by-hand":      {{"KL", NeedsReview, ""}},
		"no-tests-run":        {{"L", NeedsReview, ""}},
		"scan-failed":         {{"M", Exception, ""}},
		"waived-finding":      {{"M", NeedsReview, ""}},

		"no-testing-notes": {{"LN", Exception, ""}},
		"tested-locally":   {{"L", NeedsReview, ""}, {"N", Exception, "It was tested locally, and never on staging."}},
		"staging-skipped":  {{"N", Exception, ""}},
		"low-risk":         {{"NS", NotApplicable, "The risk is low."}, {"L", Met, "The risk is low: the review and the author's own look are enough."}},
		"pushed-unseen":    {{"L", Exception, ""}},
	}
}
