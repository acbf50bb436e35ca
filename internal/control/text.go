package control

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// plain gives a text as lines that a person would read: documents of Jira as
// their words, headings as "## …".
func plain(t evidence.Text) string {
	source := strings.ReplaceAll(strings.ReplaceAll(t.Source, "\r\n", "\n"), "\r", "\n")
	if t.Markup == evidence.ADF || t.Markup == "" && strings.HasPrefix(source, `{"`) {
		var doc node
		if json.Unmarshal([]byte(source), &doc) == nil && doc.Type == "doc" {
			var b strings.Builder
			doc.write(&b, 0)
			return b.String()
		}
	}
	return source
}

// node is one of the Atlassian Document Format.
type node struct {
	Type    string `json:"type"`
	Text    string `json:"text"`
	Content []node `json:"content"`
	Attrs   struct {
		Text  string `json:"text"`
		State string `json:"state"`
		URL   string `json:"url"`
	} `json:"attrs"`
}

func (n node) write(b *strings.Builder, depth int) {
	if depth > 64 {
		return
	}
	switch n.Type {
	case "heading":
		b.WriteString("\n## ")
	case "taskItem":
		if n.Attrs.State == "DONE" {
			b.WriteString("- [x] ")
		} else {
			b.WriteString("- [ ] ")
		}
	case "listItem":
		b.WriteString("- ")
	case "hardBreak":
		b.WriteString("\n")
	case "tableCell", "tableHeader":
		b.WriteString("| ")
	}
	b.WriteString(n.Text + n.Attrs.Text + n.Attrs.URL)
	for _, c := range n.Content {
		if n.Type == "tableCell" || n.Type == "tableHeader" {
			c.Type = "" // a cell's paragraphs stay on the row's line
		}
		c.write(b, depth+1)
	}
	switch n.Type {
	case "paragraph", "heading", "tableRow", "taskItem", "codeBlock", "blockquote":
		b.WriteString("\n")
	}
}

// headings are the words under which people write each field in a description.
// The wording of the forms in templates/forms is among them.
var headings = map[string][]string{
	"category":            {"category", "change category"},
	"description":         {"description", "change description", "what", "what changes", "summary", "change", "what is changed"},
	"impact":              {"impact", "impact assessment", "expected impact"},
	"implementation_plan": {"implementation plan", "deployment plan", "steps"},
	"justification":       {"justification", "business justification", "why", "reason", "motivation", "background"},
	"planned_start":       {"target deployment date", "target deployment date, time and duration", "planned implementation date", "planned date", "planned start", "deployment date", "target date", "planned for"},
	"requester":           {"requester", "requestor", "requested by", "requestor (name, department)"},
	"risk":                {"risk", "risk level", "risk assessment"},
	"rollback_plan":       {"rollback plan", "rollback", "backout plan", "back-out plan", "backout/rollback plan", "revert plan"},
	"systems":             {"systems", "systems affected", "affected systems", "components"},
	"testing":             {"testing", "testing plan", "testing completed", "testing performed", "tests", "test plan", "how was this tested", "how tested"},
	"validation":          {"validation", "validation and completion", "validation performed", "post-deployment validation"},
	"lessons":             {"lessons learned", "lessons", "follow-up", "actions"},
	"outcome":             {"outcome", "result", "resolution"},
}

var (
	headingLine = regexp.MustCompile(`^\s*(?:#{1,6}\s+|h[1-6]\.\s+)(.+?)\s*#*\s*$`)
	boldLine    = regexp.MustCompile(`^\s*(?:\*\*|__|\*)([^*_]{2,60}?):?(?:\*\*|__|\*):?\s*(.*)$`)
	labelLine   = regexp.MustCompile(`^\s*(?:[-*]\s+)?([A-Za-z][A-Za-z ,/()-]{1,50}?)\s*:\s*(.*)$`)
	tableLine   = regexp.MustCompile(`^\s*\|{1,2}\s*\**([^|*]+?)\**\s*\|\s*([^|]*?)\s*\|?\s*$`)
	comment     = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	checkbox    = regexp.MustCompile(`^\s*(?:[-*+]\s+)?\[([ xX✓])\]\s*(.*)$`)
	placeholder = regexp.MustCompile(`^\[[a-z ]+\]$|^<[a-z ]+>$|^\.{3}$|^…$`)
)

