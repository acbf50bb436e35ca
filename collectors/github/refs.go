package github

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// repositoryName is what GitHub allows. Everything that becomes a part of a
// request's path is held to a form first, so no ref can lead elsewhere.
var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-_]*/[A-Za-z0-9._-]+$`)
	commitHash     = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
)

// name is what a ref's ID says, taken apart.
type name struct {
	repository string // "owner/name"
	number     int64  // of a pull request, issue, run or deployment
	text       string // hash, branch or environment
}

// path gives "repos/owner/name" followed by the parts.
func (n name) path(format string, a ...any) string {
	return "repos/" + n.repository + fmt.Sprintf(format, a...)
}

// splitRef takes a ref's ID apart. The error is a gap: such a record cannot exist.
func splitRef(ref evidence.Ref) (name, error) {
	var n name
	var ok bool
	var rest string
	switch ref.Kind {
	case evidence.KindPullRequest, evidence.KindTicket:
		n.repository, rest, ok = strings.Cut(ref.ID, "#")
		n.number, ok = positive(rest, ok)
	case evidence.KindCommit, evidence.KindChecks:
		n.repository, n.text, ok = strings.Cut(ref.ID, "@")
		ok = ok && commitHash.MatchString(n.text)
	case evidence.KindBuild:
		n.repository, rest, ok = strings.Cut(ref.ID, "/runs/")
		n.number, ok = positive(rest, ok)
	case evidence.KindDeployment:
		n.repository, rest, ok = strings.Cut(ref.ID, "/deployments/")
		n.number, ok = positive(rest, ok)
	case evidence.KindBranchRules, evidence.KindRuleHistory:
		n.repository, n.text, ok = strings.Cut(ref.ID, ":")
		ok = ok && n.text != ""
	case evidence.KindEnvironment:
		n.repository, n.text, ok = strings.Cut(ref.ID, "/environments/")
		ok = ok && n.text != ""
	}
	if !ok || !repositoryName.MatchString(n.repository) || strings.HasSuffix(n.repository, "/.") || strings.HasSuffix(n.repository, "/..") {
		return name{}, &evidence.GapError{Reason: evidence.NotFound, Detail: fmt.Sprintf("%q is not the reference of a %s at GitHub", ref.ID, strings.ReplaceAll(string(ref.Kind), "_", " "))}
	}
	return n, nil
}

func positive(s string, ok bool) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v, ok && err == nil && v > 0
}

// segment escapes a branch, environment or file name for one part of a path.
func segment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

func (c *Collector) ref(kind evidence.Kind, format string, a ...any) evidence.Ref {
	return evidence.Ref{Kind: kind, System: c.cfg.Name, ID: fmt.Sprintf(format, a...)}
}

func (c *Collector) buildRef(repository string, run int64) evidence.Ref {
	return c.ref(evidence.KindBuild, "%s/runs/%d", repository, run)
}

func (c *Collector) deploymentRef(repository string, id int64) evidence.Ref {
	return c.ref(evidence.KindDeployment, "%s/deployments/%d", repository, id)
}

// uniqueLinks gives each link once, in the order of first mention, without the
// record itself.
func uniqueLinks(links []evidence.Ref, self evidence.Ref) []evidence.Ref {
	var out []evidence.Ref
	for _, l := range links {
		if l != self && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
