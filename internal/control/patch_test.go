package control

import (
	"testing"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// singly lets the forge put the two commits of the pull request on the base one
// by one, of which M is the second.
func (w *world) singly() {
	w.pr.Files[0].Patch = "@@ -1 +1,2 @@\n-a\n+b\n+c\n"
	w.landed.Message, w.landed.Parents = w.pr.Commits[1].Message, []string{x2}
	w.landed.Files[0].Patch = "@@ -1 +1,2 @@\n b\n+c\n"
}

// commits collects both commits of the pull request and the one on which M stands.
func (w *world) commits() {
	add := func(sha, parent, message, patch string) {
		w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindCommit, repo+"@"+sha), Commit: &evidence.Commit{Repository: repo, SHA: sha, Parents: []string{parent}, Message: message,
			Files: []evidence.File{{Path: "pay/round.go", Status: "modified", Patch: patch}}, FilesTotal: 1}})
	}
	add(c1, b0, "Round", "@@ -1 +1 @@\n-a\n+b\n")
	add(c2, c1, "Test it", "@@ -1 +1,2 @@\n b\n+c\n")
	add(x2, b0, "Round", "@@ -4 +4 @@\n-a\n+b\n")
}

// patch draws the change of one file.
func (w *world) patch(reviewed, landed string) {
	w.pr.Files[0].Patch, w.landed.Files[0].Patch = "@@ -1 +1 @@\n"+reviewed, "@@ -1 +1 @@\n"+landed
}

// binary makes the change one of a file whose lines the source does not show.
func (w *world) binary(reviewed, landed string) {
	for _, f := range []*evidence.File{&w.pr.Files[0], &w.landed.Files[0]} {
		f.Patch, f.Path, f.Additions, f.Deletions = "", "logo.bin", 0, 0
	}
	w.pr.Files[0].Blob, w.landed.Files[0].Blob = reviewed, landed
}

