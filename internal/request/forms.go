package request

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var (
	bareNumber   = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)
	numberForm   = regexp.MustCompile(`(?i)^(?:(?:github )?(?:pr|mr|pull request|pull|merge request)s?\s*(?:no\.?|number|:)?\s*[-#!]?\s*|[#!]\s*)([1-9][0-9]{0,9})$`)
	repoNumber   = regexp.MustCompile(`(?i)^([a-z0-9_.-]+(?:/[a-z0-9_.-]+)*)\s*(?:(?:pr|pull request)\s*)?[#!]\s*([1-9][0-9]{0,9})$`)
	commitForm   = regexp.MustCompile(`(?i)^(?:(?:commit|sha|rev(?:ision)?)\s*:?\s*)?(?:([a-z0-9_.-]+(?:/[a-z0-9_.-]+)*)\s*@\s*)?([0-9a-f]{7,64})$`)
	ticketKey    = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*)-([1-9][0-9]{0,9})$`)
	ticketWord   = regexp.MustCompile(`(?i)^(?:(?:jira|ticket|issue)\s*[:#]?\s*)?\[?([a-z][a-z0-9_]*-[1-9][0-9]{0,9})\]?$`)
	deployPath   = regexp.MustCompile(`(?i)^([a-z0-9_.-]+(?:/[a-z0-9_.-]+)*)/deployments/([0-9]{1,20})$`)
	deployNumber = regexp.MustCompile(`(?i)^(?:([a-z0-9_.-]+(?:/[a-z0-9_.-]+)*) )?deploy(?:ment)?\s*(?:id|no\.?|number|:)?\s*[-#]?\s*([1-9][0-9]{0,19})$`)
	digitsOnly   = regexp.MustCompile(`^[1-9][0-9]{0,19}$`)
	salesforceID = regexp.MustCompile(`^0Af[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$`)
	abbreviated  = regexp.MustCompile(`^[0-9]{7,64}$`)

	// within finds a reference that cannot be taken for a word of a sentence.
	within = regexp.MustCompile(`(?i)(?:^|[\s,;|([{"'/&+])(https?://[^\s,;|<>"')\]}]+` +
		`|deploy(?:ment)?\s*#[1-9][0-9]*|[a-z0-9_.-]+/[a-z0-9_./-]*deployments/[0-9]+` +
		`|(?:[a-z0-9_.-]+(?:/[a-z0-9_.-]+)?)?[#!][1-9][0-9]*|(?:pr|mr|pull request) ?#?[1-9][0-9]*` +
		`|[a-z][a-z0-9_]*-[1-9][0-9]*|[a-z0-9_./-]+@[0-9a-f]{7,64}|[0-9a-f]{40,64}|0Af[a-z0-9]{12,15})(?:$|[\s,;:|)\]}"'/&+.])`)
)

// looksStrong reports whether a value of a column without a known header is a
// reference: a number or a word alone is not.
func looksStrong(s string) bool {
	s = trim(clean(s, textMost))
	if m := commitForm.FindStringSubmatch(s); m != nil {
		return m[1] != "" || strings.ContainsAny(m[2], "0123456789") && strings.ContainsAny(strings.ToLower(m[2]), "abcdef")
	}
	for _, re := range []*regexp.Regexp{numberForm, repoNumber, ticketWord, deployPath, salesforceID} {
		if re.MatchString(s) {
			return true
		}
	}
	return deployNumber.MatchString(s) && !digitsOnly.MatchString(s) || isAddress(s)
}

// trim takes away what people put around a reference.
func trim(s string) string {
	return strings.Trim(s, " \t\"'`.,;<>()[]{}“”‘’«»")
}

// salesforce knows a Salesforce deployment by its ID.
func (r *Resolver) salesforce(text string, _ Column, _ string) (Resolution, error) {
	if !salesforceID.MatchString(text) {
		return Resolution{}, errNoForm
	}
	return Resolution{Form: FormDeployment}, &Error{evidence.NotConfigured,
		fmt.Sprintf("%s is a Salesforce deployment, and no Salesforce system is configured; name the ticket or the pull request of the change", text)}
}

func (r *Resolver) deployment(text string, c Column, repository string) (Resolution, error) {
	var repo, id string
	if m := deployPath.FindStringSubmatch(text); m != nil {
		repo, id = m[1], m[2]
	} else if m := deployNumber.FindStringSubmatch(text); m != nil {
		repo, id = m[1], m[2]
	} else if bare := strings.TrimPrefix(text, "#"); c == ColumnDeployment && digitsOnly.MatchString(bare) {
		id = bare
	} else {
		return Resolution{}, errNoForm
	}
	res := Resolution{Form: FormDeployment}
	homes, err := r.repositories(cmp.Or(repo, repository), func(f Forge) bool { return !f.IsGit }, "deployments")
	if err != nil {
		return res, err
	}
	for _, h := range homes {
		res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindDeployment, System: h.system, ID: h.repository + "/deployments/" + id})
	}
	res.tried("read as deployment "+id, homes)
	return res, nil
}

