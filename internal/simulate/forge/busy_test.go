package forge

import (
	"slices"
	"testing"
)

// The log of a commit is the same whether it is walked or cut from its branch's.
func TestLogOfEachCommit(t *testing.T) {
	for _, mergeCommits := range []bool{false, true} {
		s := Busy(60, mergeCommits)
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		for sha := range s.Repo.Commits {
			if !slices.Equal(s.Repo.log(sha), s.Repo.walk(sha)) {
				t.Errorf("merge commits %t: the log of %s is another one", mergeCommits, sha)
			}
		}
		if n := len(s.Repo.log(s.Tip)); !mergeCommits && n != 60+3+1 || mergeCommits && n != 2*60+3+1 {
			t.Errorf("merge commits %t: %d commits", mergeCommits, n)
		}
	}
}
