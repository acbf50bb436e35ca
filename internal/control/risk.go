package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// labelsAt gives the pull request's labels at a cut-off. Known is false where
// the timeline, which says when each was set, was not obtained; the labels are
// then those of now.
func (x *exam) labelsAt(cut time.Time) (labels []string, known bool) {
	if x.pr == nil {
		return nil, true
	}
	if x.lacks(x.prRef, "", "timeline") != nil || len(x.pr.Timeline) == 0 {
		if x.bare {
			return nil, false
		}
		return x.pr.Labels, false
	}
	set := map[string]bool{}
	for _, l := range x.pr.Labels {
		set[l] = true
	}
	for _, e := range slices.Backward(x.pr.Timeline) { // undo what came after
		if e.At.After(cut) {
			switch e.Kind {
			case "labeled":
				delete(set, e.Subject)
			case "unlabeled":
				set[e.Subject] = true
			}
		}
	}
	for l := range set {
		labels = append(labels, l)
	}
	slices.Sort(labels)
	return labels, true
}

// categoryAt gives what the ticket's category field says at a cut-off.
func (x *exam) categoryAt(t *evidence.Ticket, cut time.Time) string {
	f, ok := t.Field("category")
	if !ok {
		return strings.TrimSpace(x.sections(bodyAt(t, cut).text)["category"])
	}
	return fieldAt(t, f.Value, f.Title, f.ID, cut).text
}

func bodyAt(t *evidence.Ticket, cut time.Time) value {
	return fieldAt(t, t.Body, "description", "description", cut)
}

func ticketLabelsAt(t *evidence.Ticket, cut time.Time) []string {
	now := evidence.Text{Markup: evidence.Plain, Source: strings.Join(t.Labels, " ")}
	return strings.Fields(fieldAt(t, now, "labels", "labels", cut).text)
}

// fits reports whether a rule names the change, as it stood at a cut-off.
func (x *exam) fits(r policy.Rule, cut time.Time) bool {
	labels, _ := x.labelsAt(cut)
	if slices.ContainsFunc(labels, r.Label) || x.touches(r.Paths) {
		return true
	}
	for _, l := range x.tickets {
		if l.strong && (r.Type(l.t.Type) || r.Value(x.categoryAt(l.t, cut)) || slices.ContainsFunc(ticketLabelsAt(l.t, cut), r.Label)) {
			return true
		}
	}
	return false
}

// touches reports whether any path of the change fits; it asks once for each
// list of patterns, as changes have many files and policies many patterns.
func (x *exam) touches(patterns []policy.Pattern) bool {
	if len(patterns) == 0 {
		return false
	}
	hit, known := x.hits[&patterns[0]]
	if !known {
		hit = slices.ContainsFunc(x.paths(), func(path string) bool { return policy.MatchAny(patterns, path) })
		x.hits[&patterns[0]] = hit
	}
	return hit
}

// categories gives the names of all categories that the change belongs to.
func (x *exam) categories(cut time.Time) []string {
	if out, known := x.kinds[cut]; known {
		return out
	}
	var out []string
	for _, c := range x.p.Categories {
		if x.fits(c.Rule, cut) {
			out = append(out, c.Name)
		}
	}
	x.kinds[cut] = out
	return out
}

func (x *exam) inCategory(cut time.Time, names ...string) bool {
	return slices.ContainsFunc(x.categories(cut), func(c string) bool { return slices.Contains(names, c) })
}

// onlyOf reports whether every file of the change is of one of the categories.
func (x *exam) onlyOf(names []string) bool {
	paths := x.paths()
	if len(paths) == 0 || x.filesLack() != nil {
		return false
	}
	for _, path := range paths {
		if !slices.ContainsFunc(x.p.Categories, func(c policy.Category) bool { return slices.Contains(names, c.Name) && c.Rule.Path(path) }) {
			return false
		}
	}
	return true
}

// files gives the files of the change as its reviewers saw them.
func (x *exam) files() []evidence.File {
	switch {
	case x.pr != nil:
		return x.pr.Files
	case x.landed != nil:
		return x.landed.Files
	}
	return nil
}

func (x *exam) paths() []string {
	var out []string
	for _, f := range x.files() {
		out = append(out, f.Path)
		if f.PreviousPath != "" {
			out = append(out, f.PreviousPath)
		}
	}
	return out
}

// filesLack says that files of the change may be missing.
func (x *exam) filesLack() *lack {
	const what = "the files of the change"
	switch {
	case x.pr != nil:
		if l := x.lacks(x.prRef, what, "files"); l != nil {
			return l
		}
		if len(x.pr.Files) < x.pr.FilesTotal || len(x.pr.Files) == 0 {
			return &lack{x.prRef, what, "not all of them came", "EVIDENCE_TRUNCATED"}
		}
	case x.lane == byCommit:
		if l := x.lacks(x.landedRef, what, "files"); l != nil {
			return l
		}
		if len(x.landed.Files) < x.landed.FilesTotal || len(x.landed.Files) == 0 {
			return &lack{x.landedRef, what, "not all of them came", "EVIDENCE_TRUNCATED"}
		}
	}
	return nil
}

// declaration is a risk tier as somebody stated it.
type declaration struct {
	tier  string
	where string
	set   time.Time // zero: not known when
	sure  bool      // it is known to have stood at the cut-off
}

var riskWord = regexp.MustCompile(`(?i)\brisk\b`)

