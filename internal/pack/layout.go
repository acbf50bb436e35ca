package pack

import (
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The names of a package, from its folder.
const (
	DefaultName      = "SOC 2 Evidence"
	ReadinessName    = "Readiness"        // folder of the report on a population
	ReadinessFile    = "Readiness Report" // in it, as .html and .pdf
	ReadinessLogFile = "Change Log.xlsx"  // in it
	IndexFile        = "index.html"
	ReadmeFile       = "README.txt"
	ManifestFile     = "manifest.json"
	SumsFile         = "SHA256SUMS"
	RedactionsFile   = "redactions.json"
	ChangesFolder    = "Change Management"
	ChangeLogFile    = ChangesFolder + "/Change Log.xlsx"
	PoliciesFolder   = ChangesFolder + "/Policies"
	SourceFolder     = "source"   // in a sample's folder: what the sources answered
	ExhibitsFolder   = "exhibits" // in a sample's folder: files that people made
)

// maxPath is how long a path may be for Windows programs that know no longer
// ones (260, with room for a program's own suffix); rootGuess is how long the
// folder is likely to be that a person on Windows unpacks a package into.
const (
	maxPath   = 240
	rootGuess = 60
	maxRef    = 48 // of a change's reference in a folder's name
	maxName   = 80 // of a file's name made from a stranger's text
)

// SampleFolder names the folder of one sample: its number, the day on which
// the change was deployed to production as counted in zone, and the change.
// Where no deployment is known it says so; no other date stands in.
func SampleFolder(c *evidence.Change, zone *time.Location) string {
	day := "no deployment date"
	if at := c.DeployedAt(); !at.IsZero() {
		if zone == nil || c.DeployedDayOnly() {
			zone = time.UTC
		}
		day = at.In(zone).Format(time.DateOnly)
	}
	return fmt.Sprintf("%s/Sample %d - %s %s", ChangesFolder, c.Sample.Number, day, cut(clean(Reference(c)), maxRef))
}

// Reference names a change as people do: by the record that was asked for, "PR
// #1234", "CHG-789" or "commit abc1234". Where that was a commit or a
// deployment and the pull request that brought it is known, it is the pull request.
func Reference(c *evidence.Change) string {
	ref := c.Sample.Ref
	switch ref.Kind {
	case evidence.KindTicket:
		if it, ok := c.Find(ref); ok && it.Ticket != nil && it.Ticket.Key != "" {
			return issueNumber(it.Ticket.Key)
		}
		return issueNumber(ref.ID)
	case evidence.KindPullRequest:
		if _, number, ok := strings.Cut(ref.ID, "#"); ok {
			return "PR #" + number
		}
		return "PR " + ref.ID
	}
	if pr, ok := c.Subject(); ok {
		return fmt.Sprintf("PR #%d", pr.PullRequest.Number)
	}
	switch ref.Kind {
	case evidence.KindCommit:
		_, sha, _ := strings.Cut(ref.ID, "@")
		return "commit " + sha[:min(7, len(sha))]
	case evidence.KindDeployment:
		return "deployment " + path.Base(ref.ID)
	}
	return strings.ReplaceAll(string(ref.Kind), "_", " ") + " " + ref.ID
}

// issueNumber shortens a forge's "acme/api#12" to "issue #12"; a tracker's key stays.
func issueNumber(key string) string {
	if i := strings.LastIndexByte(key, '#'); i >= 0 {
		return "issue #" + key[i+1:]
	}
	return key
}

// SourceName names the file of a raw payload in a sample's source folder:
// "01 pull_request acme-api-1234.json". The number, from 1, makes it unique
// and keeps the order of retrieval; width is of the largest number.
func SourceName(number, width int, ref evidence.Ref, extension string) string {
	id := strings.Map(func(r rune) rune {
		switch r {
		case '/', '#', '@', ':', '\\', ' ':
			return '-'
		}
		return r
	}, shortHashes(ref.ID))
	return fmt.Sprintf("%0*d %s", max(2, width), number, FileName(string(ref.Kind)+" "+id+extension))
}

// shortHashes cuts full commit hashes to twelve digits.
func shortHashes(id string) string {
	at := strings.LastIndexByte(id, '@')
	if at < 0 || len(id)-at-1 != 40 {
		return id
	}
	return id[:at+13]
}

// FileName makes a name that every system can hold of a stranger's, and keeps
// its extension. It is not unique.
func FileName(name string) string {
	name = clean(name)
	ext := path.Ext(name)
	if len(ext) > 10 || ext == name {
		ext = ""
	}
	return mendReserved(cut(strings.TrimSuffix(name, ext), maxName-len(ext)) + ext)
}

// clean puts "-" for what a name may not hold, in Unicode's composed form.
func clean(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "-"))
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '-'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	// What was taken out may have stood between a letter and its accent.
	s = norm.NFC.String(strings.Trim(strings.Join(strings.Fields(s), " "), ". "))
	if s == "" {
		s = "unnamed"
	}
	return mendReserved(s)
}

