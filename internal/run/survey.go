package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/request"
	"github.com/tickmark-dev/tickmark/internal/selection"
)

// survey finds the population that the package speaks of. A request that only
// it can answer has it read where it was not.
func (r *Run) survey(ctx context.Context, j *job) error {
	l, err := r.population(ctx)
	needed := j.wanted.All || j.wanted.Selection != nil || r.namesDates(j.wanted.Lines)
	var other *otherPeriodError
	switch {
	case errors.As(err, &other) && !(needed && r.offline):
		then := "the package says nothing of it"
		if needed {
			then = "it is read anew"
		}
		r.log.Warn(fmt.Sprintf("%s; %s", err, then))
		l, err = nil, nil
	case err != nil:
		return err
	}
	if l == nil && needed && !r.offline {
		if err := r.enumerate(ctx); err != nil {
			return err
		}
		l, err = r.openLedger()
	}
	j.ledger = l
	return err
}

// namesDates reports whether a line gives a day alone.
func (r *Run) namesDates(lines []request.Line) bool {
	resolver := request.NewResolver(scope(r.cfg))
	return slices.ContainsFunc(lines, func(l request.Line) bool {
		res, err := resolver.Resolve(l)
		return err == nil && res.Form == request.FormDateOnly
	})
}

// drawn gives a line for each change that was drawn from the population or
// that it consists of, and by the line's place the record that it means.
func (r *Run) drawn(ctx context.Context, j *job) ([]request.Line, map[string]evidence.Ref, error) {
	known := map[string]evidence.Ref{}
	var lines []request.Line
	add := func(where string, e evidence.Entry, note string) {
		lines = append(lines, request.Line{Where: where, Label: strconv.Itoa(len(lines) + 1), Text: e.ID, Note: note})
		known[where] = e.Ref
	}
	if !j.wanted.All && j.wanted.Selection == nil {
		return nil, known, nil
	}
	l, err := r.required(ctx)
	if err != nil {
		return nil, nil, err
	}
	if j.wanted.Selection != nil {
		if err := r.drawnFrom(ctx, l, j.wanted.Selection, add); err != nil {
			return nil, nil, err
		}
	}
	if j.wanted.All {
		for e, err := range l.Changes(ctx, ledger.Filter{InPopulation: true}) {
			if err != nil {
				return nil, nil, err
			}
			add(fmt.Sprintf("population, change %d", len(lines)+1), e, "")
		}
	}
	return lines, known, nil
}

// drawnFrom gives the changes of a selection, in order of rank. One that was
// drawn from another population than the ledger's is none.
func (r *Run) drawnFrom(ctx context.Context, l *ledger.Ledger, s *evidence.Selection, add func(string, evidence.Entry, string)) error {
	n, sum, err := l.PopulationHash(ctx)
	if err != nil {
		return err
	}
	if sum != s.PopulationSHA256 {
		return &HintError{fmt.Errorf("the selection was drawn from a population of %d changes (SHA-256 %.12s…), and the newest reading has %d (%.12s…)", s.PopulationSize, s.PopulationSHA256, n, sum),
			"draw it again with the same seed, `tickmark select`, and say so to whoever has the old one"}
	}
	if err := r.asDrawn(ctx, l, s); err != nil {
		return err
	}
	for _, it := range s.Sample() {
		entries, err := gathered(l.Changes(ctx, ledger.Filter{InPopulation: true, ID: it.ID}))
		if err != nil {
			return err
		}
		if len(entries) != 1 {
			return fmt.Errorf("the selection names %s, and the population has %d changes of that name", it.ID, len(entries))
		}
		note := "drawn for the stratum " + it.Stratum
		if it.Replaces != "" {
			note += ", in place of " + it.Replaces
		}
		add(fmt.Sprintf("selection, rank %d", it.Rank), entries[0], note)
	}
	return nil
}

// asDrawn draws a selection again, and gives what differs as an error: the file
// is anybody's to edit.
func (r *Run) asDrawn(ctx context.Context, l *ledger.Ledger, s *evidence.Selection) error {
	period, zone, err := l.Period()
	if err != nil {
		return err
	}
	population, err := r.selectable(ctx, l, s.Options.Emergencies || s.Options.HighRisk)
	if err != nil {
		return err
	}
	if err := selection.Verify(s, population, period, zone); err != nil {
		hint := "its file was changed after it was drawn, or the records were by which emergencies and risk are told; draw it again with the same seed, `tickmark select`, and say so to whoever has the old one"
		if now := r.tests.Policy.Ref().String(); s.Options.Policy != "" && s.Options.Policy != now {
			hint = fmt.Sprintf("it was drawn by the policy %s, and the policy is %s now; ", s.Options.Policy, now) + hint
		}
		return &HintError{err, hint}
	}
	return nil
}
