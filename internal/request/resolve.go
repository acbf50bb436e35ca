package request

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

type refs = []evidence.Ref

// Scope is what references can mean here.
type Scope struct {
	Forges   []Forge
	Trackers []Tracker
}

// Forge is a configured system with pull requests.
type Forge struct {
	System       string
	WebURL       string // "" for a local repository
	Repositories []string
	IsGit        bool // a local repository: commits and pull-request numbers, no deployments or issues
}

// Tracker is a configured system with tickets.
type Tracker struct {
	System   string
	WebURL   string
	Projects []string
}

// Resolver says what a line could mean. It is safe for use by several goroutines.
type Resolver struct{ scope Scope }

// NewResolver gives a resolver for one configuration.
func NewResolver(s Scope) *Resolver { return &Resolver{s} }

// Resolve gives every record that the line's reference could name, none of
// them looked up yet. It never chooses between several. An error says, for a
// person, why the line can name nothing; Tried is set either way.
func (r *Resolver) Resolve(l Line) (Resolution, error) {
	text := strings.Trim(strings.TrimSpace(l.Text), `"'()[]<>.,;`)
	if text == "" {
		if l.Date == "" {
			return Resolution{}, errors.New("the line names nothing")
		}
		text = l.Date
	}
	res, err := r.reference(text)
	if err == nil && res.Form == "" {
		res, err = r.inside(text)
	}
	if res.Form != "" {
		res.Tried = append([]string{fmt.Sprintf("%q was read as a %s", text, res.Form)}, res.Tried...)
	}
	return res, err
}

var (
	pullNumber = regexp.MustCompile(`^(?i:(?:PR|pull(?: request)?|MR)[ -]*)?#?([1-9]\d{0,8})$`)
	named      = regexp.MustCompile(`^(?:(?i:PR|pull request) )?(?:([\w.-]+)/)?([\w.-]+)#([1-9]\d{0,8})$`)
	commitAt   = regexp.MustCompile(`^(?:([\w.-]+)/)?([\w.-]+)@([0-9a-fA-F]{7,64})$`)
	commitID   = regexp.MustCompile(`^(?i:commit )?([0-9a-fA-F]{7,64})$`)
	ticket     = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*)-([1-9]\d*)$`)
	deployment = regexp.MustCompile(`^(?i:deploy(?:ment)?)[ -]*(?i:id)?[ :]*#?([1-9]\d*)$`)
	deployPath = regexp.MustCompile(`^([\w.-]+/[\w.-]+)/deployments/([1-9]\d*)$`)
	salesforce = regexp.MustCompile(`^0Af[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$`)
)

// reference reads a text that is a reference and nothing else. Form is empty
// where it is none that we know.
func (r *Resolver) reference(text string) (Resolution, error) {
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		return r.address(text)
	}
	if day, ok, err := parseDate(text); ok {
		return Resolution{Form: "date", Date: day}, err
	}
	if m := deployPath.FindStringSubmatch(text); m != nil {
		return r.inRepositories("deployment", evidence.KindDeployment, m[1], func(repo string) string { return repo + "/deployments/" + m[2] })
	}
	if m := deployment.FindStringSubmatch(text); m != nil {
		return r.inRepositories("deployment", evidence.KindDeployment, "", func(repo string) string { return repo + "/deployments/" + m[1] })
	}
	if m := named.FindStringSubmatch(text); m != nil {
		return r.inRepositories("pull request", evidence.KindPullRequest, repository(m[1], m[2]), func(repo string) string { return repo + "#" + m[3] })
	}
	if m := commitAt.FindStringSubmatch(text); m != nil {
		return r.inRepositories("commit", evidence.KindCommit, repository(m[1], m[2]), func(repo string) string { return repo + "@" + strings.ToLower(m[3]) })
	}
	if m := pullNumber.FindStringSubmatch(text); m != nil {
		return r.inRepositories("pull request", evidence.KindPullRequest, "", func(repo string) string { return repo + "#" + m[1] })
	}
	if salesforce.MatchString(text) {
		return Resolution{Form: "Salesforce deployment"}, errors.New("no Salesforce system is configured, so a Salesforce deployment cannot be looked up")
	}
	if m := ticket.FindStringSubmatch(text); m != nil {
		return r.ticket(strings.ToUpper(m[1]), strings.ToUpper(text))
	}
	// A word of letters and digits can be a commit only if it is hexadecimal
	// and not a word that happens to be.
	if m := commitID.FindStringSubmatch(text); m != nil && strings.ContainsAny(m[1], "0123456789") {
		return r.inRepositories("commit", evidence.KindCommit, "", func(repo string) string { return repo + "@" + strings.ToLower(m[1]) })
	}
	return Resolution{}, nil
}

func repository(owner, name string) string {
	if owner == "" {
		return name
	}
	return owner + "/" + name
}

