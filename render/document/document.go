// Package document decides what each document says, of a sample or of the whole
// period: its headline, facts, tables, timelines, charts, logs and notes, in order. Every format
// draws the same document, so that no two formats can disagree.
//
// It is a pure function of the evidence: no I/O, no clock, equal input gives
// equal documents. It states what the sources say and what was not obtained,
// and judges nothing: what a control concluded is shown only where a result
// is handed in.
package document

import (
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Kind says what a document looks like, so that a person recognises the
// record at a glance.
type Kind string

// The kinds.
const (
	KindPullRequest Kind = "pull request"
	KindTicket      Kind = "ticket"
	KindCI          Kind = "ci"
	KindDeployment  Kind = "deployment"
	KindMonitoring  Kind = "monitoring"
	KindSummary     Kind = "summary"
	KindApproval    Kind = "approval"
	KindTesting     Kind = "testing"
	KindDiff        Kind = "diff"
	KindExhibits    Kind = "exhibits"
	KindPolicy      Kind = "policy"
	KindReadiness   Kind = "readiness"
	KindIndex       Kind = "index"
)

// Tone says how a piece of text is meant. Formats show it by colour and never
// by colour alone: the words always say it too.
type Tone string

// The tones.
const (
	Neutral   Tone = ""
	Good      Tone = "good"      // the source's own word is one of success or approval
	Bad       Tone = "bad"       // the source's own word is one of failure or refusal
	Attention Tone = "attention" // something that a reader should look at
	Info      Tone = "info"
	GapTone   Tone = "gap" // asked for and not obtained
	Muted     Tone = "muted"
	Merged    Tone = "merged" // a pull request that was merged
)

// Document is one document: what is said, and where it came from.
type Document struct {
	Name      string                // file stem: "pull_request"
	Kind      Kind                  // for the look
	Title     string                // for page headers and lists: "Pull request acme/api#1234"
	Sample    string                // label of the sample; "" for a document of the whole package
	Mark      string                // what people call the record: "#1234", "PAY-123"; may be empty
	Headline  string                // the record's own title
	Subtitle  []Span                // one line below it
	Badges    []Badge               // states, as the source words them
	Sources   []evidence.Provenance // payloads that it was made from, the primary one first
	Unlisted  bool                  // the Sources are not listed in the document: the Evidence Index has them
	Origin    string                // lines that say what it was made from, where that is no payload of its own; then there are no Sources
	SourceURL string                // for a person to open; "" where there is none
	Simulated bool                  // the sources are the sample company's
	Blocks    []Block
}

// Badge is a short label with a tone.
type Badge struct {
	Text string
	Tone Tone
}

// Block is one block of a document. Exactly one field is set.
type Block struct {
	Heading      *Heading
	Paragraph    *Paragraph
	List         *List
	Facts        *Facts
	Table        *Table
	Timeline     *Timeline
	Chart        *Chart
	Log          *Log
	Code         *Code
	Quote        *Quote
	Image        *Image
	Note         *Note
	Rule         *Rule
	Conversation *Conversation
}

// Span is a run of text in one style. A line feed in Text is a line break.
type Span struct {
	Text   string
	Bold   bool
	Italic bool
	Code   bool
	Strike bool
	Link   string // absolute URL, http or https; "" for none
	File   string // of the package, from its folder, with "/"; a format that lies there links to it
	Tone   Tone
	Whole  bool // stays on one line where it fits one
}

// Heading begins a section. Level 1 is the highest below the headline.
type Heading struct {
	Level int
	Spans []Span
}

// Paragraph is running text.
type Paragraph struct{ Spans []Span }

// List is a list; an item holds blocks, among them further lists.
type List struct {
	Ordered bool
	Start   int // number of the first item of an ordered list
	Items   []ListItem
}

// ListItem is one item.
type ListItem struct {
	Task   Task
	Blocks []Block
}

// Task says whether a list item is a task, and whether it is ticked.
type Task int

// The states of a task.
const (
	NoTask Task = iota
	OpenTask
	DoneTask
)

// Facts are labelled values.
type Facts struct{ Items []Fact }

// Fact is one labelled value. Wide facts take the whole width.
type Fact struct {
	Label string
	Value []Span
	Wide  bool
}

// Table is a table. Every row has as many cells as there are columns.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column is the head of a column; widths are in proportion to Weight.
type Column struct {
	Title  string
	Weight float64
	Right  bool // aligned to the right
}

// Row is one row.
type Row struct {
	Cells []Cell
	Tone  Tone // Info marks the row out
}

// Cell is the text of one cell. Bar is the length of a bar that shows the
// number in it, from 0 for none to 1 for as long as the column allows: it is
// ornament, the text says it all.
type Cell struct {
	Spans []Span
	Bar   float64
}

// Timeline is drawn as moments along a line.
type Timeline struct{ Moments []Moment }

// Moment is one moment of a timeline.
type Moment struct {
	At    time.Time
	When  string // UTC
	Local string // in the business zone; "" where that is UTC
	What  []Span
	Who   string
	Tone  Tone
	Major bool     // one of those that the change is told by
	Marks []string // what the event decided: letters of attributes, T_merge, T_dep
}

// Chart shows a measurement before and after a deployment.
type Chart struct {
	Title     string
	Unit      string
	From, To  time.Time
	At        time.Time // the deployment
	AtLabel   string
	Threshold *Threshold
	Windows   []Window // what was asked for: before, after
	Series    []Series // at most six
	Empty     string   // said in place of lines where there are none
}

// Threshold is the line that the configuration draws.
type Threshold struct {
	Value float64
	Label string // "≤ 1 %"
}

// Window is one stretch of time that was asked for.
type Window struct {
	From, To time.Time
	Label    string
}

// Series is one line of a chart, before and after the deployment.
type Series struct {
	Label  string
	Points []evidence.Point // in order of time
}

// Log is an extract of a log with its own line numbers.
type Log struct {
	Title      string
	Parts      []LogPart
	TotalLines int    // of the log at its source
	After      int    // lines left out after the last part
	SHA256     string // of the whole log
}

// LogPart is a run of consecutive lines.
type LogPart struct {
	Title     string
	FirstLine int
	Lines     []string
	Omitted   int // lines left out before this part
	Failed    bool
}

// Code is preformatted text. Diff marks added and removed lines.
type Code struct {
	Caption string
	Text    string
	Diff    bool
}

// Quote is quoted matter.
type Quote struct{ Blocks []Block }

// Image is a picture. A format that cannot show it says so and names it.
type Image struct {
	Content   []byte
	MediaType string
	Caption   string
	Name      string
}

// Note is set apart from the text. Its title says in words what its tone says
// in colour.
type Note struct {
	Tone   Tone // Info, GapTone, Attention
	Title  string
	Blocks []Block
}

// Rule is a line across.
type Rule struct{}

// Conversation is a sequence of comments and events, oldest first.
type Conversation struct{ Entries []Entry }

// Entry is a card (a comment, a review, an approval) or, where Card is false,
// one line that says what happened.
type Entry struct {
	Card    bool
	Who     string
	Action  []Span // "commented", "approved these changes", "changed Status from A to B"
	When    string
	Badge   Badge
	Meta    []Span // one small line below the head: the commit that was reviewed
	Blocks  []Block
	Replies []Entry // cards below this one: line comments of a review
	Tone    Tone
}
