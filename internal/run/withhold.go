package run

import (
	"slices"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// withhold takes out of the package what tests came to for changes that are no
// samples, and what management says to their exceptions. No document can show
// what it is not given.
func (r *Run) withhold(j *job) {
	if log := j.pkg.Log; log != nil {
		j.pkg.Log = func(yield func(evidence.Dossier, error) bool) {
			for d, err := range log {
				if d.Change.Sample.Number == 0 {
					d.Results = nil
				}
				if !yield(d, err) {
					return
				}
			}
		}
	}
	var sampled []string
	for i := range j.pkg.Dossiers {
		c := &j.pkg.Dossiers[i].Change
		sampled = append(sampled, c.ID(), c.Sample.Ref.ID)
	}
	j.pkg.Responses = slices.DeleteFunc(slices.Clone(j.pkg.Responses), func(a evidence.Response) bool { return !slices.Contains(sampled, a.Change) })
}
