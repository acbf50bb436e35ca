package document

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// ticket shows a ticket as its tracker would: title, fields, description,
// and everything that was done and said, oldest first.
func (v *view) ticket(name string, it evidence.Item) *Document {
	t := it.Ticket
	d := v.begin(name, KindTicket, "Change ticket "+t.Key)
	d.Mark = t.Key
	d.Headline = or(strings.TrimSpace(t.Title), "(no title)")
	d.SourceURL = safeURL(t.URL)
	if t.Status != "" {
		d.Badges = append(d.Badges, Badge{t.Status, Info})
	}
	if t.Resolution != "" && t.Resolution != t.Status {
		d.Badges = append(d.Badges, Badge{t.Resolution, Muted})
	}
	d.Subtitle = ticketSubtitle(t)
	d.cite(it)
	if t.Requested != "" && t.Requested != t.Key {
		d.add(note(Info, "Found under another key", fmt.Sprintf("Asked for as %s; the source now calls it %s.", t.Requested, t.Key)))
	}
	d.add(v.ticketFacts(t))
	d.add(v.gapNotes(v.c.GapsOf(it.Ref))...)
	d.section(1, "Description", orEmpty(v.prose(t.Body))...)
	for _, f := range t.Fields {
		if _, ok := v.fieldValue(f.Value); !ok {
			d.section(2, fieldTitle(f), v.prose(f.Value)...)
		}
	}
	if len(t.Approvals) > 0 {
		d.section(1, "Approvals", v.approvalSteps(t.Approvals))
	}
	d.add(relatedRecords(t)...)
	d.add(v.attachments(t)...)
	d.section(1, "Activity", v.ticketActivity(it)...)
	return d
}

func (v *view) noTicket() *Document {
	d := v.begin("change_ticket", KindTicket, "Change ticket")
	d.Headline = "No change ticket"
	d.Badges = []Badge{{"Not obtained", GapTone}}
	if v.c.Sample.Ref.Kind == evidence.KindTicket {
		d.Mark = v.c.Sample.Ref.ID
	}
	d.add(v.nothing("change ticket", "No collected record of this sample names a ticket of a configured project.", evidence.KindTicket)...)
	return d
}

func ticketSubtitle(t *evidence.Ticket) []Span {
	var spans []Span
	if t.Type != "" {
		spans = append(spans, Span{Text: t.Type, Bold: true})
	}
	if t.Project != "" {
		spans = append(spans, Span{Text: prefixed(map[bool]string{true: "", false: " in "}[len(spans) == 0], t.Project)})
	}
	if t.Reporter != nil {
		spans = append(spans, Span{Text: map[bool]string{true: "", false: ", "}[len(spans) == 0] + "reported by "}, Span{Text: person(t.Reporter), Bold: true})
	}
	return spans
}

func orEmpty(blocks []Block) []Block {
	if len(blocks) == 0 {
		return []Block{paragraph(Span{Text: "(empty at the source)", Italic: true, Tone: Muted})}
	}
	return blocks
}

func fieldTitle(f evidence.Field) string { return or(f.Title, or(f.Name, f.ID)) }

func (v *view) ticketFacts(t *evidence.Ticket) Block {
	var f factList
	f.add("Type", text(t.Type))
	f.add("Priority", text(t.Priority))
	f.must("Status", text(t.Status))
	f.add("Resolution", text(t.Resolution))
	if t.Reporter != nil || t.Creator == nil {
		f.must("Reporter", text(person(t.Reporter)))
	}
	if t.Creator != nil && (t.Reporter == nil || *t.Creator != *t.Reporter) {
		f.add("Creator", text(person(t.Creator)))
	}
	if t.Assignee == nil {
		f.add("Assignee", muted("nobody"))
	} else {
		f.add("Assignee", text(person(t.Assignee)))
	}
	f.must("Created", v.when(t.Created))
	f.add("Updated", v.when(t.Updated))
	f.add("Resolved", v.when(t.Resolved))
	f.add("Due", text(t.Due))
	f.add("Labels", text(strings.Join(t.Labels, ", ")))
	f.add("Components", text(strings.Join(t.Components, ", ")))
	f.add("Versions", text(strings.Join(t.Versions, ", ")))
	v.deployedFacts(&f, t)
	for _, field := range t.Fields {
		value, ok := v.fieldValue(field.Value)
		if !ok {
			continue
		}
		if len(value) == 0 {
			value = muted("(empty at the source)")
		}
		f.items = append(f.items, Fact{Label: fieldTitle(field), Value: value})
	}
	return f.block()
}

