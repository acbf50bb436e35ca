package github

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestParseJUnit(t *testing.T) {
	for name, c := range map[string]struct {
		report string
		want   []evidence.TestReport
	}{
		"nested suites count once": {
			`<testsuites tests="3"><testsuite name="outer" tests="3" time="9"><testsuite name="inner" tests="2"><testcase name="a" time="1"/><testcase name="b" time="2"/></testsuite><testcase name="c" time="0.5"/></testsuite></testsuites>`,
			[]evidence.TestReport{{Name: "inner", Tests: 2, Duration: 3 * time.Second}, {Name: "outer", Tests: 1, Duration: 500 * time.Millisecond}},
		},
		"counts of a suite that leaves cases out": {
			`<testsuite name="s" tests="5" failures="2" skipped="1" time="1,234.5"/>`,
			[]evidence.TestReport{{Name: "s", Tests: 5, Failures: 2, Skipped: 1, Duration: 1234500 * time.Millisecond}},
		},
		"error before failure before skipped": {
			`<testsuite name="s"><testcase classname="k" name="t"><skipped/><failure message="f"/><error type="E">boom</error></testcase></testsuite>`,
			[]evidence.TestReport{{Name: "s", Tests: 1, Errors: 1, Failed: []evidence.TestFailure{{Class: "k", Name: "t", Message: "E"}}}},
		},
		"a suite that fails itself": {
			`<testsuite name="s"><error message="did not start"/></testsuite>`,
			[]evidence.TestReport{{Name: "s", Errors: 1, Failed: []evidence.TestFailure{{Name: "s", Message: "did not start"}}}},
		},
		"another encoding": {
			"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><testsuite name=\"Pr\xfcfung\"><testcase/></testsuite>",
			[]evidence.TestReport{{Name: "Prüfung", Tests: 1}},
		},
		"failure elements in output are text": {
			`<testsuite name="s"><testcase name="t"><system-out><failure/></system-out></testcase></testsuite>`,
			[]evidence.TestReport{{Name: "s", Tests: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseJUnit([]byte(c.report))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseJUnitRefuses(t *testing.T) {
	for name, report := range map[string]string{
		"empty": "", "text": "hello", "cut": "<testsuite><testcase>", "other XML": "<coverage/>", "unclosed": "<testsuites>",
		"entity bomb": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"/>`,
	} {
		if got, err := parseJUnit([]byte(report)); err == nil {
			t.Errorf("%s: gave %+v and no error", name, got)
		}
	}
}

// The totals were counted by Python's XML reader; the five disabled tests of
// tst/disabled.xml are by the suite's own count.
func TestParseRecordedJUnit(t *testing.T) {
	type totals struct{ tests, failures, errors, skipped int }
	want := map[string]totals{
		"bazel/suite-logs.xml":                                           {1, 0, 1, 0},
		"empty-system-out-err.xml":                                       {1, 0, 0, 0},
		"jest/jest-junit.xml":                                            {2, 0, 0, 0},
		"junit.multiresult.xml":                                          {4, 1, 1, 1},
		"minimal-attributes.xml":                                         {4, 1, 1, 1},
		"mocha/latex-utensils.xml":                                       {109, 0, 0, 0},
		"no-attributes.xml":                                              {4, 1, 1, 1},
		"no-cases.xml":                                                   {0, 0, 0, 0},
		"pytest/junit.fail.xml":                                          {5, 1, 0, 1},
		"pytest/junit.gloo.elastic.spark.tf.xml":                         {22, 0, 0, 2},
		"pytest/junit.gloo.elastic.spark.torch.xml":                      {22, 0, 0, 0},
		"pytest/junit.gloo.elastic.xml":                                  {14, 0, 0, 4},
		"pytest/junit.gloo.standalone.xml":                               {97, 0, 0, 17},
		"pytest/junit.gloo.static.xml":                                   {24, 0, 0, 12},
		"pytest/junit.mpi.integration.xml":                               {3, 0, 0, 0},
		"pytest/junit.mpi.standalone.xml":                                {97, 0, 0, 1},
		"pytest/junit.mpi.static.xml":                                    {24, 0, 0, 0},
		"pytest/junit.spark.integration.1.xml":                           {35, 0, 0, 2},
		"pytest/junit.spark.integration.2.xml":                           {35, 0, 0, 2},
		"scalatest/TEST-uk.co.gresearch.spark.diff.DiffOptionsSuite.xml": {5, 0, 0, 0},
		"testsuite-in-testsuite.xml":                                     {5, 0, 0, 0},
		"testsuite-root.xml":                                             {5, 0, 0, 0},
		"tst/disabled.xml":                                               {31, 19, 1, 5},
		"with-xml-entities.xml":                                          {4, 1, 1, 2},
		"xunit/xunit.xml":                                                {2, 0, 0, 0},
	}
	dir := collectortest.SharedData(t, "junit")
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xml" {
			return err
		}
		seen++
		report, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		suites, err := parseJUnit(report)
		if err != nil {
			t.Errorf("%s: %v", rel, err)
		}
		var got totals
		for _, s := range suites {
			got.tests, got.failures, got.errors, got.skipped = got.tests+s.Tests, got.failures+s.Failures, got.errors+s.Errors, got.skipped+s.Skipped
			if len(s.Failed) > s.Failures+s.Errors {
				t.Errorf("%s: suite %q lists %d failed tests and counts %d", rel, s.Name, len(s.Failed), s.Failures+s.Errors)
			}
		}
		if got != want[rel] {
			t.Errorf("%s: totals are %+v, want %+v", rel, got, want[rel])
		}
		return nil
	})
	if err != nil || seen != len(want) {
		t.Errorf("%d reports were read, want %d: %v", seen, len(want), err)
	}
}

func FuzzParseJUnit(f *testing.F) {
	f.Add([]byte(`<testsuites><testsuite name="s" tests="1" time="1e300"><testcase name="a"><failure message="m">x</failure></testcase></testsuite></testsuites>`))
	f.Add([]byte("<testsuite></testsuite><testsuite"))
	f.Fuzz(func(t *testing.T, report []byte) {
		suites, _ := parseJUnit(report)
		for _, s := range suites {
			if s.Tests < 0 || s.Failures < 0 || s.Errors < 0 || s.Skipped < 0 || s.Duration < 0 || s.Duration == math.MaxInt64 {
				t.Errorf("impossible counts: %+v", s)
			}
			for _, x := range s.Failed {
				if len(x.Message) > maxMessageBytes*3+len("…") || strings.ToValidUTF8(x.Message, "") != x.Message {
					t.Errorf("a message of %d bytes was kept", len(x.Message))
				}
			}
		}
	})
}
