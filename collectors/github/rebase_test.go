package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// commitOf is a commit as GitHub answers: one line added to one file.
func commitOf(digit, parent, message, line string) string {
	return fmt.Sprintf(`{"sha":%q,"commit":{"message":%q},"parents":[{"sha":%q}],"files":[{"filename":"round.go","status":"modified","additions":1,"patch":"@@ -1 +1,2 @@\n a\n+%s"}]}`,
		sha(digit), message, sha(parent), line)
}

// listedAs is a commit as the list of a pull request has it.
func listedAs(digit, parent, message string) string {
	return fmt.Sprintf(`{"sha":%q,"commit":{"message":%q},"parents":[{"sha":%q}]}`, sha(digit), message, sha(parent))
}

// rebasedWorld lets pull request 7 have the commits 9 and a, between which main
// was merged, and GitHub put them on the base as 3 and b, on what another change
// had left there.
func rebasedWorld(t *testing.T) map[string]any {
	const repo = "/repos/acme/api"
	w := world(t)
	merge := fmt.Sprintf(`{"sha":%q,"commit":{"message":"Merge main"},"parents":[{"sha":%q},{"sha":%q}]}`, sha("8"), sha("9"), sha("0"))
	return with(w, map[string]any{
		repo + "/pulls/7":             strings.Replace(w[repo+"/pulls/7"].(string), `"commits":1`, `"commits":3`, 1),
		repo + "/pulls/7/commits":     `[` + listedAs("9", "0", "Round up") + `,` + merge + `,` + listedAs("a", "8", "Test it") + `]`,
		repo + "/pulls/7/files":       `[{"filename":"round.go","status":"modified","additions":2,"patch":"@@ -1 +1,3 @@\n a\n+b\n+c"}]`,
		repo + "/commits/" + sha("b"): commitOf("b", "3", "Test it\n", "c"),
		repo + "/commits/" + sha("3"): commitOf("3", "4", "Round up", "b"),
		repo + "/commits/" + sha("9"): commitOf("9", "0", "Round up", "b"),
		repo + "/commits/" + sha("a"): commitOf("a", "8", "Test it", "c"),
	})
}

// besides collects pull request 7 and gives the commits that came beside it, by
// the first digit of their hashes, the gaps, and the commits that were asked for.
func besides(t *testing.T, routes map[string]any) (commits, asked string, gaps []evidence.Gap) {
	t.Helper()
	s := newStub(t, routes)
	session := collectortest.Session(t, t.TempDir(), false)
	session.Authenticated("github", "auditor")
	c := newCollector(t, session, testConfig(t, s.URL))
	pull := ref(evidence.KindPullRequest, "acme/api#7")
	items, err := collectortest.Collect(t.Context(), t, c, pull)
	if len(items) == 0 || items[0].Ref != pull {
		t.Fatalf("the pull request does not come first: %+v", items)
	}
	for _, it := range items[1:] {
		commits += it.Commit.SHA[:1]
		if it.Ref.ID != "acme/api@"+it.Commit.SHA || len(it.Links) > 0 || len(it.Provenance) != 1 || !strings.HasSuffix(it.Provenance[0].URL, it.Commit.SHA+"?per_page=100") {
			t.Errorf("commit beside the pull request: %+v", it)
		}
		if slices.ContainsFunc(items[0].Provenance, func(p evidence.Provenance) bool { return p.URL == it.Provenance[0].URL }) {
			t.Errorf("the pull request says that it was made from %s", it.Provenance[0].URL)
		}
	}
	for _, d := range "0123456789abcdef" {
		if s.asked["/repos/acme/api/commits/"+sha(string(d))] > 0 {
			asked += string(d)
		}
	}
	return commits, asked, evidence.Gaps(pull, "github", err, time.Time{})
}

