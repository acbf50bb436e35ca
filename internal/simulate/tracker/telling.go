package tracker

import (
	"fmt"
	"strings"
	"time"
)

// IDs hands out the numbers of a site, one kind after another.
type IDs struct{ next map[string]int }

// NewIDs begins the counting.
func NewIDs() *IDs { return &IDs{next: map[string]int{}} }

// Next gives the next number of a kind, beginning with from.
func (n *IDs) Next(kind string, from int) int {
	if n.next[kind] == 0 {
		n.next[kind] = from
	}
	id := n.next[kind]
	n.next[kind]++
	return id
}

func (n *IDs) text(kind string, from int) string { return fmt.Sprint(n.Next(kind, from)) }

func (is *Issue) save(ids *IDs, at time.Time, by *User, items ...ChangeItem) {
	is.History = append(is.History, &Change{ID: ids.text("history", 20017), At: at, Author: by, Items: items})
	is.touch(at)
}

func (is *Issue) touch(at time.Time) {
	if at.After(is.Updated) {
		is.Updated = at
	}
}

// Transition moves the issue to another status, and sets or clears the
// resolution with it ("" clears).
func (is *Issue) Transition(ids *IDs, at time.Time, by *User, to Status, resolution string) {
	items := []ChangeItem{{
		Field: "status", FieldID: "status", FieldType: "jira",
		From: is.Status.ID, FromString: is.Status.Name, To: to.ID, ToString: to.Name,
	}}
	if resolution != is.Resolution {
		items = append(items, ChangeItem{
			Field: "resolution", FieldID: "resolution", FieldType: "jira",
			From: resolutionID(is.Resolution), FromString: is.Resolution, To: resolutionID(resolution), ToString: resolution,
		})
		is.Resolution = resolution
		is.Resolved = time.Time{}
		if resolution != "" {
			is.Resolved = at
		}
	}
	is.Status = to
	is.save(ids, at, by, items...)
}

// Assign gives the issue to somebody, or to nobody.
func (is *Issue) Assign(ids *IDs, at time.Time, by, to *User) {
	item := ChangeItem{Field: "assignee", FieldID: "assignee", FieldType: "jira"}
	if is.Assignee != nil {
		item.From, item.FromString = is.Assignee.AccountID, is.Assignee.shownName()
	}
	if to != nil {
		item.To, item.ToString = to.AccountID, to.shownName()
	}
	is.Assignee = to
	is.save(ids, at, by, item)
}

// Rename changes the summary.
func (is *Issue) Rename(ids *IDs, at time.Time, by *User, summary string) {
	is.save(ids, at, by, ChangeItem{
		Field: "summary", FieldID: "summary", FieldType: "jira", FromString: is.Summary, ToString: summary,
	})
	is.Summary = summary
}

// Rewrite changes the description.
func (is *Issue) Rewrite(ids *IDs, at time.Time, by *User, body Text) {
	is.save(ids, at, by, ChangeItem{
		Field: "description", FieldID: "description", FieldType: "jira", FromString: is.Body.Wiki(), ToString: body.Wiki(),
	})
	is.Body = body
}

// Prioritise changes the priority.
func (is *Issue) Prioritise(ids *IDs, at time.Time, by *User, priority string) {
	is.save(ids, at, by, ChangeItem{
		Field: "priority", FieldID: "priority", FieldType: "jira",
		From: priorityID(is.Priority), FromString: is.Priority, To: priorityID(priority), ToString: priority,
	})
	is.Priority = priority
}

// Set changes a custom field.
func (is *Issue) Set(ids *IDs, at time.Time, by *User, f *Field, v Value) {
	old := is.Custom[f.Number]
	item := ChangeItem{
		Field: f.Name, FieldID: f.ID(), FieldType: "custom",
		FromString: old.plain(f), ToString: v.plain(f),
	}
	if f.Kind == Select || f.Kind == MultiSelect {
		item.From, item.To = optionIDs(f, old), optionIDs(f, v)
	}
	if f.Kind == DateTime {
		item.From, item.To = instant(old.Time), instant(v.Time)
	}
	if is.Custom == nil {
		is.Custom = map[int]Value{}
	}
	is.Custom[f.Number] = v
	is.save(ids, at, by, item)
}

