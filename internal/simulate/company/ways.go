package company

// way is how a change was made.
func (c *Change) way() string {
	switch {
	case c.Repository == "":
		return "ticket"
	case c.PullRequest == 0 && c.Kind == "configuration":
		return "push of configuration"
	case c.PullRequest == 0:
		return "push"
	case c.Kind == "dependency":
		return "bot"
	case c.Kind == "configuration":
		return "pull request for configuration"
	}
	return "pull request"
}

// ways say what is right for each letter if a change was made in that way and
// nothing was special about it.
func ways() map[string][]effect {
	pull := []effect{
		{"A", Met, "A ticket and the pull request are tied to each other."},
		{"B", Met, "The ticket was there before the work was merged."},
		{"C", Met, "The ticket says what, why, for which system, at which risk and for whom."},
		{"D", Met, "The risk was rated before, and not below what the policy makes of it."},
		{"E", Met, "A colleague who had no part in it approved it."},
		{"F", Met, "Those approved whom the policy asks for at this risk."},
		{"G", Met, "The approval came before the merge, and the merge before the deployment."},
		{"H", Met, "The approval was given for what was merged."},
		{"I", Met, "At the merge nobody's objection stood."},
		{"J", Met, "The rules of the branch asked for a pull request, and nobody went round them."},
		{"K", Met, "The required checks had passed on the head before the merge."},
		{"L", Met, "Unit and integration tests ran, and it was tried on staging."},
		{"M", Met, "The analysis ran on the head and found nothing that would stop it."},
		{"N", Met, "The same commit was on staging before."},
		{"O", Met, "What was deployed is what was merged, alone or with other changes that were approved."},
		{"P", NotApplicable, "It was no emergency."},
		{"Q", Met, "Somebody who is not an author let it into production."},
		{"R", Met, "The deployment is on record with its time, starter and commit, and succeeded."},
		{"S", NeedsReview, "Only automatic checks and measurements looked at production; nobody signed."},
		{"T", Met, "The pull request had a plan for taking it back."},
		{"U", NotApplicable, "No window was planned."},
		{"V", Met, "The ticket went from work to release and was closed after the deployment."},
		{"W", NotApplicable, "It is a change of code."},
		{"X", NotApplicable, "It does not touch people's data."},
		{"Y", Met, "What landed touches the files of the pull request and no others."},
		{"Z", NotApplicable, "It went well."},
	}
	with := func(base []effect, changes ...effect) []effect {
		return append(append([]effect(nil), base...), changes...) // the later one holds
	}
	push := with(pull,
		effect{"ABC", Exception, "It was pushed without any ticket."},
		effect{"D", Exception, "Nobody rated its risk."},
		effect{"EFGH", Exception, "It was pushed without anybody's approval."},
		effect{"I", NotApplicable, "There was no review at which anybody could object."},
		effect{"J", Exception, "It was pushed to the branch without a pull request."},
		effect{"K", Met, "The required checks passed on main before the deployment."},
		effect{"M", Met, "The analysis ran on main before the deployment and found nothing that would stop it."},
		effect{"T", Exception, "There was no plan for taking it back."},
		effect{"V", NotApplicable, "There is no ticket whose life could be followed."},
		effect{"Y", Exception, "Its files belong to no pull request."},
	)
	return map[string][]effect{
		"pull request": pull,
		"pull request for configuration": with(pull,
			effect{"L", Met, "It was tried on staging, which is what a configuration needs."},
			effect{"W", Met, "The pull request is the difference."},
		),
		"bot": with(pull,
			effect{"ABC", Exception, "A bot proposed it; there is no ticket, and the policy takes no pull request for one."},
			effect{"D", Exception, "Nobody rated its risk."},
			effect{"E", Met, "A colleague approved the bot's update."},
			effect{"T", Exception, "Nobody wrote how to take it back."},
			effect{"V", NotApplicable, "There is no ticket whose life could be followed."},
		),
		"push": push,
		"push of configuration": with(push,
			effect{"L", Met, "It was tried on staging, which is what a configuration needs."},
			effect{"W", NeedsReview, "The commit is the difference; there is no request that it could be held against."},
		),
		"ticket": with(pull,
			effect{"A", Met, "The change request is the change."},
			effect{"B", Met, "The request was there before the work."},
			effect{"C", Met, "The request says what, why, for which system, at which risk, when and for whom."},
			effect{"E", Met, "Somebody approved it who neither asked for it nor carried it out."},
			effect{"G", Met, "The approval came before the work."},
			effect{"H", Met, "The request was not changed between the approval and the work."},
			effect{"I", Met, "Nobody declined."},
			effect{"JKMO", NotApplicable, "No code changed."},
			effect{"L", NeedsReview, "The test on staging is attached with its result, which is the implementer's word."},
			effect{"N", NeedsReview, "That it was on staging before is the implementer's word; there is no record of a deployment."},
			effect{"Q", Met, "One asked for it, and another carried it out after a third had approved."},
			effect{"R", Met, "The ticket says when it was done, by whom and with what result."},
			effect{"S", NeedsReview, "The implementer looked at production within the hour and wrote it into a remark, which is no signature."},
			effect{"T", Met, "The request had a plan for taking it back."},
			effect{"U", Met, "It was done in its window."},
			effect{"V", Met, "It was approved, then done, then closed."},
			effect{"W", NeedsReview, "The difference is attached by hand; a person must say whether it is what was asked for."},
			effect{"Y", NotApplicable, "No code was deployed."},
		),
	}
}
