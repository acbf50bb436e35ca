package evidence

// Said finds what people said to results. Whoever shows or counts it asks here,
// so that all say the same.
type Said struct {
	by map[said]Response
}

type said struct{ change, attribute string }

// NewSaid orders responses by change and attribute; of two to one result the
// first counts.
func NewSaid(responses []Response) Said {
	s := Said{map[said]Response{}}
	for _, r := range responses {
		if _, ok := s.by[said{r.Change, r.Attribute}]; !ok {
			s.by[said{r.Change, r.Attribute}] = r
		}
	}
	return s
}

// To gives what was said to a result of a change. A response names the change as
// the population does, or by the record that it was sampled as; it never speaks
// of a change by another record of it, which may be a change of its own. Where
// it was said under both names, what fits the result comes first: an answer to
// an exception, a conclusion on an open result, best one that settles it.
func (s Said) To(c *Change, res Result) (Response, bool) {
	var best Response
	fits := 0
	for _, name := range []string{c.ID(), c.Sample.Ref.ID} {
		r, ok := s.by[said{name, res.Attribute}]
		if n := r.fits(res); ok && n > fits {
			best, fits = r, n
		}
	}
	return best, fits > 0
}

// fits says how well a response fits a result: more is better.
func (r Response) fits(res Result) int {
	switch {
	case r.Settles(res):
		return 3
	case res.Outcome == Exception && r.Answers(), res.Open() && r.Conclusion != "":
		return 2
	}
	return 1
}
