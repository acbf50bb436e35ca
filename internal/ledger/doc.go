// Package ledger keeps the population of a period in one SQLite file: every
// change that reached production, the records that it consists of, how they
// link, and what does not reconcile.
//
// The file is made from what the listers give, and can be made again from the
// vault at any time: it may always be deleted. A load is written beside the
// file and takes its place only when it is whole, so that a file is never
// half a population. docs/ledger.md describes its tables.
//
// Nothing that the package gives depends on the order in which records were
// loaded, and nothing is held in memory that grows with their number.
package ledger
