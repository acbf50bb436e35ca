package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// populationName is under what the vault keeps that the period was listed.
const populationName = "population"

// listed says of which listing a ledger is.
type listed struct {
	Period evidence.Period `json:"period"`
	Zone   string          `json:"zone"`
	At     time.Time       `json:"at"` // the last retrieval of the listing
	Tool   string          `json:"tool"`
	// Truncations are the signs of incompleteness that it had. An older reading
	// may have had what this one could not get, and the vault would answer with
	// that.
	Truncations []string  `json:"truncations,omitempty"`
	Readings    []reading `json:"readings,omitempty"` // when each data set was read
}

// enumerate has every lister walk the period, and puts what they give into the
// ledger. Online it leaves a mark in the vault, by which a later run knows that
// the vault holds a population.
func (r *Run) enumerate(ctx context.Context) error {
	now := r.session.AsOf() // of what preflight was just told
	var before listed       // the reading that an offline run makes again
	if r.offline {
		source, err := r.recalled(ctx)
		if err == nil && source != "" {
			err = json.Unmarshal([]byte(source), &before)
		}
		if err != nil {
			return fmt.Errorf("reading what the vault says of the population: %w", err)
		}
		now = before.At // what was retrieved since says nothing of the period
	}
	if r.cfg.Period.From.After(now) {
		return &HintError{fmt.Errorf("the period begins on %s, and the systems were asked on %s: nothing can have happened in it yet",
			r.cfg.Period.From.In(r.cfg.Zone).Format(time.DateOnly), now.In(r.cfg.Zone).Format(time.DateOnly)), "set period in " + r.cfg.File}
	}
	l, err := r.openLedger()
	if err != nil {
		return err
	}
	load, err := l.Begin(ctx, r.cfg.Period, r.cfg.Zone, ledgerScope(r.cfg))
	if err != nil {
		return err
	}
	err = r.fill(ctx, load, before)
	if now.Before(r.cfg.Period.To) {
		err = cmp.Or(err, load.Note(fmt.Sprintf("the period runs until %s and is not over: what reaches production after the systems were read is not in the population",
			r.cfg.Period.To.Add(-time.Nanosecond).In(r.cfg.Zone).Format(time.DateOnly))))
	}
	if err == nil {
		err = r.readUnnamed(ctx, load)
	}
	if err == nil {
		err = r.keepCuts(load, before)
	}
	if err != nil {
		return errors.Join(err, load.Discard())
	}
	source, err := r.mark(ctx)
	if err != nil {
		return errors.Join(err, load.Discard())
	}
	load.Source(source)
	r.progress.Stage("Linking and reconciling", 0)
	return load.Finish(ctx)
}

// reading is when a data set was read.
type reading struct {
	System  string    `json:"system"`
	Dataset string    `json:"dataset"`
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
}

// read gives when a data set was read, UTC. What is made again from the vault was
// read when the period was: a later run may have asked for a part of it since,
// and the vault answers with the newest.
func (l listed) read(d evidence.IPE) (started, ended time.Time) {
	for _, r := range l.Readings {
		if r.System == d.System && r.Dataset == d.Dataset {
			return r.Started, r.Ended
		}
	}
	return d.Started, d.Ended
}

