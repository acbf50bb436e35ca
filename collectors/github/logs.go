package github

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// defaultLogRetention is how long GitHub keeps logs where a repository sets
// nothing else.
const defaultLogRetention = 90

// maxLineBytes bounds what is kept of one line of a log; a longer one says how
// much is missing.
const maxLineBytes = 16 << 10

// jobLog reads the log of a job that ran.
func (c *Collector) jobLog(ctx context.Context, r *retrieval, n name, job *evidence.Job) {
	if job.Status != "completed" || job.Conclusion == "skipped" || ctx.Err() != nil {
		return
	}
	part := "log of job " + job.Name
	if job.Attempt > 1 {
		part += fmt.Sprintf(" (attempt %d)", job.Attempt)
	}
	resp, err := c.send(capture.Immutable(ctx), http.MethodGet, n.path("/actions/jobs/%s/logs", job.ID), nil, "*/*")
	if err != nil && job.Completed.IsZero() {
		r.miss(part, err)
		return
	}
	if err != nil {
		c.missLog(r, part, n.repository, lastRetrieved(ctx).Sub(job.Completed), err)
		return
	}
	defer resp.Body.Close()
	reader := logReader{tail: c.cfg.LogTailLines, maxBytes: c.cfg.MaxLogBytes, failed: failedSteps(job)}
	log, err := reader.read(resp.Body)
	if err != nil {
		r.miss(part, err)
		return
	}
	job.Log = log
	if reader.dropped > 0 {
		r.gap(part, evidence.Truncated, "%d lines of failed steps are not shown, because no more than %d bytes of a log are kept; the source has the whole log of %d lines", reader.dropped, c.cfg.MaxLogBytes, log.TotalLines)
	}
}

// missLog notes a log that was not obtained. Older than the repository keeps
// logs, it has expired.
func (c *Collector) missLog(r *retrieval, part, repository string, age time.Duration, err error) {
	days, known := c.retentionOf(repository)
	old := age > time.Duration(days)*24*time.Hour
	if code := status(err); code == http.StatusGone || code == http.StatusNotFound && old {
		how := "GitHub keeps logs for 90 days unless set otherwise"
		if known {
			how = fmt.Sprintf("the repository keeps logs for %d days", days)
		}
		r.gap(part, evidence.Expired, "the log is no longer at GitHub; %s", how)
		return
	}
	r.miss(part, err)
}

func (c *Collector) retentionOf(repository string) (days int, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if days, ok := c.retention[repository]; ok {
		return days, true
	}
	return defaultLogRetention, false
}

// span is a failed step's time, to the second.
type span struct {
	title    string
	from, to time.Time
}

func failedSteps(job *evidence.Job) []span {
	var out []span
	for _, s := range job.Steps {
		switch s.Conclusion {
		case "failure", "cancelled", "timed_out":
			if !s.Started.IsZero() {
				to := s.Completed
				if to.IsZero() {
					to = job.Completed
				}
				out = append(out, span{title: s.Name, from: s.Started.Truncate(time.Second), to: to.Truncate(time.Second).Add(time.Second)})
			}
		}
	}
	return out
}

// logReader keeps of a log the lines of failed steps and its end. A job's log
// does not name the step of a line; the time of the line tells it, to the
// second, so lines of the steps before and after may be among them.
type logReader struct {
	tail     int
	maxBytes int64
	failed   []span

	kept    []logLine // of failed steps
	bytes   int64     // of kept
	dropped int       // lines of failed steps over maxBytes
	ring    []logLine // the last lines, by number modulo tail
	current int       // index in failed of the step that the last dated line belongs to, -1 for none
}

type logLine struct {
	number int
	step   int // index in failed, -1 for none
	text   string
}

// read consumes the whole log.
func (l *logReader) read(body io.Reader) (*evidence.Log, error) {
	hash := sha256.New()
	counted := &countingReader{r: io.TeeReader(body, hash)}
	in := bufio.NewReaderSize(counted, 64<<10)
	l.ring = make([]logLine, 0, min(l.tail, 1024))
	l.current = -1
	lines := 0
	for {
		text, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		lines++
		l.take(lines, cleanLine(text, lines == 1))
	}
	return &evidence.Log{
		Parts: l.parts(lines), TotalLines: lines, TotalBytes: counted.n, SHA256: hex.EncodeToString(hash.Sum(nil)),
	}, nil
}

