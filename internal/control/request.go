package control

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// answer is what a request says under one of the fields that the policy asks
// for, as of a cut-off.
type answer struct {
	text   string
	edited time.Time // when it was changed after the cut-off
	sure   bool      // it is known to have stood at the cut-off
	lack   *lack
}

// prose are the fields that must say something in words.
var prose = []string{"description", "justification"}

// ticketAnswer finds a field of the change request: where the tracker keeps
// it, else in the description.
func (x *exam) ticketAnswer(l linked, name string, cut time.Time) answer {
	t := l.t
	if g := x.partial(l.ref, "the field "+strings.ReplaceAll(name, "_", " ")+" of ticket "+t.Key, "field "+name); g != nil {
		return answer{lack: g}
	}
	if g := x.lacks(l.ref, "the history of ticket "+t.Key, "history"); g != nil {
		return answer{lack: g}
	}
	if f, ok := t.Field(name); ok {
		if v := fieldAt(t, f.Value, f.Title, f.ID, cut); strings.TrimSpace(v.text) != "" || !v.edited.IsZero() {
			return answer{text: v.text, edited: v.edited, sure: true}
		}
	}
	body := bodyAt(t, cut)
	out := answer{text: x.sections(body.text)[name], edited: body.edited, sure: x.bodyDated(l, cut)}
	if strings.TrimSpace(out.text) != "" {
		return out
	}
	switch name {
	case "description":
		out.text = body.text
	case "systems":
		out.text, out.edited, out.sure = strings.Join(t.Components, ", "), changedAfter(t, "component", cut), true
	case "planned_start":
		out.text, out.edited, out.sure = fieldAt(t, evidence.Text{Markup: evidence.Plain, Source: t.Due}, "duedate", "duedate", cut).text, time.Time{}, true
	case "requester":
		if t.Reporter != nil {
			out.text, out.edited, out.sure = t.Reporter.String(), changedAfter(t, "reporter", cut), true
		}
	}
	return out
}

// changedAfter gives when a list of the ticket first changed after a cut-off, of
// which the history names single entries and not the whole.
func changedAfter(t *evidence.Ticket, name string, cut time.Time) time.Time {
	for _, h := range t.History {
		if h.At.After(cut) && (isField(h, name, "") || isField(h, name+"s", "")) {
			return h.At
		}
	}
	return time.Time{}
}

// pullAnswer finds a field in the description of the pull request, as it stood
// at a cut-off.
func (x *exam) pullAnswer(name string, cut time.Time) answer {
	out := x.pullText(cut)
	parts := x.sections(out.text)
	out.text = parts[name]
	if strings.TrimSpace(out.text) != "" {
		return out
	}
	switch name {
	case "description":
		out.text = parts[""]
	case "requester":
		if x.pr.Author != nil {
			out.text, out.edited, out.sure = x.pr.Author.String(), time.Time{}, true
		}
	}
	return out
}

// pullFields gives what the pull request holds of a request, and what it lacks.
func (x *exam) pullFields() (holds string, lacking []string) {
	var has []string
	for _, name := range x.p.Request.Fields {
		if x.worth(name, x.pullAnswer(name, x.judged())) == blank {
			lacking = append(lacking, fieldWord(name))
		} else {
			has = append(has, fieldWord(name))
		}
	}
	return strings.Join(has, ", "), lacking
}

func fieldWord(name string) string { return strings.ReplaceAll(name, "_", " ") }

// worth judges an answer by the policy's floor.
func (x *exam) worth(name string, a answer) quality {
	if name == "risk" {
		if set, boxes := ticked(a.text); boxes && len(set) > 0 {
			return substance
		}
	}
	least := 1
	if slices.Contains(prose, name) {
		least = x.p.Request.LeastWords
	}
	return x.judgeText(a.text, least)
}
