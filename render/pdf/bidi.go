package pdf

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/runenames"
)

// isRTL reports whether a rune belongs to a script that runs from right to left.
func isRTL(r rune) bool {
	if r < 0x0590 {
		return false
	}
	p, _ := bidi.LookupRune(r)
	c := p.Class()
	return c == bidi.R || c == bidi.AL
}

// visual gives the atoms of a line in the order in which they are drawn: text
// that runs from right to left is turned round, and Arabic letters take the
// forms that join. The original order is kept for copying and searching.
func (l *layout) visual(atoms []atom) []atom {
	if !slices.ContainsFunc(atoms, func(a atom) bool {
		r, _ := utf8.DecodeRuneInString(a.draw)
		return isRTL(r)
	}) {
		return atoms
	}
	var logical strings.Builder
	var owner []int // atom of each rune of the line
	for i, a := range atoms {
		for range utf8.RuneCountInString(a.draw) {
			owner = append(owner, i)
		}
		logical.WriteString(a.draw)
	}
	var p bidi.Paragraph
	if _, err := p.SetString(logical.String(), bidi.DefaultDirection(bidi.LeftToRight)); err != nil {
		return atoms
	}
	order, err := p.Order()
	if err != nil {
		return atoms
	}
	var out []atom
	for i := range order.NumRuns() {
		r := order.Run(i)
		from, to := r.Pos()
		if from < 0 || to >= len(owner) || from > to {
			return atoms
		}
		run := atoms[owner[from] : owner[to]+1]
		if r.Direction() == bidi.RightToLeft {
			run = l.rightToLeft(run)
		}
		out = append(out, run...)
	}
	if len(out) != len(atoms) {
		return atoms // never at the price of text
	}
	return out
}

// rightToLeft turns a run round. Each atom keeps its own character for
// copying; readers of PDF put a run of such letters in order themselves.
func (l *layout) rightToLeft(run []atom) []atom {
	out := slices.Clone(run)
	l.joinArabic(out)
	for i := range out {
		if m := mirrored(out[i].draw); m != "" {
			if out[i].actual == "" {
				out[i].actual = out[i].draw
			}
			out[i].draw = m
		}
	}
	slices.Reverse(out)
	return out
}

func mirrored(s string) string {
	const pairs = "()[]{}<>«»"
	if i := strings.Index(pairs, s); i >= 0 && s != "" && utf8.RuneCountInString(s) == 1 {
		rs := []rune(pairs)
		k := slices.Index(rs, []rune(s)[0])
		return string(rs[k^1])
	}
	return ""
}

// arabicForms are the four forms of a letter: isolated, final, initial, medial.
type arabicForms [4]rune

// joinArabic gives letters of an Arabic run the forms that join. The
// presentation forms are found by their names.
func (l *layout) joinArabic(run []atom) {
	forms := l.arabic()
	joins := func(i, from int) bool { // whether the letter at i can join on that side
		if i < 0 || i >= len(run) {
			return false
		}
		r, _ := utf8.DecodeRuneInString(run[i].draw)
		f, ok := forms[r]
		return ok && (from == 1 && f[1] != 0 || from == 2 && f[2] != 0)
	}
	chosen := make([]rune, len(run))
	for i := range run {
		r, _ := utf8.DecodeRuneInString(run[i].draw)
		f, ok := forms[r]
		if !ok || utf8.RuneCountInString(run[i].draw) != 1 {
			continue
		}
		before := joins(i-1, 2) && f[1] != 0
		after := joins(i+1, 1) && f[2] != 0
		switch {
		case before && after && f[3] != 0:
			chosen[i] = f[3]
		case before:
			chosen[i] = f[1]
		case after:
			chosen[i] = f[2]
		default:
			chosen[i] = f[0]
		}
	}
	for i, r := range chosen {
		if r == 0 {
			continue
		}
		if w := l.fonts.face(run[i].face).width(r); w >= 0 {
			l.fonts.use(run[i].face, r)
			base, _ := utf8.DecodeRuneInString(run[i].draw)
			old := l.fonts.face(run[i].face).width(base)
			if run[i].actual == "" {
				run[i].actual = run[i].draw
			}
			if old > 0 {
				run[i].width *= w / old
			}
			run[i].draw = string(r)
		}
	}
}

// arabic gives the forms of the Arabic letters, made when they are first needed.
func (l *layout) arabic() map[rune]arabicForms {
	if l.forms != nil {
		return l.forms
	}
	bases := map[string]rune{}
	for r := rune(0x0621); r <= 0x06FF; r++ {
		bases[runenames.Name(r)] = r
	}
	l.forms = map[rune]arabicForms{}
	for _, block := range [][2]rune{{0xFB50, 0xFBFF}, {0xFE80, 0xFEF4}} {
		for r := block[0]; r <= block[1]; r++ {
			name := runenames.Name(r)
			for k, suffix := range []string{" ISOLATED FORM", " FINAL FORM", " INITIAL FORM", " MEDIAL FORM"} {
				base, ok := bases[strings.TrimSuffix(name, suffix)]
				if ok && strings.HasSuffix(name, suffix) {
					f := l.forms[base]
					f[k] = r
					l.forms[base] = f
				}
			}
		}
	}
	return l.forms
}
