package redact

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func planted(secret string) *evidence.Change {
	at := time.Date(2025, 10, 15, 2, 0, 0, 0, time.UTC)
	pr := evidence.Ref{Kind: evidence.KindPullRequest, System: "github", ID: "acme/api#12"}
	build := evidence.Ref{Kind: evidence.KindBuild, System: "github", ID: "acme/api/runs/7"}
	rules := evidence.Ref{Kind: evidence.KindBranchRules, System: "github", ID: "acme/api:main"}
	exhibit := evidence.Ref{Kind: evidence.KindExhibit, System: "files", ID: "#12"}
	return &evidence.Change{
		Sample: evidence.Sample{Number: 1, Label: "A1", Requested: "#12", Note: "see " + secret, Ref: pr},
		AsOf:   at,
		Items: []evidence.Item{
			{Ref: pr, Provenance: []evidence.Provenance{{URL: "https://u:" + secret + "@example.test/", SHA256: hex40, RetrievedAt: at}},
				PullRequest: &evidence.PullRequest{Number: 12, Title: "rotate " + secret, MergeCommit: hex40,
					Author: &evidence.Person{Login: "password=hunter2hunter2"}, Body: evidence.Text{Source: secret},
					Reviews: []evidence.Review{{ID: "1", Body: evidence.Text{Source: "ok"}}, {ID: "2", CommitID: hex40, Body: evidence.Text{Source: secret + secret}}}}},
			{Ref: build, Build: &evidence.Build{SHA: hex40, Jobs: []evidence.Job{{Log: &evidence.Log{Parts: []evidence.LogPart{{Lines: []string{"a", secret, "b"}}}}}}}},
			{Ref: rules, BranchRules: &evidence.BranchRules{Protection: json.RawMessage(`{"url":"` + secret + `"}`)}},
			{Ref: exhibit, Exhibit: &evidence.Exhibit{Content: []byte("shown: " + secret)}},
		},
		Gaps: []evidence.Gap{{Ref: build, Detail: "GET with " + secret, At: at}},
	}
}

func TestChange(t *testing.T) {
	const known = "KNOWN-secret-1"
	for _, secret := range []string{known, "ghp_" + alnum36} {
		c := planted(secret)
		hits := New([]string{known}).Change(c)
		all := fmt.Sprintf("%s %s", must(json.Marshal(c)), c.Items[3].Exhibit.Content)
		if strings.Contains(all, secret) {
			t.Errorf("%s is left in %s", secret, all)
		}
		if got := c.Items[0].PullRequest; got.MergeCommit != hex40 || got.Reviews[1].CommitID != hex40 || got.Author.Login != "password=hunter2hunter2" {
			t.Errorf("a hash or a person was changed: %+v", got)
		}
		var where []string
		for _, h := range hits {
			where = append(where, fmt.Sprintf("%s ×%d", h.Where, h.Count))
		}
		want := []string{
			"branch_rules:github:acme/api:main branch_rules.protection ×1",
			"build:github:acme/api/runs/7 build.jobs[0].log.parts[0].lines ×1",
			"exhibit:files:#12 exhibit.content ×1",
			"gap build:github:acme/api/runs/7 detail ×1",
			"pull_request:github:acme/api#12 provenance[0].url ×1",
			"pull_request:github:acme/api#12 pull_request.body.source ×1",
			"pull_request:github:acme/api#12 pull_request.reviews[1].body.source ×2",
			"pull_request:github:acme/api#12 pull_request.title ×1",
			"sample note ×1",
		}
		if secret != known {
			want[6] = strings.Replace(want[6], "×2", "×1", 1) // two tokens without a gap read as one
		}
		if diff := cmp.Diff(want, where); diff != "" {
			t.Error(diff)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// In 1,371 recorded bodies of GitHub, all that the rules take out is one
// person's session token in a pasted command, which two recordings contain.
func TestRecordedBodies(t *testing.T) {
	f, err := os.Open("../../../shared/data/github-exchanges.jsonl")
	if err != nil {
		t.Skip("recorded GitHub bodies are not here: ", err)
	}
	defer f.Close()
	r := New(nil)
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	bodies, found := 0, map[string]int{}
	for lines.Scan() {
		var e struct{ Body json.RawMessage }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		var text string
		if json.Unmarshal(e.Body, &text) == nil {
			e.Body = []byte(text)
		}
		bodies++
		out, hits := r.Bytes(e.Body)
		if json.Valid(e.Body) && !json.Valid(out) {
			t.Errorf("a body is no JSON any more: %.200s", out)
		}
		for _, h := range hits {
			found[h.Rule] += h.Count
		}
	}
	if err := lines.Err(); err != nil || bodies < 1000 {
		t.Fatalf("%d bodies, %v", bodies, err)
	}
	if diff := cmp.Diff(map[string]int{"secret_value": 2}, found); diff != "" {
		t.Error(diff)
	}
}

func TestClone(t *testing.T) {
	const known = "KNOWN-secret-1"
	original, untouched := planted(known), planted(known)
	copied := Clone(*original)
	if diff := cmp.Diff(*untouched, copied); diff != "" {
		t.Error("the copy differs: ", diff)
	}
	New([]string{known}).Change(&copied)
	if diff := cmp.Diff(untouched, original); diff != "" {
		t.Error("redacting the copy changed the original: ", diff)
	}
}

// A pull request is renamed because a secret stood in its title; the timeline
// still says what it was called. Commits before and after a push stay.
func TestChangeOfATitle(t *testing.T) {
	secret := "ghp_" + alnum36
	pr := evidence.PullRequest{Timeline: []evidence.Event{
		{Kind: "renamed", Before: "use " + secret, Subject: "use a token"},
		{Kind: "head_ref_force_pushed", Before: hex40, After: hex40},
	}}
	c := evidence.Change{Items: []evidence.Item{{PullRequest: &pr}}}
	hits := New(nil).Change(&c)
	if len(hits) != 1 || strings.Contains(pr.Timeline[0].Before, secret) {
		t.Errorf("hits are %v, the old title is %q", hits, pr.Timeline[0].Before)
	}
	if e := pr.Timeline[1]; e.Before != hex40 || e.After != hex40 {
		t.Errorf("a commit was changed: %+v", e)
	}
}
