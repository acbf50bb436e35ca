package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// A Lister walks a whole period. It emits every record of its kinds that a
// production change of the period may consist of, and an IPE for each dataset.
// What it emitted before an error is kept. Items carry what the list gives;
// Collect fetches the rest of a record. Order does not matter.
//
// Emit is called from one goroutine. List asks its source through the same
// transport as Collect, so that it resumes after an interruption, downloads
// only what changed the next day, and can be replayed from the vault.
type Lister interface {
	List(ctx context.Context, p Period, emit func(Item) error) ([]IPE, error)
}

// IPE, information produced by the entity, says how one dataset was obtained
// and counted, so that its completeness and accuracy can be judged.
type IPE struct {
	Dataset   string    `json:"dataset"` // "merged pull requests of acme/api"
	System    string    `json:"system"`
	Scope     string    `json:"scope"` // repository, project or branch
	URL       string    `json:"url"`
	Principal string    `json:"principal"` // whom the source took us for
	Period    Period    `json:"period"`    // as asked, [from, to)
	Queries   []Query   `json:"queries"`
	Started   time.Time `json:"started"` // UTC: first and last retrieval
	Ended     time.Time `json:"ended"`
	// ClockSkew is the source's clock (Date header) less ours, as far as it could be measured.
	ClockSkew time.Duration `json:"clock_skew_ns"`

	Received   int         `json:"received"`   // rows that came
	Duplicates int         `json:"duplicates"` // of them, rows that came twice
	Exclusions []Exclusion `json:"exclusions,omitempty"`
	Rows       int         `json:"rows"` // received, less duplicates and exclusions
	Totals     Totals      `json:"totals"`
	// Truncations say what may be missing: a cap of the source, a page that
	// did not come, a repository that cannot be seen. Any of them makes the
	// population incomplete.
	Truncations []string `json:"truncations,omitempty"`
	// Notes say what else a reader must know to judge the dataset: what its
	// dates rest on, what the source cannot tell.
	Notes []string `json:"notes,omitempty"`
}

// Query is one query of a dataset, exactly as put to the source.
type Query struct {
	Text     string `json:"text"`
	Pages    int    `json:"pages"`
	Reported int    `json:"reported"` // rows by the source's own count; -1 where it gives none
	Received int    `json:"received"`
}

// Exclusion is one rule by which rows were left out, with all of them.
type Exclusion struct {
	Rule string   `json:"rule"`
	IDs  []string `json:"ids"`
}

// Totals are control totals over the rows.
type Totals struct {
	MinID     string    `json:"min_id,omitempty"`
	MaxID     string    `json:"max_id,omitempty"`
	MinTime   time.Time `json:"min_time,omitzero"`
	MaxTime   time.Time `json:"max_time,omitzero"`
	IDsSHA256 string    `json:"ids_sha256"` // of the sorted IDs, each followed by a line feed
}

// HashIDs gives the SHA-256, in hex, over the sorted IDs, each followed by a
// line feed: what "LC_ALL=C sort | sha256sum" says of them. It does not change
// ids.
func HashIDs(ids []string) string {
	h := sha256.New()
	for _, id := range slices.Sorted(slices.Values(ids)) {
		h.Write([]byte(id))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}
