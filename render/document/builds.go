package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// buildSection shows a run of a pipeline: attempts, jobs, steps, test reports,
// artifacts, gate approvals and, where asked for, logs.
func (v *view) buildSection(it evidence.Item, logs bool) []Block {
	b := it.Build
	title := "Run of " + or(b.Name, "pipeline")
	if b.Number > 0 {
		title += fmt.Sprintf(" #%d", b.Number)
	}
	blocks := []Block{heading(1, title), v.buildFacts(b)}
	blocks = append(blocks, v.gateApprovals(b)...)
	if len(b.Attempts) > 1 {
		blocks = append(blocks, heading(2, "Attempts"), v.attemptTable(b))
	}
	blocks = append(blocks, v.jobs(b)...)
	blocks = append(blocks, v.testReports(b)...)
	blocks = append(blocks, v.artifacts(b)...)
	if logs {
		blocks = append(blocks, v.logs(b)...)
	}
	return append(blocks, v.gapNotes(v.otherGaps(it.Ref))...)
}

// otherGaps are the gaps of a run that the document has not shown at its top.
func (v *view) otherGaps(ref evidence.Ref) []evidence.Gap {
	if v.deployBuilds()[ref] {
		return v.c.GapsOf(ref)
	}
	return nil
}

func (v *view) buildFacts(b *evidence.Build) Block {
	var f factList
	f.must("Ended", ended(b.Status, b.Conclusion))
	f.add("Run", link(b.Repository+" run "+b.ID, b.URL))
	f.add("Title", text(b.Title))
	f.add("Workflow", code(b.Path))
	f.add("Started by event", text(b.Event))
	f.add("Branch", code(b.Branch))
	sha := code(b.SHA)
	if role := v.commitRole(b.SHA); role != "" {
		sha = append(sha, Span{Text: "  (" + role + ")", Tone: Muted})
	}
	f.must("Commit", sha)
	if b.Actor != nil {
		f.add("Started by", text(person(b.Actor)))
	}
	if b.TriggeringActor != nil && (b.Actor == nil || *b.TriggeringActor != *b.Actor) {
		f.add("Latest attempt started by", text(person(b.TriggeringActor)))
	}
	f.add("Created", v.when(b.Created))
	f.add("Latest attempt started", v.when(b.Started))
	f.add("Last updated", v.when(b.Updated))
	if b.Attempt > 0 {
		f.add("Attempts", textf("%d", b.Attempt))
	}
	return f.block()
}

func (v *view) attemptTable(b *evidence.Build) Block {
	var rows []Row
	for _, a := range b.Attempts {
		rows = append(rows, row(textf("%d", a.Attempt), ended(a.Status, a.Conclusion), text(person(a.Actor)), text(v.clock.UTC(a.Started)), text(v.clock.UTC(a.Updated))))
	}
	return table([]Column{{Title: "Attempt", Weight: 12}, {Title: "Ended", Weight: 20}, {Title: "Started by", Weight: 28},
		{Title: "Started", Weight: 20}, {Title: "Updated", Weight: 20}}, rows)
}

// gateApprovals shows the answers of people to a pipeline that waited for one.
func (v *view) gateApprovals(b *evidence.Build) []Block {
	if len(b.Approvals) == 0 {
		return nil
	}
	c := &Conversation{}
	for _, a := range b.Approvals {
		e := Entry{Card: true, Who: person(a.Person), Action: text("answered the deployment gate"), When: v.clock.Exact(a.At),
			Badge: Badge{or(a.State, "not stated"), conclusionTone(a.State)}}
		if a.At.IsZero() {
			e.When = "time not stated by the source"
		}
		e.Tone = e.Badge.Tone
		if len(a.Environments) > 0 {
			e.Meta = text("Environments: " + strings.Join(a.Environments, ", "))
		}
		if a.Comment != "" {
			e.Blocks = plainBlocks(clip(a.Comment, 2000))
		}
		c.Entries = append(c.Entries, e)
	}
	return []Block{heading(2, "Answers to the deployment gate"), {Conversation: c}}
}