// inRepositories gives a candidate in every configured repository that the
// name fits: "owner/name", "name" alone, or "" for all of them.
func (r *Resolver) inRepositories(form string, kind evidence.Kind, name string, id func(repo string) string) (Resolution, error) {
	res := Resolution{Form: form}
	var all []string
	for _, f := range r.scope.Forges {
		if f.IsGit && kind == evidence.KindDeployment {
			continue
		}
		for _, repo := range f.Repositories {
			all = append(all, repo)
			_, short, _ := strings.Cut(repo, "/")
			if name == "" || strings.EqualFold(name, repo) || strings.EqualFold(name, short) {
				res.Candidates = append(res.Candidates, evidence.Ref{Kind: kind, System: f.System, ID: id(repo)})
			}
		}
	}
	switch {
	case len(all) == 0:
		return res, fmt.Errorf("no configured system keeps records of the kind %q", form)
	case len(res.Candidates) == 0:
		return res, fmt.Errorf("the repository %s is not configured; configured: %s", name, strings.Join(all, ", "))
	}
	return res, nil
}

func (r *Resolver) ticket(project, key string) (Resolution, error) {
	res := Resolution{Form: "ticket"}
	var known []string
	for _, t := range r.scope.Trackers {
		known = append(known, t.Projects...)
		if slices.Contains(t.Projects, project) {
			res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindTicket, System: t.System, ID: key})
		}
	}
	switch {
	case len(known) == 0:
		return res, errors.New("no configured system keeps tickets")
	case len(res.Candidates) == 0:
		return res, fmt.Errorf("the project %s is not configured; configured: %s", project, strings.Join(known, ", "))
	}
	return res, nil
}

var (
	forgePage  = regexp.MustCompile(`^([\w.-]+/[\w.-]+)/(pull|issues|commit|deployments)/([0-9a-zA-Z]+)(?:/.*)?$`)
	ticketPage = regexp.MustCompile(`(?:^|/)browse/([A-Za-z][A-Za-z0-9_]*)-([1-9]\d*)$`)
)

// address reads the web address of a record.
func (r *Resolver) address(text string) (Resolution, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return Resolution{}, fmt.Errorf("%q is not a web address", text)
	}
	for _, t := range r.scope.Trackers {
		if rest, ok := below(u, t.WebURL); ok {
			key := u.Query().Get("selectedIssue")
			if m := ticketPage.FindStringSubmatch(rest); m != nil {
				key = m[1] + "-" + m[2]
			}
			if m := ticket.FindStringSubmatch(key); m != nil {
				return r.ticket(strings.ToUpper(m[1]), strings.ToUpper(key))
			}
		}
	}
	for _, f := range r.scope.Forges {
		rest, ok := below(u, f.WebURL)
		m := forgePage.FindStringSubmatch(rest)
		if !ok || m == nil {
			continue
		}
		i := slices.IndexFunc(f.Repositories, func(repo string) bool { return strings.EqualFold(repo, m[1]) })
		if i < 0 {
			return Resolution{Form: "web address"}, fmt.Errorf("the repository %s is not configured for %s; configured: %s", m[1], f.System, strings.Join(f.Repositories, ", "))
		}
		return page(f.System, f.Repositories[i], m[2], m[3])
	}
	return Resolution{Form: "web address"}, fmt.Errorf("%s is not the address of a record on a configured system", text)
}

func page(system, repo, kind, id string) (Resolution, error) {
	switch {
	case kind == "pull":
		return Resolution{Form: "pull request", Candidates: refs{{Kind: evidence.KindPullRequest, System: system, ID: repo + "#" + id}}}, nil
	case kind == "issues":
		return Resolution{Form: "issue", Candidates: refs{{Kind: evidence.KindTicket, System: system, ID: repo + "#" + id}}}, nil
	case kind == "commit" && commitID.MatchString(id):
		return Resolution{Form: "commit", Candidates: refs{{Kind: evidence.KindCommit, System: system, ID: repo + "@" + strings.ToLower(id)}}}, nil
	case kind == "deployments" && strings.Trim(id, "0123456789") == "":
		return Resolution{Form: "deployment", Candidates: refs{{Kind: evidence.KindDeployment, System: system, ID: repo + "/deployments/" + id}}}, nil
	}
	return Resolution{Form: "web address"}, fmt.Errorf("the address names no single %s", kind)
}

// below gives the path of u beneath a system's address.
func below(u *url.URL, base string) (string, bool) {
	b, err := url.Parse(base)
	if err != nil || b.Host == "" || !strings.EqualFold(b.Host, u.Host) {
		return "", false
	}
	return strings.CutPrefix(u.Path, strings.TrimSuffix(b.Path, "/")+"/")
}

var words = regexp.MustCompile(`https?://[^\s,;]+|[^\s,;|()\[\]]+`)

// inside looks for the one reference that stands among other words, such as
// "PR #1234 (MFA)". Two different ones are not chosen between.
func (r *Resolver) inside(text string) (Resolution, error) {
	var found []string
	var one Resolution
	for _, w := range words.FindAllString(text, -1) {
		w = strings.Trim(w, `"'.:`)
		// A bare number or word among others is more likely a count, a date or a name.
		if !looksLikeReference.MatchString(w) {
			continue
		}
		res, err := r.reference(w)
		if err != nil || len(res.Candidates) == 0 || slices.Contains(found, w) {
			continue
		}
		found, one = append(found, w), res
	}
	switch len(found) {
	case 0:
		return Resolution{}, fmt.Errorf("%q is no reference that is known here; write a pull request as owner/name#123, a ticket by its key, a commit by its hash, or the web address of one of them", text)
	case 1:
		return one, nil
	}
	return Resolution{}, fmt.Errorf("%q holds %d references (%s); put each on a line of its own", text, len(found), strings.Join(found, ", "))
}
