package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Checkup is what one system said of our credentials.
type Checkup struct {
	System    string
	Kind      string
	URL       string
	Token     string // where the credential is kept; never the credential
	Principal evidence.Principal
	Err       error // nil where the system answered and knows us
}

// Doctor asks every system, whatever another answered.
func (r *Run) Doctor(ctx context.Context) []Checkup {
	r.progress.Stage("Checking systems", len(r.sources))
	var all []Checkup
	for i, c := range r.sources {
		s := r.cfg.Systems[i]
		up := Checkup{System: s.Name, Kind: s.Kind, URL: s.Path, Token: s.Token.String()}
		if s.URL != nil {
			up.URL = s.URL.String()
		}
		if up.Err = r.missing[s.Name]; up.Err == nil {
			up.Principal, up.Err = c.(evidence.Preflighter).Preflight(ctx)
		}
		up.Err = plainly(up.Err)
		if up.Err == nil {
			r.session.Authenticated(s.Name, up.Principal.Name)
		}
		up.Principal.System = s.Name
		all = append(all, up)
		r.progress.Step(s.Name)
	}
	return all
}

// preflight proves every system's login before anything is collected. One
// that does not answer ends the run: evidence that lacks a whole system is not
// what was asked for, and the cause is usually quickly mended. What fails
// later is a gap.
func (r *Run) preflight(ctx context.Context) error {
	var failed []error
	r.principals = nil
	for _, up := range r.Doctor(ctx) {
		if up.Err != nil {
			failed = append(failed, fmt.Errorf("%s (%s): %w%s", up.System, up.URL, up.Err, refused(up)))
			continue
		}
		r.principals = append(r.principals, up.Principal)
	}
	if err := errors.Join(ctx.Err(), r.session.Err()); err != nil {
		return err
	}
	if len(failed) == 0 {
		return nil
	}
	hint := "`tickmark doctor` checks every system; nothing is collected until each of them answers"
	if r.offline {
		hint = "the vault does not hold what this needs; run once without --offline"
	}
	return &HintError{errors.Join(failed...), hint}
}

// refused says where a token came from that a system did not take.
func refused(up Checkup) string {
	var gap *evidence.GapError
	if !errors.As(up.Err, &gap) || gap.Reason != evidence.Denied || up.Token == (config.TokenSource{}).String() {
		return ""
	}
	return fmt.Sprintf(" (the token came from the %s: is it the right one, and still valid?)", strings.TrimPrefix(up.Token, "the "))
}

// stated is an error in the plain sentence that its collector has for a
// person. The cause can be asked for, and does not print.
type stated struct {
	text string
	err  error
}

func (s *stated) Error() string { return s.text }
func (s *stated) Unwrap() error { return s.err }

// plainly leaves of an error what a person needs: the details of its gaps,
// each once, or what the source had to say.
func plainly(err error) error {
	if err == nil {
		return nil
	}
	var details []string
	for _, g := range evidence.Gaps(evidence.Ref{}, "", err, time.Time{}) {
		if !slices.Contains(details, g.Detail) {
			details = append(details, g.Detail)
		}
	}
	if _, ok := errors.AsType[*evidence.GapError](err); !ok {
		if source, ok := errors.AsType[*capture.SourceError](err); ok {
			details = []string{source.Detail}
		}
	}
	return &stated{strings.Join(details, "; "), err}
}
