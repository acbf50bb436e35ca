package document

import (
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func concludedPackage(code string) evidence.Package {
	ref := evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#12"}
	d := evidence.Dossier{Change: evidence.Change{Sample: evidence.Sample{Number: 1, Ref: ref}}, Results: []evidence.Result{
		{Attribute: "E", Outcome: evidence.Exception, Code: "NOT_APPROVED", Why: "Nobody approved."},
		{Attribute: "S", Outcome: evidence.NeedsReview, Code: "MONITORED_ONLY", Why: "Nobody signed."},
		{Attribute: "T", Outcome: evidence.Unable, Code: "NOT_ASKED", Why: "Not obtained."}}}
	return evidence.Package{Dossiers: []evidence.Dossier{d}, Population: &evidence.Population{Size: 1}, Responses: []evidence.Response{
		{Change: ref.ID, Attribute: "S", Conclusion: "met", Basis: "read the chat", Code: code, ConcludedBy: "Marta", ConcludedAt: "2026-07-03"}}}
}

func TestConclusionBesideTheOutcome(t *testing.T) {
	for code, want := range map[string]struct {
		has, hasNot []string
	}{
		"MONITORED_ONLY": {[]string{"? needs review", "concluded met by Marta", "read the chat", "1 of these concluded by a person", "Of these 2 results, 1 have a conclusion"}, []string{"when the result was"}},
		"SOMETHING_ELSE": {[]string{"? needs review", "concluded met by Marta, when the result was SOMETHING_ELSE", "is not settled by it", "On none of these 2 results"}, []string{"of these concluded by a person"}},
	} {
		p := concludedPackage(code)
		report, err := Readiness(p)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, d := range append(Sample(p.Dossiers[0], p), Index(p), report) {
			text.WriteString(said(d))
		}
		for _, w := range want.has {
			if !strings.Contains(text.String(), w) {
				t.Errorf("%s: %q is nowhere", code, w)
			}
		}
		for _, w := range want.hasNot {
			if strings.Contains(text.String(), w) {
				t.Errorf("%s: %q is said", code, w)
			}
		}
		if s, err := surveyOf(p); err != nil || s.answered != 0 || s.roll[evidence.KeyException]+s.roll[evidence.OtherException] != 1 {
			t.Errorf("a conclusion changed a count: %+v, %v", s, err)
		}
	}
}
