package run

import (
	"fmt"
	"slices"
	"strings"
)

// sign is what documents set before the word for how something ended.
func sign(word string) string {
	switch strings.ToLower(word) {
	case "success", "completed":
		return "✓ "
	case "failure", "startup_failure", "timed_out":
		return "✗ "
	case "cancelled", "action_required", "stale":
		return "! "
	}
	return ""
}

// endedAs gives how a run or job of a row ended, as documents word it.
func endedAs(r map[string]any) string {
	word := at(r, "conclusion")
	if word == "" {
		word = at(r, "status")
	}
	return sign(word) + strings.ReplaceAll(word, "_", " ")
}

// checkCI holds ci_results.pdf and the workbook to the rows of the runs and
// jobs of some commits: all of them are there, and no other.
func (a antsRows) checkCI(f *facts, p page, row map[string]string, shas ...string) {
	f.t.Helper()
	of := func(rows []map[string]any) []map[string]any {
		var found []map[string]any
		for _, r := range rows {
			if slices.Contains(shas, at(r, "head_sha")) {
				found = append(found, r)
			}
		}
		return found
	}
	runs, jobs := of(a.runs), of(a.jobs)
	if len(runs)+len(jobs) == 0 {
		f.shows(p, "no CI result", "∅ Not obtained")
		f.hides(p, "a run of another commit", "Run of ")
		f.equal("column CI result", row["CI result"], "not obtained: not found (checks)")
		return
	}
	var lines []string
	for _, r := range runs {
		f.shows(p, "run", fmt.Sprintf("Run of %s #%s", at(r, "name"), at(r, "run_number")), "Ended", endedAs(r), "Run", ants+" run "+at(r, "id"))
		f.shows(p, "event, branch and commit of a run", "Started by event", at(r, "event"), "Branch", at(r, "head_branch"), "Commit", at(r, "head_sha"))
		f.shows(p, "start of a run", "Created", shown(f, at(r, "created_at")), "Latest attempt started", shown(f, at(r, "run_started_at")))
		f.shows(p, "actor of a run", "Started by", at(r, "actor", "login"))
		word := at(r, "conclusion")
		if word == "" {
			word = at(r, "status")
		}
		line := at(r, "name") + ": " + word
		if attempt := at(r, "run_attempt"); attempt != "1" {
			line += ", attempt " + attempt
		}
		// These pull requests' heads are not the commits that landed.
		line += ", on landed commit " + at(r, "head_sha")[:7]
		lines = append(lines, line)
	}
	for _, j := range jobs {
		// A job's start is the column before its end, and both wrap.
		f.shows(p, "job", at(j, "name"), endedAs(j), strings.ReplaceAll(utc(f.t, at(j, "started_at")), " ", "")+"UTC")
		steps := list(j["steps"])
		smooth := !slices.ContainsFunc(steps, func(step map[string]any) bool { return at(step, "conclusion") != "success" })
		if smooth && len(steps) > 0 {
			f.shows(p, "steps", "Each of these steps ended with success")
			f.shows(p, "steps", at(j, "name"), itoa(len(steps)), at(steps[0], "name"))
		}
		for _, step := range steps {
			if smooth {
				f.shows(p, "step", at(step, "name"), "(")
				continue
			}
			f.shows(p, "step", at(step, "number"), at(step, "name"), endedAs(step))
		}
	}
	if strings.Count(p.flow, squash("Run of ")) < len(runs) {
		f.t.Errorf("%s: fewer than %d runs are shown", p.file, len(runs))
	}
	got := strings.Split(row["CI result"], "\n")
	if len(runs) > 0 {
		slices.Sort(lines)
		slices.Sort(got)
		f.equal("column CI result", strings.Join(got, "; "), strings.Join(lines, "; "))
	}
}
