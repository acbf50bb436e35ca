package rendertest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// perMonth are the changes of each month of the sample company's period: April
// has far fewer than March.
var perMonth = [6]int{31, 28, 30, 12, 22, 25}

// titles are given to the changes in turn; the last ones are hard to draw.
var titles = [...]string{
	"Add an export of invoices as CSV", "Raise the timeout of the payment provider", "Show the booking date in the customer's zone", "Update dependencies",
	"Retry web hooks that were not delivered", "Limit log-in attempts to five in a quarter of an hour", "Remove the old checkout page", "Encrypt backups with a key of their own",
	"Fix rounding of amounts in yen", "Let support staff see the status of refunds", "Add an index for orders by day", "Turn the new price calculation on for everybody",
	"<script>alert('hello')</script> & \"quoted\" titles are shown as they are", "Größere Beträge prüfen – zweite Freigabe 🚀", "תיקון הצגת תאריכים", "Rename " + longTitle,
}

const longTitle = "the-component-whose-name-goes-on-and-on-through-many-words-that-are-joined-by-hyphens-until-no-column-of-any-table-can-hold-it"

// ReadinessPackage is a population of 148 changes of half a year, tested, with
// every kind of orphan, both edges, emergencies, evidence that expires,
// a data set that was cut, and a repository that cannot be seen.
func ReadinessPackage() evidence.Package {
	p := Package()
	p.Period = evidence.Period{From: inZone(p.Zone, 2026, 1, 1), To: inZone(p.Zone, 2026, 7, 1)}
	p.AsOf = time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	p.Attributes = attributes()
	p.Policy = evidence.PolicyRef{Name: "policy.yaml", Version: "2026-02", SHA256: sum("policy")}
	p.Dossiers = nil
	log := changes(p.Zone)
	p.Log = func(yield func(evidence.Dossier, error) bool) {
		for _, d := range log {
			if !yield(d, nil) {
				return
			}
		}
	}
	p.Principals = []evidence.Principal{
		{System: forgeName, Name: "svc-evidence", Scopes: []string{"contents: read", "pull requests: read", "deployments: read", "actions: read"}, Expires: p.AsOf.AddDate(0, 0, 20),
			Visible: []string{"acme/payments", "acme/web"}, Hidden: []string{"acme/vault"}, Notes: []string{"keeps CI logs for 90 days", "its clock is 0.4 s ahead of ours"}},
		{System: "jira", Name: "Evidence Collector", Visible: []string{"PAY", "WEB", "CHG"}, Notes: []string{"may also edit tickets: more than it needs"}},
	}
	p.Responses = []evidence.Response{{Change: "acme/payments#1205", Attribute: "E", Status: "open", Response: "The reviewer approved in the incident channel."}}
	p.Population = population(p, log)
	return p
}

func inZone(zone *time.Location, y, m, d int) time.Time {
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, zone)
}

// changes gives the whole log, in order of deployment and ID.
func changes(zone *time.Location) []evidence.Dossier {
	var log []evidence.Dossier
	i := 0
	for m, n := range perMonth {
		for k := range n {
			day := 1 + k*27/n
			at := inZone(zone, 2026, m+1, day).Add(time.Duration(8*60+i*37%540) * time.Minute).UTC()
			log = append(log, oneChange(i, at))
			i++
		}
	}
	slices.SortFunc(log, func(a, b evidence.Dossier) int {
		return cmp.Or(a.Change.DeployedAt().Compare(b.Change.DeployedAt()), cmp.Compare(a.Change.Sample.Ref.ID, b.Change.Sample.Ref.ID))
	})
	return log
}

