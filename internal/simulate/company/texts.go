package company

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// body writes the description of a pull request by the company's template.
func (s *story) body(p *plan) string {
	if p.dep != nil {
		return s.botBody(p)
	}
	var b strings.Builder
	b.WriteString("## Change Description\n\n" + p.work.why + "\n")
	if p.has("false-keys") {
		b.WriteString("\nRelated reading: CVE-2024-24790 and RFC-8725. The checksum is SHA-256, text is UTF-8, the standard is ISO-20022 and ISO-4217; none of these is a ticket of ours. COVID-19 schedules do not apply any more.\n")
	}
	if p.reverts != nil {
		fmt.Fprintf(&b, "\nReverts harbourline/%s#%d\n", p.house.name, p.reverts.number)
	}
	switch {
	case p.has("see-also"):
		fmt.Fprintf(&b, "\nSee also [%[1]s](%[2]s/browse/%[1]s), which may need it later.\n", p.tickets[0].key, JiraURL)
	case len(p.tickets) > 0 && p.style != 0 && !p.unnamed():
		for _, t := range p.tickets {
			fmt.Fprintf(&b, "\nTicket: [%[1]s](%[2]s/browse/%[1]s)\n", t.named(), JiraURL)
		}
	}
	if p.incident != nil && !p.causes { // when it was written nobody knew of the incident that it would cause
		fmt.Fprintf(&b, "\nIncident: %s\n", p.incident.key)
	}
	b.WriteString("\n## Risk Assessment\n\n")
	for _, l := range [][2]string{{"Low", "Low risk (UI only, documentation)"}, {"Medium", "Medium risk (new features, config changes)"}, {"High", "High risk (database, authentication, security)"}} {
		b.WriteString(box(p.work.risk() == l[0]) + l[1] + "\n")
	}
	b.WriteString("\n## Testing Completed\n\n")
	done := !p.has("self-merge") && !p.has("no-ci")
	for i, l := range []string{"Unit tests passing", "Integration tests passing", "Deployed to staging", "Manual testing completed"} {
		b.WriteString(box(done && (i < 2 || !p.has("hotfix") && (i < 3 || p.style%2 == 0))) + l + "\n")
	}
	if p.has("hotfix") && p.base == "" {
		b.WriteString("\nEmergency, staging was left out. To be repeated there tomorrow.\n")
	}
	b.WriteString("\n" + p.work.test + "\n\n## Rollback Plan\n\n" + p.rollback() + "\n\n## Deployment Checklist\n\n")
	for i, l := range []string{"Code review approved", "Tests passing", "Staging verification complete", "Approved by " + s.who[p.house.team[0]].Name + " (" + s.who[p.house.team[0]].Role + ")"} {
		b.WriteString(box(i < 2) + l + "\n")
	}
	if p.has("long-text") {
		b.WriteString(longText(dice(s.Seed, "long "+p.work.title), p))
	}
	if p.has("multilingual") {
		b.WriteString("\n---\n\n**Zusammenfassung (für den Betrieb):** Die Änderung wird am Dienstag ausgerollt; Rückfragen bitte an den Bereitschaftsdienst. Größere Beträge sind nicht betroffen.\n\n" +
			"**概要:** 決済ファイルの取り込み処理を変更します。問題が発生した場合は前のリリースに戻してください。✅\n\n" +
			"**摘要：** 本次变更只影响新批次，历史数据保持不变。如有异常请立即回滚。🔁\n\n" +
			"**Підсумок:** зміна не торкається збережених даних; відкат займає близько шести хвилин.\n\n" +
			"**ملخص:** لا يؤثر هذا التغيير على البيانات المخزنة.\n")
	}
	return b.String()
}

func box(on bool) string {
	if on {
		return "- [x] "
	}
	return "- [ ] "
}

func (s *story) botBody(p *plan) string {
	d := p.dep
	var b strings.Builder
	if p.house.renovate {
		fmt.Fprintf(&b, "This PR contains the following updates:\n\n| Package | Change | Age | Confidence |\n|---|---|---|---|\n| [%s](https://npm.example/%s) | `%s` -> `%s` | 12 days | high |\n\n", d.name, d.name, d.from, d.to)
	} else {
		fmt.Fprintf(&b, "Bumps [%s](https://pkg.example/%s) from %s to %s.\n\n<details>\n<summary>Release notes</summary>\n\n- Fix a rare panic on cancelled contexts (#%d)\n- Documentation\n\n</details>\n\n", d.name, d.name, d.from, d.to, 200+len(d.name)*7)
	}
	if d.security != "" {
		fmt.Fprintf(&b, "⚠️ Fixes **%s**.\n\n", d.security)
	}
	b.WriteString("---\n\nThis update was proposed by a bot. It merges by itself once the checks are green and somebody has approved.\n")
	return b.String()
}

