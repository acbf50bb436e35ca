package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/tickmark-dev/tickmark/internal/simulate"
)

// secretsOf gives every form in which a credential of the scripts could be
// written somewhere.
func secretsOf(s *simulate.Servers) []string {
	var forms []string
	for _, token := range []string{s.GitHubToken, s.JiraToken, plantedToken} {
		forms = append(forms, token,
			base64.StdEncoding.EncodeToString([]byte(token)),
			base64.StdEncoding.EncodeToString([]byte(s.JiraUser+":"+token)))
	}
	return forms
}

// findSecrets names every file below dir that holds one of the secrets, in
// plain text, in a vault's object, in an archive or workbook, or in a PDF. The
// script's own files where a user keeps a credential are left out.
func findSecrets(dir string, secrets []string) ([]string, error) {
	var needles [][]byte
	for _, s := range secrets {
		needles = append(needles, []byte(s))
		var wide []byte // as PDFs write text
		for _, u := range utf16.Encode([]rune(s)) {
			wide = append(wide, byte(u>>8), byte(u))
		}
		needles = append(needles, wide)
	}
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if slices.Contains([]string{"token.txt", "inline.yaml"}, d.Name()) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, layer := range layers(path, data) {
			if slices.ContainsFunc(needles, func(n []byte) bool { return bytes.Contains(layer, n) }) {
				found = append(found, path)
				break
			}
		}
		return nil
	})
	return found, err
}

// layers gives a file's bytes, and what is packed in them.
func layers(name string, data []byte) [][]byte {
	all := [][]byte{data}
	switch {
	case strings.HasSuffix(name, ".zst"):
		if r, err := zstd.NewReader(bytes.NewReader(data)); err == nil {
			inner, _ := io.ReadAll(r) // a torn object is searched as far as it goes
			r.Close()
			all = append(all, layers(strings.TrimSuffix(name, ".zst"), inner)...)
		}
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			break
		}
		for _, f := range r.File {
			if in, err := f.Open(); err == nil {
				inner, _ := io.ReadAll(in)
				_ = in.Close()
				all = append(all, layers(f.Name, inner)...)
			}
		}
	case bytes.HasPrefix(data, []byte("%PDF")):
		all = append(all, streams(data)...)
	}
	return all
}

// streams gives the decompressed streams of a PDF that are text: those of
// pages, and attached files.
func streams(pdf []byte) [][]byte {
	var all [][]byte
	for {
		_, after, ok := bytes.Cut(pdf, []byte("stream\n"))
		if !ok {
			return all
		}
		pdf = after
		if r, err := zlib.NewReader(bytes.NewReader(pdf)); err == nil {
			inner, _ := io.ReadAll(r)
			all = append(all, inner)
		}
	}
}

// A check that finds nothing must be able to find something.
func TestFindSecrets(t *testing.T) {
	const secret = "s3cr3t-0123456789"
	deflated := func(text string) string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	wide := ""
	for _, r := range secret {
		wide += "\x00" + string(r)
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("x/y.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("a " + secret))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, content string
		want          bool
	}{
		"plain":          {"a.log", "x " + secret, true},
		"vault object":   {"a.zst", string(enc.EncodeAll([]byte(secret), nil)), true},
		"zip":            {"a.zip", archive.String(), true},
		"zip in vault":   {"a.zst", string(enc.EncodeAll(archive.Bytes(), nil)), true},
		"pdf page":       {"a.pdf", "%PDF-1.3\nstream\n" + deflated("("+wide+") Tj") + "\nendstream", true},
		"pdf attachment": {"a.pdf", "%PDF-1.3\nstream\n" + deflated("x") + "\nendstream stream\n" + deflated(secret), true},
		"its own file":   {"token.txt", secret, false},
		"nothing":        {"a.log", "s3cr3t", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := findSecrets(dir, []string{secret})
			if err != nil || (len(found) > 0) != c.want {
				t.Errorf("%v, %v", found, err)
			}
		})
	}
}
