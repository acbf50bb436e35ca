package capture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

const (
	// smallBody is what is kept in memory on the way to the SDK.
	smallBody = 256 << 10
	// window bounds the memory of a compressor and of whoever reads an object.
	window = 1 << 20
)

func (v *vault) objectPath(sha string) string {
	return v.path(objectDir, sha[:2], sha+".zst")
}

// A staged body is on its way into the vault. Commit or discard it.
type staged struct {
	v      *vault
	enc    *zstd.Encoder
	f      *os.File
	memory []byte // the whole body where it is small, otherwise nil
	sha    string
	size   int64
}

// stage reads a body to its end, compressing and hashing on the way, with
// bounded memory. A body longer than limit is an error that wraps
// ErrTooLarge; one that holds one of our own secrets is refused. A failure to
// write wraps ErrVault; any other error is the reader's own.
func (v *vault) stage(body io.Reader, limit int64, sec *secrets) (_ *staged, err error) {
	st := &staged{v: v}
	defer func() {
		if err != nil {
			st.discard()
		}
	}()
	h := sha256.New()
	watch := sec.watch()
	src := io.TeeReader(io.LimitReader(body, limit+1), io.MultiWriter(h, watch))
	var head bytes.Buffer
	n, err := io.CopyN(&head, src, min(smallBody, limit)+1)
	small := errors.Is(err, io.EOF)
	if err != nil && !small {
		return nil, err
	}
	if n > limit {
		return nil, tooLarge(limit)
	}
	if small {
		st.memory, st.size = head.Bytes(), n
	} else if err := st.spill(&head, src); err != nil {
		return nil, err
	}
	if st.size > limit {
		return nil, tooLarge(limit)
	}
	if watch.found {
		return nil, errEcho
	}
	st.sha = hex.EncodeToString(h.Sum(nil))
	return st, nil
}

// spill writes a long body to a temporary object.
func (st *staged) spill(head, rest io.Reader) error {
	if err := st.create(); err != nil {
		return err
	}
	for _, src := range []io.Reader{head, rest} {
		r := &readErrors{r: src}
		n, err := io.Copy(st.enc, r)
		st.size += n
		if r.err != nil {
			return r.err
		}
		if err != nil {
			return vaultError("write to the vault", err)
		}
	}
	return nil
}

// readErrors tells a reader's errors from a writer's.
type readErrors struct {
	r   io.Reader
	err error
}

func (r *readErrors) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (st *staged) create() (err error) {
	if err := st.v.fault("create"); err != nil {
		return vaultError("write to the vault", err)
	}
	if st.f, err = os.CreateTemp(st.v.path(tempDir), "object-*"); err != nil {
		return vaultError("write to the vault", err)
	}
	if st.enc, err = st.v.encoder(st.f); err != nil {
		return vaultError("write to the vault", err)
	}
	return nil
}

// encoder gives a compressor whose output depends on the input alone.
func (v *vault) encoder(w io.Writer) (*zstd.Encoder, error) {
	if e, ok := v.encoders.Get().(*zstd.Encoder); ok {
		e.Reset(w)
		return e, nil
	}
	return zstd.NewWriter(w,
		zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithWindowSize(window),
		zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(true),
	)
}

// commit makes the body an object: when it returns nil the object is on the
// disk under its name. An object that is there already is left as it is,
// unless replace asks to write it anew.
func (st *staged) commit(replace bool) (err error) {
	defer st.discard()
	final := st.v.objectPath(st.sha)
	// Who finds the object there may rely on its being on the disk.
	placing := &st.v.placing[firstByte(st.sha)]
	placing.Lock()
	defer placing.Unlock()
	if _, err := os.Stat(final); err == nil && !replace {
		return nil
	}
	if st.f == nil {
		if err := st.create(); err != nil {
			return err
		}
		if _, err := st.enc.Write(st.memory); err != nil {
			return vaultError("write to the vault", err)
		}
	}
	if err := st.finish(); err != nil {
		return vaultError("write to the vault", err)
	}
	if err := st.v.place(st.f.Name(), final); err != nil {
		return vaultError("write to the vault", err)
	}
	return nil
}

func firstByte(sha string) byte {
	b, err := strconv.ParseUint(sha[:2], 16, 8)
	if err != nil {
		return 0
	}
	return byte(b)
}

