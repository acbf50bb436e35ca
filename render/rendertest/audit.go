package rendertest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// AuditPackage is the package of half a year: a population that was read and
// reconciled, a selection, samples that a list named, and outcomes of all
// attributes. It holds every kind of thing that a sheet of the workbook tells.
func AuditPackage() evidence.Package {
	p := Package()
	p.Period = evidence.Period{From: auditDay(1, 1, 0).In(p.Zone), To: auditDay(7, 1, 0).In(p.Zone)}
	p.Period.From = time.Date(2026, 1, 1, 0, 0, 0, 0, p.Zone)
	p.Period.To = time.Date(2026, 7, 1, 0, 0, 0, 0, p.Zone)
	p.AsOf = time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	p.Attributes, p.Policy = auditAttributes(), evidence.PolicyRef{Name: "starter policy", Version: "1", SHA256: sum("policy")}
	var log []evidence.Dossier
	for d, _ := range Changes(auditChanges) {
		log = append(log, d)
	}
	first, second := Dossier(), TicketDossier()
	first.Results, second.Results = auditResults(5, false), auditResults(8, true)
	p.Dossiers = []evidence.Dossier{first, second}
	for n, i := range []int{3, 11, 23, 31} {
		d := auditSample(i, n+3)
		p.Dossiers = append(p.Dossiers, d)
		log[i] = d
	}
	p.Dossiers = append(p.Dossiers, auditIncident(7))
	log = append(log, first, second)
	slices.SortStableFunc(log, func(a, b evidence.Dossier) int { return a.Change.DeployedAt().Compare(b.Change.DeployedAt()) })
	p.Log = func(yield func(evidence.Dossier, error) bool) {
		for _, d := range log {
			if !yield(d, nil) {
				return
			}
		}
	}
	p.Unmatched = []evidence.Unmatched{{Where: "samples.csv line 9", Requested: "PR 99999", Label: "A-31", Reason: evidence.NotFound,
		Tried: []string{"acme/api#99999: no such pull request", "acme/web#99999: no such pull request", "acme/payments#99999: no such pull request"}}}
	p.Population = auditPopulation(p, log)
	p.Selection = auditSelection(p, log)
	p.Responses = []evidence.Response{{Change: "acme/payments#1234", Attribute: "I", Cause: "The objection was settled in a call, and the reviewer did not withdraw it.", Compensating: "The reviewer approved the last commit before the merge.",
		Response: "The reviewer confirmed it in writing on 2026-07-01; the rule set now blocks a merge while changes are requested.", Owner: "Dana Smith", Due: "2026-07-31", Status: "in progress", By: "Rita Ruiz", At: "2026-07-02"},
		{Change: "acme/web#7", Attribute: "E", Response: "An answer to nothing."}}
	p.Identities = auditIdentities()
	p.Principals = []evidence.Principal{
		{System: "github", Name: "svc-evidence", Scopes: []string{"contents:read", "pull_requests:read", "deployments:read"}, Expires: auditDay(12, 31, 0), Visible: []string{"acme/api", "acme/web", "acme/payments"}, Hidden: []string{"acme/vault"}, Notes: []string{"GitHub keeps CI logs for 90 days"}},
		{System: "jira", Name: "evidence@acme.example", Visible: []string{"PAY", "CHG"}}}
	p.Files = auditFiles(p)
	return p
}

const auditChanges = 44

func auditDay(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
}

// auditRepos are the repositories of the changes, in turn.
func auditRepo(i int) string { return []string{"acme/api", "acme/web", "acme/payments"}[i%3] }

// Changes gives n changes of a period as the lists tell them, in order of
// deployment: most by pull request, some by ticket alone, some pushed directly.
func Changes(n int) iter.Seq2[evidence.Dossier, error] {
	return func(yield func(evidence.Dossier, error) bool) {
		for i := range n {
			var d evidence.Dossier
			switch {
			case i%11 == 5:
				d = auditTicketChange(i, n)
			case i%17 == 9:
				d = auditPush(i, n)
			default:
				d = auditPull(i, n, 0)
			}
			d.Results = auditResults(i, i%11 == 5)
			if !yield(d, nil) {
				return
			}
		}
	}
}

// auditTime spreads n changes over the half year.
func auditTime(i, n int) time.Time {
	return auditDay(1, 5, 9).Add(time.Duration(i) * (172 * 24 * time.Hour / time.Duration(n))).Add(time.Duration(i%7) * 37 * time.Minute)
}

func auditSHA(what string, i int) string { return sum(fmt.Sprint(what, i))[:40] }

