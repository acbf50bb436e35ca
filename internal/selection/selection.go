// Package selection draws a sample of changes so that anybody can draw it
// again.
//
// The changes are put in the order of SHA-256(seed, line feed, change's ID),
// and the first n are taken. Nothing else decides: not the order in which they
// came, not the clock, not this program's version. Whoever has the seed and the
// IDs gets the same sample with sha256sum and sort; docs/selection.md shows how.
//
// Changes that must be in the sample for another reason than chance
// (emergencies, high risk, each repository) are added after the n, in the same
// order, and say so: the n stay a random sample of the whole population.
//
// A change that cannot be tested is never dropped. It stays listed as void,
// with the reason, and the next in order takes its place.
package selection

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Method names the way in which the sample was drawn. It changes if the order
// ever does.
const Method = "order by SHA-256(seed LF id), ascending; version 1"

// A Change is one of the population, as far as selecting needs to know it.
type Change struct {
	ID        string // lasting: the seed and this decide its place
	Emergency bool
	HighRisk  bool
	System    string    // its repository or system; "" for none
	Deployed  time.Time // when it reached production; zero where that is not known
}

// Options say how to select.
type Options struct {
	Seed string
	// SeedByAuditor is set where the auditor chose the seed. Where it is not,
	// the result says what that means.
	SeedByAuditor bool
	Rule          Rule

	// The strata: changes that are added where chance alone did not select
	// enough of them.
	Emergencies bool // all, where there are no more than 10; else as many as Rule's table gives for them
	HighRisk    bool // as many as Rule's table gives for them
	EachSystem  bool // at least one of each
	EachMonth   bool // at least one of each month of deployment; months are reported in any case

	Period evidence.Period   // whose months are reported, those without changes too
	Zone   *time.Location    // in which months are counted; required
	Void   map[string]string // why changes cannot be tested, by ID; a reason is required
	Policy string            // by which Change.Emergency and Change.HighRisk were told; it is only written down
}

// Random is the stratum of the n that chance selected.
const Random = "random"

// ranked is a change in its place.
type ranked struct {
	Change
	rank   int
	digest [sha256.Size]byte
}

// Select draws a sample. Equal populations, in any order, and equal options
// give equal samples.
func Select(population []Change, o Options) (evidence.Selection, error) {
	if err := check(population, o); err != nil {
		return evidence.Selection{}, err
	}
	order := rank(population, o.Seed)
	s := evidence.Selection{Method: Method, Seed: o.Seed, SeedByAuditor: o.SeedByAuditor, Options: o.written(), Rule: o.Rule.String(),
		PopulationSHA256: evidence.HashIDs(ids(population)), PopulationSize: len(order), Size: Size(len(order), o.Rule)}
	d := &draw{void: o.Void, taken: map[string]*evidence.SelectedItem{}}
	all := stratum{name: Random, rule: s.Rule, least: s.Size, members: order}
	strata := append([]stratum{all}, o.strata(order)...)
	for _, st := range strata {
		d.take(st)
	}
	for _, r := range order {
		if it := d.taken[r.ID]; it != nil {
			s.Items = append(s.Items, *it)
		}
	}
	for _, st := range strata {
		s.Strata = append(s.Strata, d.describe(st))
	}
	s.Months, s.Undated = months(order, d, o.Period, o.Zone)
	s.Notes = notes(&s, o)
	return s, nil
}

// Digest gives SHA-256(seed LF id), which decides a change's place.
func Digest(seed, id string) [sha256.Size]byte {
	return sha256.Sum256([]byte(seed + "\n" + id))
}

func rank(population []Change, seed string) []ranked {
	order := make([]ranked, len(population))
	for i, c := range population {
		order[i] = ranked{Change: c, digest: Digest(seed, c.ID)}
	}
	slices.SortFunc(order, func(a, b ranked) int {
		return cmp.Or(bytes.Compare(a.digest[:], b.digest[:]), strings.Compare(a.ID, b.ID))
	})
	for i := range order {
		order[i].rank = i + 1
	}
	return order
}

func ids(population []Change) []string {
	all := make([]string, len(population))
	for i, c := range population {
		all[i] = c.ID
	}
	return all
}

// check refuses what could not be drawn again by the published rule.
func check(population []Change, o Options) error {
	if o.Seed == "" {
		return errors.New("selecting needs a seed: a number or a word, best one that the auditor names")
	}
	if !plain(o.Seed) {
		return fmt.Errorf("the seed %q holds a character that cannot be typed; give a number or a word", o.Seed)
	}
	if o.Zone == nil {
		return errors.New("selecting needs the zone in which months are counted")
	}
	if err := o.Rule.check(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(population))
	for _, c := range population {
		switch {
		case c.ID == "" || !plain(c.ID):
			return fmt.Errorf("the population holds a change whose ID is %q; an ID is one line of text", c.ID)
		case seen[c.ID]:
			return fmt.Errorf("the population holds change %s twice; it would have two chances", c.ID)
		}
		seen[c.ID] = true
	}
	var unknown []string
	for id, why := range o.Void {
		if why == "" {
			return fmt.Errorf("change %s is void without a reason; say why it cannot be tested", id)
		}
		if !seen[id] {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("these void changes are not in the population: %s", strings.Join(unknown, ", "))
	}
	return nil
}

// plain reports whether s is one line of UTF-8: a line feed in the seed or the
// ID would let two pairs of them have one digest.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

func digestText(d [sha256.Size]byte) string { return hex.EncodeToString(d[:]) }
