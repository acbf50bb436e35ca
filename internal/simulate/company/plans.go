package company

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// plan is one change before it is told: what, who, when, and what is going to
// be special about it.
type plan struct {
	house    *house
	work     work
	dep      *dependency
	title    string
	branch   string
	base     string // "main" where ""
	author   *Person
	reviewer *Person
	second   *Person
	merger   *Person
	created  time.Time
	merged   time.Time
	method   string
	queue    bool
	auto     bool
	number   int
	twists   []string
	tickets  []*ticket
	style    int // where the ticket's key is written
	fixed    bool
	direct   bool
	dropped  bool // closed without a merge
	night    bool // told by the clock instead of by working hours
	incident *incident
	causes   bool // the incident came of it
	reverts  *plan
	request  *changeRequest // the change request that it carries out

	pr       *forge.PullRequest
	sha      string
	change   *Change
	approved []*Person // whose approval stood at the merge
	late     time.Time // when it was approved, where that was after the merge
	logsGone bool      // of CI on the last head

	overridden bool // whoever merged went round the branch's protection
	ruledOut   bool // the ruleset was switched off for the merge
}

func (p *plan) has(twist string) bool { return slices.Contains(p.twists, twist) }

func (p *plan) twist(ids ...string) *plan {
	p.twists = append(p.twists, ids...)
	return p
}

func (p *plan) bot() bool { return p.dep != nil }

// unnamed reports whether its texts name no ticket of its own: there was none
// yet, or there never was.
func (p *plan) unnamed() bool {
	return p.has("ticket-late") || p.has("ticket-between") || p.has("see-also")
}

// planWork spreads the houses' works over the half-year.
func (s *story) planWork() {
	for _, h := range s.houses {
		r := dice(s.Seed, "work "+h.name)
		works := slices.Concat(h.works, families(h.name))
		r.Shuffle(len(works), func(i, j int) { works[i], works[j] = works[j], works[i] })
		deps := dependencies(h.name)
		n := len(works) + len(deps)
		at := s.cal.spread(r, n, day(2026, 1, 6), day(2026, 6, 29), 25*time.Minute)
		// Bots come in now and then; which slot is theirs is drawn.
		isBot := make([]bool, n)
		for i := range deps {
			isBot[i] = true
		}
		r.Shuffle(n, func(i, j int) { isBot[i], isBot[j] = isBot[j], isBot[i] })
		for i := range n {
			p := &plan{house: h, merged: at[i], style: r.IntN(6)}
			if isBot[i] {
				d := deps[0]
				deps = deps[1:]
				p.dep = &d
				s.castBot(p, d)
			} else {
				p.work = works[0]
				works = works[1:]
				p.title = p.work.title
			}
			s.castHuman(p, r.IntN(1000), r.IntN(1000))
			p.created = s.cal.back(p.merged, between(r, 260, 2100))
			p.method = pick(r, h.methods)
			p.queue = h.name == "checkout-web" && p.merged.After(day(2026, 4, 1)) && !p.bot()
			p.auto = p.bot() || !p.queue && r.IntN(9) == 0
			h.plans = append(h.plans, p)
		}
	}
	for _, h := range s.houses {
		sort.SliceStable(h.plans, func(i, j int) bool { return h.plans[i].merged.Before(h.plans[j].merged) })
	}
}

func (s *story) castBot(p *plan, d dependency) {
	p.work = work{kind: "dependency", title: d.title(p.house.renovate), path: d.path, old: d.old, new: d.new, why: "Update of a library.", test: "The whole pipeline."}
	if d.security != "" {
		p.work.kind = "security"
	}
	p.title = p.work.title
	p.author = s.who["dependabot"]
	if p.house.renovate {
		p.author = s.who["renovate"]
	}
}

