package capture

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// A kind says what a line of a journal is about.
type kind string

const (
	kindRun       kind = "run"       // first line: a run begins
	kindAnswer    kind = "answer"    // a source said something of a record
	kindFailure   kind = "failure"   // an attempt that did not bring an answer
	kindPrincipal kind = "principal" // a source says whom it takes us for
	kindEnd       kind = "end"       // last line of a run that was not killed
)

// methodFetch stands for a retrieval that is not HTTP.
const methodFetch = "FETCH"

// A record is one line of a journal. A field is only ever added.
type record struct {
	Seq  int64     `json:"seq"`
	Prev string    `json:"prev"` // SHA-256 of the line before, without its newline; "" in the first
	Kind kind      `json:"kind"`
	Time time.Time `json:"time"` // UTC: when the answer was received

	// Of the line that begins a run.
	Format    int    `json:"format,omitempty"`
	Run       string `json:"run,omitempty"`
	Tool      string `json:"tool,omitempty"`
	AfterRun  string `json:"after_run,omitempty"`  // the run before
	AfterLine string `json:"after_line,omitempty"` // SHA-256 of its last whole line

	// What was asked.
	System     string `json:"system,omitempty"`
	Method     string `json:"method,omitempty"`
	URL        string `json:"url,omitempty"` // credentials removed
	Query      string `json:"query,omitempty"`
	QuerySHA   string `json:"query_sha256,omitempty"` // of the request body as sent
	Accept     string `json:"accept,omitempty"`
	APIVersion string `json:"api_version,omitempty"`
	Range      string `json:"range,omitempty"`

	// What was answered.
	FinalURL    string      `json:"final_url,omitempty"` // after redirects, where it differs; signature removed
	Status      int         `json:"status,omitempty"`
	Header      http.Header `json:"header,omitempty"`
	SHA256      string      `json:"sha256,omitempty"` // of the body; "" where there was none to keep
	Size        int64       `json:"size,omitempty"`
	FromCache   bool        `json:"from_cache,omitempty"`   // the source said that the body is unchanged (304)
	RetrievedAt time.Time   `json:"retrieved_at,omitzero"`  // of the body, where FromCache
	RetrievedBy string      `json:"retrieved_by,omitempty"` // principal
	Collector   string      `json:"collector,omitempty"`
	Attempt     int         `json:"attempt,omitempty"`
	Error       string      `json:"error,omitempty"`

	// Of a request that ended without an answer: the reason of the gap that it left.
	Reason evidence.Reason `json:"reason,omitempty"`
}

// A key names a request: two requests with one key ask for the same thing.
type key [16]byte

// key is made of what is recorded alone, so that the vault can be read without
// any index.
func (r *record) key() key {
	h := sha256.New()
	for _, s := range [...]string{r.System, r.Method, r.URL, r.QuerySHA, r.Accept, r.APIVersion, r.Range} {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return key(h.Sum(nil)[:16])
}

// success reports whether the record is what was asked for, not a refusal.
func (r *record) success() bool {
	return r.Kind == kindAnswer && (r.Method == methodFetch || r.Status >= 200 && r.Status < 300)
}

// provenance is the same however often the record is read.
func (r *record) provenance() evidence.Provenance {
	p := evidence.Provenance{
		System: r.System, URL: r.URL, Query: r.Query,
		RetrievedAt: r.Time, RetrievedBy: r.RetrievedBy, Collector: r.Collector,
		Status: r.Status, SHA256: r.SHA256, Size: r.Size,
	}
	if r.FromCache {
		p.RetrievedAt, p.ConfirmedAt = r.RetrievedAt, r.Time
	}
	return p
}

// encode gives the line without its newline.
func (r *record) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encoding a journal line: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// describe names the request in an error.
func (r *record) describe() string {
	if r.Method == methodFetch {
		return r.URL + " of " + r.System
	}
	return cmp.Or(r.Method, http.MethodGet) + " " + r.URL + " of " + r.System
}

func hashOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
