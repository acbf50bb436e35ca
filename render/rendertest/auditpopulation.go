package rendertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func auditIDs(log []evidence.Dossier) []string {
	var ids []string
	for _, d := range log {
		id := d.Change.Sample.Ref.ID
		if it, ok := d.Change.Find(d.Change.Sample.Ref); ok && it.Ticket != nil {
			id = it.Ticket.Key
		}
		ids = append(ids, id)
	}
	return ids
}

func auditPopulation(p evidence.Package, log []evidence.Dossier) *evidence.Population {
	ids := auditIDs(log)
	pop := &evidence.Population{Period: p.Period, Zone: p.Zone.String(), Size: len(ids), SHA256: evidence.HashIDs(ids)}
	pop.Datasets = auditDatasets(p, ids)
	pop.Visible = []evidence.Visibility{{System: "github", Kind: "repository", Name: "acme/api", State: "visible", Records: 81}, {System: "github", Kind: "repository", Name: "acme/payments", State: "visible", Records: 78},
		{System: "github", Kind: "repository", Name: "acme/vault", State: "hidden"}, {System: "github", Kind: "repository", Name: "acme/web", State: "visible", Records: 74},
		{System: "jira", Kind: "project", Name: "CHG", State: "visible", Records: 12}, {System: "jira", Kind: "project", Name: "PAY", State: "", Records: 44}}
	auditMonths(pop, p, log)
	for i, d := range log {
		auditOrphans(pop, d, ids[i])
		auditRelease(pop, d, ids[i])
	}
	slices.SortStableFunc(pop.Releases, func(a, b evidence.Release) int {
		if a.Repository != b.Repository {
			return strings.Compare(a.Repository, b.Repository)
		}
		return a.Created.Compare(b.Created)
	})
	slices.SortStableFunc(pop.Orphans, func(a, b evidence.Orphan) int { return strings.Compare(a.Kind, b.Kind) })
	pop.Edges = []evidence.Entry{
		{ID: ids[0], Title: auditTitle(0), URL: "https://github.com/acme/api/pull/400", InPopulation: true, Why: "first deployed inside the period", Edge: "merged before the period, deployed inside", Merged: auditDay(12, 30, 9).AddDate(-1, 0, 0), Deployed: auditTime(0, auditChanges)},
		{ID: "acme/web#990", Title: "Show the new logo", Why: "first deployed after the period", Edge: "merged inside the period, deployed after", Merged: auditDay(6, 30, 18), Deployed: auditDay(7, 2, 9)},
		{ID: "acme/api#991", Title: "Prepare the new pricing", Why: "no successful production deployment contains it", Edge: "merged inside the period, not deployed", Merged: auditDay(6, 29, 18)}}
	pop.NumberGaps = []evidence.NumberGap{{System: "github", Repository: "acme/api", First: 401, Last: 401, Explanation: "an issue"}, {System: "github", Repository: "acme/api", First: 402, Last: 402, Explanation: "an issue"},
		{System: "github", Repository: "acme/api", First: 404, Last: 404, Explanation: "closed without a merge"}, {System: "github", Repository: "acme/web", First: 411, Last: 414, Explanation: "not listed: an issue, deleted, or not visible"}}
	pop.Messages = []evidence.Messages{{System: "github", Repository: "acme/api", Commits: 21, PullRequest: 19, Ticket: 15, Reviewers: 3, Neither: 1, Reverts: 1}, {System: "github", Repository: "acme/web", Commits: 17, PullRequest: 17, Ticket: 12, Reverts: 1}}
	pop.Expiring = []evidence.Expiry{{System: "github", What: "CI logs and artifacts", Scope: "acme/api", Month: "2026-04", Changes: 9, Gone: 4, First: auditDay(7, 9, 6), Last: auditDay(7, 28, 6), Assumed: true}}
	pop.Notes = []string{"acme/web: no production deployment before the period is listed, so everything that deployment 9001 of 2026-01-09T05:10:00Z contains counts as brought by it"}
	return pop
}

