package company

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// release is one run of the Deploy workflow before it is told.
type release struct {
	at     time.Time
	by     *Person
	second *Person // who approves it for production
	twists []string
	wait   time.Duration // until somebody approves
	from   time.Time     // before which nobody does, as a window is planned
	back   bool          // to what ran before
	again  bool          // what runs now, once more
	sha    string        // of a release branch or a plan; the tip of main where ""
	ref    string
	event  string
	plan   *plan // the merge that started it
}

func (r *release) has(t string) bool { return slices.Contains(r.twists, t) }

// tell tells a house's half-year: merges and releases as they came.
func (s *story) tell(h *house) {
	s.planReleases(h)
	for _, p := range h.plans {
		if p.base != "" {
			continue // a release branch is told with its release
		}
		s.releasesBefore(h, p.merged)
		switch {
		case p.direct:
			s.tellPush(p)
		default:
			s.tellPull(p)
		}
	}
	s.releasesBefore(h, s.Now)
	for _, l := range h.main[h.best+1:] {
		if l.plan != nil && l.last && l.plan.change != nil && l.plan.change.Deployment == 0 {
			l.plan.change.note("not-deployed", words()["not-deployed"])
			s.Truth.NotDeployed = append(s.Truth.NotDeployed, l.plan.change.ID)
		}
	}
	r := h.repo
	r.Branches["main"] = h.main[len(h.main)-1].sha
	r.Pushed = h.main[len(h.main)-1].at
	sort.SliceStable(r.PullRequests, func(i, j int) bool { return r.PullRequests[i].Number < r.PullRequests[j].Number })
	sort.SliceStable(r.Runs, func(i, j int) bool { return r.Runs[i].Created.Before(r.Runs[j].Created) })
	numbers := map[*forge.Workflow]int{h.ci: 4100, h.deploy: 702}
	for _, run := range r.Runs {
		numbers[run.Workflow]++
		run.Number = numbers[run.Workflow]
	}
	sort.SliceStable(r.Deployments, func(i, j int) bool { return r.Deployments[i].Created.Before(r.Deployments[j].Created) })
	sort.SliceStable(r.Statuses, func(i, j int) bool { return r.Statuses[i].Created.Before(r.Statuses[j].Created) })
}

// releasesBefore carries out what was released before a time.
func (s *story) releasesBefore(h *house, at time.Time) {
	for len(h.releases) > 0 && h.releases[0].at.Before(at) {
		rel := h.releases[0]
		h.releases = h.releases[1:]
		s.tellRelease(h, rel)
	}
}

// habit is on which days and from which hour a house releases, and who starts it.
type habit struct {
	days []time.Weekday
	hour int
	by   []string
}

func releaseHabits() map[string]habit {
	return map[string]habit{
		"ledger-api":       {[]time.Weekday{time.Tuesday, time.Thursday}, 10, []string{"jide", "szymon", "marta"}},
		"payout-worker":    {[]time.Weekday{time.Wednesday}, 11, []string{"robin"}},
		"identity-gateway": {[]time.Weekday{time.Monday, time.Thursday}, 14, []string{"aarav", "felicie"}},
	}
}

// planReleases lays out when the house releases, by its habits.
func (s *story) planReleases(h *house) {
	r := dice(s.Seed, "releases "+h.name)
	if habit, ok := releaseHabits()[h.name]; ok {
		for _, d := range s.cal.days(day(2026, 1, 6), day(2026, 6, 30)) {
			if !slices.Contains(habit.days, d.Weekday()) {
				continue
			}
			at := s.cal.at(d, habit.hour, between(r, 0, 40))
			h.releases = append(h.releases, &release{at: at, by: s.who[pick(r, habit.by)], second: s.approver(h, r.IntN(100)), wait: time.Duration(between(r, 6, 45)) * time.Minute, event: "workflow_dispatch"})
		}
		s.spoil(h)
	} else {
		for _, p := range h.plans {
			if p.base != "" || p.dropped {
				continue
			}
			rel := &release{at: p.merged.Add(40 * time.Second), by: p.author, plan: p, wait: time.Duration(between(r, 12, 80)) * time.Minute, event: "push", second: s.approver(h, r.IntN(100))}
			if rel.second == p.author { // nobody lets their own change through
				rel.second = s.who[map[bool]string{true: "dmytro", false: "hannah"}[p.author == s.who["hannah"]]]
			}
			if p.request != nil {
				rel.from = p.request.start.Add(2 * time.Minute)
			}
			if p.night {
				rel.wait = 3 * time.Minute
			}
			h.releases = append(h.releases, rel)
		}
		s.overtake(h)
		s.spoil(h)
	}
	h.releases = append(h.releases, s.extraReleases(h)...)
	sort.SliceStable(h.releases, func(i, j int) bool { return h.releases[i].at.Before(h.releases[j].at) })
}

