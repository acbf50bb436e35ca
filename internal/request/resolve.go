package request

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Scope is what the configuration knows: where references can lead.
type Scope struct {
	Forges   []Forge
	Trackers []Tracker
}

// Forge is a system that keeps code.
type Forge struct {
	System       string
	WebURL       string   // "" for a local repository
	Repositories []string // "owner/name", or a local repository's name
	IsGit        bool     // a git repository alone: it has neither issues nor deployments
}

// Tracker is a system that keeps tickets.
type Tracker struct {
	System   string
	WebURL   string
	Projects []string // keys: "PAY"
}

// Form is what a line's reference looks like.
type Form string

// The forms.
const (
	FormPullRequest Form = "pull request"
	FormCommit      Form = "commit"
	FormNumber      Form = "pull request or commit" // digits alone, long enough for an abbreviated commit
	FormTicket      Form = "ticket"
	FormDeployment  Form = "deployment"
	FormDateOnly    Form = "date" // which changes are meant, only the population tells
)

// Resolution is what a line may mean. Whether the candidates exist, nobody has
// looked yet; a commit's ID may be abbreviated.
type Resolution struct {
	Form       Form
	Candidates []evidence.Ref // in the order of the configuration
	// Date is the day of a FormDateOnly at midnight UTC, with year 0 where the
	// line gives none; for other forms the day that stands beside the reference,
	// zero where there is none or it cannot be read.
	Date  time.Time
	Tried []string // how the reference was read and where it was looked for
}

// Error is a line that names nothing. Reason is Ambiguous where it has several
// meanings, NotConfigured where no system is configured for it, else NotFound.
type Error struct {
	Reason evidence.Reason
	Text   string // one sentence
}

func (e *Error) Error() string { return e.Text }

// Resolver reads references in one scope. It is safe for use by several goroutines.
type Resolver struct{ scope Scope }

// NewResolver makes a resolver.
func NewResolver(s Scope) *Resolver { return &Resolver{s} }

// Resolve gives the records that a line may mean. It returns an *Error where
// that is none, with what was tried in the resolution. Where a line holds
// several references, the first counts; the others are in Line.Also.
func (r *Resolver) Resolve(l Line) (Resolution, error) {
	beside, hasDate, dateErr := cellDate(clean(l.Date, 100))
	text := trim(clean(l.Text, textMost))
	if text == "" {
		switch {
		case l.Uncalculated != "":
			return Resolution{}, &Error{evidence.NotFound, fmt.Sprintf("%s holds a formula, and the file does not hold its value; open the list in Excel and save it", l.Uncalculated)}
		case dateErr != nil:
			return Resolution{Form: FormDateOnly}, dateErr
		case hasDate:
			return dateOnly(beside), nil
		case l.Date != "":
			return Resolution{}, &Error{evidence.NotFound, fmt.Sprintf("%q is not a date; write it as 2025-10-15", clean(l.Date, 100))}
		}
		return Resolution{}, &Error{evidence.NotFound, "the line names no change and no date"}
	}
	res, err := r.read(text, column(l, 0), clean(l.Repository, 200))
	if err == nil && res.Form != FormDateOnly && hasDate && dateErr == nil {
		res.Date = beside
	}
	return res, err
}

// Others reads the further references of a line, each by itself.
func (r *Resolver) Others(l Line) []Resolution {
	var all []Resolution
	for i, also := range l.Also {
		res, err := r.read(trim(clean(also, textMost)), column(l, i+1), clean(l.Repository, 200))
		if err != nil {
			res.Tried = append(res.Tried, err.Error())
		}
		all = append(all, res)
	}
	return all
}

func column(l Line, i int) Column {
	if i < len(l.Columns) {
		return l.Columns[i]
	}
	return ColumnChange
}

func dateOnly(day time.Time) Resolution {
	said := day.Format("2006-01-02")
	if day.Year() == 0 {
		said = day.Format("January 2") + " of a year that is not given"
	}
	return Resolution{Form: FormDateOnly, Date: day,
		Tried: []string{"read as a date alone: which change went to production on " + said + ", only the population of changes can tell"}}
}

// read tries the whole text, then the one reference within it.
func (r *Resolver) read(text string, c Column, repository string) (Resolution, error) {
	res, err := r.whole(text, c, repository)
	if !errors.Is(err, errNoForm) {
		return res, err
	}
	if day, ok, err := parseDate(text); ok {
		if err != nil {
			return Resolution{Form: FormDateOnly}, err
		}
		return dateOnly(day), nil
	}
	// "PAY-123: fix the login" and "#12, #13".
	inside := r.inside(text)
	switch len(inside) {
	case 0:
		return Resolution{}, &Error{evidence.NotFound,
			fmt.Sprintf("%q is not a reference that is understood; write a pull request (#1234, acme/api#1234), a ticket (PAY-123), a commit, a deployment, or its web address", clean(text, 100))}
	case 1:
		res, err := r.whole(inside[0], c, repository)
		res.Tried = append([]string{fmt.Sprintf("took %s out of %q", inside[0], clean(text, 100))}, res.Tried...)
		if errors.Is(err, errNoForm) {
			err = &Error{evidence.NotFound, fmt.Sprintf("%q is not a reference that is understood", inside[0])}
		}
		return res, err
	}
	return Resolution{}, &Error{evidence.Ambiguous, fmt.Sprintf("the line names several references (%s); give each a line of its own", strings.Join(inside, ", "))}
}

// inside gives the references that stand within a longer text, each once.
func (r *Resolver) inside(text string) []string {
	var found []string
	for text != "" && len(found) < 20 {
		m := within.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		word := trim(text[m[2]:m[3]])
		text = text[m[3]:]
		if key := ticketKey.FindStringSubmatch(word); key != nil && len(r.trackersOf(strings.ToUpper(key[1]))) == 0 {
			continue // UTF-8, SHA-256, CVE-2024
		}
		if word != "" && !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return found
}

// errNoForm is a text that has the form of no reference.
var errNoForm = errors.New("no reference")

// whole reads a text that is one reference from its first to its last letter.
func (r *Resolver) whole(text string, c Column, repository string) (Resolution, error) {
	for _, form := range []func(string, Column, string) (Resolution, error){
		r.address, r.salesforce, r.deployment, r.ticket, r.commit, r.numbered, r.digits,
	} {
		if res, err := form(text, c, repository); !errors.Is(err, errNoForm) {
			return res, err
		}
	}
	return Resolution{}, errNoForm
}
