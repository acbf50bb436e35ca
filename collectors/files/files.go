package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Config is one folder of exhibits.
type Config struct {
	Name    string // of the system
	Dir     string
	MaxSize int64 // bytes of one exhibit; 0 means 32 MiB
	// Repositories are those of all systems. Where there are several, a number
	// alone ("#1234") names no change, and the exhibit is a gap that says so.
	Repositories []string
}

// Principal is whom the collector reads as: nobody logs in to a folder.
const Principal = "local folder"

// Collector reads one folder. It is safe for use by several goroutines.
type Collector struct {
	config  Config
	session *capture.Session
	version string
	folder  folder

	mu       sync.Mutex
	contents *contents
}

// contents is what the folder holds, read once a run.
type contents struct {
	exhibits []exhibit // sorted by file
	problems []problem
	listing  []evidence.Provenance
}

// An exhibit is a file whose sidecar was read.
type exhibit struct {
	file       string
	size       int64
	sidecar    Sidecar
	provenance []evidence.Provenance
}

// A problem is a file that cannot be taken for an exhibit. changes are those
// that it names; it may belong to any where they could not be read.
type problem struct {
	file    string
	changes []string
	reason  evidence.Reason
	detail  string
}

// New makes a collector. It does not touch the folder, which need not be there
// where the run is offline.
func New(c Config, s *capture.Session, version string) (*Collector, error) {
	switch {
	case c.Name == "":
		return nil, errors.New("files: the system has no name")
	case c.Dir == "":
		return nil, fmt.Errorf("files system %q: path is missing; name the folder of the exhibits", c.Name)
	case c.MaxSize < 0:
		return nil, fmt.Errorf("files system %q: the largest size may not be negative", c.Name)
	}
	if c.MaxSize == 0 {
		c.MaxSize = exhibitBytes
	}
	return &Collector{config: c, session: s, version: "files " + version, folder: folder{c.Dir}}, nil
}

// Name is the configured name.
func (f *Collector) Name() string { return f.config.Name }

// Kinds is exhibits alone.
func (f *Collector) Kinds() []evidence.Kind { return []evidence.Kind{evidence.KindExhibit} }

// Preflight proves that the folder can be read, and notes what is wrong in it.
func (f *Collector) Preflight(ctx context.Context) (evidence.Principal, error) {
	f.session.Authenticated(f.config.Name, Principal)
	p := evidence.Principal{System: f.config.Name, Name: Principal}
	c, err := f.load(ctx)
	if err != nil {
		p.Hidden = []string{f.config.Dir}
		return p, err
	}
	p.Visible = []string{f.config.Dir}
	p.Notes = append(p.Notes, fmt.Sprintf("%d exhibits", len(c.exhibits)))
	for _, pr := range c.problems {
		p.Notes = append(p.Notes, pr.detail)
	}
	return p, nil
}

// Collect gives an item for each exhibit of a change: ref.ID is the change's
// reference, or the ID of one exhibit. A change without exhibits gives nothing.
// The ID of an exhibit is the first reference of its sidecar, a slash and its
// file name, so that it is one item however it is reached.
func (f *Collector) Collect(ctx context.Context, ref evidence.Ref, emit func(evidence.Item) error) error {
	if ref.Kind != evidence.KindExhibit {
		return &evidence.GapError{Reason: evidence.NotConfigured, Detail: fmt.Sprintf("a folder of exhibits keeps no %s", ref.Kind)}
	}
	job := capture.JobFrom(ctx)
	if job == nil {
		job = capture.NewJob(f.version)
		ctx = capture.WithJob(ctx, job)
	}
	f.session.Authenticated(f.config.Name, Principal)
	c, err := f.load(ctx)
	if err != nil {
		return err
	}
	var gaps []error
	for _, p := range c.problems {
		if len(p.changes) == 0 || f.matches(p.changes, ref.ID) != fitsNot {
			gaps = append(gaps, f.gap(p.file, p.reason, p.detail))
		}
	}
	for _, x := range c.exhibits {
		switch {
		case f.ref(x).ID == ref.ID:
		case f.matches(x.sidecar.Changes, ref.ID) == fits:
		case f.matches(x.sidecar.Changes, ref.ID) == fitsMaybe:
			gaps = append(gaps, f.gap(x.file, evidence.Ambiguous,
				fmt.Sprintf("%s.yaml: change: %s may mean a change of any of the repositories %s; write the repository before the number",
					x.file, printable(strings.Join(x.sidecar.Changes, ", ")), strings.Join(f.config.Repositories, ", "))))
			continue
		default:
			continue
		}
		item, err := f.item(ctx, job, c, x)
		if err != nil {
			gaps = append(gaps, err)
			continue
		}
		if err := emit(item); err != nil {
			return err
		}
	}
	return errors.Join(gaps...)
}

func (f *Collector) matches(changes []string, id string) fit {
	best := fitsNot
	for _, c := range changes {
		switch match(c, id, len(f.config.Repositories) > 1) {
		case fits:
			return fits
		case fitsMaybe:
			best = fitsMaybe
		}
	}
	return best
}

func (f *Collector) ref(x exhibit) evidence.Ref {
	return evidence.Ref{Kind: evidence.KindExhibit, System: f.config.Name, ID: x.sidecar.Changes[0] + "/" + x.file}
}

// gap is about a file rather than a change: the same for every change.
func (f *Collector) gap(file string, reason evidence.Reason, detail string) error {
	return &evidence.GapError{Ref: evidence.Ref{Kind: evidence.KindExhibit, System: f.config.Name, ID: file}, Reason: reason, Detail: detail}
}

