package control

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// signature is one statement that the deployment was checked. Signed is set
// where it stands in a record made for it: a form that names who validated, the
// ticket's field, or a status. A sentence in a remark is a claim.
type signature struct {
	by     party
	at     time.Time
	text   string
	where  string
	ref    evidence.Ref
	signed bool
	// unclear is set where the text denies it, or puts it under a condition.
	unclear bool
	// withdrawn is set where it was taken back or contradicted while the time for
	// a validation ran.
	withdrawn bool
	edited    time.Time // when the text was last changed, where that was later
}

// stands reports whether it says what it says plainly, and nobody took it back.
func (s signature) stands() bool { return !s.unclear && !s.withdrawn }

// signatures gives every statement: remarks, the ticket's validation field,
// and moving the ticket to a validated status; oldest first.
func (x *exam) signatures() []signature {
	var out []signature
	for _, m := range x.remarks() {
		text := plain(m.Body)
		said := x.speaksOfValidation(text)
		if said == silent {
			continue
		}
		s := signature{by: x.who.identify(m.Author), at: m.Created, text: text, where: m.where, ref: m.ref, signed: validatedBy.MatchString(text), unclear: said == unclear || troubled(text)}
		if s.signed {
			s.unclear = attests(x.withoutTitles(text)) == unclear
		}
		if m.edited {
			s.edited = m.Updated
		}
		out = append(out, s)
	}
	if t := x.main.t; t != nil && x.main.strong {
		out = append(out, x.fieldSignatures(t)...)
		out = append(out, x.statusSignatures(t)...)
	}
	for i := range out {
		out[i].withdrawn = out[i].withdrawn || x.contradicted(out[i])
	}
	slices.SortStableFunc(out, func(a, b signature) int { return a.at.Compare(b.at) })
	return out
}

// fieldSignatures gives what the ticket's validation field said. What the field
// was emptied of while the time for a validation ran is taken back.
func (x *exam) fieldSignatures(t *evidence.Ticket) []signature {
	f, ok := t.Field("validation")
	if !ok {
		return nil
	}
	var out []signature
	set := func(by *evidence.Person, at time.Time, text string) {
		if x.judgeText(text, 1) == substance {
			out = append(out, signature{by: x.who.identify(by), at: at, text: text, where: "field " + f.Title, ref: x.main.ref, signed: true, unclear: attests(text) == unclear})
			if !out[len(out)-1].unclear {
				return
			}
		}
		for i := range out {
			out[i].withdrawn = out[i].withdrawn || x.whileItRan(at)
		}
	}
	changed := false
	for _, h := range t.History {
		if isField(h, f.Title, f.ID) {
			changed = true
			set(h.Author, h.At, plain(evidence.Text{Markup: f.Value.Markup, Source: h.To}))
		}
	}
	if !changed {
		set(t.Creator, t.Created, plain(f.Value))
	}
	return out
}

// statusSignatures gives the times at which the ticket was called validated by
// its status. One that went on to be closed keeps it; one that went anywhere
// else while the time for a validation ran was taken back.
func (x *exam) statusSignatures(t *evidence.Ticket) []signature {
	var out []signature
	for _, h := range t.History {
		to := policy.Fold(h.To)
		switch {
		case !isField(h, "status", ""):
		case slices.Contains(x.p.Validation.Statuses, to):
			out = append(out, signature{by: x.who.identify(h.Author), at: h.At, text: h.To, where: "status " + h.To, ref: x.main.ref, signed: true})
		case !slices.Contains(x.p.Lifecycle.Closed, to):
			for i := range out {
				out[i].withdrawn = out[i].withdrawn || x.whileItRan(h.At)
			}
		}
	}
	return out
}

// contradicted reports whether a remark that came after a statement, while the
// time for a validation ran, says that it is not so.
func (x *exam) contradicted(s signature) bool {
	return slices.ContainsFunc(x.remarks(), func(m remark) bool {
		at := m.Created
		if m.edited && x.whileItRan(m.Updated) {
			at = m.Updated
		}
		return at.After(s.at) && x.whileItRan(at) && denied(plain(m.Body), func(sentence string) bool {
			return x.ofValidation(sentence) || signOff.MatchString(sentence)
		})
	})
}

// whileItRan reports whether a time lies before the end of the time for a
// validation, or so close to it that nobody can say.
func (x *exam) whileItRan(at time.Time) bool {
	return !at.After(x.tdep.hi.Add(x.p.Validation.Within))
}

// validatedBy is the line of a form that names who validated.
var validatedBy = regexp.MustCompile(`(?im)^\W*validated by[ \t*_]*:[ \t*_\[]*(\pL.*)$`)

// names reports whether a form's line names the one who wrote it; others sign
// for themselves.
func (s signature) names() bool {
	m := validatedBy.FindStringSubmatch(s.text)
	if m == nil || s.by.entry == nil {
		return true
	}
	line := strings.FieldsFunc(policy.Fold(m[1]), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(strings.Fields(policy.Fold(s.by.entry.name)), func(w string) bool { return slices.Contains(line, w) })
}

var signOff = regexp.MustCompile(`(?i)\bsign(ed)?[- ]?off\b|\bsignature\b`)

// namesChange is the line of a form that names the change: its title may speak
// of failures.
var namesChange = regexp.MustCompile(`(?im)^\W*(change|title|summary|ticket|pull request)[ \t*_]*:.*$`)

// withoutTitles takes from a form what it quotes of the change.
func (x *exam) withoutTitles(text string) string {
	text = namesChange.ReplaceAllString(text, "")
	if x.main.t != nil && x.main.t.Title != "" {
		text = strings.ReplaceAll(text, x.main.t.Title, "")
	}
	if x.pr != nil && x.pr.Title != "" {
		text = strings.ReplaceAll(text, x.pr.Title, "")
	}
	return text
}

// speaksOfValidation reports how far a text says that the change was checked.
func (x *exam) speaksOfValidation(text string) statement { return says(text, x.ofValidation) }

// ofValidation reports whether a sentence has one of the policy's words for it.
func (x *exam) ofValidation(sentence string) bool {
	folded := policy.Fold(sentence)
	return slices.ContainsFunc(x.p.Validation.Words, func(w string) bool {
		i := strings.Index(folded, w)
		return i >= 0 && (i == 0 || !isLetter(folded[i-1]))
	})
}
