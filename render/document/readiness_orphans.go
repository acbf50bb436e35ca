package document

import (
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// orphanKind explains one kind of orphan to somebody who does not program.
type orphanKind struct {
	kind   string // as the ledger words it
	title  string
	means  string // one sentence
	do     string
	dated  string // what the date of the record is
	around bool   // the change went around the process
	waits  bool   // it usually needs nothing but time
}

// orphanKinds are in order of urgency.
func orphanKinds() []orphanKind {
	return []orphanKind{
		{kind: "deployment of an unknown commit", title: "Deployments of code that the repository does not have", around: true, dated: "Deployed",
			means: "Something was put into production whose code is not in the repository's list, so nobody can tell from the records what it was.",
			do:    "Ask who deployed it what it was, and keep that code where it can be looked at."},
		{kind: "commit without pull request", title: "Direct pushes: code without a known pull request", around: true, dated: "Commit's own date",
			means: "This code is on the branch that goes to production, and no pull request is known that brought it: as far as the records tell, it was put there directly, and no colleague looked at it first.",
			do:    "Ask the author why, and for any approval that was given elsewhere; write down the response. Then have the branch protected, so that it cannot happen again."},
		{kind: "deployment without pull request", title: "Deployments that brought code without a known pull request", around: true, dated: "Deployed",
			means: "A deployment put such code into production, so no pull request is known in which it could have been approved.",
			do:    "Look for an approval of the deployment itself, and write down the response."},
		{kind: "pull request without ticket", title: "Pull requests without a ticket", around: true, dated: "Merged",
			means: "Code was changed by pull request, and no ticket of the tracker belongs to it, so nothing says who asked for it and why.",
			do:    "Find the ticket and name it in the pull request. Where there is none, write down who asked for the change and why."},
		{kind: "commit without ticket", title: "Direct pushes that name no ticket", around: true, dated: "Commit's own date",
			means: "Code without a known pull request that belongs to no ticket of the tracker either, so nothing says who asked for it.",
			do:    "Ask the author which request it belongs to."},
		{kind: "ticket done without deployment", title: "Tickets that count as live, in doubt", around: true, dated: "Live since",
			means: "The ticket counts as live by its status alone, or although the code that names it has not reached production. No deployment says so. It is counted in the population until that is settled.",
			do:    "Find out how it reached production: by hand, by a system that is not configured here, or not at all. Correct the ticket where it is wrong, or take the status out of the configuration where it says nothing of production."},
		{kind: "pull request not listed", title: "Pull requests that the source names and does not list", dated: "Merged",
			means: "The source says that a pull request brought this code, but does not show that pull request to this account.",
			do:    "Have the rights of the account checked: it may have been deleted or moved, or may not be visible."},
		{kind: "named ticket not listed", title: "Tickets that are named, and that the tracker does not list", dated: "Merged",
			means: "The change names a ticket that the tracker does not list: it was mistyped, deleted or moved, or this account may not see it.",
			do:    "Correct the key in the pull request, or have the rights of the account checked."},
		{kind: "pull request without commit on the branch", title: "Merged pull requests whose code is not on the deployed branch", dated: "Merged",
			means: "The pull request was merged, but its code is not found on the branch that goes to production.",
			do:    "Usually it went to another branch. Check that this branch does not go to production by a way of its own."},
		{kind: "ticket without pull request", title: "Changes by ticket alone", dated: "Live since",
			means: "The ticket says that a change is live, and no code goes with it: usually configuration or infrastructure that was changed by hand.",
			do:    "Check that the ticket itself holds the approval, the test and who carried it out: nothing else does."},
		{kind: "pull request not deployed", title: "Merged pull requests that are not in production", waits: true, dated: "Merged",
			means: "The code was merged, and no successful deployment has brought it to production.",
			do:    "Nothing where it simply waits: it belongs to the period in which it is deployed. Ask about those that wait for long."},
		{kind: "commit not deployed", title: "Direct pushes that are not in production", waits: true, dated: "Commit's own date",
			means: "The code is on the branch that goes to production, no pull request is known that brought it, and no successful deployment contains it yet.",
			do:    "Have it looked at before it is deployed: it is not too late."},
		{kind: "ticket closed undone", title: "Tickets that were closed without being carried out", waits: true, dated: "Closed",
			means: "The ticket was closed with a resolution that says that nothing was done.",
			do:    "Nothing, unless it was carried out after all."},
	}
}

// otherOrphan explains a kind that is not known here, so that none is left out.
func otherOrphan(kind string) orphanKind {
	return orphanKind{kind: kind, title: upperFirst(kind), dated: "Date", means: "A record in one system has no counterpart in another.", do: "Find out why, and write down the response."}
}

// orphanGroup is all orphans of one kind.
type orphanGroup struct {
	orphanKind
	list []evidence.Orphan
}

// orphanGroups gives the kinds that there are, most urgent first.
func (r *readiness) orphanGroups() []orphanGroup {
	lists := map[string][]evidence.Orphan{}
	var order []string
	for _, o := range r.pop.Orphans {
		if lists[o.Kind] == nil {
			order = append(order, o.Kind)
		}
		lists[o.Kind] = append(lists[o.Kind], o)
	}
	var groups []orphanGroup
	for _, k := range orphanKinds() {
		if list := lists[k.kind]; list != nil {
			groups = append(groups, orphanGroup{k, list})
			delete(lists, k.kind)
		}
	}
	for _, kind := range order {
		if list := lists[kind]; list != nil {
			groups = append(groups, orphanGroup{otherOrphan(kind), list})
		}
	}
	return groups
}

// orphans explains each kind and names the first of it.
func (r *readiness) orphans() []Block {
	groups := r.orphanGroups()
	if len(groups) == 0 {
		return nil
	}
	blocks := []Block{heading(1, "Records that do not agree"),
		para("Commits, pull requests, deployments and tickets of the period were held against each other. These have no counterpart where there should be one. One change can be under several headings.")}
	for i, g := range groups {
		blocks = append(blocks, heading(2, g.title+" ("+thousands(len(g.list))+")"), paragraph(Span{Text: g.means + " "}, Span{Text: g.do, Tone: Muted}))
		if same := sameChanges(groups[:i], g); same != "" {
			blocks = append(blocks, para("They belong to the same changes as “"+same+"” above."))
			continue
		}
		blocks = append(blocks, r.orphanTable(g))
		blocks = append(blocks, more(len(g.list)-maxNamed, "record", " of this kind", "Reconciliation")...)
	}
	return blocks
}

// sameChanges gives the title of an earlier group that is of exactly the same
// changes; "" where there is none.
func sameChanges(earlier []orphanGroup, g orphanGroup) string {
	of := func(list []evidence.Orphan) map[string]bool {
		set := map[string]bool{}
		for _, o := range list {
			set[o.Change] = true
		}
		return set
	}
	mine := of(g.list)
	for _, e := range earlier {
		theirs := of(e.list)
		if len(theirs) != len(mine) {
			continue
		}
		same := true
		for id := range mine {
			same = same && theirs[id]
		}
		if same {
			return e.title
		}
	}
	return ""
}

func (r *readiness) orphanTable(g orphanGroup) Block {
	var rows []Row
	for _, o := range g.list[:min(len(g.list), maxNamed)] {
		k := r.known(o.Change)
		url := k.records[o.Ref]
		if url == "" && o.Ref.ID == o.Change {
			url = k.url
		}
		name := []Span{{Text: shortName(o.Ref), Bold: true, Link: url}}
		title := clip(strings.TrimSpace(or(k.title, o.Detail)), 200)
		what := text(title)
		if o.Ref.ID != o.Change && o.Change != "" {
			what = []Span{{Text: changeShort(o.Change), Link: k.url}, {Text: prefixed(" · ", title)}}
		}
		if detail := clip(strings.TrimSpace(o.Detail), 200); detail != "" && detail != title && !strings.HasSuffix(detail, o.Change) {
			what = append(what, Span{Text: "\n" + detail, Tone: Muted})
		}
		rows = append(rows, row(text(r.day(o.At)), name, what))
	}
	return table([]Column{{Title: g.dated, Weight: 17}, {Title: upperFirst(kindName(g.list[0].Ref.Kind)), Weight: 24}, {Title: "What", Weight: 59}}, rows)
}

// known gives what the walk, or an edge of the period, tells of a change.
func (r *readiness) known(id string) known {
	if k, ok := r.s.known[id]; ok {
		return k
	}
	for _, e := range r.pop.Edges {
		if e.ID == id {
			return known{id: id, title: e.Title, url: safeURL(e.URL)}
		}
	}
	return known{id: id}
}

// changeShort shortens the hash in a change's ID.
func changeShort(id string) string {
	if repo, sha, ok := strings.Cut(id, "@"); ok {
		return repo + "@" + short(sha)
	}
	return id
}
