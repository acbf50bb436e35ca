package company

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// incident is something that went wrong in production.
type incident struct {
	key       string
	title     string
	house     int // index of the house whose service suffers
	severity  string
	opened    time.Time
	over      time.Time
	errors    float64 // added to the error rate, in percent
	latency   float64 // added to the latency, in milliseconds
	cause     string
	story     []string // what was written in it, minute by minute
	commander string   // short name
	plans     []*plan
}

// clock gives a time of the company's day, as UTC.
func (s *story) clock(m time.Month, d, hour, minute int) time.Time {
	return s.cal.at(day(2026, m, d), hour, minute)
}

// find gives the plan of that title.
func (h *house) find(title string) *plan {
	i := slices.IndexFunc(h.plans, func(p *plan) bool { return p.work.title == title })
	if i < 0 {
		panic("the story has lost its plan: " + title)
	}
	return h.plans[i]
}

// planSpecials fixes what has to happen at a certain time.
func (s *story) planSpecials() {
	ledger, checkout, payout, identity := s.houses[0], s.houses[1], s.houses[2], s.houses[3]
	s.incidents = []*incident{
		{key: "INC-71", title: "Some merchants' payouts were sent to the bank twice", house: 2, severity: "High", opened: s.clock(1, 8, 15, 20), over: s.clock(1, 8, 17, 40), errors: 3.1, latency: 0, commander: "yusuf",
			cause: "Two workers claimed the same row.", story: []string{"15:20 Nordbank calls: 14 duplicate end-to-end ids in the 15:00 file.", "15:31 Second worker stopped by hand. No further duplicates.", "16:05 Cause found: claim without a lock.", "16:10 @[marta] authorises a hotfix without a prior review; Yusuf watches.", "17:20 Hotfix is live, second worker started.", "17:40 Run of 17:30 without duplicates. Incident closed; the bank has refused all 14."}},
		{key: "INC-72", title: "Payment page answers with errors after the router change", house: 1, severity: "Highest", opened: s.clock(2, 11, 10, 58), over: s.clock(2, 11, 11, 21), errors: 9.4, latency: 420, commander: "ciaran",
			cause: "Deep links with a trailing slash have no route.", story: []string{"10:58 Alert: error rate 9 %.", "11:02 Deep links of two large merchants fail. Last deployment is the router.", "11:06 Rollback decided by Ciarán, approved by Hannah.", "11:21 Error rate is normal again."}},
		{key: "INC-73", title: "Ledger answers slowly after the morning release", house: 0, severity: "High", opened: s.clock(3, 19, 11, 12), over: s.clock(3, 19, 11, 46), errors: 0.6, latency: 1900, commander: "jide",
			cause: "Forty connections from each of six pods exceed the database's limit.", story: []string{"11:12 Alert: p95 above one second.", "11:20 Database is at its connection limit.", "11:25 Rollback of the whole release decided.", "11:46 Latency is normal. The pool change will be taken back; the other changes go out again on Tuesday."}},
		{key: "INC-74", title: "Gateway accepts unsigned tokens of the legacy issuer", house: 3, severity: "Highest", opened: s.clock(4, 22, 19, 5), over: s.clock(4, 22, 21, 10), errors: 0, latency: 0, commander: "nadia",
			cause: "The old issuer's verifier treats «alg: none» as trusted.", story: []string{"19:05 Report by an outside researcher.", "19:20 Confirmed on staging by Nadia. No sign of use in the logs of 400 days.", "19:30 Incident commander Nadia authorises a hotfix from the release branch, in the approval below.", "20:58 Live. Researcher confirms at 21:10."}},
		{key: "INC-75", title: "Acquirer's data centre is down, card payments fail", house: 1, severity: "Highest", opened: s.clock(5, 12, 18, 47), over: s.clock(5, 12, 19, 34), errors: 23, latency: 2600, commander: "hannah",
			cause: "Outage at the acquirer; no change of ours.", story: []string{"18:47 Error rate 23 %, only cards.", "18:55 Acquirer confirms an outage of its first data centre.", "19:05 Emergency change: all card traffic to the second acquirer. Authorised by Katri and Märta by phone.", "19:14 Switched. Error rate falls.", "19:34 Normal."}},
		{key: "INC-76", title: "Night run of payouts stops at a malformed bank answer", house: 2, severity: "Highest", opened: s.clock(6, 13, 1, 41), over: s.clock(6, 13, 2, 58), errors: 41, latency: 0, commander: "mingyu",
			cause: "Swedbank's answer carries an empty element that our reader does not expect.", story: []string{"01:41 Alert: payouts fail.", "02:14 Märta authorises a change by phone: skip the empty element.", "02:31 Pushed to main, nobody else awake.", "02:44 Live, run continues.", "02:58 All 3,912 payouts are sent."}},
	}
	inc := s.incidents

	hot := payout.find("Send each payout once when two workers wake together")
	s.fix(hot, s.clock(1, 8, 16, 12), s.clock(1, 8, 17, 5), "hotfix").incident = inc[0]
	hot.author, hot.merger, hot.reviewer, hot.night = s.who["mingyu"], s.who["mingyu"], s.who["yusuf"], true

	router := checkout.find("Replace the home-made router")
	s.fix(router, s.clock(2, 9, 14, 0), s.clock(2, 11, 10, 12)).incident = inc[1]
	router.author, router.causes = s.who["ana"], true
	revert := s.add(checkout, work{"fix", `Revert "Replace the home-made router"`, "src/routes.tsx", "export const routes = createRoutes(pages);", "export const routes = legacyRoutes(pages);", "The router was rolled back in production. This takes it out of main, so that the next release does not bring it back.", "All end-to-end tests, and the two merchants' deep links."},
		s.clock(2, 11, 11, 35), s.clock(2, 11, 13, 30), "rollback-revert")
	revert.reverts, revert.incident = router, inc[1]
	revert.author, revert.reviewer = router.author, s.who["ciaran"]
	if revert.author == revert.reviewer {
		revert.reviewer = s.who["yui"]
	}
	revert.merger = revert.author
	s.add(checkout, work{"refactor", "Replace the home-made router, with trailing slashes this time", "src/routes.tsx", "export const routes = legacyRoutes(pages);", "export const routes = createRoutes(pages, { trailingSlash: 'ignore' });", "Second attempt after INC-72. The deep links of all merchants are now part of the end-to-end tests.", "1,870 deep links of the last month replayed on staging without a difference."},
		s.clock(3, 3, 10, 0), s.clock(3, 4, 14, 20))

	pool := ledger.find("Raise the connection pool to 40 and let it shrink")
	s.fix(pool, s.clock(3, 17, 10, 30), s.clock(3, 18, 15, 10)).incident = inc[2]
	pool.causes = true
	back := s.add(ledger, work{"config", `Revert "Raise the connection pool to 40 and let it shrink"`, "deploy/values.yaml", "  poolMaxConns: 40\n  poolMinConns: 5", "  poolMaxConns: 20", "Six pods with forty connections exceed the limit of the database. Taken back after INC-73.", "Number of connections on staging seen with six pods."},
		s.clock(3, 19, 12, 5), s.clock(3, 19, 14, 20), "rollback-revert")
	back.reverts, back.incident = pool, inc[2]

	alg := s.add(identity, work{"security", "Do not accept unsigned tokens of the legacy issuer", "src/main/kotlin/gateway/token/Legacy.kt", "    if (header.alg == \"none\") return claims", "    require(header.alg == \"RS256\") { \"unsigned token\" }", "A token with «alg: none» of the legacy issuer is accepted. Reported by an outside researcher.", "Researcher's token is refused; tokens of the last hour replayed."},
		s.clock(4, 22, 19, 40), s.clock(4, 22, 20, 35), "hotfix", "release-branch")
	alg.base, alg.incident, alg.night, alg.branch = "release/2026.04", inc[3], true, "hotfix/unsigned-tokens"
	alg.author, alg.merger, alg.reviewer, alg.method = s.who["aarav"], s.who["aarav"], s.who["nadia"], "squash"
	port := s.add(identity, work{"security", "Bring the unsigned-token fix to main", "src/main/kotlin/gateway/token/Legacy.kt", "    if (header.alg == \"none\") return claims", "    require(header.alg == \"RS256\") { \"unsigned token\" }", "Same change as in release/2026.04, with a test.", "As there, and a unit test for each algorithm."},
		s.clock(4, 23, 9, 30), s.clock(4, 23, 11, 0), "forward-port")
	port.incident, port.author, port.reviewer, port.merger = inc[3], s.who["felicie"], s.who["aarav"], s.who["felicie"]
	port.second = s.who["nadia"]

	s.push(payout, "mingyu", s.clock(6, 13, 2, 31), work{"fix", "Skip empty elements in Swedbank's answer", "payouts/banks/swedbank.py", "    value = node.text.strip()", "    value = (node.text or \"\").strip()", "Night run stops.", "Run by hand with the answer of tonight."}, "hotfix", "undocumented-emergency").incident = inc[5]
	s.push(ledger, "marta", s.clock(2, 17, 17, 42), work{"docs", "Correct the on-call phone number in the runbook", "docs/runbooks/on-call.md", "Phone: +49 40 555 0140", "Phone: +49 40 555 0141", "Wrong number.", "Called it."})
	s.push(checkout, "ciaran", s.clock(3, 26, 16, 8), work{"config", "Raise the timeout of the fraud check to 2.5 s", "config/production.json", "  \"fraudTimeoutMs\": 1500,", "  \"fraudTimeoutMs\": 2500,", "Supplier is slow today.", "None."})
	s.push(identity, "bram", s.clock(5, 13, 17, 20), work{"refactor", "remove dead code", "src/main/kotlin/gateway/legacy/Old.kt", "fun old() = Unit", "", "Last day.", "None."})

	s.shareTickets()
	s.dropSome()
	for _, h := range s.houses[:4] {
		s.calm(h)
	}
}