func TestLanded(t *testing.T) {
	table(t, "H", map[string]one{
		// Lines that were moved are other code.
		"moved in what landed": {nil, func(w *world) {
			w.patch("-a\n+b\n", "-check()\n-a\n+b\n run()\n+check()\n")
		}, look, "LANDED_IN_ANOTHER_ORDER"},
		"moved in both": {nil, func(w *world) {
			w.patch("-check()\n-a\n+b\n+check()\n", "-check()\n-a\n+b\n+check()\n")
		}, ok, "APPROVED_HEAD"},
		"moved in what was reviewed alone": {nil, func(w *world) {
			w.patch("-check()\n-a\n+b\n+check()\n", "-a\n+b\n")
		}, look, "LANDED_LESS"},
		"a check is missing": {nil, func(w *world) {
			w.patch("-a\n+if !admin { return }\n+b\n", "-a\n+b\n")
		}, look, "LANDED_LESS"},
		"a file is missing": {nil, func(w *world) {
			w.pr.Files = append(w.pr.Files, evidence.File{Path: "guard.go", Status: "added", Patch: "@@ -0,0 +1 @@\n+guard\n"})
			w.pr.FilesTotal++
		}, look, "LANDED_LESS"},
		"the same lines in another function": {nil, func(w *world) {
			w.pr.Files[0].Patch, w.landed.Files[0].Patch = "@@ -1 +1 @@ func isEmpty()\n if done {\n+return true\n", "@@ -1 +1 @@ func isAdmin()\n if done {\n+return true\n"
		}, look, "LANDED_ELSEWHERE"},
		"the same hunk further down": {nil, func(w *world) {
			w.pr.Files[0].Patch, w.landed.Files[0].Patch = "@@ -1 +1 @@ func f()\n d\n-a\n+b\n", "@@ -81 +91 @@ func f()\n d\n-a\n+b\n"
		}, ok, "APPROVED_HEAD"},
		"another file was renamed to it": {nil, func(w *world) {
			w.landed.Files[0].Status, w.landed.Files[0].PreviousPath = "renamed", "evil/other.go"
		}, look, "LANDED_NOT_COMPARED"},
		"taken out, and not put back": {nil, func(w *world) {
			w.patch("-check()\n-a\n+b\n+check()\n", "-check()\n-a\n+b\n")
		}, bad, "LANDED_DIFFERS"},
		"the same lines in another order": {nil, func(w *world) {
			w.patch("+lock()\n+write()\n+unlock()\n", "+write()\n+lock()\n+unlock()\n")
		}, look, "LANDED_IN_ANOTHER_ORDER"},
		"drawn in other hunks, with blank lines": {nil, func(w *world) {
			w.patch("-a\n+b\n+c\n", "-a\n+b\n+\n@@ -80 +81 @@ far\n d\n+c\n")
		}, look, "LANDED_ELSEWHERE"},

		// What has no lines is compared by its content.
		"binary, of one content":       {nil, func(w *world) { w.binary("f1", "f1") }, ok, "APPROVED_HEAD"},
		"binary, of another content":   {nil, func(w *world) { w.binary("f1", "f2") }, look, "LANDED_NOT_COMPARED"},
		"binary, nobody says of what":  {nil, func(w *world) { w.binary("", "") }, look, "LANDED_NOT_COMPARED"},
		"renamed, nobody says how":     {nil, func(w *world) { w.binary("", ""); renamed(w) }, look, "LANDED_NOT_COMPARED"},
		"renamed, of one content":      {nil, func(w *world) { w.binary("f1", "f1"); renamed(w) }, ok, "APPROVED_HEAD"},
		"another mode, of one content": {nil, func(w *world) { w.binary("f1", "f1"); w.landed.Files[0].Status = "changed" }, look, "LANDED_NOT_COMPARED"},
		"removed in both": {nil, func(w *world) {
			w.binary("f1", "f2")
			w.pr.Files[0].Status, w.landed.Files[0].Status = "removed", "removed"
		}, ok, "APPROVED_HEAD"},
		"removed in what landed alone":  {nil, func(w *world) { w.binary("f1", "f1"); w.landed.Files[0].Status = "removed" }, look, "LANDED_NOT_COMPARED"},
		"too large in what landed only": {nil, func(w *world) { w.landed.Files[0].Patch = "" }, look, "LANDED_NOT_COMPARED"},

		// A rebase leaves M as the last of several.
		"one by one, the others not collected": {nil, func(w *world) { w.singly() }, look, "LANDED_BY_REBASE"},
		"one by one, and all is as reviewed":   {nil, func(w *world) { w.singly(); w.commits() }, ok, "APPROVED_HEAD"},
		"one by one, more in the last": {nil, func(w *world) {
			w.singly()
			w.commits()
			w.landed.Files[0].Patch += "+evil()\n"
		}, bad, "LANDED_DIFFERS"},
		"one by one, more in the first": {nil, func(w *world) {
			w.singly()
			w.commits()
			w.Items[len(w.Items)-1].Commit.Files[0].Patch += "+evil()\n"
		}, bad, "LANDED_DIFFERS"},
		"one by one, and another commit holds it": {nil, func(w *world) {
			w.singly()
			w.commits()
			w.landed.Files[0].Patch = "@@ -1 +1,2 @@\n+b\n"
		}, look, "LANDED_IN_ANOTHER_ORDER"},
		"one by one, and one was not collected": {nil, func(w *world) {
			w.singly()
			w.commits()
			w.Items = w.Items[:len(w.Items)-1]
		}, look, "LANDED_BY_REBASE"},
		"one by one, more in the last, and one was not collected": {nil, func(w *world) {
			w.singly()
			w.commits()
			w.Items = w.Items[:len(w.Items)-1]
			w.landed.Files[0].Patch += "+evil()\n"
		}, bad, "LANDED_DIFFERS"},
		// The first was in the base already, so that M stands on another change.
		"one by one, on somebody else's": {nil, func(w *world) {
			w.singly()
			w.commits()
			other := w.Items[len(w.Items)-1].Commit
			other.Message, other.Files[0].Patch = "Another change", "@@ -9 +9 @@\n-y\n+z\n"
		}, look, "LANDED_BY_REBASE"},
		"one by one, and the last did not land": {nil, func(w *world) {
			w.singly()
			w.commits()
			guard := w.pr.Commits[1]
			guard.SHA, guard.Parents, guard.Message = x1, []string{c2}, "Guard it"
			w.pr.Commits = append(w.pr.Commits, guard)
		}, look, "LANDED_BY_REBASE"},
		"one by one, a file more": {nil, func(w *world) {
			w.singly()
			w.landed.Files = append(w.landed.Files, evidence.File{Path: "evil.go", Status: "added", Patch: "+x"})
			w.landed.FilesTotal = 2
		}, look, "LANDED_BY_REBASE"},
		"squashed under the last message": {nil, func(w *world) { w.singly(); w.landed.Files[0].Patch = w.pr.Files[0].Patch }, ok, "APPROVED_HEAD"},
		"squashed under the last message, with more": {nil, func(w *world) {
			w.singly()
			w.landed.Files[0].Patch = w.pr.Files[0].Patch + "+evil()\n"
		}, bad, "LANDED_DIFFERS"},
		"squashed under the last message, other lines": {nil, func(w *world) {
			w.singly()
			w.landed.Parents = []string{b0} // it stands on the base itself
			w.landed.Files[0].Patch = "@@ -1 +1 @@\n+z\n"
		}, bad, "LANDED_DIFFERS"},
		"other lines under the last message": {nil, func(w *world) { w.singly(); w.landed.Files[0].Patch = "@@ -1 +1 @@\n+z\n" }, look, "LANDED_BY_REBASE"},

		// An approved commit that was rewritten.
		"approved less than was merged": {nil, func(w *world) {
			w.pr.Reviews[0].CommitID = c0
			w.pr.Files[0].Patch = "@@ -1 +1,2 @@\n-a\n+b\n+c\n"
			w.rewritten("@@ -9 +9 @@\n-a\n+b\n")
		}, look, "APPROVED_COMMIT_GONE"},
		"approved in another order": {nil, func(w *world) {
			w.pr.Reviews[0].CommitID = c0
			w.patch("+lock()\n+write()\n", "+lock()\n+write()\n")
			w.rewritten("@@ -9 +9 @@\n+write()\n+lock()\n")
		}, look, "APPROVED_COMMIT_GONE"},
		// Trap 6: the same line is put into another function than was approved.
		"approved in another function": {nil, func(w *world) {
			w.pr.Reviews[0].CommitID = c0
			w.pr.Files[0].Patch = "@@ -9 +9 @@ func isAdmin()\n if x {\n+return true\n"
			w.landed.Files[0].Patch = w.pr.Files[0].Patch
			w.rewritten("@@ -1 +1 @@ func isEmpty()\n if x {\n+return true\n")
		}, look, "APPROVED_COMMIT_GONE"},
	})
}

func renamed(w *world) {
	for _, f := range []*evidence.File{&w.pr.Files[0], &w.landed.Files[0]} {
		f.Status, f.PreviousPath = "renamed", "old.bin"
	}
}

// rewritten collects the commit that was approved and is no longer there.
func (w *world) rewritten(patch string) {
	w.Items = append(w.Items, evidence.Item{Ref: ref(evidence.KindCommit, repo+"@"+c0), Commit: &evidence.Commit{Repository: repo, SHA: c0,
		Files: []evidence.File{{Path: "pay/round.go", Status: "modified", Patch: patch}}}})
}
