package control

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// documented is a report of test results that a run left behind in time: the
// last run of its name on that commit, which passed, and in which no test failed.
func (x *exam) documented() shownTest {
	shas, until := x.tested()
	failed := shownTest{}
	for _, it := range x.builds() {
		if !slices.Contains(shas, it.Build.SHA) || x.ranAgain(it.Build, until) {
			continue
		}
		switch n, bad := executed(it.Build, until); {
		case n == 0:
		case bad > 0:
			failed = shownTest{none, fmt.Sprintf("reports with %s, of which %d failed", count(n, "test"), bad), []evidence.Ref{it.Ref}, nil}
		case it.Build.Conclusion != "success":
			failed = shownTest{none, fmt.Sprintf("reports with %s of a run that did not pass", count(n, "test")), []evidence.Ref{it.Ref}, nil}
		default:
			return shownTest{result, fmt.Sprintf("reports with %s", count(n, "test")), []evidence.Ref{it.Ref}, nil}
		}
	}
	if failed.shown != "" {
		return failed // what people say of the tests is no evidence against what they came to
	}
	return x.undocumented(shas)
}

// ranAgain reports whether a later run of the same name on the same commit began
// before a time: what an earlier one came to was not the last word.
func (x *exam) ranAgain(b *evidence.Build, until time.Time) bool {
	return slices.ContainsFunc(x.builds(), func(it evidence.Item) bool {
		o := it.Build
		return o.Name == b.Name && o.SHA == b.SHA && o.Event == b.Event && o.Created.After(b.Created) && !o.Created.After(until)
	})
}

// executed counts the tests that the reports of a run show to have been executed,
// and those of them that failed. A report that nobody dates counts as none.
func executed(b *evidence.Build, until time.Time) (n, bad int) {
	for _, r := range b.Tests {
		if at := reportedAt(b, r); !at.IsZero() && !at.After(until) {
			n += max(0, r.Tests-r.Skipped)
			bad += max(0, r.Failures) + max(0, r.Errors)
		}
	}
	return n, bad
}

// undocumented is what there is where no run left a report in time: reports that
// are gone, that could not be read, or what people say.
func (x *exam) undocumented(shas []string) shownTest {
	var f shownTest
	for _, g := range x.c.Gaps {
		if g.Ref.Kind != evidence.KindBuild || g.Part != "" && !names(g.Part, "report") && !names(g.Part, "artifact") {
			continue
		}
		if it, ok := x.c.Find(g.Ref); ok && it.Build != nil && !slices.Contains(shas, it.Build.SHA) {
			continue
		}
		if g.Reason == evidence.Expired {
			f = shownTest{how: unlogged, shown: "the run left reports, and they are gone", refs: []evidence.Ref{g.Ref}}
		} else {
			f.lack = first(f.lack, lackOf(g, "the test reports"))
		}
	}
	if f.how == none {
		lost := f.lack
		f = x.orClaim(shownTest{}, anything)
		if f.how == none {
			f.lack = first(f.lack, lost)
		}
	}
	return f
}

// emptyReport names a report of a passed run in which no test was executed.
func (x *exam) emptyReport() string {
	shas, _ := x.tested()
	for _, it := range x.builds() {
		b := it.Build
		if b.Conclusion != "success" || !slices.Contains(shas, b.SHA) {
			continue
		}
		n := 0
		for _, r := range b.Tests {
			n += max(0, r.Tests-r.Skipped)
		}
		switch {
		case n > 0:
		case len(b.Tests) > 0:
			return b.Tests[0].File
		default: // a report without a single suite gives no record of its own
			for _, a := range b.Artifacts {
				if report.MatchString(a.Name) && !a.Expired && x.partial(it.Ref, "", a.Name) == nil && !slices.Contains(x.unread(it.Ref), "test reports") {
					return a.Name
				}
			}
		}
	}
	return ""
}

// reportedAt is when a run left the artifact that holds a report; zero where the
// source does not say.
func reportedAt(b *evidence.Build, r evidence.TestReport) time.Time {
	i := slices.IndexFunc(b.Artifacts, func(a evidence.Artifact) bool { return a.Name == r.Artifact })
	if i < 0 {
		return time.Time{}
	}
	return b.Artifacts[i].Created
}

// report is how runs call the artifact that holds their test results.
var report = regexp.MustCompile(`(?i)\b(test|junit)[-_ ]?(report|result)s?\b|\bjunit\b`)

// unread gives the parts of a record that its source was not asked for.
func (x *exam) unread(ref evidence.Ref) []string {
	it, _ := x.c.Find(ref)
	return it.Unread
}