// fix nails a plan to its times.
func (s *story) fix(p *plan, created, merged time.Time, twists ...string) *plan {
	p.created, p.merged, p.fixed, p.queue, p.auto = created, merged, true, false, false
	return p.twist(twists...)
}

// add puts a further change into a house's half-year.
func (s *story) add(h *house, w work, created, merged time.Time, twists ...string) *plan {
	p := &plan{house: h, work: w, title: w.title, method: h.methods[0], style: len(w.title) % 6, merged: merged, created: created}
	s.castHuman(p, len(w.title), len(w.why))
	h.plans = append(h.plans, p)
	return s.fix(p, created, merged, twists...)
}

// push puts a change to main without a pull request into a house's half-year.
func (s *story) push(h *house, who string, at time.Time, w work, twists ...string) *plan {
	p := s.add(h, w, at, at, append(twists, "direct-push")...)
	p.direct, p.author, p.merger = true, s.who[who], s.who[who]
	return p
}

// shareTickets lets a second pull request answer the ticket of the first.
func (s *story) shareTickets() {
	for i, title := range []string{"Page the statement endpoint by cursor instead of offset", "Keep the basket when 3-D Secure is cancelled", "Sign in with a passkey"} {
		h := s.houses[[]int{0, 1, 3}[i]]
		a := h.find(title)
		merged := s.cal.add(a.merged, 700)
		b := s.add(h, work{a.work.kind, a.work.title + ", part two", a.work.path, a.work.new, a.work.new + "\n// second part", "Second part of the work of the same ticket.", "As in the first part."}, s.cal.add(a.merged, 60), merged, "shared-ticket")
		b.fixed = true
		a.fixed = true
		b.author = a.author
		b.merger = a.author
		a.twist("shared-ticket")
		if b.reviewer == b.author {
			b.reviewer = b.second
		}
	}
}

