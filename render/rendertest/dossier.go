package rendertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The commits of the sample change.
const (
	HeadSHA   = "4f1c9d2e8b7a6c5d4e3f2a1b0c9d8e7f6a5b4c3d"
	OldSHA    = "9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b"
	MergeSHA  = "c0ffee1234567890abcdef1234567890abcdef12"
	BaseSHA   = "0123456789abcdef0123456789abcdef01234567"
	repo      = "acme/payments"
	forgeName = "github"
)

// At gives a time on the days of the sample change, "02 14:11:05".
func At(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-03-"+s)
	if err != nil {
		panic(err)
	}
	return t
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func source(system, url, at string) evidence.Provenance {
	return evidence.Provenance{System: system, URL: url, RetrievedAt: At(at), RetrievedBy: "svc-evidence",
		Collector: system + " 0.1.0", Status: 200, SHA256: sum(url), Size: int64(1200 + len(url)*37)}
}

// Person gives an account.
func Person(login, name string) *evidence.Person {
	return &evidence.Person{System: forgeName, Login: login, ID: "10" + fmt.Sprint(len(login)), Name: name, Type: "User"}
}

var bot = &evidence.Person{System: forgeName, Login: "deploy-bot", ID: "9", Type: "Bot"}

func ref(kind evidence.Kind, system, id string) evidence.Ref {
	return evidence.Ref{Kind: kind, System: system, ID: id}
}

// Package is a package of the sample company with both dossiers.
func Package() evidence.Package {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		zone = time.FixedZone("Europe/Berlin", 3600)
	}
	return evidence.Package{Organization: "Acme GmbH", Simulated: true, Zone: zone,
		Period: evidence.Period{From: At("01 00:00:00"), To: At("31 00:00:00")}, AsOf: At("20 08:00:00"), Tool: "tickmark 0.1.0",
		Dossiers: []evidence.Dossier{Dossier(), TicketDossier()}}
}

// Dossier is a change made by pull request, with records of every kind, a
// dismissed review, a deleted account, a force-push, failed and re-run CI,
// gaps, several scripts and emoji.
func Dossier() evidence.Dossier {
	d := evidence.Dossier{Change: evidence.Change{
		Sample: evidence.Sample{Number: 1, Label: "A-17", Requested: "#1234", Note: "deployed around mid March", Where: "samples.csv line 2",
			Ref: ref(evidence.KindPullRequest, forgeName, repo+"#1234")},
		AsOf: At("20 08:00:00"),
	}}
	d.Change.Items = []evidence.Item{branchRules(), ruleHistory(), landed(), checks(), checksOnMerge(), build(), deployBuild(), oldDeployment(), deployment(), redeployment(),
		environment(), exhibit(), pullRequest(), signal("error rate", "%", 0.4, 1), signal("latency p95", "ms", 180, 250), emptySignal(), ticket()}
	d.Change.Gaps = []evidence.Gap{
		{Ref: ref(evidence.KindBuild, forgeName, repo+"/runs/88001"), Part: "log of job integration", Collector: "github 0.1.0", Reason: evidence.Expired,
			Detail: "the log is gone: GitHub keeps logs for 90 days", At: At("20 07:59:01")},
		{Ref: ref(evidence.KindTicket, "jira", "SEC-9"), Collector: "jira 0.1.0", Reason: evidence.Ambiguous,
			Detail: "Jira answered 404, which may as well mean that this account may not see it", At: At("20 07:59:10")},
	}
	return d
}

