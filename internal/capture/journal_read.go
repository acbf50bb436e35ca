package capture

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxLine bounds a journal line.
const maxLine = 8 << 20

// A location is where a record's line lies.
type location struct {
	offset  int64
	length  int32
	run     int32 // in index.runs
	success bool
}

// readJournal gives every record of a journal to yield, in order, and proves
// the chain while reading. A last line without its newline was being written
// when the run was killed; it is left out. Anything else that is not as it was
// written is an error that names the file and the line. It gives the SHA-256
// of the last whole line.
func readJournal(r io.Reader, name string, yield func(*record, location) error) (last string, err error) {
	br := bufio.NewReaderSize(r, 256<<10)
	var offset, n int64
	for {
		line, err := readLine(br)
		if errors.Is(err, io.EOF) { // torn, or the end
			return last, nil
		}
		n++
		if err != nil {
			return last, fmt.Errorf("%s, line %d: %w", name, n, err)
		}
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			return last, fmt.Errorf("%w: %s, line %d is not a journal line: %v", ErrChain, name, n, err)
		}
		switch {
		case rec.Seq != n:
			return last, fmt.Errorf("%w: %s, line %d says that it is line %d: lines were removed, added or moved", ErrChain, name, n, rec.Seq)
		case rec.Prev != last && n == 1:
			return last, fmt.Errorf("%w: %s, line 1 follows a line that is not there: lines were removed", ErrChain, name)
		case rec.Prev != last:
			return last, fmt.Errorf("%w: %s, line %d does not follow from line %d: one of them was changed", ErrChain, name, n, n-1)
		case (n == 1) != (rec.Kind == kindRun):
			return last, fmt.Errorf("%w: %s, line %d is out of place: a run begins with line 1", ErrChain, name, n)
		case rec.Format > journalFormat:
			return last, fmt.Errorf("%s was written by a newer version of this program (%s): use that one", name, rec.Tool)
		case rec.SHA256 != "" && !isHash(rec.SHA256), rec.Size < 0:
			return last, fmt.Errorf("%w: %s, line %d names no valid body", ErrChain, name, n)
		}
		if err := yield(&rec, location{offset: offset, length: int32(len(line))}); err != nil {
			return last, err
		}
		last = hashOf(line)
		offset += int64(len(line)) + 1
	}
}

// readLine gives the next line without its newline; io.EOF where none is whole.
func readLine(br *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		if err == nil && long == nil {
			return part[:len(part)-1], nil
		}
		if len(long)+len(part) > maxLine+1 {
			return nil, fmt.Errorf("%w: longer than %d MiB", ErrChain, maxLine>>20)
		}
		long = append(long, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(long, []byte("\n")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// readRecord reads one line again.
func readRecord(path string, loc location) (*record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, vaultError("read the journal", err)
	}
	defer func() { _ = f.Close() }()
	line := make([]byte, loc.length)
	if _, err := f.ReadAt(line, loc.offset); err != nil {
		return nil, vaultError("read the journal", err)
	}
	var rec record
	if err := json.Unmarshal(line, &rec); err != nil {
		return nil, fmt.Errorf("%w: %s changed while it was in use: %v", ErrChain, path, err)
	}
	return &rec, nil
}
