package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// chart is one drawing of a column of the metrics.
type chart struct {
	title  string
	kind   excelize.ChartType
	column int
	format string
	line   int // a second column, drawn as a line on an axis of its own; 0: none
	as     string
	second string // what the line's axis is counted in
	rows   area
	most   float64 // the axis' end; 0: as the values need
}

// charts draws the months from first to last, two drawings beside each other,
// below what has been written.
func (s *sheet) charts(first, last int, letters area) {
	months := area{first, last}
	all := []chart{
		{title: "Deployment success rate", kind: excelize.Line, column: colSuccess, format: "0%", rows: months, most: 1},
		{title: "Lead time from request to deployment, median days", kind: excelize.Col, column: colMedian, format: "0", rows: months},
		{title: "Rework share", kind: excelize.Line, column: colRework, format: "0%", rows: months},
	}
	if s.b.survey.letters[emergencyLetter] && s.b.tells() {
		all = append(all, chart{title: "Emergency changes: count (columns) and share (line)", kind: excelize.Col, column: colEmergencies, format: "0", line: colEmergencyShare, second: "0%", rows: months})
	}
	if s.b.tells() {
		all = append(all, chart{title: "Exceptions by month", kind: excelize.Col, column: colExceptions, format: "0", rows: months},
			chart{title: "Exceptions by attribute", kind: excelize.Col, column: 1, format: "0", rows: letters})
	}
	s.section("Charts")
	const rowsEach, columnsEach = 16, metricColumns / 2
	for i, c := range all {
		at, err := excelize.CoordinatesToCellName(1+i%2*columnsEach, s.at+1+i/2*rowsEach)
		s.fail(err)
		if s.err == nil {
			s.fail(s.draw(at, c))
		}
	}
	s.at += (len(all) + 1) / 2 * rowsEach
}

func (s *sheet) draw(at string, c chart) error {
	font := excelize.Font{Family: family, Size: 9, Color: muted}
	series := func(column int) (excelize.ChartSeries, error) {
		name, err := excelize.ColumnNumberToName(column + 1)
		if err != nil {
			return excelize.ChartSeries{}, err
		}
		return excelize.ChartSeries{
			Name:       s.ref("$%s$%d", name, c.rows.first-1),
			Categories: s.ref("$A$%d:$A$%d", c.rows.first, c.rows.last),
			Values:     s.ref("$%[1]s$%[2]d:$%[1]s$%[3]d", name, c.rows.first, c.rows.last),
			Fill:       filled(accent),
			Line:       excelize.LineOptions{Width: 2, Fill: filled(accent)},
			Marker:     excelize.ChartMarker{Symbol: "circle", Size: 6, Fill: filled(accent)},
		}, nil
	}
	main, err := series(c.column)
	if err != nil {
		return err
	}
	gap, zero := uint(60), 0.0
	drawing := &excelize.Chart{
		Type: c.kind, Series: []excelize.ChartSeries{main},
		Title:        excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.title, Font: &excelize.Font{Family: family, Size: 11, Bold: true, Color: accent}}}},
		Legend:       excelize.ChartLegend{Position: "none"},
		Dimension:    excelize.ChartDimension{Width: 640, Height: 290},
		Border:       excelize.LineOptions{Type: excelize.LineSolid, Width: 0.75, Fill: filled(hairline)},
		Fill:         filled("FFFFFF"),
		XAxis:        excelize.ChartAxis{Font: font},
		YAxis:        excelize.ChartAxis{Font: font, MajorGridLines: true, Minimum: &zero, NumFmt: excelize.ChartNumFmt{CustomNumFmt: c.format}},
		GapWidth:     &gap,
		ShowBlanksAs: "gap",
		Format:       excelize.GraphicOptions{AltText: c.title, OffsetX: 6, OffsetY: 6},
	}
	if c.most > 0 {
		drawing.YAxis.Maximum = &c.most
	}
	if c.line == 0 {
		return s.b.file.AddChart(s.name, at, drawing)
	}
	second, err := series(c.line)
	if err != nil {
		return err
	}
	second.Line.Fill, second.Marker.Fill = filled(muted), filled("FFFFFF")
	second.Line.Dash = excelize.LineDashDash
	return s.b.file.AddChart(s.name, at, drawing, &excelize.Chart{Type: excelize.Line, Series: []excelize.ChartSeries{second},
		YAxis: excelize.ChartAxis{Secondary: true, Font: font, Minimum: &zero, NumFmt: excelize.ChartNumFmt{CustomNumFmt: c.second}}, ShowBlanksAs: "gap"})
}

// ref names cells of the sheet.
func (s *sheet) ref(format string, args ...any) string {
	return "'" + s.name + "'!" + fmt.Sprintf(format, args...)
}
