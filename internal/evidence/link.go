package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// ticketKey is a word that could be a ticket's key. Many are not (UTF-8,
// SHA-256, CVE-2024): only those of known projects count.
var ticketKey = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*-[0-9]+`)

// TicketKeys gives the keys of the known projects that a text names, in order
// of first appearance, in upper case. In prose a key counts only in upper case;
// anyCase is for branch names, where people write feature/pay-123.
func TicketKeys(text string, projects []string, anyCase bool) []string {
	var keys []string
	for _, key := range Keys(text, anyCase) {
		if project, _, _ := strings.Cut(key, "-"); slices.Contains(projects, project) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Keys gives every word of a text that has the form of a ticket's key, whatever
// its project, as TicketKeys does. Many are none: UTF-8, SHA-256.
func Keys(text string, anyCase bool) []string {
	var keys []string
	seen := map[string]bool{}
	for _, at := range ticketKey.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		// A key is a whole word: XPAY-12, PAY-12-B and PAY-12.5 name other things.
		if at[0] > 0 && partOfWord(text[at[0]-1]) || at[1] < len(text) && continues(text[at[1]:], anyCase) {
			continue
		}
		upper := strings.ToUpper(word)
		if !anyCase && word != upper || seen[upper] {
			continue
		}
		if _, number, _ := strings.Cut(upper, "-"); !strings.HasPrefix(number, "0") {
			seen[upper] = true
			keys = append(keys, upper)
		}
	}
	return keys
}

func partOfWord(b byte) bool {
	return b == '-' || b == '_' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// continues reports whether what follows a key makes it part of a longer
// word. In a branch name a hyphen or underscore begins the description.
func continues(rest string, branch bool) bool {
	if rest[0] == '.' {
		return len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9'
	}
	if branch && (rest[0] == '-' || rest[0] == '_') {
		return false
	}
	return partOfWord(rest[0])
}

// closing is GitHub's way to say in a text that a pull request resolves an
// issue: https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
var closing = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+/[\w.-]+))?#([1-9][0-9]*)\b`)

// ClosingIssues gives the IDs (REPO#12) of the issues that a text says it
// resolves; a bare #12 is of the given repository.
func ClosingIssues(text, repository string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, m := range closing.FindAllStringSubmatch(text, -1) {
		id := m[1] + "#" + m[2]
		if m[1] == "" {
			id = repository + id
		}
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// ticketPlaces gives the texts of a pull request in which a ticket may be
// named, with whether each is a branch name.
func (pr *PullRequest) ticketPlaces() []place {
	places := []place{{pr.Title, false}, {pr.Body.Source, false}, {pr.Head.Ref, true}}
	for _, c := range pr.Commits {
		places = append(places, place{c.Message, false})
	}
	return places
}

type place struct {
	text   string
	branch bool
}

// TicketKeys gives the keys of the known projects that the pull request names
// in its title, body, branch and commits, in that order.
func (pr *PullRequest) TicketKeys(projects []string) []string {
	var keys []string
	seen := map[string]bool{}
	for _, p := range pr.ticketPlaces() {
		for _, k := range TicketKeys(p.text, projects, p.branch) {
			if !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	return keys
}
