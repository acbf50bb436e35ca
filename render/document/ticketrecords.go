package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// subjectTicket is the ticket that a change by ticket was made by.
func (v *view) subjectTicket() (evidence.Item, bool) {
	it, ok := v.c.Find(v.c.Sample.Ref)
	return it, ok && it.Ticket != nil
}

// beginRecord starts one of the documents that take a side of the ticket.
func (v *view) beginRecord(name string, kind Kind, title string) (*Document, evidence.Item) {
	d := v.begin(name, kind, title)
	it, ok := v.subjectTicket()
	if !ok {
		d.Mark = v.c.Sample.Ref.ID
		d.Headline = title
		d.Badges = []Badge{{"Not obtained", GapTone}}
		return d, evidence.Item{}
	}
	d.cite(it)
	d.Title = title + " " + it.Ticket.Key
	d.Mark = it.Ticket.Key
	d.Headline = title
	d.Subtitle = []Span{{Text: it.Ticket.Title}}
	d.SourceURL = safeURL(it.Ticket.URL)
	if it.Ticket.Status != "" {
		d.Badges = []Badge{{"Ticket: " + it.Ticket.Status, Info}}
	}
	return d, it
}

// approvalRecord shows every record of approval that a change by ticket has:
// decisions of the service desk, changes of status, what people wrote, and
// exhibits. It does not say whether the change was approved.
func (v *view) approvalRecord() *Document {
	d, it := v.beginRecord("approval_record", KindApproval, "Approval record")
	t := it.Ticket
	if t == nil {
		d.add(v.nothing("approval record", "The ticket that would hold it was not obtained.", evidence.KindTicket)...)
		v.addExhibits(d, "approval", "approv", "authori", "sign-off", "signoff", "cab")
		return d
	}
	d.add(v.approvalFacts(t))
	d.add(v.gapNotes(v.c.GapsOf(v.c.Sample.Ref))...)
	d.add(heading(1, "Approval steps of the service desk"))
	if len(t.Approvals) == 0 {
		d.add(v.none(it.Ref, "The source reports none. A ticket that is not a request of a service desk has none.", "approval"))
	} else {
		d.add(v.approvalSteps(t.Approvals))
	}
	d.section(1, "Changes of status", v.transitionTable(it)...)
	v.approvalFields(d, t)
	d.section(1, "What people wrote", v.personComments(it)...)
	v.addExhibits(d, "approval", "approv", "authori", "sign-off", "signoff", "cab")
	return d
}

func (v *view) approvalFacts(t *evidence.Ticket) Block {
	var f factList
	f.must("Requested by", text(person(t.Reporter)))
	f.must("Requested", v.when(t.Created))
	decided, latest := 0, evidence.TicketApproval{}
	for _, s := range t.Approvals {
		if !s.Completed.IsZero() {
			decided++
			if s.Completed.After(latest.Completed) {
				latest = s
			}
		}
	}
	steps := count(len(t.Approvals), "approval step") + " recorded"
	if decided > 0 {
		steps += fmt.Sprintf(", %d completed, latest %s (%s)", decided, v.clock.Exact(latest.Completed), or(latest.Decision, "decision not stated"))
	}
	f.wide("Service desk", text(steps))
	if list := transitions(t); len(list) > 0 {
		last := list[len(list)-1]
		f.wide("Status", textf("%s, latest to “%s” by %s at %s", count(len(list), "change"), last.To, person(last.Author), v.clock.Exact(last.At)))
	}
	v.deployedFacts(&f, t)
	return f.block()
}

// approvalFields shows the configured fields whose names speak of approval.
func (v *view) approvalFields(d *Document, t *evidence.Ticket) {
	v.fieldSection(d, t, "Fields of the ticket", "approv", "authori", "cab", "sign_off", "signoff")
}

// fieldSection shows the configured fields whose name or title has one of the words.
func (v *view) fieldSection(d *Document, t *evidence.Ticket, title string, words ...string) bool {
	var f factList
	var long []Block
	for _, field := range t.Fields {
		name := strings.ToLower(field.Name + " " + field.Title)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) }) {
			continue
		}
		if value, ok := v.fieldValue(field.Value); ok {
			f.wide(fieldTitle(field), append(value, emptyMark(value)...))
			continue
		}
		long = append(long, heading(2, fieldTitle(field)))
		long = append(long, v.prose(field.Value)...)
	}
	if len(f.items)+len(long) == 0 {
		return false
	}
	d.add(heading(1, title))
	if len(f.items) > 0 {
		d.add(f.block())
	}
	d.add(long...)
	return true
}

func emptyMark(value []Span) []Span {
	if len(value) > 0 {
		return nil
	}
	return muted("(empty at the source)")
}

// personComments shows all comments but those of accounts that the source
// itself calls machines.
func (v *view) personComments(it evidence.Item) []Block {
	t := it.Ticket
	var entries []dated
	machines := 0
	for _, c := range t.Comments {
		if isMachine(c.Author) {
			machines++
			continue
		}
		entries = append(entries, dated{c.Created, v.commentCard(c, "commented")})
	}
	var blocks []Block
	if len(entries) == 0 {
		blocks = append(blocks, v.none(it.Ref, "The source reports no comment by a person.", "comment"))
	} else {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: "All comments by people, whatever they say. Which of them approves is for the reader to judge."}),
			Block{Conversation: &Conversation{Entries: inOrder(entries)}})
	}
	if machines > 0 {
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: count(machines, "comment") + " by automation accounts: see change_ticket."}))
	}
	return blocks
}

