package ledger

import (
	"path"
	"regexp"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// files adds the paths that a change touches, and the Salesforce metadata that
// they hold.
func (ld *Load) files(record int64, files []evidence.File) {
	for i := range files {
		f := &files[i]
		for _, p := range []string{f.Path, f.PreviousPath} {
			if p == "" {
				continue
			}
			ld.component(record, "path", p)
			for _, name := range metadata(p) {
				ld.component(record, "metadata", name)
			}
		}
		if m := triggerOn.FindStringSubmatch(f.Patch); m != nil && strings.Contains(f.Path, ".trigger") {
			ld.component(record, "metadata", m[2]+"."+m[1])
		}
	}
}

func (ld *Load) component(record int64, kind, name string) {
	if name == "" {
		return
	}
	key := [2]string{kind, name}
	id, ok := ld.parts[key]
	if !ok {
		if !ld.w.one(`SELECT id FROM components WHERE name = ? AND kind = ?`, []any{name, kind}, &id) {
			id = ld.w.insert(`INSERT INTO components (name, kind) VALUES (?, ?)`, name, kind)
		}
		remember(ld.parts, key, id)
	}
	ld.w.do(`INSERT INTO record_components (record, component) VALUES (?, ?) ON CONFLICT DO NOTHING`, record, id)
}

var triggerOn = regexp.MustCompile(`(?i)\btrigger\s+(\w+)\s+on\s+(\w+)\s*\(`)

// metadata gives the Salesforce names of what a source file holds, as people
// call them: "Contact" for the object, "Contact.Email__c" for a part of it. A
// path that is not of a Salesforce project gives none.
// https://developer.salesforce.com/docs/atlas.en-us.sfdx_dev.meta/sfdx_dev/sfdx_dev_source_file_format.htm
func metadata(p string) []string {
	parts := strings.Split(p, "/")
	name := bare(parts[len(parts)-1])
	for i := len(parts) - 2; i >= 0; i-- {
		rest := parts[i+1:]
		switch parts[i] {
		case "objects", "objectTranslations":
			object, _, _ := strings.Cut(rest[0], ".")
			if parts[i] == "objectTranslations" {
				if at := strings.LastIndex(object, "-"); at > 0 {
					object = object[:at]
				}
			}
			if !looksLikeMetadata(p) && len(rest) < 3 || object == "" {
				continue
			}
			if len(rest) >= 3 { // objects/Contact/fields/Email__c.field-meta.xml
				return []string{object, object + "." + name}
			}
			return []string{object}
		case "layouts", "quickActions", "approvalProcesses", "workflows", "sharingRules", "matchingRules", "assignmentRules", "customMetadata":
			if !looksLikeMetadata(p) || len(rest) != 1 {
				continue
			}
			separator := "."
			if parts[i] == "layouts" {
				separator = "-"
			}
			object, part, ok := strings.Cut(name, separator)
			if ok && object != "" && part != "" { // Contact-Contact Layout, Contact.New_Task
				return []string{object, object + "." + part}
			}
			return []string{name}
		case "classes", "triggers", "flows", "permissionsets", "profiles", "pages", "components", "lwc", "aura", "labels", "tabs", "applications", "globalValueSets", "reportTypes", "namedCredentials", "staticresources":
			if !looksLikeMetadata(p) {
				continue
			}
			if parts[i] == "lwc" || parts[i] == "aura" {
				return []string{rest[0]}
			}
			return []string{name}
		}
	}
	return nil
}

// looksLikeMetadata reports whether the file's name ends as those of a
// Salesforce project do, so that "src/components/Pay.tsx" is none.
func looksLikeMetadata(p string) bool {
	if strings.HasSuffix(p, "-meta.xml") || strings.Contains(p, "force-app/") {
		return true
	}
	switch path.Ext(p) {
	case ".object", ".cls", ".trigger", ".layout", ".workflow", ".flow", ".permissionset", ".profile", ".quickAction", ".sharingRules", ".objectTranslation", ".approvalProcess":
		return true
	}
	return false
}

// bare takes "-meta.xml" and the type off a file's name.
func bare(file string) string {
	file = strings.TrimSuffix(file, "-meta.xml")
	if ext := path.Ext(file); ext != "" && len(ext) < len(file) {
		file = strings.TrimSuffix(file, ext)
	}
	return file
}
