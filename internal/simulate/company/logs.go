package company

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// logOf is a job's log, written only when somebody asks for it.
type logOf struct {
	house   string
	job     ciJob
	run     int64
	attempt int
	sha     string
	at, end time.Time
	outcome string
	seed    uint64
	long    bool
	empty   bool     // no test is found
	extra   []string // lines of a deployment, in place of tests
}

// text writes the log as GitHub keeps it: each line with its time in front.
func (l logOf) text() string {
	r := dice(l.seed, fmt.Sprintf("log %d %d %s", l.run, l.attempt, l.job.name))
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	say("%s: %s, job %s", Notice, l.house, l.job.name)
	say("Current runner version: '2.330.0'")
	say("##[group]Runner Image")
	say("Image: hb-linux-24.04")
	say("Version: 20260104.1")
	say("##[endgroup]")
	say("##[group]Run actions/checkout@v5")
	say("with:")
	say("  repository: harbourline/%s", l.house)
	say("  token: ***")
	say("##[endgroup]")
	say("HEAD is now at %s", l.sha[:7])
	say("##[group]Run %s", l.job.command)
	say("\x1b[36;1m%s\x1b[0m", l.job.command)
	say("shell: /usr/bin/bash -e {0}")
	say("##[endgroup]")
	switch {
	case l.extra != nil:
		out = append(out, l.extra...)
	case l.long:
		for i := range 60000 {
			switch {
			case i%5003 == 17:
				say("DEBUG dump %d %s", i, strings.Repeat("0123456789abcdef", 400))
			case i%97 == 3:
				say("WARN  [ledger.import] batch=%08x slow statement took=%dms rows=%d account=DE** **** **** %04d", i*2654435761, 200+i%700, i%4096, i%10000)
			default:
				say("DEBUG [ledger.import] batch=%08x line=%d posted ok", i*2654435761&0xffffffff, i)
			}
		}
	case l.job.tests && l.empty:
		say("no tests to run; 0 tests in 0.00s")
	case l.job.tests:
		for i := range 24 {
			say("%s", clip(fmt.Sprintf("ok   %-42s %d tests in %d.%02ds", suites(l.house)[i%len(suites(l.house))], between(r, 4, 90), r.IntN(9), r.IntN(100))))
		}
	default:
		say("0 issues.")
	}
	switch l.outcome {
	case "failure":
		say("--- FAIL: %s", suites(l.house)[0])
		say("    expected: 1 posting")
		say("    got:      2 postings 😱")
		say("    hint: set TZ=UTC to reproduce; see docs/runbooks/flaky.md")
		say("##[error]Process completed with exit code 1.")
	case "cancelled":
		say("##[error]The operation was canceled.")
	default:
		say("Done.")
	}
	say("##[group]Post job cleanup.")
	say("[command]/usr/bin/git version")
	say("git version 2.51.0")
	say("##[endgroup]")
	span := l.end.Sub(l.at)
	var b strings.Builder
	for i, line := range out {
		at := l.at.Add(span * time.Duration(i) / time.Duration(len(out)))
		b.WriteString(at.UTC().Format("2006-01-02T15:04:05.0000000Z") + " " + line + "\n")
	}
	return b.String()
}

// clip holds a line to the eighty columns that the tools are set to.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80]
	}
	return s
}

func suites(house string) []string {
	switch house {
	case "ledger-api":
		return []string{"internal/posting", "internal/settlement", "internal/money", "internal/period", "internal/api", "internal/audit", "internal/export", "internal/hold"}
	case "checkout-web":
		return []string{"src/card/CardForm.test.tsx", "src/amount/parse.test.ts", "src/methods/available.test.ts", "src/threeds/return.test.ts", "src/i18n/load.test.ts"}
	case "payout-worker":
		return []string{"tests/test_claim.py", "tests/test_cutoff.py", "tests/test_files.py", "tests/test_match.py", "tests/test_vop.py"}
	case "identity-gateway":
		return []string{"gateway.session.SessionsTest", "gateway.token.VerifyTest", "gateway.signin.SignInTest", "gateway.limits.LimitsTest"}
	}
	return []string{"eks", "network", "backup"}
}

// junitXML is a report of the tests, as the tools of that language write it.
func junitXML(lang, sha string, failed, empty bool) string {
	names := suites(map[string]string{"go": "ledger-api", "ts": "checkout-web", "py": "payout-worker", "kt": "identity-gateway"}[lang])
	var b strings.Builder
	b.WriteString(xml.Header)
	total, bad := 0, 0
	var body strings.Builder
	if empty {
		names = nil
	}
	for i, name := range names {
		n := 6 + (i*7+int(sha[i%40]))%19
		f := 0
		if failed && i == 0 {
			f = 1
		}
		total, bad = total+n, bad+f
		fmt.Fprintf(&body, "  <testsuite name=%q tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"0\" time=\"%d.%d\">\n", name, n, f, 1+i, n)
		for k := range n {
			fmt.Fprintf(&body, "    <testcase classname=%q name=\"case %02d\" time=\"0.0%d\"", name, k+1, k)
			if f == 1 && k == 2 {
				body.WriteString(">\n      <failure message=\"expected 1 posting, got 2 &lt;postings&gt;\">expected: 1 posting\n got: 2</failure>\n    </testcase>\n")
				continue
			}
			body.WriteString("/>\n")
		}
		body.WriteString("  </testsuite>\n")
	}
	fmt.Fprintf(&b, "<!-- %s -->\n<testsuites tests=\"%d\" failures=\"%d\">\n%s</testsuites>\n", Notice, total, bad, body.String())
	return b.String()
}
