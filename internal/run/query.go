package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// Filter says which changes a query is about.
type Filter = ledger.Filter

// Component gives what tells whether a component is one that a filter's
// pattern means.
func Component(pattern string) (func(string) bool, error) { return ledger.Component(pattern) }

// Query gives the changes that a filter describes, from the newest reading of
// the population; no source is asked. People are named as people.yaml has them,
// and may be asked for by any name or account that it gives them. Approvals at
// the gate of a deployment are those that were collected. Secrets are taken out.
func (r *Run) Query(ctx context.Context, f Filter) (iter.Seq2[evidence.Entry, error], error) {
	l, err := r.required(ctx)
	if err != nil {
		return nil, err
	}
	who, err := r.directory(ctx, l)
	if err != nil {
		return nil, err
	}
	passed := r.gates(l)
	f, err = r.asked(ctx, l, f, who, passed)
	// Closed in any case: nobody has to walk over the answer.
	if err := errors.Join(err, passed.Close()); err != nil {
		return nil, err
	}
	return func(yield func(evidence.Entry, error) bool) {
		defer func() { _ = passed.Close() }() // it only read
		for e, err := range l.Changes(ctx, f) {
			if err == nil {
				err = passed.into(ctx, &e)
			}
			if err != nil {
				yield(evidence.Entry{}, err)
				return
			}
			r.presented(&e, who)
			if !yield(e, nil) {
				return
			}
		}
	}, nil
}

// asked completes a filter by what the ledger does not know.
func (r *Run) asked(ctx context.Context, l *ledger.Ledger, f Filter, who *directory, passed *gates) (Filter, error) {
	var err error
	if f.Repository, err = repositoryOf(f.Repository, l.Scope()); err != nil {
		return f, err
	}
	f.Known = who.called
	for _, of := range []struct {
		name string
		into *[]string
	}{{f.Person, &f.PersonGates}, {f.Approver, &f.ApproverGates}} {
		if strings.TrimSpace(of.name) == "" {
			continue
		}
		is := func(p evidence.Person) bool { return ledger.Called(of.name, p) || who.called(of.name, p) }
		if *of.into, err = passed.passedBy(ctx, is); err != nil {
			return f, err
		}
	}
	if n := passed.missing(); n > 0 {
		r.log.Warn(fmt.Sprintf("who approved at the gate of a deployment is only known of what was collected, and not of %s", counted(n, "deployment")))
	}
	return f, nil
}

