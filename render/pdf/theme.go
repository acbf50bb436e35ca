package pdf

import "github.com/tickmark-dev/tickmark/render/document"

// Sizes in points. A4 upright.
const (
	pageW, pageH  = 595.28, 841.89
	marginX       = 50.0
	contentW      = pageW - 2*marginX
	contentTop    = 62.0
	contentBottom = pageH - 76.0

	bodySize  = 8.8
	smallSize = 7.4
	codeSize  = 7.4
	logSize   = 6.9
	leading   = 1.42
)

type colour struct{ r, g, b int }

var (
	ink       = colour{31, 38, 46}
	grey      = colour{98, 108, 120}
	rule      = colour{216, 222, 228}
	faint     = colour{246, 248, 250}
	band      = colour{238, 242, 245}
	white     = colour{255, 255, 255}
	accent    = colour{11, 88, 118}
	accentBg  = colour{230, 241, 246}
	green     = colour{26, 115, 52}
	greenBg   = colour{230, 245, 234}
	red       = colour{184, 32, 40}
	redBg     = colour{252, 235, 235}
	amber     = colour{138, 91, 0}
	amberBg   = colour{253, 245, 224}
	orange    = colour{163, 70, 0}
	orangeBg  = colour{254, 240, 228}
	purple    = colour{112, 64, 190}
	purpleBg  = colour{242, 236, 252}
	chartInks = [6]colour{{11, 88, 118}, {178, 94, 12}, {78, 121, 56}, {142, 68, 120}, {90, 90, 98}, {52, 120, 168}}
)

// toneInk is the colour of text in a tone, and toneBg that of what lies behind it.
func toneInk(t document.Tone) colour {
	switch t {
	case document.Good:
		return green
	case document.Bad:
		return red
	case document.Attention:
		return amber
	case document.Info:
		return accent
	case document.GapTone:
		return orange
	case document.Muted:
		return grey
	case document.Merged:
		return purple
	}
	return ink
}

func toneBg(t document.Tone) colour {
	switch t {
	case document.Good:
		return greenBg
	case document.Bad:
		return redBg
	case document.Attention:
		return amberBg
	case document.Info:
		return accentBg
	case document.GapTone:
		return orangeBg
	case document.Merged:
		return purpleBg
	}
	return band
}

// toneSign is the sign that says a tone without colour.
func toneSign(t document.Tone) string {
	switch t {
	case document.Good:
		return "✓"
	case document.Bad:
		return "✗"
	case document.Attention:
		return "!"
	case document.GapTone:
		return "∅"
	case document.Info:
		return "i"
	}
	return ""
}
