// Command generate writes the sample company's lists and exhibits. Run it with
// "go generate ./samples" from the module's root; it writes into the folder
// that it is run in. Its output depends on nothing but this file.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/xuri/excelize/v2"
)

// row is one line of the auditor's list.
type row struct {
	number     int
	deployed   string // as the auditor has it from the population
	reference  string // as a careful person writes it
	repository string
	loose      string // as people write it
	what       string
	comment    string
}

func chosen() []row {
	return []row{
		{1, "2026-05-26", "harbourline/ledger-api#1248", "ledger-api", "#1248", "Split the balances table by month", "database change, please include the rollback"},
		{2, "2026-04-15", "harbourline/checkout-web#2232", "checkout-web", "PR 2232", "Offer BLIK in the payment method picker", ""},
		{3, "2026-01-08", "harbourline/payout-worker#676", "payout-worker", "payout-worker#676", "Send each payout once when two workers wake together", "emergency change, incident to be provided"},
		{4, "2026-06-11", "harbourline/ledger-api#1257", "ledger-api", "1257", "Round Ireland VAT", ""},
		{5, "2026-06-25", "harbourline/identity-gateway#961", "identity-gateway", "harbourline/identity-gateway#961", "Ask again for the password", "security"},
		{6, "2026-02-11", "harbourline/checkout-web#2205", "checkout-web", "#2205", "Replace the home-made router", "was this rolled back?"},
		{7, "2026-03-30", "CHG-672", "", "CHG-672", "Allow the new acquirer's addresses through the edge firewall", "infrastructure"},
		{8, "2026-05-12", "CHG-689", "", "chg-689", "Send all card payments to the second acquirer", "emergency, out of hours"},
	}
}

func main() {
	log.SetFlags(0)
	if err := generate(); err != nil {
		log.Fatal(err)
	}
}

// generate writes everything into the working folder.
func generate() error {
	for _, write := range []func() error{plainList, difficultList, dateList, auditorList, chat, screenshot} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func save(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func table(path string, rows [][]string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return save(path, b.Bytes())
}

// plainList is the list as one would wish for it.
func plainList() error {
	rows := [][]string{{"sample", "change", "note"}}
	for _, r := range chosen() {
		rows = append(rows, []string{fmt.Sprint(r.number), r.reference, r.comment})
	}
	return table("requests/samples.csv", rows)
}

// difficultList is what else a list may hold: other references, one that means
// nothing, one that is there twice.
func difficultList() error {
	return table("requests/difficult.csv", [][]string{
		{"Requested by the auditor", "", ""},
		{"Period 1 January to 30 June 2026", "", ""},
		{"", "", ""},
		{"Ref", "Change", "Remarks"},
		{"A-1", "PAY-1814", "by its ticket"},
		{"A-2", "payout-worker@1341087", "by its commit; no pull request"},
		{"A-3", "PAY-9120", "named by a pull request and does not exist"},
		{"A-4", "CVE-2024-24790", "is no ticket"},
		{"A-5", "harbourline/ledger-api#1248", "also in the first list"},
		{"A-6", "harbourline/ledger-api#1248", "the same again"},
		{"A-7", "PAY-1893", "its CI log has 60,000 lines"},
		{"A-8", "INC-72", "an incident, not a change"},
	})
}

// dateList asks what went to production on a day.
func dateList() error {
	return table("requests/by-date.csv", [][]string{{"sample", "deployment date"}, {"1", "2026-05-26"}, {"2", "2026-02-11"}, {"3", "2026-04-05"}})
}

// auditorList is the list as it really comes: a title over merged cells, the
// header in the seventh row, dates as Excel keeps them, references as people
// write them, a column that means nothing to us, and a line for signatures.
func auditorList() error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sample selection"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E1F2"}}})
	if err != nil {
		return err
	}
	format := "dd mmm yyyy"
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	set := func(cell string, v any) {
		if err == nil {
			err = f.SetCellValue(sheet, cell, v)
		}
	}
	set("A1", "CC8.1 Change management: sample selection")
	set("A2", "Client: Harbourline Payments (sample company, simulated)")
	set("A3", "Period: 1 January 2026 to 30 June 2026")
	set("A4", "Please provide the evidence for each item within ten working days.")
	for i, h := range []string{"No.", "W/P ref", "Date deployed", "PR / Ticket", "Repository", "Description", "Auditor comments"} {
		cell, cerr := excelize.CoordinatesToCellName(i+1, 7)
		if cerr != nil {
			return cerr
		}
		set(cell, h)
	}
	for i, r := range chosen() {
		at, perr := time.Parse(time.DateOnly, r.deployed)
		if perr != nil {
			return perr
		}
		line := 8 + i
		set(fmt.Sprintf("A%d", line), r.number)
		set(fmt.Sprintf("B%d", line), fmt.Sprintf("F-%d.%d", 12, r.number))
		set(fmt.Sprintf("C%d", line), at)
		set(fmt.Sprintf("D%d", line), r.loose)
		set(fmt.Sprintf("E%d", line), r.repository)
		set(fmt.Sprintf("F%d", line), r.what)
		set(fmt.Sprintf("G%d", line), r.comment)
	}
	set("A5", "Selected by:")
	set("F5", "Reviewed by:")
	if err != nil {
		return err
	}
	if err := layout(f, sheet, bold, date); err != nil {
		return err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Sample company (simulated)", Created: "2026-07-02T08:00:00Z", Modified: "2026-07-02T08:00:00Z", Title: "Sample selection"}); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	return save("requests/auditor-request.xlsx", b.Bytes())
}

