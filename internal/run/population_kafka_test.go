package run

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
)

// kafkaCounts counts the commits from one place of the file up to another, in
// another language and without anything of ours.
const kafkaCounts = `
import json, re, sys
n = pr = key = rev = neither = back = 0
for line in list(open(sys.argv[1], encoding="utf-8"))[int(sys.argv[2]):int(sys.argv[3])]:
    c = json.loads(line)
    has_pr = re.search(r"\(#[0-9]+\)$", c["subject"].strip()) is not None
    has_key = re.search(r"(?<![A-Za-z0-9_-])KAFKA-[1-9][0-9]*(?![A-Za-z0-9_-]|\.[0-9])", c["subject"] + "\n" + c["body"]) is not None
    n += 1; pr += has_pr; key += has_key; neither += not has_pr and not has_key
    rev += re.search(r"(?im)^[ \t]*(reviewers?|reviewed-by)[ \t]*:[ \t]*\S", c["body"]) is not None
    back += c["subject"].lower().startswith("revert") or re.search(r"(?im)^this reverts commit [0-9a-f]{7,}", c["body"]) is not None
print(json.dumps([n, pr, key, rev, neither, back]))
`

func countKafka(t *testing.T, from, to int) (want [6]int) {
	t.Helper()
	printed, err := exec.Command("python3", "-c", kafkaCounts, collectortest.SharedData(t, "population", "kafka-12m.jsonl"), itoa(from), itoa(to)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(printed, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// A year of a real project, read from a git repository and nothing else: the
// list has every commit, and says of it what an independent count says. No
// deployment is known, so no change is called one that reached production.
func TestRealPopulationOfAGitRepository(t *testing.T) {
	t.Parallel()
	lines, dir := readKafka(t)
	rebuilt := rebuiltAs(t, dir)
	moment := func(i int) time.Time {
		at, err := time.Parse(time.RFC3339, lines[i].CommitDate)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	// Two places between which every commit is dated later than all before it
	// and earlier than all after it.
	edge := func(near int) int {
		for i := near; ; i++ {
			fits := true
			for k := range lines {
				fits = fits && (k < i) == moment(k).Before(moment(i))
			}
			if fits {
				return i
			}
		}
	}
	first, end := edge(500), edge(1500)
	for name, c := range map[string]struct {
		from, to time.Time
		a, b     int // commits of the period: those from a on up to b
	}{
		"all of it":                       {moment(0).Add(-time.Hour), moment(len(lines) - 1).Add(365 * 24 * time.Hour), 0, len(lines)},
		"to the moment":                   {moment(first), moment(end), first, end},
		"a second later and a bit longer": {moment(first).Add(time.Second), moment(end).Add(time.Millisecond), first + 1, end + 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "  - {name: kafka, kind: git, path: '"+dir+"', projects: [KAFKA]}\n", nil)
			s.config.Period = evidence.Period{From: c.from, To: c.to}
			r := s.open(t, false)
			defer r.Close()
			if err := r.prove(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if err := r.enumerate(t.Context()); err != nil {
				t.Fatal(err)
			}
			p, err := r.summary(t.Context(), r.ledger)
			if err != nil || len(p.Messages) != 1 || len(p.Datasets) != 1 || len(p.Truncations()) > 0 {
				t.Fatalf("%+v, %v", p, err)
			}
			m := p.Messages[0]
			want := countKafka(t, c.a, c.b)
			if got := [6]int{m.Commits, m.PullRequest, m.Ticket, m.Reviewers, m.Neither, m.Reverts}; got != want {
				t.Errorf("counted %v, want %v (commits, with number, with key, with reviewers, with neither, reverts)", got, want)
			}
			var listed []string
			for e, err := range r.ledger.Changes(t.Context(), ledger.Filter{}) {
				if err != nil {
					t.Fatal(err)
				}
				listed = append(listed, e.Commits...)
			}
			if diff := cmp.Diff(sorted(rebuilt[c.a:c.b]), sorted(listed)); diff != "" {
				t.Errorf("commits (-of the period +listed):\n%s", diff)
			}
			if d := p.Datasets[0]; d.Rows != want[0] || d.Queries[0].Received+len(d.Exclusions) > want[0] {
				t.Errorf("%d rows, %+v", d.Rows, d.Queries)
			}
			if p.Size != 0 || !strings.Contains(strings.Join(p.Notes, "\n"), "no successful production deployment is listed") {
				t.Errorf("%d changes are called deployed; notes %q", p.Size, p.Notes)
			}
			t.Logf("%v commits, with number, key, reviewers, neither; reverts", want)
		})
	}
}
