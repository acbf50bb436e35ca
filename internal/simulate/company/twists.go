package company

import (
	"slices"
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
			left--
		}
	}
	s.dealBots()
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
