// Package xlsx writes Change Log.xlsx: the master log of the changes, how the
// samples were selected, what was tested and with what outcome, how the
// population was obtained and what does not reconcile, the index of every file
// and its sources, and what could not be obtained. It states facts in the
// sources' words; outcomes are those of management's own test, and the
// conclusion is left to the auditor.
//
// The workbook holds text, dates and numbers: no formulas, macros, hidden
// sheets or links to other workbooks. Equal packages give equal bytes.
package xlsx

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The names of the sheets, which other sheets speak of.
const (
	sheetLog            = "Change Log"
	sheetSelection      = "Sample Selection"
	sheetTesting        = "Attribute Testing"
	sheetLegend         = "Attribute Legend"
	sheetExceptions     = "Exceptions & Responses"
	sheetPopulation     = "Population & IPE"
	sheetReconciliation = "Reconciliation"
	sheetEmergency      = "Emergency Changes"
	sheetIndex          = "Evidence Index"
	sheetMetrics        = "Metrics"
	sheetCriteria       = "Criteria Map"
	sheetChecklist      = "Checklist (12)"
	sheetPBC            = "PBC Tracker"
	sheetPeople         = "People & Identities"
	sheetGaps           = "Gaps"
)

// sheetNames lists what the workbook holds, in order.
func sheetNames() []string {
	return []string{sheetLog, sheetSelection, sheetTesting, sheetLegend, sheetExceptions, sheetPopulation, sheetReconciliation,
		sheetEmergency, sheetIndex, sheetMetrics, sheetCriteria, sheetChecklist, sheetPBC, sheetPeople, sheetGaps}
}

// Workbook gives Change Log.xlsx of a package. It is to stand in the folder
// that the samples' folders stand in, and links to them from there; the
// folders are those of p.Files. It walks p.Log twice, and keeps no change of it
// longer than it takes to write it.
func Workbook(p evidence.Package) ([]byte, error) {
	b, err := newBook(p)
	if err != nil {
		return nil, err
	}
	defer b.file.Close()
	if err := b.changes(); err != nil {
		return nil, err
	}
	for _, sheet := range []func(*book) error{selectionSheet, legendSheet, populationSheet, reconciliationSheet, indexSheet,
		metricsSheet, criteriaSheet, checklistSheet, pbcSheet, peopleSheet, gapsSheet} {
		if err := sheet(b); err != nil {
			return nil, err
		}
	}
	b.file.SetActiveSheet(0)
	if err := setProperties(b.file, p); err != nil {
		return nil, fmt.Errorf("writing the workbook's properties: %w", err)
	}
	return b.pack()
}

// changes writes the sheets that have a row for each change, all of them in one
// walk.
func (b *book) changes() error {
	sheets := []changeSheet{newLogSheet(b), newTestingSheet(b), newExceptionSheet(b), newEmergencySheet(b)}
	for r, err := range b.rows() {
		if err != nil {
			return fmt.Errorf("reading the population: %w", err)
		}
		for _, s := range sheets {
			s.add(r)
		}
	}
	for _, s := range sheets {
		if err := s.end(); err != nil {
			return err
		}
	}
	return nil
}

// changeSheet is a sheet that takes the changes one by one.
type changeSheet interface {
	add(logged)
	end() error
}

// pack gives the bytes of the workbook.
func (b *book) pack() ([]byte, error) {
	links := map[string][]link{}
	for name, list := range b.links {
		links[sheetPart(slices.Index(sheetNames(), name))] = list
	}
	b.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &archive{to: w, at: b.p.AsOf, links: links} })
	data, err := b.file.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("writing the workbook: %w", err)
	}
	return data.Bytes(), nil
}

func setProperties(f *excelize.File, p evidence.Package) error {
	at := p.AsOf.UTC().Format(time.RFC3339)
	description := "Prepared by management from the sources' records."
	if p.Simulated {
		description = simulatedNote
	}
	return f.SetDocProps(&excelize.DocProperties{
		Title: "Change Log", Subject: clean(p.Organization), Description: description,
		Creator: clean(p.Tool), LastModifiedBy: clean(p.Tool), Created: at, Modified: at, Language: "en",
	})
}

const simulatedNote = "SIMULATED: this is the sample company's data, not that of a real one."