func (l *logReader) take(number int, text string) {
	if t, ok := lineTime(text); ok {
		l.current = -1
		for i, s := range l.failed {
			if !t.Before(s.from) && t.Before(s.to) {
				l.current = i
				break
			}
		}
	}
	line := logLine{number, l.current, text}
	if l.current >= 0 {
		if l.bytes += int64(len(text)) + 1; l.bytes <= l.maxBytes {
			l.kept = append(l.kept, line)
		} else {
			l.dropped++
		}
	}
	if len(l.ring) < l.tail {
		l.ring = append(l.ring, line)
	} else {
		l.ring[(number-1)%l.tail] = line
	}
}

// parts puts the kept lines in order, each once.
func (l *logReader) parts(total int) []evidence.LogPart {
	lines := l.kept
	last := 0
	if len(lines) > 0 {
		last = lines[len(lines)-1].number
	}
	for number := max(1, total-l.tail+1); number <= total; number++ {
		line := l.ring[(number-1)%l.tail]
		switch {
		case number > last:
			lines = append(lines, line)
		case line.step < 0:
			lines = insertLine(lines, line)
		}
	}
	var parts []evidence.LogPart
	previous, step := 0, -2
	for _, line := range lines {
		if line.number != previous+1 || line.step != step || len(parts) == 0 {
			parts = append(parts, evidence.LogPart{Title: l.title(line.step, len(lines) == total && len(l.kept) == 0), FirstLine: line.number, Omitted: line.number - previous - 1})
		}
		p := &parts[len(parts)-1]
		p.Lines = append(p.Lines, line.text)
		previous, step = line.number, line.step
	}
	return parts
}

func (l *logReader) title(step int, whole bool) string {
	switch {
	case step >= 0:
		return l.failed[step].title
	case whole:
		return "whole log"
	}
	return "end of the log"
}

func insertLine(lines []logLine, line logLine) []logLine {
	i := len(lines)
	for i > 0 && lines[i-1].number > line.number {
		i--
	}
	if i > 0 && lines[i-1].number == line.number {
		return lines
	}
	lines = append(lines, logLine{})
	copy(lines[i+1:], lines[i:])
	lines[i] = line
	return lines
}

// readLine gives the next line without its end, at most maxLineBytes of it.
func readLine(in *bufio.Reader) (string, error) {
	var kept []byte
	omitted, some := 0, false
	for {
		piece, err := in.ReadSlice('\n')
		some = some || len(piece) > 0
		if err == nil {
			piece = piece[:len(piece)-1]
		}
		room := max(0, maxLineBytes-len(kept))
		kept = append(kept, piece[:min(room, len(piece))]...)
		omitted += len(piece) - min(room, len(piece))
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || !some) {
			return "", err
		}
		line := strings.TrimSuffix(string(kept), "\r")
		if omitted > 0 {
			line += fmt.Sprintf(" [%d more bytes of this line are not shown]", omitted)
		}
		return line, nil
	}
}

// terminal matches the escape sequences that colour a terminal or move its
// cursor: CSI, OSC, and the two-byte ones.
var terminal = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")

// cleanLine takes terminal sequences and a leading byte order mark away.
func cleanLine(s string, isFirst bool) string {
	if isFirst {
		s = strings.TrimPrefix(s, "\ufeff")
	}
	if strings.ContainsRune(s, '\x1b') {
		s = terminal.ReplaceAllString(s, "")
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// lineTime reads the time that GitHub puts before every line.
func lineTime(s string) (time.Time, bool) {
	stamp, _, _ := strings.Cut(s[:min(len(s), 40)], " ")
	if len(stamp) < len("2006-01-02T15:04:05Z") || stamp[4] != '-' || stamp[len(stamp)-1] != 'Z' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, stamp)
	return t, err == nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
