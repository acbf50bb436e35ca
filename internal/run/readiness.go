package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/pack"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/html"
	"github.com/tickmark-dev/tickmark/render/pdf"
	"github.com/tickmark-dev/tickmark/render/xlsx"
)

// DefaultReadiness is the folder that the report on a population is written to.
const DefaultReadiness = pack.ReadinessName

// PopulationRequest says where the report goes.
type PopulationRequest struct {
	Out string // folder
}

// PopulationResult is what came of reading a population.
type PopulationResult struct {
	Folder     string // absolute
	Manifest   string // SHA-256
	Population *evidence.Population
	Requests   int64 // that were sent to the sources
}

// Population reads every change of the period, reconciles it, and writes what
// a person can act on: the readiness report and the workbook. On an error no
// folder is left; what was collected is kept.
func (r *Run) Population(ctx context.Context, req PopulationRequest) (res PopulationResult, err error) {
	j := &job{request: Request{Out: req.Out}}
	defer func() { err = errors.Join(err, j.close()) }()
	for _, stage := range []func(context.Context, *job) error{
		r.begin,    // a place to write
		r.prove,    // every system knows us
		r.list,     // the whole period
		r.gather,   // no samples: what is said of the population
		r.evaluate, // what changes are tested by
		r.clean,    // secrets out
		r.renderReadiness,
		r.seal,
	} {
		err := stage(ctx, j)
		if err := cmp.Or(r.session.Err(), ctx.Err(), err); err != nil {
			return PopulationResult{}, err
		}
	}
	return PopulationResult{Folder: j.result.Folder, Manifest: j.result.Manifest, Population: j.pkg.Population, Requests: r.session.Stats().Requests}, nil
}

// list lists the period; offline it makes the ledger again from the vault.
func (r *Run) list(ctx context.Context, j *job) (err error) {
	if r.offline {
		source, err := r.recalled(ctx)
		if err != nil {
			return err
		}
		if source == "" {
			return &HintError{errors.New("the vault holds no population yet"), "run `tickmark population` without --rebuild once"}
		}
		var mark listed
		if err := json.Unmarshal([]byte(source), &mark); err != nil {
			return fmt.Errorf("reading what the vault says of the population: %w", err)
		}
		if err := r.samePeriod(mark); err != nil {
			return err
		}
	}
	if err := r.enumerate(ctx); err != nil {
		return err
	}
	j.ledger, err = r.openLedger()
	return err
}

// renderReadiness writes the report, for the browser and for paper, and the
// workbook.
func (r *Run) renderReadiness(_ context.Context, j *job) error {
	r.progress.Stage("Writing the report", 0)
	doc, err := document.Readiness(j.pkg)
	if err != nil {
		return fmt.Errorf("the readiness report: %w", err)
	}
	fonts, err := r.fonts()
	if err != nil {
		return err
	}
	paper, err := pdf.Render(doc, pdf.Options{Tool: j.pkg.Tool, AsOf: j.pkg.AsOf, Fonts: fonts})
	if err != nil {
		return fmt.Errorf("the readiness report: %w", err)
	}
	page, err := html.Render(doc, html.Options{Tool: j.pkg.Tool, AsOf: j.pkg.AsOf})
	if err != nil {
		return fmt.Errorf("the readiness report: %w", err)
	}
	book, err := xlsx.Workbook(j.pkg)
	if err != nil {
		return fmt.Errorf("the workbook: %w", err)
	}
	for _, f := range []struct {
		name, title string
		data        []byte
	}{
		{pack.ReadinessFile + ".html", "Readiness report", page},
		{pack.ReadinessFile + ".pdf", "Readiness report, for paper", paper.Data},
		{pack.ReadinessLogFile, "Change log of the whole population", book},
	} {
		if _, err := j.builder.Add(f.name, f.data, pack.Meta{Title: f.title, Method: methodRendered}); err != nil {
			return err
		}
	}
	return nil
}
