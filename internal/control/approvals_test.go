package control

import (
	"fmt"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// dismissed turns a review into one that was dismissed.
func dismissed(w *world, i int, was, by, at string) {
	r := &w.pr.Reviews[i]
	r.State = "DISMISSED"
	w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "review_dismissed", Actor: gh(by), At: clock(at), ReviewID: r.ID, DismissedState: was, Message: "no longer so"})
}

func addReview(w *world, id, login, state, at, commit string) {
	w.pr.Reviews = append(w.pr.Reviews, reviewed(id, login, state, at, commit))
}

// byBot is a dependency update that a bot opened and nobody else touched.
func byBot(t testing.TB) *world {
	w := good(t)
	d := bot("dependabot[bot]")
	w.pr.Title, w.pr.Author = "PAY-7: Bump x from 1.2.3 to 1.2.4", d
	for i := range w.pr.Commits {
		w.pr.Commits[i].Author = evidence.Signature{Name: "dependabot[bot]", Email: "dep@noreply.example", Account: d}
		w.pr.Commits[i].Committer = web()
	}
	for _, f := range []*[]evidence.File{&w.pr.Files, &w.landed.Files} {
		(*f)[0].Path = "go.mod"
	}
	w.landed.Author = w.pr.Commits[0].Author
	w.pr.Reviews = nil
	w.policy.Exempt = []policy.ExemptClass{{Name: "Patch updates", Attributes: []string{"E", "F", "G", "H"}, Accounts: policy.Accounts{"github": {"dependabot[bot]"}},
		Paths: []policy.Pattern{policy.PathPattern("go.mod"), policy.PathPattern("go.sum")}, Update: "patch", ChecksPassed: true, ApprovedBy: "Edsger", ApprovedOn: "2026-01-01", Record: "CHG-1"}}
	return w
}

