package redact

import (
	"regexp"
	"strings"
)

// A private key has lines of up to 76 characters, and a 16,384-bit RSA key has
// 200 of them; a log may put something before each.
const (
	maxKeyLines = 300
	maxKeyLine  = 300
)

// privateKeys finds PEM and PGP private keys, whole or cut off, over several
// lines or in one with \n written out, with or without a log's time stamps
// before each line.
func privateKeys(s string) []span {
	if !strings.Contains(s, "PRIVATE KEY") {
		return nil
	}
	begin := regexp.MustCompile(`-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----`)
	endHere := regexp.MustCompile(`^-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----`)
	end := regexp.MustCompile(`-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----`)
	oneLine := regexp.MustCompile(`^(?:[A-Za-z0-9+/=]|\\[nrt]|\\\\n|[ \t])*`)
	prefixed := regexp.MustCompile(`^[ \t>|+#*-]*(?:\d{4}-\d\d-\d\dT[0-9:.]+Z?[ \t]*)?[ \t>|+#*-]*(.*)$`)
	inside := regexp.MustCompile(`^["']?(?:[A-Za-z0-9+/=]*(?:\\n|\\r)*["',+\\ ]*|(?:Proc-Type|DEK-Info|Version|Comment|Hash): .*)\r?$`)

	var spans []span
	for at := 0; at < len(s); {
		b := begin.FindStringIndex(s[at:])
		if b == nil {
			break
		}
		from, to := at+b[0], at+b[1]
		to += len(oneLine.FindString(s[to:]))
		if e := endHere.FindStringIndex(s[to:]); e != nil {
			to += e[1]
			spans, at = append(spans, span{from, to, "private_key"}), to
			continue
		}
		for range maxKeyLines {
			next, nextEnd, ok := nextLine(s, to)
			if !ok {
				break
			}
			line := s[next:nextEnd]
			if e := end.FindStringIndex(line); e != nil {
				to = next + e[1]
				break
			}
			if m := prefixed.FindStringSubmatch(line); m == nil || !inside.MatchString(m[1]) {
				break
			}
			to = nextEnd
		}
		spans, at = append(spans, span{from, to, "private_key"}), to
	}
	return spans
}

// nextLine finds the line after the one that ends right after at, give or take
// a quote or a carriage return; ok is false where there is none, where other
// text follows first, and where it is too long to be of a key.
func nextLine(s string, at int) (from, to int, ok bool) {
	feed := strings.IndexByte(s[at:min(len(s), at+6)], '\n')
	if feed < 0 || strings.Trim(s[at:at+feed], "\r\"'`,+\\ ") != "" {
		return 0, 0, false
	}
	from = at + feed + 1
	rest := s[from:min(len(s), from+maxKeyLine)]
	if n := strings.IndexByte(rest, '\n'); n >= 0 {
		return from, from + n, true
	}
	return from, from + len(rest), len(rest) < maxKeyLine && from < len(s)
}
