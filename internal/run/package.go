package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/ledger"
	"github.com/tickmark-dev/tickmark/internal/pack"
	"github.com/tickmark-dev/tickmark/internal/redact"
	"github.com/tickmark-dev/tickmark/internal/request"
)

// DefaultOut is the folder that a package is written to.
const DefaultOut = pack.DefaultName

// Request says which changes are wanted, and where the package goes.
type Request struct {
	Files     []string            // lists as auditors send them
	Args      []string            // references
	Selection *evidence.Selection // drawn from the population; nil for none
	All       bool                // every change of the population
	// SampleResultsOnly leaves the results of changes that are no samples out of
	// the package.
	SampleResultsOnly bool
	Out               string // folder of the package
	Zip               bool   // a ZIP file beside it as well
	// DryRun collects and tests, and writes the readiness report instead of the
	// package.
	DryRun bool
	// Each hears the outcome of every change that was tested, in order of
	// deployment; nil for nobody.
	Each func(TestedChange) error
}

// Result is what came of a package.
type Result struct {
	Folder     string               `json:"folder"` // absolute
	Zip        string               `json:"zip,omitempty"`
	Supersedes string               `json:"supersedes,omitempty"` // folder of the package before it
	Manifest   string               `json:"manifest_sha256"`
	Files      int                  `json:"files"`
	Bytes      int64                `json:"bytes"`
	Samples    []SampleResult       `json:"samples"`
	Gaps       int                  `json:"gaps"`
	Open       int                  `json:"open_results"`    // of the samples: they need review or could not be tested
	Settled    int                  `json:"settled_results"` // of them, those with a person's conclusion
	Unmatched  []evidence.Unmatched `json:"unmatched,omitempty"`
}

// SampleResult is what came of one sample.
type SampleResult struct {
	Number    int    `json:"number"`
	Requested string `json:"requested"`
	Folder    string `json:"folder"` // its own name
	Documents int    `json:"documents"`
	Gaps      int    `json:"gaps"`
}

// job is one package on its way through the stages.
type job struct {
	request Request
	wanted  wanted
	ledger  *ledger.Ledger // nil where the population was never read
	log     *changeLog     // nil without it
	samples []evidence.Sample
	pkg     evidence.Package
	hits    []redact.Hit
	builder *pack.Builder
	result  Result
}

// wanted is a request as it was read, and as the vault remembers it for a later
// render.
type wanted struct {
	Lines     []request.Line      `json:"lines,omitempty"`
	Selection *evidence.Selection `json:"selection,omitempty"`
	All       bool                `json:"all,omitempty"`
	// SampleResultsOnly is how the package was wished for, which a render keeps to.
	SampleResultsOnly bool `json:"sample_results_only,omitempty"`
}

// Package makes a package. The stages are the way of the data; none reaches
// back. On an error nothing of the package is left.
func (r *Run) Package(ctx context.Context, req Request) (Result, error) {
	return r.stages(ctx, &job{request: req}, r.read)
}

// Render makes the package of the last request again from the vault alone.
func (r *Run) Render(ctx context.Context, out string, zip bool) (Result, error) {
	return r.stages(ctx, &job{request: Request{Out: out, Zip: zip}}, r.recall)
}

// close removes what a job leaves that is not its result.
func (j *job) close() error {
	err := j.log.Close()
	if j.builder != nil {
		err = errors.Join(err, j.builder.Abort())
	}
	return err
}

func (r *Run) stages(ctx context.Context, j *job, read func(context.Context, *job) error) (res Result, err error) {
	defer func() { err = errors.Join(err, j.close()) }()
	render := r.renderAll
	if j.request.DryRun {
		render = r.renderReadiness
	}
	for _, stage := range []func(context.Context, *job) error{
		read,         // the auditor's list
		r.begin,      // a place to write, before anything is asked for
		r.prove,      // every system knows us
		r.survey,     // the population, where there is one
		r.find,       // lines to samples
		r.gather,     // samples to changes
		r.evaluate,   // changes to outcomes
		r.clean,      // secrets out
		r.tell,       // outcomes, to whoever asked
		render,       // changes to documents, workbook and source payloads
		r.seal,       // the folder, whole
		r.compressed, // its ZIP
	} {
		err := stage(ctx, j)
		// A vault that cannot record and an interruption make everything after
		// them fail too: what they led to is not worth telling.
		if err := cmp.Or(r.session.Err(), ctx.Err(), err); err != nil {
			return Result{}, err
		}
	}
	return j.result, nil
}

