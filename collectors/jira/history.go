package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// history reads the whole changelog, oldest entry first.
func (r *reading) history(ctx context.Context) {
	all, err := r.changelog(ctx)
	r.failed("history", "the history", err)
	r.keepHistory(all)
}

// keepHistory sorts the changes of all histories.
func (r *reading) keepHistory(all []history) {
	type entry struct {
		evidence.HistoryEntry
		order int // of the item within its history: what Jira shows first
	}
	var entries []entry
	for _, h := range all {
		at, author := r.time("history", h.Created), r.c.person(h.Author)
		for i, it := range h.Items {
			entries = append(entries, entry{evidence.HistoryEntry{
				ID: h.ID, At: at, Author: author, Field: it.Field, FieldID: it.FieldID,
				From: shown(it.FromString, it.From), To: shown(it.ToString, it.To),
			}, i})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(a.At.Compare(b.At), compareIDs(a.ID, b.ID), cmp.Compare(a.order, b.order))
	})
	for _, e := range entries {
		r.ticket.History = append(r.ticket.History, e.HistoryEntry)
	}
}

// changelog gives the histories. Cloud serves them in pages; Data Center
// inside the ticket, with a count that says whether they are whole.
func (r *reading) changelog(ctx context.Context) ([]history, error) {
	if r.c.config.Cloud {
		return list(ctx, r.c, listing{path: r.c.api + "issue/" + r.body.Key + "/changelog", key: "values",
			noun: "history", start: "startAt", limit: "maxResults"}, func(h history) string { return h.ID })
	}
	log := r.body.Changelog
	if log == nil {
		return nil, &evidence.GapError{Part: "history", Reason: evidence.Unreachable,
			Detail: "Jira gave the ticket without its changelog, though it was asked for"}
	}
	if log.Total != nil && len(log.Histories) < *log.Total {
		return log.Histories, cut("history", len(log.Histories), *log.Total)
	}
	return log.Histories, nil
}

// shown gives what people saw, else the raw value.
func shown(text *string, raw json.RawMessage) string {
	if text != nil {
		return *text
	}
	return plain(raw)
}

// deployed reads when the ticket says that the change went live.
func (r *reading) deployed() {
	if r.deployedByField() {
		return
	}
	for _, h := range r.ticket.History {
		if h.Field != "status" && h.FieldID != "status" || h.At.IsZero() {
			continue
		}
		reached := func(status string) bool { return strings.EqualFold(status, h.To) }
		if slices.ContainsFunc(r.c.config.DeployedStatuses, reached) {
			r.ticket.Deployed, r.ticket.DeployedBy = h.At, h.Author
			r.ticket.DeployedBasis = fmt.Sprintf("status changed from %q to %q", h.From, h.To)
			return
		}
	}
}

// deployedByField reads the configured field; ok is false where it is empty or
// no date. Whoever set it to what it says is named, as for a status: that is
// all that the ticket records of who carried the change out.
func (r *reading) deployedByField() (ok bool) {
	f, ok := r.ticket.Field(r.c.config.DeployedField)
	if !ok || r.c.config.DeployedField == "" || f.Value.Source == "" {
		return false
	}
	basis := fmt.Sprintf("field %q (%s)", f.Title, f.ID)
	if at, ok := parseTime(f.Value.Source); ok {
		r.ticket.Deployed, r.ticket.DeployedBy, r.ticket.DeployedBasis = at, r.setLast(f), basis
		return true
	}
	if day, err := time.Parse(time.DateOnly, f.Value.Source); err == nil {
		r.ticket.Deployed, r.ticket.DeployedBy, r.ticket.DeployedDay = day, r.setLast(f), true
		r.ticket.DeployedBasis = basis + ", which names the day and not the time"
		return true
	}
	r.note(&evidence.GapError{Part: "deployed", Reason: evidence.Ambiguous,
		Detail: fmt.Sprintf("%s says %q, which is not a date that can be read", basis, shorten(f.Value.Source, 60))})
	return false
}

// setLast gives who last set a field, by its history; nil where it was set when
// the ticket was created, or where the history does not say.
func (r *reading) setLast(f evidence.Field) *evidence.Person {
	var by *evidence.Person
	for _, h := range r.ticket.History {
		if h.FieldID == f.ID || h.FieldID == "" && strings.EqualFold(h.Field, f.Title) {
			by = h.Author
		}
	}
	return by
}
