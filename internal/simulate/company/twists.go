package company

import (
	"slices"
	"strings"
	"time"
)

type deal struct {
	id      string
	count   int
	fits    func(*plan) bool
	serious bool
}

// dealTwists gives changes what is going to be special about them: at most one
// serious thing each, and one that happens every day.
func (s *story) dealTwists() {
	any := func(p *plan) bool { return true }
	before := func(m time.Month, d int) func(*plan) bool {
		return func(p *plan) bool { return p.merged.Before(day(2026, m, d)) }
	}
	in := func(names ...string) func(*plan) bool {
		return func(p *plan) bool { return slices.Contains(names, p.house.name) }
	}
	merged := func(methods ...string) func(*plan) bool {
		return func(p *plan) bool { return slices.Contains(methods, p.method) && !p.queue }
	}
	unqueued := func(p *plan) bool { return !p.queue && !p.auto && !p.high() }
	deals := []deal{
		{"stale-approval", 5, unqueued, true}, {"force-push-after-approval", 1, unqueued, true}, {"base-merge-after-approval", 3, unqueued, true},
		{"approval-renewed", 6, any, true}, {"dismissed-then-approved", 3, unqueued, true}, {"dismissed-not-replaced", 1, unqueued, true}, {"dismissed-after-merge", 2, unqueued, true},
		{"objection-dismissed", 1, unqueued, true}, {"open-objection", 1, unqueued, true}, {"late-approval", 3, unqueued, true}, {"self-merge", 3, unqueued, true}, {"lgtm-only", 2, unqueued, true},
		{"coauthor-approves", 2, unqueued, true}, {"pusher-approves", 1, unqueued, true}, {"ghost-approval", 3, func(p *plan) bool {
			return in("ledger-api")(p) && before(2, 24)(p) && p.author != s.who["olek"] && !p.high()
		}, true},
		{"red-merge", 1, unqueued, true}, {"no-ci", 1, unqueued, true}, {"cancelled-ci", 2, unqueued, true}, {"rerun", 8, any, true},
		{"no-ticket", 6, unqueued, true}, {"ticket-late", 3, unqueued, true}, {"wrong-ticket", 1, unqueued, true}, {"two-tickets", 3, any, true}, {"moved-ticket", 1, in("identity-gateway"), true},
		{"ticket-edited", 4, any, true}, {"ticket-reopened", 2, any, true}, {"long-log", 1, in("ledger-api"), true}, {"many-files", 1, in("checkout-web"), true},
		{"many-commits", 1, merged("merge"), true}, {"many-comments", 1, in("ledger-api"), true}, {"fork-gone", 1, unqueued, true}, {"queue-ejected", 2, func(p *plan) bool { return p.queue }, true},
		{"one-approval-of-two", 2, func(p *plan) bool { return p.high() }, true}, {"long-history", 1, any, true},
		{"failed-then-fixed", 14, any, false}, {"changes-requested", 20, any, false}, {"re-requested", 6, any, false}, {"co-authored", 8, any, false}, {"update-branch", 8, any, false},
		{"force-push", 6, any, false}, {"draft", 4, any, false}, {"renamed-pr", 3, any, false}, {"false-keys", 4, any, false}, {"long-text", 2, any, false}, {"multilingual", 3, any, false},
	}
	deals = append(deals, s.laterDeals(unqueued)...)
	var all []*plan
	for _, h := range s.houses {
		for _, p := range h.plans {
			if p.bot() || p.fixed {
				continue
			}
			if p.work.kind == "docs" {
				p.twist("skipped-checks")
			}
			all = append(all, p)
		}
	}
	r := dice(s.Seed, "twists")
	taken := map[bool]map[*plan]bool{true: {}, false: {}}
	for _, d := range deals {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		left := d.count
		for _, p := range all {
			if left == 0 {
				break
			}
			if taken[d.serious][p] || !d.fits(p) || d.serious && p.has("skipped-checks") || d.id == "failed-then-fixed" && p.has("no-ci") {
				continue
			}
			taken[d.serious][p] = true
			p.twist(d.id)
			if d.id == "extra-in-rebase" { // by hand, where the page would have merged
				p.method = "rebase"
			}
			left--
		}
	}
	s.dealBots()
}

