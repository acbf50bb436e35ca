package control

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// testsAdequate is L: there is evidence of every kind of test that the policy
// asks for at the change's tier. What people say they tested is a claim, and a
// claim is for a person to look at.
func testsAdequate(x *exam) verdict {
	tier, l := x.tier()
	if l != nil {
		return unable(l)
	}
	if x.lane != byTicket && x.onlyOf(x.p.Checks.NotFor) {
		return notApplicable("NO_CODE", "Every file is of a kind that needs no tests by the policy (%s).", list(x.p.Checks.NotFor)).on(x.subjectRef())
	}
	if x.lane != byTicket && x.mLack != nil {
		return unable(x.mLack)
	}
	kinds := x.testKinds(tier)
	v := met("TESTS_ADEQUATE", "There is evidence of every kind of test that the policy asks for at tier %s.", tier)
	var missing, claimed []string
	var lost *lack
	for _, kind := range kinds {
		f := x.testEvidence(kind)
		v = v.with(kind, f.shown).on(f.refs...)
		switch {
		case f.lack != nil:
			lost = first(lost, f.lack)
		case f.how == claim:
			claimed = append(claimed, kind)
		case f.how == none:
			missing = append(missing, kind)
		}
	}
	w := v
	switch empty := x.emptyReport(); {
	case len(missing) > 0:
		w = exception("TESTS_MISSING", "The policy asks for tests of which there is no evidence: %s.", list(missing)).facts(v)
	case lost != nil:
		w = unable(lost).facts(v)
	case len(claimed) > 0:
		w = review("TESTS_CLAIMED", "Somebody says that these tests were made, and a person must look at what shows it: %s.", list(claimed)).facts(v)
	case empty != "":
		w = review("NO_TESTS_EXECUTED", "The checks passed, and the report %s shows that no test was executed.", quote(empty)).facts(v)
	}
	return w.with("tier", tier).on(x.subjectRef())
}

