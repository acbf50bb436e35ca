package redact

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// wordRule is the rule for a value that stands beside a word for a secret.
const wordRule = "secret_value"

// secretWords finds name = value where the name speaks of a secret and the
// value looks like one.
type secretWords struct {
	name   *regexp.Regexp // a whole name, as of a JSON member
	assign *regexp.Regexp // name and value in running text
	flag   *regexp.Regexp // --name value
	dotted *regexp.Regexp // config.database.password: a path, no value
	dated  *regexp.Regexp
}

func newSecretWords() secretWords {
	const words = `(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?)`
	return secretWords{
		name:   regexp.MustCompile(`(?i)` + words + `(?:[_-]?(?:value|hex|base64|b64|id))?$`),
		assign: regexp.MustCompile(`(?i)` + words + `[A-Za-z0-9_]{0,20}["'\x60]?[ \t]{0,4}(?::=|=>|==?|:)[ \t]{0,4}\\?["'\x60]?([^\s"'\x60<>,;\\]{8,400})`),
		flag:   regexp.MustCompile(`(?i)--?[a-z0-9-]{0,40}(?:password|passwd|token|secret|api-key)[ \t]+["']?([^\s"'\x60<>,;-][^\s"'\x60<>,;]{7,400})`),
		dotted: regexp.MustCompile(`^[A-Za-z_$][\w$]*(?:(?:\.|::|->|/)[A-Za-z_$][\w$]*)+$`),
		dated:  regexp.MustCompile(`^\d{4}-\d\d-\d\d`),
	}
}

func (w secretWords) find(s string) []span {
	low := strings.ToLower(s)
	if !slices.ContainsFunc([]string{"passw", "passphrase", "pwd", "secret", "token", "key", "credential"},
		func(word string) bool { return strings.Contains(low, word) }) {
		return nil
	}
	var spans []span
	for _, pattern := range []*regexp.Regexp{w.assign, w.flag} {
		for _, m := range pattern.FindAllStringSubmatchIndex(s, -1) {
			from, to := m[2], m[3]
			to = from + len(strings.TrimRight(s[from:to], ".:!?)]}&"))
			if cut := strings.IndexByte(s[from:to], '&'); cut >= 0 { // the next parameter of a URL
				to = from + cut
			}
			if w.secret(s[from:to]) {
				spans = append(spans, span{from, to, wordRule})
			}
		}
	}
	return spans
}

// member reports whether a JSON member of that name holds a secret. A cursor
// through pages is called a token too, and is none.
func (w secretWords) member(name, value string) bool {
	low := strings.ToLower(name)
	for _, cursor := range []string{"page", "cursor", "next", "continuation", "csrf"} {
		if strings.Contains(low, cursor) {
			return false
		}
	}
	return w.name.MatchString(name) && !strings.ContainsAny(value, " \t\r\n") && w.secret(value)
}

// secret reports whether a value looks like one that a machine or a careful
// person made: long enough, letters and digits, no stand-in, no code.
func (w secretWords) secret(v string) bool {
	if len(v) < 8 || !mixed(v) || strings.ContainsAny(v, "()[]{}|") || strings.Contains(v, "://") {
		return false
	}
	if w.dotted.MatchString(v) || w.dated.MatchString(v) || strings.HasPrefix(v, "/") || strings.HasPrefix(v, "./") || strings.HasPrefix(v, "@") {
		return false
	}
	return entropy(v) >= 2.5
}

// entropy gives Shannon's measure in bits a byte.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	var bits float64
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
