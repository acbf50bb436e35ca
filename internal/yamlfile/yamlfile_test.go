package yamlfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// readAs reads a text as a policy with the keys a, a list of texts, b, a text,
// and c, which nests as deep as anybody writes.
func readAs(text string) (a []string, b string, err error) {
	var nest func(v Value)
	nest = func(v Value) { v.Mapping(Keys{"c": nest, "b": func(v Value) { v.Text() }}) }
	err = Read("some/policy.yaml", "policy", []byte(text), "write one", func(root Value) {
		root.Mapping(Keys{"a": func(v Value) { a = v.Texts() }, "b": func(v Value) { b = v.Text() }, "c": nest}, "a")
	})
	return a, b, err
}

// What people and their editors write is read.
func TestRead(t *testing.T) {
	for name, text := range map[string]string{
		"plain":                     "a: [x, y]\nb: z\n",
		"byte order mark":           "\xef\xbb\xbfa: [x, y]\nb: z\n",
		"lines of Windows":          "a:\r\n- x\r\n- y\r\nb: z\r\n",
		"lines of an old Macintosh": "a: [x, y]\rb: z\r",
		"no line end":               "a: [x, y]\nb: z",
		"comments and space":        "# first\n\na: [x, y] # here\n\nb: \" z \"\n# last\n",
		"a document's marks":        "%YAML 1.1\n---\na: [x, y]\nb: z\n...\n",
		"an anchor and its alias":   "a: [x, &it y]\nb: *it\n",
		"JSON":                      `{"a": ["x", "y"], "b": "z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a, b, err := readAs(text)
			if name == "an anchor and its alias" {
				b = strings.ReplaceAll(b, "y", "z")
			}
			if err != nil || strings.Join(a, " ") != "x y" || b != "z" {
				t.Errorf("a %q, b %q, %v", a, b, err)
			}
		})
	}
}

// Each mistake is one plain sentence with file and line.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":                     {"", "some/policy.yaml: the policy is empty; write one"},
		"comments alone":            {"# nothing\n", "some/policy.yaml: the policy is empty; write one"},
		"null":                      {"\n~\n", "some/policy.yaml:2: expected keys and values, found nothing"},
		"a list":                    {"- a\n", "some/policy.yaml:1: expected keys and values, found a list"},
		"a key twice":               {"a: x\nb: y\na: z\n", "some/policy.yaml:3: a: this key occurs twice"},
		"a key twice deep":          {"a: x\nc: {b: 1,\n  b: 2}\n", "some/policy.yaml:3: c.b: this key occurs twice"},
		"an unknown key":            {"a: x\nbb: y\n", "some/policy.yaml:2: bb: unknown key (did you mean b?); allowed here: a, b, c"},
		"a merge key":               {"a: x\n<<: {b: y}\n", "some/policy.yaml:2: <<: unknown key; allowed here: a, b, c"},
		"a missing key":             {"b: y\n", "some/policy.yaml:1: a: is missing"},
		"a key of two":              {"a: x\n? [p, q]\n: y\n", "some/policy.yaml:2: unknown key; allowed here: a, b, c"},
		"no value":                  {"a: x\nb:\n", "some/policy.yaml:2: b: has no value"},
		"a list in place of text":   {"a: x\nb: [y]\n", "some/policy.yaml:2: b: expected text, found a list"},
		"a value twice":             {"a: [x,\n x]\n", `some/policy.yaml:2: a[1]: "x" occurs twice`},
		"an unknown alias":          {"a: x\n\nb: *who\n", "some/policy.yaml:3: *who stands for what nothing before it is marked &who; put text that begins with * in quotes"},
		"an alias of what it is in": {"a: x\nc: &me\n  c: *me\n", "some/policy.yaml:3: an alias stands for what it is a part of, without end; write it out"},
		"a tab":                     {"a:\n\t- x\n", "some/policy.yaml:2: is not valid YAML: found character that cannot start any token (indent with spaces, and put text with : or # in quotes)"},
		"a tab between":             {"a: x\n\tb: y\n", "some/policy.yaml:2: is not valid YAML: found a tab character that violates indentation (indent with spaces, and put text with : or # in quotes)"},
		"a colon in the first line": {"a: x: y\n", "some/policy.yaml:1: is not valid YAML: mapping values are not allowed in this context (indent with spaces, and put text with : or # in quotes)"},
		"NUL":                       {"a: x\r\nb: y\x00\n", "some/policy.yaml:2: holds the control character U+0000, which no text has; remove it, or see whether this is the right file"},
		"an escape":                 {"a: x\rb: \x1b[31m\n", "some/policy.yaml:2: holds the control character U+001B, which no text has; remove it, or see whether this is the right file"},
		"a packed file":             {"PK\x03\x04 zip", "some/policy.yaml:1: holds the control character U+0003, which no text has; remove it, or see whether this is the right file"},
		"no UTF-8":                  {"a: x\nb: M\xfcller\n", "some/policy.yaml:2: holds a byte that is no UTF-8; save the file as UTF-8"},
		"half a character":          {"a: x\nb: \xe2\x82", "some/policy.yaml:2: holds a byte that is no UTF-8; save the file as UTF-8"},
		"UTF-16":                    {"\xff\xfea\x00:\x00 \x00x\x00", "some/policy.yaml:1: is saved as UTF-16; save it as UTF-8"},
		"two documents":             {"a: x\n---\nb: y\n", "some/policy.yaml:2: holds more than one document: a second one begins here; remove it, and the --- before it"},
		"two, one broken":           {"a: x\n---\nb: 'y\n", "some/policy.yaml:3: is not valid YAML: found unexpected end of stream (indent with spaces, and put text with : or # in quotes)"},
		"a bracket too many":        {"{a: x}}\n", "some/policy.yaml:1: is not valid YAML: did not find expected <document start> (indent with spaces, and put text with : or # in quotes)"},
		"deep":                      {"a: " + strings.Repeat("[", 30_000), "some/policy.yaml:1: is not valid YAML: exceeded max depth of 10000 (indent with spaces, and put text with : or # in quotes)"},
		"deep and closed":           {"a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "some/policy.yaml:1: a[0]: expected text, found a list"},
		"deep where it may be":      {"a: x\nc: " + strings.Repeat("{c: ", 5000) + "y" + strings.Repeat("}", 5000), "some/policy.yaml:2: c" + strings.Repeat(".c", 5000) + ": expected keys and values, found \"y\""},
		"aliases without measure":   {laughs(), "some/policy.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, _, err := readAs(c.text)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			var ps Problems
			if !errors.As(err, &ps) {
				t.Fatalf("error %v, want Problems", err)
			}
			if name == "aliases without measure" {
				if len(ps) != 1 || !strings.HasSuffix(ps[0].Text, "its aliases stand for more than 1048576 values; write less") || ps[0].Line == 0 {
					t.Errorf("error %.300v", err)
				}
				return
			}
			if got := err.Error(); got != c.want {
				t.Errorf("error\n%.300s\nwant\n%.300s", got, c.want)
			}
		})
	}
}

// laughs is a text of a kilobyte whose aliases stand for a thousand million
// values.
func laughs() string {
	text := "a: x\nb: &b0 [y]\n"
	for i := range 9 {
		text += fmt.Sprintf("d%d: &b%d [%s]\n", i, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*b%d, ", i), 10), ", "))
	}
	return text
}

// All mistakes are said at once, in order of line, with the kind of file.
func TestMistakesOfAFile(t *testing.T) {
	_, _, err := readAs("b: [y]\nx: 1\n")
	want := "3 mistakes in the policy:\n  some/policy.yaml:1: b: expected text, found a list\n  some/policy.yaml:1: a: is missing\n  some/policy.yaml:2: x: unknown key; allowed here: a, b, c"
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "people.yaml")
	if _, err := Load(file, "people file"); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "there is no people file at "+file) {
		t.Errorf("error %v", err)
	}
	if _, err := Load(dir, "people file"); err == nil || err.Error() != dir+" is a folder; name the people file in it" {
		t.Errorf("error %v", err)
	}
	for size, ok := range map[int]bool{maxFile: true, maxFile + 1: false} {
		if err := os.WriteFile(file, []byte(strings.Repeat("#", size)), 0o600); err != nil {
			t.Fatal(err)
		}
		data, err := Load(file, "people file")
		if ok && (err != nil || len(data) != size) || !ok && (err == nil || err.Error() != fmt.Sprintf("%s has %d bytes; a people file has at most %d", file, size, maxFile)) {
			t.Errorf("%d bytes: %d read, %v", size, len(data), err)
		}
	}
}
