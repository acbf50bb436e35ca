package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tickmark-dev/tickmark"

// rule says what a package may import. Patterns are relative to the module;
// a trailing /... means the folder and everything below it.
type rule struct {
	may   []string // packages of this module
	never []string // packages from elsewhere, "thirdparty" for all of them
}

var pure = []string{"net", "net/http", "os", "os/exec"}

// rules go from the most particular pattern to the most general; the first
// that fits counts. A package without one fails.
var rules = []struct {
	pattern string
	rule
}{
	{"internal/evidence", rule{nil, append([]string{"thirdparty"}, pure...)}},
	{"internal/filelock", rule{nil, []string{"net", "net/http", "github.com/urfave/cli/v2"}}},
	{"internal/capture", rule{[]string{"internal/evidence", "internal/filelock"}, []string{"github.com/urfave/cli/v2"}}},
	{"internal/request", rule{[]string{"internal/evidence"}, []string{"github.com/urfave/cli/v2", "net/http"}}},
	{"internal/ledger", rule{[]string{"internal/evidence", "internal/filelock"}, []string{"net", "net/http", "github.com/urfave/cli/v2"}}},
	{"internal/selection", rule{[]string{"internal/evidence"}, append([]string{"thirdparty"}, pure...)}},
	{"internal/redact", rule{[]string{"internal/evidence"}, pure}},
	{"internal/yamlfile", rule{[]string{"internal/filelock"}, []string{"net", "net/http", "github.com/urfave/cli/v2"}}},
	{"internal/response", rule{[]string{"internal/evidence", "internal/yamlfile"}, []string{"net", "net/http", "github.com/urfave/cli/v2"}}},
	{"internal/policy", rule{[]string{"internal/evidence", "internal/yamlfile", "templates"}, append([]string{"github.com/urfave/cli/v2"}, pure...)}},
	{"internal/control", rule{[]string{"internal/evidence", "internal/policy", "templates"}, append([]string{"thirdparty"}, pure...)}},
	{"internal/config", rule{[]string{"internal/evidence", "internal/yamlfile", "templates"}, []string{"github.com/urfave/cli/v2", "net/http"}}},
	{"internal/pack", rule{[]string{"internal/evidence", "internal/redact", "templates"}, []string{"net", "net/http"}}},
	{"internal/engine", rule{[]string{"internal/evidence", "internal/control"}, pure}},
	{"internal/run", rule{[]string{"collectors/...", "render/...", "templates", "internal/..."}, []string{"github.com/urfave/cli/v2"}}},
	{"internal/simulate/...", rule{[]string{"internal/simulate/...", "templates"}, nil}},
	{"internal/arch", rule{nil, nil}},
	{"collectors", rule{[]string{"collectors/...", "internal/capture", "internal/config", "internal/evidence"}, nil}},
	{"collectors/collectortest", rule{[]string{"internal/capture", "internal/evidence"}, nil}},
	{"collectors/...", rule{[]string{"internal/capture", "internal/evidence"}, []string{"github.com/urfave/cli/v2"}}},
	{"render/document", rule{[]string{"internal/evidence"}, pure}},
	{"render/rendertest", rule{[]string{"internal/evidence", "render/document"}, nil}},
	{"render/...", rule{[]string{"internal/evidence", "render/document", "templates"}, pure}},
	{"templates", rule{[]string{"internal/evidence"}, pure}},
	{"samples/...", rule{nil, nil}},
	{"cmd/tickmark", rule{[]string{"internal/run", "internal/config", "internal/simulate/...", "internal/evidence", "samples"}, []string{
		"github.com/google/go-github/v60/github", "github.com/andygrunwald/go-jira", "github.com/go-pdf/fpdf", "github.com/xuri/excelize/v2"}}},
}

// homes names the only rooms that may import each of these libraries.
var homes = map[string][]string{
	"github.com/google/go-github/v60/github": {"collectors/github"},
	"github.com/andygrunwald/go-jira":        {"collectors/jira"},
	"github.com/go-pdf/fpdf":                 {"render/pdf"},
	"github.com/xuri/excelize/v2":            {"render/xlsx", "internal/request", "samples/..."},
	"github.com/urfave/cli/v2":               {"cmd/tickmark"},
	"modernc.org/sqlite":                     {"internal/ledger"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		t.Run(name, func(t *testing.T) {
			i := slices.IndexFunc(rules, func(r struct {
				pattern string
				rule
			}) bool {
				return fits(r.pattern, name)
			})
			if i < 0 {
				t.Fatalf("no rule says what %s may import; add one to the table", name)
			}
			for _, imp := range p.Imports {
				check(t, name, imp, rules[i].rule)
			}
		})
	}
}

func check(t *testing.T, name, imp string, r rule) {
	t.Helper()
	if inner, ok := strings.CutPrefix(imp, module+"/"); ok {
		if !slices.ContainsFunc(r.may, func(pattern string) bool { return fits(pattern, inner) }) {
			t.Errorf("%s must not import %s", name, inner)
		}
		return
	}
	thirdParty := strings.Contains(strings.Split(imp, "/")[0], ".")
	if slices.Contains(r.never, imp) || thirdParty && slices.Contains(r.never, "thirdparty") {
		t.Errorf("%s must not import %s", name, imp)
	}
	if rooms, ok := homes[imp]; ok && !slices.ContainsFunc(rooms, func(pattern string) bool { return fits(pattern, name) }) {
		t.Errorf("%s must not import %s: it belongs to %s", name, imp, strings.Join(rooms, ", "))
	}
}

func fits(pattern, name string) bool {
	if folder, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == folder || strings.HasPrefix(name, folder+"/")
	}
	return path.Clean(pattern) == name
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