func auditPerson(i int) *evidence.Person {
	people := []evidence.Person{{Login: "erin", ID: "201", Name: "Erin Álvarez"}, {Login: "fyodor", ID: "202", Name: "Фёдор Орлов"}, {Login: "greta", ID: "203", Name: "Greta Holm"}, {Login: "henk", ID: "204", Name: "Henk de Wit"},
		{Login: "renovate", ID: "77", Type: "Bot"}}
	p := people[i%len(people)]
	p.System = forgeName
	if p.Type == "" {
		p.Type = "User"
	}
	return &p
}

func auditDeployment(i, n int, repository, sha string) evidence.Item {
	at := auditTime(i, n)
	d := &evidence.Deployment{Repository: repository, ID: fmt.Sprint(9000 + i), URL: fmt.Sprintf("https://github.com/%s/deployments/%d", repository, 9000+i), Environment: "production", Production: true, Branch: "main", SHA: sha,
		Creator: bot, Created: at.Add(-9 * time.Minute), Statuses: []evidence.DeploymentStatus{{State: "in_progress", Creator: bot, Created: at.Add(-8 * time.Minute)}, {State: "success", Creator: bot, Created: at}}}
	return evidence.Item{Ref: ref(evidence.KindDeployment, forgeName, repository+"/deployments/"+d.ID), Deployment: d}
}

func auditCommit(i, n int, repository string, dep evidence.Ref) evidence.Item {
	sha, at := auditSHA("merge", i), auditTime(i, n).Add(-3*time.Hour)
	c := &evidence.Commit{Repository: repository, SHA: sha, Message: auditTitle(i), Branch: "main", Author: evidence.Signature{Name: auditPerson(i).Name, Date: at, Account: auditPerson(i)}, Committer: evidence.Signature{Name: "GitHub", Date: at},
		ContainedIn: []evidence.Containment{{Deployment: dep, Status: "identical"}}}
	return evidence.Item{Ref: ref(evidence.KindCommit, forgeName, repository+"@"+sha), Commit: c}
}

func auditTitle(i int) string {
	titles := []string{"Add a retry to the settlement export", "Cache the exchange rates for an hour", "Bump golang.org/x/net to 0.44", "Show the fee before the payment is confirmed",
		"Rotate the webhook signing key", "Limit the login attempts per address", "Fix the rounding of refunds in yen", "Move the ledger's index to its own table", "Drop the old receipt template"}
	if i%19 == 12 {
		return "Revert \"" + titles[(i+3)%len(titles)] + "\""
	}
	return titles[i%len(titles)]
}

// auditPull is a change by pull request: with sample 0 as the lists tell it.
func auditPull(i, n, sample int) evidence.Dossier {
	repository, number := auditRepo(i), 400+3*i
	at := auditTime(i, n)
	dep := auditDeployment(i, n, repository, auditSHA("merge", i))
	commit := auditCommit(i, n, repository, dep.Ref)
	head, old := auditSHA("head", i), auditSHA("old", i)
	self := ref(evidence.KindPullRequest, forgeName, fmt.Sprintf("%s#%d", repository, number))
	merged := at.Add(-3 * time.Hour)
	pr := &evidence.PullRequest{Repository: repository, Number: number, URL: fmt.Sprintf("https://github.com/%s/pull/%d", repository, number), Title: auditTitle(i), State: "merged", Author: auditPerson(i),
		Created: merged.Add(-20 * time.Hour), Merged: merged, MergedBy: auditPerson(i + 1), MergeCommit: auditSHA("merge", i), Base: evidence.Branch{Ref: "main"}, Head: evidence.Branch{Ref: "work", SHA: head},
		Commits: []evidence.Commit{{SHA: old, Author: evidence.Signature{Name: auditPerson(i).Name, Account: auditPerson(i)}}, {SHA: head, Author: evidence.Signature{Name: auditPerson(i).Name, Account: auditPerson(i)}}}, CommitsTotal: 2,
		Files: []evidence.File{{Path: "services/" + auditWord(i) + "/main.go", Status: "modified"}, {Path: "services/" + auditWord(i) + "/main_test.go", Status: "modified"}}, FilesTotal: 2}
	review := evidence.Review{ID: fmt.Sprint(i), Author: auditPerson(i + 1), State: "APPROVED", Submitted: merged.Add(-time.Hour), CommitID: head}
	switch i % 9 {
	case 4:
		review.CommitID = old
	case 7:
		review.Submitted = merged.Add(2 * time.Hour)
	}
	pr.Reviews = []evidence.Review{review}
	checks := &evidence.Checks{Repository: repository, SHA: head, Runs: []evidence.CheckRun{{ID: "1", Name: "unit", App: "GitHub Actions", Status: "completed", Conclusion: "success", Started: merged.Add(-90 * time.Minute)},
		{ID: "2", Name: "integration", App: "GitHub Actions", Status: "completed", Conclusion: []string{"success", "success", "skipped"}[i%3], Started: merged.Add(-90 * time.Minute)}}}
	d := evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: sample, Ref: self}, AsOf: auditDay(7, 6, 8)}}
	d.Change.Items = []evidence.Item{{Ref: ref(evidence.KindChecks, forgeName, repository+"@"+head), Checks: checks}, commit, dep,
		{Ref: self, PullRequest: pr, Unread: []string{"comments", "timeline", "patches"}}}
	if i%8 != 6 {
		d.Change.Items = append(d.Change.Items, auditTicket(i, n, "PAY", "Medium"))
	}
	return d
}

