package files

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	numberAlone = regexp.MustCompile(`(?i)^(?:(?:pr|mr|pull request|merge request)\s*)?[#!]?\s*([1-9][0-9]*)$`)
	atForge     = regexp.MustCompile(`^/?(.+?)/(?:-/)?(pull|pulls|issues|merge_requests|pull-requests|commit)/([0-9a-fA-F]+)(?:/.*)?$`)
	atTracker   = regexp.MustCompile(`/browse/([A-Za-z][A-Za-z0-9_]*-[0-9]+)/?$`)
	commitID    = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
)

// fit is how well a person's reference names a record.
type fit int

const (
	fitsNot   fit = iota
	fits          // it names the record
	fitsMaybe     // it names a record of that number, and several repositories may have one
)

// canonical brings a reference as a person writes it to the form of record IDs.
func canonical(written string) string {
	written = strings.TrimSpace(written)
	if u, err := url.Parse(written); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		if m := atTracker.FindStringSubmatch(u.Path); m != nil {
			return m[1]
		}
		if m := atForge.FindStringSubmatch(u.Path); m != nil {
			if m[2] == "commit" {
				return m[1] + "@" + strings.ToLower(m[3])
			}
			return m[1] + "#" + m[3]
		}
		return written
	}
	if m := numberAlone.FindStringSubmatch(written); m != nil {
		return "#" + m[1]
	}
	return written
}

// match compares a person's reference with a record's ID. several says that
// more than one repository is in scope, so that a number alone names none.
func match(written, id string, several bool) fit {
	want := canonical(written)
	if strings.EqualFold(want, id) {
		return fits
	}
	if repository, number, ok := strings.Cut(id, "#"); ok {
		wantRepository, wantNumber, ok := strings.Cut(want, "#")
		switch {
		case !ok || wantNumber != number:
			return fitsNot
		case wantRepository == "" && several:
			return fitsMaybe
		case wantRepository == "", isName(wantRepository, repository):
			return fits
		}
		return fitsNot
	}
	if repository, sha, ok := strings.Cut(id, "@"); ok && commitID.MatchString(strings.ToLower(sha)) {
		wantRepository, wantSHA, ok := strings.Cut(want, "@")
		if !ok {
			wantRepository, wantSHA = "", want
		}
		wantSHA = strings.ToLower(wantSHA)
		if commitID.MatchString(wantSHA) && strings.HasPrefix(strings.ToLower(sha), wantSHA) && (wantRepository == "" || isName(wantRepository, repository)) {
			return fits
		}
	}
	return fitsNot
}

// isName reports whether short is the repository's full name or its last part.
func isName(short, repository string) bool {
	return strings.EqualFold(short, repository) ||
		!strings.Contains(short, "/") && len(repository) > len(short) && strings.EqualFold(repository[len(repository)-len(short)-1:], "/"+short)
}
