package jira

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// reading is the work on one ticket: the answer, the ticket that comes of it,
// and what could not be had.
type reading struct {
	c      *Collector
	body   *issueBody
	ticket *evidence.Ticket
	gaps   []error
}

func (r *reading) note(err error) {
	if err != nil {
		r.gaps = append(r.gaps, err)
	}
}

// failed notes that a part was not had, or not whole.
func (r *reading) failed(part, what string, err error) {
	var known *evidence.GapError
	switch {
	case err == nil:
	case errors.As(err, &known):
		r.gaps = append(r.gaps, known)
	default:
		r.gaps = append(r.gaps, r.c.gap(part, what, err))
	}
}

func (r *reading) read(ctx context.Context) {
	r.facts()
	r.related()
	r.fields(ctx)
	r.comments(ctx)
	r.history(ctx)
	r.remoteLinks(ctx)
	r.attachments(ctx)
	if r.c.config.ServiceDesk {
		r.approvals(ctx)
	}
	r.deployed()
}

// facts reads the fields that every ticket has.
func (r *reading) facts() {
	t := r.ticket
	t.Key = r.body.Key
	t.URL = r.c.page("browse/" + url.PathEscape(t.Key))
	var project, kind, status, resolution, priority named
	var reporter, creator, assignee *user
	var components, versions []named
	var created, updated, resolved string
	for _, f := range []struct {
		name string
		into any
	}{
		{"summary", &t.Title}, {"duedate", &t.Due}, {"labels", &t.Labels},
		{"project", &project}, {"issuetype", &kind}, {"status", &status},
		{"resolution", &resolution}, {"priority", &priority},
		{"reporter", &reporter}, {"creator", &creator}, {"assignee", &assignee},
		{"components", &components}, {"fixVersions", &versions},
		{"created", &created}, {"updated", &updated}, {"resolutiondate", &resolved},
	} {
		r.decode(f.name, f.into)
	}
	t.Project, t.Type, t.Status = project.Key, kind.Name, status.Name
	t.Resolution, t.Priority = resolution.Name, priority.Name
	t.Reporter, t.Creator, t.Assignee = r.c.person(reporter), r.c.person(creator), r.c.person(assignee)
	t.Components, t.Versions = names(components), names(versions)
	t.Created = r.time("created", created)
	t.Updated = r.time("updated", updated)
	t.Resolved = r.time("resolutiondate", resolved)
	t.Body = r.prose(r.body.Fields["description"])
}

// decode reads one field of the ticket; one of an unexpected shape is a gap.
func (r *reading) decode(name string, into any) {
	raw := r.body.Fields[name]
	if isNull(raw) {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		r.note(&evidence.GapError{Part: name, Reason: evidence.Unreachable, Err: err,
			Detail: fmt.Sprintf("Jira sent the field %q in a form that is not known; see the raw record", name)})
	}
}

// time reads a time; one that cannot be read is a gap and stays zero.
func (r *reading) time(part, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, ok := parseTime(s)
	if !ok {
		r.note(&evidence.GapError{Part: part, Reason: evidence.Unreachable,
			Detail: fmt.Sprintf("Jira wrote %q where a time belongs", shorten(s, 60))})
	}
	return t
}

// prose gives a text in the markup that it is stored in: a document where Jira
// sent one, else wiki markup.
func (r *reading) prose(raw json.RawMessage) evidence.Text {
	if isNull(raw) {
		return evidence.Text{}
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		if s == "" {
			return evidence.Text{}
		}
		return evidence.Text{Markup: evidence.Wiki, Source: s}
	}
	if isDocument(raw) {
		return document(raw)
	}
	return evidence.Text{Markup: evidence.Plain, Source: compact(raw)}
}

func isDocument(raw json.RawMessage) bool {
	var doc struct {
		Type    string          `json:"type"`
		Content json.RawMessage `json:"content"`
	}
	return json.Unmarshal(raw, &doc) == nil && doc.Type == "doc"
}

func document(raw json.RawMessage) evidence.Text {
	return evidence.Text{Markup: evidence.ADF, Source: compact(raw)}
}

// compact takes the white space between JSON tokens away.
func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

// page gives the address, for a person, of a path under the base URL.
func (c *Collector) page(path string) string {
	return strings.TrimSuffix(c.config.BaseURL.String(), "/") + "/" + path
}

func names(all []named) []string {
	var out []string
	for _, n := range all {
		out = append(out, n.Name)
	}
	return out
}

// related lists the parent, the sub-tasks and the linked tickets.
func (r *reading) related() {
	add := func(relation string, to *linkedIssue) {
		if to != nil && to.Key != "" {
			r.ticket.Related = append(r.ticket.Related, evidence.TicketLink{
				Relation: relation, Key: to.Key, Title: to.Fields.Summary, Status: to.Fields.Status.Name})
		}
	}
	var parent *linkedIssue
	var subtasks []*linkedIssue
	var links []issueLink
	r.decode("parent", &parent)
	r.decode("subtasks", &subtasks)
	r.decode("issuelinks", &links)
	add("parent", parent)
	for _, s := range subtasks {
		add("sub-task", s)
	}
	for _, l := range links {
		add(l.Type.Inward, l.Inward)
		add(l.Type.Outward, l.Outward)
	}
}

func (r *reading) comments(ctx context.Context) {
	l := listing{path: r.c.api + "issue/" + r.body.Key + "/comment", key: "comments", noun: "comments", start: "startAt", limit: "maxResults"}
	if r.c.config.ServiceDesk {
		l.query = url.Values{"expand": {"properties"}}
	}
	all, err := list(ctx, r.c, l, func(m comment) string { return m.ID })
	r.failed("comments", "comments", err)
	for _, m := range all {
		r.ticket.Comments = append(r.ticket.Comments, evidence.Comment{
			ID:       m.ID,
			Author:   r.c.person(m.Author),
			Created:  r.time("comments", m.Created),
			Updated:  r.time("comments", m.Updated),
			Body:     r.prose(m.Body),
			URL:      r.ticket.URL + "?focusedCommentId=" + url.QueryEscape(m.ID),
			Internal: m.internal(),
		})
	}
	slices.SortStableFunc(r.ticket.Comments, func(a, b evidence.Comment) int {
		return cmp.Or(a.Created.Compare(b.Created), compareIDs(a.ID, b.ID))
	})
}

// internal reports whether only the service desk's agents see the comment.
// Cloud says so in jsdPublic, Data Center in the property sd.public.comment.
func (m comment) internal() bool {
	if m.Public != nil {
		return !*m.Public
	}
	for _, p := range m.Properties {
		var value struct {
			Internal bool `json:"internal"`
		}
		if p.Key == "sd.public.comment" && json.Unmarshal(p.Value, &value) == nil {
			return value.Internal
		}
	}
	return false
}

func (r *reading) remoteLinks(ctx context.Context) {
	var links []gojira.RemoteLink
	_, err := r.c.get(ctx, r.c.api+"issue/"+r.body.Key+"/remotelink", nil, &links)
	r.failed("remote links", "the remote links", err)
	slices.SortStableFunc(links, func(a, b gojira.RemoteLink) int { return cmp.Compare(a.ID, b.ID) })
	for _, l := range links {
		out := evidence.RemoteLink{Relationship: l.Relationship}
		if l.Object != nil {
			out.Title, out.URL = l.Object.Title, l.Object.URL
		}
		if l.Application != nil {
			out.Application = cmp.Or(l.Application.Name, l.Application.Type)
		}
		r.ticket.Remote = append(r.ticket.Remote, out)
	}
}

// compareIDs orders Jira's numbers written as text: by length, then digits.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
