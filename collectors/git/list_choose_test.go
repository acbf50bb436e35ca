package git

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestChoose(t *testing.T) {
	long := slices.Repeat([]int64{5}, maxStretch+1)
	for name, test := range map[string]struct {
		dates                   []int64 // newest first; the period is [10, 20)
		chosen                  []int
		dated, enclosed, strewn int
	}{
		"nothing":                    {dates: []int64{25, 9, 8}},
		"both bounds":                {dates: []int64{20, 19, 10, 9}, chosen: []int{1, 2}, dated: 2},
		"made early":                 {dates: []int64{20, 19, 3, 4, 10, 9}, chosen: []int{1, 2, 3, 4}, dated: 2, enclosed: 2},
		"clock ahead":                {dates: []int64{15, 99, 14}, chosen: []int{0, 1, 2}, dated: 2, enclosed: 1},
		"at the edges nothing is in": {dates: []int64{99, 15, 3}, chosen: []int{1}, dated: 1},
		"an old commit with a date of the period": {dates: slices.Concat([]int64{15}, long, []int64{12}),
			chosen: []int{0, maxStretch + 2 - 0}, dated: 2, strewn: maxStretch + 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := choose(test.dates, evidence.Period{From: time.Unix(9, 500), To: time.Unix(20, 0)})
			var chosen []int
			for i, at := range s.at {
				if at {
					chosen = append(chosen, i)
				}
			}
			if !slices.Equal(chosen, test.chosen) || s.dated != test.dated || len(s.enclosed) != test.enclosed || s.strewn != test.strewn {
				t.Errorf("chosen %v, %+v", chosen, s)
			}
		})
	}
}

// Every chosen commit is in one run, oldest first, no run crosses a batch, and
// a longer branch has the same batches.
func TestRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := selected{at: rapid.SliceOf(rapid.Bool()).Draw(t, "at")}
		size := rapid.IntRange(1, 9).Draw(t, "size")
		n := len(s.at)
		var got []int
		for _, r := range s.runs(size) {
			for i := r.end - 1; i >= r.newest; i-- {
				got = append(got, i)
			}
			if (n-r.end)/size != (n-r.newest-1)/size {
				t.Fatalf("run %v crosses a batch of %d", r, size)
			}
		}
		var want []int
		for i := n - 1; i >= 0; i-- {
			if s.at[i] {
				want = append(want, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("runs hold %v, want %v", got, want)
		}
	})
}

// A batch that is too long is read in parts; a commit that is, is a gap.
func TestBatchTooLong(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	for i, message := range []string{"", "small", strings.Repeat("long ", 500), "also small", "last"} {
		args := []string{"-C", dir, "commit", "-q", "--allow-empty", "-m", message}
		if i == 0 {
			args = []string{"init", "-q", "-b", "main", dir}
		}
		cmd := exec.Command("git", args...)
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@x", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@x",
			"GIT_AUTHOR_DATE=2026-01-02T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-02T00:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git is needed: %v %s", err, out)
		}
	}
	vault := filepath.Join(t.TempDir(), "vault")
	for _, offline := range []bool{false, true} {
		s, err := capture.Open(t.Context(), capture.Options{Dir: vault, Offline: offline, Tool: "tickmark test", Log: slog.New(slog.DiscardHandler),
			Now: func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) }})
		if err != nil {
			t.Fatal(err)
		}
		g, err := New(Config{Name: "code", Path: dir, Repository: "shop"}, s, "test")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		l := g.lister(evidence.Period{From: time.Unix(0, 0), To: time.Unix(2e9, 0)}, func(it evidence.Item) error {
			got = append(got, fmt.Sprintf("%.5s %d", it.Commit.Message, len(it.Unread)))
			return nil
		})
		l.limit = 1000
		ipes, err := l.walk(t.Context())
		var gap *evidence.GapError
		if !errors.As(err, &gap) || gap.Reason != evidence.Truncated || gap.Part != "message" || len(ipes[0].Truncations) != 1 || ipes[0].Rows != 4 {
			t.Errorf("offline %t: %v, %+v", offline, err, ipes)
		}
		if want := []string{"small 2", " 3", "also  2", "last\n 2"}; !slices.Equal(got, want) {
			t.Errorf("offline %t: %q, want %q", offline, got, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
