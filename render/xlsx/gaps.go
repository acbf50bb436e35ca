package xlsx

import (
	"cmp"
	"strings"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// gapsSheet lists what was asked for and not obtained, and the lines of the
// request that became no sample.
func gapsSheet(b *book) error {
	s := b.open(sheetGaps, layout{printed: 9, frozen: 1, columns: []column{
		{title: "Sample #", width: 11, core: true},
		{title: "Auditor's reference", width: 15, core: true},
		{title: "Record", width: 28, core: true},
		{title: "Part", width: 16, core: true},
		{title: "Reason", width: 14, core: true},
		{title: "What it means", width: 34, core: true},
		{title: "Detail", width: 36, core: true},
		{title: "Collector", width: 14, core: true},
		{title: "When (UTC)", width: 19, core: true},
	}, lead: "Evidence of the samples that was asked for and not obtained. A gap is not an exception, and it never counts as if the evidence were there."})
	s.header()
	n := len(b.p.Unmatched)
	for i := range b.p.Dossiers {
		c := &b.p.Dossiers[i].Change
		n += len(c.Gaps)
		for _, g := range c.Gaps {
			part := g.Part
			if part == "" {
				part = "the whole record"
			}
			s.row(ordinal(c.Sample.Number), text(facts{c, b}.label()), text(recordName(g.Ref)), text(part), text(string(g.Reason)), text(meaning(g.Reason)),
				text(said(g.Detail)), text(said(g.Collector)), moment(g.At, noneRecorded))
		}
	}
	for _, u := range b.p.Unmatched {
		s.row(text("none"), text(cmp.Or(u.Label, u.Requested)), text(u.Requested), text("line of the request: "+u.Where), text(string(u.Reason)),
			text("This line of the request became no sample. No other change was put in its place."), text(tried(u)), text("request"), moment(b.p.AsOf, noneRecorded))
	}
	if n == 0 {
		s.silent("Nothing that was asked for is missing: there are no gaps and no request lines without a match.")
	}
	return s.close()
}

// tried says what was looked for to find the change that a line names.
func tried(u evidence.Unmatched) string {
	if len(u.Tried) == 0 {
		return "nothing was tried"
	}
	return "tried: " + strings.Join(u.Tried, "\n")
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