// dropSome adds pull requests that were closed without a merge.
func (s *story) dropSome() {
	for i, w := range []work{
		{"feature", "Try a graph database for the account tree", "internal/tree/graph.go", "", "package tree\n\n// an experiment\ntype Graph struct{}", "An experiment from the hack day.", "None yet."},
		{"ui", "Animate the pay button", "src/pay/Button.module.css", ".pay { color: white; }", ".pay { color: white; animation: glow 2s infinite; }", "Idea from the design review; distracts, so we leave it.", "Seen in the browser."},
		{"perf", "Write payout files in parallel", "payouts/files/parallel.py", "", "def write_all(groups):\n    with ThreadPoolExecutor(4) as pool:\n        return list(pool.map(write, groups))", "Not needed any more since there is one file a bank.", "Benchmarks."},
	} {
		p := s.add(s.houses[i], w, s.clock(2, 3+i, 10, 0), s.clock(2, 12+i, 16, 30))
		p.dropped = true
	}
}

// calm keeps a quarter of an hour around each fixed merge free of others, and
// puts the house's plans in order.
func (s *story) calm(h *house) {
	for _, p := range h.plans {
		if !p.fixed || p.dropped {
			continue
		}
		from, to := p.merged.Add(-20*time.Minute), p.merged.Add(95*time.Minute)
		n := 0
		for _, o := range h.plans {
			if !o.fixed && o.merged.After(from) && o.merged.Before(to) {
				shift := to.Add(time.Duration(31*n) * time.Minute).Sub(o.merged)
				o.merged, o.created = o.merged.Add(shift), o.created.Add(shift)
				n++
			}
		}
	}
	sort.SliceStable(h.plans, func(i, j int) bool { return h.plans[i].merged.Before(h.plans[j].merged) })
	for i := 1; i < len(h.plans); i++ {
		a, b := h.plans[i-1], h.plans[i]
		if gap := b.merged.Sub(a.merged); gap < 12*time.Minute && !b.fixed {
			b.merged = a.merged.Add(13 * time.Minute)
		}
	}
	sort.SliceStable(h.plans, func(i, j int) bool { return h.plans[i].merged.Before(h.plans[j].merged) })
}

