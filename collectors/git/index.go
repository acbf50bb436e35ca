package git

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	messageBytes = 1 << 20 // of one message, as far as the index reads it
	headBytes    = 4 << 10 // of one subject, as the index keeps it
	indexBytes   = 1 << 30
)

// A row is what the index keeps of one commit of the main line, in git's
// words. It is one line of the payload, as JSON.
type row struct {
	SHA     string   `json:"sha"`
	Parents []string `json:"parents,omitempty"`
	Head    string   `json:"head"`           // the first paragraph of the message
	Line    string   `json:"line,omitempty"` // the line of its body that tells of a merge request
}

// A hit is a commit whose message names a pull request.
type hit struct {
	sha        string
	convention string
}

// An index is the first-parent history of the branch.
type index struct {
	branch     string // as the repository calls it; "" where HEAD is on no branch
	tip        string // "" where the branch has no commit
	shallow    bool
	commits    []string // newest first
	byNumber   map[int][]hit
	byCommit   map[string]int // position in commits
	numbers    map[string]int // the pull request that a commit of the line names
	provenance []evidence.Provenance
}

// load gives the index, which is built once a run. A failure is not kept: the
// next record tries again.
func (g *Collector) load(ctx context.Context) (*index, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.index != nil {
		return g.index, nil
	}
	job := capture.NewJob(g.version)
	ctx = capture.WithJob(ctx, job)
	ix, err := g.locate(ctx)
	if err != nil {
		return nil, err
	}
	if ix.tip != "" {
		if err := g.readIndex(ctx, ix); err != nil {
			return nil, err
		}
	}
	ix.provenance = job.Provenance()
	g.index = ix
	return ix, nil
}

// locate finds the branch and its newest commit.
func (g *Collector) locate(ctx context.Context) (*index, error) {
	out, err := g.fetch(ctx, "rev-parse --is-shallow-repository", func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, 1<<10, nil, "rev-parse", "--is-shallow-repository")
	})
	if err != nil {
		return nil, err
	}
	ix := &index{branch: g.config.Branch, shallow: strings.TrimSpace(string(out)) == "true"}
	if ix.branch == "" {
		out, err := g.fetch(ctx, "symbolic-ref --short HEAD", func(ctx context.Context) ([]byte, error) {
			return g.repo.head(ctx)
		})
		if err != nil {
			return nil, err
		}
		ix.branch = strings.TrimSpace(string(out))
		ix.tip, err = g.resolve(ctx, "HEAD^{commit}")
		return ix, err
	}
	for _, ref := range []string{"refs/heads/", "refs/remotes/", "refs/remotes/origin/"} {
		if ix.tip, err = g.resolve(ctx, ref+ix.branch+"^{commit}"); err != nil || ix.tip != "" {
			return ix, err
		}
	}
	return nil, &evidence.GapError{Reason: evidence.NotFound,
		Detail: fmt.Sprintf("the repository %s has no branch %q; correct the branch in the configuration", g.config.Path, ix.branch)}
}

// head gives the branch that HEAD is on; nothing where it is on none.
func (r repository) head(ctx context.Context) ([]byte, error) {
	out, err := r.output(ctx, 64<<10, nil, "rev-parse", "--symbolic-full-name", "HEAD")
	if err == nil && strings.TrimSpace(string(out)) == "HEAD" {
		return nil, nil // on no branch
	}
	// A repository without commits has a branch all the same.
	out, err2 := r.output(ctx, 64<<10, nil, "symbolic-ref", "--short", "HEAD")
	if err2 != nil {
		return nil, errors.Join(err, err2)
	}
	return out, nil
}

// errShort means that an abbreviated commit id fits several commits.
var errShort = errors.New("fits several commits")

// resolve gives the full id of a commit, or "" where there is none.
func (g *Collector) resolve(ctx context.Context, name string) (string, error) {
	out, err := g.fetch(ctx, "cat-file --batch-check <<< "+name, func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, 64<<10, []byte(name+"\n"), "cat-file", "--batch-check")
	})
	if err != nil {
		return "", err
	}
	line := strings.TrimSpace(string(out))
	fields := strings.Fields(line)
	switch {
	case strings.HasSuffix(line, " missing"):
		return "", nil
	case strings.HasSuffix(line, " ambiguous"):
		return "", errShort
	case len(fields) == 3 && fields[1] == "commit" && isFullHash(fields[0]):
		return fields[0], nil
	}
	return "", fmt.Errorf("git did not answer with a commit but with %q", line)
}