// testingResults shows what a change by ticket has of testing.
func (v *view) testingResults() *Document {
	d, it := v.beginRecord("testing_results", KindTesting, "Testing results")
	t := it.Ticket
	words := []string{"test", "uat", "qa", "verif", "validat", "staging"}
	had := false
	if t != nil {
		had = v.fieldSection(d, t, "Fields of the ticket", words...)
	}
	for _, it := range v.c.All(evidence.KindChecks) {
		d.cite(it)
		d.add(v.checksSection(it)...)
		had = true
	}
	for _, it := range v.ciBuilds() {
		d.cite(it)
		d.add(v.buildSection(it, true)...)
		had = true
	}
	had = v.addExhibits(d, "testing", words...) || had
	if t != nil && len(t.Attachments) > 0 {
		d.section(1, "Files of the ticket", para("Attached to the ticket; whether they show a test is for the reader to judge. change_ticket has the pictures among them, configuration_diff the diffs."))
		d.add(attachmentNames(v, t))
		d.add(v.attachedTexts(t)...)
	}
	gaps := v.gapsOf(evidence.KindChecks, evidence.KindBuild)
	if !had && len(gaps) == 0 {
		gap := note(GapTone, "No record of testing was obtained",
			"Asked for: configured fields of the ticket that speak of testing, CI results, and exhibits that say that they support testing. None of them exists in what was collected.")
		d.Blocks = append([]Block{gap}, d.Blocks...)
		d.Badges = append(d.Badges, Badge{"Not obtained", GapTone})
	}
	d.add(v.gapNotes(gaps)...)
	if t == nil {
		d.add(v.gapNotes(v.gapsOf(evidence.KindTicket))...)
	}
	return d
}

// attachedTexts shows the attached files that are text and no diffs.
func (v *view) attachedTexts(t *evidence.Ticket) []Block {
	var blocks []Block
	for _, a := range t.Attachments {
		kind := strings.ToLower(a.MediaType)
		readable := strings.HasPrefix(kind, "text/") || kind == "application/json"
		if len(a.Content) == 0 || !readable || isDiff(a.File, kind) || !utf8.Valid(a.Content) {
			continue
		}
		blocks = append(blocks, heading(2, a.File))
		blocks = append(blocks, paragraph(Span{Tone: Muted, Text: "Attached by " + person(a.Author) + " at " + v.clock.Exact(a.Created) + ", SHA-256 " + a.SHA256 + "."}))
		blocks = append(blocks, exhibitContent(&evidence.Exhibit{MediaType: a.MediaType, Content: a.Content})...)
	}
	return blocks
}

func attachmentNames(v *view, t *evidence.Ticket) Block {
	var rows []Row
	for _, a := range t.Attachments {
		rows = append(rows, row(link(a.File, a.URL), text(bytesText(a.Size)), text(person(a.Author)), text(v.clock.UTC(a.Created))))
	}
	return table([]Column{{Title: "File", Weight: 44}, {Title: "Size", Weight: 12}, {Title: "Added by", Weight: 22}, {Title: "Added", Weight: 22}}, rows)
}

// confirmedFacts says who stands for the deployment: who put the ticket into its
// present status, and who looked at production afterwards.
func (v *view) confirmedFacts(f *factList, t *evidence.Ticket) {
	moves := transitions(t)
	if n := len(moves); n > 0 && moves[n-1].To == t.Status {
		last := moves[n-1]
		f.add("Set to "+t.Status+" by", []Span{{Text: person(last.Author) + ", "}, {Text: v.clock.Exact(last.At), Whole: true}})
	}
	for _, r := range v.d.Results {
		if r.Attribute != "S" {
			continue
		}
		said := map[string]string{}
		for _, x := range r.Read {
			said[x.Name] = x.Value
		}
		if said["validated by"] == "" {
			f.add("Confirmed by, after the deployment", muted("nobody is recorded. "+r.Why))
			continue
		}
		f.add("Confirmed by, after the deployment", text(said["validated by"]+prefixed(", ", said["validated"])+prefixed(", ", said["where"])))
	}
}

// deploymentConfirmation shows what says that a change by ticket went live.
func (v *view) deploymentConfirmation() *Document {
	d, it := v.beginRecord("deployment_confirmation", KindDeployment, "Deployment confirmation")
	t := it.Ticket
	had := false
	if t != nil {
		var f factList
		v.deployedFacts(&f, t)
		if len(f.items) > 0 {
			v.confirmedFacts(&f, t)
			d.add(f.block())
			had = true
		}
	}
	if deps := v.c.All(evidence.KindDeployment); len(deps) > 0 {
		for _, it := range deps {
			d.cite(it)
			d.add(v.deploymentSection(it, "Deployment "+it.Deployment.ID)...)
		}
		had = true
	}
	if t != nil {
		had = v.fieldSection(d, t, "Fields of the ticket", "deploy", "implement", "release", "rollback", "backout", "window", "schedule") || had
		d.section(1, "Changes of status", v.transitionTable(it)...)
	}
	had = v.addExhibits(d, "deployment", "deploy", "implement", "release", "rollout", "confirm") || had
	if !had {
		gap := note(GapTone, "No record of the deployment was obtained",
			"Asked for: the field or status of the ticket that the configuration names for deployment, deployments of a pipeline, and exhibits that say that they support deployment. None of them exists in what was collected.")
		d.Blocks = append([]Block{gap}, d.Blocks...)
		d.Badges = append(d.Badges, Badge{"Not obtained", GapTone})
	}
	d.add(v.gapNotes(v.gapsOf(evidence.KindDeployment, evidence.KindEnvironment))...)
	if t == nil {
		d.add(v.gapNotes(v.gapsOf(evidence.KindTicket))...)
	}
	return d
}
