package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Preflight proves the login, and says which projects it sees and whether the
// configured fields exist.
func (c *Collector) Preflight(ctx context.Context) (evidence.Principal, error) {
	p := evidence.Principal{System: c.config.Name}
	if err := c.checkEdition(ctx, &p); err != nil {
		return p, err
	}
	var me user
	header, err := c.get(ctx, c.api+"myself", nil, &me)
	var refused *statusError
	switch {
	case c.config.Authorize == nil && errors.As(err, &refused) && refused.status == http.StatusUnauthorized:
		p.Name = "anonymous"
		p.Notes = append(p.Notes, "no token is configured: Jira shows only what anybody may see")
	case err != nil:
		return p, c.gap("login", "the login's account", err)
	case c.loginRefused(header) != "":
		return p, &evidence.GapError{Part: "login", Reason: evidence.Denied, Detail: c.loginRefused(header)}
	default:
		who := c.person(&me)
		if who == nil || who.ID == "" && who.Login == "" {
			return p, &evidence.GapError{Part: "login", Reason: evidence.Unreachable,
				Detail: "Jira did not say whose login it accepted; check that the base URL is that of the Jira site"}
		}
		p.Name = principalName(who)
		c.session.Authenticated(c.config.Name, p.Name)
	}
	for _, key := range c.config.Projects {
		if err := c.checkProject(ctx, key, &p); err != nil {
			return p, err
		}
	}
	c.checkFields(ctx, &p)
	p.Notes = append(p.Notes, "Jira keeps tickets, comments and the changelog until somebody deletes them; a deleted comment leaves no trace")
	return p, nil
}

// principalName prefers what an administrator would look the account up by.
func principalName(who *evidence.Person) string {
	switch {
	case who.Login != "":
		return who.Login
	case who.Email != "":
		return who.Email
	case who.Name != "":
		return who.Name + " (" + who.ID + ")"
	}
	return who.ID
}

// checkEdition notes a Jira of the other edition than configured: its answers
// have another form.
func (c *Collector) checkEdition(ctx context.Context, p *evidence.Principal) error {
	var info struct {
		Type    string `json:"deploymentType"`
		Version string `json:"version"`
	}
	if _, err := c.get(ctx, c.api+"serverInfo", nil, &info); err != nil {
		return c.gap("server", "the server's version", err)
	}
	if info.Type != "" && strings.EqualFold(info.Type, "Cloud") != c.config.Cloud {
		p.Notes = append(p.Notes, fmt.Sprintf("the configuration says cloud: %t, but this Jira calls itself %q: correct the configuration", c.config.Cloud, info.Type))
	}
	if info.Version != "" && !c.config.Cloud {
		p.Notes = append(p.Notes, "Jira Data Center "+info.Version)
	}
	return nil
}

// checkProject sorts a project into visible and hidden.
func (c *Collector) checkProject(ctx context.Context, key string, p *evidence.Principal) error {
	visible, err := c.projectVisible(ctx, key)
	if err != nil {
		return c.gap("project "+key, "project "+key, err)
	}
	if !visible {
		p.Hidden = append(p.Hidden, key)
		return nil
	}
	var mine struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	asked := []string{"BROWSE_PROJECTS", "ADMINISTER", "ADMINISTER_PROJECTS", "DELETE_ISSUES", "EDIT_ISSUES"}
	query := url.Values{"projectKey": {key}, "permissions": {strings.Join(asked, ",")}}
	if _, err := c.get(ctx, c.api+"mypermissions", query, &mine); err != nil {
		return c.gap("permissions in "+key, "the permissions in project "+key, err)
	}
	if browse, ok := mine.Permissions["BROWSE_PROJECTS"]; !ok || !browse.Have {
		p.Hidden = append(p.Hidden, key)
		p.Notes = append(p.Notes, fmt.Sprintf("project %s: the login sees that it exists, but has no permission to browse its tickets", key))
		return nil
	}
	p.Visible = append(p.Visible, key)
	var excess []string
	for _, name := range asked[1:] {
		if mine.Permissions[name].Have {
			excess = append(excess, name)
		}
	}
	if len(excess) > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("project %s: the login may do more than reading needs: %s", key, strings.Join(excess, ", ")))
	}
	return nil
}

// projectVisible asks for the project itself.
func (c *Collector) projectVisible(ctx context.Context, key string) (bool, error) {
	var project struct {
		Key string `json:"key"`
	}
	_, err := c.get(ctx, c.api+"project/"+url.PathEscape(key), nil, &project)
	var refused *statusError
	switch {
	case err == nil:
		return project.Key != "", nil
	case errors.As(err, &refused) && c.loginRefused(refused.header) == "" &&
		slices.Contains([]int{http.StatusNotFound, http.StatusForbidden}, refused.status):
		return false, nil
	}
	return false, err
}

// checkFields notes configured fields that this Jira does not have, or has
// more than once.
func (c *Collector) checkFields(ctx context.Context, p *evidence.Principal) {
	if len(c.config.Fields) == 0 {
		return
	}
	all, err := c.fieldList(ctx)
	if err != nil {
		p.Notes = append(p.Notes, c.gap("fields", "the list of fields", err).Detail)
		return
	}
	for _, name := range sortedKeys(c.config.Fields) {
		want := c.config.Fields[name]
		switch found := match(all, want); len(found) {
		case 0:
			p.Notes = append(p.Notes, "field "+name+": "+unknownField("", want, all).Detail)
		case 1:
		default:
			p.Notes = append(p.Notes, "field "+name+": "+ambiguousField("", want, found).Detail)
		}
	}
}