// testKinds gives the kinds of test that the policy asks for. An emergency
// needs at least a minimal test; where no code changed, none of code is.
func (x *exam) testKinds(tier string) []string {
	if x.emergency().is {
		return []string{"basic"}
	}
	if x.lane == byTicket {
		return x.p.Testing.WithoutCode
	}
	kinds := slices.Clone(x.p.Testing.Tiers[tier])
	for _, c := range x.categories(x.judged()) {
		for _, k := range x.p.Testing.Categories[c] {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// strength is how well one kind of test is evidenced.
type strength int

const (
	none   strength = iota
	claim           // somebody says so
	result          // a system's own record of the result
)

type shownTest struct {
	how   strength
	shown string
	refs  []evidence.Ref
	lack  *lack
}

func (x *exam) testEvidence(kind string) shownTest {
	switch kind {
	case "review":
		return x.reviewEvidence()
	case "staging":
		v := x.staging()
		switch v.outcome {
		case evidence.Met:
			return shownTest{result, v.why, v.basis, nil}
		case evidence.NeedsReview:
			return shownTest{claim, v.why, v.basis, nil}
		case evidence.Unable:
			return shownTest{how: none, shown: v.why, lack: &lack{x.subjectRef(), "verification before production", v.code, v.code}}
		}
		return shownTest{none, "", nil, nil}
	case "documented":
		return x.documented()
	case "basic":
		var names []policy.Pattern
		for _, p := range x.p.Testing.Evidence {
			names = append(names, p...)
		}
		return x.orClaim(x.testRuns(names), "")
	}
	return x.orClaim(x.testRuns(x.p.Testing.Evidence[kind]), kind)
}

// reviewEvidence is the code review that low tiers ask for.
func (x *exam) reviewEvidence() shownTest {
	switch v := x.outcome("E"); v.outcome {
	case evidence.Met:
		return shownTest{result, "somebody else approved it (attribute E)", v.basis, nil}
	case evidence.Exception:
		return shownTest{none, "", nil, nil}
	case evidence.Unable:
		return shownTest{lack: &lack{x.subjectRef(), "the review of the change", v.code, v.code}}
	default:
		return shownTest{claim, "see attribute E", v.basis, nil}
	}
}

// testRuns looks for checks and jobs with one of the names that passed on what
// merged, before the deployment.
func (x *exam) testRuns(names []policy.Pattern) shownTest {
	if x.lane == byTicket {
		return shownTest{}
	}
	var out shownTest
	for _, sha := range []string{x.h, x.m} {
		if sha == "" {
			continue
		}
		ref := x.checksRef(sha)
		if l := x.lacks(ref, "what CI said of commit "+short(sha), "check runs", "statuses"); l != nil {
			if sha == x.h || x.h == "" {
				return shownTest{lack: l}
			}
			continue
		}
		it, _ := x.c.Find(ref)
		for _, r := range x.resultsOf(it.Checks, x.judged()) {
			if policy.MatchAny(names, r.name) && r.conclusion == "success" {
				return shownTest{result, r.name + " passed on " + short(sha), []evidence.Ref{ref}, nil}
			}
		}
		out.lack = first(out.lack, x.lacks(ref, "every run of the checks of commit "+short(sha), "earlier runs"))
	}
	for _, it := range x.c.All(evidence.KindBuild) {
		if it.Build == nil || it.Build.SHA != x.h && it.Build.SHA != x.m {
			continue
		}
		for _, j := range it.Build.Jobs {
			if policy.MatchAny(names, j.Name) && j.Conclusion == "success" && j.Attempt == it.Build.Attempt && !j.Completed.After(x.judged()) {
				return shownTest{result, "job " + j.Name + " passed", []evidence.Ref{it.Ref}, nil}
			}
		}
	}
	return out
}

// orClaim adds what people say where no system's record shows a kind of test:
// a ticked box or a note that names it; exhibits and attachments.
func (x *exam) orClaim(f shownTest, kind string) shownTest {
	if f.how == result {
		return f
	}
	said := x.testNotes(kind)
	if len(said) > 0 {
		f.how, f.shown, f.lack = claim, "said: "+strings.Join(said, "; "), nil
		return f
	}
	if x.main.t != nil {
		f.lack = first(f.lack, x.lacks(x.main.ref, "the ticket's notes on testing", "field testing", "attachments", "comments"))
	}
	if f.how == none {
		f.lack = first(f.lack, x.lostTicket())
	}
	return f
}

// testNotes gives what people state about a kind of test; "" is any.
func (x *exam) testNotes(kind string) []string {
	var out []string
	about := func(where, text string) {
		set, _ := ticked(text)
		for _, s := range set {
			if kind == "" || names(s, kind) {
				out = append(out, where+": [x] "+oneLine(s))
			}
		}
		if w := words(text); w != "" && (kind == "" || names(w, kind)) {
			out = append(out, where+": "+oneLine(w))
		}
	}
	if x.pr != nil {
		about("pull request", sections(plain(x.pr.Body))["testing"])
	}
	if t := x.main.t; t != nil && x.main.strong {
		if f, ok := t.Field("testing"); ok {
			about("ticket "+t.Key, plain(f.Value))
		}
		about("ticket "+t.Key, sections(plain(t.Body))["testing"])
		for _, a := range t.Attachments {
			if testFile(a.File) && (kind == "" || names(a.File, kind)) {
				out = append(out, "attachment "+oneLine(a.File))
			}
		}
	}
	for _, e := range x.exhibits("testing") {
		if kind == "" || names(e.Shows, kind) || names(e.File, kind) {
			out = append(out, "exhibit "+oneLine(e.File)+": "+oneLine(e.Shows))
		}
	}
	return out
}

func testFile(name string) bool {
	return slices.ContainsFunc([]string{"test", "uat", "staging", "qa", "result"}, func(w string) bool { return names(name, w) })
}

// exhibits gives what people attached in support of something.
func (x *exam) exhibits(supports string) []*evidence.Exhibit {
	var out []*evidence.Exhibit
	for _, it := range x.c.All(evidence.KindExhibit) {
		if it.Exhibit != nil && it.Exhibit.Supports == supports {
			out = append(out, it.Exhibit)
		}
	}
	return out
}

// documented is a report of test results that a run left behind.
func (x *exam) documented() shownTest {
	for _, it := range x.c.All(evidence.KindBuild) {
		if it.Build == nil || len(it.Build.Tests) == 0 || it.Build.SHA != x.h && it.Build.SHA != x.m {
			continue
		}
		n := 0
		for _, r := range it.Build.Tests {
			n += r.Tests - r.Skipped
		}
		if n > 0 {
			return shownTest{result, fmt.Sprintf("reports with %s", count(n, "test")), []evidence.Ref{it.Ref}, nil}
		}
	}
	f := x.orClaim(shownTest{}, "")
	for _, g := range x.c.Gaps {
		if f.how == none && g.Ref.Kind == evidence.KindBuild && (g.Part == "" || names(g.Part, "report") || names(g.Part, "artifact")) {
			f.lack = first(f.lack, lackOf(g, "the test reports"))
		}
	}
	return f
}

// emptyReport names a report of a passed run in which no test was executed.
func (x *exam) emptyReport() string {
	for _, it := range x.c.All(evidence.KindBuild) {
		b := it.Build
		if b == nil || len(b.Tests) == 0 || b.SHA != x.h && b.SHA != x.m {
			continue
		}
		n := 0
		for _, r := range b.Tests {
			n += r.Tests - r.Skipped
		}
		if n <= 0 && b.Conclusion == "success" {
			return b.Tests[0].File
		}
	}
	return ""
}
