package pack

import (
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestSampleFolder(t *testing.T) {
	undeployed := pullRequest(3, "acme/api", 7)
	undeployed.Items = undeployed.Items[:1]
	byCommit := pullRequest(4, "acme/api", 8)
	byCommit.Sample.Ref = byCommit.Items[1].Ref
	commitAlone := byCommit
	commitAlone.Items = byCommit.Items[1:]
	byDeployment := commitAlone
	byDeployment.Sample.Ref = ref(evidence.KindDeployment, "acme/api/deployments/55")
	byDeployment.Items = byDeployment.Items[1:]
	dayAlone := ticket(2, "CHG-789")
	dayAlone.Items[0].Ticket.Deployed = time.Date(2025, 10, 15, 0, 0, 0, 0, time.UTC)
	dayAlone.Items[0].Ticket.DeployedDay = true
	hostile := ticket(6, `../..\CON:<a>|"b"?*`+"\x00\u202e"+strings.Repeat("ü", 100)+".")
	for name, c := range map[string]struct {
		change evidence.Change
		zone   *time.Location
		want   string
	}{
		"pull request, day of the zone": {pullRequest(1, "acme/api", 1234), berlin(t), "Sample 1 - 2025-10-16 PR #1234"},
		"pull request, UTC":             {pullRequest(1, "acme/api", 1234), nil, "Sample 1 - 2025-10-15 PR #1234"},
		"same number, other repository": {pullRequest(2, "acme/web", 1234), nil, "Sample 2 - 2025-10-15 PR #1234"},
		"ticket":                        {ticket(2, "CHG-789"), nil, "Sample 2 - 2025-10-15 CHG-789"},
		"ticket that names the day":     {dayAlone, time.FixedZone("west", -8*60*60), "Sample 2 - 2025-10-15 CHG-789"},
		"a forge's issue":               {ticket(2, "acme/ops#12"), nil, "Sample 2 - 2025-10-15 issue #12"},
		"not deployed":                  {undeployed, nil, "Sample 3 - no deployment date PR #7"},
		"commit of a pull request":      {byCommit, nil, "Sample 4 - 2025-10-15 PR #8"},
		"commit alone":                  {commitAlone, nil, "Sample 4 - 2025-10-15 commit 0123456"},
		"deployment":                    {byDeployment, nil, "Sample 4 - no deployment date deployment 55"},
		"hostile":                       {hostile, nil, "Sample 6 - 2025-10-15 -..-CON--a---b---" + strings.Repeat("ü", 31)},
	} {
		t.Run(name, func(t *testing.T) {
			got := SampleFolder(&c.change, c.zone)
			if got != ChangesFolder+"/"+c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if err := CheckPath(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSourceName(t *testing.T) {
	sha := strings.Repeat("0123456789", 4)
	for want, got := range map[string]string{
		"01 pull_request acme-api-1234.json":    SourceName(1, 2, ref(evidence.KindPullRequest, "acme/api#1234"), ".json"),
		"007 checks acme-api-012345678901.json": SourceName(7, 3, ref(evidence.KindChecks, "acme/api@"+sha), ".json"),
		"12 build acme-api-runs-99.txt":         SourceName(12, 0, ref(evidence.KindBuild, "acme/api/runs/99"), ".txt"),
		"01 signal api-2025-10-15T02-00-00Z.gz": SourceName(1, 1, ref(evidence.KindSignal, "api@2025-10-15T02:00:00Z"), ".gz"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"screenshot.png": "screenshot.png", "a/b\\c:d.txt": "a-b-c-d.txt", "con.txt": "con_.txt", "LPT1": "LPT1_", "aux .log": "aux _.log",
		" . ": "unnamed", "": "unnamed", "u\u0308.md": "ü.md", "tab\there.md": "tabhere.md", "\xff.md": "-.md", "trailing. .": "trailing",
		strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 76) + ".pdf", strings.Repeat("😀", 100) + ".png": strings.Repeat("😀", 38) + ".png",
	} {
		got := FileName(in)
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if err := CheckPath(got); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestCheckPath(t *testing.T) {
	for _, bad := range []string{"", "/a", "a//b", "../a", "a/../b", "a/.", `a\b`, "C:/a", "a*", "a?", `a"`, "a<", "a|", "a\n", "a.", "a /b", " a", "nul", "a/COM1.txt", "a/com¹", "u\u0308", "a\xff"} {
		if CheckPath(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"a", "Change Management/Sample 1 - 2025-10-15 PR #1234/source/01 a.json", "ü/日本.pdf", ".hidden", "console.txt", "com10"} {
		if err := CheckPath(good); err != nil {
			t.Error(err)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"a.png", "CON", "\u202e..", "a\u0308.", "COM1 .x", ".con"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := FileName(s)
		if err := CheckPath(got); err != nil {
			t.Errorf("%q became %q: %v", s, got, err)
		}
		if n := units(got); n > maxName+2 {
			t.Errorf("%q became %d units", s, n)
		}
	})
}
