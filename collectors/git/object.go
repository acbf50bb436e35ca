package git

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// An object is a commit as git stores it.
type object struct {
	sha       string
	parents   []string
	author    evidence.Signature
	committer evidence.Signature
	signed    bool   // carries a signature, which nobody checked
	message   string // UTF-8
}

// parseObject reads a raw commit object.
func parseObject(sha string, raw []byte) (object, error) {
	o := object{sha: sha}
	header, message, ok := bytes.Cut(raw, []byte("\n\n"))
	if !ok {
		header = bytes.TrimSuffix(raw, []byte("\n"))
	}
	var charset string
	people := map[string]string{}
	for line := range strings.SplitSeq(string(header), "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "parent":
			if !isFullHash(value) {
				return o, fmt.Errorf("commit %s is damaged: it names a parent that is no commit id", sha)
			}
			o.parents = append(o.parents, value)
		case "author", "committer":
			if _, twice := people[key]; !twice {
				people[key] = value
			}
		case "gpgsig", "gpgsig-sha256":
			o.signed = true
		case "encoding":
			charset = value
		}
	}
	if people["author"] == "" && people["committer"] == "" {
		return o, fmt.Errorf("commit %s is damaged: it names neither an author nor a committer", sha)
	}
	o.author = parseSignature(decode(people["author"], charset))
	o.committer = parseSignature(decode(people["committer"], charset))
	o.message = decode(string(message), charset)
	return o, nil
}

// decode gives UTF-8. Bytes that mean nothing in the commit's charset become
// the replacement character.
func decode(s, charset string) string {
	if charset != "" && !strings.EqualFold(charset, "UTF-8") {
		if enc, err := htmlindex.Get(charset); err == nil {
			if out, err := enc.NewDecoder().String(s); err == nil {
				return out
			}
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// parseSignature reads "Name <mail> 1700000000 +0100". What cannot be read
// stays empty.
func parseSignature(s string) evidence.Signature {
	open, shut := strings.Index(s, "<"), strings.LastIndex(s, ">")
	if open < 0 || shut < open {
		return evidence.Signature{Name: strings.TrimSpace(s)}
	}
	sig := evidence.Signature{
		Name:  strings.TrimSpace(s[:open]),
		Email: strings.TrimSpace(s[open+1 : shut]),
	}
	fields := strings.Fields(s[shut+1:])
	if len(fields) == 0 {
		return sig
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || seconds > 253402300799 || seconds < -62135596800 {
		return sig
	}
	offset := 0
	if len(fields) > 1 {
		offset = zone(fields[1])
	}
	sig.Date = time.Unix(seconds, 0).UTC()
	if offset != 0 {
		sig.Date = sig.Date.In(time.FixedZone("", offset))
	}
	return sig
}

func zone(s string) int {
	if len(s) != 5 || (s[0] != '+' && s[0] != '-') {
		return 0
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil || n/100 > 23 || n%100 > 59 {
		return 0
	}
	seconds := (n/100*60 + n%100) * 60
	if s[0] == '-' {
		return -seconds
	}
	return seconds
}

// parseBatch reads the output of cat-file --batch. whole is false where the
// output was cut: what came before is given.
func parseBatch(out []byte) (objects []object, whole bool, err error) {
	r := bufio.NewReader(bytes.NewReader(out))
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return objects, true, nil
		}
		if err != nil {
			return objects, false, nil
		}
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[1] != "commit" || !isFullHash(fields[0]) {
			return objects, false, fmt.Errorf("git did not answer with a commit but with %q", strings.TrimSpace(line))
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil || size < 0 || size > len(out) {
			return objects, false, nil
		}
		raw := make([]byte, size+1)
		if _, err := io.ReadFull(r, raw); err != nil {
			return objects, false, nil
		}
		o, err := parseObject(fields[0], raw[:size])
		if err != nil {
			return objects, false, err
		}
		objects = append(objects, o)
	}
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdef") == ""
}

func isFullHash(s string) bool { return (len(s) == 40 || len(s) == 64) && isHex(s) }

// commit gives the record, without files.
func (o object) commit(repository string) evidence.Commit {
	c := evidence.Commit{
		Repository: repository, SHA: o.sha, Parents: o.parents,
		Message: o.message, Author: o.author, Committer: o.committer,
		Trailers: trailers(o.message),
	}
	if o.signed {
		c.VerifiedAs = "carries a signature that was not checked"
	}
	return c
}
