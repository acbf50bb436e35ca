package control

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

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
	if x.lane != byTicket && x.mLack != nil {
		return unable(x.mLack)
	}
	kinds := x.testKinds(tier)
	if len(kinds) == 0 && x.lane != byTicket && x.onlyOf(x.p.Checks.NotFor) {
		return notApplicable("NO_CODE", "Every file is of a kind that needs no tests by the policy (%s).", list(x.p.Checks.NotFor)).on(x.subjectRef())
	}
	if len(kinds) == 0 {
		return notApplicable("TIER_NOT_ASKED", "The policy asks for no tests of this change at tier %s.", tier).with("tier", tier).on(x.subjectRef())
	}
	v := met("TESTS_ADEQUATE", "There is evidence of every kind of test that the policy asks for at tier %s.", tier)
	var missing, claimed, gone []string
	var lost *lack
	for _, kind := range kinds {
		f := x.testEvidence(kind)
		v = v.with(kind, f.shown).on(f.refs...)
		switch {
		case f.lack != nil:
			lost = first(lost, f.lack)
		case f.how == claim:
			claimed = append(claimed, kind)
		case f.how == unlogged:
			gone = append(gone, kind)
		case f.how == none:
			missing = append(missing, kind)
		}
	}
	w := v
	switch empty := x.emptyReport(); {
	case len(missing) > 0:
		w = exception("TESTS_MISSING", "The policy asks for tests of which there is no evidence: %s.", list(testWords(missing))).facts(v)
	case lost != nil:
		w = unable(lost).facts(v)
	case len(claimed) > 0:
		w = review("TESTS_CLAIMED", "Somebody says that these tests were made, and a person must look at what shows it: %s.", list(testWords(claimed))).facts(v)
	case empty != "":
		w = review("NO_TESTS_EXECUTED", "The checks passed, and the report %s shows that no test was executed.", quote(empty)).facts(v)
	case len(gone) > 0:
		w = review("LOG_EXPIRED", "The source states that the tests passed, and no longer keeps the logs and reports that would show what they did: %s.", list(gone)).facts(v)
	}
	return w.with("tier", tier).on(x.subjectRef())
}

