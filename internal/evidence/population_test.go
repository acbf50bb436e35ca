package evidence

import (
	"slices"
	"testing"
)

// The expected sums are those of: printf '%s\n' b a B | LC_ALL=C sort | sha256sum
func TestHashIDs(t *testing.T) {
	for name, test := range map[string]struct {
		ids  []string
		want string
	}{
		"none":   {nil, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		"sorted": {[]string{"b", "a", "B"}, "7a635c760621356f604d36362a3f6fc527049e64be1d883bcd4db07739f15972"},
	} {
		before := slices.Clone(test.ids)
		if got := HashIDs(test.ids); got != test.want || !slices.Equal(before, test.ids) {
			t.Errorf("%s: %s of %v, want %s", name, got, test.ids, test.want)
		}
	}
}
