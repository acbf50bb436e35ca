package github

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// TestListTellsWhatWasPushed: the files of a commit that came by no pull
// request are asked for, once and for all, and what does not come is said.
func TestListTellsWhatWasPushed(t *testing.T) {
	s := newShop()
	s.Push(day(3, 1), "in production before")
	s.Deploy(day(3, 2), s.Tip, "success")
	s.Merge(day(4, 2))
	pushed := s.Push(day(4, 3), "by hand")
	s.Repo.Commits[pushed].Files = []forge.File{{Path: "migrations/7.sql", Additions: 1}, {Path: "new.go", PreviousPath: "old.go", Status: "renamed"}}
	s.Deploy(day(4, 4), s.Tip, "success")
	asks := func(h *hub) (n int) {
		for _, name := range h.asked {
			if strings.HasPrefix(name, "GET /repos/acme/api/commits/") {
				n++
			}
		}
		return n
	}
	h := s.hub(t, false)
	dir := t.TempDir()
	for _, offline := range []bool{false, true, false} {
		got := h.list(t, dir, offline, quarter())
		wantCut(t, got)
		it := got.items[ref2(evidence.KindCommit, "acme/api@"+pushed)]
		if it.Commit == nil || len(it.Commit.Files) != 2 || it.Commit.Files[0].Path != "migrations/7.sql" || it.Commit.Files[1].PreviousPath != "old.go" ||
			it.Commit.FilesTotal != 2 || len(it.Unread) != 1 || len(it.Provenance) != 2 {
			t.Errorf("offline %t: the commit is %+v of %+v, without %v", offline, it.Commit, it.Provenance, it.Unread)
		}
	}
	if n := asks(h); n != 1 {
		t.Errorf("%d requests for the files of one commit", n)
	}
	broken := s.hub(t, true)
	broken.answer = func(_ int, name string, w http.ResponseWriter) bool {
		if !strings.HasPrefix(name, "GET /repos/acme/api/commits/") {
			return false
		}
		fail(w, http.StatusForbidden, "Forbidden")
		return true
	}
	got := broken.list(t, t.TempDir(), false, quarter())
	wantCut(t, got, "the files of commit "+pushed+", which came by no pull request, did not come: GitHub answered 403")
	if it := got.items[ref2(evidence.KindCommit, "acme/api@"+pushed)]; it.Commit == nil || len(it.Unread) != 3 {
		t.Errorf("the commit is %+v, without %v", it.Commit, it.Unread)
	}
}
