// Package forge is a GitHub server over a plain data model held in memory: it
// answers REST and GraphQL as GitHub does, so that the product can be run
// and tested without GitHub. Fill a Forge, then serve Forge.Handler.
//
// The model says what happened; everything that GitHub derives from it (URLs,
// node ids, counts, the check suite and check runs of a workflow run, the
// timeline's entries for commits, reviews and comments, comparison by
// ancestry, ETags, pages) is derived here and never stored. Every response is
// held to GitHub's published descriptions: see package schematest.
//
// What it does not do: write. Every request but GraphQL's POST is a GET.
package forge
