package xlsx

import (
	"path"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The values of the column Type.
const (
	typeCode   = "Code"
	typeConfig = "Config"
	typeInfra  = "Infra"
)

// changeType says what kind of change it is, by a rule that anyone can repeat.
// A change by pull request is Code, unless every path that it touches is
// infrastructure (Infra), or infrastructure or configuration (Config); paths
// that were not obtained make it Code. A change by ticket alone is what the
// ticket's category, or else its type, says.
func (f facts) changeType() string {
	pr := f.pullRequest()
	if pr == nil {
		return f.ticketType()
	}
	if len(pr.Files) == 0 || pr.FilesTotal > len(pr.Files) {
		return typeCode
	}
	infra := 0
	for _, file := range pr.Files {
		switch {
		case isInfra(file.Path):
			infra++
		case !isConfig(file.Path):
			return typeCode
		}
	}
	if infra == len(pr.Files) {
		return typeInfra
	}
	return typeConfig
}

func (f facts) ticketType() string {
	t := f.ticket()
	if t == nil {
		if it, ok := f.c.Find(f.c.Sample.Ref); ok && it.Commit != nil {
			return typeCode
		}
		return f.noPR()
	}
	category, unread := "", ""
	for _, said := range []string{f.declared("category"), f.declared("change_category"), f.declared("change_type"), t.Type} {
		low := strings.ToLower(said)
		switch {
		case strings.HasPrefix(low, notObtained), strings.HasPrefix(low, notCollected):
			unread = said
			continue
		case isAbsence(low):
			continue
		case strings.Contains(low, "infra"), strings.Contains(low, "server"), strings.Contains(low, "network"), strings.Contains(low, "database"):
			return typeInfra
		case strings.Contains(low, "config"), strings.Contains(low, "setting"), strings.Contains(low, "feature flag"):
			return typeConfig
		case strings.Contains(low, "code"), strings.Contains(low, "software"), strings.Contains(low, "application"):
			return typeCode
		}
		if category == "" {
			category = said
		}
	}
	if category != "" {
		return category + " (the ticket's word)"
	}
	if unread != "" {
		return unread
	}
	return noneRecorded + ": the ticket states no category"
}

// isInfra reports whether a path describes infrastructure.
func isInfra(p string) bool {
	base, ext := strings.ToLower(path.Base(p)), strings.ToLower(path.Ext(p))
	if slices.Contains([]string{".tf", ".tfvars", ".hcl", ".bicep", ".nomad"}, ext) || strings.HasPrefix(base, "dockerfile") ||
		strings.HasPrefix(base, "docker-compose") || slices.Contains([]string{"compose.yaml", "compose.yml", "jenkinsfile", "vagrantfile", ".gitlab-ci.yml", "serverless.yml"}, base) {
		return true
	}
	return inFolder(p, "terraform", "ansible", "helm", "charts", "k8s", "kubernetes", "cloudformation", "pulumi", "infra", "infrastructure", ".github/workflows", ".circleci")
}

// isConfig reports whether a path holds settings.
func isConfig(p string) bool {
	ext := strings.ToLower(path.Ext(p))
	if slices.Contains([]string{".ini", ".conf", ".cfg", ".properties", ".env", ".yaml", ".yml", ".toml"}, ext) {
		return true
	}
	return inFolder(p, "config", "configs", "configuration", "settings", "feature-flags") && slices.Contains([]string{".json", ".xml", ".txt", ""}, ext)
}

// inFolder reports whether p lies in a folder of one of these names.
func inFolder(p string, names ...string) bool {
	dir := "/" + strings.ToLower(path.Dir(p)) + "/"
	return slices.ContainsFunc(names, func(n string) bool { return strings.Contains(dir, "/"+n+"/") })
}

// recordName names a record for people.
func recordName(r evidence.Ref) string { return words(r.Kind) + " " + r.ID }
