package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// logColumns are those of the change log. The first seven are fixed.
func logColumns(zone string) []column {
	return []column{
		{title: "Date", width: 11.5, core: true},
		{title: "Type", width: 12, core: true},
		{title: "Description", width: 35, core: true},
		{title: "Approval", width: 28, core: true},
		{title: "Testing", width: 27, core: true},
		{title: "Deploy Log", width: 26, core: true},
		{title: "Outcome", width: 28, core: true},
		{title: "Change ID", width: 24, core: true},
		{title: "Date (text, " + zone + ")", width: 28},
		{title: "System/Repo", width: 31},
		{title: "Environment", width: 16},
		{title: "Category", width: 28},
		{title: "Risk (declared)", width: 28},
		{title: "Risk (derived)", width: 16},
		{title: "Emergency", width: 20},
		{title: "Ticket", width: 28},
		{title: "Ticket created (UTC)", width: 28},
		{title: "Requester", width: 28},
		{title: "PR", width: 16},
		{title: "Author(s)", width: 32},
		{title: "Approver(s)", width: 62},
		{title: "Approved at (UTC, last)", width: 20},
		{title: "Head SHA", width: 44},
		{title: "Merge SHA", width: 44},
		{title: "Merged by", width: 30},
		{title: "Merged at (UTC)", width: 20},
		{title: "CI result", width: 60},
		{title: "Deploy ID", width: 16},
		{title: "Deployed SHA", width: 44},
		{title: "Deployer", width: 30},
		{title: "Deployed at (UTC)", width: 20},
		{title: "Deployed at (" + zone + ")", width: 31},
		{title: "Validation at/by", width: 70},
		{title: "Incident", width: 28},
		{title: "Components touched", width: 60},
		{title: "In population", width: 40},
		{title: "Sample #", width: 13},
		{title: "Auditor's reference", width: 18},
		{title: "Exceptions", width: 12},
		{title: "Gaps", width: 13},
		{title: "Folder", width: 34},
	}
}

// logSheet is the master log: a row for each change of the population, and for
// each sample.
type logSheet struct {
	*sheet
	linkAll bool // the addresses of all changes fit on the sheet
	outside int  // samples that the population does not hold
}

// Columns of the change log that tell what tests came to.
const colDerivedRisk, colEmergency = 13, 14

// linksPerRow is how many links a row has at most.
const linksPerRow = 5

func newLogSheet(b *book) changeSheet {
	s := &logSheet{sheet: b.open(sheetLog, layout{columns: logColumns(b.zone.String()), printed: 8, paper: 8, frozen: 1})}
	s.linkAll = linksPerRow*(b.survey.changes+len(b.p.Dossiers)) <= maxLinks
	s.header()
	return s
}

func (s *logSheet) add(r logged) {
	row := s.b.logRow(r)
	if !s.linkAll && r.listed() {
		for i := range row {
			row[i].link = ""
		}
	}
	if r.outside {
		s.outside++
	}
	if s.b.p.Log != nil && !r.listed() {
		s.tinted(row...)
		return
	}
	s.row(row...)
}

func (s *logSheet) end() error {
	zone := s.b.zone.String()
	s.gap()
	if s.b.p.Log == nil {
		s.warn("This log holds the samples alone: the population was not read. Run `tickmark population` to list every change of the period.")
	} else {
		s.note(fmt.Sprintf("A row is one of the %s that reached production in the period, in order of deployment. Samples, %d of them, are tinted, carry their number in \"Sample #\" and a link to their folder in \"Folder\".",
			plural(s.b.survey.changes, "change"), len(s.b.p.Dossiers)))
		if s.outside > 0 {
			s.note(fmt.Sprintf("%s not in the population; the column \"In population\" says why. They stand at their date all the same.", areOf(s.outside, "sample")))
		}
	}
	if !s.linkAll {
		s.note("Only the samples carry links: a sheet cannot bear those of all changes.")
	}
	if left := s.b.withheld(); left != "" {
		s.warn(strings.TrimSpace(left) + " Their cells under Risk (derived), Emergency and Exceptions are blank.")
	}
	s.note("On paper stand the columns up to Change ID; the others are for the screen.")
	s.note("Date is the day of production deployment in the time zone " + zone + ". Columns named (UTC) are in UTC.")
	s.note("Prepared by management from the sources' records, in the sources' words; no conclusion is drawn here. \"" + noneRecorded + "\": the source was asked and has nothing. \"" + notObtained + "\": it was asked for and could not be had; the sheet Gaps says why. \"" + notCollected + "\": the change is no sample, and the lists that the population was read from do not tell.")
	s.note("Type: a change by pull request is Code, unless every path that it touches is infrastructure (Terraform, Kubernetes, containers, pipelines and the like: Infra) or configuration or infrastructure (Config). A change by ticket alone is what the ticket's category or type says, in the ticket's own words where they name none of the three.")
	s.note("Approval counts reviews as the source shows them at the as-of time; which of them count as approval is not judged here. Testing counts the last run of each check on the pull request's head commit. Outcome is the deployment's state, or the ticket's resolution, in the source's word, and what followed in the same environment.")
	return s.close()
}

func areOf(n int, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return plural(n, word) + " are"
}

