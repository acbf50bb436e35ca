package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// mention is one place in which the change names a ticket.
type mention struct {
	seq     int // places come in the order in which they were read
	place   string
	rank    int
	passing bool // the line names it beside others, and not as what the change is for
}

// mentions are all places of a change that name a ticket, by the ticket's key.
// The texts are read once, whatever number of tickets is asked for: both are a
// stranger's, and may be of any length.
type mentions map[string][]mention

// issue is how a forge's issue is named: #12, or acme/api#12.
var issue = regexp.MustCompile(`([\w./-]*)#([0-9]+)`)

// keysIn gives the keys that a text names: a tracker's as whole words, in upper
// case; a forge's issues as repository#number, in lower case. A bare number is of
// the given repository.
func keysIn(text string, branch bool, repository string) []string {
	keys := evidence.Keys(text, branch)
	if branch {
		return keys
	}
	for _, at := range issue.FindAllStringSubmatchIndex(text, -1) {
		repo, number := text[at[2]:at[3]], text[at[4]:at[5]]
		if at[1] < len(text) && wordByte(text[at[1]]) {
			continue // #12a is no number
		}
		if repo == "" {
			repo = repository
		}
		keys = append(keys, strings.ToLower(repo)+"#"+number)
	}
	return keys
}

func wordByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// keyForm is a ticket's key as keysIn writes it.
func keyForm(key string) string {
	if strings.Contains(key, "#") {
		return strings.ToLower(key)
	}
	return strings.ToUpper(key)
}

// mentioned reads the texts of the change, as they are now.
func (x *exam) mentioned() mentions {
	if x.named == nil {
		title, body := "", ""
		if x.pr != nil {
			title, body = x.pr.Title, plain(x.pr.Body)
		}
		x.named = x.mentionsIn(title, body)
	}
	return x.named
}

// titleAt gives the pull request's title at a cut-off, as far as the timeline
// tells of another.
func (x *exam) titleAt(cut time.Time) string {
	title := x.pr.Title
	for _, e := range slices.Backward(x.pr.Timeline) {
		if e.Kind == "renamed" && e.At.After(cut) && e.Before != "" {
			title = e.Before
		}
	}
	return title
}

// namedOnlyAfter reports whether the change names a ticket now, and did not at
// a cut-off: its title or description was changed since. What the description
// had said, where nobody can see that, named nothing. A link without a date
// counts, but for one that follows from the description.
func (x *exam) namedOnlyAfter(cut time.Time, ref evidence.Ref, keys ...string) bool {
	now := x.linkOf(ref, keys...)
	if x.pr == nil || len(now.places) == 0 {
		return false
	}
	said := x.pullText(cut)
	if said.unseen() {
		said.text = ""
	}
	then := x.linkIn(x.mentionsIn(x.titleAt(cut), said.text), ref, keys...)
	if slices.Contains(now.places, byLink) && !slices.Contains(now.places, "description") {
		return false
	}
	then.places = slices.DeleteFunc(then.places, func(p string) bool { return p == byLink })
	return len(then.places) == 0 || now.strong && !then.strong
}

// mentionsIn reads a title, a description, and the texts that never change.
func (x *exam) mentionsIn(title, body string) mentions {
	m := mentions{}
	seq := 0
	see := func(keys []string, place string, rank int, passing func(key string) bool) {
		seq++
		for _, k := range keys {
			n := mention{seq, place, rank, passing(k)}
			if n.passing {
				n.place, n.rank = place+", in passing", rank+10
			}
			if !slices.ContainsFunc(m[k], func(o mention) bool { return o.place == n.place && o.passing == n.passing && o.rank == n.rank }) {
				m[k] = append(m[k], n)
			}
		}
	}
	plainly := func(string) bool { return false }
	prose := func(text, place string, rank int) {
		for line := range strings.Lines(text) {
			keys := keysIn(line, false, x.repository())
			if len(keys) == 0 {
				continue
			}
			if !inPassing.MatchString(line) {
				see(keys, place, rank, plainly)
				continue
			}
			closed := map[string]bool{}
			for _, id := range evidence.ClosingIssues(line, x.repository()) {
				closed[strings.ToLower(id)] = true
			}
			see(keys, place, rank, func(key string) bool { return !closed[key] })
		}
	}
	message := func(text string, rank int) {
		subject, rest, _ := strings.Cut(text, "\n")
		see(keysIn(subject, false, x.repository()), "commit message", rank, plainly)
		prose(rest, "commit message", rank)
	}
	switch {
	case x.pr != nil:
		see(keysIn(title, false, x.repository()), "title", 0, plainly)
		see(keysIn(x.pr.Head.Ref, true, x.repository()), "branch", 1, plainly)
		prose(body, "description", 4)
		for _, c := range x.pr.Commits {
			message(c.Message, 2)
		}
	case x.landed != nil:
		message(x.landed.Message, 2)
	}
	return m
}

// byLink is the place of a ticket to which the pull request links.
const byLink = "link of the pull request"

// linkOf says where the change names a ticket by any of its keys.
func (x *exam) linkOf(ref evidence.Ref, keys ...string) linked {
	return x.linkIn(x.mentioned(), ref, keys...)
}

func (x *exam) linkIn(in mentions, ref evidence.Ref, keys ...string) linked {
	var l linked
	var found []mention
	var asked []string
	for _, k := range append(keys, ref.ID) {
		if k = keyForm(k); k != "" && !slices.Contains(asked, k) {
			asked = append(asked, k)
			found = append(found, in[k]...)
		}
	}
	slices.SortStableFunc(found, func(a, b mention) int { return a.seq - b.seq })
	for _, m := range found {
		l.name(m.place, !m.passing, m.rank)
	}
	if x.pr != nil && strings.Contains(ref.ID, "#") {
		if it, _ := x.c.Find(x.prRef); slices.Contains(it.Links, ref) {
			l.name(byLink, true, 3)
		}
	}
	return l
}

// speaksOf reports whether a text names a ticket, wherever it stands in it. Each
// text is read once.
func (x *exam) speaksOf(text, key string) bool {
	keys, known := x.keysOfText[text]
	if !known {
		keys = map[string]bool{}
		for _, k := range keysIn(text, false, x.repository()) {
			keys[k] = true
		}
		x.keysOfText[text] = keys
	}
	return keys[keyForm(key)]
}
