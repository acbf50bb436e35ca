// Package schematest holds a server that poses as GitHub, and the requests
// that are put to it, to what GitHub publishes: its OpenAPI description of
// REST (npm @octokit/openapi) and its GraphQL schema (npm
// @octokit/graphql-schema). It is for tests.
//
// GitHub's audit log is described for its Enterprise Cloud alone (ghec.json of
// the same package); that file is read where it is asked for.
//
// The files, api.github.com.json, ghec.json and schema.graphql, are looked for in
// the folder that TICKMARK_SCHEMAS names, or else in .cache/schemas of the
// module. "make schemas" fetches them.
package schematest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Schemas is GitHub's published descriptions, ready to judge by.
type Schemas struct {
	rest  *rest
	cloud func() (*rest, error) // of GitHub Enterprise Cloud
	graph *graphQL
}

// load reads the descriptions once for all tests of a binary: they are 14 MB.
var load = sync.OnceValues(func() (*Schemas, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	r, err := loadREST(filepath.Join(dir, "api.github.com.json"))
	if err != nil {
		return nil, err
	}
	g, err := loadGraphQL(filepath.Join(dir, "schema.graphql"))
	if err != nil {
		return nil, err
	}
	cloud := sync.OnceValues(func() (*rest, error) { return loadREST(filepath.Join(dir, "ghec.json"), cloudCorrections()...) })
	return &Schemas{r, cloud, g}, nil
})

// folder finds where the descriptions are.
func folder() (string, error) {
	if dir := os.Getenv("TICKMARK_SCHEMAS"); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".cache", "schemas"), nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the working folder: %w", os.ErrNotExist)
		}
	}
}

// Load gives the descriptions, and skips the test where they are not there.
func Load(t testing.TB) *Schemas {
	t.Helper()
	s, err := load()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("GitHub's published descriptions are not here (make schemas fetches them, TICKMARK_SCHEMAS names their folder): ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Validating passes requests on to next and fails the test for each response
// that GitHub's description does not allow, each request for a route or with
// a parameter that it does not have, and each GraphQL query that its schema
// refuses. Where the descriptions are not there it says so in the test's log
// and passes everything on. Do not put it before a server that is told to
// answer wrongly.
func Validating(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	s, err := load()
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("GitHub's published descriptions are not here: responses are not validated: ", err)
		return next
	}
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked []byte
		if r.Body != nil {
			asked, _ = io.ReadAll(r.Body) // what could not be read will not parse
			r.Body = io.NopCloser(bytes.NewReader(asked))
		}
		seen := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		if err := s.Check(r, asked, seen.status, w.Header(), seen.body.Bytes()); err != nil {
			t.Errorf("%s %s: %d: %v", r.Method, r.URL, seen.status, err)
		}
	})
}

// Check judges one exchange.
func (s *Schemas) Check(r *http.Request, asked []byte, status int, header http.Header, body []byte) error {
	path := r.URL.EscapedPath()
	path = strings.TrimPrefix(path, "/api/v3")
	switch {
	case strings.HasPrefix(path, "/_storage/"):
		return nil // not GitHub's API
	case path == "/graphql" || path == "/api/graphql":
		return s.graph.check(asked, status, body)
	}
	if strings.HasPrefix(path, "/orgs/") && strings.HasSuffix(path, "/audit-log") {
		cloud, err := s.cloud()
		if err != nil {
			return fmt.Errorf("the description of GitHub Enterprise Cloud (make schemas fetches it): %w", err)
		}
		return cloud.check(r.Method, path, r.URL.Query(), status, header, body)
	}
	return s.rest.check(r.Method, path, r.URL.Query(), status, header, body)
}

// recorder keeps what is written through it.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}
