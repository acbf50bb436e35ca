package xlsx

import (
	"fmt"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// checkRow is one row of the checklist.
type checkRow struct {
	title, asks string
	letters     string // attributes that bear on it
	holds       string // what this package holds on it
	elsewhere   string // what it cannot show
}

// checklistSheet goes through the twelve rows of the common checklist and says
// what evidence bears on each. It judges nothing that was not tested.
func checklistSheet(b *book) error {
	of, who := b.shown()
	s := b.open(sheetChecklist, layout{printed: 7, frozen: 2, columns: []column{
		{title: "#", width: 6, core: true},
		{title: "Requirement", width: 24, core: true},
		{title: "What it asks", width: 28, core: true},
		{title: "Evidence in this package", width: 48, core: true},
		{title: "Attributes and outcomes on " + who, width: 44, core: true},
		{title: "Not in this package", width: 28, core: true},
		{title: "Auditor's remark", width: 24, fill: true},
	}, lead: "Twelve things that a working change management process shows, and what in this package bears on each. Nothing is judged here: outcomes are those of the attributes that were tested."})
	s.header()
	for i, r := range b.checklist() {
		var results []string
		for _, letter := range strings.Fields(r.letters) {
			if b.survey.letters[letter] {
				results = append(results, letter+" "+b.attribute(letter).Title+": "+outcomes(b.survey.results[of][letter]))
			}
		}
		said := strings.Join(results, "\n")
		switch {
		case r.letters == "":
			said = "none: no attribute speaks of it"
		case len(results) == 0:
			said = notTested
		}
		s.row(ordinal(i+1), lookingLike(lookStrong, r.title), text(r.asks), text(r.holds), text(said), text(orNone(r.elsewhere)), toFill())
	}
	return s.close()
}

func (b *book) checklist() []checkRow {
	documents := b.documents()
	folder := b.policyRequest()
	policies := or(folder.files, "none: no policy is in the package")
	if folder.missing != "" {
		policies += "\nNot in it: " + folder.missing
	}
	return []checkRow{
		{"Policy documented", "Scope, categories, approvals, tests, emergencies, rollback", "", policies, "approval and yearly review of the policies"},
		{"Defined roles and separation of duties", "Whoever develops does not approve or deploy alone", "E F Q", b.peopleSaid(), "rights in the systems; see the PBC Tracker"},
		{"A ticket for every change", "Description, reason, risk, impacted systems, rollback", "A B C V", b.gathered(evidence.KindTicket) + b.orphansSaid("pull request without ticket", "commit without ticket"), ""},
		{"Version control for all code", "Commits reference the ticket", "A H J", b.gathered(evidence.KindPullRequest, evidence.KindCommit) + b.orphansSaid("commit without pull request"), ""},
		{"Formal impact and risk assessment", "Data sensitivity, security, downtime; high risk goes to a board", "D X", b.present([]string{"change_ticket.pdf", "pull_request.pdf"}, documents, "Change Log, Risk"), "minutes of a board, unless attached"},
		{"Testing before deployment", "Plan, unit and integration tests, results archived", "K L M N", b.present([]string{"ci_results.pdf", "testing_results.pdf"}, documents, "") + "\n" + b.gathered(evidence.KindChecks, evidence.KindBuild), "results that systems have deleted: sheet Gaps"},
		{"Formal approvals recorded", "By a manager or board; emergencies afterwards", "E F G H I P", b.present([]string{"pull_request.pdf", "approval_record.pdf"}, documents, "Change Log, Approval"), ""},
		{"Deployment plan and rollback plan", "Before the deployment", "T U", b.present([]string{"change_ticket.pdf", "pull_request.pdf"}, documents, ""), "tests of a rollback, unless attached"},
		{"Implementation log", "Who, what, when", "O R W Y", b.present([]string{"deployment_log.pdf", "deployment_confirmation.pdf", "configuration_diff.pdf"}, documents, "Reconciliation, deployments to production"), ""},
		{"Post-deployment verification", "Somebody looked, and production was well", "S Z", b.present([]string{"monitoring_confirmation.pdf"}, documents, "Change Log, Validation") + "\n" + b.gathered(evidence.KindSignal, evidence.KindExhibit), ""},
		{"Audit-trail retention", "Records are kept as long as policy says", "", fmt.Sprintf("%s with SHA-256: sheet %s, SHA256SUMS, manifest.json", plural(len(b.p.Files), "file"), sheetIndex) + b.expirySaid(), "the retention set in each system"},
		{"Periodic review of the process", "For instance a quarterly audit of random changes", "", "Sheets " + sheetMetrics + ", " + sheetEmergency + ", " + sheetSelection, "records that the reviews took place"},
	}
}

func (b *book) peopleSaid() string {
	if len(b.p.Identities) == 0 {
		return fmt.Sprintf("Nobody has stated who is who; %s had a part in changes: sheet %s", plural(len(b.survey.people), "account"), sheetPeople)
	}
	return fmt.Sprintf("%d humans, bots and services with their accounts and roles, and %s seen in changes: sheet %s", len(b.p.Identities), plural(len(b.survey.people), "account"), sheetPeople)
}

// orphansSaid counts orphans of some kinds.
func (b *book) orphansSaid(kinds ...string) string {
	if b.p.Population == nil {
		return "\nThe population was not read."
	}
	said := ""
	for _, kind := range kinds {
		n := 0
		for _, o := range b.p.Population.Orphans {
			if o.Kind == kind {
				n++
			}
		}
		said += fmt.Sprintf("\nIn the period: %d × %s (sheet %s)", n, kind, sheetReconciliation)
	}
	return said
}

func (b *book) expirySaid() string {
	if b.p.Population == nil || len(b.p.Population.Expiring) == 0 {
		return ""
	}
	gone := 0
	for _, e := range b.p.Population.Expiring {
		gone += e.Gone
	}
	return fmt.Sprintf("\n%s that sources delete in time, of %s it is gone already: sheet %s", plural(len(b.p.Population.Expiring), "group")+" of evidence", plural(gone, "change"), sheetPopulation)
}
