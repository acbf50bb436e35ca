package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The states of a request.
const (
	stateOpen      = "Open"
	stateSubmitted = "Submitted"
)

// request is one thing that an auditor commonly asks for, and what of it is in
// the package.
type request struct {
	text, kind, system string
	period             bool   // it is of the whole period
	files              string // in the package; "" where there are none
	link               string
	missing            string // what the package does not answer
	enough             bool   // it is submitted though something is missing, which is listed
}

// pbcSheet tracks what auditors of CC8.1 commonly ask for. A request that the
// package answers is submitted; one that it answers in part stays open.
func pbcSheet(b *book) error {
	s := b.open(sheetPBC, layout{printed: 12, frozen: 1, columns: []column{
		{title: "Req #", width: 8, core: true},
		{title: "Criterion/Control", width: 12, core: true},
		{title: "Request description", width: 38, core: true},
		{title: "Type", width: 12, core: true},
		{title: "Period", width: 22, core: true},
		{title: "System", width: 16, core: true},
		{title: "Owner", width: 13, fill: true},
		{title: "Requested", width: 12, fill: true},
		{title: "Due", width: 12, fill: true},
		{title: "Status", width: 13, core: true},
		{title: "File(s)", width: 44, core: true},
		{title: "Auditor comment", width: 24, fill: true},
		{title: "Not in this package", width: 52},
	}, lead: "What auditors of change management commonly ask for (prepared by client), and which part of this package answers it. Boxed columns are to be filled in; add requests below."})
	s.header()
	first := s.at + 1
	for i, r := range b.requests() {
		period := "as of " + b.p.AsOf.UTC().Format("2006-01-02")
		if r.period {
			period = b.period(b.p.Period)
		}
		state, said := stateOpen, or(r.files, "nothing in this package")
		if r.files != "" && (r.missing == "" || r.enough) {
			state = stateSubmitted
		}
		s.row(ordinal(i+1), text("CC8.1"), text(r.text), text(r.kind), text(period), text(orNone(r.system)), toFill(), toFill(), toFill(),
			text(state), linked(said, r.link), toFill(), text(orNone(r.missing)))
	}
	for range 5 {
		s.row(slices.Repeat([]cell{toFill()}, s.printed)...)
	}
	choice := excelize.NewDataValidation(true)
	choice.SetSqref(fmt.Sprintf("J%d:J%d", first, s.at))
	s.fail(choice.SetDropList([]string{stateOpen, stateSubmitted, "Accepted", "Follow-up", "Closed"}))
	if s.err == nil {
		s.fail(b.file.AddDataValidation(s.name, choice))
	}
	s.gap()
	s.note("Submitted: this package answers the request. Open: it answers it in part or not at all; the last column says what it lacks. Whether an answer is enough is the auditor's to say (Accepted, Follow-up, Closed). Samples come after the population: see the sheet " + sheetSelection + ".")
	return s.close()
}

func (b *book) requests() []request {
	systems := strings.Join(b.systems(), ", ")
	return []request{
		b.policyRequest(),
		b.populationRequest(systems),
		{text: "Evidence of the sampled changes: request, approvals, tests, deployment, checks after it", kind: "Sample", system: systems, period: true, files: b.samplesSaid(), missing: b.gapsSaid(), enough: true},
		b.emergencyRequest(systems),
		b.recordsRequest("Configuration of branch protection, with its history over the period", evidence.KindBranchRules, "branch",
			"the history before what the audit log still holds: the deployment logs say from when to when it was read, and what it tells"),
		b.recordsRequest("Users that are able to merge and to deploy to production", evidence.KindEnvironment, "deployment environment",
			"the list of users with their rights: export it from the systems' administration"),
		b.recordsRequest("Separation of environments: development, staging, production", evidence.KindEnvironment, "deployment environment",
			"a description of the environments and who may enter each"),
		{text: "Vendor patches: identified, evaluated, tested, approved, implemented in time", kind: "Population", system: systems, period: true,
			missing: "a list of patches; changes that carry patches are in the Change Log, for instance under Author(s) of update robots"},
		b.exhibitRequest("Minutes of the change advisory board, or of what stands in its place", "minutes of meetings", "cab", "minutes", "advisory"),
		b.exhibitRequest("Training records for the change process", "training records", "training"),
	}
}

