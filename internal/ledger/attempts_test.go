package ledger

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// failed makes a deployment one that never succeeded.
func failed(d *evidence.Deployment) {
	d.Statuses = []evidence.DeploymentStatus{{State: "failure", Created: d.Created}}
}

// containedIn gives the deployments that an assembled change says contain its
// commit, without those of which it holds no record.
func containedIn(t *testing.T, l *Ledger, id string) (deployments []string, unread bool) {
	t.Helper()
	for _, e := range changes(t, l, Filter{ID: id}) {
		c, err := l.Assemble(context.Background(), e)
		if err != nil {
			t.Fatal(err)
		}
		it, ok := c.Landed()
		if !ok {
			t.Fatalf("%s: its commit is not among its records", id)
		}
		for _, in := range it.Commit.ContainedIn {
			d, ok := c.Find(in.Deployment)
			if !ok || !in.Contains() || (in.Status == "identical") != (d.Deployment.SHA == it.Commit.SHA) {
				t.Errorf("%s: contained in %+v, which is there: %t", id, in, ok)
			}
			deployments = append(deployments, d.Deployment.ID)
		}
		return deployments, slices.Contains(it.Unread, containing)
	}
	t.Fatalf("no change %s", id)
	return nil, false
}

// A change is given with every deployment that held it and was begun before it
// reached production, and with no other.
func TestDeploymentsBegunBefore(t *testing.T) {
	tests := map[string]struct {
		world func(w *world)
		want  map[string]string
	}{
		"a failed deployment and the next": {func(w *world) {
			failed(w.deploy(2, "c2", march(2, 9)))
			w.deploy(3, "c3", march(3, 9))
		}, map[string]string{"o/r@c1": "2 3", "o/r@c2": "2 3", "o/r@c3": "3"}},
		"it failed twice, at the same commit and at a later one": {func(w *world) {
			failed(w.deploy(2, "c2", march(2, 9)))
			failed(w.deploy(3, "c3", march(3, 9)))
			w.deploy(4, "c2", march(4, 9))
			w.deploy(5, "c3", march(5, 9))
		}, map[string]string{"o/r@c2": "2 3 4", "o/r@c3": "3 5"}},
		"what failed afterwards is none": {func(w *world) {
			w.deploy(2, "c2", march(2, 9))
			failed(w.deploy(3, "c2", march(3, 9)))
			failed(w.deploy(4, "c3", march(4, 9)))
			w.deploy(5, "c3", march(5, 9))
		}, map[string]string{"o/r@c2": "2", "o/r@c3": "4 5"}},
		"one that failed first and succeeded after another": {func(w *world) {
			d := w.deploy(2, "c2", march(8, 9))
			d.Created = march(2, 9)
			d.Statuses = append([]evidence.DeploymentStatus{{State: "failure", Created: march(2, 10)}}, d.Statuses...)
			w.deploy(3, "c2", march(3, 9))
		}, map[string]string{"o/r@c2": "2 3"}},
		"one of which it is not said when it was begun": {func(w *world) {
			d := w.deploy(2, "c2", march(2, 9))
			failed(d)
			d.Created = time.Time{}
			w.deploy(3, "c2", march(3, 9))
		}, map[string]string{"o/r@c2": "2 3"}},
		"of another repository, and not production": {func(w *world) {
			d := w.deploy(2, "c2", march(2, 9))
			failed(d)
			d.Production = false
			w.deploy(3, "c2", march(3, 9))
		}, map[string]string{"o/r@c2": "3"}},
		"beside the branch": {func(w *world) {
			w.commit("b1", "c1", "", march(1, 9))
			w.commit("b2", "b1", "", march(1, 10))
			failed(w.deploy(2, "b1", march(2, 9)))
			failed(w.deploy(3, "b2", march(3, 9)))
			w.deploy(4, "b2", march(4, 9))
			failed(w.deploy(5, "b2", march(5, 9)))
		}, map[string]string{"o/r@c1": "2 3 4", "o/r@b1": "2 3 4", "o/r@b2": "3 4"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := new(world).line(4)
			w.deploy(1, "c0", march(-2, 9))
			test.world(w)
			l := w.load(t)
			for id, want := range test.want {
				got, unread := containedIn(t, l, id)
				if strings.Join(got, " ") != want || unread {
					t.Errorf("%s is contained in %v, want %s; unread %t", id, got, want, unread)
				}
			}
		})
	}
}

// Of very many deployments without success not all are looked at, and the
// change says so.
func TestManyDeploymentsBegunBefore(t *testing.T) {
	for _, sha := range []string{"c3", "b1"} {
		w := new(world).line(4)
		w.commit("b1", "c3", "", march(1, 9))
		w.deploy(1, "c0", march(-2, 9))
		for i := range mostAttempts + 5 {
			failed(w.deploy(10+i, sha, march(2, 9)))
		}
		w.deploy(500, sha, march(3, 9))
		got, unread := containedIn(t, w.load(t), "o/r@"+sha)
		if len(got) != mostAttempts+1 || !unread {
			t.Errorf("%s: %d deployments, unread %t", sha, len(got), unread)
		}
	}
}