// finish ends the temporary file and checks that all of it was taken.
func (st *staged) finish() error {
	if err := st.enc.Close(); err != nil {
		return err
	}
	wrote, err := st.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if err := st.v.fault("sync"); err != nil {
		return err
	}
	if err := st.f.Sync(); err != nil {
		return err
	}
	info, err := st.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != wrote {
		return fmt.Errorf("the disk kept %d of %d bytes", info.Size(), wrote)
	}
	return st.f.Close()
}

// place renames a finished file to its name, durably.
func (v *vault) place(temp, final string) error {
	dir := filepath.Dir(final)
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := v.syncDir(filepath.Dir(dir)); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := v.fault("rename"); err != nil {
		return err
	}
	if err := os.Rename(temp, final); err != nil {
		// Windows does not rename over a file that somebody reads; it is the same one.
		if _, err2 := os.Stat(final); err2 != nil {
			return err
		}
	}
	return v.syncDir(dir)
}

// discard removes what is temporary. The body in memory stays readable.
func (st *staged) discard() {
	if st.enc != nil {
		st.enc.Reset(nil)
		st.v.encoders.Put(st.enc)
		st.enc = nil
	}
	if st.f != nil {
		_ = st.f.Close()
		_ = os.Remove(st.f.Name()) // gone already where it was renamed
		st.f = nil
	}
}

// open gives the body of an object. Reading fails at the end, with an error
// that wraps ErrVault, where the bytes are not those of the hash or, where
// size is not negative, not that many.
func (v *vault) open(sha string, size int64) (io.ReadCloser, error) {
	f, err := os.Open(v.objectPath(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the body %s is missing from the vault", ErrVault, sha)
	}
	if err != nil {
		return nil, vaultError("read the vault", err)
	}
	dec, ok := v.decoders.Get().(*zstd.Decoder)
	if ok {
		err = dec.Reset(f)
	} else {
		dec, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8*window), zstd.WithDecoderLowmem(true))
	}
	if err != nil {
		_ = f.Close()
		return nil, vaultError("read the body "+sha, err)
	}
	return &object{v: v, f: f, dec: dec, h: sha256.New(), sha: sha, size: size}, nil
}

// prove reads an object to its end.
func (v *vault) prove(sha string, size int64) (int64, error) {
	r, err := v.open(sha, size)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, r)
	return n, errors.Join(err, r.Close())
}

// An object is a body being read, which proves itself at its end.
type object struct {
	v    *vault
	f    *os.File
	dec  *zstd.Decoder
	h    hash.Hash
	sha  string
	size int64
	n    int64
	err  error
}

func (o *object) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.dec.Read(p)
	o.h.Write(p[:n])
	o.n += int64(n)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		o.err = fmt.Errorf("%w: the body %s cannot be read: %v; restore it from a copy of the vault", ErrVault, o.sha, err)
	case hex.EncodeToString(o.h.Sum(nil)) != o.sha || o.size >= 0 && o.n != o.size:
		o.err = damaged(o.sha)
	default:
		o.err = io.EOF
	}
	return n, o.err
}

func (o *object) Close() error {
	if o.dec == nil {
		return nil
	}
	if err := o.dec.Reset(nil); err == nil {
		o.v.decoders.Put(o.dec)
	} else {
		o.dec.Close()
	}
	o.dec, o.err = nil, fs.ErrClosed
	return o.f.Close()
}

// has reports whether there is an object of that hash.
func (v *vault) has(sha string) bool {
	if !isHash(sha) {
		return false
	}
	_, err := os.Stat(v.objectPath(sha))
	return err == nil
}

// bytes gives a whole body, proven.
func (v *vault) bytes(sha string, size int64) ([]byte, error) {
	r, err := v.open(sha, size)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, size+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if int64(len(b)) != size { // longer, so its end was not reached and nothing is proven
		return nil, damaged(sha)
	}
	return b, nil
}

func damaged(sha string) error {
	return fmt.Errorf("%w: the body %s is not the one that was recorded; restore it from a copy of the vault", ErrVault, sha)
}

// body gives a recorded body for an SDK, proven beforehand: a decoder need not
// read to the end, where a body proves itself.
func (v *vault) body(sha string, size int64) (io.ReadCloser, error) {
	if size > smallBody {
		if _, err := v.prove(sha, size); err != nil {
			return nil, err
		}
		return v.open(sha, size)
	}
	b, err := v.bytes(sha, size)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}
