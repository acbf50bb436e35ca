package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/pack"
	"github.com/tickmark-dev/tickmark/internal/redact"
	"github.com/tickmark-dev/tickmark/render/document"
	"github.com/tickmark-dev/tickmark/render/html"
	"github.com/tickmark-dev/tickmark/render/pdf"
	"github.com/tickmark-dev/tickmark/render/xlsx"
	"github.com/tickmark-dev/tickmark/templates"
)

// How the files of a package came to be, in the words of the Evidence Index.
const (
	methodRendered = "rendered"
	methodSource   = "source payload"
	methodExhibit  = "manual exhibit"
	methodAttached = "ticket attachment"
	methodTemplate = "template"
)

// renderAll makes every file of the package but what sealing adds.
func (r *Run) renderAll(ctx context.Context, j *job) error {
	r.progress.Stage("Writing documents", len(j.pkg.Dossiers))
	fonts, err := r.fonts()
	if err != nil {
		return err
	}
	options := pdf.Options{Tool: j.pkg.Tool, AsOf: j.pkg.AsOf, Fonts: fonts}
	hits := make([][]redact.Hit, len(j.pkg.Dossiers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(rendering)
	for i, d := range j.pkg.Dossiers {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			hits[i], err = r.renderSample(j, d, options)
			r.progress.Step(d.Change.Sample.Requested)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, h := range hits {
		j.hits = append(j.hits, h...)
	}
	if err := r.renderPolicies(j, options); err != nil {
		return err
	}
	j.pkg.Files = j.builder.Files()
	return r.renderWorkbook(j)
}

// rendering bounds the samples that are rendered at once: each holds its
// documents in memory.
const rendering = 4

// renderSample writes one sample's folder.
func (r *Run) renderSample(j *job, d evidence.Dossier, o pdf.Options) ([]redact.Hit, error) {
	c := &d.Change
	folder := pack.SampleFolder(c, j.pkg.Zone)
	for _, doc := range document.Sample(d, j.pkg) {
		out, err := pdf.Render(doc, o)
		if err != nil {
			return nil, fmt.Errorf("sample %d, %s: %w", c.Sample.Number, doc.Title, err)
		}
		meta := pack.Meta{Sample: c.Sample.Number, Title: doc.Title, Method: methodRendered, Sources: doc.Sources}
		if _, err := j.builder.Add(path.Join(folder, doc.Name+".pdf"), out.Data, meta); err != nil {
			return nil, err
		}
	}
	hits, err := r.addPayloads(j, c, folder)
	if err != nil {
		return nil, err
	}
	return hits, addExhibits(j, c, folder)
}

// addPayloads copies what each record was rendered from, redacted, each
// payload once.
func (r *Run) addPayloads(j *job, c *evidence.Change, folder string) ([]redact.Hit, error) {
	type payload struct {
		ref  evidence.Ref
		from evidence.Provenance
	}
	var payloads []payload
	seen := map[string]bool{}
	for _, it := range c.Items {
		for _, p := range it.Provenance {
			// An exhibit or attachment is in the package as the file that it is.
			if p.SHA256 == "" || seen[p.SHA256] || isFile(it, p.SHA256) {
				continue
			}
			seen[p.SHA256] = true
			payloads = append(payloads, payload{it.Ref, p})
		}
	}
	width := len(fmt.Sprint(len(payloads)))
	var hits []redact.Hit
	for i, p := range payloads {
		raw, err := r.payload(p.from.SHA256)
		if err != nil {
			return nil, fmt.Errorf("sample %d: reading the payload of %s from the vault: %w", c.Sample.Number, p.from.URL, err)
		}
		extension, data, found := r.presentable(p.from, raw)
		name := path.Join(folder, pack.SourceFolder, pack.SourceName(i+1, width, p.ref, part(p.from.URL)+extension))
		for _, h := range found {
			h.Where = name + " " + h.Where
			hits = append(hits, h)
		}
		meta := pack.Meta{Sample: c.Sample.Number, Title: "What the source answered for " + words(p.ref.Kind) + " " + p.ref.ID, Method: methodSource, Sources: []evidence.Provenance{p.from}}
		if _, err := j.builder.Add(name, data, meta); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// parts are the ends of addresses that say which part of a record a payload
// holds; others are numbers and names, which the file's name has already.
var parts = regexp.MustCompile(`/(reviews|comments|commits|files|timeline|pulls|jobs|logs|artifacts|approvals?|attempts|` +
	`check-runs|check-suites|statuses|protection|runs|deployments|remotelink|changelog|field|comment)/?$`)

// part gives that part, with a space before it, or nothing.
func part(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if m := parts.FindStringSubmatch(u.Path); m != nil {
		return " " + m[1]
	}
	return ""
}

func (r *Run) payload(sha256 string) ([]byte, error) {
	body, err := r.session.Blob(sha256)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(body)
	return data, errors.Join(err, body.Close())
}

// presentable gives a payload as it goes into a package: text with its
// secrets taken out. What is not text cannot be searched for secrets; a note
// that says so stands in for it.
func (r *Run) presentable(from evidence.Provenance, raw []byte) (extension string, data []byte, hits []redact.Hit) {
	if from.Status == 0 {
		// What git prints is separated by NULs; a person reads it by lines.
		raw = bytes.ReplaceAll(raw, []byte{0}, []byte{'\n'})
	}
	trimmed := bytes.TrimSpace(raw)
	switch {
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['):
		data, hits = r.redactor.Bytes(raw)
		return ".json", data, hits
	case utf8.Valid(raw) && !bytes.ContainsRune(raw, 0):
		text, hits := r.redactor.Text(string(raw))
		return ".txt", []byte(text), hits
	}
	note := fmt.Sprintf("This payload is not text (%s, %d bytes), and cannot be searched for secrets, so it is not copied here.\n\n"+
		"URL:           %s\nRetrieved at:  %s\nSHA-256:       %s\n\nThe organisation keeps it in its vault and can show it.\n",
		http.DetectContentType(raw), len(raw), from.URL, from.RetrievedAt.UTC().Format("2006-01-02 15:04:05 UTC"), from.SHA256)
	return " (not copied).txt", []byte(note), nil
}

// isFile reports whether a payload is the bytes of a file that a person made.
func isFile(it evidence.Item, sha256 string) bool {
	if it.Exhibit != nil {
		return it.Exhibit.SHA256 == sha256
	}
	if it.Ticket != nil {
		for _, a := range it.Ticket.Attachments {
			if a.SHA256 == sha256 {
				return true
			}
		}
	}
	return false
}

// addExhibits copies the files that people made: exhibits, and what they
// attached to tickets.
func addExhibits(j *job, c *evidence.Change, folder string) error {
	n := 0
	add := func(it evidence.Item, file, title, method string, content []byte) error {
		n++
		name := path.Join(folder, pack.ExhibitsFolder, pack.FileName(fmt.Sprintf("%02d %s", n, file)))
		_, err := j.builder.Add(name, content, pack.Meta{Sample: c.Sample.Number, Title: title, Method: method, Sources: it.Provenance})
		return err
	}
	for _, it := range c.Items {
		if x := it.Exhibit; x != nil {
			if err := add(it, x.File, x.Shows+" (attached by "+x.By+")", methodExhibit, x.Content); err != nil {
				return err
			}
		}
		if it.Ticket == nil {
			continue
		}
		for _, a := range it.Ticket.Attachments {
			if a.SHA256 == "" {
				continue
			}
			if err := add(it, it.Ticket.Key+" "+a.File, "Attached to "+it.Ticket.Key+" by "+a.Author.String(), methodAttached, a.Content); err != nil {
				return err
			}
		}
	}
	return nil
}

// renderPolicies writes the organisation's own policies, or the starters.
func (r *Run) renderPolicies(j *job, o pdf.Options) error {
	policies, err := r.policies()
	if err != nil {
		return err
	}
	for _, p := range policies {
		data := p.data
		if p.extension == ".md" {
			doc := document.Text(p.name, p.title, evidence.Text{Markup: evidence.Markdown, Source: string(p.data)}, nil, j.pkg)
			out, err := pdf.Render(doc, o)
			if err != nil {
				return fmt.Errorf("policy %s: %w", p.name, err)
			}
			data, p.extension = out.Data, ".pdf"
		}
		if _, err := j.builder.Add(path.Join(pack.PoliciesFolder, pack.FileName(p.name+p.extension)), data, pack.Meta{Title: p.title, Method: p.method}); err != nil {
			return err
		}
	}
	return nil
}

type policyText struct {
	name, title, extension, method string
	data                           []byte
}

// maxPolicy bounds a policy file, in bytes.
const maxPolicy = 32 << 20

// policies gives the organisation's own (Markdown or PDF), and the starter of
// each that it does not have.
func (r *Run) policies() ([]policyText, error) {
	var all []policyText
	own := map[string]bool{}
	if r.cfg.Policies != "" {
		entries, err := os.ReadDir(r.cfg.Policies)
		if err != nil {
			return nil, fmt.Errorf("reading the policies: %w", err)
		}
		for _, e := range entries {
			extension := strings.ToLower(filepath.Ext(e.Name()))
			if e.IsDir() || extension != ".md" && extension != ".pdf" {
				continue
			}
			// Links are followed: the folder is the organisation's own.
			data, err := readBounded(filepath.Join(r.cfg.Policies, e.Name()), maxPolicy)
			if err != nil {
				return nil, fmt.Errorf("reading the policies: %w", err)
			}
			name := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
			own[name] = true
			all = append(all, policyText{name, strings.ReplaceAll(name, "_", " "), extension, "the organisation's own", data})
		}
	}
	for _, t := range templates.Policies(r.cfg.Organization) {
		if !own[t.Name] {
			all = append(all, policyText{t.Name, t.Title, ".md", methodTemplate, []byte(t.Text)})
		}
	}
	return all, nil
}

func readBounded(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", file, limit)
	}
	return data, nil
}

func (r *Run) renderWorkbook(j *job) error {
	book, err := xlsx.Workbook(j.pkg)
	if err != nil {
		return fmt.Errorf("%s: %w", pack.ChangeLogFile, err)
	}
	if _, err := j.builder.Add(pack.ChangeLogFile, book, pack.Meta{Title: "Change log", Method: methodRendered}); err != nil {
		return err
	}
	if _, err := j.builder.Add(pack.ReadmeFile, []byte(templates.Readme(j.pkg)), pack.Meta{Title: "What this is, and how to verify it", Method: methodTemplate}); err != nil {
		return err
	}
	return r.renderIndex(j)
}

// renderIndex writes the page by which a whole package is read in a browser.
// It comes last: it names every file.
func (r *Run) renderIndex(j *job) error {
	p := j.pkg
	p.Files = j.builder.Files()
	page, err := html.Render(document.Index(p), html.Options{Tool: p.Tool, AsOf: p.AsOf})
	if err != nil {
		return fmt.Errorf("%s: %w", pack.IndexFile, err)
	}
	_, err = j.builder.Add(pack.IndexFile, page, pack.Meta{Title: "The package, for reading in a browser", Method: methodRendered})
	return err
}

// fonts gives fonts for what the built-in ones lack, in order: the configured
// one, and one that the machine has for each of the scripts, or none.
func (r *Run) fonts() ([][]byte, error) {
	var fonts [][]byte
	if r.cfg.Font != "" {
		data, err := readBounded(r.cfg.Font, maxFont)
		if err == nil {
			err = pdf.UsableFont(data)
		}
		if err != nil {
			return nil, fmt.Errorf("the configured font cannot be used: %w", err)
		}
		fonts = append(fonts, data)
	}
	for _, script := range fontFiles() {
		for _, file := range script {
			data, err := readBounded(file, maxFont)
			if err == nil && pdf.UsableFont(data) == nil {
				fonts = append(fonts, data)
				break
			}
		}
	}
	return fonts, nil
}

// maxFont bounds a font file, in bytes.
const maxFont = 64 << 20

// fontFiles are TrueType fonts for a script each, where systems keep them, the
// best first.
func fontFiles() [][]string {
	return [][]string{
		{ // Chinese and Japanese
			"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
			"/Library/Fonts/Arial Unicode.ttf",
			"/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
			`C:\Windows\Fonts\simhei.ttf`,
		},
		{ // Korean
			"/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
			`C:\Windows\Fonts\malgun.ttf`,
		},
	}
}