func (r *Resolver) ticket(text string, c Column, _ string) (Resolution, error) {
	if bare := strings.TrimPrefix(text, "#"); c == ColumnTicket && bareNumber.MatchString(bare) {
		return r.ticketNumber(bare)
	}
	m := ticketWord.FindStringSubmatch(text)
	if m == nil {
		return Resolution{}, errNoForm
	}
	key := strings.ToUpper(m[1])
	project := key[:strings.LastIndex(key, "-")]
	systems := r.trackersOf(project)
	if len(systems) == 0 {
		// "PR-1234" and "DEPLOY-55" are no tickets unless a project is called so.
		if numberForm.MatchString(text) || deployNumber.MatchString(text) {
			return Resolution{}, errNoForm
		}
		return Resolution{Form: FormTicket}, &Error{evidence.NotConfigured, fmt.Sprintf("no configured system keeps tickets of the project %s; %s", project, r.knownProjects())}
	}
	res := Resolution{Form: FormTicket}
	for _, system := range systems {
		res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindTicket, System: system, ID: key})
	}
	res.Tried = []string{fmt.Sprintf("read as ticket %s in %s", key, strings.Join(systems, ", "))}
	return res, nil
}

// ticketNumber reads a number alone in a column of tickets.
func (r *Resolver) ticketNumber(number string) (Resolution, error) {
	res := Resolution{Form: FormTicket}
	var keys []string
	for _, t := range r.scope.Trackers {
		for _, p := range t.Projects {
			key := strings.ToUpper(p) + "-" + number
			ref := evidence.Ref{Kind: evidence.KindTicket, System: t.System, ID: key}
			if !slices.Contains(res.Candidates, ref) {
				res.Candidates, keys = append(res.Candidates, ref), append(keys, key+" in "+t.System)
			}
		}
	}
	if len(keys) == 0 {
		return res, &Error{evidence.NotConfigured, fmt.Sprintf("%q stands in a column of tickets, and no system that keeps tickets is configured", number)}
	}
	res.Tried = []string{"read as the number of a ticket: " + strings.Join(keys, ", ")}
	return res, nil
}

func (r *Resolver) trackersOf(project string) []string {
	var systems []string
	for _, t := range r.scope.Trackers {
		if slices.ContainsFunc(t.Projects, func(p string) bool { return strings.EqualFold(p, project) }) && !slices.Contains(systems, t.System) {
			systems = append(systems, t.System)
		}
	}
	return systems
}

func (r *Resolver) knownProjects() string {
	var known []string
	for _, t := range r.scope.Trackers {
		for _, p := range t.Projects {
			known = append(known, p+" ("+t.System+")")
		}
	}
	if len(known) == 0 {
		return "no project of tickets is configured"
	}
	return "known projects: " + strings.Join(known, ", ")
}

