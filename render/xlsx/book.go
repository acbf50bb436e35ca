package xlsx

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// book is what the sheets of one workbook have in common.
type book struct {
	p       evidence.Package
	file    *excelize.File
	styles  styles
	links   map[string][]link // by sheet
	zone    *time.Location
	folders folders
	survey  *survey
	next    map[evidence.Ref]evidence.Release // what followed a production deployment in its environment
	edges   map[string]string                 // of the period, by change
	lonely  map[string][]string               // kinds of orphans, by change
	said    evidence.Said                     // what people said to results
	answers map[evidence.Response]bool        // responses to exceptions, and whether one was found for them
	numbers map[exceptionKey]int              // of the samples' exceptions
	last    int                               // number of an exception that was given
}

func newBook(p evidence.Package) (*book, error) {
	b := &book{p: p, links: map[string][]link{}, zone: time.UTC, folders: sampleFolders(p), next: followers(p.Population),
		edges: map[string]string{}, lonely: map[string][]string{}, said: evidence.NewSaid(p.Responses), answers: map[evidence.Response]bool{}, numbers: map[exceptionKey]int{}}
	if p.Zone != nil {
		b.zone = p.Zone
	}
	if p.Population != nil {
		for _, e := range p.Population.Edges {
			b.edges[e.ID] = e.Edge
		}
		for _, o := range p.Population.Orphans {
			b.lonely[o.Change] = append(b.lonely[o.Change], o.Kind)
		}
	}
	b.numberSamples()
	var err error
	if b.survey, err = b.take(); err != nil {
		return nil, fmt.Errorf("reading the population: %w", err)
	}
	b.file = excelize.NewFile()
	if b.styles, err = newStyles(b.file); err == nil {
		err = b.begin()
	}
	if err != nil {
		_ = b.file.Close()
		return nil, fmt.Errorf("preparing the workbook: %w", err)
	}
	return b, nil
}

func (b *book) begin() error {
	for i, name := range sheetNames() {
		if i == 0 {
			if err := b.file.SetSheetName("Sheet1", name); err != nil {
				return err
			}
			continue
		}
		if _, err := b.file.NewSheet(name); err != nil {
			return err
		}
	}
	return nil
}

// letters gives the letters of the attributes that were tested, in order.
func (b *book) letters() []string {
	var all []string
	for _, a := range b.p.Attributes {
		all = append(all, a.Letter)
	}
	for letter := range b.survey.letters {
		if !slices.Contains(all, letter) {
			all = append(all, letter)
		}
	}
	slices.Sort(all)
	return all
}

// attribute gives what the legend says of a letter.
func (b *book) attribute(letter string) evidence.Attribute {
	for _, a := range b.p.Attributes {
		if a.Letter == letter {
			return a
		}
	}
	return evidence.Attribute{Letter: letter}
}

// tested reports whether any change was tested.
func (b *book) tested() bool { return len(b.survey.letters) > 0 }

// tells reports whether results of the whole population are to be told, and not
// those of the samples alone.
func (b *book) tells() bool { return b.tested() && !b.p.SampleResultsOnly }