// oneChange is the i-th change: a ticket alone, a direct push or a pull request.
func oneChange(i int, at time.Time) evidence.Dossier {
	var d evidence.Dossier
	d.Change.AsOf = time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	title := titles[(i+i/len(titles))%len(titles)]
	if i%18 == 11 {
		key := fmt.Sprintf("CHG-%d", 600+i)
		d.Change.Sample.Ref = ref(evidence.KindTicket, "jira", key)
		d.Change.Items = []evidence.Item{{Ref: d.Change.Sample.Ref, Ticket: &evidence.Ticket{Key: key, Title: title, Status: "Done", URL: "https://acme.atlassian.net/browse/" + key, Deployed: at, DeployedBasis: "field Deployed"}}}
		d.Results = results(i)
		return d
	}
	name := []string{"acme/payments", "acme/web"}[i%3%2]
	sha := sum(fmt.Sprint("commit", i))[:40]
	dep := ref(evidence.KindDeployment, forgeName, fmt.Sprintf("%s/deployments/%d", name, 7000+i))
	c := &evidence.Commit{Repository: name, SHA: sha, Message: title, URL: "https://github.com/" + name + "/commit/" + sha, ContainedIn: []evidence.Containment{{Deployment: dep, Status: "identical"}}}
	landed := evidence.Item{Ref: ref(evidence.KindCommit, forgeName, name+"@"+sha), Commit: c}
	deployed := evidence.Item{Ref: dep, Deployment: &evidence.Deployment{Repository: name, ID: fmt.Sprint(7000 + i), URL: "https://github.com/" + name + "/deployments/" + fmt.Sprint(7000+i), Environment: "production", Production: true, SHA: sha,
		Created: at.Add(-5 * time.Minute), Statuses: []evidence.DeploymentStatus{{State: "success", Created: at}}}}
	d.Change.Items = []evidence.Item{landed, deployed}
	d.Change.Sample.Ref = landed.Ref
	if i%16 != 7 {
		pr := evidence.Item{Ref: ref(evidence.KindPullRequest, forgeName, fmt.Sprintf("%s#%d", name, 1200+i)), PullRequest: &evidence.PullRequest{Repository: name, Number: 1200 + i,
			URL: fmt.Sprintf("https://github.com/%s/pull/%d", name, 1200+i), Title: title, State: "merged", Merged: at.Add(-3 * time.Hour), MergeCommit: sha}}
		d.Change.Items = append(d.Change.Items, pr)
		d.Change.Sample.Ref = pr.Ref
	}
	if i%50 == 3 {
		d.Change.Gaps = []evidence.Gap{{Ref: landed.Ref, Part: "log of job unit", Collector: "github 0.1.0", Reason: evidence.Expired, Detail: "GitHub keeps logs for 90 days", At: d.Change.AsOf}}
	}
	d.Results = results(i)
	return d
}

// attributes are those that the sample company tests, as a legend has them.
func attributes() []evidence.Attribute {
	list := []evidence.Attribute{
		{Letter: "A", Title: "Change request", Text: "A change request exists and is linked to the change", Key: true},
		{Letter: "E", Title: "Independent approval", Text: "Somebody who did not write the change approved it", Key: true},
		{Letter: "G", Title: "Approval in time", Text: "All approvals were given before the merge and before the deployment", Key: true},
		{Letter: "K", Title: "Required tests", Text: "All required checks passed on what was merged", Key: true},
		{Letter: "P", Title: "Emergency conditions", Text: "An emergency has an incident, an authorisation, and its documents in time", Key: true,
			Thresholds: []evidence.Fact{{Name: "documents within", Value: "24 h"}, {Name: "share of changes", Value: "at most 10 %"}, {Name: "in a quarter", Value: "at most 2"}}},
		{Letter: "S", Title: "Validation after deployment", Text: "Somebody checked the change in production within 24 hours"},
	}
	for i := range list {
		list[i].Criterion, list[i].Version = "CC8.1", 1
	}
	return list
}

