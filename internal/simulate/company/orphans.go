package company

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// RecordID names a change as records do: owner/repo#number, owner/repo@hash,
// or the ticket's key.
func (c *Change) RecordID() string {
	switch {
	case c.PullRequest > 0:
		return fmt.Sprintf("%s#%d", c.Repository, c.PullRequest)
	case c.Repository != "":
		return c.Repository + "@" + c.MergeSHA
	}
	return c.ID
}

// Orphans are the records that the story left without a counterpart, by what
// they lack, in the words of reconciliations: each kind that can occur is
// there, also with none.
func (c *Company) Orphans() map[string][]string {
	out := map[string][]string{
		"pull request without commit on the branch": nil, "pull request not listed": nil, "deployment of an unknown commit": nil,
		"named ticket not listed": {"PAY-9120"},
	}
	add := func(kind, id string) { out[kind] = append(out[kind], id) }
	for _, w := range c.Truth.Changes {
		id := w.RecordID()
		deployed := w.Deployment != 0
		switch {
		case w.Has("direct-push"):
			add("commit without pull request", id)
			add("commit without ticket", id) // the one that has a ticket does not name it
			if deployed {
				add("deployment without pull request", fmt.Sprintf("%s/deployments/%d", w.Repository, w.Deployment))
			} else {
				add("commit not deployed", id)
			}
		case w.PullRequest > 0 && !deployed:
			add("pull request not deployed", id)
		}
		switch {
		case w.PullRequest > 0 && len(w.Tickets) == 0:
			add("pull request without ticket", id)
		case w.Has("ticket-only"):
			add("ticket without pull request", id)
		}
	}
	out["ticket without pull request"] = append(out["ticket without pull request"], c.Unnamed()...)
	out["ticket done without deployment"] = c.AbandonedTickets("done")
	out["ticket closed undone"] = c.AbandonedTickets("dropped")
	for kind, ids := range out {
		slices.Sort(ids)
		out[kind] = slices.Compact(ids)
	}
	return out
}

// AbandonedTickets are the tickets of code that ended without a change: closed
// as "done" with nothing deployed, or "dropped".
func (c *Company) AbandonedTickets(fate string) (out []string) {
	for _, a := range c.Truth.Abandoned {
		is := c.Tracker.Issue(a.ID)
		if is != nil && slices.Contains([]string{"PAY", "IDN"}, is.Project.Key) && (is.Resolution == "Won't Do") == (fate == "dropped") {
			out = append(out, a.ID)
		}
	}
	return out
}

// Unnamed are the tickets of changes whose records do not name them.
func (c *Company) Unnamed() (out []string) {
	for _, w := range c.Truth.Changes {
		if w.Has("undocumented-emergency") && w.PullRequest == 0 {
			out = append(out, w.Tickets...)
		}
	}
	return out
}

var incidentKey = regexp.MustCompile(`\bINC-\d+\b`)

// Incidents are those that a change's pull request names in its title, text or
// commits.
func (c *Company) Incidents(w *Change) []string {
	for _, r := range c.Forge.Repos {
		for _, p := range r.PullRequests {
			if "harbourline/"+r.Name != w.Repository || p.Number != w.PullRequest {
				continue
			}
			var text strings.Builder
			text.WriteString(p.Title + "\n" + p.Body)
			for _, sha := range p.Commits {
				text.WriteString("\n" + r.Commits[sha].Message)
			}
			return incidentKey.FindAllString(text.String(), -1)
		}
	}
	return nil
}
