package github

import (
	"bufio"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestTrailers(t *testing.T) {
	for name, c := range map[string]struct {
		message string
		want    []evidence.Trailer
	}{
		"none":                 {"Subject\n\nBody text.", nil},
		"subject only":         {"Reviewed-by: nobody", nil},
		"one":                  {"Subject\n\nBody.\n\nReviewed-by: A <a@b>\n", []evidence.Trailer{{Key: "Reviewed-by", Value: "A <a@b>"}}},
		"several and CRLF":     {"S\r\n\r\nSigned-off-by: A\r\nCo-authored-by: B\r\n", []evidence.Trailer{{Key: "Signed-off-by", Value: "A"}, {Key: "Co-authored-by", Value: "B"}}},
		"continued":            {"S\n\nReviewers: A <a@b>,\n  C <c@d>", []evidence.Trailer{{Key: "Reviewers", Value: "A <a@b>, C <c@d>"}}},
		"prose with a colon":   {"S\n\nNote: this and\nthat", nil},
		"with git's own note":  {"S\n\nReviewed-by: A\n(cherry picked from commit abc)", []evidence.Trailer{{Key: "Reviewed-by", Value: "A"}}},
		"not in the last part": {"S\n\nReviewed-by: A\n\nMore.", nil},
	} {
		if diff := cmp.Diff(c.want, trailers(c.message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCleanLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                  "plain",
		"\x1b[36;1mcolour\x1b[0m":                "colour",
		"\x1b]8;;https://x\x1b\\link\x1b]8;;\a.": "link.",
		"bad \xff byte":                          "bad \ufffd byte",
		"\ufeffmark":                             "mark",
	} {
		if got := cleanLine(in, true); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	in := bufio.NewReaderSize(strings.NewReader("a\r\n\n"+long+"\nlast"), 64<<10)
	var got []string
	for {
		line, err := readLine(in)
		if err != nil {
			break
		}
		got = append(got, line)
	}
	if len(got) != 4 || got[0] != "a" || got[1] != "" || got[3] != "last" {
		t.Fatalf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	if want := fmt.Sprintf(" [%d more bytes of this line are not shown]", 200_000-maxLineBytes); got[2] != long[:maxLineBytes]+want {
		t.Errorf("the long line ends with %q", got[2][len(got[2])-60:])
	}
}

// FuzzLog holds the kept parts of any log to what a reader relies on: in
// order, each line once, and every line either shown or counted.
func FuzzLog(f *testing.F) {
	f.Add([]byte("2026-01-02T10:00:05.5Z a\nb\n\x1b[0m2026-01-02T10:00:09Z c"), 2, int64(1000))
	f.Add([]byte(strings.Repeat("2026-01-02T10:00:05Z x\n2026-01-02T10:00:50Z y\n", 20)), 3, int64(40))
	f.Fuzz(func(t *testing.T, body []byte, tail int, most int64) {
		if tail < 1 || tail > 1000 || most < 0 {
			return
		}
		step := evidence.Step{Name: "s", Conclusion: "failure", Started: utc("2026-01-02T10:00:04Z"), Completed: utc("2026-01-02T10:00:06Z")}
		r := logReader{tail: tail, maxBytes: most, failed: failedSteps(&evidence.Job{Steps: []evidence.Step{step}})}
		log, err := r.read(strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		next, shown := 1, 0
		for _, p := range log.Parts {
			if p.FirstLine != next+p.Omitted || len(p.Lines) == 0 {
				t.Fatalf("a part begins at line %d with %d omitted, after line %d", p.FirstLine, p.Omitted, next-1)
			}
			next = p.FirstLine + len(p.Lines)
			shown += len(p.Lines)
		}
		if log.TotalLines > 0 && next != log.TotalLines+1 {
			t.Fatalf("the parts end at line %d of %d", next-1, log.TotalLines)
		}
		if shown < min(tail, log.TotalLines) || log.TotalBytes != int64(len(body)) {
			t.Fatalf("%d of %d lines are shown", shown, log.TotalLines)
		}
	})
}