func (r *Resolver) commit(text string, c Column, repository string) (Resolution, error) {
	m := commitForm.FindStringSubmatch(text)
	// Digits alone are the number of a pull request first.
	if m == nil || abbreviated.MatchString(text) && c != ColumnCommit {
		return Resolution{}, errNoForm
	}
	return r.commits(strings.ToLower(m[2]), cmp.Or(m[1], repository))
}

func (r *Resolver) commits(sha, repository string) (Resolution, error) {
	res := Resolution{Form: FormCommit}
	homes, err := r.repositories(repository, func(Forge) bool { return true }, "commits")
	if err != nil {
		return res, err
	}
	for _, h := range homes {
		res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindCommit, System: h.system, ID: h.repository + "@" + sha})
	}
	res.tried("read as commit "+sha, homes)
	return res, nil
}

// numbered reads the number of a pull request, with or without its repository.
func (r *Resolver) numbered(text string, c Column, repository string) (Resolution, error) {
	repo, number := "", ""
	if m := numberForm.FindStringSubmatch(text); m != nil {
		number = m[1]
	} else if m := repoNumber.FindStringSubmatch(text); m != nil {
		repo, number = m[1], m[2]
	} else if c != ColumnCommit && bareNumber.MatchString(text) && len(text) < 7 {
		number = text
	} else {
		return Resolution{}, errNoForm
	}
	return r.pullRequests(number, cmp.Or(repo, repository))
}

func (r *Resolver) pullRequests(number, repository string) (Resolution, error) {
	res := Resolution{Form: FormPullRequest}
	homes, err := r.repositories(repository, func(Forge) bool { return true }, "pull requests")
	if err != nil {
		return res, err
	}
	for _, h := range homes {
		res.Candidates = append(res.Candidates, evidence.Ref{Kind: evidence.KindPullRequest, System: h.system, ID: h.repository + "#" + number})
	}
	res.tried("read as pull request #"+number, homes)
	return res, nil
}

// digits reads seven digits and more, which may be an abbreviated commit too.
func (r *Resolver) digits(text string, _ Column, repository string) (Resolution, error) {
	if !abbreviated.MatchString(text) {
		return Resolution{}, errNoForm
	}
	res, err := r.commits(text, repository)
	if err != nil || !bareNumber.MatchString(text) {
		return res, err
	}
	prs, err := r.pullRequests(text, repository)
	if err != nil {
		return res, err
	}
	return Resolution{Form: FormNumber, Candidates: append(prs.Candidates, res.Candidates...), Tried: append(prs.Tried, res.Tried...)}, nil
}

// A home is a repository that a reference may be of.
type home struct{ system, repository string }

// repositories gives the homes that a written name fits: all where it is "".
func (r *Resolver) repositories(written string, keeps func(Forge) bool, what string) ([]home, error) {
	var all, fit []home
	var names []string
	for _, f := range r.scope.Forges {
		if !keeps(f) {
			continue
		}
		for _, repository := range f.Repositories {
			h := home{f.System, repository}
			all, names = append(all, h), append(names, repository)
			if strings.EqualFold(written, repository) {
				fit = append(fit, h)
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, &Error{evidence.NotConfigured, "no system that keeps " + what + " is configured"}
	case written == "":
		return all, nil
	case len(fit) > 0:
		return fit, nil
	}
	if !strings.Contains(written, "/") {
		for _, h := range all {
			if _, last, ok := cutLast(h.repository, "/"); ok && strings.EqualFold(written, last) {
				fit = append(fit, h)
			}
		}
	}
	if len(fit) == 0 {
		return nil, &Error{evidence.NotConfigured, fmt.Sprintf("the repository %s is not configured; known repositories: %s", written, shortList(names))}
	}
	return fit, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func shortList(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + fmt.Sprintf(" and %d more", len(names)-12)
	}
	return strings.Join(names, ", ")
}

func (res *Resolution) tried(what string, homes []home) {
	var names []string
	for _, h := range homes {
		names = append(names, h.repository+" ("+h.system+")")
	}
	res.Tried = []string{what + " of " + shortList(names)}
}
