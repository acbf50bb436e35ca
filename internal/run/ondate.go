package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// listedMost bounds the changes of a day that an answer names.
const listedMost = 40

// onDate finds the change that a line with a day alone means: the one that
// went to production on it, if it was one. Only the population can tell.
func (r *Run) onDate(ctx context.Context, day time.Time, tried []string) (evidence.Ref, *evidence.Unmatched) {
	miss := func(reason evidence.Reason, format string, args ...any) (evidence.Ref, *evidence.Unmatched) {
		return evidence.Ref{}, &evidence.Unmatched{Reason: reason, Tried: append(tried, fmt.Sprintf(format, args...))}
	}
	l, err := r.population(ctx)
	if err != nil {
		return miss(evidence.Unreachable, "the population could not be read: %s", err)
	}
	if l == nil {
		return miss(evidence.NotAsked, "the population was not read yet; run `tickmark population`, or name the pull request, ticket, commit or deployment that is meant")
	}
	period, zone, err := l.Period()
	if err != nil {
		return miss(evidence.Unreachable, "the population could not be read: %s", err)
	}
	days := daysMeant(day, period, zone)
	switch {
	case len(days) == 0:
		return miss(evidence.NotFound, "the day lies outside the period (%s)", daysOf(period, zone))
	case len(days) > 1:
		return miss(evidence.Ambiguous, "the period has that day in several years (%s); write the year", strings.Join(days, ", "))
	}
	population, err := r.summary(ctx, l)
	if err != nil {
		return miss(evidence.Unreachable, "the population could not be read: %s", err)
	}
	entries, err := gathered(l.Changes(ctx, ledger.Filter{InPopulation: true, On: days[0]}))
	if err != nil {
		return miss(evidence.Unreachable, "the population could not be read: %s", err)
	}
	cut := len(population.Truncations()) > 0
	in := days[0] + " (" + zone.String() + ")"
	switch {
	case len(entries) == 0 && cut:
		return miss(evidence.Truncated, "no change of %s is known, and the population is incomplete; `tickmark population` says what is missing", in)
	case len(entries) == 0:
		return miss(evidence.NotFound, "no change reached production on %s, by the population of %d changes", in, population.Size)
	case len(entries) > 1:
		tried = append(tried, fmt.Sprintf("%d changes reached production on %s; name the one that is meant:", len(entries), in))
		return evidence.Ref{}, &evidence.Unmatched{Reason: evidence.Ambiguous, Tried: append(tried, said(entries, zone)...)}
	case cut:
		return miss(evidence.Truncated, "one change of %s is known, %s, and the population is incomplete, so there may be others; name the change if it is the one", in, entries[0].ID)
	}
	return entries[0].Ref, nil
}

// daysMeant gives the days of the period that a day may mean; one without a
// year may be in it several times.
func daysMeant(day time.Time, p evidence.Period, zone *time.Location) []string {
	var days []string
	for year := p.From.In(zone).Year(); year <= p.To.In(zone).Year(); year++ {
		at := time.Date(year, day.Month(), day.Day(), 0, 0, 0, 0, zone)
		if day.Year() != 0 && day.Year() != year || at.Day() != day.Day() {
			continue
		}
		if end := at.AddDate(0, 0, 1); end.After(p.From) && at.Before(p.To) {
			days = append(days, at.Format(time.DateOnly))
		}
	}
	return days
}

// said names changes, one a line, with their times of day.
func said(entries []evidence.Entry, zone *time.Location) []string {
	var all []string
	for i, e := range entries {
		if i == listedMost {
			return append(all, fmt.Sprintf("and %d more", len(entries)-i))
		}
		at := "time not known"
		if !e.DayOnly {
			at = e.Deployed.In(zone).Format("15:04")
		}
		all = append(all, fmt.Sprintf("%s (%s) %s", e.ID, at, e.Title))
	}
	return all
}