func results(i int) []evidence.Result {
	made := func(letter string, o evidence.Outcome, code, why string) evidence.Result {
		return evidence.Result{Attribute: letter, Outcome: o, Code: code, Why: why}
	}
	out := map[string]evidence.Result{}
	for _, letter := range []string{"A", "E", "G", "K", "S"} {
		out[letter] = made(letter, evidence.Met, "MET", "It is met.")
	}
	out["P"] = made("P", evidence.NotApplicable, "NOT_AN_EMERGENCY", "The change is not an emergency.")
	if i%16 == 7 && i%18 != 11 {
		out["A"] = made("A", evidence.Exception, "NO_REQUEST", "No ticket is named in the commit, and no tracker links to it.")
		out["E"] = made("E", evidence.Exception, "NO_APPROVAL", "No pull request brought the commit, and nobody approved it.")
		out["G"] = made("G", evidence.Unable, "NO_APPROVAL", "There is no approval whose time could be compared.")
	}
	switch {
	case i%37 == 5:
		out["E"] = made("E", evidence.Exception, "APPROVED_BY_AUTHOR", "The only approval is by Boris Ivanov, who also wrote two of its commits.")
	case i%41 == 20:
		out["G"] = made("G", evidence.Exception, "APPROVED_AFTER_MERGE", "Approved 2 h 14 min after the merge and 40 min after the deployment.")
	case i%29 == 10:
		out["E"] = made("E", evidence.NeedsReview, "UNKNOWN_PERSON", "The account chen-d approved, and nobody has said whose it is.")
	}
	if i%23 == 4 {
		out["P"] = made("P", evidence.Met, "MET", "Incident, authorisation and documents are there in time.")
	}
	if i == 50 {
		out["P"] = made("P", evidence.Exception, "DOCUMENTED_LATE", "The ticket was written 54 h 46 min after the deployment; the policy allows 24 h.")
	}
	if i%6 == 1 {
		out["S"] = made("S", evidence.Exception, "NO_VALIDATION", "No check after the deployment is recorded.")
	}
	if i%19 == 2 {
		out["K"] = made("K", evidence.Unable, "CHECKS_NOT_COLLECTED", "The list of pull requests does not say which checks ran; packaging the change collects them.")
	}
	var list []evidence.Result
	for _, letter := range strings.Split("AEGKPS", "") {
		list = append(list, out[letter])
	}
	return list
}

// population counts and reconciles what the log holds.
func population(p evidence.Package, log []evidence.Dossier) *evidence.Population {
	pop := &evidence.Population{Period: p.Period, Zone: p.Zone.String(), Size: len(log)}
	var ids []string
	months := map[string]*evidence.MonthCount{}
	for m := range perMonth {
		name := fmt.Sprintf("2026-%02d", m+1)
		months[name] = &evidence.MonthCount{Month: name}
	}
	for _, d := range log {
		id := d.Change.Sample.Ref
		ids = append(ids, id.ID)
		m := months[d.Change.DeployedAt().In(p.Zone).Format("2006-01")]
		m.Changes++
		m.Merged++
		switch id.Kind {
		case evidence.KindCommit:
			m.Commits++
			at := d.Change.DeployedAt()
			pop.Orphans = append(pop.Orphans,
				evidence.Orphan{Kind: "commit without pull request", Ref: id, Change: id.ID, At: at.Add(-time.Hour), Detail: d.Change.Items[0].Commit.Message},
				evidence.Orphan{Kind: "commit without ticket", Ref: id, Change: id.ID, At: at.Add(-time.Hour), Detail: d.Change.Items[0].Commit.Message},
				evidence.Orphan{Kind: "deployment without pull request", Ref: d.Change.Items[1].Ref, Change: id.ID, At: at, Detail: "brought " + id.ID})
		case evidence.KindTicket:
			m.Tickets++
			m.Merged--
			pop.Orphans = append(pop.Orphans, evidence.Orphan{Kind: "ticket without pull request", Ref: id, Change: id.ID, At: d.Change.DeployedAt(), Detail: "field Deployed"})
		case evidence.KindPullRequest:
			m.PullRequests++
			if pr := d.Change.Items[2].PullRequest; pr.Number%7 == 0 {
				pop.Orphans = append(pop.Orphans, evidence.Orphan{Kind: "pull request without ticket", Ref: id, Change: id.ID, At: pr.Merged, Detail: pr.Title})
			}
		}
	}
	for m := range perMonth {
		pop.Months = append(pop.Months, *months[fmt.Sprintf("2026-%02d", m+1)])
	}
	pop.SHA256 = evidence.HashIDs(ids)
	pop.Orphans = append(pop.Orphans, otherOrphans()...)
	slices.SortStableFunc(pop.Orphans, func(a, b evidence.Orphan) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.At.Compare(b.At), cmp.Compare(a.Ref.ID, b.Ref.ID))
	})
	readPopulation(pop, p)
	return pop
}

