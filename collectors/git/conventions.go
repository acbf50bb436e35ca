package git

import (
	"regexp"
	"strconv"
	"strings"
)

// A naming is what the message of a commit on the main line says of the pull
// request that it brought.
type naming struct {
	number     int
	convention string // for people
	title      string // "" where the subject does not hold it
	head       string // the branch that was merged
	headOwner  string
	base       string
}

// convention is one forge's way to word the commit that a merge makes.
type convention struct {
	name    string
	subject *regexp.Regexp // named groups: n, title, head, owner, base
	line    *regexp.Regexp // of the body; nil where the subject is enough
}

// conventions gives them in the order in which they are tried. All are
// anchored: 'Revert "Merge pull request #1 from a/b"' names no pull request.
func conventions() []convention {
	return []convention{
		{"GitHub merge commit", regexp.MustCompile(`^Merge pull request #(?P<n>\d+) from (?P<owner>[^\s/]+)/(?P<head>\S+)$`), nil},
		{"Bitbucket Server merge commit", regexp.MustCompile(`^Merge pull request #(?P<n>\d+) in \S+ from (?P<head>\S+) to (?P<base>\S+)$`), nil},
		{"Gitea merge commit", regexp.MustCompile(`^Merge pull request '(?P<title>.*)' \(#(?P<n>\d+)\) from (?P<head>\S+) into (?P<base>\S+)$`), nil},
		{"Bitbucket merge commit", regexp.MustCompile(`^Merged in (?P<head>\S+) \(pull request #(?P<n>\d+)\)$`), nil},
		{"Azure DevOps merge commit", regexp.MustCompile(`^Merged PR (?P<n>\d+): (?P<title>.+)$`), nil},
		{"Bitbucket Server merge commit", regexp.MustCompile(`^Pull request #(?P<n>\d+): (?P<title>.+)$`),
			regexp.MustCompile(`^Merge in \S+ from (?P<head>\S+) to (?P<base>\S+)$`)},
		{"GitLab merge commit", regexp.MustCompile(`^Merge branch '(?P<head>[^']+)'(?: into '?(?P<base>[^'\s]+)'?)?$`),
			regexp.MustCompile(`^See merge request \S*!(?P<n>\d+)$`)},
		{"GitLab squash commit", regexp.MustCompile(`^(?P<title>.+)$`), regexp.MustCompile(`^See merge request \S*!(?P<n>\d+)$`)},
		{"subject that ends with the number", regexp.MustCompile(`^(?P<title>.*\S)\s*\(#(?P<n>\d+)\)$`), nil},
	}
}

// A grammar reads messages by the conventions.
type grammar []convention

// read gives what the message says. head is the first paragraph of the
// message, line the line of its body that lineOf found.
func (g grammar) read(head, line string) (naming, bool) {
	first, rest, _ := strings.Cut(head, "\n")
	subjects := []string{strings.TrimSpace(first)}
	if rest != "" {
		subjects = append(subjects, strings.Join(strings.Fields(head), " "))
	}
	for _, subject := range subjects {
		for _, c := range g {
			if n, ok := c.read(subject, line); ok {
				return n, true
			}
		}
	}
	return naming{}, false
}

func (c convention) read(subject, line string) (naming, bool) {
	n := naming{convention: c.name}
	if !n.fill(c.subject, subject) || c.line != nil && !n.fill(c.line, line) || n.number == 0 {
		return naming{}, false
	}
	return n, true
}

func (n *naming) fill(re *regexp.Regexp, s string) bool {
	m := re.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	for i, group := range re.SubexpNames() {
		switch group {
		case "n":
			number, err := strconv.ParseInt(m[i], 10, 32)
			if err != nil || number < 1 {
				return false
			}
			n.number = int(number)
		case "title":
			n.title = m[i]
		case "head":
			n.head = m[i]
		case "owner":
			n.headOwner = m[i]
		case "base":
			n.base = m[i]
		}
	}
	return true
}

// split gives the first paragraph of a message, the rest, and the line of the
// rest that a convention may look at: the last one of its kind.
func split(message string) (head, body, line string) {
	message = strings.TrimLeft(strings.ReplaceAll(message, "\r\n", "\n"), "\n\r\t ")
	head, body = message, ""
	if i := blankLine.FindStringIndex(message); i != nil {
		head, body = message[:i[0]], message[i[1]:]
	}
	for l := range strings.SplitSeq(body, "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "See merge request ") || strings.HasPrefix(l, "Merge in ") {
			line = l
		}
	}
	return strings.TrimRight(head, " \t\r\n"), strings.Trim(body, "\r\n"), line
}

var blankLine = regexp.MustCompile(`\n[ \t\r]*\n`)

// titled gives the title and the text of the pull request as far as the
// message tells them. Merge commits carry the title below their subject.
func (n naming) titled(head, body string) (title, text string) {
	first, rest, _ := strings.Cut(head, "\n")
	if rest != "" {
		body = strings.TrimSpace(rest + "\n\n" + body)
	}
	if n.title != "" {
		return n.title, body
	}
	below, after, _ := strings.Cut(body, "\n")
	if below = strings.TrimSpace(below); below == "" || strings.HasPrefix(below, "See merge request ") || strings.HasPrefix(below, "* ") {
		return strings.TrimSpace(first), body
	}
	return below, strings.Trim(after, "\r\n")
}