// extraReleases are those beside the habit: rollbacks, hotfixes, the same again.
func (s *story) extraReleases(h *house) []*release {
	marta, hannah, dmytro := s.who["marta"], s.who["hannah"], s.who["dmytro"]
	again := func(at time.Time, by *Person) *release {
		return &release{at: at, by: by, second: hannah, again: true, wait: 4 * time.Minute, event: "workflow_dispatch"}
	}
	switch h.name {
	case "ledger-api":
		return []*release{
			{at: s.clock(3, 19, 11, 28), by: s.who["jide"], second: hannah, back: true, wait: 90 * time.Second, event: "workflow_dispatch", twists: []string{"no-staging"}},
			again(s.clock(2, 19, 16, 30), marta),
		}
	case "checkout-web":
		return []*release{
			{at: s.clock(2, 11, 11, 7), by: s.who["ciaran"], second: hannah, back: true, wait: 60 * time.Second, event: "workflow_dispatch", twists: []string{"no-staging"}},
			again(s.clock(5, 20, 15, 40), s.who["yui"]),
		}
	case "payout-worker":
		return []*release{
			{at: s.clock(1, 8, 17, 7), by: s.who["mingyu"], second: s.who["yusuf"], wait: 60 * time.Second, event: "workflow_dispatch", twists: []string{"no-staging"}},
			{at: s.clock(6, 13, 2, 33), by: s.who["mingyu"], second: s.who["mingyu"], wait: 30 * time.Second, event: "workflow_dispatch", twists: []string{"no-staging", "self-approval"}},
		}
	case "identity-gateway":
		p := h.find("Do not accept unsigned tokens of the legacy issuer")
		return []*release{
			{at: s.clock(4, 22, 20, 38), by: s.who["aarav"], second: dmytro, wait: 2 * time.Minute, event: "workflow_dispatch", plan: p, ref: "v2026.04.22-hotfix"},
			again(s.clock(4, 9, 16, 10), s.who["felicie"]),
		}
	}
	return nil
}

// tellReleaseBranch tells the pull request of a release branch, which is cut
// from what production runs.
func (s *story) tellReleaseBranch(h *house, rel *release) {
	p := rel.plan
	h.repo.Branches[p.base] = h.main[h.live].sha
	s.tellPull(p)
	rel.sha = p.sha
	h.repo.Tags[rel.ref] = p.sha
}

// tellPush tells a change that went to main without a pull request.
func (s *story) tellPush(p *plan) {
	h, at := p.house, p.merged
	tip := h.main[len(h.main)-1].sha
	message := p.work.title
	if p.incident != nil {
		message += "\n\nINCIDENT, authorised by Märta on the phone"
	}
	c := h.repo.AddCommit(&forge.Commit{Parents: []string{tip}, Author: p.author.signature(at), Committer: p.author.signature(at), Message: message, Files: []forge.File{patch(p.work.path, p.work.old, p.work.new, h.lang)}})
	p.sha = c.SHA
	s.logPush(p, tip)
	h.main = append(h.main, landed{sha: c.SHA, at: at, plan: p, last: true})
	h.runCI(s, ciOrder{event: "push", branch: "main", sha: c.SHA, actor: p.author, at: at.Add(10 * time.Second), outcome: "success", title: p.work.title})
	ch := &Change{
		ID: fmt.Sprintf("%s@%s", h.name, c.SHA[:7]), Kind: "code", Title: p.work.title, Service: h.service, Repository: "harbourline/" + h.name,
		MergedBy: p.author.Name, MergeSHA: c.SHA, Merged: at, Authors: []string{p.author.Name}, Emergency: p.has("hotfix"),
	}
	if p.work.kind == "config" {
		ch.Kind = "configuration"
	}
	for _, tk := range p.tickets {
		ch.Tickets = append(ch.Tickets, tk.key)
	}
	if p.incident != nil {
		ch.Incident = p.incident.key
	}
	for _, id := range p.twists {
		ch.note(id, words()[id])
	}
	if at.Before(s.Now.AddDate(0, 0, -90)) {
		ch.note("expired-logs", words()["expired-logs"])
	}
	p.change, p.logsGone = ch, ch.Has("expired-logs")
	s.Truth.Changes = append(s.Truth.Changes, ch)
}
