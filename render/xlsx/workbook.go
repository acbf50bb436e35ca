// Package xlsx writes Change Log.xlsx: the master log of the changes, the
// index of every file and its sources, and what could not be obtained. It
// states facts in the sources' words and draws no conclusion.
//
// The workbook holds text, dates and whole numbers: no formulas, macros,
// hidden sheets or links to other workbooks. Equal packages give equal bytes.
package xlsx

import (
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// sheets lists what the workbook holds, in order.
func sheets() []func(evidence.Package) table {
	return []func(evidence.Package) table{
		changeLog,
		evidenceIndex,
		gaps,
	}
}

// Workbook gives Change Log.xlsx of a package. It is to stand in the folder
// that the samples' folders stand in, and links to them from there; the
// folders are those of p.Files.
func Workbook(p evidence.Package) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	styles, err := newStyles(f)
	if err != nil {
		return nil, fmt.Errorf("preparing the workbook's styles: %w", err)
	}
	var links [][]link
	for i, sheet := range sheets() {
		t := sheet(p)
		if i == 0 {
			err = f.SetSheetName("Sheet1", t.name)
		} else {
			_, err = f.NewSheet(t.name)
		}
		var found []link
		if err == nil {
			found, err = t.write(f, styles, p)
		}
		if err != nil {
			return nil, fmt.Errorf("writing the sheet %q: %w", t.name, err)
		}
		links = append(links, found)
	}
	f.SetActiveSheet(0)
	if err := setProperties(f, p); err != nil {
		return nil, fmt.Errorf("writing the workbook's properties: %w", err)
	}
	data, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("writing the workbook: %w", err)
	}
	return settle(data.Bytes(), links, p.AsOf)
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
