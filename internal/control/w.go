package control

import (
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// differenceCaptured is W: of a change to configuration or infrastructure it
// is recorded what was before and what came after.
func differenceCaptured(x *exam) verdict {
	if x.lane == byTicket {
		return x.ticketDifference()
	}
	if l := x.filesLack(); l != nil {
		return unable(l)
	}
	var files, hidden []string
	for _, f := range x.files() {
		if !x.isConfiguration(f.Path) {
			continue
		}
		files = append(files, f.Path)
		if f.Patch == "" && (f.Additions+f.Deletions > 0 || f.Status != "renamed") {
			hidden = append(hidden, f.Path)
		}
	}
	switch {
	case len(files) == 0:
		return notApplicable("NOT_CONFIGURATION", "The change touches no configuration or infrastructure.").on(x.subjectRef())
	case len(hidden) > 0:
		if l := x.lacks(x.subjectRef(), "the difference of the configuration", "patches", "lines added"); l != nil {
			return unable(l)
		}
		if x.m != "" {
			if l := x.lacks(x.landedRef, "the difference of the configuration", "patches"); l != nil && x.lane == byCommit {
				return unable(l)
			}
		}
		return review("DIFFERENCE_NOT_SHOWN", "The source does not show what changed in %s.", quote(hidden[0])).with("files", strings.Join(files, ", ")).on(x.subjectRef())
	}
	if x.lane == byCommit && x.outcome("A").outcome == evidence.Exception {
		return review("DIFFERENCE_WITHOUT_REQUEST", "The difference of the configuration is recorded line by line, and there is no request that it could be compared with.").with("files", strings.Join(files, ", ")).on(x.subjectRef())
	}
	return met("DIFFERENCE_CAPTURED", "The difference of the configuration is recorded line by line.").with("files", strings.Join(files, ", ")).on(x.subjectRef())
}

// configurationCategories are those whose difference W asks for.
var configurationCategories = []string{"configuration", "infrastructure", "network"}

func (x *exam) isConfiguration(path string) bool {
	return slices.ContainsFunc(x.p.Categories, func(c policy.Category) bool {
		return slices.Contains(configurationCategories, c.Name) && c.Rule.Path(path)
	})
}

// ticketDifference is W of a change by ticket alone: what changed is only
// known by what people put on the ticket.
func (x *exam) ticketDifference() verdict {
	t := x.main.t
	var shown []string
	for _, a := range t.Attachments {
		if showsDifference(a.File) {
			shown = append(shown, "attachment "+oneLine(a.File))
		}
	}
	for _, it := range x.c.All(evidence.KindExhibit) {
		if e := it.Exhibit; e != nil && (showsDifference(e.File) || showsDifference(e.Shows)) {
			shown = append(shown, "exhibit "+oneLine(e.File))
		}
	}
	texts := []string{plain(t.Body)}
	for _, m := range t.Comments {
		texts = append(texts, plain(m.Body))
	}
	for _, s := range texts {
		if difference(s) {
			shown = append(shown, "text of the ticket")
			break
		}
	}
	if len(shown) > 0 {
		return review("DIFFERENCE_BY_HAND", "Somebody recorded what was before and what came after (%s); a person must say whether it is what was asked for.", shown[0]).with("shown by", strings.Join(shown, ", ")).on(x.main.ref)
	}
	if l := x.lacks(x.main.ref, "the attachments and comments of ticket "+t.Key, "attachments", "comments"); l != nil {
		return unable(l)
	}
	return exception("NO_DIFFERENCE", "Nothing on the ticket shows what was before and what came after.").on(x.main.ref)
}

func showsDifference(s string) bool {
	return slices.ContainsFunc([]string{"diff", "before", "after", "patch", "plan", "config"}, func(w string) bool { return names(s, w) })
}

// difference reports whether a text shows lines before and after.
func difference(text string) bool {
	low := strings.ToLower(text)
	minus, plus := false, false
	for line := range strings.Lines(text) {
		minus = minus || strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "--- ")
		plus = plus || strings.HasPrefix(line, "+")
	}
	return minus && plus || strings.Contains(low, "before:") && strings.Contains(low, "after:")
}
