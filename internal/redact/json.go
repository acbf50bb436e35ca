package redact

import (
	"bytes"
	"encoding/json"
)

// Bytes redacts a payload. JSON stays valid JSON, and every byte outside the
// strings that held a secret stays as it was; anything else is taken as text.
// Hits are without a place.
func (r *Redactor) Bytes(data []byte) ([]byte, []Hit) {
	if !json.Valid(data) {
		s, hits := r.Text(string(data))
		if len(hits) == 0 {
			return data, nil
		}
		return []byte(s), hits
	}
	var out []byte
	var hits []Hit
	kept := 0     // data[:kept] is already in out
	member := ""  // name of the member whose value comes next
	pending := "" // the last string, which a colon makes a name
	place := 0    // how deep i is within a value that says where somebody was
	for i := 0; i < len(data); {
		switch c := data[i]; {
		case c == ':':
			member, pending = pending, ""
			i++
		case c == '"':
			end := stringEnd(data, i)
			text := unquote(data[i:end])
			clean, h := r.value(member, text)
			if place > 0 && !isName(data[end:]) {
				clean, h = "[REDACTED:"+placeRule+"]", []Hit{{Rule: placeRule, Count: 1}}
			}
			if len(h) > 0 {
				out = append(append(out, data[kept:i]...), quote(clean)...)
				kept, hits = end, append(hits, h...)
			}
			member, pending = "", text
			i = end
		case (c == '{' || c == '[') && (place > 0 || isWhereabouts(member)):
			place++
			member = ""
			i++
		case (c == '}' || c == ']') && place > 0:
			place--
			member = ""
			i++
		case c == ',' || c == '{' || c == '[' || c == '}' || c == ']':
			member = ""
			i++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		default: // a number, true, false or null
			end := i
			for end < len(data) && !bytes.ContainsRune([]byte(",]} \t\r\n"), rune(data[end])) {
				end++
			}
			rule := ""
			if r.Contains(data[i:end]) {
				rule = LiteralRule
			} else if place > 0 || isWhereabouts(member) && data[i] != 'n' { // null says nothing
				rule = placeRule
			}
			if rule != "" {
				out = append(append(out, data[kept:i]...), `"[REDACTED:`+rule+`]"`...)
				kept, hits = end, append(hits, Hit{Rule: rule, Count: 1})
			}
			member = ""
			i = end
		}
	}
	if kept == 0 && len(hits) == 0 {
		return data, nil
	}
	return append(out, data[kept:]...), merge(hits)
}

// value redacts one string, knowing the name of the member that it is the value of.
func (r *Redactor) value(member, text string) (string, []Hit) {
	if member != "" && r.words.member(member, text) {
		return "[REDACTED:" + wordRule + "]", []Hit{{Rule: wordRule, Count: 1}}
	}
	if text != "" && isWhereabouts(member) {
		return "[REDACTED:" + placeRule + "]", []Hit{{Rule: placeRule, Count: 1}}
	}
	return r.Text(text)
}

// placeRule is the rule for what an audit log says of where, and with which
// program and token, somebody acted. Nobody needs it to judge a change.
const placeRule = "whereabouts"

// isWhereabouts reports whether a member of that name says so, be its value a
// text, a list or an object.
func isWhereabouts(member string) bool {
	switch member {
	case "actor_ip", "actor_location", "user_agent", "hashed_token", "external_identity_nameid", "external_identity_username":
		return true
	}
	return false
}

// isName reports whether the string before the rest is a member's name.
func isName(rest []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":"))
}

// stringEnd gives the index after the string that begins at from in valid JSON.
func stringEnd(data []byte, from int) int {
	for i := from + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data)
}

func unquote(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw[1 : len(raw)-1])
	}
	return s
}

func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string never fails to encode
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