// laterDeals are dealt after the others, so that those stay where they are.
// What changes commits is kept away from the payout worker, whose commits the
// samples name.
func (s *story) laterDeals(unqueued func(*plan) bool) []deal {
	in := func(fits func(*plan) bool, houses ...string) func(*plan) bool {
		return func(p *plan) bool { return fits(p) && slices.Contains(houses, p.house.name) }
	}
	plain := func(p *plan) bool { return unqueued(p) && p.work.risk() == medium && p.rated() == medium }
	risky := func(p *plan) bool { return p.high() && p.work.kind == "security" }
	peers := func(p *plan) bool {
		return risky(p) && !s.had(p.reviewer, p.merged, "engineering manager") && !s.had(p.second, p.merged, "engineering manager")
	}
	rests := func(p *plan) bool { // a night and more lies between merge and release
		d := p.merged.In(s.Zone)
		return plain(p) && d.Hour() > 11 && (d.Weekday() == time.Friday || d.Weekday() == time.Thursday && d.Hour() > 15)
	}
	any := func(p *plan) bool { return p.work.risk() == medium && p.rated() == medium }
	alone := func(p *plan) bool { return plain(p) && !p.has("co-authored") }
	kept := func(p *plan) bool { return any(p) && p.work.kind != "config" && p.merged.After(day(2026, 4, 12)) } // its logs are still there
	fresh := func(p *plan) bool { return kept(p) && !p.queue }
	// The tickets of others have a field for the plan.
	unplanned := func(p *plan) bool {
		return p.work.risk() == low && p.rated() == low && p.merged.After(day(2026, 4, 12))
	}
	const ledger, checkout, payout, identity = "ledger-api", "checkout-web", "payout-worker", "identity-gateway"
	return []deal{
		{"see-also", 1, func(p *plan) bool { return in(any, identity)(p) && p.merged.After(day(2026, 3, 1)) }, true}, {"ticket-between", 1, in(rests, identity), true},
		{"extra-in-merge", 1, func(p *plan) bool { return in(plain, ledger, identity)(p) && p.method == "merge" }, true},
		{"late-label", 1, func(p *plan) bool { return in(alone, ledger, identity)(p) && p.merged.Before(day(2026, 6, 10)) }, true},
		{"skipped-integration", 1, in(fresh, ledger, identity), true}, {"status-by-hand", 1, in(fresh, ledger, identity), true}, {"no-tests-run", 1, in(fresh, ledger, identity, payout), true},
		{"scan-failed", 1, in(fresh, ledger, identity, payout), true}, {"waived-finding", 1, kept, true},
		{"service-approval", 1, in(alone, payout), true}, {"approval-withdrawn", 1, in(alone, ledger, identity, checkout), true}, {"commented-after-approval", 1, in(plain, ledger, identity, checkout), true},
		{"re-requested-after-approval", 1, in(plain, ledger, identity, checkout), true}, {"objection-overruled", 1, in(alone, ledger, identity, checkout), true},
		{"reviewer-updates-branch", 1, in(alone, ledger, identity, checkout), true}, {"conflict-merge", 1, in(plain, ledger, identity, checkout), true}, {"last-minute", 1, in(plain, ledger, identity, checkout), true},
		{"requester-reviews", 2, in(alone, ledger, identity, checkout, payout), true},
		{"cloned-ticket", 1, in(any, ledger, identity, checkout), true}, {"boilerplate", 1, in(any, ledger, identity, checkout), true},
		{"backdated", 1, in(any, checkout), true}, {"borrowed-name", 1, in(any, checkout), true}, {"validated", 3, in(any, ledger, identity, checkout, payout), true},
		{"revert-only", 1, func(p *plan) bool { return p.house.name == identity && p.work.kind == "migration" }, true},
		{"no-manager", 2, in(peers, identity, payout), true}, {"claimed-window", 1, in(risky, identity, ledger), true}, {"late-validation", 1, in(risky, identity), true},
		{"plan-written-later", 1, in(unplanned, checkout, ledger, identity, payout), true}, {"description-tidied", 1, in(unplanned, checkout, ledger, identity, payout), true},
		{"extra-in-rebase", 1, func(p *plan) bool {
			return in(unqueued, ledger, identity)(p) && p.work.kind != "config" && strings.HasSuffix(p.work.path, "."+p.house.lang)
		}, true},
	}
}

// dealBots lets a bot approve another bot's update, twice.
func (s *story) dealBots() {
	left := 2
	for _, p := range s.houses[1].plans {
		if p.bot() && left > 0 {
			p.twist("bot-approval")
			left--
		}
	}
}
