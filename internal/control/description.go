package control

import "time"

// pullText gives the description of the pull request as it stood at a cut-off.
// Where it was edited since and the source does not show what it had said, it
// is the text of today, and not sure.
func (x *exam) pullText(cut time.Time) answer {
	out := answer{text: plain(x.pr.Body), sure: true}
	e := x.pr.BodyEdits
	switch {
	case e == nil:
		out.sure = x.pullDated(cut)
		return out
	case !e.Last.After(cut):
		return out
	}
	out.edited, out.sure = e.Last, false
	for _, v := range e.Versions {
		if v.At.After(cut) {
			out.edited = v.At
			break
		}
	}
	if v, ok := e.Version(cut); ok {
		out.text, out.sure = plain(v.Text), true
	}
	return out
}

// unseen reports that a text was edited after the cut-off and that nobody can
// see what it said before.
func (a answer) unseen() bool { return !a.sure && !a.edited.IsZero() }