func otherOrphans() []evidence.Orphan {
	at := func(m, d int) time.Time { return time.Date(2026, time.Month(m), d, 10, 0, 0, 0, time.UTC) }
	pr := func(n int) evidence.Ref {
		return ref(evidence.KindPullRequest, forgeName, fmt.Sprintf("acme/web#%d", n))
	}
	unknown := "acme/web@" + sum("unknown")[:40]
	return []evidence.Orphan{
		{Kind: "deployment of an unknown commit", Ref: ref(evidence.KindDeployment, forgeName, "acme/web/deployments/7900"), Change: unknown, At: at(5, 30), Detail: "deployed " + sum("unknown")[:40] + " to production"},
		{Kind: "ticket done without deployment", Ref: ref(evidence.KindTicket, "jira", "WEB-311"), Change: "WEB-311", At: at(2, 17), Detail: "status Done"},
		{Kind: "ticket done without deployment", Ref: ref(evidence.KindTicket, "jira", "WEB-340"), Change: "WEB-340", At: at(6, 2), Detail: "status Done"},
		{Kind: "ticket closed undone", Ref: ref(evidence.KindTicket, "jira", "PAY-901"), Change: "PAY-901", At: at(3, 3), Detail: `closed with the resolution "Won't Do": nothing was carried out`},
		{Kind: "named ticket not listed", Ref: ref(evidence.KindTicket, "jira", "PAY-9999"), Change: "acme/payments#1203", At: at(1, 4), Detail: "named by acme/payments#1203"},
		{Kind: "pull request not listed", Ref: pr(1177), Change: "acme/web#1177", At: at(1, 20), Detail: "the source names it for a commit, and no list holds it"},
		{Kind: "pull request without commit on the branch", Ref: pr(1180), Change: "acme/web#1180", At: at(4, 9), Detail: "merged into release/3, which is not the deployed branch"},
		{Kind: "pull request not deployed", Ref: pr(1402), Change: "acme/web#1402", At: at(6, 29), Detail: "no successful production deployment contains it"},
		{Kind: "commit not deployed", Ref: ref(evidence.KindCommit, forgeName, "acme/web@"+sum("waiting")[:40]), Change: "acme/web@" + sum("waiting")[:40], At: at(6, 30), Detail: "no successful production deployment contains it"},
	}
}