// cut shortens a name to so many UTF-16 units, between characters.
func cut(s string, units int) string {
	n := 0
	for i, r := range s {
		if n += utf16.RuneLen(r); n > units {
			return strings.TrimRight(s[:i], ". ")
		}
	}
	return s
}

// mendReserved puts "_" after a name that Windows keeps for a device.
func mendReserved(name string) string {
	stem, rest, dot := strings.Cut(name, ".")
	if !reserved(stem) {
		return name
	}
	if dot {
		return stem + "_." + rest
	}
	return stem + "_"
}

func reserved(stem string) bool {
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}, stem) {
		return true
	}
	for _, port := range []string{"COM", "LPT"} {
		if digit, ok := strings.CutPrefix(stem, port); ok && slices.Contains(strings.Split("0 1 2 3 4 5 6 7 8 9 ¹ ² ³", " "), digit) {
			return true
		}
	}
	return false
}

// CheckPath reports what keeps a path from being held by Windows, macOS and
// Linux alike.
func CheckPath(name string) error {
	if !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) {
		return fmt.Errorf("the path %q is not written in composed Unicode", name)
	}
	if name == "" || strings.HasPrefix(name, "/") {
		return fmt.Errorf("the path %q does not lead into the package", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		stem, _, _ := strings.Cut(part, ".")
		switch {
		case part == "" || part == "." || part == "..":
			return fmt.Errorf("the path %q does not lead into the package", name)
		case strings.ContainsAny(part, `\:*?"<>|`) || strings.ContainsFunc(part, unicode.IsControl):
			return fmt.Errorf(`the name %q has a character that Windows does not allow: one of \ / : * ? " < > | or a control character`, part)
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || strings.HasPrefix(part, " "):
			return fmt.Errorf("the name %q begins with a space or ends in a dot or space, which Windows drops", part)
		case reserved(stem):
			return fmt.Errorf("the name %q is reserved by Windows", part)
		}
	}
	return nil
}

// checkRoot holds the package's own folder to the same rules.
func checkRoot(abs string) error {
	if abs == filepath.Dir(abs) {
		return fmt.Errorf("%q cannot be the folder of a package; name a new folder with --out", abs)
	}
	if err := CheckPath(norm.NFC.String(filepath.Base(abs))); err != nil {
		return fmt.Errorf("the output folder's name would not open everywhere: %w", err)
	}
	return checkLength(abs, SumsFile)
}

// checkLength refuses a path that a person on Windows could not open: as it
// would stand in a likely folder there, and on Windows where it stands now.
func checkLength(root, name string) error {
	length := rootGuess + units(filepath.Base(root)) + 1 + units(name)
	if runtime.GOOS == "windows" {
		length = max(length, units(root)+1+units(name))
	}
	if length > maxPath {
		return fmt.Errorf("the path %q has %d characters with a folder of %d before it, and Windows opens at most %d: name a shorter folder with --out, or shorten the file's name",
			filepath.Base(root)+"/"+name, length, rootGuess, maxPath)
	}
	return nil
}

// units counts as Windows does.
func units(s string) int { return len(utf16.Encode([]rune(s))) }