func pullRequest() evidence.Item {
	alice, boris, chen := Person("alice", "Alice Doe"), Person("boris", "Борис Иванов"), Person("chen", "陳大文")
	pr := &evidence.PullRequest{Repository: repo, Number: 1234, URL: "https://github.com/acme/payments/pull/1234",
		Title: "Add MFA to the admin panel 🚀 – für größere Sicherheit", State: "merged", Author: alice,
		Body: evidence.Text{Markup: evidence.Markdown, Source: Description}, Created: At("01 09:12:44"), Updated: At("02 15:00:00"), Closed: At("02 14:20:31"),
		Merged: At("02 14:20:31"), MergedBy: boris, MergeCommit: MergeSHA,
		Base: evidence.Branch{Ref: "main", SHA: BaseSHA, Repository: repo}, Head: evidence.Branch{Ref: "feature/PAY-77-mfa", SHA: HeadSHA, Repository: repo},
		Labels: []string{"security", "needs-review"}, Milestone: "2026.03", Assignees: []evidence.Person{*alice}, RequestedReviewers: []string{"acme/security"},
		CommitsTotal: 2, FilesTotal: 3, Additions: 148, Deletions: 23}
	pr.Commits = []evidence.Commit{
		{SHA: OldSHA, Message: "PAY-77 add TOTP enrolment", Author: sig("Alice Doe", "alice@acme.example", "01 09:00:00", alice), Committer: sig("Alice Doe", "alice@acme.example", "01 09:00:00", alice), Verified: true, VerifiedAs: "alice"},
		{SHA: HeadSHA, Message: "PAY-77 require MFA for admins\n\nCo-authored-by: Chen", Author: sig("Alice Doe", "alice@acme.example", "02 10:00:00", alice), Committer: sig("GitHub", "noreply@github.com", "02 10:01:00", nil)},
	}
	pr.Files = []evidence.File{
		{Path: "services/admin/auth/mfa.go", Status: "added", Additions: 120, Deletions: 0, Patch: "@@ -0,0 +1,3 @@\n+package auth\n+\n+// MFA …"},
		{Path: "deploy/helm/values.yaml", Status: "modified", Additions: 5, Deletions: 2, Patch: "@@ -10,7 +10,10 @@ admin:\n   replicas: 2\n-  mfa: false\n-  sessionHours: 72\n+  mfa: true\n+  mfaIssuer: \"Acme\"\n+  sessionHours: 8\n+  # 設定: 管理者\n+  lockoutAfter: 5"},
		{Path: "docs/a/very/long/path/that/goes/on/and/on/through/many/folders/until/it/no/longer/fits/on/one/line/README.md", PreviousPath: "docs/README.md", Status: "renamed", Additions: 23, Deletions: 21},
	}
	pr.Reviews = []evidence.Review{
		{ID: "501", Author: boris, State: "CHANGES_REQUESTED", Submitted: At("01 11:30:00"), CommitID: OldSHA, Body: md("Please **lock out** after five failures. See [the policy](https://wiki.acme.example/policy).")},
		{ID: "502", Author: nil, State: "DISMISSED", Submitted: At("01 12:00:00"), CommitID: OldSHA, Body: md("LGTM 👍")},
		{ID: "503", Author: boris, State: "APPROVED", Submitted: At("02 13:40:00"), CommitID: HeadSHA, Body: md("Спасибо, теперь всё хорошо. ✅")},
		{ID: "504", Author: chen, State: "APPROVED", Submitted: At("02 14:11:05"), CommitID: HeadSHA, Body: md("已審查，核准。")},
	}
	pr.ReviewComments = []evidence.Comment{
		{ID: "601", Author: boris, Created: At("01 11:29:00"), Updated: At("01 11:29:00"), Path: "services/admin/auth/mfa.go", Line: 42, ReviewID: "501", CommitID: OldSHA, Body: md("This loop never ends when `attempts == 0`.")},
		{ID: "602", Author: alice, Created: At("01 13:02:00"), Updated: At("01 13:05:00"), Path: "services/admin/auth/mfa.go", Line: 42, ReviewID: "501", ReplyTo: "601", Body: md("Fixed in the next push.")},
	}
	pr.Comments = []evidence.Comment{
		{ID: "701", Author: alice, Created: At("02 10:05:00"), Updated: At("02 10:05:00"), Body: md("Rebased and addressed the comments. العربية: تم التحديث. עברית: עודכן.")},
		{ID: "702", Author: bot, Created: At("02 10:06:00"), Body: md("Coverage **87.4 %** (+0.3 %)\n\n| package | before | after |\n|---|---:|---:|\n| auth | 81.0 % | 88.2 % |\n| admin | 90.1 % | 90.1 % |")},
	}
	pr.Timeline = []evidence.Event{
		{Kind: "review_requested", Actor: alice, At: At("01 09:13:00"), Subject: "boris"},
		{Kind: "labeled", Actor: alice, At: At("01 09:13:10"), Subject: "security"},
		{Kind: "head_ref_force_pushed", Actor: alice, At: At("02 10:01:30"), Before: OldSHA, After: HeadSHA},
		{Kind: "review_dismissed", Actor: boris, At: At("02 10:02:00"), ReviewID: "502", DismissedState: "APPROVED", Message: "The code changed since."},
		{Kind: "mentioned", Actor: boris, At: At("02 10:05:01")},
		{Kind: "merged", Actor: boris, At: At("02 14:20:31"), After: MergeSHA},
		{Kind: "head_ref_deleted", Actor: boris, At: At("02 14:20:40")},
	}
	api := "https://api.github.com/repos/acme/payments/pulls/1234"
	return evidence.Item{Ref: ref(evidence.KindPullRequest, forgeName, repo+"#1234"), PullRequest: pr,
		Links:      []evidence.Ref{ref(evidence.KindTicket, "jira", "PAY-77"), ref(evidence.KindCommit, forgeName, repo+"@"+MergeSHA), ref(evidence.KindTicket, "jira", "SEC-9")},
		Provenance: []evidence.Provenance{source(forgeName, api, "20 07:58:00"), source(forgeName, api+"/reviews?per_page=100", "20 07:58:01"), source(forgeName, api+"/commits?per_page=100", "20 07:58:02"), graphql()}}
}