// approver is who approves a release of the house for production.
func (s *story) approver(h *house, n int) *Person {
	return []*Person{s.who["hannah"], s.who["dmytro"], s.who["hannah"]}[n%3]
}

// spoil decides which releases go wrong.
func (s *story) spoil(h *house) {
	r := dice(s.Seed, "spoil "+h.name)
	var open []*release
	for _, rel := range h.releases {
		if len(rel.twists) == 0 && (rel.plan == nil || !rel.plan.fixed) {
			open = append(open, rel)
		}
	}
	r.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	want := map[string][]string{
		"ledger-api":       {"retry", "retry", "failed", "self-approval"},
		"checkout-web":     {"retry", "self-approval", "rejected"},
		"payout-worker":    {"retry", "failed"},
		"identity-gateway": {"retry", "rejected", "self-approval"},
	}[h.name]
	for i, w := range want {
		rel := open[i]
		rel.twists = append(rel.twists, w)
		if w == "self-approval" {
			rel.by, rel.second = s.who["hannah"], s.who["hannah"]
			if h.name == "checkout-web" { // a push is started by who merged
				rel.by = rel.plan.author
				rel.second = rel.plan.author
			}
		}
	}
}

// overtake marks those of a push that the next merge came before the approval of.
func (s *story) overtake(h *house) {
	for i, rel := range h.releases {
		if i+1 < len(h.releases) && h.releases[i+1].at.Before(rel.at.Add(rel.wait+25*time.Minute)) && !h.releases[i+1].plan.fixed && !rel.plan.fixed {
			rel.twists = append(rel.twists, "superseded")
		}
	}
}

// tellRelease tells one run of the Deploy workflow.
func (s *story) tellRelease(h *house, rel *release) {
	if rel.plan != nil && rel.plan.base != "" {
		s.tellReleaseBranch(h, rel)
	}
	index := h.tip(rel.at)
	sha, ref := h.main[index].sha, "main"
	switch {
	case rel.back:
		index = s.beforeLive(h)
		sha = h.main[index].sha
	case rel.again:
		index = h.live
		sha = h.main[index].sha
	case rel.sha != "":
		index, sha, ref = -1, rel.sha, rel.ref
	case index == h.live:
		return // there is nothing new to release
	}
	if rel.event == "workflow_dispatch" && ref == "main" && !rel.back {
		ref = "v" + rel.at.Format("2006.01.02")
		if rel.again {
			ref = h.liveDep.Ref
		}
		h.repo.Tags[ref] = sha
	}
	h.numbers[h.deploy]++
	n := h.numbers[h.deploy]
	run := &forge.Run{
		ID: forge.ID("run", h.name, "deploy", n), Number: n, Workflow: h.deploy, Title: "Deploy " + ref, Event: rel.event, Branch: ref, SHA: sha, Actor: rel.by.GitHub,
		Created: rel.at, LogsExpired: rel.at.Before(s.Now.AddDate(0, 0, -90)),
	}
	if rel.event == "push" {
		run.Title = firstLine(h.repo.Commits[sha].Message)
	}
	h.repo.Runs = append(h.repo.Runs, run)
	d := &deploying{story: s, h: h, rel: rel, run: run, sha: sha, ref: ref, index: index, r: dice(s.Seed, fmt.Sprintf("deploy %s %d", h.name, n))}
	d.tell()
}

func firstLine(s string) string {
	for i := range s {
		if s[i] == '\n' {
			return s[:i]
		}
	}
	return s
}

// beforeLive is the release before the one that runs.
func (s *story) beforeLive(h *house) int {
	for i := len(s.Truth.Releases) - 1; i >= 0; i-- {
		rel := s.Truth.Releases[i]
		if rel.Repository != "harbourline/"+h.name || rel.Outcome != "success" {
			continue
		}
		at := slices.IndexFunc(h.main, func(l landed) bool { return l.sha == rel.SHA })
		if at >= 0 && at < h.live {
			return at
		}
	}
	return 0
}
