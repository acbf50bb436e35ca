package control

import (
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// inField lets the ticket's validation field hold each text in turn, half an
// hour apart from 13:00 on, and takes the remarks away.
func (w *world) inField(texts ...string) {
	w.ticket.Comments = nil
	w.ticket.Fields = append(w.ticket.Fields, evidence.Field{Name: "validation", Title: "Validation", ID: "cf9", Value: plainly(texts[len(texts)-1])})
	from := ""
	for i, to := range texts {
		w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("13:00").Add(time.Duration(i) * 30 * time.Minute), Author: ji("grace"), Field: "Validation", FieldID: "cf9", From: from, To: to})
		from = to
	}
}

// inStatus moves the ticket from status to status in the same way.
func (w *world) inStatus(names ...string) {
	w.ticket.Comments = nil
	for i, to := range names {
		w.ticket.History = append(w.ticket.History, evidence.HistoryEntry{At: clock("13:00").Add(time.Duration(i) * 30 * time.Minute), Author: ji("grace"), Field: "status", To: to})
	}
}

// TestSFailed is S of what was not validated, in a record made for it.
func TestSFailed(t *testing.T) {
	say := func(w *world, s string) { w.ticket.Comments[0].Body = plainly(s) }
	also := func(w *world, who, at, s string) {
		w.ticket.Comments = append(w.ticket.Comments, evidence.Comment{ID: "c9", Author: ji(who), Created: clock(at), Updated: clock(at), Body: plainly(s)})
	}
	const good = "Validated in production, all normal"
	table(t, "S", map[string]one{
		"field, denied":      {nil, func(w *world) { w.inField("Not validated: the amounts are wrong in production, roll back") }, look, "VALIDATION_UNCLEAR"},
		"field, failed":      {nil, func(w *world) { w.inField("Failed, rolled back, do not release") }, look, "VALIDATION_UNCLEAR"},
		"field, rolled back": {nil, func(w *world) { w.inField("Checked at noon. Rolled back.") }, look, "VALIDATION_UNCLEAR"},
		"field, no":          {nil, func(w *world) { w.inField("Validated: no") }, look, "VALIDATION_UNCLEAR"},
		"field, to be done":  {nil, func(w *world) { w.inField("Pending, Grace looks at it tonight") }, look, "VALIDATION_UNCLEAR"},
		"field, nothing wrong": {nil, func(w *world) {
			w.inField("Watched for an hour without any errors, nothing unusual, no failed payments")
		}, ok, "VALIDATED"},
		"field, no failures": {nil, func(w *world) { w.inField("Watched for an hour without any errors: nothing unusual, no new failures") }, ok, "VALIDATED"},
		"form, denied": {nil, func(w *world) {
			say(w, "Not validated in production: error rates doubled.\nValidated by: Grace Hopper")
		}, look, "VALIDATION_UNCLEAR"},
		"form, failed":         {nil, func(w *world) { say(w, "Result: failed, error rates doubled.\nValidated by: Grace Hopper") }, look, "VALIDATION_UNCLEAR"},
		"form, wrong":          {nil, func(w *world) { say(w, "The amounts are wrong.\nValidated by: Grace Hopper") }, look, "VALIDATION_UNCLEAR"},
		"form, in doubt":       {nil, func(w *world) { say(w, "Latency as before. Totals still pending.\nValidated by: Grace Hopper") }, look, "VALIDATION_UNCLEAR"},
		"form, nothing failed": {nil, func(w *world) { say(w, "No errors in the log.\nValidated by: Grace Hopper") }, ok, "VALIDATED"},
		"form, of a change with an odd title": {nil, func(w *world) {
			say(w, "Change: Do not retry payouts that failed\nTotals as before.\nValidated by: Grace Hopper")
		}, ok, "VALIDATED"},
		"form, that quotes the ticket": {nil, func(w *world) {
			w.ticket.Title = "Do not retry payouts that failed"
			say(w, "Do not retry payouts that failed: totals as before.\nValidated by: Grace Hopper")
		}, ok, "VALIDATED"},

		"field, emptied":           {nil, func(w *world) { w.inField(good, "") }, look, "VALIDATION_WITHDRAWN"},
		"field, denied in the end": {nil, func(w *world) { w.inField(good, "Not validated after all") }, look, "VALIDATION_WITHDRAWN"},
		"field, filled in again":   {nil, func(w *world) { w.inField(good, "", good) }, ok, "VALIDATED"},
		"field, written on":        {nil, func(w *world) { w.inField(good, good+", totals too") }, ok, "VALIDATED"},
		"field, emptied a week later": {nil, func(w *world) {
			w.inField(good, "")
			w.ticket.History[len(w.ticket.History)-1].At = clock("09 13:00")
		}, ok, "VALIDATED"},
		"status":                        {nil, func(w *world) { w.inStatus("Validated") }, ok, "VALIDATED"},
		"status, then closed":           {nil, func(w *world) { w.inStatus("Validated", "Closed") }, ok, "VALIDATED"},
		"status, then failed":           {nil, func(w *world) { w.inStatus("Validated", "Validation failed") }, look, "VALIDATION_WITHDRAWN"},
		"status, then back to work":     {nil, func(w *world) { w.inStatus("Validated", "In Progress") }, look, "VALIDATION_WITHDRAWN"},
		"status, back, then once again": {nil, func(w *world) { w.inStatus("Validated", "In Progress", "Validated") }, ok, "VALIDATED"},

		"withdrawn in a remark": {nil, func(w *world) { also(w, "grace", "14:00", "Validation failed, my sign-off is withdrawn") }, look, "VALIDATION_WITHDRAWN"},
		"withdrawn in a form": {nil, func(w *world) {
			also(w, "grace", "14:00", "Validation failed in production: amounts are wrong.\nValidated by: Grace Hopper")
		}, look, "VALIDATION_WITHDRAWN"},
		"denied by another":         {nil, func(w *world) { also(w, "ken", "14:00", "This is not validated: the totals are wrong.") }, look, "VALIDATION_WITHDRAWN"},
		"denied before":             {nil, func(w *world) { also(w, "ken", "12:00", "Not yet validated.") }, ok, "VALIDATED"},
		"denied a week later":       {nil, func(w *world) { also(w, "ken", "09 14:00", "Validation failed.") }, ok, "VALIDATED"},
		"asked about afterwards":    {nil, func(w *world) { also(w, "ken", "14:00", "If validation fails, should we not roll back?") }, ok, "VALIDATED"},
		"of the field, in a remark": {nil, func(w *world) { w.inField(good); also(w, "ken", "14:00", "Validation failed.") }, look, "VALIDATION_WITHDRAWN"},
		"high, the lead withdrew": {nil, func(w *world) {
			high(w)
			say(w, "✓ errors\n✓ latency\nValidated by: Grace Hopper")
			also(w, "grace", "14:00", "I withdraw my sign-off.")
			also(w, "ken", "15:00", "✓ errors\n✓ latency\nValidated by: Ken Thompson")
		}, look, "VALIDATION_WITHDRAWN"},
	})
}
