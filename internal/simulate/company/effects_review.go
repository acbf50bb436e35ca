package company

// reviewEffects are those of the approvals: letters E to I.
func reviewEffects() map[string][]effect {
	const all = "EFGH"
	return map[string][]effect{
		"co-authored":             {{"E", Met, "A commit names the reviewer as its author too; somebody else approved as well."}},
		"dismissed-then-approved": {{"E", Met, ""}},
		"dismissed-after-merge":   {{"E", Met, ""}},
		"borrowed-name":           {{"E", Met, "The commits carry a bot's name, but their account is the author's, and another approved."}},
		"commented-after-approval": {
			{"E", Met, "The reviewer approved; a comment afterwards takes nothing back."},
		},
		"re-requested-after-approval": {{"E", Met, "The reviewer approved; being asked again takes nothing back."}},

		"self-merge":             {{all, Exception, ""}},
		"lgtm-only":              {{all, Exception, ""}},
		"late-label":             {{all, Exception, "It was merged without any approval."}},
		"bot-approval":           {{all, Exception, ""}},
		"service-approval":       {{all, Exception, ""}},
		"coauthor-approves":      {{all, Exception, "The only approver is an author too: " + "a commit names them."}},
		"pusher-approves":        {{all, Exception, "The only approver is an author too: they had pushed a commit to the branch."}},
		"requester-reviews":      {{all, Exception, ""}},
		"dismissed-not-replaced": {{all, Exception, ""}},
		"approval-withdrawn":     {{all, Exception, ""}, {"I", Exception, ""}},
		"late-approval":          {{"EFH", Exception, "Nobody had approved when it was merged."}},
		"approved-between":       {{"G", NeedsReview, "The approval came after the merge and before the deployment."}},
		"approved-after-deployment": {
			{"G", Exception, "The approval came after the deployment."},
		},
		"requester-approved":   {{all + "Q", Exception, ""}},
		"implementer-approved": {{all, Exception, ""}, {"Q", Exception, "The one who let it into production is the one who carried it out."}},

		"ghost-approval":          {{all, NeedsReview, "The approver's account was deleted later; who it was can no longer be told from the records."}},
		"ghost-author":            {{all + "Q", NeedsReview, "The author's account was deleted later; whether an approver is somebody else can no longer be told from the records."}},
		"deleted-approver":        {{all + "Q", NeedsReview, ""}},
		"unmapped-author":         {{all + "Q", NeedsReview, ""}},
		"unmapped-approver":       {{all, NeedsReview, ""}},
		"reviewer-updates-branch": {{all, NeedsReview, "The only approver had put a commit on the branch, though it did no more than merge main."}},

		"junior-review":       {{"F", Exception, ""}},
		"short-of-high":       {{"F", Exception, ""}},
		"one-approval-of-two": {{"F", Exception, ""}},
		"approved-by-two":     {{"F", Met, ""}},
		"cab":                 {{"F", Met, "The board approved, with an engineering manager and the security team on it."}},

		"last-minute": {{all, NeedsReview, "The approval came within the two minutes in which clocks may differ before the merge."}},

		"approval-renewed":          {{"H", Met, ""}},
		"base-merge-after-approval": {{"H", NeedsReview, "After the approval only main was merged into the branch; whether conflicts were resolved in that, the records do not show."}},
		"stale-approval":            {{"H", Exception, ""}},
		"force-push-after-approval": {{"H", NeedsReview, "The branch was force-pushed after the approval; that the changes are the same, its commits alone cannot show."}},
		"conflict-merge":            {{"H", NeedsReview, ""}},
		"extra-in-merge":            {{"HY", Exception, ""}},

		"objection-dismissed":      {{"I", Exception, ""}},
		"open-objection":           {{"I", Exception, ""}},
		"objection-never-answered": {{"I", Exception, ""}},
		"objection-overruled":      {{"I", NeedsReview, ""}},
		"changes-requested":        {{"I", Met, ""}},
	}
}
