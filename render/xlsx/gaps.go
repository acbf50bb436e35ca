package xlsx

import (
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// gaps lists what was asked for and not obtained, and the lines of the
// request that became no sample.
func gaps(p evidence.Package) table {
	t := table{name: "Gaps", printed: 9, frozen: 1, columns: []column{
		{title: "Sample #", width: 11, core: true},
		{title: "Auditor's reference", width: 15, core: true},
		{title: "Record", width: 30, core: true},
		{title: "Part", width: 18, core: true},
		{title: "Reason", width: 14, core: true},
		{title: "What it means", width: 36, core: true},
		{title: "Detail", width: 40, core: true},
		{title: "Collector", width: 11},
		{title: "When (UTC)", width: 19},
	}}
	for i := range p.Dossiers {
		c := &p.Dossiers[i].Change
		for _, g := range c.Gaps {
			part := g.Part
			if part == "" {
				part = "the whole record"
			}
			t.rows = append(t.rows, []cell{
				ordinal(c.Sample.Number), text(facts{c}.label()), text(recordName(g.Ref)), text(part), text(string(g.Reason)), text(meaning(g.Reason)),
				text(said(g.Detail)), text(said(g.Collector)), moment(g.At, noneRecorded),
			})
		}
	}
	for _, u := range p.Unmatched {
		label := u.Label
		if label == "" {
			label = u.Requested
		}
		tried := "nothing was tried"
		if len(u.Tried) > 0 {
			tried = "tried: " + strings.Join(u.Tried, "\n")
		}
		t.rows = append(t.rows, []cell{
			text("none"), text(label), text(u.Requested), text("line of the request: " + u.Where), text(string(u.Reason)),
			text("This line of the request became no sample. No other change was put in its place."), text(tried), text("request"), moment(p.AsOf, noneRecorded),
		})
	}
	if len(t.rows) == 0 {
		t.notes = append(t.notes, "Nothing that was asked for is missing: there are no gaps and no request lines without a match.")
	}
	t.notes = append(t.notes, "A gap is evidence that was asked for and not obtained. It is not an exception, and it never counts as if the evidence were there.")
	return t
}

// meaning says what a reason means for whoever reads the package.
func meaning(r evidence.Reason) string {
	switch r {
	case evidence.Unreachable:
		return "The source did not answer, or not sensibly. Collecting again may obtain it."
	case evidence.Denied:
		return "The source knows the account that was used and refuses it. The record may exist; an account with the right may read it."
	case evidence.NotFound:
		return "The source has no such record, and the account that was used could have seen it."
	case evidence.Ambiguous:
		return "The source does not tell whether the record is absent or hidden from the account, or the reference has several meanings. Nothing can be concluded from it."
	case evidence.Expired:
		return "The source has deleted it by its own retention. It existed; it can no longer be had from there."
	case evidence.Truncated:
		return "Only a part was obtained; the detail says how much. Nothing can be concluded from what is not listed."
	case evidence.NotConfigured:
		return "No system that keeps such records was named for this run. Nothing was asked."
	case evidence.Canceled:
		return "The run was interrupted before it was asked for."
	case evidence.NotAsked:
		return "The package was made from what had been collected before, and this was not; no source was asked. Collecting again may obtain it."
	case evidence.Duplicate:
		return "The line names a change that another line names already."
	}
	return "The reason is not one that this version knows."
}
