package run

import (
	"context"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/policy"
	"github.com/tickmark-dev/tickmark/internal/response"
)

// rules reads what changes are tested by.
func rules(c *config.Config) (control.Options, error) {
	var o control.Options
	var err error
	if o.Policy = policy.Starter(); c.Policy != "" {
		if o.Policy, err = policy.Load(c.Policy); err != nil {
			return o, err
		}
	}
	if c.People != "" {
		o.People, err = policy.LoadPeople(c.People, o.Policy)
	}
	return o, err
}

// evaluate tests every sample, on the records as the sources gave them.
func (r *Run) evaluate(ctx context.Context, j *job) error {
	j.pkg.Attributes, j.pkg.Policy = control.Legend(r.tests.Policy), r.tests.Policy.Ref()
	if r.tests.People != nil {
		j.pkg.Identities = control.Identities(r.tests.People)
	}
	var err error
	if j.pkg.Responses, err = response.Load(r.cfg.Responses); err != nil {
		return err
	}
	for i := range j.pkg.Dossiers { // of changes that went out together one asks for the other
		c := &j.pkg.Dossiers[i].Change
		r.approvals.set(changeOf{c.Sample.Ref.System, c.ID()}, control.Approved(c, r.tests))
	}
	for i := range j.pkg.Dossiers {
		d := &j.pkg.Dossiers[i]
		d.Results = control.Evaluate(&d.Change, r.testing(ctx, j.ledger, &d.Change, &err))
	}
	return err
}

// testing gives what a change is tested by, with the population where there is
// one. What was deployed with it is of its own system: another may have a
// repository of the same name. An error of the ledger is left in failed.
func (r *Run) testing(ctx context.Context, l *ledger.Ledger, c *evidence.Change, failed *error) control.Options {
	o, system := r.tests, c.Sample.Ref.System
	if l == nil {
		return o
	}
	o.ChangeOf = func(repository, sha string) (string, bool) {
		id, ok, err := l.ChangeOf(ctx, system, repository, sha)
		if err != nil && *failed == nil {
			*failed = err
		}
		return id, ok
	}
	o.Approved = func(change string) (evidence.Outcome, bool) {
		outcome, ok, err := r.approved(ctx, l, changeOf{system, change})
		if err != nil && *failed == nil {
			*failed = err
		}
		return outcome, ok
	}
	return o
}

// tested gives a change from lists with the outcomes of all attributes, redacted.
func (r *Run) tested(ctx context.Context, l *ledger.Ledger, c evidence.Change) (evidence.Dossier, error) {
	var err error
	whole := r.withRules(ctx, c)
	d := evidence.Dossier{Change: c, Results: control.Evaluate(&whole, r.testing(ctx, l, &c, &err))}
	r.redactor.Change(&d.Change) // the records are this change's own: each was read for it
	r.redactor.Value("results", &d.Results)
	return d, err
}
