package xlsx

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// changeLog is the master log: one row for each sample.
func changeLog(p evidence.Package) table {
	zone := time.UTC
	if p.Zone != nil {
		zone = p.Zone
	}
	t := table{name: "Change Log", printed: 7, frozen: 1, columns: []column{
		{title: "Date", width: 12, core: true},
		{title: "Type", width: 13, core: true},
		{title: "Description", width: 42, core: true},
		{title: "Approval", width: 28, core: true},
		{title: "Testing", width: 30, core: true},
		{title: "Deploy Log", width: 30, core: true},
		{title: "Outcome", width: 16, core: true},
		{title: "Date (text, " + zone.String() + ")", width: 14},
		{title: "Change ID", width: 22},
		{title: "System/Repo", width: 20},
		{title: "Environment", width: 14},
		{title: "Category", width: 14},
		{title: "Risk (declared)", width: 16},
		{title: "Ticket", width: 14},
		{title: "Ticket created (UTC)", width: 19},
		{title: "Requester", width: 20},
		{title: "PR", width: 12},
		{title: "Author(s)", width: 26},
		{title: "Approver(s)", width: 46},
		{title: "Approved at (UTC, last)", width: 19},
		{title: "Head SHA", width: 22},
		{title: "Merge SHA", width: 22},
		{title: "Merged by", width: 20},
		{title: "Merged at (UTC)", width: 19},
		{title: "CI result", width: 28},
		{title: "Deploy ID", width: 16},
		{title: "Deployed SHA", width: 22},
		{title: "Deployer", width: 20},
		{title: "Deployed at (UTC)", width: 19},
		{title: "Deployed at (" + zone.String() + ")", width: 26},
		{title: "Incident", width: 18},
		{title: "Components touched", width: 34},
		{title: "Sample #", width: 11},
		{title: "Auditor's reference", width: 18},
		{title: "Gaps", width: 7},
		{title: "Folder", width: 34},
	}}
	folders := sampleFolders(p)
	for i := range p.Dossiers {
		t.rows = append(t.rows, logRow(facts{&p.Dossiers[i].Change}, zone, folders))
	}
	t.notes = []string{
		"Date is the day of production deployment in the time zone " + zone.String() + ". Columns named (UTC) are in UTC.",
		"Prepared by management from the sources' records, in the sources' words; no conclusion is drawn here. \"" + noneRecorded + "\": the source was asked and has nothing. \"" + notObtained + "\": it was asked for and could not be had; the sheet Gaps says why.",
		"Type: a change by pull request is Code, unless every path that it touches is infrastructure (Terraform, Kubernetes, containers, pipelines and the like: Infra) or configuration or infrastructure (Config). A change by ticket alone is what the ticket's category or type says.",
		"Approval counts reviews as the source shows them at the as-of time; which of them count as approval is not judged here. Testing counts the last run of each check on the pull request's head commit. Outcome is the deployment's state, or the ticket's resolution, in the source's word.",
	}
	return t
}

func logRow(f facts, zone *time.Location, folders folders) []cell {
	pr, ticket, dep := f.pullRequest(), f.ticket(), f.deployment()
	where := folders.of[f.c.Sample.Number]
	link := ""
	if where != "" {
		link = relative(where+"/", folders.base)
	}
	date, dateText, local := f.dates(zone)
	row := []cell{
		date, text(f.changeType()), text(f.description()), text(f.approval()), text(f.testing()), text(f.deployLog()), text(f.outcome()),
		dateText,
		text(f.c.Sample.Ref.ID), text(f.repository()), text(f.environment()), text(f.declared("category", "change_category", "change_type")), text(f.risk()),
		text(f.tickets()), moment(timeOf(ticket, func(t *evidence.Ticket) time.Time { return t.Created }), f.noTicket()), text(f.requester()),
		text(f.noPR()), text(f.authors()), text(f.approvers()), moment(f.approvedAt(), f.noApproval()),
		text(f.noPR()), text(f.noPR()), text(f.noPR()), text(f.noPR()),
		text(f.ciResult()),
		text(f.noDeployment()), text(f.noDeployment()), text(f.noDeployment()), f.deployedAt(), local,
		text(f.incident()), {value: f.components(), whole: "the pull request's or ticket's PDF"},
		{value: f.c.Sample.Number, link: link}, text(f.label()), ordinal(len(f.c.Gaps)), linked(path.Base(where), link),
	}
	if link == "" {
		row[32].link, row[35] = "", text(notObtained+": no file was written for this sample")
	}
	if ticket != nil {
		row[13].link = web(ticket.URL)
	}
	if pr != nil {
		row[16] = linked(fmt.Sprintf("PR #%d", pr.Number), web(pr.URL))
		if row[20] = text(pr.Head.SHA); pr.Head.SHA == "" {
			row[20] = text(f.lacking("head"))
		}
		row[21], row[22], row[23] = text(notMerged), text(notMerged), text(notMerged)
		if !pr.Merged.IsZero() || pr.State == "merged" {
			row[21], row[22], row[23] = text(said(pr.MergeCommit)), text(f.mergedBy(pr)), moment(pr.Merged, f.lacking("merge"))
		}
	}
	if dep != nil {
		row[25], row[26], row[27] = linked(dep.ID, logPage(dep)), text(said(dep.SHA)), text(stated(dep.Creator))
	} else if ticket != nil && pr == nil {
		row[25], row[26], row[27] = text(noneRecorded), text(noneRecorded), text(stated(ticket.DeployedBy))
	}
	return row
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
		return cell{value: day{in.Year(), int(in.Month()), in.Day()}}, text(in.Format(time.DateOnly)), text(dayAlone)
	}
	in := at.In(zone)
	return cell{value: day{in.Year(), int(in.Month()), in.Day()}}, text(in.Format(time.DateOnly)), text(in.Format(time.RFC3339Nano))
}

// dayAlone stands where a moment would, if the ticket names no more than a day.
const dayAlone = noneRecorded + ": a day alone"

func (f facts) deployedAt() cell {
	if f.c.DeployedDayOnly() {
		return text(dayAlone)
	}
	return moment(f.c.DeployedAt(), f.noDeployment())
}

func timeOf[T any](v *T, of func(*T) time.Time) time.Time {
	if v == nil {
		return time.Time{}
	}
	return of(v)
}

// folders says where each sample's folder is, and the workbook beside them.
type folders struct {
	base string // of the workbook, from the package's folder
	of   map[int]string
}

// sampleFolders reads the folders from the paths of the samples' files.
func sampleFolders(p evidence.Package) folders {
	f := folders{of: map[int]string{}}
	for _, file := range p.Files {
		parts := strings.Split(file.Path, "/")
		if file.Sample == 0 || len(parts) < 3 || f.of[file.Sample] != "" {
			continue
		}
		f.base, f.of[file.Sample] = parts[0], parts[0]+"/"+parts[1]
	}
	return f
}