// tierOf gives the tier that a text declares: "High", "risk: high", "Low risk
// (UI only, documentation)". The longest word that begins it decides; of a few
// words, such as Medium-High, the highest.
func (x *exam) tierOf(text string) string {
	text = strings.Trim(policy.Fold(riskWord.ReplaceAllString(text, " ")), " :/-_=*")
	text = strings.Trim(strings.TrimPrefix(text, "level"), " :/-_=*")
	best, tier := "", ""
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && !isLetter(byte(r)) })
	for _, t := range x.p.Risk.Tiers {
		for _, w := range t.Words {
			rest, ok := strings.CutPrefix(text, w)
			if ok && len(w) > len(best) && (rest == "" || !isLetter(rest[0])) {
				best, tier = w, t.Name
			}
		}
	}
	for _, t := range x.p.Risk.Tiers {
		if tier != "" && len(parts) <= 2 && x.p.Risk.Rank(t.Name) > x.p.Risk.Rank(tier) && slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(t.Words, p) }) {
			tier = t.Name
		}
	}
	return tier
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

// declared gives every statement of the risk tier at a cut-off.
func (x *exam) declared(cut time.Time) []declaration {
	var out []declaration
	for _, l := range x.tickets {
		if !l.strong {
			continue
		}
		f, ok := l.t.Field("risk")
		v := value{}
		if ok {
			v = fieldAt(l.t, f.Value, f.Title, f.ID, cut)
		}
		if strings.TrimSpace(v.text) == "" {
			body := bodyAt(l.t, cut)
			body.text = x.sections(body.text)["risk"]
			if tier := x.tierInSection(body.text); tier != "" {
				out = append(out, declaration{tier, "ticket " + l.t.Key + ", description", body.set, x.bodyDated(l, cut)})
			}
			continue
		}
		if tier := x.tierOf(v.text); tier != "" {
			out = append(out, declaration{tier, "ticket " + l.t.Key, v.set, true})
		}
	}
	labels, known := x.labelsAt(cut)
	for _, l := range labels {
		if tier := x.tierOf(l); tier != "" && riskWord.MatchString(strings.NewReplacer("-", " ", "_", " ", ":", " ", "/", " ").Replace(l)) {
			out = append(out, declaration{tier, "label " + quote(l), time.Time{}, known})
		}
	}
	if x.pr != nil {
		said := x.pullText(cut)
		if tier := x.tierInSection(x.sections(said.text)["risk"]); tier != "" {
			out = append(out, declaration{tier, "description of the pull request", time.Time{}, said.sure})
		}
	}
	return out
}

// tierInSection reads a section on risk: its ticked boxes, else its words. Of
// several boxes the highest counts.
func (x *exam) tierInSection(text string) string {
	set, boxes := ticked(text)
	if !boxes {
		return x.tierOf(words(text))
	}
	best := ""
	for _, s := range set {
		if t := x.tierOf(s); x.p.Risk.Rank(t) > x.p.Risk.Rank(best) {
			best = t
		}
	}
	return best
}

// derived gives the highest tier that the policy derives from categories,
// paths and labels; whole is false where a path is named by no tier.
func (x *exam) derived(cut time.Time) (tier, because string, whole bool) {
	cats := x.categories(cut)
	for _, t := range x.p.Risk.Tiers { // from the lowest, so the highest stays
		i := slices.IndexFunc(cats, func(c string) bool { return slices.Contains(t.Categories, c) })
		switch {
		case i >= 0:
			tier, because = t.Name, "category "+cats[i]
		case x.fits(t.Rule, cut):
			tier, because = t.Name, "the policy's rule of the tier"
		}
	}
	whole = true
	for _, path := range x.paths() {
		whole = whole && slices.ContainsFunc(x.p.Risk.Tiers, func(t policy.Tier) bool {
			return t.Rule.Path(path) || slices.ContainsFunc(x.p.Categories, func(c policy.Category) bool {
				return slices.Contains(t.Categories, c.Name) && c.Rule.Path(path)
			})
		})
	}
	return tier, because, whole
}

// tier is the one that the policy's matrices are read by: the highest of what
// is declared and what is derived. Where nothing is declared and not every
// path is of a tier, it is at least the policy's default.
func (x *exam) tier() (string, *lack) {
	if x.risk == "" {
		x.risk, x.riskLost = x.findTier()
	}
	return x.risk, x.riskLost
}

func (x *exam) findTier() (string, *lack) {
	cut := x.judged()
	rank := func(t string) int { return x.p.Risk.Rank(t) }
	tier, _, whole := x.derived(cut)
	l := x.filesLack()
	declared := x.declared(cut)
	for _, d := range declared {
		if rank(d.tier) > rank(tier) {
			tier = d.tier
		}
	}
	if (len(declared) == 0 && !whole || tier == "") && rank(x.p.Risk.Default) > rank(tier) {
		tier = x.p.Risk.Default
	}
	for _, t := range x.tickets {
		if t.strong || t.ref == x.main.ref {
			l = first(l, x.lacks(t.ref, "the risk and category of ticket "+t.t.Key, "field risk", "field category", "history"))
		}
	}
	if x.pr != nil {
		l = first(l, x.lacks(x.prRef, "the labels of the pull request", "labels"))
	}
	return tier, first(l, x.lostTicket())
}

// pullDated reports whether the description of the pull request is known to
// have stood at a cut-off where the source does not say when it was edited: it
// has not been where nothing at all happened to the pull request since.
func (x *exam) pullDated(cut time.Time) bool {
	return !x.pr.Updated.IsZero() && !x.pr.Updated.After(cut.Add(x.p.Skew))
}

// bodyDated is pullDated for a ticket's description. Trackers keep its history;
// a forge's issue has none of its description.
func (x *exam) bodyDated(l linked, cut time.Time) bool {
	if strings.Contains(l.ref.ID, "#") {
		return !l.t.Updated.IsZero() && !l.t.Updated.After(cut.Add(x.p.Skew))
	}
	return x.lacks(l.ref, "", "history") == nil
}
