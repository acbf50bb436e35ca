// Package arch is the map of the tree; its test holds the import rules.
//
// Data flows one way, and every room has one job:
//
//	cmd/tickmark        the command line: flags in, a run out
//	internal/run        the stages in order; the only room that sees collectors and renderers both
//	internal/config     tickmark.yaml to typed values
//	internal/yamlfile   files that people write, with every mistake in them named at once
//	internal/policy     policy.yaml and people.yaml to typed values
//	internal/control    the attributes A to Z, one file each: pure functions of a change, the policy and the people
//	internal/request    the auditor's list to references
//	internal/ledger     the population of a period: what changed, how records link, what does not reconcile
//	internal/response   what people say to results, in a file that they may edit
//	internal/selection  a sample that anybody can draw again
//	internal/engine     follows links from record to record; an error becomes a gap
//	collectors/         where evidence comes from, one folder a system
//	internal/filelock   a file that one process at a time may take
//	internal/capture    the one way in: transport, vault, replay
//	internal/evidence   the domain: types that everything else is a function of
//	internal/redact     secrets out of what leaves
//	render/document     what a document says, for every format
//	render/pdf, html    draw it
//	render/xlsx         writes the workbook from the same records
//	templates/          what people may edit
//	internal/pack       the sealed folder: layout, manifest, verify
//	internal/simulate   the sample company's servers, for the demo and the tests
//	samples/            the sample company's lists and exhibits
package arch
