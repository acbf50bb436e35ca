package xlsx

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestGoldens holds everything that another people's program reads from the
// workbook of a whole audit, and the hash of its unpacked parts.
func TestGoldens(t *testing.T) {
	for name, p := range map[string]evidence.Package{"audit": rendertest.AuditPackage(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			data := workbook(t, p)
			var b strings.Builder
			fmt.Fprintf(&b, "SHA-256 of the unpacked parts: %s\n", hashParts(t, data))
			for _, s := range openpyxl(t, data).Sheets {
				fmt.Fprintf(&b, "\n=== %s, filter %s\n", s.Name, s.Filter)
				for _, at := range inOrder(t, s.Cells) {
					c := s.Cells[at]
					fmt.Fprintf(&b, "%s\t%s", at, strings.ReplaceAll(fmt.Sprint(c[1]), "\n", "\n\t"))
					if c[2] != nil {
						fmt.Fprintf(&b, "\t→ %v", c[2])
					}
					b.WriteString("\n")
				}
			}
			rendertest.Golden(t, name+".txt", b.String())
		})
	}
}

func hashParts(t *testing.T, data []byte) string {
	t.Helper()
	h := sha256.New()
	for _, f := range parts(t, data) {
		fmt.Fprintf(h, "%s\n%s\n", f.name, f.text)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

type namedPart struct{ name, text string }

func parts(t *testing.T, data []byte) (all []namedPart) {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(f.Name, err)
		}
		all = append(all, namedPart{f.Name, string(text)})
	}
	return all
}

func inOrder(t *testing.T, cells map[string][4]any) []string {
	t.Helper()
	at := func(name string) (int, int) {
		column, row, err := excelize.CellNameToCoordinates(name)
		if err != nil {
			t.Fatal(err)
		}
		return row, column
	}
	return slices.SortedFunc(maps.Keys(cells), func(a, b string) int {
		r1, c1 := at(a)
		r2, c2 := at(b)
		return cmp.Or(cmp.Compare(r1, r2), cmp.Compare(c1, c2))
	})
}

func TestDeterministicAndPure(t *testing.T) {
	p := rendertest.AuditPackage()
	dump := func() string {
		text := fmt.Sprintf("%+v %+v %+v %+v %+v", p.Dossiers, p.Population, p.Selection, p.Responses, p.Files)
		for d := range p.Log {
			text += fmt.Sprintf("%+v", d)
		}
		return text
	}
	rendertest.Pure(t, dump, func() { workbook(t, p) })
	rendertest.Deterministic(t, func() ([]byte, error) { return Workbook(rendertest.AuditPackage()) })
}

// values gives the values of a column by its title, from the header row down.
func values(t *testing.T, rows [][]string, title string) []string {
	t.Helper()
	for i, row := range rows {
		j := slices.Index(row, title)
		if j < 0 {
			continue
		}
		var list []string
		for _, r := range rows[i+1:] {
			value := ""
			if j < len(r) {
				value = r[j]
			}
			list = append(list, value)
		}
		return list
	}
	t.Fatalf("no column %q", title)
	return nil
}

// TestLogOfThePopulation: each change of the population has one row, in order
// of deployment; each sample too, with a word where the population lacks it.
func TestLogOfThePopulation(t *testing.T) {
	p := rendertest.AuditPackage()
	late := ticketChange(8) // which the lists do not hold
	late.Items[0].Ticket.Deployed = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	p.Dossiers = append(p.Dossiers, evidence.Dossier{Change: late})
	rows := grid(t, workbook(t, p), sheetLog)
	in, dates, ids, samples := values(t, rows, "In population"), values(t, rows, "Date"), values(t, rows, "Change ID"), values(t, rows, "Sample #")
	n := p.Population.Size + 2
	if !slices.IsSorted(dates[:n-1]) {
		t.Errorf("not in order of deployment: %q", dates[:n])
	}
	var held []string
	for i, word := range in[:n] {
		switch {
		case strings.HasPrefix(word, "yes"):
			held = append(held, ids[i])
		case ids[i] == "INC-202" && word == "no: the ticket of an incident, which is no change" && samples[i] == "7":
		case ids[i] == "CHG-789" && word == "no: the lists of the period do not hold it" && samples[i] == "8" && dates[i] == "2026-03-20":
		default:
			t.Errorf("%s is not in the population: %s", ids[i], word)
		}
	}
	if len(held) != p.Population.Size || evidence.HashIDs(held) != p.Population.SHA256 {
		t.Errorf("%d changes with another hash than the population's", len(held))
	}
	var numbers []string
	for _, s := range samples[:n] {
		if s != notSampled {
			numbers = append(numbers, s)
		}
	}
	slices.Sort(numbers)
	if got := strings.Join(numbers, " "); got != "1 2 3 4 5 6 7 8" {
		t.Errorf("samples %s", got)
	}
}

