package simulate

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/tickmark-dev/tickmark/internal/request"
	"github.com/tickmark-dev/tickmark/internal/simulate/company"
	"github.com/tickmark-dev/tickmark/samples"
)

func change(c *company.Company, ref string) *company.Change {
	ref = strings.TrimPrefix(ref, "harbourline/")
	for _, ch := range c.Truth.Changes {
		if ch.ID == ref {
			return ch
		}
	}
	return nil
}

// TestSamplesAreOfThisCompany sees that the lists, which are files, still
// speak of what the seed tells.
func TestSamplesAreOfThisCompany(t *testing.T) {
	if samples.Seed != company.DefaultSeed {
		t.Fatalf("the samples are for seed %d, the company's is %d", samples.Seed, uint64(company.DefaultSeed))
	}
	c := company.New(samples.Seed)
	raw, err := fs.ReadFile(samples.Files, "requests/samples.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"code-with-change-request", "multilingual", "hotfix", "stale-approval", "rerun", "rolled-back", "cab", "emergency-ticket"}
	for i, r := range rows[1:] {
		ch := change(c, r[1])
		if ch == nil {
			t.Errorf("sample %s: %s is no change of the company", r[0], r[1])
			continue
		}
		if !ch.Has(want[i]) {
			t.Errorf("sample %s: %s has no %q any more", r[0], r[1], want[i])
		}
	}
	if len(rows) != 9 {
		t.Errorf("%d samples, want 8", len(rows)-1)
	}
}

// TestAuditorsListIsTheSameEight reads the workbook as the product does.
func TestAuditorsListIsTheSameEight(t *testing.T) {
	c := company.New(samples.Seed)
	raw, err := fs.ReadFile(samples.Files, "requests/auditor-request.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := request.Read("auditor-request.xlsx", raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 8 {
		t.Fatalf("%d lines, want 8: %+v", len(lines), lines)
	}
	for i, l := range lines {
		ch := change(c, []string{"ledger-api#1248", "checkout-web#2232", "payout-worker#676", "ledger-api#1257", "identity-gateway#961", "checkout-web#2205", "CHG-672", "CHG-689"}[i])
		if ch == nil {
			t.Fatalf("sample %d is no change of the company", i+1)
		}
		if day := ch.Deployed.In(c.Zone).Format("2006-01-02"); l.Date != day {
			t.Errorf("sample %d: the list says %s, it went live on %s", i+1, l.Date, day)
		}
	}
}

func TestDifficultListStillIs(t *testing.T) {
	c := company.New(samples.Seed)
	for _, key := range []string{"PAY-1814", "PAY-1893", "INC-72"} {
		if c.Tracker.Issue(key) == nil {
			t.Errorf("%s does not exist", key)
		}
	}
	if c.Tracker.Issue("PAY-9120") != nil {
		t.Error("PAY-9120 exists")
	}
	if change(c, "payout-worker@1341087") == nil {
		t.Error("there is no push 1341087 any more")
	}
	long := slices.IndexFunc(c.Truth.Changes, func(ch *company.Change) bool { return ch.Has("long-log") })
	if !slices.Contains(c.Truth.Changes[long].Tickets, "PAY-1893") {
		t.Errorf("the long log belongs to %v", c.Truth.Changes[long].Tickets)
	}
}

func TestExhibitsHaveTheirSidecars(t *testing.T) {
	c := company.New(samples.Seed)
	n := 0
	err := fs.WalkDir(samples.Files, "exhibits", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) == ".yaml" {
			return err
		}
		n++
		raw, err := fs.ReadFile(samples.Files, p+".yaml")
		if err != nil {
			return err
		}
		var side struct{ Change, Shows, By, At, SHA256 string }
		if err := yaml.Unmarshal(raw, &side); err != nil {
			return err
		}
		if change(c, side.Change) == nil || side.Shows == "" || side.By == "" || len(side.SHA256) != 64 {
			t.Errorf("%s: %+v", p, side)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != 2 {
		t.Errorf("%d exhibits, want 2", n)
	}
}
