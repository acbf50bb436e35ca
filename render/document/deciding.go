package document

import (
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The marks of the two moments that attributes are judged as of.
const (
	markMerge      = "T_merge"
	markDeployment = "T_dep"
)

// marksLegend says what stands beside the events of a timeline.
const marksLegend = "A letter beside an event: the test of that attribute names the record and the time. T_merge and T_dep: the merge and the first production deployment, as of which attributes are judged."

// cited is a moment that the test of an attribute names.
type cited struct {
	mark string
	at   time.Time
	day  bool // the day alone is known
	from []evidence.Ref
	name string // of the fact
	by   string // whom the test names for it
	own  bool   // an event that is worth telling where no record's history shows it
}

// citations gives the moments that the tests of the change name. Times in
// texts of strangers are none: what tests write themselves alone is read.
func (v *view) citations() []cited {
	var all []cited
	for _, r := range v.d.Results {
		for _, f := range r.Read {
			c := cited{mark: r.Attribute, from: r.Basis, name: f.Name}
			times := f.Times
			switch f.Name {
			case "merged":
				c.mark = markMerge
			case "deployed":
				c.mark = markDeployment
			case "approvals", "closed", "succeeded", "went live":
			default:
				c.own = true
			}
			if len(times) == 0 && !c.own {
				var at time.Time
				if at, c.day = stated(f.Value); !at.IsZero() {
					times = []time.Time{at}
				}
			}
			for _, o := range r.Read {
				if o.Name == f.Name+" by" {
					c.by = o.Value
				}
			}
			for _, c.at = range times {
				all = append(all, c)
			}
		}
	}
	return all
}

// stated reads a time, or a day alone, as tests write it.
func stated(s string) (at time.Time, day bool) {
	if at, err := time.Parse("2006-01-02 15:04:05 UTC", s); err == nil {
		return at, false
	}
	if d, ok := strings.CutSuffix(s, " (the day alone)"); ok {
		at, _ = time.Parse(time.DateOnly, d)
	}
	return at, true
}

// is reports whether a moment of a record is the one that is cited. Tests
// write seconds.
func (c cited) is(m Moment, of evidence.Ref) bool {
	if !slices.Contains(c.from, of) {
		return false
	}
	if c.day {
		return m.At.UTC().Truncate(24 * time.Hour).Equal(c.at)
	}
	return m.At.UTC().Truncate(time.Second).Equal(c.at.UTC().Truncate(time.Second))
}

// decide marks each event with what it decided, and adds the events that a test
// names and no record's history shows. refs names the records of the moments.
// An event is marked where a test names its record and its time, never by a
// guess.
func (v *view) decide(moments []Moment, refs []evidence.Ref) []Moment {
	drawn := len(moments)
	for _, c := range v.citations() {
		var found []int
		major := false
		for i := range drawn {
			if c.is(moments[i], refs[i]) {
				found = append(found, i)
			}
		}
		if brought := only(found, func(i int) bool { return refs[i].Kind == evidence.KindDeployment }); c.mark == markDeployment && len(brought) > 0 {
			found = brought // tickets may say the same of the same moment
		}
		for _, i := range found {
			major = major || moments[i].Major
		}
		for _, i := range found {
			// Of one record's events of one second, those that the change is told by.
			if moments[i].Major == major {
				moments[i].mark(c.mark)
			}
		}
		if len(found) == 0 && c.own {
			moments = v.event(moments, drawn, c)
		}
	}
	for i := range moments {
		slices.SortFunc(moments[i].Marks, byMark)
	}
	return moments
}

// event adds the moment of an event that only the tests tell of, or marks it
// where another test told of it.
func (v *view) event(moments []Moment, drawn int, c cited) []Moment {
	what := upperFirst(c.name)
	for _, a := range v.p.Attributes {
		if a.Letter == c.mark && a.Title != "" {
			what = a.Title + ": " + c.name
		}
	}
	for i := drawn; i < len(moments); i++ {
		if m := &moments[i]; m.At.Equal(c.at) && plain(m.What) == what {
			m.mark(c.mark)
			return moments
		}
	}
	return append(moments, Moment{At: c.at, When: v.clock.UTC(c.at), Local: v.clock.Local(c.at), What: text(what), Who: clip(c.by, 200), Marks: []string{c.mark}})
}

func only(all []int, is func(int) bool) (some []int) {
	for _, i := range all {
		if is(i) {
			some = append(some, i)
		}
	}
	return some
}

func (m *Moment) mark(s string) {
	if !slices.Contains(m.Marks, s) {
		m.Marks = append(m.Marks, s)
	}
}

// byMark puts the moments that attributes are judged as of before letters.
func byMark(a, b string) int {
	if (len(a) > 1) != (len(b) > 1) {
		if len(a) > 1 {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}
