package xlsx

import (
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The courses of a production deployment that matter here, in the ledger's words.
const (
	courseRollback     = "rollback"
	courseRedeployment = "redeployment"
)

// followers gives what followed each successful production deployment in its
// environment. The same commit once more does not count: it changes nothing.
func followers(p *evidence.Population) map[evidence.Ref]evidence.Release {
	next := map[evidence.Ref]evidence.Release{}
	if p == nil {
		return next
	}
	type place struct{ system, repository, environment string }
	waiting := map[place][]evidence.Ref{}
	for _, r := range p.Releases { // by repository and time
		if r.Succeeded.IsZero() {
			continue
		}
		at := place{r.Ref.System, r.Repository, r.Environment}
		if r.Course != courseRedeployment {
			for _, before := range waiting[at] {
				next[before] = r
			}
			waiting[at] = nil
		}
		waiting[at] = append(waiting[at], r.Ref)
	}
	return next
}

// course says what became of a successful deployment: which one superseded it
// or rolled it back, where that is known.
func (f facts) course(dep evidence.Item) string {
	if r, ok := f.b.next[dep.Ref]; ok {
		name := "deployment " + shortID(r.Ref.ID) + ", " + at(r.Succeeded)
		if r.Course != courseRollback {
			return "superseded by " + name
		}
		switch contained, known := f.contained(r.Ref); {
		case !known:
			return "followed by a rollback: " + name
		case contained:
			return "followed by a rollback that still contains it: " + name
		}
		return "rolled back by " + name
	}
	for _, it := range f.c.All(evidence.KindDeployment) {
		d := it.Deployment
		if d.Previous != dep.Ref || d.SucceededAt().IsZero() || d.Range == nil {
			continue
		}
		name := "deployment " + d.ID + ", " + at(d.SucceededAt())
		switch {
		case d.Range.Status == "behind":
			if contained, known := f.contained(it.Ref); known && !contained {
				return "rolled back by " + name
			}
			return "followed by a rollback: " + name
		case d.Range.Status == "ahead" || d.Range.Status == "diverged":
			return "superseded by " + name
		}
	}
	return ""
}

// contained reports what the source says on whether a deployment contains the
// change; known is false where it was not asked.
func (f facts) contained(dep evidence.Ref) (contained, known bool) {
	landed, ok := f.c.Landed()
	if !ok {
		return false, false
	}
	for _, in := range landed.Commit.ContainedIn {
		if in.Deployment == dep {
			return in.Contains(), true
		}
	}
	return false, false
}

// shortID gives the last part of a deployment's ID.
func shortID(id string) string { return id[strings.LastIndex(id, "/")+1:] }

// validation says what is recorded of a look at production after the
// deployment: by whom and when.
func (f facts) validation() string {
	var said []string
	deployed := f.c.DeployedAt()
	for _, it := range f.c.All(evidence.KindExhibit) {
		x := it.Exhibit
		about := strings.ToLower(x.Supports)
		if strings.Contains(about, "monitor") || strings.Contains(about, "validation") || strings.Contains(about, "verification") {
			said = append(said, oneLine(at(x.At)+" by "+x.By+": exhibit "+x.File, 200))
		}
	}
	if t := f.ticket(); t != nil {
		for _, field := range t.Fields {
			name := strings.ToLower(field.Name)
			if value := oneLine(prose(field.Value), 200); value != "" && (strings.Contains(name, "validat") || strings.Contains(name, "verif")) {
				said = append(said, strings.ReplaceAll(field.Name, "_", " ")+": "+value)
			}
		}
	}
	var until time.Time
	signals := f.c.All(evidence.KindSignal)
	for _, it := range signals {
		if it.Signal.After.To.After(until) {
			until = it.Signal.After.To
		}
	}
	if len(signals) > 0 && !deployed.IsZero() {
		said = append(said, plural(len(signals), "automatic measurement")+" up to "+at(until))
	}
	if len(said) > 0 {
		return strings.Join(said, "\n")
	}
	return f.absent(evidence.KindSignal)
}