// jobs lists jobs of all attempts, and below them their steps.
func (v *view) jobs(b *evidence.Build) []Block {
	if len(b.Jobs) == 0 {
		return nil
	}
	attempts := b.Attempt > 1 || len(b.Attempts) > 1
	var rows, smooth []Row
	var steps []Block
	for _, j := range b.Jobs {
		name := link(j.Name, j.URL)
		if attempts {
			name = append(name, Span{Text: fmt.Sprintf("  (attempt %d)", j.Attempt), Tone: Muted})
		}
		rows = append(rows, row(name, ended(j.Status, j.Conclusion), text(j.Runner), text(v.clock.UTC(j.Started)), text(v.clock.UTC(j.Completed)), text(between(j.Started, j.Completed))))
		switch {
		case len(j.Steps) == 0:
		case allSucceeded(j.Steps):
			smooth = append(smooth, row(text(plain(name)), textf("%d", len(j.Steps)), stepLine(j.Steps)))
		default:
			title := "Steps of " + j.Name
			if attempts {
				title += fmt.Sprintf(" (attempt %d)", j.Attempt)
			}
			steps = append(steps, heading(3, title))
			steps = append(steps, v.stepTable(j)...)
		}
	}
	blocks := []Block{heading(2, "Jobs")}
	blocks = append(blocks, limited([]Column{{Title: "Job", Weight: 30}, {Title: "Ended", Weight: 14}, {Title: "Runner", Weight: 16},
		{Title: "Started", Weight: 16}, {Title: "Completed", Weight: 16}, {Title: "Took", Weight: 12}}, rows, "jobs")...)
	if len(smooth) > 0 {
		title := "Steps"
		if len(steps) > 0 {
			title = "Steps of the other jobs"
		}
		steps = append(steps, heading(3, title), paragraph(Span{Text: "Each of these steps ended with success, by the source. In brackets: how long it took.", Tone: Muted}))
		steps = append(steps, limited([]Column{{Title: "Job", Weight: 20}, {Title: "Steps", Weight: 8, Right: true}, {Title: "Names, in order", Weight: 72}}, smooth, "jobs")...)
	}
	return append(blocks, steps...)
}

func allSucceeded(steps []evidence.Step) bool {
	return !slices.ContainsFunc(steps, func(s evidence.Step) bool { return s.Conclusion != "success" })
}

// stepLine names steps and how long each took.
func stepLine(steps []evidence.Step) []Span {
	var spans []Span
	for i, s := range steps {
		if i > 0 {
			spans = append(spans, Span{Text: " · ", Tone: Muted})
		}
		spans = append(spans, Span{Text: s.Name})
		if took := between(s.Started, s.Completed); took != "" {
			spans = append(spans, Span{Text: " (" + took + ")", Tone: Muted})
		}
	}
	return spans
}

func (v *view) stepTable(j evidence.Job) []Block {
	var rows []Row
	for _, s := range j.Steps {
		rows = append(rows, row(textf("%d", s.Number), text(s.Name), ended(s.Status, s.Conclusion), text(v.clock.UTC(s.Started)), text(between(s.Started, s.Completed))))
	}
	return limited([]Column{{Title: "Step", Weight: 7, Right: true}, {Title: "Name", Weight: 42}, {Title: "Ended", Weight: 14},
		{Title: "Started", Weight: 24}, {Title: "Took", Weight: 13}}, rows, "steps")
}