func (v *view) deployedFacts(f *factList, t *evidence.Ticket) {
	if t.Deployed.IsZero() {
		return
	}
	when := v.when(t.Deployed)
	if t.DeployedDay {
		when = text(t.Deployed.UTC().Format(time.DateOnly) + dayAlone)
	}
	f.add("Deployed, by the ticket", when)
	if t.DeployedBy != nil {
		f.add("Deployed by", text(person(t.DeployedBy)))
	} else {
		f.add("Deployed by", muted("the ticket names nobody"))
	}
	f.add("Deployment taken from", text(t.DeployedBasis))
}

// dayAlone follows a day whose time is not known.
const dayAlone = " (a day alone: its time is not recorded)"

// deployedAt shows when the change went live, or nothing for a zero time.
func (v *view) deployedAt(at time.Time) []Span {
	if v.c.DeployedDayOnly() && at.Equal(v.c.DeployedAt()) {
		return text(at.UTC().Format(time.DateOnly) + dayAlone)
	}
	return v.when(at)
}

// approvalSteps shows the approvals of a service desk as cards.
func (v *view) approvalSteps(steps []evidence.TicketApproval) Block {
	c := &Conversation{}
	for _, s := range steps {
		e := Entry{Card: true, Who: or(s.Name, "Approval step "+s.ID), When: v.clock.Exact(s.Completed),
			Badge: Badge{or(s.Decision, "decision not stated"), conclusionTone(s.Decision)}}
		if s.Completed.IsZero() {
			e.When = "not completed"
		}
		e.Tone = e.Badge.Tone
		e.Meta = []Span{{Text: "Asked for " + v.clock.Exact(s.Created)}}
		var rows []Row
		for _, a := range s.Approvers {
			rows = append(rows, row(text(person(a.Person)), state(a.Decision)))
		}
		if len(rows) == 0 {
			e.Blocks = []Block{paragraph(Span{Text: "No approvers are listed.", Tone: Muted})}
		} else {
			e.Blocks = []Block{table([]Column{{Title: "Approver", Weight: 60}, {Title: "Decision", Weight: 40}}, rows)}
		}
		c.Entries = append(c.Entries, e)
	}
	return Block{Conversation: c}
}

func relatedRecords(t *evidence.Ticket) []Block {
	if len(t.Related)+len(t.Remote) == 0 {
		return nil
	}
	var rows []Row
	for _, l := range t.Related {
		rows = append(rows, row(text(l.Relation), text(l.Key), text(l.Title), text(l.Status)))
	}
	for _, r := range t.Remote {
		title := or(r.Title, r.URL)
		spans := link(title, r.URL)
		if title != r.URL {
			spans = append(spans, Span{Text: "\n" + r.URL, Tone: Muted})
		}
		rows = append(rows, row(text(or(r.Relationship, "link")), text(r.Application), spans, nil))
	}
	return append([]Block{heading(1, "Linked records")}, limited([]Column{{Title: "Relation", Weight: 20}, {Title: "Record", Weight: 18},
		{Title: "Title", Weight: 46}, {Title: "Status", Weight: 16}}, rows, "links")...)
}