// field tells which field a heading or label begins; "" for none that we know.
func field(heading string) string {
	h := strings.Trim(policy.Fold(heading), " *_:?#")
	for name, words := range headings {
		for _, w := range words {
			if h == w {
				return name
			}
		}
	}
	return ""
}

// sections gives what sections finds in a text. Descriptions are asked for often
// and may be of any length, so each is split once.
func (x *exam) sections(text string) map[string]string {
	parts, known := x.split[text]
	if !known {
		parts = sections(text)
		x.split[text] = parts
	}
	return parts
}

// sections splits a description by its headings and labels. What stands before
// the first belongs to "".
func sections(text string) map[string]string {
	parts := map[string]*strings.Builder{}
	add := func(name, s string) {
		if parts[name] == nil {
			parts[name] = &strings.Builder{}
		}
		parts[name].WriteString(s + "\n")
	}
	at := ""
	for line := range strings.Lines(comment.ReplaceAllString(text, "")) {
		line = strings.TrimRight(line, "\n")
		name, rest, isHeading := "", "", false
		if m := headingLine.FindStringSubmatch(line); m != nil {
			name, isHeading = field(m[1]), true
		} else if m := boldLine.FindStringSubmatch(line); m != nil && field(m[1]) != "" {
			name, rest, isHeading = field(m[1]), m[2], true
		} else if m := tableLine.FindStringSubmatch(line); m != nil && field(m[1]) != "" {
			add(field(m[1]), m[2])
			continue
		} else if m := labelLine.FindStringSubmatch(line); m != nil && field(m[1]) != "" {
			name, rest, isHeading = field(m[1]), m[2], true
		}
		if isHeading {
			if at = name; name == "" {
				at = "?" // a heading that we do not know ends the section before it
			}
			line = rest
		}
		add(at, line)
	}
	out := map[string]string{}
	for name, b := range parts {
		out[name] = b.String()
	}
	return out
}

// ticked gives the checkboxes of a text that are set, and whether it has any.
func ticked(text string) (set []string, any bool) {
	for line := range strings.Lines(comment.ReplaceAllString(text, "")) {
		if m := checkbox.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			any = true
			if m[1] != " " {
				set = append(set, m[2])
			}
		}
	}
	return set, any
}

// words gives what somebody wrote in a text: no comments of the form, boxes,
// headings or placeholders.
func words(text string) string {
	var out []string
	for line := range strings.Lines(comment.ReplaceAllString(text, "")) {
		line = strings.TrimSpace(line)
		if line == "" || checkbox.MatchString(line) || headingLine.MatchString(line) || placeholder.MatchString(policy.Fold(line)) {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(strings.Fields(strings.Join(out, " ")), " ")
}

// quality says what a text is worth as the answer to a question.
type quality int

const (
	blank       quality = iota
	boilerplate         // it says nothing: a placeholder, a common phrase, boxes alone
	substance
)

// nothings are answers that people give where they have none.
var nothings = regexp.MustCompile(`(?i)^(n/?a|none|nil|tbd|tba|todo|tbc|-+|\.+|\?+|x+|no|not applicable|to be defined|to be done|to do)\.?$`)

// judgeText says what a text is worth; least is the number of words that prose
// must have.
func (x *exam) judgeText(text string, least int) quality {
	w := words(text)
	_, boxes := ticked(text)
	switch {
	case w == "" && boxes:
		return boilerplate
	case w == "" && strings.TrimSpace(comment.ReplaceAllString(text, "")) == "":
		return blank
	case w == "", nothings.MatchString(w):
		return boilerplate
	}
	folded := strings.Trim(policy.Fold(w), ".!")
	for _, b := range x.p.Request.Boilerplate {
		if folded == b {
			return boilerplate
		}
	}
	if len(strings.Fields(w)) < least {
		return boilerplate
	}
	return substance
}