// readPopulation says how the population was read, and what lies around it.
func readPopulation(pop *evidence.Population, p evidence.Package) {
	data := func(name, system, scope, url string, rows, pages, reported int) evidence.IPE {
		return evidence.IPE{Dataset: name, System: system, Scope: scope, URL: url, Principal: "svc-evidence", Period: p.Period, Queries: []evidence.Query{{Text: name, Pages: pages, Reported: reported, Received: rows}},
			Started: p.AsOf.Add(-90 * time.Second), Ended: p.AsOf, Received: rows, Rows: rows, Totals: evidence.Totals{IDsSHA256: sum(name)}}
	}
	tickets := data("tickets of CHG", "jira", "CHG", "https://acme.atlassian.net/rest/api/3/search/jql", 1000, 10, -1)
	tickets.Truncations = []string{"the source gives no more than 1,000 rows to one query, and exactly 1,000 came"}
	pulls := data("merged pull requests of acme/payments", forgeName, "acme/payments", "https://api.github.com/graphql", 142, 2, 143)
	pulls.Queries[0].Received, pulls.Received, pulls.Duplicates = 145, 145, 2
	pulls.Exclusions = []evidence.Exclusion{{Rule: "merged into another branch than main", IDs: []string{"acme/payments#1180"}}}
	pop.Datasets = []evidence.IPE{
		pulls, data("commits of main of acme/payments", forgeName, "acme/payments", "https://api.github.com/graphql", 151, 2, 151),
		data("production deployments of acme/payments", forgeName, "acme/payments", "https://api.github.com/graphql", 160, 2, 161), tickets}
	pop.Visible = []evidence.Visibility{{System: forgeName, Kind: "repository", Name: "acme/payments", State: "visible", Records: 453}, {System: forgeName, Kind: "repository", Name: "acme/vault", State: "hidden"},
		{System: forgeName, Kind: "repository", Name: "acme/web", State: "visible", Records: 210}, {System: "jira", Kind: "project", Name: "CHG", State: "visible", Records: 1000}, {System: "jira", Kind: "project", Name: "OPS"}}
	pop.Edges = edges()
	for i := range 40 {
		r := evidence.Release{Ref: dep(fmt.Sprint(7000 + i)), Repository: []string{"acme/payments", "acme/web"}[i%2], Environment: "production", Created: p.Period.From.AddDate(0, 0, 4*i), Changes: []string{"x"}, Course: "forward"}
		r.Succeeded = r.Created.Add(time.Minute)
		switch i % 13 {
		case 5:
			r.Course, r.Changes = "rollback", nil
		case 7:
			r.Course, r.Changes = "redeployment", nil
		case 11:
			r.Course, r.Changes, r.Succeeded = "", nil, time.Time{}
		}
		pop.Releases = append(pop.Releases, r)
	}
	pop.NumberGaps = []evidence.NumberGap{{System: forgeName, Repository: "acme/payments", First: 1209, Last: 1209, Explanation: "closed without a merge"}, {System: forgeName, Repository: "acme/payments", First: 1213, Last: 1216, Explanation: "not listed: an issue, deleted, or not visible"},
		{System: forgeName, Repository: "acme/web", First: 1190, Last: 1190, Explanation: "an issue"}}
	pop.Messages = []evidence.Messages{{System: forgeName, Repository: "acme/payments", Commits: 151, PullRequest: 139, Ticket: 120, Reviewers: 4, Neither: 9, Reverts: 2}}
	pop.Expiring = expiring(p.AsOf)
	pop.Notes = []string{"the dates of direct pushes are those that the commits carry, which their makers can set"}
}

func edges() []evidence.Entry {
	at := func(m, d int) time.Time { return time.Date(2026, time.Month(m), d, 9, 30, 0, 0, time.UTC) }
	entry := func(n int, edge string, merged, deployed time.Time) evidence.Entry {
		e := evidence.Entry{ID: fmt.Sprintf("acme/web#%d", n), Kind: evidence.KindPullRequest, Title: titles[n%len(titles)], URL: fmt.Sprintf("https://github.com/acme/web/pull/%d", n), Edge: edge, Merged: merged, Deployed: deployed}
		if !deployed.IsZero() {
			e.Day = deployed.Format(time.DateOnly)
		}
		return e
	}
	return []evidence.Entry{
		entry(1198, "merged before the period, deployed inside", time.Date(2025, 12, 30, 15, 0, 0, 0, time.UTC), at(1, 2)),
		entry(1399, "merged inside the period, deployed after", at(6, 30), at(7, 1)),
		entry(1402, "merged inside the period, not deployed", at(6, 29), time.Time{}),
	}
}

func expiring(asOf time.Time) []evidence.Expiry {
	return []evidence.Expiry{
		{System: forgeName, What: "CI logs and artifacts", Scope: "acme/payments", Month: "2026-04", Changes: 12, Gone: 1, First: asOf.AddDate(0, 0, 1), Last: asOf.AddDate(0, 0, 22), Assumed: true},
		{System: forgeName, What: "CI logs and artifacts", Scope: "acme/payments", Month: "2026-05", Changes: 22, First: asOf.AddDate(0, 0, 25), Last: asOf.AddDate(0, 0, 52), Assumed: true},
		{System: "prometheus", What: "measurements", Month: "2026-01", Changes: 31, First: asOf.AddDate(0, 7, 0), Last: asOf.AddDate(0, 8, 0)},
		{System: forgeName, What: "CI logs and artifacts", Scope: "acme/payments", Month: "2026-01", Changes: 31, Gone: 31, Assumed: true},
		{System: forgeName, What: "CI logs and artifacts", Scope: "acme/payments", Month: "2026-02", Changes: 28, Gone: 28, Assumed: true},
	}
}

