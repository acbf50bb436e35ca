package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// branchRules collects how a branch is protected now.
func (c *Collector) branchRules(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var branch struct {
		Name      string `json:"name"`
		Protected *bool  `json:"protected"`
	}
	if _, err := c.get(ctx, n.path("/branches/%s", segment(n.text)), &branch); err != nil {
		return c.gapError("", err)
	}
	switch {
	case branch.Name == "":
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub's answer names no branch where %q was asked for", n.text)}
	case branch.Name != n.text:
		r.gap("branch", evidence.Ambiguous, "the branch %q is now called %q: which of the rules held for it under its old name is not known", n.text, branch.Name)
	}
	if branch.Protected == nil {
		r.gap("protection", evidence.NotFound, "this GitHub server does not say whether the branch is protected")
	}
	out := &evidence.BranchRules{
		Repository: n.repository, Branch: n.text, URL: c.web + "/" + n.repository + "/tree/" + branchPath(n.text),
		Protected: branch.Protected != nil && *branch.Protected,
	}
	item.BranchRules = out
	c.classicProtection(ctx, r, n, out)
	c.branchRulesets(ctx, r, n, out)
	c.codeowners(ctx, r, n, out)
	return nil
}

// branchPath escapes a branch for the web interface, where its slashes stay.
func branchPath(branch string) string {
	parts := strings.Split(branch, "/")
	for i := range parts {
		parts[i] = segment(parts[i])
	}
	return strings.Join(parts, "/")
}

// classicProtection reads the branch's own protection. Only administrators may
// see it; GitHub hides it from others behind a 404 or a 403.
func (c *Collector) classicProtection(ctx context.Context, r *retrieval, n name, out *evidence.BranchRules) {
	var raw json.RawMessage
	_, err := c.get(ctx, n.path("/branches/%s/protection", segment(n.text)), &raw)
	if err == nil {
		out.Protection, out.Protected = raw, true
		return
	}
	_, message := answered(err)
	if status(err) == http.StatusNotFound {
		if strings.Contains(message, "Branch not protected") {
			return
		}
		r.gap("classic protection", evidence.Ambiguous, "GitHub shows a branch's own protection to administrators only; with the right \"Administration: read\" it can be collected")
		return
	}
	r.miss("classic protection", err)
}

// branchRulesets reads the rules of rulesets that apply to the branch, as raw
// JSON: new types of rule appear, and go-github refuses those it does not know.
func (c *Collector) branchRulesets(ctx context.Context, r *retrieval, n name, out *evidence.BranchRules) {
	type rule struct {
		Type       string          `json:"type"`
		Ruleset    int64           `json:"ruleset_id"`
		Source     string          `json:"ruleset_source"`
		Parameters json.RawMessage `json:"parameters"`
	}
	rules, err := list[rule](ctx, c, n.path("/rules/branches/%s", segment(n.text)))
	r.miss("rulesets", err)
	for _, v := range rules {
		out.Rules = append(out.Rules, evidence.BranchRule{Type: v.Type, Ruleset: id(v.Ruleset), Source: v.Source, Parameters: v.Parameters})
	}
	if len(rules) > 0 {
		out.Protected = true
	}
}

// codeowners reads the file that says who must review what, from the first of
// the three places where GitHub looks for it.
func (c *Collector) codeowners(ctx context.Context, r *retrieval, n name, out *evidence.BranchRules) {
	for _, at := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"} {
		var file gh.RepositoryContent
		_, err := c.get(ctx, n.path("/contents/%s?ref=%s", at, url.QueryEscape(n.text)), &file)
		var folder *json.UnmarshalTypeError
		if status(err) == http.StatusNotFound || errors.As(err, &folder) && folder.Value == "array" {
			continue
		}
		if err != nil {
			r.miss("CODEOWNERS", err)
			return
		}
		text, err := file.GetContent()
		if err != nil || text == "" && file.GetSize() > 0 {
			r.gap("CODEOWNERS", evidence.Truncated, "GitHub does not send the file %s of %d bytes in one piece", at, file.GetSize())
			return
		}
		out.OwnersPath = at
		out.Codeowners = evidence.Text{Markup: evidence.Plain, Source: text}
		return
	}
}

// environment collects how a deployment target is protected now.
func (c *Collector) environment(ctx context.Context, r *retrieval, item *evidence.Item) error {
	n, err := splitRef(r.ref)
	if err != nil {
		return err
	}
	var raw environmentAnswer
	if _, err := c.get(ctx, n.path("/environments/%s", segment(n.text)), &raw); err != nil {
		return c.gapError("", err)
	}
	if raw.Name == "" {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: fmt.Sprintf("GitHub's answer names no environment where %q was asked for", n.text)}
	}
	out := mapEnvironment(n.repository, raw)
	item.Environment = out
	if raw.AdminsBypass == nil {
		r.gap("administrators' bypass", evidence.NotFound, "this GitHub server does not say whether administrators can bypass the environment's rules")
	}
	for _, rule := range raw.Rules {
		if rule.Type == "required_reviewers" && rule.PreventSelf == nil {
			r.gap("self-review", evidence.NotFound, "this GitHub server does not say whether who starts a deployment may approve it")
		}
	}
	if p := raw.BranchPolicy; p != nil && p.Custom {
		type answer struct {
			Policies []struct {
				Name string `json:"name"`
			} `json:"branch_policies"`
		}
		_, err := pages(ctx, c, n.path("/environments/%s/deployment-branch-policies", segment(n.text)), func(a answer) bool {
			for _, v := range a.Policies {
				out.BranchPolicies = append(out.BranchPolicies, v.Name)
			}
			return true
		})
		r.miss("branch policies", err)
	}
	return nil
}

// environmentAnswer is an environment. go-github refuses types of reviewer
// that it does not know.
type environmentAnswer struct {
	Name         string `json:"name"`
	HTMLURL      string `json:"html_url"`
	AdminsBypass *bool  `json:"can_admins_bypass"`
	Rules        []struct {
		Type        string `json:"type"`
		WaitTimer   int    `json:"wait_timer"`
		PreventSelf *bool  `json:"prevent_self_review"`
		Reviewers   []struct {
			Type     string `json:"type"`
			Reviewer struct {
				Login string `json:"login"`
				Slug  string `json:"slug"`
				Name  string `json:"name"`
			} `json:"reviewer"`
		} `json:"reviewers"`
	} `json:"protection_rules"`
	BranchPolicy *struct {
		Protected bool `json:"protected_branches"`
		Custom    bool `json:"custom_branch_policies"`
	} `json:"deployment_branch_policy"`
}

func mapEnvironment(repository string, in environmentAnswer) *evidence.Environment {
	out := &evidence.Environment{Repository: repository, Name: in.Name, URL: in.HTMLURL, AdminsBypass: in.AdminsBypass != nil && *in.AdminsBypass}
	for _, rule := range in.Rules {
		out.WaitMinutes += rule.WaitTimer
		out.PreventsSelf = out.PreventsSelf || rule.PreventSelf != nil && *rule.PreventSelf
		for _, v := range rule.Reviewers {
			if who := first(v.Reviewer.Login, first(v.Reviewer.Slug, v.Reviewer.Name)); who != "" {
				out.Reviewers = append(out.Reviewers, who)
			}
		}
	}
	if in.BranchPolicy != nil && in.BranchPolicy.Protected {
		out.BranchPolicies = append(out.BranchPolicies, "protected branches")
	}
	return out
}