func layout(f *excelize.File, sheet string, bold, date int) error {
	for _, merged := range [][2]string{{"A1", "G1"}, {"A2", "G2"}, {"A3", "G3"}, {"A4", "G4"}} {
		if err := f.MergeCell(sheet, merged[0], merged[1]); err != nil {
			return err
		}
	}
	for column, width := range map[string]float64{"C": 14, "D": 32, "E": 18, "F": 54, "G": 44} {
		if err := f.SetColWidth(sheet, column, column, width); err != nil {
			return err
		}
	}
	if err := f.SetCellStyle(sheet, "A7", "G7", bold); err != nil {
		return err
	}
	return f.SetCellStyle(sheet, "C8", "C15", date)
}

// exhibit writes a file and its sidecar.
func exhibit(name string, data []byte, change, shows, supports, by, at string) error {
	sum := sha256.Sum256(data)
	if err := save("exhibits/"+name, data); err != nil {
		return err
	}
	return save("exhibits/"+name+".yaml", fmt.Appendf(nil, "change: %s\nshows: %s\nsupports: %s\nby: %s\nat: %s\nsha256: %s\n", change, shows, supports, by, at, hex.EncodeToString(sum[:])))
}

// chat is what was said in the channel of the first incident.
func chat() error {
	text := `harbourline sample company (simulated)
Export of the channel #inc-71-double-payouts, 8 January 2026, times of Berlin

15:22 Yusuf Demir      Nordbank calls: 14 duplicate end-to-end ids in the 15:00 file.
15:24 周明宇            Looking. Both workers woke at 15:00:00.
15:31 周明宇            Second worker is stopped. No further duplicates.
16:05 周明宇            Found: the claim takes no lock. Fix is four lines.
16:08 Yusuf Demir      Can this wait for Wednesday's release?
16:09 周明宇            The 17:30 run needs it, or we run with one worker and miss Nordbank's cut-off.
16:10 Märta Lindqvist  I authorise a hotfix without a review before. Yusuf watches the run, I want a review tomorrow morning.
16:12 周明宇            PR is open.
17:05 周明宇            Merged, deploying.
17:15 Yusuf Demir      Live. Second worker is started.
17:40 Yusuf Demir      17:30 run: 2,204 payouts, no duplicates. Closing. 🎉
`
	return exhibit("inc-71-chat.txt", []byte(text), `"harbourline/payout-worker#676"`, "who authorised the hotfix in the incident, and when", "incident", "Tobias Krüger", "2026-01-12T10:20:00+01:00")
}

// screenshot is a picture of a firewall's counters after the change.
func screenshot() error {
	const width, height = 960, 420
	white, grey, blue, green, dark := uint8(0), uint8(1), uint8(2), uint8(3), uint8(4)
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{
		color.RGBA{255, 255, 255, 255}, color.RGBA{225, 228, 234, 255}, color.RGBA{46, 108, 190, 255}, color.RGBA{52, 148, 84, 255}, color.RGBA{40, 46, 58, 255},
	})
	fill := func(x0, y0, x1, y1 int, c uint8) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				img.SetColorIndex(x, y, c)
			}
		}
	}
	fill(0, 0, width, height, white)
	fill(0, 0, width, 36, dark)
	for i := range 9 {
		fill(40, 60+i*38, width-30, 61+i*38, grey)
	}
	for i := range 44 {
		level := 118 + (i*37)%23
		c := blue
		if i >= 21 { // the second data centre answers from here on
			level, c = 66+(i*29)%17, green
			fill(50+i*20, 364-level-58-(i*13)%9, 64+i*20, 364-level, blue)
		}
		fill(50+i*20, 364-level, 64+i*20, 364, c)
	}
	fill(40, 364, width-30, 366, dark)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	return exhibit("chg-672-firewall.png", b.Bytes(), "CHG-672", "connections to the acquirer's old (blue) and new (green) addresses, before and after the change", "monitoring", "Дмитро Коваленко", "2026-03-30T15:05:00+02:00")
}