// TestListsThatDoNotTell: what the lists do not tell of a change is never
// called "none recorded".
func TestListsThatDoNotTell(t *testing.T) {
	p := rendertest.AuditPackage()
	book := workbook(t, p)
	rows := grid(t, book, sheetLog)
	ids := values(t, rows, "Change ID")
	value := func(id, title string) string { return values(t, rows, title)[slices.Index(ids, id)] }
	for _, c := range []struct{ id, title, want string }{
		{"acme/api#400", "Validation at/by", notCollected},
		{"acme/api#418", "Ticket", "none recorded: no ticket in the lists"},
		{"CHG-205", "Approval", "CHG-205: not collected"}, {"CHG-205", "Testing", notCollected}, {"CHG-205", "PR", noPullRequest}, {"CHG-205", "Approver(s)", notCollected},
		{"acme/api#400", "Auditor's reference", notSampled}, {"acme/api#400", "Gaps", notSampled},
	} {
		if got := value(c.id, c.title); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.id, c.title, got, c.want)
		}
	}
	if got := value("acme/api#409", "Validation at/by"); got != noneRecorded {
		t.Errorf("a sample: %q", got)
	}
}

func TestApprovalsAfterTheMergeAndOnOtherHeads(t *testing.T) {
	c := codeChange(1)
	pr := c.Items[5].PullRequest
	const older = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	pr.Commits = append(pr.Commits, evidence.Commit{SHA: older})
	pr.Reviews[0].CommitID = older
	pr.Reviews[1].Submitted = pr.Merged.Add(time.Minute)
	pr.Reviews = append(pr.Reviews, evidence.Review{Author: who("Zoe", "zoe"), State: "APPROVED", Submitted: clock(14, 11, 0), CommitID: strings.Repeat("c", 40)})
	const want = "PR #1234: 3 approvals, 1 dismissed, 1 approval at a deployment gate recorded; 1 of them after the merge; 1 on the older head bbbbbbb, aaaaaaa merged; 1 on another head ccccccc, aaaaaaa merged"
	if got := factsOf(&c).approval(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOutcomeNamesWhatFollowed(t *testing.T) {
	c := codeChange(1)
	first := ref(evidence.KindDeployment, "acme/api/deployments/567")
	release := func(id string, hour int, course string) evidence.Release {
		return evidence.Release{Ref: ref(evidence.KindDeployment, "acme/api/deployments/"+id), Repository: "acme/api", Environment: "production", Succeeded: clock(16, hour, 0), Course: course}
	}
	before := evidence.Release{Ref: first, Repository: "acme/api", Environment: "production", Succeeded: clock(15, 22, 0), Course: "forward"}
	elsewhere := release("999", 1, "forward")
	elsewhere.Environment = "production-eu"
	failed := release("568", 2, "")
	failed.Succeeded = time.Time{}
	for want, releases := range map[string][]evidence.Release{
		"Success": {before, elsewhere, failed, release("569", 3, "redeployment")},
		"Success; superseded by deployment 571, 2025-10-16 04:00 UTC":                                  {before, release("569", 3, "redeployment"), release("571", 4, "forward")},
		"Success; followed by a rollback: deployment 572, 2025-10-16 05:00 UTC":                        {before, release("572", 5, "rollback"), release("573", 6, "forward")},
		"Success; followed by a rollback that still contains it: deployment 570, 2025-10-16 08:00 UTC": {before, release("570", 8, "rollback")},
	} {
		f := facts{&c, &book{next: followers(&evidence.Population{Releases: releases})}}
		if got := f.outcome(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	landed, _ := c.Landed()
	landed.Commit.ContainedIn = append(landed.Commit.ContainedIn, evidence.Containment{Deployment: ref(evidence.KindDeployment, "acme/api/deployments/574"), Status: "behind"})
	f := facts{&c, &book{next: followers(&evidence.Population{Releases: []evidence.Release{before, release("574", 9, "rollback")}})}}
	if got, want := f.outcome(), "Success; rolled back by deployment 574, 2025-10-16 09:00 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSelectionCanBeDrawnAgain does what the sheet says, with the shell.
func TestSelectionCanBeDrawnAgain(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not here: ", err)
	}
	p := rendertest.AuditPackage()
	p.Selection.Seed = `it's "2026" $(touch x)`
	data := workbook(t, p)
	rows := grid(t, data, sheetLog)
	ids, in := values(t, rows, "Change ID"), values(t, rows, "In population")
	dir := t.TempDir()
	var list strings.Builder
	for i := range ids {
		if strings.HasPrefix(in[i], "yes") {
			list.WriteString(ids[i] + "\n")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "population.txt"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var script []string
	for _, row := range grid(t, data, sheetSelection) {
		if len(row) > 0 && (strings.HasPrefix(row[0], "LC_ALL=C") || strings.HasPrefix(row[0], "while IFS") || strings.HasPrefix(row[0], "head -n")) {
			script = append(script, row[0])
		}
	}
	if len(script) != 3 {
		t.Fatalf("the sheet has these lines: %q", script)
	}
	cmd := exec.Command(shell, "-c", strings.Join(script, "\n"))
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if !strings.HasPrefix(lines[0], p.Population.SHA256) {
		t.Errorf("the population's hash is %s", lines[0])
	}
	digest := func(id string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(p.Selection.Seed+"\n"+id))) }
	all := strings.Fields(list.String())
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(digest(a), digest(b)) })
	for i, line := range lines[1:] {
		if want := digest(all[i]) + " " + all[i]; line != want {
			t.Errorf("line %d is %q, want %q", i+1, line, want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 || len(lines) != 1+p.Selection.Size {
		t.Errorf("%d files, %d lines", len(entries), len(lines))
	}
}

// TestOtherPopulation: a sample that was drawn from another population than
// the one that is shown says so.
func TestOtherPopulation(t *testing.T) {
	p := rendertest.AuditPackage()
	said := func() bool {
		return strings.Contains(fmt.Sprint(grid(t, workbook(t, p), sheetSelection)), "drawn from another population")
	}
	if said() {
		t.Error("equal populations are called different")
	}
	p.Selection.PopulationSHA256 = strings.Repeat("0", 64)
	if !said() {
		t.Error("another population is not told")
	}
}

// TestTickMarks: the number of a mark leads to the row of that exception.
func TestTickMarks(t *testing.T) {
	data := workbook(t, rendertest.AuditPackage())
	testing, exceptions := grid(t, data, sheetTesting), grid(t, data, sheetExceptions)
	header := testing[3]
	bad := regexp.MustCompile(`^✗([0-9]+)$`)
	found := map[string]bool{}
	for _, row := range testing[4:] {
		for i, c := range row {
			m := bad.FindStringSubmatch(c)
			if m == nil {
				continue
			}
			var n int
			_, _ = fmt.Sscan(m[1], &n)
			x := exceptions[3+n]
			letter := strings.TrimSpace(header[i])
			if x[0] != m[1] || x[2] != row[1] || !strings.HasPrefix(x[3], letter+" ") {
				t.Errorf("%s of %s is %s, and that row is %q", letter, row[1], c, x[:5])
			}
			found[m[1]] = true
		}
	}
	if len(found) < 10 {
		t.Errorf("only %d exceptions", len(found))
	}
	blank := values(t, testing, "Auditor conclusion")
	if strings.Join(slices.DeleteFunc(blank, func(s string) bool { return s == "Auditor conclusion" }), "") != "" {
		t.Errorf("the auditor's column is filled: %q", blank)
	}
}

func TestUnknownOutcomeStandsAsItIs(t *testing.T) {
	if got := mark(evidence.Result{Attribute: "A", Outcome: "something new"}, nil).value; got != "something new" {
		t.Errorf("an unknown outcome is drawn as %v", got)
	}
}
