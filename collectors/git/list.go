package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// List emits the first-parent commits of the branch whose committer's date
// lies in the period, oldest first, with the pull request and the tickets that
// each message names. A few commits with other dates that stand between commits
// of the period are listed with them: they cannot have come to the branch
// outside it. There is one dataset.
//
// The differences are not read, only the names of the files. An error tells of
// single commits that were not had whole, or ends the list; what is missing is
// then among the truncations too.
func (g *Collector) List(ctx context.Context, p evidence.Period, emit func(evidence.Item) error) ([]evidence.IPE, error) {
	if !p.From.Before(p.To) {
		return nil, fmt.Errorf("the period from %s to %s is empty", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	g.session.Authenticated(g.config.Name, Principal)
	return g.lister(p, emit).walk(ctx)
}

func (g *Collector) lister(p evidence.Period, emit func(evidence.Item) error) *lister {
	return &lister{g: g, period: p, emit: emit, limit: batchBytes, job: capture.NewJob(g.version),
		ipe: evidence.IPE{Dataset: "first-parent commits of " + g.config.Repository, System: g.config.Name, Scope: g.config.Repository,
			URL: "git:" + g.config.Repository, Principal: Principal, Period: p}}
}

// walk makes the list.
func (l *lister) walk(ctx context.Context) ([]evidence.IPE, error) {
	err := l.list(capture.WithJob(ctx, l.job))
	if err != nil {
		l.ipe.Truncations = append(l.ipe.Truncations, "the list ended early: "+err.Error())
	}
	l.finish()
	return []evidence.IPE{l.ipe}, errors.Join(append(l.gaps, err)...)
}

// A lister is one walk over the period.
type lister struct {
	g      *Collector
	period evidence.Period
	limit  int // bytes of one answer
	emit   func(evidence.Item) error
	job    *capture.Job // of what concerns the whole list
	ipe    evidence.IPE
	ids    []string
	gaps   []error
}

func (l *lister) list(ctx context.Context) error {
	ix, err := l.g.load(ctx)
	if err != nil {
		return err
	}
	l.span(ix.provenance)
	branch := l.g.onBranch(ix)
	l.ipe.Dataset, l.ipe.Scope = fmt.Sprintf("first-parent commits of %s of %s", branch, l.g.config.Repository), l.g.config.Repository+", "+branch
	if ix.tip == "" {
		l.ipe.Notes = append(l.ipe.Notes, "the branch has no commits")
		return nil
	}
	dates, err := l.dates(ctx, ix)
	l.span(l.job.Provenance())
	if err != nil {
		return err
	}
	s := choose(dates, l.period)
	l.describe(ix, dates, s)
	for _, r := range s.runs(batchCommits) {
		if err := l.batch(ctx, ix, dates, r); err != nil {
			return err
		}
	}
	return nil
}

// dates gives the committer's date of each commit of the index, newest first,
// in seconds.
func (l *lister) dates(ctx context.Context, ix *index) ([]int64, error) {
	out, err := l.g.fetch(ctx, datesCommand(ix.tip), func(ctx context.Context) ([]byte, error) {
		return l.g.repo.output(ctx, indexBytes, nil, "rev-list", "--first-parent", "--timestamp", "--end-of-options", ix.tip)
	})
	if err != nil {
		return nil, err
	}
	dates := make([]int64, 0, len(ix.commits))
	sc := bufio.NewScanner(bytes.NewReader(out))
	for sc.Scan() {
		date, sha, _ := strings.Cut(sc.Text(), " ")
		seconds, err := strconv.ParseInt(date, 10, 64)
		if err != nil || len(dates) == len(ix.commits) || sha != ix.commits[len(dates)] {
			return nil, fmt.Errorf("repository %s: the list of dates and the index of the branch disagree at commit %d", l.g.config.Repository, len(dates)+1)
		}
		dates = append(dates, seconds)
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if len(dates) != len(ix.commits) {
		return nil, fmt.Errorf("repository %s: git gave the dates of %d of %d commits", l.g.config.Repository, len(dates), len(ix.commits))
	}
	return dates, nil
}

func datesCommand(tip string) string { return "rev-list --first-parent --timestamp " + tip }

// describe writes the dataset's queries, notes and truncations.
func (l *lister) describe(ix *index, dates []int64, s selected) {
	from, to := seconds(l.period.From), seconds(l.period.To)
	name := strings.NewReplacer(`\`, `\\`, `'`, `'\''`).Replace(l.g.config.Repository)
	l.ipe.Queries = []evidence.Query{{
		Text: fmt.Sprintf(`git %s | awk -v repository='%s' '$1 >= %d && $1 < %d { print repository "@" $2 }'`, datesCommand(ix.tip), name, from, to),
		// One page: git has no pages.
		Pages: 1, Reported: -1, Received: s.dated,
	}}
	note := func(format string, args ...any) { l.ipe.Notes = append(l.ipe.Notes, fmt.Sprintf(format, args...)) }
	note("the dates are the committers' statements: anyone can set them, and a commit may have reached the branch later than it was made")
	note("the branch has %d first-parent commits up to %s; the newest is dated %s: what was pushed after this copy was last fetched is not in it",
		len(dates), ix.tip, date(dates[0]))
	if len(s.enclosed) > 0 {
		var shas []string
		for _, at := range s.enclosed {
			shas = append(shas, ix.commits[at])
		}
		// A note stays readable; all of them are among the rows.
		shown := shas[:min(len(shas), 20)]
		note("%d commits are dated outside the period and stand between commits of it, so they are listed too; the first are %s", len(shas), strings.Join(shown, " "))
		l.ipe.Queries = append(l.ipe.Queries, evidence.Query{Text: fmt.Sprintf("git %s (commits dated outside the period, between commits of it)", datesCommand(ix.tip)),
			Pages: 1, Reported: -1, Received: len(shas)})
	}
	if s.strewn > 0 {
		note("%d commits are dated outside the period and stand in longer stretches between commits dated in it; they are not listed: one of the dates around them is wrong", s.strewn)
	}
	if ix.shallow {
		oldest := dates[len(dates)-1]
		if oldest >= from {
			l.ipe.Truncations = append(l.ipe.Truncations, fmt.Sprintf("this is a shallow clone that begins with a commit dated %s: older commits of the period are missing; run git fetch --unshallow in it and list again", date(oldest)))
		} else {
			note("this is a shallow clone; it begins with a commit dated %s, before the period", date(oldest))
		}
	}
}

func date(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// seconds gives the first whole second that is not before t.
func seconds(t time.Time) int64 {
	s := t.Unix()
	if t.Nanosecond() > 0 {
		s++
	}
	return s
}

// span takes the retrievals into the run times of the dataset.
func (l *lister) span(all []evidence.Provenance) {
	for _, p := range all {
		if l.ipe.Started.IsZero() || p.RetrievedAt.Before(l.ipe.Started) {
			l.ipe.Started = p.RetrievedAt
		}
		if p.RetrievedAt.After(l.ipe.Ended) {
			l.ipe.Ended = p.RetrievedAt
		}
	}
}

// finish counts.
func (l *lister) finish() {
	l.ipe.Received, l.ipe.Rows = len(l.ids), len(l.ids)
	l.ipe.Totals.IDsSHA256 = evidence.HashIDs(l.ids)
	if len(l.ids) > 0 {
		l.ipe.Totals.MinID, l.ipe.Totals.MaxID = slices.Min(l.ids), slices.Max(l.ids)
	}
}

// row emits one commit and counts it.
func (l *lister) row(it evidence.Item, seconds int64) error {
	at := time.Unix(seconds, 0).UTC()
	if t := &l.ipe.Totals; len(l.ids) == 0 || at.Before(t.MinTime) {
		t.MinTime = at
	}
	if t := &l.ipe.Totals; at.After(t.MaxTime) {
		t.MaxTime = at
	}
	if err := l.emit(it); err != nil {
		return err
	}
	l.ids = append(l.ids, it.Ref.ID)
	return nil
}

// maxStretch is the length of a stretch of commits with other dates that is
// still taken for a few that were made early or on a clock that was wrong.
const maxStretch = 100

// selected says which commits of the branch belong to the period, by position
// from the newest.
type selected struct {
	at       []bool
	dated    int   // by their own date
	enclosed []int // by standing between such
	strewn   int   // stand between such too, and were left out
}

// choose picks the commits of the period from the dates of all.
func choose(dates []int64, p evidence.Period) selected {
	from, to := seconds(p.From), seconds(p.To)
	s := selected{at: make([]bool, len(dates))}
	last := -1
	for i, d := range dates {
		if d < from || d >= to {
			continue
		}
		s.at[i] = true
		s.dated++
		if gap := i - last - 1; last >= 0 && gap > maxStretch {
			s.strewn += gap
		} else if last >= 0 {
			for k := last + 1; k < i; k++ {
				s.at[k] = true
				s.enclosed = append(s.enclosed, k)
			}
		}
		last = i
	}
	return s
}

// A run is a stretch of chosen commits: those at the positions [newest, end).
type run struct{ newest, end int }

// runs gives the stretches, oldest first, each within one batch of size. The
// batches are counted from the oldest commit of the branch, so that they are
// the same when the branch has grown.
func (s selected) runs(size int) []run {
	var runs []run
	n := len(s.at)
	for end := n; end > 0; {
		if !s.at[end-1] {
			end--
			continue
		}
		batch := (n - end) / size
		begin := end - 1
		for begin > 0 && s.at[begin-1] && (n-begin)/size == batch {
			begin--
		}
		runs = append(runs, run{begin, end})
		end = begin
	}
	return runs
}

var _ evidence.Lister = (*Collector)(nil)

// errTooMuch means that a batch was longer than its bound.
var errTooMuch = errors.New("too much for one answer")

// tooMuch is recorded in place of an answer that was longer than its bound.
const tooMuch = "(longer than one answer may be)\n"

// bounded runs one command through the recording; an answer that does not fit
// is errTooMuch, in a replay too.
func (l *lister) bounded(ctx context.Context, name string, stdin []byte, args ...string) ([]byte, error) {
	out, err := l.g.fetch(ctx, name, func(ctx context.Context) ([]byte, error) {
		out, err := l.g.repo.output(ctx, l.limit, stdin, args...)
		if err == nil && len(out) > l.limit {
			out = []byte(tooMuch)
		}
		return out, err
	})
	if err == nil && string(out) == tooMuch {
		err = errTooMuch
	}
	return out, err
}

// lines gives the ids of a run, oldest first, one a line.
func lines(ids []string) []byte {
	var b bytes.Buffer
	for _, id := range slices.Backward(ids) {
		_, _ = io.WriteString(&b, id+"\n")
	}
	return b.Bytes()
}