func auditWord(i int) string { return []string{"admin", "ledger", "gateway", "export"}[i%4] }

func auditTicket(i, n int, project, risk string) evidence.Item {
	key := fmt.Sprintf("%s-%d", project, 200+i)
	created := auditTime(i, n).Add(-time.Duration(26+(i*17)%190) * time.Hour)
	t := &evidence.Ticket{Key: key, URL: "https://acme.atlassian.net/browse/" + key, Project: project, Type: "Change", Title: auditTitle(i), Status: "Done", Resolution: "Done", Reporter: &evidence.Person{System: "jira", ID: "5b1", Name: "Rita Ruiz", Type: "atlassian"},
		Created: created, Fields: []evidence.Field{{Name: "risk", Title: "Risk level", Value: evidence.Text{Source: risk}}, {Name: "category", Title: "Category", Value: evidence.Text{Source: auditCategory(i)}}}}
	return evidence.Item{Ref: ref(evidence.KindTicket, "jira", key), Ticket: t, Unread: []string{"comments", "attachments", "remote links", "approvals"}}
}

func auditCategory(i int) string {
	if auditEmergency(i) {
		return "Emergency"
	}
	return "Normal"
}

func auditEmergency(i int) bool { return i%13 == 6 }

// auditTicketChange is a change by ticket alone.
func auditTicketChange(i, n int) evidence.Dossier {
	it := auditTicket(i, n, "CHG", "High")
	it.Ticket.Title = "Raise the connection limit of the " + auditWord(i)
	it.Ticket.Fields[1].Value.Source = "Infrastructure"
	it.Ticket.Deployed, it.Ticket.DeployedBasis = auditTime(i, n), "the field Implemented at"
	it.Ticket.DeployedBy = &evidence.Person{System: "jira", ID: "5b2", Name: "Omar Öz", Type: "atlassian"}
	return evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Ref: it.Ref}, AsOf: auditDay(7, 6, 8), Items: []evidence.Item{it}}}
}

// auditPush is a commit that no pull request brought.
func auditPush(i, n int) evidence.Dossier {
	repository := auditRepo(i)
	dep := auditDeployment(i, n, repository, auditSHA("merge", i))
	commit := auditCommit(i, n, repository, dep.Ref)
	return evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Ref: commit.Ref}, AsOf: auditDay(7, 6, 8), Items: []evidence.Item{commit, dep}}}
}

// auditSample is the same change as a sample, with what collecting adds.
func auditSample(i, number int) evidence.Dossier {
	d := auditPull(i, auditChanges, number)
	d.Change.Sample.Label, d.Change.Sample.Requested, d.Change.Sample.Where = fmt.Sprint(number), d.Change.Sample.Ref.ID, "selection"
	for j := range d.Change.Items {
		d.Change.Items[j].Unread = nil
		d.Change.Items[j].Provenance = []evidence.Provenance{source(forgeName, "https://api.github.com/"+strings.ReplaceAll(d.Change.Items[j].Ref.ID, "#", "/"), "20 07:00:00")}
	}
	d.Results = auditResults(i, false)
	return d
}

// auditIncident is a sample that is no change: the ticket of an incident.
func auditIncident(number int) evidence.Dossier {
	it := auditTicket(2, auditChanges, "INC", "High")
	it.Unread = nil
	it.Ticket.Type, it.Ticket.Title = "Incident", "Refunds were paid twice"
	return evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: number, Label: "A-30", Requested: it.Ticket.Key, Where: "samples.csv line 8", Note: "why was this changed?", Ref: it.Ref}, AsOf: auditDay(7, 6, 8), Items: []evidence.Item{it}}}
}