// testReports lists suites, and every test that did not simply pass.
func (v *view) testReports(b *evidence.Build) []Block {
	if len(b.Tests) == 0 {
		return nil
	}
	var rows, cases []Row
	tests, failures, errors, skipped := 0, 0, 0, 0
	for _, t := range b.Tests {
		tests, failures, errors, skipped = tests+t.Tests, failures+t.Failures, errors+t.Errors, skipped+t.Skipped
		rows = append(rows, row(text(or(t.Name, t.File)), text(t.Artifact+" / "+t.File), textf("%d", t.Tests), textf("%d", t.Failures), textf("%d", t.Errors), textf("%d", t.Skipped)))
		cases = append(cases, testCases(t)...)
	}
	blocks := []Block{heading(2, "Test reports"), paragraph(Span{Text: fmt.Sprintf("%s: %s, %s, %s, %d skipped.",
		count(len(b.Tests), "suite"), count(tests, "test"), count(failures, "failure"), count(errors, "error"), skipped)})}
	blocks = append(blocks, limited([]Column{{Title: "Suite", Weight: 30}, {Title: "Artifact / file", Weight: 34}, {Title: "Tests", Weight: 9, Right: true},
		{Title: "Failures", Weight: 10, Right: true}, {Title: "Errors", Weight: 9, Right: true}, {Title: "Skipped", Weight: 10, Right: true}}, rows, "suites")...)
	if len(cases) > 0 {
		blocks = append(blocks, heading(3, "Tests that did not pass"))
		blocks = append(blocks, limited([]Column{{Title: "Test", Weight: 40}, {Title: "Ended", Weight: 14}, {Title: "Message", Weight: 46}}, cases, "tests")...)
	}
	return blocks
}

func (v *view) artifacts(b *evidence.Build) []Block {
	if len(b.Artifacts) == 0 {
		return nil
	}
	var rows []Row
	for _, a := range b.Artifacts {
		expires := v.clock.UTC(a.Expires)
		if a.Expired {
			expires = "expired " + expires
		}
		rows = append(rows, row(text(a.Name), text(bytesText(a.Size)), text(v.clock.UTC(a.Created)), text(expires), code(a.Digest)))
	}
	return append([]Block{heading(2, "Artifacts")}, limited([]Column{{Title: "Artifact", Weight: 26}, {Title: "Size", Weight: 11}, {Title: "Created", Weight: 17},
		{Title: "Expires at the source", Weight: 20}, {Title: "Digest", Weight: 26}}, rows, "artifacts")...)
}

// logs shows what was kept of the jobs' logs, failed jobs first.
func (v *view) logs(b *evidence.Build) []Block {
	jobs := slices.DeleteFunc(slices.Clone(b.Jobs), func(j evidence.Job) bool { return j.Log == nil })
	if len(jobs) == 0 {
		return nil
	}
	rank := func(j evidence.Job) int {
		if conclusionTone(j.Conclusion) == Bad {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(jobs, func(a, b evidence.Job) int { return cmp.Compare(rank(a), rank(b)) })
	blocks := []Block{heading(2, "Logs")}
	for _, j := range jobs {
		blocks = append(blocks, Block{Log: logBlock(j)})
	}
	return blocks
}

// maxLogLines bounds the lines of one log that a page shows.
const maxLogLines = 3_000

func logBlock(j evidence.Job) *Log {
	title := "Log of " + j.Name
	if j.Attempt > 1 {
		title += fmt.Sprintf(" (attempt %d)", j.Attempt)
	}
	l := &Log{Title: title, TotalLines: j.Log.TotalLines, SHA256: j.Log.SHA256}
	failed := map[string]bool{}
	for _, s := range j.Steps {
		failed[s.Name] = conclusionTone(s.Conclusion) == Bad
	}
	room, last := maxLogLines, 0
	for _, p := range j.Log.Parts {
		part := LogPart{Title: p.Title, FirstLine: p.FirstLine, Lines: p.Lines, Omitted: p.Omitted, Failed: failed[p.Title]}
		if len(part.Lines) > room {
			part.Lines = part.Lines[:room]
		}
		room -= len(part.Lines)
		if len(part.Lines) == 0 && len(p.Lines) > 0 {
			break
		}
		l.Parts = append(l.Parts, part)
		last = p.FirstLine + len(part.Lines) - 1
	}
	l.After = max(j.Log.TotalLines-last, 0)
	return l
}

func testCases(t evidence.TestReport) []Row {
	var rows []Row
	for _, f := range t.Failed {
		name := f.Name
		if f.Class != "" {
			name = f.Class + " / " + f.Name
		}
		rows = append(rows, row(text(name), []Span{{Text: "✗ failed or had an error", Tone: Bad}}, text(clip(f.Message, 500))))
	}
	return rows
}
