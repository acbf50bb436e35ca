package xlsx

// orphanKind is one way in which a record lacks its counterpart, in words for
// whoever has to act on it.
type orphanKind struct {
	kind  string // the ledger's word
	means string
	act   string
}

// orphanKinds lists all that the ledger knows, from the way in to the way out.
func orphanKinds() []orphanKind {
	return []orphanKind{
		{"commit without pull request", "A commit reached the deployed branch without a pull request: it was pushed directly, so nobody can have reviewed it there.",
			"Find out who pushed it, why, and who looked at it. Attach what there is; else expect an exception."},
		{"commit without ticket", "A directly pushed commit names no ticket that the lists hold: no request for it is known.",
			"Name the ticket that asked for it, or say that there was none."},
		{"commit not deployed", "A directly pushed commit is on the deployed branch, and no successful production deployment of the lists contains it.",
			"Check whether it went out by a way that is not recorded. If it waits for the next release, nothing is wrong."},
		{"pull request without ticket", "A merged pull request names no ticket that the lists hold: no request for it is known.",
			"Link the ticket that asked for it. If the policy lets a pull request be the request, say so."},
		{"pull request without commit on the branch", "A merged pull request has no commit on the deployed branch: it was merged into another branch, or its commit was taken off.",
			"Check where it went. Brought on by another pull request, it is covered there."},
		{"pull request not listed", "The source names a pull request for a commit, and the list of pull requests does not hold it.",
			"Check whether the account may see it, and list again. Until then the list is not whole."},
		{"pull request not deployed", "A pull request was merged, and no successful production deployment of the lists contains it.",
			"Check whether it went out by a way that is not recorded. If it waits for the next release, nothing is wrong."},
		{"named ticket not listed", "A change names a ticket of a listed project, and the list does not hold it: it was deleted or moved, or the account may not see it.",
			"Check the key in the tracker with an account that may see everything."},
		{"deployment without pull request", "A production deployment brought a commit that no pull request brought.",
			"Read it together with the commit: same question, seen from production."},
		{"deployment of an unknown commit", "Production ran a commit that is neither on the deployed branch nor in any list: what was deployed is not known.",
			"Find the commit (a branch, a tag, a fork, a deleted branch) and what it held."},
		{"ticket without pull request", "A ticket says by a configured field that its change went live, and no pull request answers it: a change by ticket alone, as for infrastructure or settings.",
			"Nothing is wrong where that is how such changes are made. Else link the pull request."},
		{"ticket done without deployment", "A ticket counts as gone live by its status alone, which the configuration takes for that, or although the code that names it has not reached production. No deployment says so. It stays in the population until that is settled.",
			"Link the change that carried it out, or correct the ticket. Where the status says nothing of production, such as Done of a task, take it out of the configuration."},
		{"ticket closed undone", "A ticket says that it went live, and was closed with a resolution that says that nothing was done.",
			"Correct whichever is wrong. It is not in the population."},
	}
}

// explain gives what is known of a kind, also of one that a later ledger may add.
func explain(kind string) orphanKind {
	for _, k := range orphanKinds() {
		if k.kind == kind {
			return k
		}
	}
	return orphanKind{kind, "A kind of record without its counterpart that this version has no words for.", "See the documentation of the ledger."}
}