// keepCuts keeps the signs of incompleteness of the reading that is made again:
// the vault may answer with what an older reading got.
func (r *Run) keepCuts(load *ledger.Load, before listed) error {
	var lost []string
	for _, t := range before.Truncations {
		if !slices.Contains(r.cuts, t) {
			lost = append(lost, t)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return load.Dataset(evidence.IPE{Dataset: "what could not be read when the period was", System: requestSystem, Period: before.Period,
		Truncations: lost, Totals: evidence.Totals{IDsSHA256: evidence.HashIDs(nil)}})
}

// mark writes down that the period was listed, and gives what is written.
func (r *Run) mark(ctx context.Context) (string, error) {
	mark := listed{Period: r.cfg.Period, Zone: r.cfg.Zone.String(), At: r.session.AsOf(), Tool: Tool(r.version), Truncations: r.cuts, Readings: r.readings}
	if r.offline {
		return r.recalled(ctx)
	}
	text, err := json.Marshal(mark)
	if err != nil {
		return "", err
	}
	_, err = r.session.Fetch(ctx, requestSystem, populationName, func(context.Context) ([]byte, error) { return text, nil })
	return string(text), err
}

// recalled gives the mark of the newest listing, "" where the vault has none.
func (r *Run) recalled(ctx context.Context) (string, error) {
	text, err := r.session.Recall(ctx, requestSystem, populationName)
	if errors.Is(err, capture.ErrNotRecorded) {
		return "", nil
	}
	return string(text), err
}

// fill lists every system that can be listed, all at once. A system that ends
// early leaves a truncation, which makes the population incomplete.
func (r *Run) fill(ctx context.Context, load *ledger.Load, before listed) error {
	type outcome struct {
		datasets []evidence.IPE
		err      error
	}
	outcomes := make([]outcome, len(r.sources))
	var mu sync.Mutex // the ledger takes one record at a time
	var full error
	listers := 0
	group, ctx := errgroup.WithContext(ctx)
	r.progress.Stage("Reading the population", 0)
	r.cuts, r.readings = nil, nil
	for i, c := range r.sources {
		lister, ok := c.(recorded).Collector.(evidence.Lister)
		if !ok {
			continue
		}
		listers++
		group.Go(func() error {
			job := capture.NewJob(c.(recorded).version)
			datasets, err := lister.List(capture.WithJob(ctx, job), r.cfg.Period, func(it evidence.Item) error {
				mu.Lock()
				defer mu.Unlock()
				if full = cmp.Or(full, load.Item(it)); full != nil {
					return full
				}
				r.progress.Step(it.Ref.ID)
				return nil
			})
			outcomes[i] = outcome{datasets, err}
			// What ends the whole run ends the others too; a source that fails does not.
			return cmp.Or(ctx.Err(), r.session.Err())
		})
	}
	if err := cmp.Or(group.Wait(), full); err != nil {
		return err
	}
	if listers == 0 {
		return &HintError{errors.New("no configured system can list the changes of a period"), "configure a system of kind github, jira or git"}
	}
	for i, o := range outcomes {
		for _, d := range early(r.sources[i].Name(), r.cfg.Period, o.datasets, o.err) {
			d.Started, d.Ended = before.read(d)
			r.readings = append(r.readings, reading{d.System, d.Dataset, d.Started, d.Ended})
			if err := load.Dataset(d); err != nil {
				return err
			}
			for _, t := range d.Truncations {
				r.cuts = append(r.cuts, d.System+": "+d.Dataset+": "+t) // two systems may fail alike
			}
		}
	}
	for _, p := range r.principals {
		if err := load.Principal(p); err != nil {
			return err
		}
	}
	return nil
}

// early adds to the data sets of a listing what its error says and they do not:
// that something is missing must be seen where the data set is. One truncation
// answers for one gap: two repositories may fail alike.
func early(system string, period evidence.Period, datasets []evidence.IPE, err error) []evidence.IPE {
	if err == nil {
		return datasets
	}
	missing := evidence.IPE{Dataset: "listing of " + system, System: system, Period: period}
	var said []string
	for _, d := range datasets {
		said = append(said, d.Truncations...)
	}
	for _, g := range untold(untold(gapsOnce(evidence.Gaps(evidence.Ref{}, system, err, time.Time{})), &said, true), &said, false) {
		missing.Truncations = append(missing.Truncations, strings.TrimPrefix(placeOf(g)+": "+cmp.Or(g.Detail, string(g.Reason)), ": "))
	}
	if len(missing.Truncations) == 0 {
		return datasets
	}
	missing.Totals.IDsSHA256 = evidence.HashIDs(nil)
	return append(datasets, missing)
}

func placeOf(g evidence.Gap) string { return strings.TrimSpace(g.Ref.ID + " " + g.Part) }

func gapsOnce(gaps []evidence.Gap) (out []evidence.Gap) {
	for _, g := range gaps {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// untold leaves the gaps of which no truncation tells, and of the truncations
// those that told of none. Where exact is set, one must name the gap's place
// too: such are taken first.
func untold(gaps []evidence.Gap, said *[]string, exact bool) (rest []evidence.Gap) {
	for _, g := range gaps {
		i := slices.IndexFunc(*said, func(t string) bool {
			return g.Detail != "" && strings.Contains(t, g.Detail) && (!exact || strings.Contains(t, placeOf(g)))
		})
		if i < 0 {
			rest = append(rest, g)
			continue
		}
		*said = slices.Delete(*said, i, i+1)
	}
	return rest
}

// openLedger opens the ledger once a run.
func (r *Run) openLedger() (*ledger.Ledger, error) {
	if r.ledger != nil {
		return r.ledger, nil
	}
	l, err := ledger.Open(r.cfg.Ledger)
	if err != nil {
		return nil, err
	}
	r.ledger = l
	return l, nil
}

// reopened opens the ledger anew when no other run makes it.
func (r *Run) reopened(ctx context.Context) (*ledger.Ledger, error) {
	if err := r.ledger.Close(); err != nil {
		return nil, err
	}
	r.ledger = nil
	said := time.AfterFunc(2*time.Second, func() { r.log.Warn("another run makes the ledger; this one waits for it") })
	defer said.Stop()
	if err := ledger.Wait(ctx, r.cfg.Ledger); err != nil {
		return nil, err
	}
	return r.openLedger()
}

// population gives the ledger of the newest listing, and makes it again from
// the vault where it is not there, damaged, or of an older listing. It gives
// nil where the period was never listed.
func (r *Run) population(ctx context.Context) (*ledger.Ledger, error) {
	source, err := r.recalled(ctx)
	if err != nil || source == "" {
		return nil, err
	}
	var mark listed
	if err := json.Unmarshal([]byte(source), &mark); err != nil {
		return nil, fmt.Errorf("reading what the vault says of the population: %w", err)
	}
	if err := r.samePeriod(mark); err != nil {
		return nil, err
	}
	l, err := r.openLedger()
	if err != nil {
		return nil, err
	}
	if l.Loaded() && l.Source() == source {
		return l, nil
	}
	rebuilt := l.Rebuilt()
	if l, err = r.reopened(ctx); err != nil {
		return nil, err
	}
	if l.Loaded() && l.Source() == source { // another run has made it meanwhile
		return l, nil
	}
	why := fmt.Sprintf("the ledger %s is not of the newest reading; it is made from the vault again", r.cfg.Ledger)
	if !l.Loaded() {
		why = fmt.Sprintf("there was no ledger at %s; it is made from the vault again", r.cfg.Ledger)
	}
	r.log.Warn(cmp.Or(rebuilt, l.Rebuilt(), why))
	if err := r.rebuild(ctx); err != nil {
		return nil, err
	}
	return r.openLedger()
}

// otherPeriodError says that the vault's population is not of the period that
// the configuration names.
type otherPeriodError struct{ has, wants string }

func (e *otherPeriodError) Error() string {
	return fmt.Sprintf("the population in the vault is of another period (%s) than the configuration's (%s)", e.has, e.wants)
}

// samePeriod gives an otherPeriodError where a listing is not of the configured
// period, or counts its days in another zone.
func (r *Run) samePeriod(mark listed) error {
	has, wants := mark.Period, r.cfg.Period
	if has.From.Equal(wants.From) && has.To.Equal(wants.To) && mark.Zone == r.cfg.Zone.String() {
		return nil
	}
	zone, err := time.LoadLocation(mark.Zone)
	if err != nil { // of another machine
		zone = r.cfg.Zone
	}
	days := func(p evidence.Period, in *time.Location) string { return daysOf(p, in) + ", " + in.String() }
	return &HintError{&otherPeriodError{days(has, zone), days(wants, r.cfg.Zone)}, "run `tickmark population`, which reads it for the configured period"}
}

// rebuild makes the ledger from what the vault holds, asking no source.
func (r *Run) rebuild(ctx context.Context) error {
	if r.ledger != nil { // the other run replaces its file
		if err := r.ledger.Close(); err != nil {
			return err
		}
		r.ledger = nil
	}
	o := r.options
	o.Offline = true
	again, err := Open(ctx, o)
	if err != nil {
		return err
	}
	err = again.preflight(ctx)
	if err == nil {
		err = again.enumerate(ctx)
	}
	return errors.Join(err, again.Close())
}

// daysOf says a period by its first and last day.
func daysOf(p evidence.Period, zone *time.Location) string {
	return p.From.In(zone).Format(time.DateOnly) + " to " + p.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
}

// ledgerScope tells the ledger what the configuration puts into the population.
func ledgerScope(c *config.Config) ledger.Scope {
	var s ledger.Scope
	for _, sys := range c.Systems {
		switch sys.Kind {
		case "github":
			for _, name := range sys.Repositories {
				s.Repositories = append(s.Repositories, ledger.Repository{System: sys.Name, Name: name, Branch: sys.Branches[name]})
			}
			s.Production = append(s.Production, sys.Production...)
			s.Searched = append(s.Searched, sys.Name)
		case "git":
			s.Repositories = append(s.Repositories, ledger.Repository{System: sys.Name, Name: sys.Repository, Branch: sys.Branch})
			s.Keys = append(s.Keys, sys.Projects...)
		case "jira":
			for _, key := range sys.Projects {
				s.Projects = append(s.Projects, ledger.Project{System: sys.Name, Key: key})
			}
		}
	}
	return s
}