// item reads the exhibit itself.
func (f *Collector) item(ctx context.Context, job *capture.Job, c *contents, x exhibit) (evidence.Item, error) {
	if x.size > f.config.MaxSize {
		return evidence.Item{}, f.tooLarge(x.file)
	}
	name := "file:" + x.file
	content, err := f.session.Fetch(ctx, f.config.Name, name, func(context.Context) ([]byte, error) {
		return f.folder.read(x.file, f.config.MaxSize)
	})
	switch {
	case errors.Is(err, errTooLarge):
		return evidence.Item{}, f.tooLarge(x.file)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return evidence.Item{}, err
	case err != nil:
		return evidence.Item{}, f.gap(x.file, evidence.Unreachable, err.Error())
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	if x.sidecar.SHA256 != "" && x.sidecar.SHA256 != digest {
		return evidence.Item{}, f.gap(x.file, evidence.NotFound,
			fmt.Sprintf("%s was changed after it was attached: its SHA-256 is %s, and %s.yaml says %s; attach the present file anew, or bring back the old one", x.file, digest, x.file, x.sidecar.SHA256))
	}
	item := evidence.Item{Ref: f.ref(x), Exhibit: &evidence.Exhibit{
		Change: strings.Join(x.sidecar.Changes, ", "), Shows: x.sidecar.Shows, Supports: x.sidecar.Supports,
		By: x.sidecar.By, At: x.sidecar.At, File: x.file, MediaType: mediaType(x.file, content),
		Size: int64(len(content)), SHA256: digest, Content: content,
	}}
	// The job may be another's, who asked for more than this.
	for _, p := range job.Provenance() {
		if p.System == f.config.Name && p.URL == name && p.SHA256 == digest {
			item.Provenance = append(item.Provenance, p)
			break
		}
	}
	item.Provenance = append(append(item.Provenance, x.provenance...), c.listing...)
	return item, nil
}

func (f *Collector) tooLarge(file string) error {
	return f.gap(file, evidence.Truncated, fmt.Sprintf("%s is larger than %s and was not read; attach a smaller file", file, size(f.config.MaxSize)))
}

// mediaType goes by the content; the name only tells kinds of text apart.
func mediaType(file string, content []byte) string {
	kind, _, err := mime.ParseMediaType(http.DetectContentType(content))
	if err != nil {
		kind = "application/octet-stream"
	}
	if kind != "text/plain" {
		return kind
	}
	if !utf8.Valid(content) && !bytes.HasPrefix(content, []byte("\xff\xfe")) && !bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return kind
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return "text/csv"
	case ".json":
		return "application/json"
	case ".md":
		return "text/markdown"
	}
	return kind
}

// load reads the list of names and all sidecars, once a run.
func (f *Collector) load(ctx context.Context) (*contents, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.contents != nil {
		return f.contents, nil
	}
	job := capture.NewJob(f.version)
	list, err := f.session.Fetch(capture.WithJob(ctx, job), f.config.Name, "file:. (names and sizes)", f.folder.list)
	if err != nil {
		return nil, err
	}
	var entries []entry
	if err := json.Unmarshal(list, &entries); err != nil {
		return nil, fmt.Errorf("the recorded list of exhibits is damaged: %w", err)
	}
	c := &contents{listing: job.Provenance()}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name] = true
	}
	for _, e := range entries {
		if err := f.take(ctx, c, e, names); err != nil {
			return nil, err
		}
	}
	f.contents = c
	return c, nil
}

// take sorts one name of the folder: an exhibit, its sidecar, or a problem.
func (f *Collector) take(ctx context.Context, c *contents, e entry, names map[string]bool) error {
	trouble := func(reason evidence.Reason, format string, a ...any) {
		c.problems = append(c.problems, problem{file: e.Name, reason: reason, detail: fmt.Sprintf(format, a...)})
	}
	described, isYAML := strings.CutSuffix(e.Name, ".yaml")
	sidecar := e.Name + ".yaml"
	hasSidecar := names[sidecar]
	switch {
	case ignored(e.Name):
		return nil
	case e.Type == "folder":
		trouble(evidence.NotConfigured, "%s is a folder, which is not read; put exhibits into the folder %s itself", printable(e.Name), filepath.Base(f.config.Dir))
		return nil
	case e.Type != typeFile:
		trouble(evidence.Unreachable, "%s is a %s and was not read; put the file itself into the folder", printable(e.Name), e.Type)
		return nil
	case isYAML && !hasSidecar && names[described]:
		return nil // read with its exhibit
	case isYAML && !hasSidecar && strings.Contains(described, "."):
		trouble(evidence.NotFound, "%s describes %s, which is not in the folder", printable(e.Name), printable(described))
		return nil
	case !hasSidecar:
		trouble(evidence.NotFound, "%s has no sidecar %s that says for which change it is; run tickmark attach", printable(e.Name), printable(sidecar))
		return nil
	}
	job := capture.NewJob(f.version)
	b, err := f.session.Fetch(capture.WithJob(ctx, job), f.config.Name, "file:"+sidecar, func(context.Context) ([]byte, error) {
		return f.folder.read(sidecar, sidecarBytes)
	})
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if err != nil {
		trouble(evidence.Unreachable, "the sidecar of %s was not read: %v", printable(e.Name), err)
		return nil
	}
	s, err := parseSidecar(b)
	if err != nil {
		trouble(evidence.Unreachable, "%s: %v", printable(sidecar), err)
		c.problems[len(c.problems)-1].changes = s.Changes
		return nil
	}
	c.exhibits = append(c.exhibits, exhibit{e.Name, e.Size, s, job.Provenance()})
	return nil
}

// ignored are names that systems put into folders by themselves.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") ||
		slices.Contains([]string{"thumbs.db", "desktop.ini"}, strings.ToLower(name))
}