// repositoryOf gives the whole name of a repository that is named by its last
// part. A name that no repository has is left as it is.
func repositoryOf(name string, scope ledger.Scope) (string, error) {
	var found []string
	for _, x := range scope.Repositories {
		if x.Name == name {
			return name, nil
		}
		if strings.EqualFold(x.Name, name) || name != "" && strings.HasSuffix(strings.ToLower(x.Name), "/"+strings.ToLower(name)) {
			found = append(found, x.Name)
		}
	}
	slices.Sort(found)
	switch found = slices.Compact(found); len(found) {
	case 0:
		return name, nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%q may mean several repositories: %s; write owner and name of the one that is meant", name, strings.Join(found, ", "))
}

// missing counts the deployments looked at of whose gate nothing is known.
func (g *gates) missing() (n int) {
	for _, gate := range g.known {
		if gate.unknown {
			n++
		}
	}
	return n
}

// into adds the approvals at the gate of a change's deployment, as far as they
// were collected.
func (g *gates) into(ctx context.Context, e *evidence.Entry) error {
	passed, err := g.of(ctx, e.Deployment)
	if err != nil {
		return err
	}
	for _, p := range passed.by {
		a := evidence.Approval{Kind: evidence.ApprovalGate, Name: p.String(), Person: p}
		if !slices.Contains(e.Approvals, a) {
			e.Approvals = append(e.Approvals, a)
		}
	}
	e.GateUnknown = passed.unknown && !slices.ContainsFunc(e.Approvals, func(a evidence.Approval) bool { return a.Kind == evidence.ApprovalGate })
	return nil
}

// presented takes secrets out of a change, and names its people.
func (r *Run) presented(e *evidence.Entry, who *directory) {
	e.Authors, e.Approvers = nil, nil // made again below: of people's names only credentials are taken out
	commits := e.Commits
	e.Commits = nil
	r.redactor.Value("change", e)
	e.Commits = commits // hashes
	e.Authors, e.Approvers = []string{}, []string{}
	for _, p := range e.Writers {
		e.Authors = append(e.Authors, who.label(p))
	}
	var approvals []evidence.Approval
	for _, a := range e.Approvals {
		a.Name = who.label(a.Person)
		if !slices.ContainsFunc(approvals, func(o evidence.Approval) bool { return o.Kind == a.Kind && o.Name == a.Name }) {
			approvals = append(approvals, a)
			e.Approvers = append(e.Approvers, a.Name)
		}
	}
	order := []string{evidence.ApprovalReview, evidence.ApprovalTicket, evidence.ApprovalGate}
	slices.SortStableFunc(approvals, func(a, b evidence.Approval) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	e.Approvals = append([]evidence.Approval{}, approvals...)
	slices.Sort(e.Authors)
	slices.Sort(e.Approvers)
	e.Authors, e.Approvers = slices.Compact(e.Authors), slices.Compact(e.Approvers)
}

// required gives the ledger, or says how to come by it.
func (r *Run) required(ctx context.Context) (*ledger.Ledger, error) {
	l, err := r.population(ctx)
	if err == nil && l == nil {
		err = &HintError{errors.New("the population was not read yet, so no change is known"), "run `tickmark population` first"}
	}
	return l, err
}

// Basis says of what population an answer is: how many changes it has, and its
// first and last day with their zone.
func (r *Run) Basis(ctx context.Context) (size int, days string, err error) {
	l, err := r.required(ctx)
	if err != nil {
		return 0, "", err
	}
	period, zone, err := l.Period()
	if err != nil {
		return 0, "", err
	}
	size, _, err = l.PopulationHash(ctx)
	return size, daysOf(period, zone) + ", " + zone.String(), err
}

// Warn logs, as warnings, why there may be more than an answer to f shows: the
// population is incomplete, which cut reports, f reaches beyond it, or it can
// tell no more.
func (r *Run) Warn(ctx context.Context, f Filter) (cut bool, err error) {
	l, err := r.required(ctx)
	if err != nil {
		return false, err
	}
	period, zone, err := l.Period()
	if err != nil {
		return false, err
	}
	notes, err := l.Notes(ctx)
	if err != nil {
		return false, err
	}
	if f.Repository, err = repositoryOf(f.Repository, l.Scope()); err != nil {
		return false, err
	}
	for _, text := range append(beyond(f, period, zone, l.Scope()), notes...) {
		text, _ = r.redactor.Text(text)
		r.log.Warn(text)
	}
	var p evidence.Population
	if p.Datasets, err = l.Datasets(ctx); err != nil {
		return false, err
	}
	if p.Visible, err = l.Visible(ctx); err != nil {
		return false, err
	}
	n := len(p.Truncations())
	if n > 0 {
		r.log.Warn(fmt.Sprintf("the population is incomplete, so there may be more: %s, which `tickmark population` names", counted(n, "sign")+" of it"))
	}
	return n > 0, nil
}

// beyond says what of a question a population of that period and scope cannot
// answer: that it knows nothing of it does not mean that nothing happened.
func beyond(f Filter, period evidence.Period, zone *time.Location, scope ledger.Scope) []string {
	var all []string
	const unknown = "%s lies outside the period of the population (%s, %s): what reached production then is not known"
	if day, err := time.Parse(time.DateOnly, f.On); f.On != "" && err == nil && len(daysMeant(day, period, zone)) == 0 {
		all = append(all, fmt.Sprintf(unknown, f.On, daysOf(period, zone), zone))
	}
	first, last := f.Period.From, f.Period.To
	if !first.IsZero() && (first.Before(period.From) || !first.Before(period.To)) || !last.IsZero() && (last.After(period.To) || !last.After(period.From)) {
		part := "a part of the time that was asked for"
		if !first.IsZero() && !first.Before(period.To) || !last.IsZero() && !last.After(period.From) {
			part = "the time that was asked for"
		}
		all = append(all, fmt.Sprintf(unknown, part, daysOf(period, zone), zone))
	}
	if f.Repository != "" && !slices.ContainsFunc(scope.Repositories, func(x ledger.Repository) bool { return x.Name == f.Repository }) {
		var names []string
		for _, x := range scope.Repositories {
			names = append(names, x.Name)
		}
		all = append(all, fmt.Sprintf("%q is no repository of the population, so its changes are not known; there are %s", f.Repository, strings.Join(names, ", ")))
	}
	return all
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
