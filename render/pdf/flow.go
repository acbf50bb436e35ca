package pdf

// A strip is a piece of a page that is not broken: a line of text, a row of a
// table. Its operations know their x; their y is the strip's top.
type strip struct {
	h    float64
	ops  []op
	keep bool    // stays on one page with the next strip
	gap  bool    // empty: vanishes at the top of a page
	head []strip // repeated on top of the page when a page begins with this strip
}

// placed is a strip on a page.
type placed struct {
	strip strip
	y     float64
}

func gap(h float64) strip { return strip{h: h, gap: true} }

// flow puts strips on pages. Strips that keep together move to the next page
// together, unless they are too high for one page.
func flow(strips []strip, top, bottom float64) [][]placed {
	pages := [][]placed{nil}
	y := top
	put := func(s strip) {
		n := len(pages) - 1
		pages[n] = append(pages[n], placed{s, y})
		y += s.h
	}
	begin := func(s strip) {
		pages = append(pages, nil)
		y = top
		for _, h := range s.head {
			put(h)
		}
	}
	for i := 0; i < len(strips); {
		j, h := group(strips, i)
		empty := len(pages[len(pages)-1]) == 0
		if empty && strips[i].gap {
			i++
			continue
		}
		if y+h > bottom && !empty {
			if strips[i].gap {
				i++ // the break takes its place
				continue
			}
			begin(strips[i])
		}
		for ; i < j; i++ {
			if y+strips[i].h > bottom && len(pages[len(pages)-1]) > len(strips[i].head) {
				begin(strips[i])
			}
			put(strips[i])
		}
	}
	return pages
}

// group gives the end and the height of the strips that keep together from i on.
func group(strips []strip, i int) (int, float64) {
	h := strips[i].h
	for strips[i].keep && i+1 < len(strips) {
		i++
		h += strips[i].h
	}
	return i + 1, h
}

// wrap puts ops behind those of every strip, so that a container is drawn
// around its contents on whatever pages they fall.
func wrap(strips []strip, behind func(h float64) op) []strip {
	out := make([]strip, len(strips))
	for i, s := range strips {
		s.gap = false // the container goes on behind an empty strip
		s.ops = append([]op{behind(s.h)}, s.ops...)
		s.head = wrapHead(s.head, behind)
		out[i] = s
	}
	return out
}

func wrapHead(head []strip, behind func(h float64) op) []strip {
	if head == nil {
		return nil
	}
	return wrap(head, behind)
}

// height gives the height of strips.
func height(strips []strip) float64 {
	h := 0.0
	for _, s := range strips {
		h += s.h
	}
	return h
}

// together makes strips keep together if they are not higher than limit.
func together(strips []strip, limit float64) []strip {
	if height(strips) > limit {
		return strips
	}
	for i := range strips {
		strips[i].keep = i < len(strips)-1
	}
	return strips
}
