package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/control"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/redact"
	"github.com/tickmark-dev/tickmark/internal/response"
)

// ResponseStatuses lists what a response to an exception can stand at.
func ResponseStatuses() []string { return response.Statuses() }

// Responses gives what people have said to results, by change and attribute.
func Responses(c *config.Config) ([]evidence.Response, error) { return response.Load(c.Responses) }

// Answered is one result, and what people have said to it so far.
type Answered struct {
	Change    string             `json:"change"` // as the population calls it
	Title     string             `json:"title"`
	Attribute string             `json:"attribute"`
	Name      string             `json:"name"` // of the attribute
	Key       bool               `json:"key"`
	Outcome   string             `json:"outcome"` // met, exception, n/a, review, unable
	Code      string             `json:"code"`
	Why       string             `json:"why"`
	Response  *evidence.Response `json:"response,omitempty"`

	result evidence.Result
}

// Awaits reports whether the result still waits for somebody: an exception for
// management's answer, a result that the test left open for a conclusion.
func (a Answered) Awaits() bool {
	switch {
	case a.result.Outcome == evidence.Exception:
		return a.Response == nil || !a.Response.Answers()
	case a.result.Open():
		return a.Response == nil || !a.Response.Settles(a.result)
	}
	return false
}

// Unsettled says why what somebody concluded does not settle the result; "" where
// it does, or nobody has.
func (a Answered) Unsettled() string {
	if a.Response == nil || a.Response.Conclusion == "" {
		return ""
	}
	return a.Response.Unsettled(a.result)
}

// Respond writes down what is said to one result, and gives the file and the
// result. The change may be named as in a request; it is tested again from what
// was collected, since only an exception can be answered, and only a result
// that the test left open concluded on. What r leaves empty stays as it was.
func (r *Run) Respond(ctx context.Context, said evidence.Response) (file string, to Answered, err error) {
	all, err := r.ResultsOf(ctx, said.Change)
	if err != nil {
		return "", Answered{}, err
	}
	i := slices.IndexFunc(all, func(a Answered) bool { return a.Attribute == said.Attribute })
	if i < 0 {
		return "", Answered{}, fmt.Errorf("%q is no attribute; write its letter, A to Z", said.Attribute)
	}
	to = all[i]
	if err := admissible(to, said); err != nil {
		return "", to, err
	}
	said.Change = to.Change
	if said.Conclusion != "" {
		said.Code, said.Why = to.Code, to.Why
	}
	return r.cfg.Responses, to, response.Save(r.cfg.Responses, said)
}

// admissible refuses what does not fit the outcome.
func admissible(to Answered, said evidence.Response) error {
	about := fmt.Sprintf("attribute %s of %s", to.Attribute, to.Change)
	concluded := said.Conclusion
	if concluded == "" && to.Response != nil && to.result.Open() {
		concluded = to.Response.Conclusion
	}
	switch {
	case to.result.Outcome == evidence.Exception && said.Conclusion != "":
		return &HintError{fmt.Errorf("%s is an exception, so there is nothing to conclude: %s", about, to.Why), "say what management does about it: --cause, --response, --owner, --due"}
	case to.result.Outcome == evidence.Exception:
		return nil
	case !to.result.Open():
		return &HintError{fmt.Errorf("%s is %s, so there is nothing to respond to: %s", about, to.result.Outcome, to.Why), "`tickmark respond --list` shows what awaits a response"}
	case concluded == "":
		return &HintError{fmt.Errorf("%s is no exception: %s%s", about, waits(to.result), to.Why),
			`write down what a person concluded, with --conclusion "met" (or "exception", "not applicable") and --basis "what they looked at"`}
	case said.Answers() && concluded != string(evidence.Exception):
		return &HintError{fmt.Errorf("%s was concluded to be %s, so there is no exception to respond to", about, concluded), "leave --cause, --response and the like out"}
	case said.Conclusion != "" && said.Conclusion != string(evidence.Exception) && to.Response != nil && to.Response.Answers():
		return &HintError{fmt.Errorf("%s holds a response to an exception, and would be concluded to be %s", about, said.Conclusion), "take the response out of responses.yaml first"}
	}
	return nil
}

// waits says what a result needs, where its sentence does not say so itself.
func waits(res evidence.Result) string {
	if res.Outcome == evidence.NeedsReview {
		return "it needs review. "
	}
	return ""
}