func (g *Collector) readIndex(ctx context.Context, ix *index) error {
	out, err := g.fetch(ctx, "rev-list --first-parent --encoding=UTF-8 --format=%P%x00%B%x00 "+ix.tip+" (an index: id, parents and subject of each commit)",
		func(ctx context.Context) ([]byte, error) {
			var rows bytes.Buffer
			err := g.repo.stream(ctx, nil, func(r io.Reader) error { return condense(r, &rows) },
				"rev-list", "--first-parent", "--encoding=UTF-8", "--no-color", "--format=tformat:%P%x00%B%x00", "--end-of-options", ix.tip)
			return rows.Bytes(), err
		})
	if err != nil {
		return err
	}
	return ix.fill(out)
}

// condense reads rev-list's output commit by commit and writes a row for each.
func condense(r io.Reader, to *bytes.Buffer) error {
	in := bufio.NewReaderSize(r, 64<<10)
	enc := json.NewEncoder(to)
	enc.SetEscapeHTML(false)
	for {
		top, err := field(in)
		if errors.Is(err, io.EOF) {
			if strings.TrimSpace(top) == "" {
				return nil
			}
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		message, err := field(in)
		if err != nil {
			return io.ErrUnexpectedEOF
		}
		name, parents, _ := strings.Cut(strings.TrimLeft(top, "\n"), "\n")
		sha := strings.TrimPrefix(name, "commit ")
		if !isFullHash(sha) {
			return fmt.Errorf("git rev-list answered %q where a commit was due", name)
		}
		head, _, line := split(strings.ToValidUTF8(message, "\uFFFD"))
		if err := enc.Encode(row{sha, strings.Fields(parents), shorten(head), shortenLine(line)}); err != nil {
			return err
		}
		if to.Len() > indexBytes {
			return fmt.Errorf("the first-parent history is too long to index (over %d MiB)", indexBytes>>20)
		}
	}
}

// field reads up to the next NUL, and keeps no more than messageBytes of it.
func field(in *bufio.Reader) (string, error) {
	var b []byte
	for {
		part, err := in.ReadSlice(0)
		if room := messageBytes - len(b); len(part) > room {
			part = part[:room] // no forge wrote a message this long
		}
		b = append(b, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return strings.TrimSuffix(string(b), "\x00"), err
	}
}

// shorten keeps a subject's beginning and its end, where the number is.
func shorten(head string) string {
	if len(head) <= headBytes {
		return head
	}
	first, _, _ := strings.Cut(head, "\n")
	if len(first) <= headBytes {
		return first
	}
	return strings.ToValidUTF8(first[:headBytes/2]+"…"+first[len(first)-headBytes/4:], "")
}

func shortenLine(line string) string {
	if len(line) > headBytes {
		return ""
	}
	return line
}

// fill reads the rows back.
func (ix *index) fill(rows []byte) error {
	ix.byNumber, ix.byCommit, ix.numbers = map[int][]hit{}, map[string]int{}, map[string]int{}
	g := grammar(conventions())
	for line := range bytes.Lines(rows) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil || !isFullHash(r.SHA) {
			return fmt.Errorf("the recorded index of the first-parent history is damaged at commit %d", len(ix.commits)+1)
		}
		ix.byCommit[r.SHA] = len(ix.commits)
		ix.commits = append(ix.commits, r.SHA)
		if n, ok := g.read(r.Head, r.Line); ok {
			ix.byNumber[n.number] = append(ix.byNumber[n.number], hit{r.SHA, n.convention})
			ix.numbers[r.SHA] = n.number
		}
	}
	return nil
}

// bringing gives the commit of the main line that brought sha: itself, or the
// oldest one that descends from it; "" where the branch does not contain sha.
func (g *Collector) bringing(ctx context.Context, ix *index, sha string) (string, error) {
	if _, ok := ix.byCommit[sha]; ok {
		return sha, nil
	}
	if ix.tip == "" {
		return "", nil
	}
	out, err := g.fetch(ctx, "rev-list --ancestry-path "+ix.tip+" ^"+sha, func(ctx context.Context) ([]byte, error) {
		return g.repo.output(ctx, indexBytes, nil, "rev-list", "--ancestry-path", "--end-of-options", ix.tip, "^"+sha)
	})
	if err != nil {
		return "", err
	}
	oldest := -1
	for line := range strings.Lines(string(out)) {
		if at, ok := ix.byCommit[strings.TrimSpace(line)]; ok && at > oldest {
			oldest = at
		}
	}
	if oldest < 0 {
		return "", nil
	}
	return ix.commits[oldest], nil
}

// named gives the hits as one text, the first ten of them.
func named(hits []hit) string {
	var parts []string
	for _, h := range hits {
		parts = append(parts, h.sha+" ("+h.convention+")")
	}
	if len(parts) > 10 {
		parts = append(parts[:10], fmt.Sprintf("and %d more", len(parts)-10))
	}
	return strings.Join(parts, ", ")
}