func graphql() evidence.Provenance {
	p := source(forgeName, "https://api.github.com/graphql", "20 07:58:03")
	p.Query = `query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){timelineItems(first:100){nodes{__typename}}}}} {"owner":"acme","name":"payments","number":1234}`
	return p
}

func md(s string) evidence.Text { return evidence.Text{Markup: evidence.Markdown, Source: s} }

func sig(name, email, at string, account *evidence.Person) evidence.Signature {
	return evidence.Signature{Name: name, Email: email, Date: At(at), Account: account}
}

// Description is the body of the sample pull request.
const Description = `<!-- Thanks for the change! Fill in every section. -->
## Change Description

Admins now need a **second factor**. See PAY-77 and [the design](https://wiki.acme.example/mfa?x=1&y=2).

- enrolment by TOTP
  - QR code
  - recovery codes
- lock-out after five failures
  1. counted per account
  2. reset after 15 minutes

## Risk Assessment
- [ ] Low risk (UI only, documentation)
- [x] High risk (database, authentication, security)

## Testing Completed
- [x] Unit tests passing
- [x] Deployed to staging 🎉
- [ ] Manual testing completed

> Quoted from the ticket: *every administrator*, without exception.

| role | before | after |
|:-----|:------:|------:|
| admin | password | password + TOTP |
| user | password | password |

` + "```go\nfunc Require(next http.Handler) http.Handler {\n\treturn check(next) // a comment that is rather long, so that this line has to go on behind a mark somewhere on the page\n}\n```" + `

~~Old text~~ and ` + "`inline code`" + `, a bare link https://status.acme.example/incidents/42 and <kbd>Ctrl</kbd>+<kbd>C</kbd>.

<details><summary>Screens</summary>

![login](https://github.com/acme/payments/assets/login.png)

</details>

Ελληνικά, Кириллица, 日本語のテキスト、한국어, עברית, العربية, 👩‍💻 🇩🇪 é.
`

func landed() evidence.Item {
	alice := Person("alice", "Alice Doe")
	c := &evidence.Commit{Repository: repo, SHA: MergeSHA, Parents: []string{BaseSHA}, URL: "https://github.com/acme/payments/commit/" + MergeSHA,
		Message: "Add MFA to the admin panel (#1234)\n\nPAY-77\n\nReviewed-by: Boris <boris@acme.example>", Author: sig("Alice Doe", "alice@acme.example", "02 14:20:31", alice),
		Committer: sig("GitHub", "noreply@github.com", "02 14:20:31", nil), Verified: true, VerifiedAs: "GitHub",
		Trailers:     []evidence.Trailer{{Key: "Reviewed-by", Value: "Boris <boris@acme.example>"}},
		PullRequests: []evidence.Ref{ref(evidence.KindPullRequest, forgeName, repo+"#1234")},
		ContainedIn:  []evidence.Containment{{Deployment: dep("54"), Status: "behind"}, {Deployment: dep("55"), Status: "ahead"}, {Deployment: dep("56"), Status: "ahead"}}}
	return evidence.Item{Ref: ref(evidence.KindCommit, forgeName, repo+"@"+MergeSHA), Commit: c, Links: []evidence.Ref{dep("55")},
		Provenance: []evidence.Provenance{source(forgeName, "https://api.github.com/repos/acme/payments/commits/"+MergeSHA, "20 07:58:10")}}
}

func dep(id string) evidence.Ref {
	return ref(evidence.KindDeployment, forgeName, repo+"/deployments/"+id)
}

// Lines gives n lines of a log.
func Lines(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i+1)
	}
	return lines
}

// LongWord is a word that no line can hold.
func LongWord(n int) string { return strings.Repeat("abcdefghij", n/10+1)[:n] }
