package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// verdict is what the test of one attribute came to.
type verdict struct {
	outcome evidence.Outcome
	code    string
	why     string
	read    []evidence.Fact
	basis   []evidence.Ref
}

func met(code, why string, args ...any) verdict {
	return verdict{outcome: evidence.Met, code: code, why: fmt.Sprintf(why, args...)}
}

func exception(code, why string, args ...any) verdict {
	return verdict{outcome: evidence.Exception, code: code, why: fmt.Sprintf(why, args...)}
}

func notApplicable(code, why string, args ...any) verdict {
	return verdict{outcome: evidence.NotApplicable, code: code, why: fmt.Sprintf(why, args...)}
}

func review(code, why string, args ...any) verdict {
	return verdict{outcome: evidence.NeedsReview, code: code, why: fmt.Sprintf(why, args...)}
}

// with adds a value that was read. An empty one is said to be.
func (v verdict) with(name, value string) verdict {
	if value == "" {
		value = "(none)"
	}
	v.read = append(slices.Clip(v.read), evidence.Fact{Name: name, Value: oneLine(value)})
	return v
}

// at adds a time that was read.
func (v verdict) at(name string, t time.Time) verdict {
	return v.with(name, moment{at: t}.String()).timed(t)
}

// timed says of which moments the value that was read last tells.
func (v verdict) timed(times ...time.Time) verdict {
	last := &v.read[len(v.read)-1]
	for _, t := range times {
		if !t.IsZero() {
			last.Times = append(last.Times, t.UTC().Truncate(time.Second))
		}
	}
	return v
}

// approved adds the approvals that were read.
func (v verdict) approved(all []approval) verdict {
	v = v.with("approvals", shownApprovals(all))
	for _, a := range all {
		v = v.timed(a.at)
	}
	return v
}

// on adds records that the verdict relies on.
func (v verdict) on(refs ...evidence.Ref) verdict {
	v.basis = slices.Clip(v.basis)
	for _, r := range refs {
		if !r.IsZero() && !slices.Contains(v.basis, r) {
			v.basis = append(v.basis, r)
		}
	}
	return v
}

// facts adds all that another verdict read and rests on.
func (v verdict) facts(o verdict) verdict {
	v.read = append(slices.Clip(v.read), o.read...)
	return v.on(o.basis...)
}

func (v verdict) result(letter string, p *policy.Policy) evidence.Result {
	return evidence.Result{Attribute: letter, Outcome: v.outcome, Code: v.code, Why: capital(v.why), Read: v.read, Basis: v.basis, Policy: p.Ref().String()}
}

// oneLine bounds a stranger's text and keeps it on one line.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}

// quote bounds a stranger's text for use in a sentence.
func quote(s string) string {
	s = oneLine(s)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return "“" + s + "”"
}

// hours writes a stretch of time as people say it: 54 h 46 min.
func hours(d time.Duration) string {
	if d < 0 {
		return "-" + hours(-d)
	}
	d = d.Truncate(time.Minute)
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	if h == 0 {
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}

func short(sha string) string { return sha[:min(12, len(sha))] }

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// capital begins a sentence.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-32) + s[1:]
	}
	return s
}
