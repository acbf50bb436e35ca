package run

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// collect gathers every sample's records. The changes come back in the order
// of the samples.
func (r *Run) collect(ctx context.Context, l *ledger.Ledger, samples []evidence.Sample) ([]evidence.Change, error) {
	r.progress.Stage("Collecting evidence", len(samples))
	changes := make([]evidence.Change, len(samples))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(samplesAtOnce)
	for i, s := range samples {
		group.Go(func() error {
			listed, err := assembled(ctx, l, s)
			if err != nil {
				return err
			}
			changes[i] = r.engine.Collect(ctx, s, linked(listed)...)
			complete(&changes[i], listed)
			r.progress.Step(s.Requested)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	asOf := r.session.AsOf()
	for i := range changes {
		changes[i].AsOf = asOf
		stampGaps(changes[i].Gaps, asOf)
	}
	return changes, nil
}

// samplesAtOnce bounds the samples whose records are gathered side by side.
const samplesAtOnce = 64

// assembled gives a sample as the ledger knows it; without records where there
// is no ledger, or the sample is in no list.
func assembled(ctx context.Context, l *ledger.Ledger, s evidence.Sample) (evidence.Change, error) {
	if l == nil {
		return evidence.Change{}, nil
	}
	for e, err := range l.Changes(ctx, ledger.Filter{Ref: s.Ref}) {
		if err != nil {
			return evidence.Change{}, err
		}
		return l.Assemble(ctx, e)
	}
	return evidence.Change{}, nil
}

// linked gives the records that the ledger ties to a sample and that the sample
// need not name: a ticket that points at its change, and a pull request that
// landed by the same commit, are found from the whole period only.
func linked(listed evidence.Change) (refs []evidence.Ref) {
	for _, it := range listed.Items {
		if (it.Ticket != nil || it.PullRequest != nil) && it.Ref != listed.Sample.Ref {
			refs = append(refs, it.Ref)
		}
	}
	return refs
}

// complete takes from the lists what nobody has collected: an offline run knows
// of most changes no more than that. Where the lists are all that is known of
// a sample, a gap says so.
func complete(c *evidence.Change, listed evidence.Change) {
	for _, it := range listed.Items {
		if i := slices.IndexFunc(c.Items, func(o evidence.Item) bool { return o.Ref == it.Ref }); i >= 0 {
			fill(c, i, it)
			continue
		}
		if it.Ref == c.Sample.Ref {
			c.Gaps = append(c.Gaps, evidence.Gap{Ref: it.Ref, Part: "all that lists do not hold", Reason: evidence.NotAsked, Collector: "lists of the period",
				Detail: "only the lists of the whole period tell of this change: its logs, reports, measurements and the like were not collected; make the package once without --offline"})
		}
		c.Items = append(c.Items, it)
		c.Gaps = slices.DeleteFunc(c.Gaps, func(g evidence.Gap) bool {
			return g.Ref == it.Ref && g.Part == "" && g.Reason == evidence.NotAsked
		})
	}
	slices.SortStableFunc(c.Items, func(a, b evidence.Item) int { return a.Ref.Compare(b.Ref) })
	eachTicketOnce(c)
}

// fill gives a commit that was collected in part what the lists hold of it, and
// nobody asked for: the pull requests that brought it, and the deployments that
// contain it.
func fill(c *evidence.Change, i int, listed evidence.Item) {
	if c.Items[i].Commit == nil || listed.Commit == nil {
		return
	}
	commit := *c.Items[i].Commit // it may be another sample's too
	c.Gaps = slices.DeleteFunc(c.Gaps, func(g evidence.Gap) bool {
		if g.Ref != listed.Ref || g.Reason != evidence.NotAsked || slices.Contains(listed.Unread, g.Part) {
			return false
		}
		switch g.Part {
		case "pull requests of the commit":
			commit.PullRequests = listed.Commit.PullRequests
		case "deployments that contain the commit":
			commit.ContainedIn = listed.Commit.ContainedIn
		default:
			return false
		}
		return true
	})
	c.Items[i].Commit = &commit
}

// eachTicketOnce leaves one record of a ticket that was moved: the change names
// it by its old key and the lists by its new one, and it is one ticket. The
// record that says under which key it was asked for tells more.
func eachTicketOnce(c *evidence.Change) {
	type key struct{ system, key string }
	keep := map[key]evidence.Ref{}
	for _, it := range c.Items {
		if it.Ticket == nil || it.Ticket.Key == "" {
			continue
		}
		k := key{it.Ref.System, it.Ticket.Key}
		if had, ok := keep[k]; !ok || had != c.Sample.Ref && (it.Ref == c.Sample.Ref || it.Ticket.Requested != "") {
			keep[k] = it.Ref
		}
	}
	instead := map[evidence.Ref]evidence.Ref{}
	c.Items = slices.DeleteFunc(c.Items, func(it evidence.Item) bool {
		if it.Ticket == nil || it.Ticket.Key == "" {
			return false
		}
		kept := keep[key{it.Ref.System, it.Ticket.Key}]
		if kept != it.Ref {
			instead[it.Ref] = kept
		}
		return kept != it.Ref
	})
	var gaps []evidence.Gap
	for _, g := range c.Gaps {
		if kept, gone := instead[g.Ref]; gone {
			g.Ref = kept
		}
		if !slices.Contains(gaps, g) {
			gaps = append(gaps, g)
		}
	}
	c.Gaps = gaps
}

// stampGaps dates the gaps by the run's "now": when exactly a source failed to
// answer is in the journal, and would differ between two runs of one vault.
func stampGaps(gaps []evidence.Gap, at time.Time) {
	for i := range gaps {
		if gaps[i].At.IsZero() {
			gaps[i].At = at
		}
	}
}