// withheld says which results are left out, with a space before it; "" where
// none are.
func (b *book) withheld() string {
	if !b.p.SampleResultsOnly {
		return ""
	}
	if n := b.survey.changes - len(b.survey.samples); n > 0 {
		return fmt.Sprintf(" Results of %s that %s not sampled are left out at the wish of who made the package.", plural(n, "change"), wasWere(n))
	}
	return " Results of changes that were not sampled are left out at the wish of who made the package."
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// logged is one change with what the rows about it need.
type logged struct {
	facts
	results []evidence.Result
	hidden  bool           // its results are left out
	numbers map[string]int // of its exceptions, by letter of the attribute
	outside bool           // a sample that the population does not hold
}

// rows gives every change of the population, and the samples that are not in
// it, each at its date; without a population the samples alone, in their order.
func (b *book) rows() iter.Seq2[logged, error] {
	return func(yield func(logged, error) bool) {
		var extra []logged
		for i := range b.p.Dossiers {
			d := &b.p.Dossiers[i]
			if !b.survey.samples[d.Change.Sample.Number] {
				extra = append(extra, b.logged(d, b.p.Log != nil))
			}
		}
		if b.p.Log == nil {
			for _, r := range extra {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		slices.SortStableFunc(extra, earlier)
		for d, err := range b.p.Log {
			if err != nil {
				yield(logged{}, err)
				return
			}
			r := b.logged(&d, false)
			for len(extra) > 0 && earlier(extra[0], r) < 0 {
				if !yield(extra[0], nil) {
					return
				}
				extra = extra[1:]
			}
			if !yield(r, nil) {
				return
			}
		}
		for _, r := range extra {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// earlier orders changes by deployment and ID; those without one come last.
func earlier(a, b logged) int {
	x, y := a.c.DeployedAt(), b.c.DeployedAt()
	switch {
	case x.IsZero() != y.IsZero():
		if x.IsZero() {
			return 1
		}
		return -1
	case !x.Equal(y):
		return x.Compare(y)
	}
	return cmp.Compare(a.changeID(), b.changeID())
}

func (b *book) logged(d *evidence.Dossier, outside bool) logged {
	r := logged{facts: facts{c: &d.Change, b: b}, results: d.Results, numbers: map[string]int{}, outside: outside,
		hidden: b.p.SampleResultsOnly && d.Change.Sample.Number == 0}
	for _, res := range d.Results {
		if res.Outcome != evidence.Exception {
			continue
		}
		if n := d.Change.Sample.Number; n > 0 {
			r.numbers[res.Attribute] = b.numbers[exceptionKey{n, res.Attribute}]
			continue
		}
		b.last++
		r.numbers[res.Attribute] = b.last
	}
	return r
}

// exceptionKey names an exception of a sample.
type exceptionKey struct {
	sample int
	letter string
}

// numberSamples numbers the exceptions of the samples, which come before those
// of other changes.
func (b *book) numberSamples() {
	for _, d := range b.p.Dossiers {
		for _, r := range d.Results {
			if r.Outcome == evidence.Exception {
				b.last++
				b.numbers[exceptionKey{d.Change.Sample.Number, r.Attribute}] = b.last
			}
		}
	}
}

// period says a period in words, in the package's zone.
func (b *book) period(p evidence.Period) string {
	if p.From.IsZero() && p.To.IsZero() {
		return noneRecorded
	}
	return "from " + b.clock(p.From) + " up to and without " + b.clock(p.To) + " (" + b.zone.String() + ")"
}

// clock gives a moment in the package's zone; the time of day is left out at midnight.
func (b *book) clock(t time.Time) string {
	in := t.In(b.zone)
	if in.Hour() == 0 && in.Minute() == 0 && in.Second() == 0 && in.Nanosecond() == 0 {
		return in.Format(time.DateOnly)
	}
	return in.Format("2006-01-02 15:04:05")
}

// folders says where each sample's folder is, and the workbook beside them.
type folders struct {
	base string // of the workbook, from the package's folder
	of   map[int]string
}

// sampleFolders reads the folders from the paths of the samples' files.
func sampleFolders(p evidence.Package) folders {
	f := folders{of: map[int]string{}}
	for _, file := range p.Files {
		parts := strings.Split(file.Path, "/")
		if file.Sample == 0 || len(parts) < 3 || f.of[file.Sample] != "" {
			continue
		}
		f.base, f.of[file.Sample] = parts[0], parts[0]+"/"+parts[1]
	}
	return f
}

// folder gives a sample's folder with a link to it, or says that there is none.
func (b *book) folder(sample int) cell {
	where := b.folders.of[sample]
	if where == "" {
		return text(notObtained + ": no file was written for this sample")
	}
	return linked(where[strings.LastIndex(where, "/")+1:], relative(where+"/", b.folders.base))
}
