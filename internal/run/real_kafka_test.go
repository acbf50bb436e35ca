package run

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

// A told is one line of the population: what a real project's main branch
// said, as somebody else extracted it.
type told struct {
	SHA         string   `json:"sha"`
	Author      string   `json:"author"`
	AuthorEmail string   `json:"author_email"`
	AuthorDate  string   `json:"author_date"`
	Committer   string   `json:"committer"`
	CommitDate  string   `json:"commit_date"`
	Subject     string   `json:"subject"`
	Body        string   `json:"body"`
	Files       []string `json:"files"`
	number      string   // of its pull request
	rebuilt     string   // its commit in the rebuilt repository
}

// readKafka reads the population, and rebuilds it as a repository.
func readKafka(t *testing.T) (lines []told, dir string) {
	t.Helper()
	need(t, "python3", "git")
	file := collectortest.SharedData(t, "population", "kafka-12m.jsonl")
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var l told
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	dir = filepath.Join(t.TempDir(), "kafka")
	if out, err := exec.Command("python3", collectortest.SharedData(t, "population", "rebuild"), file, dir).CombinedOutput(); err != nil {
		t.Fatalf("rebuilding the repository: %v\n%s", err, out)
	}
	return lines, dir
}

var numbered = regexp.MustCompile(`\s*\(#(\d+)\)\s*$`)

// spread gives so many changes with a pull-request number, spread over the year.
func spread(lines []told, n int) []told {
	var with, picked []told
	for _, l := range lines {
		if m := numbered.FindStringSubmatch(l.Subject); m != nil {
			l.number = m[1]
			with = append(with, l)
		}
	}
	for i := range n {
		picked = append(picked, with[i*(len(with)-1)/(n-1)])
	}
	return picked
}

// rebuiltAs gives the commits of the rebuilt repository, oldest first: one for
// each line of the population.
func rebuiltAs(t *testing.T, dir string) []string {
	t.Helper()
	out, err := exec.Command("git", "-C", dir, "rev-list", "--reverse", "--first-parent", "main").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// TestRealRepositoryAlone makes a package for 25 changes of a year from a git
// repository and nothing else.
func TestRealRepositoryAlone(t *testing.T) {
	t.Parallel()
	need(t, "pdftotext")
	python(t)
	lines, dir := readKafka(t)
	s := newSite(t, "  - {name: kafka, kind: git, path: '"+dir+"', projects: [KAFKA]}\n", nil)
	samples := spread(lines, 25)
	for i, sha := range rebuiltAs(t, dir) {
		for j := range samples {
			if samples[j].SHA == lines[i].SHA {
				samples[j].rebuilt = sha
			}
		}
	}
	text := "Sample,PR number\n"
	for i, l := range samples {
		text += itoa(i+1) + "," + l.number + "\n"
	}
	list := filepath.Join(s.dir, "samples.csv")
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.online(t, list)
	if len(m.Unmatched) > 0 || len(m.Samples) != len(samples) {
		t.Fatalf("%d samples, without a match: %+v", len(m.Samples), m.Unmatched)
	}
	book := readWorkbook(t, m.sealed("Change Management", "Change Log.xlsx"))
	f := &facts{t: t}
	for i, l := range samples {
		f.equal("folder", m.Samples[i].Folder, "Sample "+itoa(i+1)+" - no deployment date PR #"+l.number)
		l.checkDocument(f, readPDF(t, m.sample(i+1, "pull_request.pdf")))
		l.checkOthers(f, m, i+1)
		l.checkLogRow(f, book["Change Log"][i])
		l.checkGaps(f, i+1, book["Gaps"])
	}
	t.Logf("%d facts of %d pull requests compared", f.compared, len(samples))
	if f.compared < 1500 {
		t.Errorf("only %d facts were compared", f.compared)
	}
	checkPackage(t, s, m, 40)
	t.Run("a second run keeps nothing new", func(t *testing.T) { nothingNew(t, s, list) })
}
