package github

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// errNotJUnit is XML that is something else.
var errNotJUnit = errors.New("not a JUnit report")

// maxMessageBytes bounds what is kept of one failure's message.
const maxMessageBytes = 4 << 10

// parseJUnit reads a JUnit XML report: one TestReport for each suite that
// holds tests itself or holds nothing, in order of their ends. Suites that
// only group others give none, so that no test counts twice.
//
// Tests are counted by the cases that the report lists. Where a suite's own
// counts are higher, they stand: a report may leave cases out. Reports that
// were read before an error are given with it.
func parseJUnit(report []byte) ([]evidence.TestReport, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(report, []byte("\ufeff"))))
	d.CharsetReader = charset.NewReaderLabel
	p := junit{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && p.root && len(p.open) == 0 {
			return p.reports, nil
		}
		if errors.Is(err, io.EOF) {
			return p.reports, io.ErrUnexpectedEOF
		}
		if err != nil {
			return p.reports, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !p.root && token.Name.Local != "testsuites" && token.Name.Local != "testsuite" {
				return nil, errNotJUnit
			}
			p.root = true
			p.start(token)
		case xml.EndElement:
			p.end(token)
		case xml.CharData:
			p.text(token)
		}
	}
}

// junit is the state of reading one report.
type junit struct {
	root    bool
	open    []string // names of open elements
	suites  []*suite
	inCase  *testCase
	inIssue *issue // of the case or suite
	reports []evidence.TestReport
}

type suite struct {
	report evidence.TestReport // counted from cases
	attrs  evidence.TestReport // as the suite says
	timed  bool                // it says its duration
	nested bool
	cases  int
}

type testCase struct {
	class, name string
	issues      []issue
	skipped     bool
}

type issue struct {
	kind    string // "failure", "error"
	message string
	body    strings.Builder
}

func (p *junit) start(e xml.StartElement) {
	parent := ""
	if len(p.open) > 0 {
		parent = p.open[len(p.open)-1]
	}
	p.open = append(p.open, e.Name.Local)
	a := attributes(e)
	switch e.Name.Local {
	case "testsuite":
		if len(p.suites) > 0 {
			p.suites[len(p.suites)-1].nested = true
		}
		s := &suite{attrs: evidence.TestReport{
			Tests: count(a["tests"]), Failures: count(a["failures"]), Errors: count(a["errors"]), Skipped: count(a["skipped"]) + count(a["disabled"]),
		}}
		s.report.Name = first(a["name"], a["package"])
		s.attrs.Duration, s.timed = duration(a["time"])
		p.suites = append(p.suites, s)
	case "testcase":
		p.inCase = &testCase{class: first(a["classname"], a["class"]), name: a["name"]}
		p.inCase.skipped = slices.Contains([]string{"disabled", "notrun", "skipped"}, strings.ToLower(a["status"]))
		if s := p.suite(); s != nil {
			took, _ := duration(a["time"])
			s.cases++
			s.report.Duration += took
		}
	case "skipped":
		if p.inCase != nil && parent == "testcase" {
			p.inCase.skipped = true
		}
	case "failure", "error":
		if parent == "testcase" || parent == "testsuite" {
			p.inIssue = &issue{kind: e.Name.Local, message: first(a["message"], a["type"])}
		}
	}
}

func (p *junit) end(e xml.EndElement) {
	p.open = p.open[:len(p.open)-1]
	switch e.Name.Local {
	case "failure", "error":
		if p.inIssue == nil {
			return
		}
		i := *p.inIssue
		p.inIssue = nil
		if i.message == "" {
			i.message = strings.TrimSpace(i.body.String())
		}
		if p.inCase != nil {
			p.inCase.issues = append(p.inCase.issues, i)
		} else if s := p.suite(); s != nil {
			s.fail(evidence.TestFailure{Name: s.report.Name, Message: bounded(i.message)}, i.kind)
		}
	case "testcase":
		if s := p.suite(); s != nil && p.inCase != nil {
			s.add(p.inCase)
		}
		p.inCase = nil
	case "testsuite":
		if s := p.suite(); s != nil {
			p.suites = p.suites[:len(p.suites)-1]
			if s.cases > 0 || !s.nested || len(s.report.Failed) > 0 {
				p.reports = append(p.reports, s.result())
			}
		}
	}
}

func (p *junit) text(t xml.CharData) {
	if p.inIssue != nil && p.inIssue.body.Len() < 2*maxMessageBytes {
		p.inIssue.body.Write(t[:min(len(t), 2*maxMessageBytes)])
	}
}

func (p *junit) suite() *suite {
	if len(p.suites) == 0 {
		return nil
	}
	return p.suites[len(p.suites)-1]
}

// add counts one case: an error before a failure before skipped, once.
func (s *suite) add(c *testCase) {
	s.report.Tests++
	var worst *issue
	for i := range c.issues {
		if worst == nil || worst.kind == "failure" && c.issues[i].kind == "error" {
			worst = &c.issues[i]
		}
	}
	switch {
	case worst != nil:
		s.fail(evidence.TestFailure{Class: c.class, Name: c.name, Message: bounded(worst.message)}, worst.kind)
	case c.skipped:
		s.report.Skipped++
	}
}

func (s *suite) fail(f evidence.TestFailure, kind string) {
	if kind == "error" {
		s.report.Errors++
	} else {
		s.report.Failures++
	}
	s.report.Failed = append(s.report.Failed, f)
}

func (s *suite) result() evidence.TestReport {
	out := s.report
	if !s.nested {
		out.Tests, out.Skipped = max(out.Tests, s.attrs.Tests), max(out.Skipped, s.attrs.Skipped)
		// A case that both failed and had an error is counted once here and
		// twice by some writers, so their sums are compared.
		if s.attrs.Failures+s.attrs.Errors > out.Failures+out.Errors {
			out.Failures, out.Errors = s.attrs.Failures, s.attrs.Errors
		}
	}
	if s.timed && !s.nested {
		out.Duration = s.attrs.Duration
	}
	return out
}

func attributes(e xml.StartElement) map[string]string {
	out := map[string]string{}
	for _, a := range e.Attr {
		out[a.Name.Local] = a.Value
	}
	return out
}

func count(s string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

// duration reads seconds, as "1.5" or "1,234.5".
func duration(s string) (time.Duration, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > float64(math.MaxInt64)/float64(time.Second)/2 {
		return 0, false
	}
	return time.Duration(math.Round(v * float64(time.Second))), true
}

func bounded(s string) string {
	if len(s) <= maxMessageBytes {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.ToValidUTF8(s[:maxMessageBytes], "") + "…"
}