// read reads the request, and remembers it for a later render.
func (r *Run) read(ctx context.Context, j *job) error {
	w := &j.wanted
	w.Selection, w.All, w.SampleResultsOnly = j.request.Selection, j.request.All, j.request.SampleResultsOnly
	for _, file := range j.request.Files {
		lines, err := readList(file)
		if err != nil {
			return err
		}
		w.Lines = append(w.Lines, lines...)
	}
	w.Lines = append(w.Lines, request.Args(j.request.Args)...)
	if len(w.Lines) == 0 && w.Selection == nil && !w.All {
		return errors.New("the request names no change")
	}
	if j.request.DryRun { // it makes no package that could be made again
		return nil
	}
	return r.remember(ctx, w)
}

// maxList bounds a request list, in bytes.
const maxList = 32 << 20

func readList(file string) ([]request.Line, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", file)
	case err != nil:
		return nil, fmt.Errorf("reading the request: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name the list itself, a .csv or .xlsx file", file)
	case info.Size() > maxList:
		return nil, fmt.Errorf("%s has %d bytes; a request list has at most %d", file, info.Size(), maxList)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	// Its own name, not where it lies on this machine: it is written into the package.
	return request.Read(filepath.Base(file), data)
}

func (r *Run) begin(_ context.Context, j *job) (err error) {
	if err := mayHold(j.request.Out); err != nil {
		return err
	}
	j.builder, err = pack.New(j.request.Out, pack.Options{Redactor: r.redactor})
	return err
}

// mayHold refuses a folder of other things: a person who names it wants the
// package in it, not a new folder beside it.
func mayHold(out string) error {
	if out == "" {
		return errors.New("no folder was named for the package")
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) == 0 {
		return nil //nolint:nilerr // absent, empty or a file: for the package's builder to judge
	}
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == pack.ManifestFile || e.Name() == pack.SumsFile }) {
		return nil
	}
	return &HintError{fmt.Errorf("the folder %q holds other files and is no package", out),
		fmt.Sprintf("name a new folder, such as --out %q", filepath.ToSlash(filepath.Join(out, DefaultOut)))}
}

func (r *Run) prove(ctx context.Context, _ *job) error { return r.preflight(ctx) }

// find turns lines into samples. A request of which nothing could be found
// makes no package.
func (r *Run) find(ctx context.Context, j *job) error {
	lines, known, err := r.drawn(ctx, j)
	if err != nil {
		return err
	}
	var unmatched []evidence.Unmatched
	if j.samples, unmatched, err = r.findSamples(ctx, j.ledger, append(lines, j.wanted.Lines...), known); err != nil {
		return err
	}
	j.result.Unmatched = unmatched
	if len(j.samples) > 0 {
		return nil
	}
	return noneFound(unmatched)
}

// shownMost bounds the lines of a request that an error tells.
const shownMost = 20