func auditDatasets(p evidence.Package, ids []string) []evidence.IPE {
	run := time.Date(2026, 7, 6, 7, 0, 0, 0, time.UTC)
	query := "query Merged($owner: String!, $name: String!, $first: Int!, $after: String) {\n  repository(owner: $owner, name: $name) {\n    pullRequests(first: $first, after: $after, states: MERGED, orderBy: {field: UPDATED_AT, direction: DESC}) {\n      totalCount pageInfo { hasNextPage endCursor }\n      nodes { id number mergedAt updatedAt mergeCommit { oid } }\n    }\n  }\n}\n# variables: owner: acme, name: api, first: 100"
	totals := evidence.Totals{MinID: "acme/api#400", MaxID: "acme/api#529", MinTime: auditDay(1, 5, 6), MaxTime: auditDay(6, 29, 18), IDsSHA256: evidence.HashIDs(ids)}
	return []evidence.IPE{
		{Dataset: "merged pull requests of acme/api", System: "github", Scope: "acme/api", URL: "https://api.github.com/graphql", Principal: "svc-evidence", Period: p.Period, Started: run, Ended: run.Add(41 * time.Second), ClockSkew: -412 * time.Millisecond,
			Queries:  []evidence.Query{{Text: query, Pages: 2, Reported: 131, Received: 131}, {Text: "query PullRequests($ids: [ID!]!) { nodes(ids: $ids) { __typename } }\n# variables: ids: of the listed pull requests", Pages: 3, Reported: -1, Received: 44}},
			Received: 131, Duplicates: 2, Exclusions: []evidence.Exclusion{{Rule: "merged before 2025-12-01 and not deployed in the period", IDs: Lines(85, "acme/api#%d")}}, Rows: 44, Totals: totals,
			Notes: []string{"an edit after the listing began is seen by a second walk"}},
		{Dataset: "production deployments of acme/api", System: "github", Scope: "acme/api", URL: "https://api.github.com/graphql", Principal: "svc-evidence", Period: p.Period, Started: run.Add(time.Minute), Ended: run.Add(2 * time.Minute),
			Queries: []evidence.Query{{Text: "query Deployments($ids: [ID!]!) { nodes(ids: $ids) { id } }", Pages: 1, Reported: 30, Received: 29}}, Received: 29, Rows: 29, Totals: totals,
			Truncations: []string{"GitHub says that there are 30 deployments and showed 29: one did not come"}},
		{Dataset: "tickets of project PAY", System: "jira", Scope: "PAY", URL: "https://acme.atlassian.net/rest/api/3/search/jql", Principal: "evidence@acme.example", Period: p.Period, Started: run, Ended: run.Add(9 * time.Second),
			Queries: []evidence.Query{{Text: `project = "PAY" AND updated >= "2025-12-31 00:00" ORDER BY key ASC`, Pages: 1, Reported: -1, Received: 44}}, Received: 44, Rows: 44, Totals: evidence.Totals{MinID: "PAY-200", MaxID: "PAY-243", IDsSHA256: sum("PAY")}},
	}
}

func auditMonths(pop *evidence.Population, p evidence.Package, log []evidence.Dossier) {
	for at := p.Period.From; at.Before(p.Period.To); at = at.AddDate(0, 1, 0) {
		m := evidence.MonthCount{Month: at.Format("2006-01")}
		for _, d := range log {
			if d.Change.DeployedAt().In(p.Zone).Format("2006-01") != m.Month {
				continue
			}
			m.Changes++
			switch d.Change.Sample.Ref.Kind {
			case evidence.KindPullRequest:
				m.PullRequests, m.Merged = m.PullRequests+1, m.Merged+1
			case evidence.KindCommit:
				m.Commits, m.Merged = m.Commits+1, m.Merged+1
			default:
				m.Tickets++
			}
		}
		pop.Months = append(pop.Months, m)
	}
}

func auditOrphans(pop *evidence.Population, d evidence.Dossier, id string) {
	add := func(kind, detail string) {
		pop.Orphans = append(pop.Orphans, evidence.Orphan{Kind: kind, Ref: d.Change.Sample.Ref, Change: id, At: d.Change.DeployedAt().Add(-3 * time.Hour), Detail: detail})
	}
	tickets := len(d.Change.All(evidence.KindTicket))
	switch kind := d.Change.Sample.Ref.Kind; {
	case kind == evidence.KindCommit:
		add("commit without pull request", "pushed directly")
		add("commit without ticket", "pushed directly")
	case kind == evidence.KindTicket:
		add("ticket without pull request", "the field Implemented at")
	case tickets == 0:
		add("pull request without ticket", "names no ticket")
	}
}

// auditRelease adds the deployment that brought a change; some fail first, and
// some are followed by a rollback.
func auditRelease(pop *evidence.Population, d evidence.Dossier, id string) {
	it, ok := d.Change.FirstDeployment()
	if !ok {
		return
	}
	dep := it.Deployment
	r := evidence.Release{Ref: it.Ref, Repository: dep.Repository, Environment: dep.Environment, SHA: dep.SHA, Created: dep.Created, Succeeded: dep.SucceededAt(), Course: "forward", Changes: []string{id}}
	n := len(pop.Releases)
	if n%7 == 3 {
		failed := r
		failed.Ref.ID, failed.Created, failed.Succeeded, failed.Course, failed.Changes = r.Ref.ID+"0", r.Created.Add(-20*time.Minute), time.Time{}, "", nil
		pop.Releases = append(pop.Releases, failed)
	}
	pop.Releases = append(pop.Releases, r)
	if n%16 == 9 {
		back := r
		back.Ref.ID, back.SHA, back.Created, back.Succeeded, back.Course, back.Changes = r.Ref.ID+"9", auditSHA("back", n), r.Created.Add(time.Hour), r.Succeeded.Add(time.Hour), "rollback", nil
		pop.Releases = append(pop.Releases, back)
	}
}

