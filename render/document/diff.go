package document

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// configurationDiff shows what changed in configuration and infrastructure;
// nil where no such diff is at hand.
func (v *view) configurationDiff() *Document {
	d := v.begin("configuration_diff", KindDiff, "Configuration diff")
	d.Headline = "Configuration before and after"
	had := false
	if pr, ok := v.c.Subject(); ok {
		d.Mark = fmt.Sprintf("#%d", pr.PullRequest.Number)
		d.Subtitle = []Span{{Text: pr.PullRequest.Title}}
		d.SourceURL = safeURL(pr.PullRequest.URL)
		had = v.fileDiffs(d, pr) || had
	}
	for _, it := range v.c.All(evidence.KindTicket) {
		if it.Ticket != nil {
			had = v.attachedDiffs(d, it) || had
		}
	}
	for _, it := range v.c.All(evidence.KindExhibit) {
		if e := it.Exhibit; e != nil && isDiff(e.File, e.MediaType) && len(e.Content) > 0 {
			d.cite(it)
			d.section(1, or(e.Shows, e.File), paragraph(Span{Tone: Muted, Text: "Manual exhibit " + e.File + ", attached by " + e.By + " at " + v.clock.UTC(e.At) + "."}))
			d.add(diffBlocks(e.File, string(e.Content))...)
			had = true
		}
	}
	if !had {
		return nil
	}
	return d
}

// maxDiffLines bounds the lines of all diffs of a pull request together.
const maxDiffLines = 8_000

func (v *view) fileDiffs(d *Document, pr evidence.Item) bool {
	var rest int
	var files []evidence.File
	for _, f := range pr.PullRequest.Files {
		if isConfigPath(f.Path) {
			files = append(files, f)
		} else {
			rest++
		}
	}
	if !slices.ContainsFunc(files, func(f evidence.File) bool { return f.Patch != "" }) {
		return false
	}
	d.cite(pr)
	intro := count(len(files), "file") + " of this pull request lie in paths of configuration and infrastructure."
	if len(files) == 1 {
		intro = "1 file of this pull request lies in a path of configuration and infrastructure."
	}
	if rest > 0 {
		intro += fmt.Sprintf(" The other %s: see pull_request.", count(rest, "file"))
	}
	d.add(para(intro))
	room := maxDiffLines
	for i, f := range files {
		if room -= strings.Count(f.Patch, "\n") + 2; room < 0 && i > 0 {
			d.add(note(Attention, "Cut short here", fmt.Sprintf("The diffs of %s are not shown. The source/ folder of this sample has them all.", count(len(files)-i, "more file"))))
			break
		}
		d.section(2, f.Path, paragraph(Span{Tone: Muted, Text: fmt.Sprintf("%s, +%d −%d", or(f.Status, "changed"), f.Additions, f.Deletions)}))
		if f.Patch == "" {
			d.add(note(Info, "No diff", "The source gives no diff of this file: it is binary, or too large."))
			continue
		}
		d.add(diffBlocks("", f.Patch)...)
	}
	return true
}

func (v *view) attachedDiffs(d *Document, it evidence.Item) bool {
	had := false
	for _, a := range it.Ticket.Attachments {
		if !isDiff(a.File, a.MediaType) || len(a.Content) == 0 {
			continue
		}
		d.cite(it)
		if d.SourceURL == "" {
			d.Mark, d.Subtitle, d.SourceURL = it.Ticket.Key, []Span{{Text: it.Ticket.Title}}, safeURL(it.Ticket.URL)
		}
		d.section(1, a.File, paragraph(Span{Tone: Muted, Text: "Attached to " + it.Ticket.Key + " by " + person(a.Author) + " at " + v.clock.UTC(a.Created) + ", SHA-256 " + a.SHA256 + "."}))
		d.add(diffBlocks("", string(a.Content))...)
		had = true
	}
	return had
}

func diffBlocks(caption, s string) []Block {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s, left := cut(strings.ReplaceAll(s, "\r\n", "\n"), 4*maxText)
	blocks := codeBlocks(strings.TrimRight(s, "\n"), true)
	blocks[0] = withCaption(blocks[0], caption)
	return bounded(blocks, left)
}

// isConfigPath reports whether a path looks like configuration or
// infrastructure rather than code.
func isConfigPath(p string) bool {
	p = strings.ToLower(p)
	base := path.Base(p)
	switch path.Ext(base) {
	case ".tf", ".tfvars", ".hcl", ".bicep", ".ini", ".conf", ".cfg", ".properties", ".env", ".toml", ".rules", ".service":
		return true
	case ".yaml", ".yml", ".json":
		return slices.ContainsFunc(strings.Split(path.Dir(p), "/"), isConfigFolder) || strings.Contains(base, "config") || strings.Contains(base, "values")
	}
	if base == "dockerfile" || strings.HasPrefix(base, "dockerfile.") || strings.HasPrefix(base, ".env") || base == "jenkinsfile" {
		return true
	}
	return slices.ContainsFunc(strings.Split(path.Dir(p), "/"), func(dir string) bool { return isConfigFolder(dir) && dir != "config" && dir != "deploy" })
}

func isConfigFolder(dir string) bool {
	switch dir {
	case "infra", "infrastructure", "terraform", "ansible", "helm", "charts", "k8s", "kubernetes", "kustomize", "manifests", "deploy",
		"deployment", "deployments", "cloudformation", "pulumi", "config", "configs", "configuration", "environments", "nginx", "flags", ".github", "workflows":
		return true
	}
	return false
}