func noneFound(unmatched []evidence.Unmatched) error {
	var b strings.Builder
	b.WriteString("the request's one line names no change that could be found; nothing was written:")
	if len(unmatched) != 1 {
		b.Reset()
		fmt.Fprintf(&b, "none of the %d lines of the request names a change that could be found; nothing was written:", len(unmatched))
	}
	for i, u := range unmatched {
		if i == shownMost {
			fmt.Fprintf(&b, "\n  and %d more", len(unmatched)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s: %q: %s", u.Where, u.Requested, strings.ReplaceAll(string(u.Reason), "_", " "))
		for _, t := range u.Tried {
			b.WriteString("\n    " + t)
		}
	}
	return errors.New(b.String())
}

func (r *Run) gather(ctx context.Context, j *job) error {
	if err := r.readRules(ctx, j.ledger); err != nil {
		return err
	}
	changes, err := r.collect(ctx, j.ledger, j.samples)
	// A package that lacks what was interrupted would look like one with gaps.
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return err
	}
	r.alsoNamed(changes, j.wanted.Lines)
	j.pkg = evidence.Package{
		Organization: r.cfg.Organization, Simulated: r.cfg.Simulated, Zone: r.cfg.Zone, Period: r.cfg.Period,
		AsOf: r.session.AsOf(), Tool: Tool(r.version), Principals: r.principals, Unmatched: j.result.Unmatched,
		Selection: j.wanted.Selection, SampleResultsOnly: j.wanted.SampleResultsOnly,
		RequestSHA256: r.requestHash(j),
	}
	for _, c := range changes {
		j.pkg.Dossiers = append(j.pkg.Dossiers, evidence.Dossier{Change: c})
	}
	if j.ledger == nil {
		return nil
	}
	j.pkg.Population, err = r.summary(ctx, j.ledger)
	return err
}

// clean takes secrets out of everything that will be rendered. The records of
// a change are copied first: samples share them.
func (r *Run) clean(ctx context.Context, j *job) error {
	r.engine = r.newEngine() // the one that collected remembers every record as it came: two of each would be held
	for i := range j.pkg.Dossiers {
		c := redact.Clone(j.pkg.Dossiers[i].Change)
		for _, h := range r.redactor.Change(&c) {
			h.Where = fmt.Sprintf("sample %d: %s", c.Sample.Number, h.Where)
			j.hits = append(j.hits, h)
		}
		j.pkg.Dossiers[i].Change = c
		j.hits = append(j.hits, r.redactor.Value(fmt.Sprintf("sample %d: results", c.Sample.Number), &j.pkg.Dossiers[i].Results)...)
	}
	for _, v := range []any{&j.pkg.Principals, &j.pkg.Unmatched, &j.pkg.Population, &j.pkg.Selection, &j.pkg.Responses, &j.pkg.Identities} {
		j.hits = append(j.hits, r.redactor.Value("package", v)...)
	}
	if j.ledger != nil {
		j.log = r.changeLog(j.ledger, j.builder.Scratch(), j.pkg.Dossiers)
		j.pkg.Log = j.log.walk(ctx)
	}
	if j.wanted.SampleResultsOnly {
		r.withhold(j)
	}
	if j.request.DryRun && j.wanted.All { // they are no samples: nobody asked for any
		for i := range j.pkg.Dossiers {
			j.result.Gaps += len(j.pkg.Dossiers[i].Change.Gaps)
			j.pkg.Dossiers[i].Change.Sample.Number = 0
		}
		j.pkg.Dossiers = nil
	}
	return nil
}

func (r *Run) seal(ctx context.Context, j *job) error {
	r.progress.Stage("Sealing", 0)
	if err := j.log.Close(); err != nil { // nothing walks over the changes any more
		return err
	}
	sealed, err := j.builder.Seal(ctx, j.pkg, j.hits)
	if err != nil {
		return err
	}
	j.result.Folder, j.result.Manifest, j.result.Files, j.result.Bytes = sealed.Root, sealed.ManifestSHA256, sealed.Files, sealed.Bytes
	if sealed.Supersedes != nil {
		j.result.Supersedes = sealed.Supersedes.Path
	}
	j.result.Open, j.result.Settled = j.open()
	documents := map[int]int{} // by sample
	for _, f := range j.pkg.Files {
		if f.Method == methodRendered {
			documents[f.Sample]++
		}
	}
	for i := range j.pkg.Dossiers {
		c := &j.pkg.Dossiers[i].Change
		s := SampleResult{Number: c.Sample.Number, Requested: c.Sample.Requested,
			Folder: path.Base(pack.SampleFolder(c, j.pkg.Zone)), Documents: documents[c.Sample.Number], Gaps: len(c.Gaps)}
		j.result.Gaps += s.Gaps
		j.result.Samples = append(j.result.Samples, s)
	}
	return nil
}

func (r *Run) compressed(_ context.Context, j *job) error {
	if !j.request.Zip {
		return nil
	}
	r.progress.Stage("Writing the ZIP file", 0)
	j.result.Zip = j.result.Folder + ".zip"
	if err := pack.Zip(j.result.Folder, j.result.Zip); err != nil {
		return fmt.Errorf("the package stands at %s, but its ZIP file could not be written: %w", j.result.Folder, err)
	}
	return nil
}