func TestE(t *testing.T) {
	table(t, "E", map[string]one{
		"another human": {nil, nil, ok, "INDEPENDENT_APPROVAL"},
		"nobody":        {nil, func(w *world) { w.pr.Reviews = nil }, bad, "NOT_APPROVED"},
		"the opener":    {nil, func(w *world) { w.pr.Reviews[0].Author = gh("ada") }, bad, "APPROVED_BY_AUTHOR"},
		"the opener's other account": {nil, func(w *world) {
			w.people.Humans[0].Accounts["github"] = []string{"ada", "ada-work"}
			w.pr.Reviews[0].Author = &evidence.Person{System: "github", Login: "ada-work", ID: "99", Type: "User"}
		}, bad, "APPROVED_BY_AUTHOR"},
		"who asked for it":                 {nil, func(w *world) { w.ticket.Reporter = ji("grace") }, bad, "APPROVED_BY_REQUESTER"},
		"who wrote the ticket":             {nil, func(w *world) { w.ticket.Creator = ji("grace") }, bad, "APPROVED_BY_REQUESTER"},
		"who asked, and another":           {nil, func(w *world) { w.ticket.Reporter = ji("grace"); addReview(w, "r2", "edsger", "APPROVED", "10:10", c2) }, ok, "INDEPENDENT_APPROVAL"},
		"who asked is lost":                {nil, func(w *world) { w.lose(ticketRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"commented only":                   {nil, func(w *world) { w.pr.Reviews[0].State = "COMMENTED" }, bad, "NOT_APPROVED"},
		"approved, then commented":         {nil, func(w *world) { addReview(w, "r2", "grace", "COMMENTED", "10:10", c2) }, ok, "INDEPENDENT_APPROVAL"},
		"approved, then asked for changes": {nil, func(w *world) { addReview(w, "r2", "grace", "CHANGES_REQUESTED", "10:10", c2) }, bad, "NOT_APPROVED"},
		"approved, then asked again": {nil, func(w *world) {
			w.pr.Timeline = append([]evidence.Event{{Kind: "review_requested", Actor: gh("ada"), At: clock("10:15"), Subject: "grace"}}, w.pr.Timeline...)
		}, ok, "INDEPENDENT_APPROVAL"},
		// Trap 5.
		"dismissed before the merge": {nil, func(w *world) { dismissed(w, 0, "APPROVED", "ada", "10:15") }, bad, "NOT_APPROVED"},
		"dismissed after the merge":  {nil, func(w *world) { dismissed(w, 0, "APPROVED", "ada", "12:00") }, ok, "INDEPENDENT_APPROVAL"},
		"approved, then objected, which was dismissed": {nil, func(w *world) {
			addReview(w, "r2", "grace", "CHANGES_REQUESTED", "10:10", c2)
			dismissed(w, 1, "CHANGES_REQUESTED", "ada", "10:15")
		}, bad, "NOT_APPROVED"},
		"dismissed, nobody says what it was": {nil, func(w *world) { w.pr.Reviews[0].State = "DISMISSED" }, unsure, "EVIDENCE_ABSENT"},
		"approved after the merge":           {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("14:00") }, bad, "NOT_APPROVED"},
		"approved within the skew":           {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("10:29") }, look, "WITHIN_CLOCK_SKEW"},
		// Trap 1.
		"bot by the source's word": {nil, func(w *world) { w.pr.Reviews[0].Author = bot("reviewer") }, bad, "APPROVED_BY_MACHINE"},
		"human whose name ends in [bot]": {nil, func(w *world) {
			w.pr.Reviews[0].Author.Login = "grace[bot]"
			w.people.Humans[1].Accounts["github"] = []string{"grace[bot]"}
		}, ok, "INDEPENDENT_APPROVAL"},
		"service account": {nil, func(w *world) {
			w.pr.Reviews[0].Author = &evidence.Person{System: "github", Login: "acme-release", Type: "User"}
		}, bad, "APPROVED_BY_MACHINE"},
		"bot, though listed as human": {nil, func(w *world) { w.pr.Reviews[0].Author.Type = "Bot" }, bad, "APPROVED_BY_MACHINE"},
		// Trap 2.
		"bot, merged by itself": {byBot, func(w *world) {
			w.policy.Exempt = nil
			w.pr.Reviews = []evidence.Review{{ID: "1", Author: bot("auto[bot]"), State: "APPROVED", Submitted: clock("10:00"), CommitID: c2}}
		}, bad, "APPROVED_BY_MACHINE"},
		"bot, of an exempt class":         {byBot, nil, na, "EXEMPT_CLASS"},
		"bot, minor update":               {byBot, func(w *world) { w.pr.Title = "PAY-7: Bump x from 1.2.3 to 1.3.0" }, bad, "NOT_APPROVED"},
		"bot, with a commit of a human":   {byBot, func(w *world) { w.pr.Commits[1].Author = sign("ada") }, bad, "NOT_APPROVED"},
		"bot, touching another file":      {byBot, func(w *world) { w.pr.Files[0].Path = "main.go" }, bad, "NOT_APPROVED"},
		"bot, red checks":                 {byBot, func(w *world) { w.head.Runs[0].Conclusion = "failure" }, bad, "NOT_APPROVED"},
		"bot, before the class was there": {byBot, func(w *world) { w.policy.Exempt[0].ApprovedOn = "2026-03-03" }, bad, "NOT_APPROVED"},
		"bot, approved by a human":        {byBot, func(w *world) { w.policy.Exempt = nil; addReview(w, "r", "grace", "APPROVED", "10:00", c2) }, ok, "INDEPENDENT_APPROVAL"},
		// Trap 3.
		"who committed too":         {nil, func(w *world) { w.pr.Commits[1].Author = sign("grace") }, bad, "APPROVED_BY_AUTHOR"},
		"who committed for another": {nil, func(w *world) { w.pr.Commits[1].Committer = sign("grace") }, bad, "APPROVED_BY_AUTHOR"},
		"co-author": {nil, func(w *world) {
			w.pr.Commits[1].Trailers = []evidence.Trailer{{Key: "Co-Authored-By", Value: "Grace <grace@acme.example>"}}
		}, bad, "APPROVED_BY_AUTHOR"},
		"co-author of the squash": {nil, func(w *world) {
			w.landed.Trailers = []evidence.Trailer{{Key: "Co-authored-by", Value: "Grace <2+grace@users.noreply.github.com>"}}
		}, bad, "APPROVED_BY_AUTHOR"},
		"who pushed over the branch": {nil, func(w *world) {
			w.pr.Timeline = append([]evidence.Event{{Kind: "head_ref_force_pushed", Actor: gh("grace"), At: clock("09:30"), Before: c1, After: c2}}, w.pr.Timeline...)
		}, bad, "APPROVED_BY_AUTHOR"},
		"who only brought the base in": {nil, func(w *world) {
			w.pr.Commits = append(w.pr.Commits, evidence.Commit{Repository: repo, SHA: x1, Parents: []string{c2, b0}, Message: "Merge branch 'main' into round", Author: sign("grace"), Committer: web()})
			w.pr.CommitsTotal, w.pr.Head.SHA, w.pr.Reviews[0].CommitID = 3, x1, x1
		}, look, "APPROVER_MERGED_BASE"},
		"who merged their own branch in": {nil, func(w *world) {
			w.pr.Commits = append(w.pr.Commits, evidence.Commit{Repository: repo, SHA: x1, Parents: []string{c2, c1}, Message: "Merge", Author: sign("grace"), Committer: web()})
			w.pr.CommitsTotal = 3
		}, bad, "APPROVED_BY_AUTHOR"},
		// Trap 16.
		"deleted account, nil": {nil, func(w *world) { w.pr.Reviews[0].Author = nil }, look, "APPROVER_DELETED"},
		"deleted account, ghost": {nil, func(w *world) {
			w.pr.Reviews[0].Author = &evidence.Person{System: "github", Login: "ghost", ID: "10137", Type: "User"}
		}, look, "APPROVER_DELETED"},
		"opener deleted":                      {nil, func(w *world) { w.pr.Author = nil }, look, "AUTHOR_UNKNOWN"},
		"renamed since":                       {nil, func(w *world) { w.pr.Reviews[0].Author.Login = "rear-admiral"; w.pr.MergedBy = gh("grace") }, ok, "INDEPENDENT_APPROVAL"},
		"approver not in the file":            {nil, func(w *world) { w.pr.Reviews[0].Author = gh("alan") }, look, "APPROVER_UNMAPPED"},
		"author not in the file":              {nil, func(w *world) { w.pr.Commits[0].Author = evidence.Signature{Name: "?", Email: "who@home.example"} }, look, "AUTHOR_UNMAPPED"},
		"one of two is certain":               {nil, func(w *world) { addReview(w, "r2", "alan", "APPROVED", "10:05", c2) }, ok, "INDEPENDENT_APPROVAL"},
		"no people file":                      {nil, func(w *world) { w.people = nil }, look, "IDENTITIES_NOT_CONFIRMED"},
		"no people file, the opener":          {nil, func(w *world) { w.people = nil; w.pr.Reviews[0].Author = gh("ada") }, bad, "APPROVED_BY_AUTHOR"},
		"no people file, nobody":              {nil, func(w *world) { w.people = nil; w.pr.Reviews = nil }, bad, "NOT_APPROVED"},
		"pushed directly":                     {direct, nil, bad, "DIRECT_PUSH"},
		"pushed directly, as far as is known": {direct, func(w *world) { w.gap(landedRef, "pull requests of the commit", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"the ticket alone": {nil, func(w *world) {
			w.pr.Reviews = nil
			w.ticket.History[0].To, w.ticket.History[0].Author = "Approved", ji("edsger")
		}, look, "APPROVED_ON_TICKET_ONLY"},
		"reviews not obtained":              {nil, func(w *world) { w.gap(prRef, "reviews", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"commits cut":                       {nil, func(w *world) { w.gap(prRef, "commits", evidence.Truncated) }, unsure, "EVIDENCE_TRUNCATED"},
		"commits cut, and the opener":       {nil, func(w *world) { w.gap(prRef, "commits", evidence.Truncated); w.pr.Reviews[0].Author = gh("ada") }, bad, "APPROVED_BY_AUTHOR"},
		"from a list":                       {nil, func(w *world) { w.unread(prRef, "timeline") }, unsure, "EVIDENCE_NOT_READ"},
		"from a list that forgot to say so": {nil, func(w *world) { w.pr.Timeline = nil }, unsure, "EVIDENCE_ABSENT"},
		"from a list, and nobody":           {nil, func(w *world) { w.unread(prRef, "timeline"); w.pr.Reviews = nil }, bad, "NOT_APPROVED"},
		"by ticket":                         {byHand, nil, ok, "INDEPENDENT_APPROVAL"},
		"by ticket, who asked":              {byHand, func(w *world) { w.ticket.History[0].Author = ji("olga") }, bad, "APPROVED_BY_REQUESTER"},
		"by ticket, who carried it out":     {byHand, func(w *world) { w.ticket.History[0].Author = ji("ken") }, bad, "APPROVED_BY_AUTHOR"},
		"by ticket, after it went live":     {byHand, func(w *world) { w.ticket.History[0].At = clock("13:00") }, bad, "NOT_APPROVED"},
		"by ticket, withdrawn":              {byHand, func(w *world) { w.ticket.History[1].To, w.ticket.History[1].At = "Rejected", clock("10:00") }, bad, "NOT_APPROVED"},
		"by a service desk's step": {byHand, func(w *world) {
			w.ticket.History = w.ticket.History[1:]
			w.ticket.Approvals = []evidence.TicketApproval{{Decision: "approved", Completed: clock("09:30"), Approvers: []evidence.Decision{{Person: ji("edsger"), Decision: "approved"}}}}
		}, ok, "INDEPENDENT_APPROVAL"},
		"by ticket, approvals not asked for": {byHand, func(w *world) {
			w.ticket.History = w.ticket.History[1:]
			w.gap(chgRef, "approvals", evidence.NotConfigured)
		}, unsure, "EVIDENCE_NOT_CONFIGURED"},
		"emergency, approved afterwards": {urgent, nil, ok, "INDEPENDENT_APPROVAL"},
		"emergency, deployment lost":     {urgent, func(w *world) { w.lose(depRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"emergency, approved too late":   {urgent, func(w *world) { w.pr.Reviews[0].Submitted = clock("03 15:00") }, bad, "NOT_APPROVED"},
		"called an emergency after the deployment": {nil, func(w *world) {
			w.pr.Reviews[0].Submitted = clock("14:00")
			w.pr.Labels = []string{"emergency"}
			w.pr.Timeline = append(w.pr.Timeline, evidence.Event{Kind: "labeled", At: clock("13:00"), Subject: "emergency"})
		}, bad, "NOT_APPROVED"},
	})
}

func TestManyReviews(t *testing.T) {
	w := good(t)
	w.pr.Reviews = nil
	for i := range 400 {
		addReview(w, fmt.Sprint("r", i), "ken", "COMMENTED", "09:00", c1)
	}
	w.pr.Reviews[137] = reviewed("r137", "grace", "APPROVED", "10:00", c2)
	if r := w.result("E"); r.Outcome != ok {
		t.Errorf("%s %s", r.Outcome, r.Why)
	}
	for _, r := range w.evaluate() {
		for _, f := range r.Read {
			if len([]rune(f.Value)) > 300 {
				t.Errorf("%s prints %d characters of %s", r.Attribute, len([]rune(f.Value)), f.Name)
			}
		}
	}
}

// high makes the change one of high risk that is approved as such.
func high(w *world) {
	w.ticket.Fields[2].Value = plainly("High")
	addReview(w, "r2", "edsger", "APPROVED", "10:05", c2)
}

func touch(w *world, path string) {
	w.pr.Files[0].Path, w.landed.Files[0].Path = path, path
}

func TestF(t *testing.T) {
	table(t, "F", map[string]one{
		"medium, by a lead":             {nil, nil, ok, "MATRIX_SATISFIED"},
		"medium, by a developer":        {nil, func(w *world) { w.pr.Reviews[0].Author = gh("ken") }, bad, "MATRIX_SHORT"},
		"low, by a developer":           {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("Low"); w.pr.Reviews[0].Author = gh("ken") }, ok, "MATRIX_SATISFIED"},
		"high, two with the manager":    {nil, high, ok, "MATRIX_SATISFIED"},
		"high, one":                     {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("High") }, bad, "MATRIX_SHORT"},
		"high, two without the manager": {nil, func(w *world) { high(w); w.pr.Reviews[1].Author = gh("ken") }, bad, "MATRIX_SHORT"},
		"high, one human twice": {nil, func(w *world) {
			high(w)
			w.people.Humans[2].Accounts["github"] = []string{"edsger", "edsger2"}
			w.pr.Reviews[0].Author = &evidence.Person{System: "github", Login: "edsger2", Type: "User"}
		}, bad, "MATRIX_SHORT"},
		"security, without security": {nil, func(w *world) { high(w); touch(w, "src/auth/token.go") }, bad, "MATRIX_SHORT"},
		"security, with security": {nil, func(w *world) {
			high(w)
			touch(w, "src/auth/token.go")
			addReview(w, "r3", "barbara", "APPROVED", "10:06", c2)
		}, ok, "MATRIX_SATISFIED"},
		"database, without its owner": {nil, func(w *world) { high(w); touch(w, "db/migrations/7.sql") }, bad, "MATRIX_SHORT"},
		"database, with its owner": {nil, func(w *world) {
			high(w)
			touch(w, "db/migrations/7.sql")
			addReview(w, "r3", "donald", "APPROVED", "10:06", c2)
		}, ok, "MATRIX_SATISFIED"},
		"database, its owner on the ticket alone": {nil, func(w *world) {
			high(w)
			touch(w, "db/migrations/7.sql")
			w.ticket.Approvals = []evidence.TicketApproval{{Decision: "approved", Completed: clock("10:45"), Approvers: []evidence.Decision{{Person: ji("donald"), Decision: "approved"}}}}
		}, bad, "MATRIX_SHORT"},
		"role of another time":     {nil, func(w *world) { w.pr.Reviews[0].Author = gh("rob") }, look, "ROLE_UNKNOWN"},
		"role not yet":             {nil, func(w *world) { w.people.Humans[1].Roles[0].From = "2026-03-03" }, look, "ROLE_UNKNOWN"},
		"approver not in the file": {nil, func(w *world) { w.pr.Reviews[0].Author = gh("alan") }, look, "APPROVER_UNMAPPED"},
		"nobody":                   {nil, func(w *world) { w.pr.Reviews = nil }, bad, "MATRIX_SHORT"},
		"the gate of the deployment approves no code": {nil, func(w *world) {
			w.ticket.Fields[2].Value = plainly("High")
			w.run.Approvals = []evidence.GateApproval{{Person: gh("edsger"), State: "approved", Environments: []string{"production"}}}
		}, bad, "MATRIX_SHORT"},
		"exempt":                    {byBot, nil, na, "EXEMPT_CLASS"},
		"pushed directly":           {direct, nil, bad, "DIRECT_PUSH"},
		"files not obtained":        {nil, func(w *world) { w.gap(prRef, "files", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"only who asked for it":     {nil, func(w *world) { w.ticket.Reporter = ji("grace") }, bad, "MATRIX_SHORT"},
		"emergency":                 {urgent, nil, na, "EMERGENCY"},
		"by ticket":                 {byHand, nil, ok, "MATRIX_SATISFIED"},
		"by ticket, by a developer": {byHand, func(w *world) { w.ticket.History[0].Author = ji("ada"); w.ticket.Assignee = ji("ken") }, bad, "MATRIX_SHORT"},
	})
}

func TestG(t *testing.T) {
	table(t, "G", map[string]one{
		"in time":         {nil, nil, ok, "APPROVED_IN_TIME"},
		"between the two": {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("10:45") }, look, "APPROVED_AFTER_MERGE"},
		"between, and the gate is the deployment": {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("10:45"); w.policy.Approvals.Gate = "deploy" }, ok, "APPROVED_IN_TIME"},
		// Trap 21.
		"after the deployment":          {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("14:00") }, bad, "APPROVED_AFTER_DEPLOYMENT"},
		"never":                         {nil, func(w *world) { w.pr.Reviews = nil }, bad, "NOT_APPROVED_IN_TIME"},
		"too few is another's question": {nil, func(w *world) { w.ticket.Fields[2].Value = plainly("High") }, ok, "APPROVED_IN_TIME"},
		"the second between the two":    {nil, func(w *world) { high(w); w.pr.Reviews[1].Submitted = clock("10:45") }, look, "APPROVED_AFTER_MERGE"},
		"withdrawn before the merge":    {nil, func(w *world) { addReview(w, "r2", "grace", "CHANGES_REQUESTED", "10:10", c2) }, bad, "NOT_APPROVED_IN_TIME"},
		"the gate of the deployment": {nil, func(w *world) {
			w.pr.Reviews = nil
			w.run.Approvals = []evidence.GateApproval{{Person: gh("edsger"), State: "approved", Environments: []string{"production"}}}
		}, bad, "NOT_APPROVED_IN_TIME"},
		"within the skew of the merge":    {nil, func(w *world) { w.pr.Reviews[0].Submitted = clock("10:31") }, look, "WITHIN_CLOCK_SKEW"},
		"second one after the deployment": {nil, func(w *world) { high(w); w.pr.Reviews[1].Submitted = clock("14:00") }, bad, "APPROVED_AFTER_DEPLOYMENT"},
		"security after the deployment": {nil, func(w *world) {
			high(w)
			touch(w, "src/auth/a.go")
			addReview(w, "r3", "barbara", "APPROVED", "14:00", c2)
		}, bad, "APPROVED_AFTER_DEPLOYMENT"},
		"dismissed after the deployment":            {nil, func(w *world) { dismissed(w, 0, "APPROVED", "ada", "14:00") }, ok, "APPROVED_IN_TIME"},
		"merged after it was deployed":              {nil, func(w *world) { w.pr.Merged = clock("12:00") }, look, "MERGED_AFTER_DEPLOYMENT"},
		"approver not in the file":                  {nil, func(w *world) { w.pr.Reviews[0].Author = gh("alan") }, look, "APPROVER_UNMAPPED"},
		"role unknown is another's question":        {nil, func(w *world) { w.pr.Reviews[0].Author = gh("rob") }, ok, "APPROVED_IN_TIME"},
		"emergency":                                 {urgent, nil, na, "EMERGENCY"},
		"exempt":                                    {byBot, nil, na, "EXEMPT_CLASS"},
		"pushed directly":                           {direct, nil, bad, "DIRECT_PUSH"},
		"deployment not obtained":                   {nil, func(w *world) { w.lose(depRef, evidence.Unreachable) }, unsure, "EVIDENCE_UNREACHABLE"},
		"which deployment was first is not certain": {nil, func(w *world) { w.gap(landedRef, "whether deployment 54 contains the commit", evidence.NotFound) }, unsure, "EVIDENCE_NOT_FOUND"},
		"not deployed":                              {nil, notDeployed, look, "NOT_DEPLOYED"},
		"by ticket":                                 {byHand, nil, ok, "APPROVED_IN_TIME"},
		"by ticket, after it went live":             {byHand, func(w *world) { w.ticket.History[0].At = clock("13:00") }, bad, "NOT_APPROVED_IN_TIME"},
		"by ticket, on the same day": {byHand, func(w *world) {
			w.ticket.Deployed, w.ticket.DeployedDay, w.ticket.DeployedBasis = clock("00:00"), true, "field"
		}, look, "DAY_ONLY"},
		"clocks that differ by an hour":  {nil, func(w *world) { w.policy.Skew = time.Hour }, look, "WITHIN_CLOCK_SKEW"},
		"nobody says when it was merged": {nil, func(w *world) { w.gap(prRef, "merge", evidence.NotConfigured) }, unsure, "EVIDENCE_NOT_CONFIGURED"},
	})
}

// pushAgain adds a commit after the approval.
func pushAgain(w *world, parents ...string) {
	if len(parents) == 0 {
		parents = []string{c2}
	}
	w.pr.Commits = append(w.pr.Commits, evidence.Commit{Repository: repo, SHA: x1, Parents: parents, Message: "More", Author: sign("ada"), Committer: sign("ada")})
	w.pr.CommitsTotal, w.pr.Head.SHA = 3, x1
}

func TestH(t *testing.T) {
	table(t, "H", map[string]one{
		"the head": {nil, nil, ok, "APPROVED_HEAD"},
		// Trap 6.
		"code afterwards":          {nil, func(w *world) { pushAgain(w) }, bad, "CODE_AFTER_APPROVAL"},
		"only the base afterwards": {nil, func(w *world) { pushAgain(w, c2, b0) }, look, "MERGED_BASE_AFTER_APPROVAL"},
		"branch rewritten":         {nil, func(w *world) { w.pr.Reviews[0].CommitID = c0 }, look, "APPROVED_COMMIT_GONE"},
		"rebased, same patch": {nil, func(w *world) {
			w.pr.Reviews[0].CommitID = c0
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindCommit, repo+"@"+c0), Commit: &evidence.Commit{Repository: repo, SHA: c0, Files: []evidence.File{{Path: "pay/round.go", Status: "modified", Additions: 1, Deletions: 1, Patch: "@@ -9 +9 @@\n-a\n+b\n"}}}})
		}, ok, "APPROVED_SAME_PATCH"},
		"rebased, another patch": {nil, func(w *world) {
			w.pr.Reviews[0].CommitID = c0
			w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindCommit, repo+"@"+c0), Commit: &evidence.Commit{Repository: repo, SHA: c0, Files: []evidence.File{{Path: "pay/round.go", Status: "modified", Additions: 1, Deletions: 1, Patch: "@@ -9 +9 @@\n-a\n+c\n"}}}})
		}, look, "APPROVED_COMMIT_GONE"},
		"approved again":                  {nil, func(w *world) { pushAgain(w); addReview(w, "r2", "edsger", "APPROVED", "10:20", x1) }, bad, "CODE_AFTER_APPROVAL"},
		"the same human approved again":   {nil, func(w *world) { pushAgain(w); addReview(w, "r2", "grace", "APPROVED", "10:20", x1) }, ok, "APPROVED_HEAD"},
		"two needed, one before the push": {nil, func(w *world) { high(w); pushAgain(w); w.pr.Reviews[1].CommitID = x1 }, bad, "CODE_AFTER_APPROVAL"},
		"source lost the commit":          {nil, func(w *world) { w.pr.Reviews[0].CommitID = "" }, unsure, "EVIDENCE_ABSENT"},
		"nobody approved":                 {nil, func(w *world) { w.pr.Reviews = nil }, bad, "NO_COUNTED_APPROVAL"},
		"only the author":                 {nil, func(w *world) { w.pr.Reviews[0].Author = gh("ada") }, bad, "NO_COUNTED_APPROVAL"},
		"approver not in the file":        {nil, func(w *world) { w.pr.Reviews[0].Author = gh("alan") }, look, "APPROVER_UNMAPPED"},
		// Landed is what was reviewed.
		"more landed, a line": {nil, func(w *world) { w.landed.Files[0].Patch = "@@ -1 +1,2 @@\n-a\n+b\n+evil()\n" }, bad, "LANDED_DIFFERS"},
		"more landed, a file": {nil, func(w *world) {
			w.landed.Files = append(w.landed.Files, evidence.File{Path: "evil.go", Status: "added", Additions: 1, Patch: "+x"})
			w.landed.FilesTotal = 2
		}, bad, "LANDED_DIFFERS"},
		"less landed, perhaps as the base had it": {nil, func(w *world) {
			w.pr.Files[0].Patch = "@@ -1 +1,2 @@\n-a\n+b\n+c\n"
		}, look, "LANDED_LESS"},
		"base drifted around it": {nil, func(w *world) { w.landed.Files[0].Patch = "@@ -40 +41 @@ other\n d\n-a\n+b\n e\n" }, look, "LANDED_ELSEWHERE"},
		"base drifted far off":   {nil, func(w *world) { w.landed.Files[0].Patch = "@@ -40 +41 @@\n-a\n+b\n" }, ok, "APPROVED_HEAD"},
		"binary that cannot be compared": {nil, func(w *world) {
			for _, f := range []*evidence.File{&w.pr.Files[0], &w.landed.Files[0]} {
				f.Patch, f.Path = "", "logo.bin"
			}
			w.landed.Files[0].Additions = 9
		}, look, "LANDED_NOT_COMPARED"},
		"difference not obtained": {nil, func(w *world) { w.gap(landedRef, "files", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"from a list":             {nil, func(w *world) { w.unread(prRef, "patches") }, unsure, "EVIDENCE_NOT_READ"},
		"what landed lost":        {nil, func(w *world) { w.lose(landedRef, evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"pushed directly":         {direct, nil, bad, "DIRECT_PUSH"},
		"exempt":                  {byBot, nil, na, "EXEMPT_CLASS"},
		"emergency":               {urgent, nil, ok, "APPROVED_HEAD"},
		"by ticket":               {byHand, nil, ok, "REQUEST_UNCHANGED"},
		"by ticket, changed after the approval": {byHand, func(w *world) {
			w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("10:00"), Field: "description", From: "x", To: "y"})
		}, look, "REQUEST_CHANGED_AFTER_APPROVAL"},
		"by ticket, nobody": {byHand, func(w *world) { w.ticket.History = w.ticket.History[1:] }, bad, "NO_COUNTED_APPROVAL"},
	})
}

func TestI(t *testing.T) {
	objected := func(w *world) { addReview(w, "r2", "ken", "CHANGES_REQUESTED", "10:10", c2) }
	table(t, "I", map[string]one{
		"none":                   {nil, nil, ok, "NO_OBJECTION"},
		"open":                   {nil, objected, bad, "OBJECTION_OPEN"},
		"open, then agreed":      {nil, func(w *world) { objected(w); addReview(w, "r3", "ken", "APPROVED", "10:20", c2) }, ok, "NO_OBJECTION"},
		"open, then commented":   {nil, func(w *world) { objected(w); addReview(w, "r3", "ken", "COMMENTED", "10:20", c2) }, bad, "OBJECTION_OPEN"},
		"raised after the merge": {nil, func(w *world) { addReview(w, "r2", "ken", "CHANGES_REQUESTED", "12:00", c2) }, ok, "NO_OBJECTION"},
		"raised within the skew": {nil, func(w *world) { addReview(w, "r2", "ken", "CHANGES_REQUESTED", "10:31", c2) }, look, "WITHIN_CLOCK_SKEW"},
		// Trap 11.
		"dismissed by the author":   {nil, func(w *world) { objected(w); dismissed(w, 1, "CHANGES_REQUESTED", "ada", "10:20") }, bad, "OBJECTION_DISMISSED_BY_AUTHOR"},
		"dismissed by another":      {nil, func(w *world) { objected(w); dismissed(w, 1, "CHANGES_REQUESTED", "edsger", "10:20") }, look, "OBJECTION_DISMISSED"},
		"dismissed after the merge": {nil, func(w *world) { objected(w); dismissed(w, 1, "CHANGES_REQUESTED", "edsger", "12:00") }, bad, "OBJECTION_OPEN"},
		"dismissed by the author, then agreed": {nil, func(w *world) {
			objected(w)
			dismissed(w, 1, "CHANGES_REQUESTED", "ada", "10:20")
			addReview(w, "r3", "ken", "APPROVED", "10:25", c2)
		}, ok, "NO_OBJECTION"},
		"by a deleted account":                     {nil, func(w *world) { objected(w); w.pr.Reviews[1].Author = nil }, look, "OBJECTION_BY_DELETED_ACCOUNT"},
		"by a bot":                                 {nil, func(w *world) { objected(w); w.pr.Reviews[1].Author = bot("lint") }, look, "OBJECTION_BY_MACHINE"},
		"reviews not obtained":                     {nil, func(w *world) { w.gap(prRef, "reviews", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
		"dismissed, and the timeline is not there": {nil, func(w *world) { objected(w); w.pr.Reviews[1].State = "DISMISSED"; w.unread(prRef, "timeline") }, unsure, "EVIDENCE_NOT_READ"},
		"from a list, nothing dismissed":           {nil, func(w *world) { w.unread(prRef, "timeline"); w.pr.Timeline = nil }, ok, "NO_OBJECTION"},
		"pushed directly":                          {direct, nil, na, "NO_PULL_REQUEST"},
		"by ticket":                                {byHand, nil, ok, "NO_OBJECTION"},
		"by ticket, declined": {byHand, func(w *world) {
			w.ticket.Approvals = []evidence.TicketApproval{{Decision: "declined", Completed: clock("10:00")}}
		}, bad, "DECLINED"},
		"by ticket, approvals lost": {byHand, func(w *world) { w.gap(chgRef, "approvals", evidence.Denied) }, unsure, "EVIDENCE_DENIED"},
	})
}

// What nobody has judged is nobody's independent approval, and accounts that
// nobody has compared are not different humans.
func TestUnjudgedCountsForNothing(t *testing.T) {
	if k := (approval{}).kind; k != unresolved {
		t.Errorf("an approval that nobody judged is of kind %d", k)
	}
	var s sameness
	if s != undecided {
		t.Errorf("accounts that nobody compared are %d", s)
	}
}