// testKinds gives the kinds of test that the policy asks for. An emergency
// needs at least a minimal test; where no code changed, none of code is; of
// documentation nothing but a review can be asked.
func (x *exam) testKinds(tier string) []string {
	kinds := slices.Clone(x.p.Testing.Tiers[tier])
	switch {
	case x.emergency().is:
		return []string{"basic"}
	case x.lane == byTicket, x.onlyOf(x.p.Testing.NoCodeFor):
		return x.p.Testing.WithoutCode
	case x.onlyOf(x.p.Checks.NotFor):
		return slices.DeleteFunc(kinds, func(k string) bool { return k != "review" })
	}
	for _, c := range x.categories(x.judged()) {
		for _, k := range x.p.Testing.Categories[c] {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// testWords gives kinds of tests as a reader knows them; those that a policy
// names itself keep their names.
func testWords(kinds []string) []string {
	words := map[string]string{"review": "a review of the change", "basic": "a basic test", "staging": "a verification before production", "documented": "documented test results"}
	out := slices.Clone(kinds)
	for i, k := range out {
		if words[k] != "" {
			out[i] = words[k]
		}
	}
	return out
}

// strength is how well one kind of test is evidenced.
type strength int

const (
	none     strength = iota
	claim             // somebody says so
	unlogged          // a system states the result, and what would show it is gone
	result            // a system's own record of the result
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
			if x.stagingLogGone() {
				return shownTest{unlogged, v.why, v.basis, nil}
			}
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
		for _, other := range slices.Sorted(maps.Keys(x.p.Testing.Evidence)) {
			if other != "security" { // a scan says nothing of what the change does
				names = append(names, x.p.Testing.Evidence[other]...)
			}
		}
		return x.orClaim(x.testRuns(names), anything)
	}
	f := x.testRuns(x.p.Testing.Evidence[kind])
	if f.how == none && x.recorded(x.p.Testing.Evidence[kind]) {
		return f // CI records this kind of test: a ticked box is no evidence of one that did not run
	}
	return x.orClaim(f, func(text string) bool { return names(text, kind) || kind == "uat" && x.triedBefore(text) })
}

// anything is any text.
func anything(string) bool { return true }

var tried = regexp.MustCompile(`(?i)\b(tried|tested|verified|checked|accepted)\b`)

// triedBefore reports whether a text says that somebody tried the change in an
// environment before production.
func (x *exam) triedBefore(text string) bool {
	return tried.MatchString(text) && policy.MatchAny(x.p.PreProduction.Environments, text)
}

// recorded reports whether CI knows a check or job of one of the names on any
// commit of the change, whatever came of it.
func (x *exam) recorded(names []policy.Pattern) bool {
	for _, it := range x.c.All(evidence.KindChecks) {
		if it.Checks != nil && slices.ContainsFunc(it.Checks.Runs, func(r evidence.CheckRun) bool { return policy.MatchAny(names, r.Name) }) {
			return true
		}
	}
	for _, it := range x.builds() {
		if slices.ContainsFunc(it.Build.Jobs, func(j evidence.Job) bool { return policy.MatchAny(names, j.Name) }) {
			return true
		}
	}
	return false
}

// tested gives the commits on which tests count, and up to when: H and what
// the merge queue tested, before the merge; of a commit that no pull request
// brought, M before the deployment.
func (x *exam) tested() (shas []string, until time.Time) {
	switch x.lane {
	case byCommit:
		if x.m == "" {
			return nil, x.judged()
		}
		return []string{x.m}, x.judged()
	case byTicket:
		return nil, x.judged()
	}
	until = x.judged()
	if x.tmerge.known() {
		until = x.tmerge.hi
	}
	group := x.queued()
	for _, it := range x.builds() {
		if it.Build.Event == "merge_group" && it.Build.SHA == x.m {
			group = x.m
		}
	}
	for _, sha := range []string{x.h, group} {
		if sha != "" { // what the source lost is no commit on which a test could count
			shas = append(shas, sha)
		}
	}
	return shas, until
}

// stagingLogGone reports whether the source no longer keeps the log of what ran
// before production. That it passed is known, which is all that N asks.
func (x *exam) stagingLogGone() bool {
	return slices.ContainsFunc(x.c.Gaps, func(g evidence.Gap) bool {
		return g.Ref.Kind == evidence.KindBuild && g.Reason == evidence.Expired && names(g.Part, "log of job") && policy.MatchAny(x.p.PreProduction.Jobs, g.Part)
	})
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
// merged, in time.
func (x *exam) testRuns(names []policy.Pattern) shownTest {
	if x.lane == byTicket {
		return shownTest{}
	}
	var out shownTest
	better := func(f shownTest) {
		if f.how > out.how {
			f.lack = nil
			out = f
		}
	}
	shas, until := x.tested()
	for _, sha := range shas {
		ref := x.checksRef(sha)
		if l := x.lacks(ref, "what CI said of commit "+short(sha), "check runs", "statuses"); l != nil {
			if out.how == none {
				out.lack = first(out.lack, l)
			}
			continue
		}
		it, _ := x.c.Find(ref)
		for _, r := range x.resultsOf(it.Checks, until) {
			if policy.MatchAny(names, r.name) && r.conclusion == "success" {
				better(x.passedTest(r, sha, ref))
			}
		}
		if l := x.lacks(ref, "every run of the checks of commit "+short(sha), "earlier runs"); out.how == none {
			out.lack = first(out.lack, l)
		}
	}
	for _, it := range x.builds() {
		if !slices.Contains(shas, it.Build.SHA) {
			continue
		}
		for _, j := range it.Build.Jobs {
			if policy.MatchAny(names, j.Name) && j.Conclusion == "success" && lastOf(it.Build, j) && !j.Completed.IsZero() && !j.Completed.After(until) {
				better(x.passedTest(checkResult{name: j.Name}, it.Build.SHA, it.Ref))
			}
		}
	}
	return out
}

// passedTest is what a check or job that passed is worth.
func (x *exam) passedTest(r checkResult, sha string, ref evidence.Ref) shownTest {
	f := shownTest{result, r.name + " passed on " + short(sha), []evidence.Ref{ref}, nil}
	switch {
	case r.byUser != "":
		f.how, f.shown = claim, r.byUser+" posted that "+r.name+" passed on "+short(sha)
	case x.logGone(sha, r.name):
		f.how, f.shown = unlogged, f.shown+"; its log is gone"
	}
	return f
}

// orClaim adds what people say where no system's record shows a kind of test:
// a ticked box or a note that speaks of it; exhibits and attachments.
func (x *exam) orClaim(f shownTest, about func(string) bool) shownTest {
	if f.how != none {
		return f
	}
	cut := x.judged()
	if x.emergency().is && x.tdep.known() { // its test may be written up afterwards
		cut = x.deadline()
	}
	said := x.testNotes(cut, true, about)
	if len(said) > 0 {
		f.how, f.shown, f.lack = claim, "said: "+strings.Join(said, "; "), nil
		return f
	}
	if x.main.t != nil {
		f.lack = first(f.lack, x.lacks(x.main.ref, "the ticket's notes on testing", "field testing", "attachments", "comments"))
	}
	f.lack = first(f.lack, x.lostTicket())
	return f
}

// testNotes gives what people state about tests up to a cut-off, where a filter
// lets it pass. An exhibit of tests may be of any kind of them, where the kind is
// what is asked.
func (x *exam) testNotes(cut time.Time, anyKind bool, about func(string) bool) []string {
	var out []string
	say := func(where, text string) {
		set, _ := ticked(text)
		for _, s := range set {
			if about(s) {
				out = append(out, where+": [x] "+oneLine(s))
			}
		}
		if w := words(text); w != "" && about(w) {
			out = append(out, where+": "+oneLine(w))
		}
	}
	if x.pr != nil {
		say("pull request", x.sections(x.pullText(cut).text)["testing"])
	}
	if t := x.main.t; t != nil && x.main.strong {
		if f, ok := t.Field("testing"); ok {
			say("ticket "+t.Key, fieldAt(t, f.Value, f.Title, f.ID, cut).text)
		}
		say("ticket "+t.Key, x.sections(bodyAt(t, cut).text)["testing"])
		for _, a := range t.Attachments {
			if testFile(a.File) && !a.Created.After(cut) && about(a.File) {
				out = append(out, "attachment "+oneLine(a.File))
			}
		}
	}
	for _, m := range x.remarks() {
		if text := plain(m.Body); tried.MatchString(text) && !m.Created.After(cut) && about(text) {
			out = append(out, m.where+": "+oneLine(text))
		}
	}
	for _, e := range x.exhibits("testing") {
		if e.Supports == "testing" && anyKind || about(e.Shows) || about(e.File) {
			out = append(out, "exhibit: "+attached(e))
		}
	}
	return out
}

func testFile(name string) bool {
	return slices.ContainsFunc([]string{"test", "uat", "staging", "qa", "result"}, func(w string) bool { return names(name, w) })
}
