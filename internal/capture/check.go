package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A CheckReport says what Check read and what is wrong with it.
type CheckReport struct {
	Runs    int   `json:"runs"`
	Records int   `json:"records"` // answers and failures
	Objects int   `json:"objects"`
	Bytes   int64 `json:"bytes"`   // of all bodies, uncompressed
	Unnamed int   `json:"unnamed"` // bodies that no journal names: a run was killed after writing one; harmless
	// Interrupted counts runs that did not come to their end: killed, or under
	// way just now. What they recorded is whole.
	Interrupted int      `json:"interrupted"`
	Problems    []string `json:"problems,omitempty"` // one sentence each, sorted
}

// Check reads every journal and every body of the vault in dir again, and
// reports each that is not as it was recorded: changed, missing, cut off, or
// put there by something else. It changes nothing. Its error says that it
// could not look.
func Check(ctx context.Context, dir string) (CheckReport, error) {
	v, err := openVault(dir, true)
	if err != nil {
		return CheckReport{}, err
	}
	defer func() { _ = v.close() }()
	runs, err := v.runs()
	if err != nil {
		return CheckReport{}, err
	}
	c := checker{v: v, named: map[string]int64{}}
	if err := c.journals(ctx, runs); err != nil {
		return CheckReport{}, err
	}
	if err := c.objects(ctx); err != nil {
		return CheckReport{}, err
	}
	for sha := range c.named {
		c.problem("the body %s is named by a journal and missing", sha)
	}
	slices.Sort(c.report.Problems)
	return c.report, nil
}

type checker struct {
	v      *vault
	report CheckReport
	named  map[string]int64 // size of each body that a journal names and was not seen yet
}

func (c *checker) problem(format string, args ...any) {
	c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
}

func (c *checker) journals(ctx context.Context, runs []string) error {
	before, lastLine := "", ""
	for i, run := range runs {
		if runNumber(run) != i+1 {
			c.problem("the journal of run %d is missing", i+1)
		}
		f, err := os.Open(c.v.journalPath(run))
		if err != nil {
			return vaultError("read the journal "+run, err)
		}
		var begun time.Time
		ended := false
		last, err := readJournal(f, c.v.journalPath(run), func(r *record, _ location) error {
			ended = r.Kind == kindEnd
			switch r.Kind {
			case kindRun:
				begun = r.Time
				if r.Run != run {
					c.problem("the journal %s was written as %s", run, r.Run)
				}
				if r.AfterRun != before || r.AfterLine != lastLine {
					c.problem("the journal %s follows another journal than %q, or that one was cut off or changed since", run, before)
				}
			case kindAnswer, kindFailure:
				c.report.Records++
				if known, ok := c.named[r.SHA256]; ok && known != r.Size {
					c.problem("the body %s has two sizes in the journals: %d and %d", r.SHA256, known, r.Size)
				}
				if r.SHA256 != "" {
					c.named[r.SHA256] = r.Size
				}
				if r.QuerySHA != "" && !isHash(r.QuerySHA) {
					c.problem("the journal %s, line %d: the hash of the query is not one", run, r.Seq)
				}
			}
			return ctx.Err()
		})
		if closeErr := f.Close(); closeErr != nil && err == nil {
			err = closeErr
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			c.problem("%v", err)
		case begun.IsZero():
			c.problem("the journal %s does not say when its run began: it was cut off", run)
		}
		c.report.Runs++
		if !ended {
			c.report.Interrupted++
		}
		before, lastLine = run, last
	}
	return nil
}

func (c *checker) objects(ctx context.Context) error {
	err := filepath.WalkDir(c.v.path(objectDir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		sha, ok := strings.CutSuffix(d.Name(), ".zst")
		if !ok || !isHash(sha) || c.v.objectPath(sha) != path || !d.Type().IsRegular() {
			c.problem("%s is nothing that this program wrote", path)
			return nil
		}
		size, ok := c.named[sha]
		if !ok {
			c.report.Unnamed++
			size = -1
		}
		delete(c.named, sha)
		c.report.Objects++
		n, err := c.v.prove(sha, size)
		c.report.Bytes += n
		if err != nil {
			c.problem("%v", err)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
