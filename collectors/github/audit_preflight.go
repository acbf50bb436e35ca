package github

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// auditNotes says of each organisation whether its audit log can be read. That
// is optional: without it nobody can say whether the rules of a branch were
// bypassed, and everything else stays as it is.
func (c *Collector) auditNotes(ctx context.Context, p *evidence.Principal) {
	if p.Name == anonymous {
		return
	}
	var asked []string
	full := map[string]bool{} // logs that go back as far as GitHub says
	for _, repository := range p.Visible {
		org := owner(repository)
		key := strings.ToLower(org)
		if !slices.Contains(asked, key) {
			asked = append(asked, key)
			oldest, err := c.auditReach(ctx, org)
			full[key] = err == nil && lastRetrieved(ctx).Sub(oldest) > auditRetention-14*24*time.Hour
			if err == nil {
				p.Notes = append(p.Notes, fmt.Sprintf("the audit log of %s can be read; its oldest entry is of %s: what was done to the rules of branches since then can be shown", org, oldest.Format("2006-01-02")))
			} else {
				p.Notes = append(p.Notes, fmt.Sprintf("the audit log of %s cannot be read, so that nobody can show that the rules of its branches were not bypassed (attribute J is then unable); this permission is optional: %s", org, gapSaid(c.auditGap(repository, err))))
			}
		}
		if full[key] && !c.enterpriseServer() {
			p.Retentions = append(p.Retentions, evidence.Retention{What: "audit log of branch rules", Scope: repository, Keeps: auditRetention, Assumed: true})
		}
	}
}

// gapSaid gives what a gap says, without its reason.
func gapSaid(err error) string {
	if g, ok := err.(*evidence.GapError); ok && g.Detail != "" {
		return g.Detail
	}
	return err.Error()
}