// longText is what a careful person writes about a dangerous change.
func longText(r *rand.Rand, p *plan) string {
	var b strings.Builder
	b.WriteString("\n## Notes for the reviewer\n")
	parts := []string{
		"The order of the steps matters: the reader is deployed first and accepts both forms, the writer follows a release later, and the old form is removed when nothing has written it for a week.",
		"I looked at three other ways. A flag in the request would have leaked into every client. A second table would have doubled the write load. A nightly job would have left the balances wrong for up to a day, which finance does not accept.",
		"Numbers are from the staging copy of the night before, which holds the same rows as production with names and account numbers replaced. The largest merchant has 1.4 million rows, the median 212.",
		"What could go wrong: the lock is held longer than on staging because of the reporting replica; the alert `LedgerLockWait` fires at two seconds, and the runbook says to stop the backfill, which is safe at any point.",
		"Metrics to look at after the deployment: error rate and p95 of the service, length of the queue, number of retries. The dashboard has a row for this change.",
		"Follow-up work is in separate tickets, so that this one stays reviewable; none of it is needed for this change to be complete.",
	}
	for i := range 42 {
		fmt.Fprintf(&b, "\n### %d. %s\n\n%s %s\n", i+1, pick(r, []string{"Background", "Considered and left", "Measured", "Edge case", "After the deployment", "Question from the design review"}), pick(r, parts), pick(r, parts))
	}
	b.WriteString("\n```\n" + strings.Repeat("account=4711 day=2026-02-11 rows=212 before=3.94s after=0.09s lock=0.004s\n", 60) + "```\n")
	return b.String()
}

// remarks are what reviewers write on lines, and how they are answered.
func remarks(lang string) [][2]string {
	common := [][2]string{
		{"Could we have a test for the empty case?", "Added."},
		{"nit: the name hides that this is in cents.", "Renamed."},
		{"What happens when this is called twice?", "The second call is a no-op; there is a test for it now."},
		{"I would rather fail loudly here than guess.", "Agreed, it returns an error now."},
		{"Is this covered by the alert we have?", "Yes, same metric. I linked the dashboard in the description."},
		{"Please say why in a comment, the how is clear.", "Done."},
		{"This reads a lot better than before 👍", "Thanks!"},
		{"Does support need to know about this?", "Amélie has a draft of the text."},
		{"これは境界値のテストが必要だと思います。", "追加しました。"},
		{"Kann das auch negativ werden?", "No, the type forbids it."},
	}
	switch lang {
	case "go":
		return append(common, [2]string{"errors.Is instead of comparing, please.", "Done."}, [2]string{"The context is dropped here.", "Good catch, passed on."})
	case "ts":
		return append(common, [2]string{"This re-renders on every key stroke.", "Memoised."}, [2]string{"Can this be `unknown` instead of `any`?", "It can."})
	case "py":
		return append(common, [2]string{"A session per payout will exhaust the pool.", "One for the batch now."}, [2]string{"Decimal, not float.", "Of course. Fixed."})
	}
	return append(common, [2]string{"Let us not log the user's address.", "Removed."})
}

func approvals() []string {
	return []string{"LGTM", "Looks good. Tried on staging.", "👍", "", "", "Thanks for the tests!", "Ship it 🚢", "Approved. Please watch the dashboard after the deployment.", "Reviewed together on a call; all points are settled.", "Très bien."}
}

func objections() []string {
	return []string{
		"Two things before this can go: a test for the rollback, and the log line must not carry the account number.",
		"I do not think that this is safe when two instances run at once. See the comments.",
		"Please split the migration from the code that needs it.",
		"The limit is read from the wrong configuration; see the comment.",
		"Needs a word in the runbook, and one case is missing.",
	}
}

// message is what somebody writes as the subject of a commit on the way.
func message(r *rand.Rand, p *plan, i int) string {
	if p.dep != nil {
		return p.title
	}
	key := ""
	if len(p.tickets) > 0 && p.style != 5 && !p.unnamed() {
		key = p.tickets[0].named() + " "
	}
	switch i {
	case 0:
		return key + p.work.title
	case 1:
		return key + "Add tests"
	}
	return key + pick(r, []string{"Address review", "Fix the build", "Handle the empty case", "Better names", "Simplify", "Update the runbook", "Typo", "Cover the second bank holiday"})
}
