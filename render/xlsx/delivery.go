package xlsx

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// checks gives what CI said of the pull request's head, or else of the commit
// that landed.
func (f facts) checks() (it evidence.Item, of string) {
	all := f.c.All(evidence.KindChecks)
	pr := f.pullRequest()
	if pr != nil {
		for _, it := range all {
			if pr.Head.SHA != "" && it.Checks.SHA == pr.Head.SHA {
				return it, "head"
			}
		}
	}
	if landed, ok := f.c.Landed(); ok {
		for _, it := range all {
			if it.Checks.SHA == landed.Commit.SHA {
				return it, "landed commit"
			}
		}
	}
	return evidence.Item{}, ""
}

// conclusions gives the last answer of each check and status.
func conclusions(c *evidence.Checks) []string {
	last := map[string]evidence.CheckRun{}
	for _, r := range c.Runs {
		name := r.App + "\x00" + r.Name
		if was, ok := last[name]; !ok || !r.Started.Before(was.Started) {
			last[name] = r
		}
	}
	answers := map[string]string{}
	for name, r := range last {
		answers["run\x00"+name] = cmp.Or(r.Conclusion, r.Status, "no conclusion")
	}
	for _, s := range c.Statuses { // oldest first: the last of a context is in force
		answers["status\x00"+s.Context] = s.State
	}
	var out []string
	for _, a := range answers {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// testing states how many checks concluded how; for a change by ticket alone,
// what the ticket says was tested.
func (f facts) testing() string {
	it, of := f.checks()
	if it.Checks == nil {
		if f.pullRequest() == nil && f.ticket() != nil {
			return f.ticketTesting()
		}
		return f.absent(evidence.KindChecks)
	}
	cut := ""
	if gaps := f.c.GapsOf(it.Ref); len(gaps) > 0 {
		cut = " (" + string(gaps[0].Reason) + ")"
	}
	all := conclusions(it.Checks)
	if len(all) == 0 {
		if cut != "" {
			return notObtained + cut
		}
		return "0 checks recorded on the " + of
	}
	success := 0
	others := map[string]int{}
	for _, a := range all {
		if a == "success" {
			success++
		} else {
			others[a]++
		}
	}
	said := fmt.Sprintf("%d of %s concluded success", success, plural(len(all), "check"))
	for _, word := range slices.Sorted(maps.Keys(others)) {
		said += fmt.Sprintf("; %d %s", others[word], word)
	}
	return said + cut
}

func (f facts) ticketTesting() string {
	for _, name := range []string{"test_results", "testing_results", "testing", "test_evidence", "test_plan", "testing_plan"} {
		if said := f.declared(name); !isAbsence(said) {
			return oneLine(strings.ReplaceAll(name, "_", " ")+": "+said, 200)
		}
	}
	var files []string
	for _, it := range f.c.All(evidence.KindExhibit) {
		files = append(files, it.Exhibit.File)
	}
	if len(files) > 0 {
		return oneLine("no test field in the ticket; exhibits: "+list(files, 5, "files"), 300)
	}
	if f.listed() {
		return notCollected
	}
	return noneRecorded
}

// ciResult names the commit that Testing speaks of, and the pipeline runs.
func (f facts) ciResult() string {
	it, of := f.checks()
	var lines []string
	if it.Checks != nil {
		lines = append(lines, fmt.Sprintf("checks on %s %s", of, short(it.Checks.SHA)))
	}
	for _, b := range f.c.All(evidence.KindBuild) {
		attempt := ""
		if b.Build.Attempt > 1 {
			attempt = fmt.Sprintf(", attempt %d", b.Build.Attempt)
		}
		ran := f.commitWord(b.Build.SHA)
		lines = append(lines, oneLine(fmt.Sprintf("%s: %s%s%s", b.Build.Name, cmp.Or(b.Build.Conclusion, b.Build.Status, "no conclusion"), attempt, ran), 160))
	}
	if len(lines) == 0 {
		return f.absent(evidence.KindChecks, evidence.KindBuild)
	}
	if len(lines) > 20 {
		lines = append(lines[:20], fmt.Sprintf("and %d more", len(lines)-20))
	}
	return strings.Join(lines, "\n")
}

// commitWord says which commit of the change a run was for.
func (f facts) commitWord(sha string) string {
	if sha == "" {
		return ", the run names no commit"
	}
	landed, ok := f.c.Landed()
	switch pr := f.pullRequest(); {
	case pr != nil && sha == pr.Head.SHA:
		return ", on head " + short(sha)
	case ok && sha == landed.Commit.SHA:
		return ", on landed commit " + short(sha)
	}
	return ", on another commit " + short(sha)
}

// deployLog names the deployment.
func (f facts) deployLog() string {
	if dep := f.deployment(); dep != nil {
		log := "Deployment " + dep.ID + " to " + said(dep.Environment)
		if n := len(f.c.Deployments()); n > 1 {
			log += fmt.Sprintf(" (of %d that contain the change)", n)
		}
		return log
	}
	if t := f.ticket(); t != nil && f.pullRequest() == nil && !t.Deployed.IsZero() {
		when := at(t.Deployed)
		if t.DeployedDay {
			when = t.Deployed.UTC().Format(time.DateOnly)
		}
		return oneLine(t.Key+": "+cmp.Or(t.DeployedBasis, "deployment time")+", "+when, 200)
	}
	return f.noDeployment()
}

// logPage gives the page of a deployment's log, or else its own.
func logPage(dep *evidence.Deployment) string {
	for i := len(dep.Statuses) - 1; i >= 0; i-- {
		if page := web(dep.Statuses[i].LogURL); page != "" {
			return page
		}
	}
	return web(dep.URL)
}

// outcome is the source's word, with a capital.
func (f facts) outcome() string {
	if dep := f.deployment(); dep != nil {
		if !dep.SucceededAt().IsZero() {
			if it, ok := f.c.FirstDeployment(); ok {
				if course := f.course(it); course != "" {
					return "Success; " + course
				}
			}
			return "Success"
		}
		for i := len(dep.Statuses) - 1; i >= 0; i-- {
			if state := dep.Statuses[i].State; state != "inactive" && state != "" {
				return capital(state)
			}
		}
		return notObtained + ": the deployment has no status"
	}
	if t := f.ticket(); t != nil && f.pullRequest() == nil {
		return capital(oneLine(said(cmp.Or(t.Resolution, t.Status)), 60))
	}
	return f.noDeployment()
}

func capital(word string) string {
	if word == "" || strings.HasPrefix(word, noneRecorded) {
		return word
	}
	r := []rune(word)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
