package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// journalFormat is the version of a journal line.
const journalFormat = 1

// A journal is the record of one run, being written. A line that append has
// returned for is on the disk.
type journal struct {
	run    string
	opened time.Time
	vault  *vault

	mu   sync.Mutex
	f    *os.File
	seq  int64
	prev string
	end  int64 // of the last whole line
	err  error // after which nothing can be appended

	sync   sync.Mutex
	synced int64 // everything before it is on the disk
}

// beginJournal begins the journal of a new run, chained to the run before.
func beginJournal(v *vault, runs []string, ix *index, tool string, now time.Time) (*journal, error) {
	number := 1
	first := &record{Kind: kindRun, Time: now, Format: journalFormat, Tool: tool}
	if len(runs) > 0 {
		last := runs[len(runs)-1]
		number = runNumber(last) + 1
		first.AfterRun, first.AfterLine = last, ix.lastLine
		// A killed run may have left lines that are readable and not yet on the disk.
		if err := syncFile(v.journalPath(last)); err != nil {
			return nil, vaultError("keep the journal "+last, err)
		}
	}
	first.Run = fmt.Sprintf("%06d-%s", number, now.Format("20060102T150405Z"))
	j := &journal{run: first.Run, opened: now, vault: v}
	return j, j.begin(first)
}

// begin puts a file with the first line in its place, so that no journal ever
// stands without one, and opens it for those that follow.
func (j *journal) begin(first *record) (err error) {
	if j.f, err = os.CreateTemp(j.vault.path(tempDir), "journal-*"); err != nil {
		return vaultError("begin a journal", err)
	}
	temp := j.f.Name()
	_, err = j.append(first)
	if err = errors.Join(err, j.f.Close()); err != nil {
		_ = os.Remove(temp)
		return vaultError("begin a journal", err)
	}
	err = os.Rename(temp, j.vault.journalPath(j.run))
	if err == nil {
		err = j.vault.syncDir(j.vault.path(journalDir))
	}
	if err == nil {
		j.f, err = os.OpenFile(j.vault.journalPath(j.run), os.O_WRONLY, 0o600)
	}
	if err == nil {
		_, err = j.f.Seek(j.end, io.SeekStart)
	}
	return vaultError("begin a journal", err)
}

// append writes r as the next line and returns when it is on the disk. Lines
// that are appended at once share one flush.
func (j *journal) append(r *record) (location, error) {
	loc, err := j.write(r)
	if err != nil {
		return location{}, err
	}
	return loc, j.flush(loc.offset + int64(loc.length) + 1)
}

func (j *journal) write(r *record) (location, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return location{}, j.err
	}
	r.Seq, r.Prev = j.seq+1, j.prev
	line, err := r.encode()
	if err != nil {
		return location{}, err
	}
	if len(line) > maxLine {
		return location{}, fmt.Errorf("journaling %s: the line would be larger than %d MiB", r.describe(), maxLine>>20)
	}
	err = j.vault.fault("journal")
	if err == nil {
		_, err = j.f.Write(append(line, '\n'))
	}
	if err != nil {
		// What was half written must not stay in front of a later line.
		if err2 := j.f.Truncate(j.end); err2 != nil {
			j.err = vaultError("write the journal", err2)
		} else if _, err2 := j.f.Seek(j.end, io.SeekStart); err2 != nil {
			j.err = vaultError("write the journal", err2)
		}
		return location{}, vaultError("write the journal", err)
	}
	loc := location{offset: j.end, length: int32(len(line))}
	j.seq, j.prev, j.end = r.Seq, hashOf(line), j.end+int64(len(line))+1
	return loc, nil
}

// flush returns when the first upTo bytes are on the disk.
func (j *journal) flush(upTo int64) error {
	j.sync.Lock()
	defer j.sync.Unlock()
	if j.synced >= upTo {
		return nil
	}
	j.mu.Lock()
	end, err := j.end, j.err
	j.mu.Unlock()
	if err != nil {
		return err
	}
	if err := j.f.Sync(); err != nil {
		// The system may have dropped what it could not write: no later flush can be believed.
		err = vaultError("write the journal", err)
		j.mu.Lock()
		j.err = err
		j.mu.Unlock()
		return err
	}
	j.synced = end
	return nil
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.f.Close(); err != nil {
		return vaultError("close the journal", err)
	}
	return nil
}