// ResultsOf tests one change again, as an offline package of it would, and
// gives all its results with what was said to them.
func (r *Run) ResultsOf(ctx context.Context, change string) ([]Answered, error) {
	said, err := response.Load(r.cfg.Responses)
	if err != nil {
		return nil, err
	}
	l, err := r.population(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.preflight(ctx); err != nil {
		return nil, err
	}
	sample, err := r.known(ctx, l, change)
	if err != nil {
		return nil, err
	}
	j := &job{ledger: l, samples: []evidence.Sample{sample}}
	if err := errors.Join(r.gather(ctx, j), r.evaluate(ctx, j)); err != nil {
		return nil, err
	}
	if len(j.pkg.Dossiers[0].Change.Items) == 0 {
		return nil, &HintError{fmt.Errorf("nothing of %s was collected, so it cannot be tested", sample.Ref.ID), fmt.Sprintf("run `tickmark package %q` first", sample.Ref.ID)}
	}
	return r.answered(j.pkg.Dossiers[0], evidence.NewSaid(said)), nil
}

// Results tests every change again from what was collected: of the population,
// or without one those of the last request. It gives each result that is an
// exception, or that the test left open, with what was said to it, in order of
// deployment.
func (r *Run) Results(ctx context.Context) ([]Answered, error) {
	said, err := response.Load(r.cfg.Responses)
	if err != nil {
		return nil, err
	}
	j := &job{request: Request{DryRun: true}}
	if j.ledger, err = r.population(ctx); err != nil {
		return nil, err
	}
	if j.wanted.All = j.ledger != nil; !j.wanted.All {
		if err := r.recall(ctx, j); err != nil {
			return nil, &HintError{errors.New("nothing was collected yet, so no result is known"), "run `tickmark population` first, or `tickmark package`"}
		}
	}
	for _, stage := range []func(context.Context, *job) error{r.prove, r.find, r.gather, r.evaluate} {
		if err := stage(ctx, j); err != nil {
			return nil, err
		}
	}
	var all []Answered
	index := evidence.NewSaid(said)
	for _, d := range j.pkg.Dossiers {
		for _, a := range r.answered(d, index) {
			if a.result.Open() || a.result.Outcome == evidence.Exception {
				all = append(all, a)
			}
		}
	}
	return all, nil
}

// answered gives the results of a change with what was said to them, redacted.
func (r *Run) answered(d evidence.Dossier, said evidence.Said) []Answered {
	c := redact.Clone(d.Change)
	r.redactor.Change(&c)
	r.redactor.Value("results", &d.Results)
	legend := map[string]evidence.Attribute{}
	for _, a := range control.Legend(r.tests.Policy) {
		legend[a.Letter] = a
	}
	var all []Answered
	for _, res := range d.Results {
		a := Answered{Change: c.ID(), Title: titleOf(&c), Attribute: res.Attribute, Name: legend[res.Attribute].Title, Key: legend[res.Attribute].Key,
			Outcome: outcomeWord(res.Outcome), Code: res.Code, Why: res.Why, result: res}
		if answer, ok := said.To(&c, res); ok {
			a.Response = &answer
		}
		all = append(all, a)
	}
	return all
}

// open counts the results of the samples that the test left to a person, and
// those of them on which somebody has concluded.
func (j *job) open() (open, settled int) {
	index := evidence.NewSaid(j.pkg.Responses)
	for i := range j.pkg.Dossiers {
		d := &j.pkg.Dossiers[i]
		for _, res := range d.Results {
			if !res.Open() {
				continue
			}
			open++
			if said, ok := index.To(&d.Change, res); ok && said.Settles(res) {
				settled++
			}
		}
	}
	return open, settled
}

// titleOf gives what people call a change.
func titleOf(c *evidence.Change) string {
	if it, ok := c.Subject(); ok {
		return it.PullRequest.Title
	}
	switch it, _ := c.Find(c.Sample.Ref); {
	case it.Ticket != nil:
		return it.Ticket.Title
	case it.Commit != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(it.Commit.Message), "\n")
		return first
	}
	return ""
}

// entriesOf gives the changes of the ledger that a filter describes and that
// fit.
func entriesOf(ctx context.Context, l *ledger.Ledger, f ledger.Filter, fits func(evidence.Entry) bool) ([]evidence.Entry, error) {
	var found []evidence.Entry
	for e, err := range l.Changes(ctx, f) {
		if err != nil {
			return nil, err
		}
		if fits == nil || fits(e) {
			found = append(found, e)
		}
	}
	return found, nil
}
