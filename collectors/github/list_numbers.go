package github

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
)

// What the numbers are that are not a merged pull request's. They are rules of
// exclusion of the dataset of numbers, so that its IDs explain every gap.
const (
	numberIssue      = "an issue"
	numberClosed     = "a pull request that was closed without being merged"
	numberOpen       = "a pull request that is open"
	numberMerged     = "a pull request that was merged before the listed ones"
	numberDiscussion = "a discussion"
	numberUnknown    = "nothing that the login can see: deleted, transferred, or hidden"
)

// maxNumbers bounds how many numbers are asked for.
const maxNumbers = maxPages * numbersPerPage

// listNumbers asks what became of the numbers between the selected pull
// requests' that are no merged pull request's. Issues, pull requests and
// discussions share one sequence.
func (l *listing) listNumbers(ctx context.Context) error {
	var gaps []int
	low, high := 0, 0
	for n := range l.selected {
		if low == 0 || n < low {
			low = n
		}
		high = max(high, n)
	}
	for n := low; n < high; n++ {
		if l.index[n] != nil || n == 0 {
			continue
		}
		if len(gaps) == maxNumbers {
			l.numbers.cut("%d numbers of %s were looked up, up to %d; what the others up to %d are is not known", maxNumbers, l.repository, n, high)
			break
		}
		gaps = append(gaps, n)
	}
	unknown, err := l.lookUp(ctx, gaps, "issueOrPullRequest", "{ __typename ... on PullRequest { state } }")
	if err != nil {
		return err
	}
	unknown, err = l.lookUp(ctx, unknown, "discussion", "{ __typename }")
	for _, n := range unknown {
		l.number(n, numberUnknown)
	}
	return err
}

func (l *listing) number(n int, rule string) {
	ref := l.pull(n).ID
	l.numbers.row(ref, time.Time{})
	l.numbers.exclude(rule, ref)
}

type numbersAnswer struct {
	Repository map[string]*struct {
		Type  string `json:"__typename"`
		State string `json:"state"`
	} `json:"repository"`
}

// lookUp asks for numbers by one field, and gives those that have no such
// record. Servers that do not know the field know none.
func (l *listing) lookUp(ctx context.Context, numbers []int, field, selection string) (unknown []int, err error) {
	for i := 0; i < len(numbers); {
		var batch []int
		var a numbersAnswer
		got, err := l.sized(ctx, l.asked, func(n int) (answer, error) {
			batch, a = numbers[i:min(i+n, len(numbers))], numbersAnswer{}
			return l.put(ctx, l.numbers, numbersQuery(batch, field, selection), map[string]any{"owner": l.owner, "name": l.name}, &a)
		})
		i += len(batch)
		if err != nil {
			if fatal := l.fatal(ctx, err); fatal != nil {
				return nil, fatal
			}
			if field == "discussion" {
				return append(unknown, numbers[i-len(batch):]...), nil
			}
			l.numbers.cut("what the numbers %d to %d of %s are could not be looked up: %s", batch[0], batch[len(batch)-1], l.repository, l.why(err))
			continue
		}
		found := 0
		for _, n := range batch {
			if l.explained(n, a) {
				found++
				continue
			}
			unknown = append(unknown, n)
		}
		l.numbers.page(l.text(numbersText(field, selection), "number: each one between the listed pull requests that is no merged pull request"), found)
		for _, e := range got.errors {
			if e.Type != "NOT_FOUND" {
				l.numbers.leftOut("numbers of "+l.repository, e.String())
			}
		}
	}
	return unknown, nil
}

// explained notes what a number is.
func (l *listing) explained(n int, a numbersAnswer) bool {
	v := a.Repository[fmt.Sprintf("n%d", n)]
	if v == nil {
		return false
	}
	switch v.Type + " " + v.State {
	case "PullRequest OPEN":
		l.number(n, numberOpen)
	case "PullRequest CLOSED":
		l.number(n, numberClosed)
	case "PullRequest MERGED":
		l.number(n, numberMerged)
	case "Issue ":
		l.number(n, numberIssue)
	default:
		l.number(n, numberDiscussion)
	}
	return true
}

func numbersText(field, selection string) string {
	return fmt.Sprintf("query Numbers($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { n…: %s(number: …) %s } }", field, selection)
}

func numbersQuery(batch []int, field, selection string) string {
	var b strings.Builder
	b.WriteString("query Numbers($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n")
	for _, n := range batch {
		fmt.Fprintf(&b, "    n%d: %s(number: %d) %s\n", n, field, n, selection)
	}
	b.WriteString("  }\n}")
	return b.String()
}

// countMerged has GitHub's search count the pull requests merged from the
// lower bound until the end of the period, as a control of the walk: search
// lists 1,000 results at most, but counts all.
func (l *listing) countMerged(ctx context.Context) error {
	from, to := l.lower.UTC().Truncate(time.Second), l.period.To.UTC().Add(-time.Second)
	path := "search/issues?per_page=1&q=" + url.QueryEscape(fmt.Sprintf("repo:%s type:pr merged:%s..%s", l.repository, from.Format(time.RFC3339), to.Format(time.RFC3339)))
	job := capture.NewJob("github " + l.c.version)
	var a struct {
		Total      int  `json:"total_count"`
		Incomplete bool `json:"incomplete_results"`
	}
	_, err := l.c.get(capture.WithJob(ctx, job), path, &a)
	q := l.pulls.query("GET " + path)
	for _, t := range l.pulls.rows {
		if !t.Before(from) && t.Before(l.period.To) {
			q.Received++
		}
	}
	if err != nil {
		if fatal := l.fatal(ctx, err); fatal != nil {
			return fatal
		}
		l.pulls.note("the count of merged pull requests by GitHub's search, which the walk is compared with, did not come: %s", l.why(err))
		return nil
	}
	l.pulls.heard(job.Provenance(), nil)
	q.Pages++
	if a.Incomplete {
		l.pulls.note("GitHub's search did not count all merged pull requests in the time that it takes for an answer, so the walk is not compared with its count of %d", a.Total)
		return nil
	}
	if q.Reported = a.Total; q.Reported > q.Received {
		l.pulls.cut("GitHub's search counts %d pull requests of %s merged from %s to %s; %d were listed", q.Reported, l.repository, from.Format(time.RFC3339), to.Format(time.RFC3339), q.Received)
	}
	return nil
}
