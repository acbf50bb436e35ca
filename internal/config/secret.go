package config

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf16"

	"github.com/zalando/go-keyring"
)

// Secret is a credential. It prints as REDACTED in every way; only Reveal
// gives its value.
type Secret struct{ value string }

// Reveal gives the credential itself.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no credential.
func (s Secret) IsZero() bool { return s.value == "" }

// String hides the value.
func (s Secret) String() string { return "REDACTED" }

// Format hides the value from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("REDACTED")) }

// MarshalText hides the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte("REDACTED"), nil }

// TokenSource says where a credential is kept; at most one field is set.
type TokenSource struct {
	Env     string // environment variable
	File    string // first line of a file
	Keyring string // "service/account" in the operating system's keyring
	inline  Secret
}

// IsZero reports whether no credential is configured.
func (t TokenSource) IsZero() bool { return t == TokenSource{} }

// String says where the credential is kept, for messages.
func (t TokenSource) String() string {
	switch {
	case t.Env != "":
		return "environment variable " + t.Env
	case t.File != "":
		return "file " + t.File
	case t.Keyring != "":
		return "keyring entry " + t.Keyring
	case !t.inline.IsZero():
		return "the configuration itself"
	}
	return "nowhere"
}

// Resolve reads the credential. It is an error that a configured credential is
// not there; without one configured it gives the zero Secret.
func (t TokenSource) Resolve(lookup func(string) (string, bool)) (Secret, error) {
	value := t.inline.value
	switch {
	case t.IsZero():
		return Secret{}, nil
	case t.Env != "":
		v, _ := lookup(t.Env)
		if strings.TrimSpace(v) == "" {
			return Secret{}, fmt.Errorf("environment variable %s is not set; set it to the token", t.Env)
		}
		value = v
	case t.File != "":
		v, err := readTokenFile(t.File)
		if err != nil {
			return Secret{}, err
		}
		value = v
	case t.Keyring != "":
		service, account, _ := strings.Cut(t.Keyring, "/")
		v, err := keyring.Get(service, account)
		if errors.Is(err, keyring.ErrNotFound) {
			return Secret{}, fmt.Errorf("this account's keyring has no entry for the service %q and the account %q; add it, or keep the token in a file or an environment variable", service, account)
		}
		if err != nil {
			return Secret{}, fmt.Errorf("the keyring of this machine cannot be used (%w); keep the token in a file or an environment variable", err)
		}
		value = v
	}
	value = strings.TrimSpace(value)
	if value == "" {
		return Secret{}, fmt.Errorf("%s holds no token", t)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		return Secret{}, fmt.Errorf("%s holds a token with a line break or a NUL in it", t)
	}
	return Secret{value}, nil
}

// maxTokenFile bounds a token file; a larger one is something else.
const maxTokenFile = 64 << 10

// readTokenFile gives the first line of a file, in the encodings that editors
// and PowerShell write.
func readTokenFile(file string) (string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("token file %s does not exist", file)
	}
	if err != nil {
		return "", fmt.Errorf("reading token file: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxTokenFile+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("reading token file: %w", err)
	}
	if len(b) > maxTokenFile {
		return "", fmt.Errorf("token file %s is longer than %d bytes; it holds something else than a token", file, maxTokenFile)
	}
	if len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF) {
		var order binary.ByteOrder = binary.LittleEndian
		if b[0] == 0xFE {
			order = binary.BigEndian
		}
		var units []uint16
		for i := 2; i+1 < len(b); i += 2 {
			units = append(units, order.Uint16(b[i:]))
		}
		b = []byte(string(utf16.Decode(units)))
	}
	line, _, _ := strings.Cut(strings.TrimPrefix(string(b), "\uFEFF"), "\n")
	return line, nil
}