func (b *book) logRow(r logged) []cell {
	f := r.facts
	dep, ticket := f.deployment(), f.ticket()
	date, dateText, local := f.dates(b.zone)
	row := []cell{
		date, text(f.changeType()), text(f.description()), text(f.approval()), text(f.testing()), text(f.deployLog()), text(f.outcome()),
		text(f.changeID()), dateText, text(f.repository()), text(f.environment()), text(f.declared("category", "change_category", "change_type")), text(f.risk()),
		text(derivedRisk(r.results)), text(f.emergency(r.results)),
	}
	if r.hidden {
		row[colDerivedRisk], row[colEmergency] = cell{}, cell{}
	}
	ticketCell := text(f.tickets())
	if ticket != nil {
		ticketCell.link = web(ticket.URL)
	}
	row = append(row, ticketCell, moment(timeOf(ticket, func(t *evidence.Ticket) time.Time { return t.Created }), f.noTicket()), text(f.requester()))
	row = append(row, f.pullRequestCells()...)
	row = append(row, text(f.ciResult()))
	switch {
	case dep != nil:
		row = append(row, linked(dep.ID, logPage(dep)), text(said(dep.SHA)), text(stated(dep.Creator)))
	case ticket != nil && f.pullRequest() == nil:
		row = append(row, text(noneRecorded), text(noneRecorded), text(stated(ticket.DeployedBy)))
	default:
		row = append(row, text(f.noDeployment()), text(f.noDeployment()), text(f.noDeployment()))
	}
	row = append(row, f.deployedAt(), local, text(f.validation()), text(f.incident()), cell{value: f.components(), whole: "the pull request's or ticket's PDF"}, text(b.inPopulation(r)))
	return append(row, b.sampleCells(r)...)
}

// pullRequestCells gives PR, authors, approvers, time of approval, the two
// commits, and who merged when.
func (f facts) pullRequestCells() []cell {
	pr := f.pullRequest()
	if pr == nil {
		no := text(f.noPR())
		return []cell{no, text(f.authors()), text(f.approvers()), moment(f.approvedAt(), f.noApproval()), no, no, no, no}
	}
	row := []cell{linked(fmt.Sprintf("PR #%d", pr.Number), web(pr.URL)), text(f.authors()), text(f.approvers()), moment(f.approvedAt(), f.noApproval()), text(pr.Head.SHA)}
	if pr.Head.SHA == "" {
		row[4] = text(f.lacking("head"))
	}
	if pr.Merged.IsZero() && pr.State != "merged" {
		return append(row, text(notMerged), text(notMerged), text(notMerged))
	}
	return append(row, text(said(pr.MergeCommit)), text(f.mergedBy(pr)), moment(pr.Merged, f.lacking("merge")))
}

// sampleCells gives the sample's number, the auditor's reference, the numbers
// of exceptions and gaps, and the folder.
func (b *book) sampleCells(r logged) []cell {
	exceptions := text(notTested)
	if len(r.results) > 0 {
		exceptions = ordinal(len(r.numbers))
	}
	if r.hidden {
		exceptions = cell{}
	}
	if r.listed() {
		return []cell{text(notSampled), text(notSampled), exceptions, text(notSampled), text(notSampled)}
	}
	folder := b.folder(r.c.Sample.Number)
	return []cell{{value: r.c.Sample.Number, link: folder.link}, text(r.label()), exceptions, ordinal(len(r.c.Gaps)), folder}
}

// inPopulation says whether the population holds a change, and why not.
func (b *book) inPopulation(r logged) string {
	switch edge := b.edges[r.changeID()]; {
	case b.p.Log == nil:
		return "the population was not read"
	case !r.outside && edge != "":
		return "yes: " + edge
	case !r.outside && slices.Contains(b.lonely[r.changeID()], "ticket done without deployment"):
		return "yes: in doubt, see the sheet " + sheetReconciliation
	case !r.outside:
		return "yes"
	case edge != "":
		return "no: " + edge
	}
	it, found := r.c.Find(r.c.Sample.Ref)
	switch at := r.c.DeployedAt(); {
	case !found:
		return "no: the record was not obtained"
	case isIncident(it.Ticket):
		return "no: the ticket of an incident, which is no change"
	case at.IsZero():
		return "no: no production deployment of it is known"
	case !b.p.Period.Contains(at):
		return "no: deployed outside the period"
	}
	return "no: the lists of the period do not hold it"
}

// dates gives the day of deployment, its text, and the moment in the zone.
func (f facts) dates(zone *time.Location) (date, dateText, local cell) {
	at := f.c.DeployedAt()
	if at.IsZero() {
		absent := text(f.noDeployment())
		return absent, absent, absent
	}
	if f.c.DeployedDayOnly() {
		in := at.UTC()
		return cell{value: dayOf(in)}, text(in.Format(time.DateOnly)), text(dayAlone)
	}
	in := at.In(zone)
	return cell{value: dayOf(in)}, text(in.Format(time.DateOnly)), text(in.Format(time.RFC3339Nano))
}

// dayAlone stands where a moment would, if the ticket names no more than a day.
const dayAlone = noneRecorded + ": a day alone"

func (f facts) deployedAt() cell {
	if f.c.DeployedDayOnly() {
		return text(dayAlone)
	}
	return moment(f.c.DeployedAt(), f.noDeployment())
}

// derivedRisk gives the tier that the policy's rules give, as the test of the
// risk assessment read it.
func derivedRisk(results []evidence.Result) string {
	r, ok := resultOf(results, "D")
	if !ok {
		return notTested
	}
	return said(oneLine(readFact(r, "derived"), 60))
}

func timeOf[T any](v *T, of func(*T) time.Time) time.Time {
	if v == nil {
		return time.Time{}
	}
	return of(v)
}
