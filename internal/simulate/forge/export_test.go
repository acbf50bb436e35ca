package forge

// For the tests outside of the package.
var (
	EverythingQuery = everythingQuery
	EverythingNode  = everythingNode
)

// Types are those that can occur in an answer by name.
func Types() graph {
	g := newGraph()
	for _, name := range []string{"Query", anyEdge, "PageInfo"} {
		delete(g, name)
	}
	return g
}
