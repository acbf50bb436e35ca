package xlsx

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// focusPoint is one point of focus of CC8.1, with the documents of a package
// that bear on it.
type focusPoint struct {
	title     string
	of        string   // the criterion that it is specific to; "" for all
	documents []string // names of documents, as in the samples' folders
	also      string   // sheets and other places
}

// focusPoints lists the eighteen points of focus of the 2022 revision, the
// fourteen of all systems first.
func focusPoints() []focusPoint {
	pr, ticket, approvals, ci, testing := "pull_request.pdf", "change_ticket.pdf", "approval_record.pdf", "ci_results.pdf", "testing_results.pdf"
	log, confirmed, watched, diff := "deployment_log.pdf", "deployment_confirmation.pdf", "monitoring_confirmation.pdf", "configuration_diff.pdf"
	return []focusPoint{
		{"Manages changes throughout the system life cycle", "", []string{"sample_summary.pdf", ticket, pr, log}, "Change Log; Policies/"},
		{"Authorizes changes", "", []string{ticket, approvals, pr}, ""},
		{"Designs and develops changes", "", []string{pr, ticket}, ""},
		{"Documents changes", "", []string{ticket, pr}, "Change Log"},
		{"Tracks system changes", "", []string{ticket, pr, log}, "Change Log; Reconciliation"},
		{"Configures software", "", []string{diff}, ""},
		{"Tests system changes", "", []string{ci, testing}, ""},
		{"Approves system changes", "", []string{pr, approvals}, ""},
		{"Deploys system changes", "", []string{log, confirmed}, "Reconciliation; People & Identities"},
		{"Identifies and evaluates system changes", "", []string{ticket, pr}, "Change Log, Risk"},
		{"Identifies changes in infrastructure, data, software, and procedures required to remediate incidents", "", []string{ticket}, "Change Log, Incident; Emergency Changes"},
		{"Creates baseline configuration of IT technology", "", []string{diff}, ""},
		{"Provides for changes necessary in emergency situations", "", []string{ticket, approvals}, "Emergency Changes; Policies/"},
		{"Manages patch changes", "", []string{pr, ci}, "Change Log"},
		{"Considers system resilience", "Availability", []string{watched}, "Policies/"},
		{"Protects confidential information", "Confidentiality", []string{ticket, pr}, ""},
		{"Protects personal information", "Privacy", []string{ticket, pr}, ""},
		{"Privacy by design", "Privacy", []string{ticket, pr}, ""},
	}
}

// criteriaSheet maps the points of focus to attributes, and those to evidence.
func criteriaSheet(b *book) error {
	of, who := b.shown()
	s := b.open(sheetCriteria, layout{printed: 6, frozen: 2, columns: []column{
		{title: "#", width: 6, core: true},
		{title: "Point of focus of CC8.1", width: 34, core: true},
		{title: "Specific to", width: 15, core: true},
		{title: "Attributes", width: 34, core: true},
		{title: "Evidence in this package", width: 42, core: true},
		{title: "Outcomes on " + who, width: 48, core: true},
	}, lead: "CC8.1: the entity authorizes, designs, develops or acquires, configures, documents, tests, approves and implements changes to its infrastructure, data, software, and procedures to meet its objectives. Points of focus are guidance, not requirements: one without an attribute is no deficiency."})
	s.header()
	documents := b.documents()
	for i, p := range focusPoints() {
		var letters, results []string
		for _, a := range b.p.Attributes {
			if !slices.Contains(a.Focus, i+1) {
				continue
			}
			letters = append(letters, a.Letter+" "+a.Title)
			results = append(results, a.Letter+": "+outcomes(b.survey.results[of][a.Letter]))
		}
		attributes := "none of this test's"
		switch {
		case len(b.p.Attributes) == 0:
			attributes = notTested
		case len(letters) > 0:
			attributes = strings.Join(letters, "\n")
		}
		said := strings.Join(results, "\n")
		if said == "" && len(b.p.Attributes) > 0 {
			said = "none: no attribute speaks of it"
		}
		said = or(said, notTested)
		s.row(ordinal(i+1), lookingLike(lookStrong, p.title), text(or(p.of, "every system")), text(attributes), text(b.present(p.documents, documents, p.also)), text(said))
	}
	return s.close()
}

// documents counts, by name, the documents of the samples.
func (b *book) documents() map[string]int {
	found := map[string]int{}
	for _, f := range b.p.Files {
		if f.Sample > 0 && f.Method == "rendered" {
			found[path.Base(f.Path)]++
		}
	}
	return found
}

// present says how many of these documents there are.
func (b *book) present(names []string, documents map[string]int, also string) string {
	var lines []string
	for _, name := range names {
		if n := documents[name]; n > 0 {
			lines = append(lines, fmt.Sprintf("%s (%s)", name, plural(n, "sample")))
		}
	}
	if also != "" {
		lines = append(lines, also)
	}
	if len(b.p.Dossiers) == 0 {
		lines = append(lines, "documents are made for samples, and this workbook has none")
	}
	if len(lines) == 0 {
		return "none: no sample has " + strings.Join(names, " or ")
	}
	return strings.Join(lines, "\n")
}

// gathered counts what the samples hold of some kinds of records.
func (b *book) gathered(kinds ...evidence.Kind) string {
	var said []string
	if len(b.p.Dossiers) == 0 && b.p.Log != nil {
		for _, kind := range kinds {
			said = append(said, fmt.Sprintf("%s: in the records of %d of %s", words(kind), b.survey.kinds[kind], plural(b.survey.changes, "change")))
		}
		return strings.Join(said, "; ")
	}
	for _, kind := range kinds {
		samples, records := 0, map[evidence.Ref]bool{}
		for i := range b.p.Dossiers {
			all := b.p.Dossiers[i].Change.All(kind)
			if len(all) > 0 {
				samples++
			}
			for _, it := range all {
				records[it.Ref] = true
			}
		}
		said = append(said, fmt.Sprintf("%s in %d of %s", plural(len(records), words(kind)), samples, plural(len(b.p.Dossiers), "sample")))
	}
	return strings.Join(said, "; ")
}
