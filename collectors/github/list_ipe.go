package github

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// dataset counts one dataset while it is obtained.
type dataset struct {
	ipe       evidence.IPE
	rows      map[string]time.Time // by ID: the time that the control totals speak of
	excluded  map[string]map[string]bool
	many      map[string][]string // of what, by the sentence to be said of it
	truncated []string
	measured  bool // the clock skew
}

func (l *listing) dataset(title string) *dataset {
	return &dataset{
		ipe: evidence.IPE{
			Dataset: title, System: l.c.cfg.Name, Scope: l.repository, Period: l.period,
			URL: l.c.graphqlAddress(), Principal: l.c.session.Principal(l.c.cfg.Name),
		},
		rows: map[string]time.Time{}, excluded: map[string]map[string]bool{}, many: map[string][]string{},
	}
}

// graphqlAddress gives where GraphQL queries go.
func (c *Collector) graphqlAddress() string {
	u, err := c.cfg.BaseURL.Parse(c.graphqlURL)
	if err != nil {
		return c.cfg.BaseURL.String()
	}
	u.User = nil
	return u.String()
}

// query counts the answers to one query; the pointer is good until the next call.
func (d *dataset) query(text string) *evidence.Query {
	i := slices.IndexFunc(d.ipe.Queries, func(q evidence.Query) bool { return q.Text == text })
	if i < 0 {
		i = len(d.ipe.Queries)
		d.ipe.Queries = append(d.ipe.Queries, evidence.Query{Text: text, Reported: -1})
	}
	return &d.ipe.Queries[i]
}

// text is a query as an account of it shows it, with its variables.
func (l *listing) text(query, variables string) string {
	if strings.Contains(query, "$owner") {
		variables = fmt.Sprintf("owner: %s, name: %s, %s", l.owner, l.name, variables)
	}
	return query + "\n# variables: " + variables
}

// page notes an answer to a query with that many entries.
func (d *dataset) page(text string, received int) {
	q := d.query(text)
	q.Pages++
	q.Received += received
}

// heard notes when answers came. A clock is compared by the answer that shows
// it the furthest ahead: the Date header names whole seconds, rounded down, and
// the answer was on its way.
func (d *dataset) heard(provenance []evidence.Provenance, header http.Header) {
	for _, p := range provenance {
		if d.ipe.Started.IsZero() || p.RetrievedAt.Before(d.ipe.Started) {
			d.ipe.Started = p.RetrievedAt
		}
		if last := latest(p.RetrievedAt, p.ConfirmedAt); last.After(d.ipe.Ended) {
			d.ipe.Ended = last
		}
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || len(provenance) == 0 {
		return
	}
	skew := date.Sub(provenance[len(provenance)-1].RetrievedAt)
	if !d.measured || skew > d.ipe.ClockSkew {
		d.ipe.ClockSkew, d.measured = skew, true
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// row counts a row that came, and reports whether it is the first of its ID.
func (d *dataset) row(id string, at time.Time) bool {
	d.ipe.Received++
	if _, known := d.rows[id]; known || d.isExcluded(id) {
		d.ipe.Duplicates++
		return false
	}
	d.rows[id] = at
	return true
}

// exclude takes a row out by a rule.
func (d *dataset) exclude(rule, id string) {
	delete(d.rows, id)
	if d.excluded[rule] == nil {
		d.excluded[rule] = map[string]bool{}
	}
	d.excluded[rule][id] = true
}

func (d *dataset) isExcluded(id string) bool {
	for _, ids := range d.excluded {
		if ids[id] {
			return true
		}
	}
	return false
}

// cut says what may be missing.
func (d *dataset) cut(format string, a ...any) {
	text := fmt.Sprintf(format, a...)
	if !slices.Contains(d.truncated, text) {
		d.truncated = append(d.truncated, text)
	}
}

// note says what a reader must know of the dataset.
func (d *dataset) note(format string, a ...any) {
	if text := fmt.Sprintf(format, a...); !slices.Contains(d.ipe.Notes, text) {
		d.ipe.Notes = append(d.ipe.Notes, text)
	}
}

// leftOut notes that GitHub answered about what in part only, and why.
func (d *dataset) leftOut(what, why string) {
	d.gather("GitHub answered in part only about %s: "+quoted(why), what)
}

// absent notes that what did not come, and why.
func (d *dataset) absent(what, why string) { d.gather("%s did not come: "+quoted(why), what) }

// gather makes one sentence of what is to be said of many.
func (d *dataset) gather(sentence, what string) {
	if !slices.Contains(d.many[sentence], what) {
		d.many[sentence] = append(d.many[sentence], what)
	}
}

func quoted(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// finish gives the account of the dataset.
func (d *dataset) finish() evidence.IPE {
	out := d.ipe
	out.Rows = len(d.rows)
	ids := make([]string, 0, len(d.rows))
	for id, at := range d.rows {
		ids = append(ids, id)
		if at.IsZero() {
			continue
		}
		if out.Totals.MinTime.IsZero() || at.Before(out.Totals.MinTime) {
			out.Totals.MinTime = at
		}
		out.Totals.MaxTime = latest(out.Totals.MaxTime, at)
	}
	slices.Sort(ids)
	sum := sha256.New()
	for _, id := range ids {
		_, _ = io.WriteString(sum, id+"\n") // a hash takes everything
	}
	out.Totals.IDsSHA256 = hex.EncodeToString(sum.Sum(nil))
	if len(ids) > 0 {
		// All begin with the repository, so numbers are compared as numbers.
		out.Totals.MinID, out.Totals.MaxID = slices.MinFunc(ids, byNumber), slices.MaxFunc(ids, byNumber)
	}
	for rule, set := range d.excluded {
		e := evidence.Exclusion{Rule: rule}
		for id := range set {
			e.IDs = append(e.IDs, id)
		}
		slices.SortFunc(e.IDs, byNumber)
		out.Exclusions = append(out.Exclusions, e)
	}
	slices.SortFunc(out.Exclusions, func(a, b evidence.Exclusion) int { return cmp.Compare(a.Rule, b.Rule) })
	out.Truncations = slices.Concat(out.Truncations, d.truncated, d.gathered())
	return out
}

// gathered gives the sentences about many.
func (d *dataset) gathered() []string {
	const named = 20
	var out []string
	for sentence, what := range d.many {
		list := strings.Join(what[:min(len(what), named)], ", ")
		if more := len(what) - named; more > 0 {
			list += fmt.Sprintf(" and %d more", more)
		}
		out = append(out, fmt.Sprintf(sentence, list))
	}
	slices.Sort(out)
	return out
}

// byNumber orders IDs that differ in the number at their end.
func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
