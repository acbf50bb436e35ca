package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/request"
	"github.com/tickmark-dev/tickmark/internal/yamlfile"
)

// known finds the one change that a person names, in the forms that a request
// may have: among the changes of the population, or else among what was
// collected. L is nil where there is no population.
func (r *Run) known(ctx context.Context, l *ledger.Ledger, text string) (evidence.Sample, error) {
	lines := request.Args([]string{text})
	if len(lines) == 0 {
		return evidence.Sample{}, errors.New("no change was named; write a pull request (acme/api#1234), a ticket (PAY-123), a commit, or its web address")
	}
	sample := evidence.Sample{Number: 1, Label: "1", Requested: lines[0].Text, Where: lines[0].Where}
	resolver := request.NewResolver(scope(r.cfg))
	var found []evidence.Ref
	if l != nil {
		entries, err := entriesOf(ctx, l, ledger.Filter{ID: lines[0].Text}, nil)
		if err != nil {
			return sample, err
		}
		if found = refsOfEntries(entries); len(found) == 0 {
			if found, err = r.listed(ctx, l, resolver, lines[0]); err != nil {
				return sample, err
			}
		}
	}
	switch len(found) {
	case 1:
		sample.Ref = found[0]
		return sample, nil
	case 0:
		ref, miss := r.resolve(ctx, resolver, lines[0])
		if miss != nil {
			return sample, r.unknown(ctx, l, lines[0].Text, miss)
		}
		sample.Ref = ref
		return sample, nil
	}
	return sample, r.unknown(ctx, l, lines[0].Text, ambiguous(nil, "it may mean", found))
}

// listed gives the changes of the population that a reference may mean.
func (r *Run) listed(ctx context.Context, l *ledger.Ledger, resolver *request.Resolver, line request.Line) ([]evidence.Ref, error) {
	res, err := resolver.Resolve(line)
	if err != nil { // what is wrong with it, resolve says
		return nil, nil //nolint:nilerr // see above
	}
	var found []evidence.Ref
	for _, ref := range res.Candidates {
		f, fits := ledger.Filter{}, func(e evidence.Entry) bool { return e.Ref == ref }
		switch ref.Kind {
		case evidence.KindTicket:
			f.Ticket = ref.ID
			fits = nil
		case evidence.KindCommit:
			repository, sha, _ := strings.Cut(ref.ID, "@")
			f.Repository = repository
			fits = func(e evidence.Entry) bool {
				return e.Ref.System == ref.System && slices.ContainsFunc(append(e.Commits, e.MergeSHA), func(c string) bool { return sha != "" && strings.HasPrefix(c, sha) })
			}
		case evidence.KindDeployment:
			fits = func(e evidence.Entry) bool { return e.Deployment == ref }
		default:
			f.ID = ref.ID
		}
		entries, err := entriesOf(ctx, l, f, fits)
		if err != nil {
			return nil, err
		}
		for _, e := range refsOfEntries(entries) {
			if !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

func refsOfEntries(entries []evidence.Entry) []evidence.Ref {
	var refs []evidence.Ref
	for _, e := range entries {
		refs = append(refs, e.Ref)
	}
	return refs
}

// unknown says in one sentence why a name means no change, with what it may
// have been meant for.
func (r *Run) unknown(ctx context.Context, l *ledger.Ledger, text string, miss *evidence.Unmatched) error {
	if l == nil && miss.Reason != evidence.Ambiguous {
		return &HintError{fmt.Errorf("the population was not read yet, and nothing that was collected is %q, so no such change is known", text),
			"run `tickmark population` first; it finds every change of the period"}
	}
	if miss.Reason == evidence.Ambiguous {
		i := max(0, slices.IndexFunc(miss.Tried, func(s string) bool { return strings.Contains(s, "name the one that is meant") }))
		said, _ := r.redactor.Text(strings.Join(miss.Tried[i:], "\n  "))
		return fmt.Errorf("%q names no single change: %s", text, said)
	}
	if _, err := request.NewResolver(scope(r.cfg)).Resolve(request.Args([]string{text})[0]); err != nil {
		return fmt.Errorf("%q names no change: %w%s", text, err, r.nearest(ctx, l, text))
	}
	return &HintError{fmt.Errorf("%q names no change of the population%s", text, r.nearest(ctx, l, text)), "`tickmark query` finds changes by day, person, ticket or words"}
}

// nearMost bounds the names that an error offers.
const nearMost = 3

// nearest names the changes whose names are most like a text: with the same
// number, or a letter or two away. It is only a help, so an error gives none.
func (r *Run) nearest(ctx context.Context, l *ledger.Ledger, text string) string {
	if l == nil {
		return ""
	}
	low := strings.ToLower(strings.TrimSpace(text))
	_, number, numbered := strings.Cut(low, "#")
	var same, near []string
	for e, err := range l.Changes(ctx, ledger.Filter{}) {
		if err != nil {
			return ""
		}
		id := strings.ToLower(e.ID)
		if _, own, _ := strings.Cut(id, "#"); numbered && own == number {
			same = append(same, e.ID)
		} else if yamlfile.Nearest(low, []string{id}) != "" {
			near = append(near, e.ID)
		}
	}
	slices.Sort(same)
	slices.Sort(near)
	names := same
	if len(names) == 0 {
		names = near
	}
	switch names = names[:min(len(names), nearMost)]; len(names) {
	case 0:
		return ""
	case 1:
		return "; the nearest is " + names[0]
	}
	return "; the nearest are " + strings.Join(names, ", ")
}