func TestRebased(t *testing.T) {
	const repo = "/repos/acme/api"
	// many are a pull request of n commits, each with its own message.
	many := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, listedAs("9", "0", fmt.Sprint("Step ", i)))
		}
		return `[` + strings.Join(append(list, listedAs("a", "9", "Test it")), ",") + `]`
	}
	for name, c := range map[string]struct {
		change         map[string]any
		commits, asked string
		gaps           []string
	}{
		"one by one":                        {nil, "39a", "39ab", nil},
		"one commit":                        {map[string]any{repo + "/pulls/7/commits": `[` + listedAs("a", "0", "Test it") + `]`, repo + "/pulls/7": world(t)[repo+"/pulls/7"]}, "", "", nil},
		"not merged":                        {map[string]any{repo + "/pulls/7": strings.Replace(rebasedWorld(t)[repo+"/pulls/7"].(string), `"merged_at":"2026-01-02T10:00:00Z"`, `"merged_at":null`, 1)}, "", "", nil},
		"squashed":                          {map[string]any{repo + "/commits/" + sha("b"): commitOf("b", "4", "PAY-1 Round up (#7)", "c")}, "", "b", nil},
		"squashed under the last's message": {map[string]any{repo + "/commits/" + sha("b"): commitOf("b", "4", "Test it", `b\n+c`)}, "", "b", nil},
		"on the base itself":                {map[string]any{repo + "/commits/" + sha("b"): commitOf("b", "0", "Test it", "c")}, "", "b", nil},
		"merged":                            {map[string]any{repo + "/commits/" + sha("b"): strings.Replace(commitOf("b", "4", "Test it", "c"), `"parents":[`, `"parents":[{"sha":"`+sha("a")+`"},`, 1)}, "", "b", nil},
		// The first was in the base already, so that the last stands on another change.
		"on somebody else's":    {map[string]any{repo + "/commits/" + sha("3"): commitOf("3", "4", "Another change", "z")}, "a", "3ab", nil},
		"as they were":          {map[string]any{repo + "/commits/" + sha("b"): commitOf("b", "9", "Test it", "c")}, "9a", "9ab", nil},
		"what landed is gone":   {map[string]any{repo + "/commits/" + sha("3"): noCommit}, "a", "3ab", []string{landedPart + ": not found"}},
		"its own are gone":      {map[string]any{repo + "/commits/" + sha("9"): noCommit}, "3a", "39ab", []string{landedPart + ": not found"}},
		"another commit came":   {map[string]any{repo + "/commits/" + sha("3"): commitOf("4", "4", "Round up", "b")}, "a", "3ab", []string{landedPart + ": unreachable"}},
		"no hash of a parent":   {map[string]any{repo + "/commits/" + sha("b"): strings.Replace(commitOf("b", "3", "Test it", "c"), sha("3"), "../../user", 1)}, "a", "ab", nil},
		"too many":              {map[string]any{repo + "/pulls/7/commits": many(100), repo + "/pulls/7": strings.Replace(rebasedWorld(t)[repo+"/pulls/7"].(string), `"commits":3`, `"commits":101`, 1)}, "", "b", []string{landedPart + ": truncated"}},
		"what landed is hidden": {map[string]any{repo + "/commits/" + sha("b"): 404}, "", "b", nil},
	} {
		t.Run(name, func(t *testing.T) {
			commits, asked, gaps := besides(t, with(rebasedWorld(t), c.change))
			if commits != c.commits || asked != c.asked {
				t.Errorf("commits %q beside the pull request and %q asked for, want %q and %q", commits, asked, c.commits, c.asked)
			}
			wantGaps(t, gaps, c.gaps...)
		})
	}
}

// What landed is asked for once, whether the pull request or the commit is
// collected first; and offline all of it is there again.
func TestRebasedConforms(t *testing.T) {
	server := newStub(t, rebasedWorld(t))
	collectortest.Run(t, collectortest.Options{
		New:  func(s *capture.Session) evidence.Collector { return newCollector(t, s, testConfig(t, server.URL)) },
		Refs: worldRefs(), Token: testToken,
	})

	server = newStub(t, rebasedWorld(t))
	c := newCollector(t, collectortest.Session(t, t.TempDir(), false), testConfig(t, server.URL))
	pull, _ := collectortest.Collect(t.Context(), t, c, ref(evidence.KindPullRequest, "acme/api#7"))
	landed, _ := collectortest.Collect(t.Context(), t, c, ref(evidence.KindCommit, "acme/api@"+sha("b")))
	if n := server.asked["/repos/acme/api/commits/"+sha("b")]; n != 1 || len(landed) != 1 {
		t.Errorf("what landed was asked for %d times, and gave %d items", n, len(landed))
	}
	want := []string{"pull requests of the commit", "deployments that contain the commit"}
	if len(pull) != 4 {
		t.Fatalf("%d items", len(pull))
	}
	for _, it := range pull[1:] {
		if diff := cmp.Diff(want, it.Unread); diff != "" || it.Commit.FilesTotal != 1 || it.Commit.Files[0].Patch == "" {
			t.Errorf("%s: %s %+v", it.Ref, diff, it.Commit)
		}
	}
}
