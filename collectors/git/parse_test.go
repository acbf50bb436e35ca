package git

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

func TestTrailers(t *testing.T) {
	ts := func(pairs ...string) (all []evidence.Trailer) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, evidence.Trailer{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	tests := map[string]struct {
		message string
		want    []evidence.Trailer
	}{
		"none":      {"Title\n\nText.", nil},
		"title":     {"Fix: this is no trailer", nil},
		"plain":     {"T\n\nReviewed-by: Bo <b@x>", ts("Reviewed-by", "Bo <b@x>")},
		"unknown":   {"T\n\nText.\n\nChange-Id: I1\nRefs: PAY-1", ts("Change-Id", "I1", "Refs", "PAY-1")},
		"CRLF":      {"T\r\n\r\nReviewers: Bo <b@x>\r\n\r\n---------\r\n\r\nCo-authored-by: Cy <c@x>", ts("Reviewers", "Bo <b@x>", "Co-authored-by", "Cy <c@x>")},
		"list":      {"T\n\nReviewers: Bo <b@x>, Cy <c@x>, Di", ts("Reviewers", "Bo <b@x>", "Reviewers", "Cy <c@x>", "Reviewers", "Di")},
		"and":       {"T\n\nReviewers: Bo <b@x> and Cy <c@x>", ts("Reviewers", "Bo <b@x>", "Reviewers", "Cy <c@x>")},
		"comma":     {"T\n\nReviewed-by: Oak, Bo", ts("Reviewed-by", "Oak, Bo")},
		"quoted":    {"T\n\nReviewers: \"Oak, Bo\" <b@x>, Cy <c@x>", ts("Reviewers", "\"Oak, Bo\" <b@x>", "Reviewers", "Cy <c@x>")},
		"folded":    {"T\n\nReviewers: Bo <b@x>,\n   Cy <c@x>", ts("Reviewers", "Bo <b@x>", "Reviewers", "Cy <c@x>")},
		"no space":  {"T\n\nReviewed-by:Bo", ts("Reviewed-by", "Bo")},
		"empty":     {"T\n\nReviewed-by:", ts("Reviewed-by", "")},
		"mixed":     {"T\n\nSigned-off-by: Bo <b@x>\n(cherry picked from commit abc)", ts("Signed-off-by", "Bo <b@x>")},
		"rule only": {"T\n\n---", nil},
		// A reviewer who is named in the text is not one who is named at the end.
		"reviewer in the text":  {"T\n\nReviewed-by: Bo <b@x>\n\nThat was the old message.", nil},
		"co-author in the text": {"T\n\nCo-authored-by: Bo <b@x>\n\nMore text.", ts("Co-authored-by", "Bo <b@x>")},
		"prose with colon":      {"T\n\nWe changed this:\nand that.", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, trailers(tt.message)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// endless gives one commit whose message never ends, as far as it is read.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	n := min(len(p), e.left)
	e.left -= n
	return n, nil
}

func TestOneMessageIsNotHeldWhole(t *testing.T) {
	head := "commit " + strings.Repeat("a", 40) + "\n\x00"
	in := io.MultiReader(strings.NewReader(head), &endless{1 << 28}, strings.NewReader("\x00\n"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var rows bytes.Buffer
	if err := condense(in, &rows); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d MiB for one message of 256 MiB", used>>20)
	}
	if rows.Len() > 8<<10 {
		t.Errorf("the row has %d bytes", rows.Len())
	}
}

func TestCutHistoryIsAnError(t *testing.T) {
	whole := "commit " + strings.Repeat("a", 40) + "\n\x00Title\x00\n"
	for n := range len(whole) - 1 {
		if n == 0 {
			continue
		}
		if err := condense(strings.NewReader(whole[:n]), &bytes.Buffer{}); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

func TestCutBatch(t *testing.T) {
	raw := "author A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nT\n"
	one := strings.Repeat("a", 40) + " commit " + "52" + "\n" + raw + "\n"
	if len(raw) != 52 {
		t.Fatalf("the object has %d bytes", len(raw))
	}
	objects, whole, err := parseBatch([]byte(one + one))
	if len(objects) != 2 || !whole || err != nil {
		t.Errorf("%d objects, whole %t, %v", len(objects), whole, err)
	}
	objects, whole, err = parseBatch([]byte(one + one[:len(one)-9]))
	if len(objects) != 1 || whole || err != nil {
		t.Errorf("cut: %d objects, whole %t, %v", len(objects), whole, err)
	}
	if _, _, err = parseBatch([]byte("abc missing\n")); err == nil {
		t.Error("a missing commit is no error")
	}
}

func FuzzMessage(f *testing.F) {
	for _, s := range []string{"T (#1)\r\n\r\nReviewers: A <a@x>, B\r\n\r\n---------\r\n\r\nCo-authored-by: C", "Merge pull request #5 from a/b\n\nT", "\n\n\x00", "Merged PR 1: x"} {
		f.Add(s)
	}
	if b, err := os.ReadFile("../../../shared/data/population/kafka-12m.jsonl"); err == nil {
		for _, line := range bytes.SplitN(b, []byte("\n"), 50)[:49] {
			f.Add(string(line))
		}
	}
	g := grammar(conventions())
	f.Fuzz(func(t *testing.T, message string) {
		head, body, line := split(message)
		if n, ok := g.read(shorten(head), line); ok {
			if n.number < 1 {
				t.Errorf("number %d", n.number)
			}
			n.titled(head, body)
		}
		for _, tr := range trailers(message) {
			if tr.Key == "" || strings.ContainsAny(tr.Value, "\n") {
				t.Errorf("trailer %+v", tr)
			}
		}
	})
}

func FuzzPayloads(f *testing.F) {
	f.Add([]byte("tree a\nauthor A <a> 1 +0100\n\nm"), []byte(":100644 100644 a b M\x00p\x001\t2\tp\x00"), []byte("diff --git a/p b/p\n@@ -1 +1 @@\n-a\n+b\n"))
	f.Add([]byte("author <> 99999999999999 +9999"), []byte(":100644 100644 a b R100\x00p\x00q\x00-\t-\t\x00p\x00q\x00"), []byte("diff --git"))
	f.Fuzz(func(t *testing.T, object, names, patch []byte) {
		_, _ = parseObject(strings.Repeat("a", 40), object)
		_, _, _ = parseBatch(object)
		_ = condense(bytes.NewReader(object), &bytes.Buffer{})
		_ = new(index).fill(object)
		if c, sections, err := parseNames(names); err == nil {
			c.addPatches(patch, sections)
		}
	})
}
