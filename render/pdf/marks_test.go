package pdf

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/rendertest"
)

// TestMarksOfATimeline: what an event decided stands beside it, however many
// events there are and however long their texts.
func TestMarksOfATimeline(t *testing.T) {
	var moments []document.Moment
	letters := strings.Split("T_dep A B C D E F G H I J K L M", " ")
	for i := range 30 {
		m := document.Moment{At: time.Date(2026, 3, 2, 0, i*7, 0, 0, time.UTC), When: "2026-03-02 10:00:05 UTC", Local: "11:00:05 Europe/Berlin",
			What: []document.Span{{Text: strings.Repeat("A long title of an event ", 1+i%6)}}, Who: rendertest.LongWord(20 + 10*(i%5)), Major: i%2 == 0}
		m.Marks = letters[:i%len(letters)]
		moments = append(moments, m)
	}
	out, err := Render(document.Document{Name: "summary", Kind: document.KindSummary, Title: "Summary", Blocks: []document.Block{{Timeline: &document.Timeline{Moments: moments}}}}, Options{Tool: "tickmark 0"})
	if err != nil {
		t.Fatal(err)
	}
	if file := os.Getenv("PREVIEW"); file != "" {
		if err := os.WriteFile(file, out.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := rendertest.Text(t, out.Data)
	want := 0
	for _, m := range moments {
		if len(m.Marks) > 0 {
			want++
		}
	}
	if got := strings.Count(text, "T_dep"); got != want {
		t.Errorf("%d of %d events carry their marks", got, want)
	}
}