// attachments lists the files of a ticket and shows those that are pictures.
func (v *view) attachments(t *evidence.Ticket) []Block {
	if len(t.Attachments) == 0 {
		return nil
	}
	var rows []Row
	var images []Block
	for _, a := range t.Attachments {
		sum := code(a.SHA256)
		if a.SHA256 == "" {
			sum = muted("not fetched")
		}
		rows = append(rows, row(link(a.File, a.URL), text(a.MediaType), text(bytesText(a.Size)), text(person(a.Author)), text(v.clock.UTC(a.Created)), sum))
		if isImage(a.MediaType) && len(a.Content) > 0 {
			images = append(images, Block{Image: &Image{Content: a.Content, MediaType: a.MediaType, Name: a.File,
				Caption: "Attachment " + a.File + ", added by " + person(a.Author) + " at " + v.clock.UTC(a.Created)}})
		}
	}
	blocks := append([]Block{heading(1, "Attachments")}, limited([]Column{{Title: "File", Weight: 22}, {Title: "Type", Weight: 12},
		{Title: "Size", Weight: 10}, {Title: "Added by", Weight: 14}, {Title: "Added", Weight: 14}, {Title: "SHA-256", Weight: 24}}, rows, "attachments")...)
	return append(blocks, images...)
}

func isImage(mediaType string) bool {
	switch strings.ToLower(mediaType) {
	case "image/png", "image/jpeg", "image/jpg", "image/gif":
		return true
	}
	return false
}

// ticketActivity shows comments and the whole history in the order of time,
// with the production deployment among them.
func (v *view) ticketActivity(it evidence.Item) []Block {
	t := it.Ticket
	var list []dated
	for _, h := range t.History {
		list = append(list, dated{h.At, v.historyLine(h)})
	}
	for _, c := range t.Comments {
		list = append(list, dated{c.Created, v.commentCard(c, "commented")})
	}
	if len(list) == 0 {
		return []Block{v.none(it.Ref, "The source reports no comments and no changes of fields.", "comment", "history", "changelog")}
	}
	if at := v.c.DeployedAt(); !at.IsZero() {
		list = append(list, dated{at, Entry{Who: "Production", When: plain(v.deployedAt(at)), Tone: Info,
			Action: text("received this change (shown here for orientation; not an entry of the ticket)")}})
	}
	entries := inOrder(list)
	intro := paragraph(Span{Tone: Muted, Text: fmt.Sprintf("%s and %s, oldest first.", count(len(t.Comments), "comment"), count(len(t.History), "change")+" of fields")})
	blocks := []Block{intro}
	left := len(entries) - maxRows
	if left > 0 {
		entries = entries[:maxRows]
	}
	blocks = append(blocks, Block{Conversation: &Conversation{Entries: entries}})
	if left > 0 {
		blocks = append(blocks, note(Attention, "Cut short here", fmt.Sprintf(
			"%d more entries are not shown. The source/ folder of this sample has them all.", left)))
	}
	return blocks
}

func (v *view) historyLine(h evidence.HistoryEntry) Entry {
	e := Entry{Who: person(h.Author), When: v.clock.Exact(h.At)}
	value := func(s string) Span {
		if s == "" {
			return Span{Text: "(empty)", Tone: Muted}
		}
		return Span{Text: clip(strings.Join(strings.Fields(s), " "), 300), Bold: true}
	}
	e.Action = []Span{{Text: "changed "}, {Text: h.Field, Italic: true}, {Text: " from "}, value(h.From), {Text: " to "}, value(h.To)}
	if isStatus(h) {
		e.Tone = Info
	}
	return e
}

func isStatus(h evidence.HistoryEntry) bool { return strings.EqualFold(h.Field, "status") }

// transitions are the changes of status, in order.
func transitions(t *evidence.Ticket) []evidence.HistoryEntry {
	var list []evidence.HistoryEntry
	for _, h := range t.History {
		if isStatus(h) {
			list = append(list, h)
		}
	}
	slices.SortStableFunc(list, func(a, b evidence.HistoryEntry) int { return a.At.Compare(b.At) })
	return list
}

func (v *view) transitionTable(it evidence.Item) []Block {
	list := transitions(it.Ticket)
	if len(list) == 0 {
		return []Block{v.none(it.Ref, "The source reports no change of status.", "history", "changelog")}
	}
	var rows []Row
	for _, h := range list {
		rows = append(rows, row(text(v.clock.Exact(h.At)), text(person(h.Author)), text(h.From), []Span{{Text: h.To, Bold: true}}))
	}
	return limited([]Column{{Title: "When", Weight: 34}, {Title: "By", Weight: 26}, {Title: "From", Weight: 20}, {Title: "To", Weight: 20}}, rows, "changes of status")
}