// Say adds a comment.
func (is *Issue) Say(ids *IDs, at time.Time, by *User, body Text) *Comment {
	c := &Comment{ID: ids.text("comment", 30102), Author: by, Body: body, Created: at, Updated: at}
	is.Comments = append(is.Comments, c)
	is.touch(at)
	return c
}

// Attach adds a file.
func (is *Issue) Attach(ids *IDs, at time.Time, by *User, file, mediaType string, content []byte) *Attachment {
	a := &Attachment{ID: ids.text("attachment", 40009), File: file, MediaType: mediaType, Author: by, Created: at, Content: content}
	is.Attachments = append(is.Attachments, a)
	is.save(ids, at, by, ChangeItem{Field: "Attachment", FieldID: "attachment", FieldType: "jira", To: a.ID, ToString: a.File})
	return a
}

// Relate links two issues, and both remember it: "a causes b".
func Relate(ids *IDs, at time.Time, by *User, a, b *Issue, kind, inward, outward string) {
	id := ids.text("link", 50031)
	a.Links = append(a.Links, Link{ID: id, Type: kind, Inward: inward, Outward: outward, Other: b})
	b.Links = append(b.Links, Link{ID: id, Type: kind, Inward: inward, Outward: outward, Other: a, IsInward: true})
	a.save(ids, at, by, ChangeItem{Field: "Link", FieldType: "jira", To: b.Key, ToString: "This work item " + outward + " " + b.Key})
	b.save(ids, at, by, ChangeItem{Field: "Link", FieldType: "jira", To: a.Key, ToString: "This work item " + inward + " " + a.Key})
}

// Point adds a link to a page elsewhere.
func (is *Issue) Point(ids *IDs, at time.Time, by *User, l RemoteLink) {
	l.ID = ids.Next("remotelink", 60001)
	is.Remote = append(is.Remote, l)
	is.save(ids, at, by, ChangeItem{
		Field: "RemoteWorkItemLink", FieldType: "jira", To: fmt.Sprint(l.ID),
		ToString: fmt.Sprintf("This work item links to %q (%s)", l.Title, l.Application),
	})
}

// Ask opens an approval step.
func (is *Issue) Ask(ids *IDs, at time.Time, name string, whom ...*User) *Approval {
	a := &Approval{ID: ids.text("approval", 1), Name: name, Decision: "pending", Created: at}
	for _, u := range whom {
		a.Approvers = append(a.Approvers, Approver{User: u, Decision: "pending"})
	}
	is.Approvals = append(is.Approvals, a)
	is.touch(at)
	return a
}

// Answer records one approver's decision, and with last the step's.
func (a *Approval) Answer(is *Issue, at time.Time, by *User, decision string, last bool) {
	for i := range a.Approvers {
		if a.Approvers[i].User == by {
			a.Approvers[i].Decision = decision
		}
	}
	if last {
		a.Decision, a.Completed = decision, at
	}
	is.touch(at)
}

func (v Value) plain(f *Field) string {
	switch f.Kind {
	case Select, MultiSelect:
		return strings.Join(v.Options, ", ")
	case DateTime:
		if v.Time.IsZero() {
			return ""
		}
		return v.Time.Format("02/Jan/06 3:04 PM")
	case UserPicker:
		if v.User == nil {
			return ""
		}
		return v.User.shownName()
	case Float:
		if v.Number == nil {
			return ""
		}
		return fmt.Sprint(*v.Number)
	}
	return v.Text.Wiki()
}

// Note records any other change of a field, such as a rank.
func (is *Issue) Note(ids *IDs, at time.Time, by *User, items ...ChangeItem) {
	is.save(ids, at, by, items...)
}

func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02T15:04:05.000-0700")
}