// LargeReadinessPackage has n changes, each an exception, an orphan of its
// own and at the edge of the period.
func LargeReadinessPackage(n int) evidence.Package {
	p := ReadinessPackage()
	var log iter.Seq2[evidence.Dossier, error] = func(yield func(evidence.Dossier, error) bool) {
		for i := range n {
			d := oneChange(7+144*i, p.Period.From.Add(time.Duration(i)*time.Minute))
			if !yield(d, nil) {
				return
			}
		}
	}
	p.Log = log
	p.Population.Size = n
	for i := range n {
		id := fmt.Sprintf("acme/web@%040d", i)
		p.Population.Orphans = append(p.Population.Orphans, evidence.Orphan{Kind: "commit without pull request", Ref: ref(evidence.KindCommit, forgeName, id), Change: id, Detail: "push"})
		p.Population.Edges = append(p.Population.Edges, evidence.Entry{ID: id, Edge: "merged inside the period, not deployed", Title: "push"})
		p.Population.Datasets = append(p.Population.Datasets, evidence.IPE{Dataset: id, Truncations: []string{"cut"}})
		p.Population.Visible = append(p.Population.Visible, evidence.Visibility{Name: id, State: "hidden"})
		p.Population.Expiring = append(p.Population.Expiring, evidence.Expiry{System: id, What: "logs", Changes: 2, Gone: 1, First: p.AsOf.AddDate(0, 0, 60)})
		p.Population.NumberGaps = append(p.Population.NumberGaps, evidence.NumberGap{Repository: "acme/web", First: i, Last: i, Explanation: "an issue"})
	}
	return p
}

// IndexPackage is the package of Package with the list of its files, whose
// names hold what an address must not, and a line of the request that became
// no sample.
func IndexPackage() evidence.Package {
	p := Package()
	p.Dossiers = append(p.Dossiers, EmptyDossier())
	folders := []string{"Sample 1 - 2026-03-02 PR #1234", "Sample 2 - 2026-03-03 CHG-789", "Sample 3 - no deployment date PR #9"}
	for i := range p.Dossiers {
		p.Dossiers[i].Change.Sample.Number = i + 1
		for _, name := range []string{"pull_request.pdf", "sample_summary.pdf", "exhibits/100 % ready? תיקון.png", "source/01 pull_request acme-api-1234.json"} {
			f := evidence.PackedFile{Path: "Change Management/" + folders[i] + "/" + name, Size: 20480, SHA256: sum(name), Sample: i + 1, Title: "Pull request acme/payments#1234", Method: "rendered"}
			switch {
			case strings.HasPrefix(name, "source/"):
				f.Method, f.Title = "source payload", ""
			case strings.HasPrefix(name, "exhibits/"):
				f.Method, f.Title = "manual exhibit", "Dashboard an hour after the deployment"
			case strings.HasPrefix(name, "sample_"):
				f.Title = "Sample summary"
			}
			p.Files = append(p.Files, f)
		}
	}
	p.Dossiers[0].Results = results(7)
	p.Files = append([]evidence.PackedFile{{Path: "Change Management/Change Log.xlsx", Size: 90112, Title: "Change log", Method: "rendered"}}, p.Files...)
	p.Unmatched = []evidence.Unmatched{{Where: "samples.csv line 9", Requested: "PR 99999", Reason: evidence.NotFound, Tried: []string{"pull request acme/payments#99999: not found", "pull request acme/web#99999: not found"}}}
	return p
}