// systems names those that the package's evidence comes from.
func (b *book) systems() []string {
	var all []string
	for _, a := range b.p.Principals {
		all = append(all, a.System)
	}
	for _, d := range b.p.Dossiers {
		for _, it := range d.Change.Items {
			all = append(all, it.Ref.System)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (b *book) policyRequest() request {
	r := request{text: "Change management policy, emergency procedure and rollback procedures in force", kind: "Policy", period: true}
	var names []string
	starters := 0
	for _, f := range b.p.Files {
		parts := strings.Split(f.Path, "/")
		if len(parts) < 3 || parts[1] != "Policies" {
			continue
		}
		names = append(names, parts[2])
		if f.Method == "template" {
			starters++
		}
		r.link = relative(strings.Join(parts[:2], "/")+"/", parts[0])
	}
	if len(names) > 0 {
		r.files = fmt.Sprintf("Policies/ (%s)", plural(len(names), "file"))
	}
	if starters > 0 {
		r.missing = fmt.Sprintf("the organisation's own words: %d of the %d are starter texts, in force only once it has adopted them", starters, len(names))
	}
	if len(names) == 0 {
		r.missing = "the policies"
	}
	return r
}

func (b *book) populationRequest(systems string) request {
	r := request{text: "Population of changes of the period, with how it was obtained (IPE)", kind: "Population", system: systems, period: true}
	p := b.p.Population
	if p == nil {
		r.missing = "the population was not read: run `tickmark population`"
		return r
	}
	r.files = fmt.Sprintf("Sheets %s (%s), %s, %s", sheetLog, plural(p.Size, "change"), sheetPopulation, sheetReconciliation)
	r.link = inside(sheetPopulation)
	if n := len(p.Truncations()); n > 0 {
		r.missing = fmt.Sprintf("what may be lacking by %s on the sheet %s", plural(n, "sign"), sheetPopulation)
	}
	return r
}

func (b *book) emergencyRequest(systems string) request {
	r := request{text: "Population of emergency changes of the period", kind: "Population", system: systems, period: true}
	switch _, tested := b.survey.letters[emergencyLetter]; {
	case !tested:
		r.missing = "no change was tested for being an emergency"
	case b.p.SampleResultsOnly:
		r.files, r.link, r.missing = "Sheet "+sheetEmergency, inside(sheetEmergency), "emergencies that are no sample: results of changes that were not sampled are left out"
	case b.p.Log == nil:
		r.files, r.link, r.missing = "Sheet "+sheetEmergency, inside(sheetEmergency), "emergencies that are no sample: the population was not read"
	default:
		r.files, r.link = "Sheet "+sheetEmergency, inside(sheetEmergency)
	}
	return r
}

// inside links to the beginning of a sheet.
func inside(sheet string) string { return "#'" + sheet + "'!A1" }

func (b *book) samplesSaid() string {
	var names []string
	for _, d := range b.p.Dossiers {
		if where := b.folders.of[d.Change.Sample.Number]; where != "" {
			names = append(names, where[strings.LastIndex(where, "/")+1:])
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %s", plural(len(names), "folder"), list(names, 3, "beside this workbook"))
}

func (b *book) gapsSaid() string {
	n := 0
	for _, d := range b.p.Dossiers {
		n += len(d.Change.Gaps)
	}
	if n+len(b.p.Unmatched) == 0 {
		return ""
	}
	return fmt.Sprintf("%s and %s without a sample: sheet %s", plural(n, "gap"), plural(len(b.p.Unmatched), "line"), sheetGaps)
}

// recordsRequest is answered by records of a kind among the samples' evidence.
func (b *book) recordsRequest(what string, kind evidence.Kind, word, missing string) request {
	found, systems := map[string]bool{}, map[string]bool{}
	for _, d := range b.p.Dossiers {
		for _, it := range d.Change.All(kind) {
			found[it.Ref.ID], systems[it.Ref.System] = true, true
		}
	}
	r := request{text: what, kind: "Config", system: strings.Join(sorted(systems), ", "), missing: missing}
	if len(found) > 0 {
		r.files = fmt.Sprintf("%s as of collection, in source/ of the samples: %s", plural(len(found), word), list(sorted(found), 5, "more"))
	}
	return r
}

// exhibitRequest is answered by files that people attached and that speak of it.
func (b *book) exhibitRequest(what, missing string, about ...string) request {
	r := request{text: what, kind: "Inquiry", period: true}
	var files []string
	for _, d := range b.p.Dossiers {
		for _, it := range d.Change.All(evidence.KindExhibit) {
			x := it.Exhibit
			says := strings.ToLower(x.Shows + " " + x.Supports + " " + x.File)
			if slices.ContainsFunc(about, func(w string) bool { return strings.Contains(says, w) }) {
				files = append(files, fmt.Sprintf("sample %d: exhibits/%s", d.Change.Sample.Number, oneLine(x.File, 80)))
			}
		}
	}
	if r.files = strings.Join(files, "\n"); len(files) == 0 {
		r.missing = missing
	}
	return r
}
