// Package redact takes secrets out of what leaves the vault: credentials in
// well-known forms, values beside words such as "password", private keys, and
// the exact credentials of the run itself. The vault keeps what the source
// said; a package holds the redacted text, and a ledger of what was taken out,
// where and by which rule, never the text itself.
//
// Commit hashes, record numbers, times and people are not secrets and stay.
package redact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// LiteralRule is the rule that an exact known credential is reported under.
const LiteralRule = "known_credential"

// MinLiteral is the shortest exact credential, in bytes, that is looked for.
// Anything shorter occurs in innocent words.
const MinLiteral = 6

// Hit says that something was taken out: where, by which rule and how often.
type Hit struct {
	Where string `json:"where"`
	Rule  string `json:"rule"`
	Count int    `json:"count"`
}

// A Redactor is safe for use by several goroutines.
type Redactor struct {
	literals []string // longest first
	rules    []rule
	words    secretWords
}

// New gives a redactor with the built-in rules and the exact credentials of
// the run. Each is also looked for as it stands in a URL, in JSON and in
// base64. Those shorter than MinLiteral are left out.
func New(literals []string) *Redactor {
	r := &Redactor{rules: builtin(), words: newSecretWords()}
	for _, l := range literals {
		if len(strings.TrimSpace(l)) < MinLiteral {
			continue
		}
		r.literals = append(r.literals, l, strings.TrimSpace(l), url.QueryEscape(l), url.PathEscape(l),
			base64.StdEncoding.EncodeToString([]byte(l)), base64.URLEncoding.EncodeToString([]byte(l)))
		if quoted, err := json.Marshal(l); err == nil {
			r.literals = append(r.literals, string(quoted[1:len(quoted)-1]))
		}
	}
	slices.SortFunc(r.literals, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	r.literals = slices.Compact(r.literals)
	return r
}

// Contains reports whether data holds one of the run's exact credentials. It
// is the last look at a file before it is sealed.
func (r *Redactor) Contains(data []byte) bool {
	return slices.ContainsFunc(r.literals, func(l string) bool { return bytes.Contains(data, []byte(l)) })
}

// Text gives s with every secret replaced by [REDACTED:rule], and the hits in
// order of rule, without a place. Redacting what was redacted changes nothing.
func (r *Redactor) Text(s string) (string, []Hit) {
	spans := r.find(s)
	if len(spans) == 0 {
		return s, nil
	}
	return splice(s, spans, false), tally(spans)
}

// Lines is Text for the consecutive lines of one text. It gives as many lines
// as it was given, also where a secret spans several.
func (r *Redactor) Lines(lines []string) ([]string, []Hit) {
	whole := strings.Join(lines, "\n")
	spans := r.find(whole)
	if len(spans) == 0 {
		return lines, nil
	}
	out := strings.Split(splice(whole, spans, true), "\n")
	if len(out) == len(lines) {
		return out, tally(spans)
	}
	// A line held a line end of its own: take the lines one by one.
	out = make([]string, len(lines))
	var hits []Hit
	for i, l := range lines {
		var h []Hit
		out[i], h = r.Text(l)
		hits = append(hits, h...)
	}
	return out, merge(hits)
}

// span is a secret: s[from:to].
type span struct {
	from, to int
	rule     string
}

// find gives the secrets of s in order, none overlapping another.
func (r *Redactor) find(s string) []span {
	spans := append(literalSpans(s, r.literals), privateKeys(s)...)
	for _, rule := range r.rules {
		spans = append(spans, rule.find(s)...)
	}
	spans = append(spans, r.words.find(s)...)
	return resolve(spans)
}

func literalSpans(s string, literals []string) []span {
	var spans []span
	for _, l := range literals {
		for at := 0; ; {
			i := strings.Index(s[at:], l)
			if i < 0 {
				break
			}
			spans = append(spans, span{at + i, at + i + len(l), LiteralRule})
			at += i + len(l)
		}
	}
	return spans
}

// resolve sorts spans and joins those that overlap under the name of the
// first, so that nothing of either is left standing.
func resolve(spans []span) []span {
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// splice writes the placeholders. With eachLine a secret of several lines
// leaves one placeholder on each.
func splice(s string, spans []span, eachLine bool) string {
	var b strings.Builder
	at := 0
	for _, sp := range spans {
		b.WriteString(s[at:sp.from])
		mark := "[REDACTED:" + sp.rule + "]"
		b.WriteString(mark)
		if eachLine {
			b.WriteString(strings.Repeat("\n"+mark, strings.Count(s[sp.from:sp.to], "\n")))
		}
		at = sp.to
	}
	b.WriteString(s[at:])
	return b.String()
}

func tally(spans []span) []Hit {
	hits := make([]Hit, 0, len(spans))
	for _, s := range spans {
		hits = append(hits, Hit{Rule: s.rule, Count: 1})
	}
	return merge(hits)
}

// merge adds up hits of one place and rule, and sorts them.
func merge(hits []Hit) []Hit {
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Rule, b.Rule))
	})
	var out []Hit
	for _, h := range hits {
		if n := len(out); n > 0 && out[n-1].Where == h.Where && out[n-1].Rule == h.Rule {
			out[n-1].Count += h.Count
			continue
		}
		out = append(out, h)
	}
	return out
}
