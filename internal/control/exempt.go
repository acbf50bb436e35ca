package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/policy"
)

// exempt gives the verdict of an attribute from which the change is exempt by
// a class that the policy names. Every condition must be known to hold. Near
// says which condition of a class that the change all but belongs to failed,
// for the reader.
func (x *exam) exempt(letter string) (v verdict, ok bool, near string) {
	if x.lane != byPullRequest || !x.tmerge.known() {
		return verdict{}, false, ""
	}
	for _, c := range x.p.Exempt {
		if !slices.Contains(c.Attributes, letter) || !x.openedBy(c.Accounts) {
			continue
		}
		if why := x.failsClass(c); why != "" {
			near = "not of the class " + quote(c.Name) + ": " + why
			continue
		}
		return notApplicable("EXEMPT_CLASS", "The policy exempts this class of changes: %s, approved by %s on %s (%s).", c.Name, c.ApprovedBy, c.ApprovedOn, c.Record).
			with("class", c.Name).with("record of its approval", c.Record).on(x.prRef), true, ""
	}
	return verdict{}, false, near
}

// openedBy reports whether the pull request was opened by one of the accounts.
func (x *exam) openedBy(accounts policy.Accounts) bool {
	return x.pr.Author != nil && listed(accounts, keysOf(*x.pr.Author))
}

func listed(accounts policy.Accounts, keys []string) bool {
	for system, names := range accounts {
		for _, n := range names {
			for _, k := range []string{system + "@" + strings.ToLower(n), system + "#" + n, "mail " + strings.ToLower(n)} {
				if slices.Contains(keys, k) {
					return true
				}
			}
		}
	}
	return false
}

var versions = regexp.MustCompile(`(?i)\bfrom v?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?[^\s]* to v?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?`)

// failsClass says which condition of a class does not hold, or is not known to.
func (x *exam) failsClass(c policy.ExemptClass) string {
	authors, l := x.authors(x.tmerge.at)
	if l != nil {
		return "it is not known who else contributed"
	}
	for _, a := range authors {
		if !a.machine || !listed(c.Accounts, a.keys) {
			return a.shown + " contributed"
		}
	}
	if x.filesLack() != nil {
		return "its files are not known"
	}
	for _, path := range x.paths() {
		if !policy.MatchAny(c.Paths, path) {
			return "it touches " + quote(path)
		}
	}
	if day := x.tmerge.at.In(x.p.Zone).Format(time.DateOnly); day < c.ApprovedOn {
		return "it was merged before the class was approved"
	}
	for _, e := range x.pr.Timeline { // the title says what kind of update it is, and whoever may write can change it
		if c.Update != "" && e.Kind == "renamed" && (e.Actor == nil || !listed(c.Accounts, keysOf(*e.Actor))) {
			return x.who.identify(e.Actor).shown + " changed its title"
		}
	}
	if c.Update != "" && !updates(x.pr.Title, c.Update) {
		return "its title names no " + c.Update + " update"
	}
	if c.ChecksPassed && x.outcome("K").outcome != evidence.Met {
		return "the required checks are not known to have passed"
	}
	return ""
}

// updates reports whether a title names an update of the kind: of the last
// number for a patch, of the second or last for a minor one.
func updates(title, kind string) bool {
	all := versions.FindAllStringSubmatch(title, -1)
	for _, m := range all {
		if m[1] != m[4] || kind == "patch" && m[2] != m[5] {
			return false
		}
	}
	return len(all) > 0
}
