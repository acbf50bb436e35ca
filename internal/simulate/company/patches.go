package company

import (
	"fmt"
	"path"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// patch makes one file of a difference: old lines gone, new ones come, with
// three lines of what is around them; a new file where nothing was there.
func patch(name, old, new, lang string) forge.File {
	f := forge.File{Path: name}
	gone, come := lines(old), lines(new)
	f.Additions, f.Deletions = len(come), len(gone)
	var b strings.Builder
	if len(gone) == 0 && len(come) > 2 {
		f.Status = "added"
		fmt.Fprintf(&b, "@@ -0,0 +1,%d @@", len(come))
		for _, l := range come {
			b.WriteString("\n+" + l)
		}
		f.Patch = b.String()
		return f
	}
	f.Status = "modified"
	before, after := around(lang, name)
	from := 12 + len(name)*3%160
	fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@", from, len(gone)+6, from, len(come)+6)
	for _, part := range []struct {
		sign  string
		lines []string
	}{{" ", before}, {"-", gone}, {"+", come}, {" ", after}} {
		for _, l := range part.lines {
			b.WriteString("\n" + part.sign + l)
		}
	}
	f.Patch = b.String()
	return f
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// around gives three lines that may stand before and after a change.
func around(lang, name string) (before, after []string) {
	switch path.Ext(name) {
	case ".md":
		return []string{"", "## Unreleased", ""}, []string{"", "## Earlier", ""}
	case ".sql":
		return []string{"SELECT account, day,", "  currency,", "  COUNT(*) AS postings,"}, []string{"FROM postings", "GROUP BY account, day, currency", "ORDER BY day;"}
	case ".yaml", ".yml":
		return []string{"spec:", "  # keep in step with the runbook", "  replicas: 3"}, []string{"  strategy:", "    type: RollingUpdate", "    maxUnavailable: 0"}
	case ".json":
		return []string{"{", "  \"name\": \"production\",", "  \"region\": \"eu-central-1\","}, []string{"  \"timeoutMs\": 2500,", "  \"retries\": 2", "}"}
	case ".css":
		return []string{"@media (max-width: 480px) {", "", ""}, []string{"", "}", ""}
	case ".mod":
		return []string{"go 1.25", "", "require ("}, []string{"\tgithub.com/google/uuid v1.6.0", ")", ""}
	}
	switch lang {
	case "go":
		return []string{"", "\tctx, span := tracer.Start(ctx, op)", "\tdefer span.End()"}, []string{"\t\treturn fmt.Errorf(\"%s: %w\", op, err)", "\t}", "\treturn nil"}
	case "ts":
		return []string{"", "export function use(ctx: Context) {", "  const t = useText();"}, []string{"  return view;", "}", ""}
	case "py":
		return []string{"", "", "log = logging.getLogger(__name__)"}, []string{"", "", "def _key(item):"}
	case "kt":
		return []string{"package gateway", "", "import gateway.core.*"}, []string{"", "// see docs/claims.md", ""}
	}
	return []string{"locals {", "  region = \"eu-central-1\"", ""}, []string{"", "  tags = local.tags", "}"}
}

// trial gives the test that comes with a change.
func trial(lang string, w work) forge.File {
	name := strings.ReplaceAll(slug(w.title, 4), "-", "_")
	base := strings.TrimSuffix(w.path, path.Ext(w.path))
	title := strings.ReplaceAll(w.title, `"`, "'")
	switch lang {
	case "go":
		return patch(base+"_test.go", "", fmt.Sprintf("package %s\n\nfunc Test%s(t *testing.T) {\n\tfor name, tt := range cases(t) {\n\t\tt.Run(name, tt.run)\n\t}\n}", path.Base(path.Dir(w.path)), camel(name)), lang)
	case "ts":
		return patch("src/__tests__/"+name+".test.ts", "", fmt.Sprintf("import { expect, test } from 'vitest';\n\ntest(\"%s\", async () => {\n  expect(await scenario()).toEqual(expected);\n});", title), lang)
	case "py":
		return patch("tests/test_"+name+".py", "", fmt.Sprintf("def test_%s(worker):\n    result = worker.run()\n\n    assert result.errors == []", name), lang)
	case "kt":
		return patch("src/test/kotlin/gateway/"+camel(name)+"Test.kt", "", fmt.Sprintf("class %sTest {\n    @Test\n    fun `%s`() = gateway {\n        check(response.status == expected)\n    }\n}", camel(name), strings.ToLower(title)), lang)
	}
	return patch("tests/"+name+".tftest.hcl", "", "run \"plan\" {\n  command = plan\n}", lang)
}

func camel(s string) string {
	var b strings.Builder
	for _, p := range strings.Split(s, "_") {
		if p != "" {
			b.WriteString(strings.ToUpper(p[:1]) + p[1:])
		}
	}
	return b.String()
}

// lock is the lock file that a library's update touches.
func lock(lang string, d dependency) forge.File {
	switch lang {
	case "go":
		return patch("go.sum", d.name+" v"+d.from+" h1:"+forge.SHA(d.name, d.from)[:27]+"=", d.name+" v"+d.to+" h1:"+forge.SHA(d.name, d.to)[:27]+"=", lang)
	case "ts":
		// Too large for a patch: only the hash of its content says what it holds.
		return forge.File{Path: "package-lock.json", Status: "modified", Additions: 214, Deletions: 188, SHA: forge.SHA("blob", d.name, d.to)}
	case "py":
		return patch("uv.lock", "version = \""+d.from+"\"", "version = \""+d.to+"\"", lang)
	}
	return patch("gradle.lockfile", d.name+":"+d.from+"=runtimeClasspath", d.name+":"+d.to+"=runtimeClasspath", lang)
}