// castHuman says who writes, who reviews and who merges, among those who are
// there at the time.
func (s *story) castHuman(p *plan, a, b int) {
	var writers, readers []*Person
	for _, name := range p.house.team {
		if w := s.who[name]; w.there(p.merged) && w.there(s.cal.back(p.merged, 2500)) {
			writers = append(writers, w)
		}
	}
	if p.author == nil {
		p.author = writers[a%len(writers)]
	}
	for _, name := range append(slices.Clone(p.house.seniors), p.house.team...) {
		if w := s.who[name]; w != p.author && w.there(p.merged) && !slices.Contains(readers, w) {
			readers = append(readers, w)
		}
	}
	p.reviewer = readers[b%len(readers)]
	switch {
	case p.work.kind == "migration" && p.author != s.who["katri"]:
		p.second = s.who["katri"]
	case p.work.kind == "security" && p.reviewer != s.who["nadia"]:
		p.second = s.who["nadia"]
	default:
		p.second = readers[(b+1)%len(readers)]
	}
	if p.second == p.reviewer {
		p.second = readers[(b+1)%len(readers)]
	}
	p.merger = p.author
	if b%3 == 0 {
		p.merger = p.reviewer
	}
	if p.house.name == "payout-worker" && b%4 == 1 {
		p.merger = s.who["robin"]
	}
	if p.bot() {
		p.merger = p.reviewer
	}
}

// high reports whether two people have to approve.
func (p *plan) high() bool { return !p.bot() && p.work.risk() == "High" }

var notBranch = regexp.MustCompile(`[^a-z0-9]+`)

func slug(title string, words int) string {
	parts := strings.Fields(notBranch.ReplaceAllString(strings.ToLower(title), " "))
	return strings.Join(parts[:min(words, len(parts))], "-")
}

// numberPullRequests numbers them, and names their branches, in the order in
// which they were opened.
func (s *story) numberPullRequests() {
	for _, h := range s.houses {
		opened := slices.DeleteFunc(slices.Clone(h.plans), func(p *plan) bool { return p.direct })
		sort.SliceStable(opened, func(i, j int) bool { return opened[i].created.Before(opened[j].created) })
		r := dice(s.Seed, "numbers "+h.name)
		next := h.first
		for _, p := range opened {
			p.number = next
			next += 1 + r.IntN(20)/19 // now and then a number is an issue's
			s.nameBranch(p)
		}
	}
}

func (s *story) nameBranch(p *plan) {
	key := ""
	if len(p.tickets) > 0 && !p.unnamed() {
		key = p.tickets[0].named()
	}
	switch {
	case p.branch != "":
	case p.dep != nil && p.house.renovate:
		p.branch = "renovate/" + slug(p.dep.name, 4) + "-" + strings.SplitN(p.dep.to, ".", 2)[0] + ".x"
	case p.dep != nil:
		p.branch = fmt.Sprintf("dependabot/%s/%s-%s", map[string]string{"go": "go_modules", "py": "pip", "kt": "gradle"}[p.house.lang], p.dep.name, p.dep.to)
	case key == "":
		p.branch = p.work.kind + "/" + slug(p.work.title, 5)
	case p.style%2 == 0:
		p.branch = key + "-" + slug(p.work.title, 4)
	default:
		p.branch = p.work.kind + "/" + strings.ToLower(key) + "-" + slug(p.work.title, 3)
	}
	if key == "" || p.dep != nil || p.reverts != nil || p.has("wrong-ticket") {
		if p.has("wrong-ticket") {
			p.title = "PAY-9" + "120: " + p.title
		}
		return
	}
	switch p.style {
	case 0, 1:
		p.title = key + ": " + p.title
	case 2:
		p.title = p.title + " (" + key + ")"
	case 3:
		p.title = "[" + key + "] " + p.title
	} // else: only in the body and the branch
	if p.work.kind == "fix" && p.style == 4 {
		p.title = "fix: " + strings.ToLower(p.title[:1]) + p.title[1:]
	}
}