// auditSelection draws five, with one void and its successor, as the published
// rule does.
func auditSelection(p evidence.Package, log []evidence.Dossier) *evidence.Selection {
	const seed = "20261015"
	sample := map[string]bool{}
	for _, d := range p.Dossiers[2:6] {
		sample[d.Change.Sample.Ref.ID] = true
	}
	ids := auditIDs(log)
	s := &evidence.Selection{Method: "order by SHA-256(seed LF id), ascending; version 1", Seed: seed, Rule: "a tenth, rounded up, and at least 5", PopulationSHA256: evidence.HashIDs(ids), PopulationSize: len(ids), Size: 4,
		Notes: []string{"the auditor did not choose the seed: whoever chooses it can try several and keep a sample that suits them; let the auditor name the seed", "month 2026-06: none of its 8 changes is in the sample"}}
	digest := func(id string) string {
		h := sha256.Sum256([]byte(seed + "\n" + id))
		return hex.EncodeToString(h[:])
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(digest(a), digest(b)) })
	for i, id := range ids {
		it := evidence.SelectedItem{ID: id, Rank: i + 1, Digest: digest(id), Stratum: "random"}
		switch {
		case sample[id]:
		case i == 1:
			it.Void = "the deployment went to a test tenant"
		default:
			continue
		}
		s.Items = append(s.Items, it)
	}
	s.Items[len(s.Items)-1].Stratum, s.Items[2].Replaces = "emergency", ids[1]
	s.Strata = []evidence.Stratum{{Name: "random", Rule: s.Rule, Population: len(ids), Least: 4, Selected: 4, Void: 1}, {Name: "emergency", Rule: "all of up to 10; above that as for a population of their own", Population: 3, Least: 3, Selected: 1}}
	for _, m := range auditMonthNames(p) {
		s.Months = append(s.Months, evidence.SelectionMonth{Month: m, Population: 8, Selected: len(m) % 2})
	}
	return s
}

func auditMonthNames(p evidence.Package) (all []string) {
	for at := p.Period.From; at.Before(p.Period.To); at = at.AddDate(0, 1, 0) {
		all = append(all, at.Format("2006-01"))
	}
	return all
}

func auditFiles(p evidence.Package) []evidence.PackedFile {
	var all []evidence.PackedFile
	for _, name := range []string{"change_management_policy", "emergency_change_procedure", "rollback_procedures"} {
		all = append(all, evidence.PackedFile{Path: "Change Management/Policies/" + name + ".pdf", Size: 4096, SHA256: sum(name), Title: strings.ReplaceAll(name, "_", " "), Method: "template"})
	}
	for _, d := range p.Dossiers {
		s := d.Change.Sample
		folder := fmt.Sprintf("Change Management/Sample %d - %s %s", s.Number, d.Change.DeployedAt().In(p.Zone).Format(time.DateOnly), s.Ref.ID)
		if i := strings.IndexByte(s.Ref.ID, '#'); i > 0 {
			folder = fmt.Sprintf("Change Management/Sample %d - %s PR %s", s.Number, d.Change.DeployedAt().In(p.Zone).Format(time.DateOnly), s.Ref.ID[i:])
		}
		var prov []evidence.Provenance
		for _, it := range d.Change.Items {
			prov = append(prov, it.Provenance...)
		}
		for _, name := range []string{"sample_summary", "pull_request", "change_ticket", "ci_results", "deployment_log", "monitoring_confirmation"} {
			if s.Ref.Kind == evidence.KindTicket && name == "pull_request" {
				name = "approval_record"
			}
			all = append(all, evidence.PackedFile{Path: folder + "/" + name + ".pdf", Size: 20480, SHA256: sum(folder + name), Sample: s.Number, Title: strings.ReplaceAll(name, "_", " "), Method: "rendered", Sources: prov[:min(2, len(prov))]})
		}
		for i, pr := range prov {
			all = append(all, evidence.PackedFile{Path: fmt.Sprintf("%s/source/%02d payload.json", folder, i+1), Size: pr.Size, SHA256: pr.SHA256, Sample: s.Number, Method: "source payload", Sources: []evidence.Provenance{pr}})
		}
	}
	slices.SortFunc(all, func(a, b evidence.PackedFile) int { return strings.Compare(a.Path, b.Path) })
	return all
}
