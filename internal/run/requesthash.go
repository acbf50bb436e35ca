package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// sameness is what makes two requests the same: what was asked for, and of whom.
// Where the lines stood, and what somebody remarked on them, do not.
type sameness struct {
	For          string // package, readiness, population
	Organization string
	Period       evidence.Period
	All          bool
	SampleOnly   bool `json:",omitempty"` // results only of the samples: it holds less, so it takes no other's place
	Selection    *evidence.Selection
	Lines        []askedLine
}

type askedLine struct {
	Label, Text, Repository, Date string
	Also                          []string
}

// requestHash names a request. It is taken before anything is collected, so
// what the sources answer makes no other request of it.
func (r *Run) requestHash(j *job) string {
	period := evidence.Period{From: r.cfg.Period.From.UTC(), To: r.cfg.Period.To.UTC()}
	a := sameness{For: "package", Organization: r.cfg.Organization, Period: period, All: j.wanted.All, SampleOnly: j.wanted.SampleResultsOnly, Selection: j.wanted.Selection}
	if j.request.DryRun {
		a.For = "readiness"
	}
	for _, l := range j.wanted.Lines {
		a.Lines = append(a.Lines, askedLine{l.Label, l.Text, l.Repository, l.Date, l.Also})
	}
	if len(a.Lines) == 0 && !a.All && a.Selection == nil {
		a.For = "population"
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "" // it then takes the place of no other
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
