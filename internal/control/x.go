package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// privacyReviewed is X: personal or confidential data that the change touches
// was looked at by somebody who may judge it, before the deployment.
func privacyReviewed(x *exam) verdict {
	if l := x.filesLack(); l != nil {
		return unable(l)
	}
	cut := x.judged()
	if !x.fits(x.p.Privacy.Rule, cut) {
		if word := x.privacyWord(); word != "" {
			return review("MAY_TOUCH_PERSONAL_DATA", "The texts of the change speak of %s, and no path or label says that it touches personal data; a person must say whether it does.", quote(word)).on(x.subjectRef(), x.main.ref)
		}
		if l := first(x.lostTicket(), x.emergencyLack()); l != nil { // the labels and categories of all records
			return unable(l)
		}
		return notApplicable("NO_PERSONAL_DATA", "Nothing that the change touches is personal or confidential data by the policy.").on(x.subjectRef())
	}
	if x.tdep.none {
		return x.undeployed()
	}
	return asOf(x.tdep, x.privacyAt).on(x.subjectRef()).on(x.tdep.basis...)
}

func (x *exam) privacyAt(cut time.Time) verdict {
	all, l := x.anywhere(cut)
	v := exception("NO_PRIVACY_REVIEW", "The change touches personal or confidential data, and nobody who may judge that (%s) had approved it.", strings.Join(x.p.Privacy.Reviewers, ", "))
	for _, a := range all {
		at := a.at
		if at.IsZero() {
			at = x.tdep.at
		}
		has, known := x.roleOf(a.by, at, x.p.Privacy.Reviewers)
		w := verdict{}
		switch {
		case a.kind == byAuthor || a.kind == byMachine || known && !has:
			continue
		case a.kind == unresolved:
			w = review(a.code, "The change touches personal or confidential data and was approved; whether that counts is not certain: %s.", a.why)
		case !known:
			w = review("ROLE_UNKNOWN", "The change touches personal or confidential data, and the people file does not say which role %s had.", a.by.shown)
		default:
			w = met("PRIVACY_REVIEWED", "The change touches personal or confidential data, and %s, who may judge that, approved it before the deployment.", a.by.shown)
		}
		if w = w.on(a.ref); better(w, v) {
			v = w
		}
	}
	if l != nil && (v.outcome != evidence.Met || x.authorsLack(cut) != nil) {
		return unable(l)
	}
	if ref, text := x.toldPrivate(cut); v.isException() && text != "" {
		v = review("PRIVACY_REVIEW_TOLD", "The change touches personal or confidential data, and a text says that this was looked at (%s); a person must read it.", quote(text)).on(ref)
	} else if v.isException() && x.remarksLack() != nil {
		return unable(x.remarksLack())
	}
	if ex := x.exhibits("approval"); v.isException() && len(ex) > 0 {
		v = review("PRIVACY_REVIEW_BY_EXHIBIT", "The change touches personal or confidential data, no record shows that somebody who may judge that approved it, and %s.", attached(ex[0]))
	}
	return v.approved(all)
}

var ofPrivacy = regexp.MustCompile(`(?i)\b(privacy|data[ -]protection|dpo|gdpr|pii|personal data)\b`)
var lookedAt = regexp.MustCompile(`(?i)\b(review(ed)?|checked|assess(ed|ment)?|approved|agreed|cleared|consulted|no objection|has (seen|the))\b`)

// toldPrivate finds what the texts of the change say before a cut-off of a
// review of personal data.
func (x *exam) toldPrivate(cut time.Time) (evidence.Ref, string) {
	says := func(text string) string {
		for line := range strings.Lines(comment.ReplaceAllString(text, "")) {
			if ofPrivacy.MatchString(line) && lookedAt.MatchString(line) {
				return oneLine(line)
			}
		}
		return ""
	}
	for _, m := range x.remarks() {
		if text := says(plain(m.Body)); text != "" && !m.Created.After(cut) {
			return m.ref, text
		}
	}
	if t := x.main.t; t != nil && x.main.strong {
		if text := says(bodyAt(t, cut).text); text != "" {
			return x.main.ref, text
		}
	}
	if x.pr != nil {
		return x.prRef, says(plain(x.pr.Body))
	}
	return evidence.Ref{}, ""
}

// privacyWord finds a word of the policy in the texts of the change.
func (x *exam) privacyWord() string {
	var texts []string
	if x.pr != nil {
		texts = append(texts, x.pr.Title, plain(x.pr.Body))
	}
	if x.main.t != nil {
		texts = append(texts, x.main.t.Title, plain(x.main.t.Body))
	}
	for _, s := range texts {
		low := " " + strings.ToLower(strings.Map(letterOrSpace, comment.ReplaceAllString(s, ""))) + " "
		low = strings.Join(strings.Fields(low), " ")
		if i := slices.IndexFunc(x.p.Privacy.Words, func(w string) bool { return strings.Contains(" "+low+" ", " "+w+" ") }); i >= 0 {
			return x.p.Privacy.Words[i]
		}
	}
	return ""
}

func letterOrSpace(r rune) rune {
	if r == '-' || r == '\'' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f {
		return r
	}
	return ' '
}
