package request

import (
	"regexp"
	"slices"
	"strings"
)

// recognised are the headers of each column, as heading brings them to: in
// small letters, with "#" for No., Nr., number and ID-less counts.
func recognised() map[Column][]string {
	return map[Column][]string{
		ColumnLabel: {"sample", "sample #", "sample id", "sample ref", "sample reference", "#", "item", "item #", "selection", "selection #",
			"line", "line #", "row", "row #", "s/n", "sr #", "serial #", "test #", "pbc #", "req #", "request #"},
		ColumnPullRequest: {"pr", "pr #", "pr id", "pr link", "pr url", "pr ref", "pull request", "pull request #", "pull request id", "pull request link",
			"pull request url", "pull requests", "pull", "github pr", "github pr #", "github pull request", "code change", "mr", "mr #", "merge request", "merge request #", "merge request id"},
		ColumnChange: {"change", "change #", "change id", "change ref", "change reference", "change ref #", "change reference #", "change key", "change record", "changes",
			"change request", "change request #", "change request id", "change request ref", "reference", "reference #", "ref", "ref #", "ref id", "reference id", "id",
			"cr", "cr #", "cr id", "chg", "chg #", "rfc", "rfc #", "pr/ticket", "ticket/pr", "pr or ticket", "ticket or pr", "pr / ticket", "ticket / pr",
			"change / pr", "change/pr", "change link", "change url", "link", "url"},
		ColumnCommit: {"commit", "commit #", "commit id", "commit sha", "commit hash", "commit ref", "commit url", "commit link", "sha", "hash", "revision", "git commit",
			"git sha", "merge commit", "merge sha", "changeset"},
		ColumnTicket: {"ticket", "ticket #", "ticket id", "ticket key", "ticket ref", "ticket reference", "ticket link", "ticket url", "tickets", "jira", "jira #", "jira id",
			"jira key", "jira ticket", "jira ticket #", "jira issue", "jira ref", "jira link", "issue", "issue #", "issue id", "issue key", "change ticket", "change ticket #",
			"change ticket id", "key", "work item", "story"},
		ColumnDeployment: {"deployment", "deployment #", "deployment id", "deployment ref", "deployment reference", "deploy", "deploy #", "deploy id", "deployment url",
			"deployment link", "salesforce deployment", "salesforce deployment id"},
		ColumnRepository: {"repo", "repository", "repo name", "repository name", "github repo", "github repository", "system/repo", "project/repo"},
		ColumnDate: {"date", "deployment date", "deploy date", "deployed", "deployed on", "deployed at", "date deployed", "deployment time", "deployment timestamp",
			"production date", "prod date", "production deployment date", "release date", "released", "released on", "date released", "implementation date", "implemented",
			"implemented on", "date implemented", "go-live", "go-live date", "go live", "go live date", "change date", "date of change", "date of deployment",
			"merged", "merged on", "merged at", "merge date", "date merged", "completed", "completed on", "completion date"},
		ColumnNote: {"note", "notes", "comment", "comments", "description", "change description", "remark", "remarks", "auditor comment", "auditor comments", "auditor note",
			"auditor notes", "title", "summary", "short description"},
	}
}

// vagueHeadings may name the change, or the auditor's own number of the line.
func vagueHeadings() []string {
	return []string{"ref", "ref #", "ref id", "reference", "reference #", "reference id", "id"}
}

// references are the columns that name a change, in the order of preference
// where a line fills several.
func references() []Column {
	return []Column{ColumnPullRequest, ColumnChange, ColumnCommit, ColumnTicket, ColumnDeployment}
}

var (
	inBrackets = regexp.MustCompile(`[(\[{][^)\]}]*[)\]}]`)
	countWord  = regexp.MustCompile(`(^|[ /])(?:no|nr|num|number|№)\.?( |$)`)
)

// heading brings a header cell to the form of recognised.
func heading(s string) string {
	s = strings.ToLower(clean(s, 100))
	if t := strings.TrimSpace(inBrackets.ReplaceAllString(s, " ")); t != "" {
		s = t // "Date (UTC)"
	}
	s = strings.Join(strings.Fields(strings.NewReplacer("_", " ", "№", "#", "#", " # ").Replace(s)), " ")
	s = countWord.ReplaceAllString(s, "$1#$2")
	s = strings.Trim(s, " :*?.-")
	return s
}

// A dictionary says which column a header names.
type dictionary map[string]Column

func newDictionary() dictionary {
	d := dictionary{}
	for column, names := range recognised() {
		for _, n := range names {
			d[n] = column
		}
	}
	return d
}

func isReference(c Column) bool { return slices.Contains(references(), c) }

// recognisedWords is the help for a person whose header was not recognised.
func recognisedWords() string {
	return "Change, Change ID, Reference, PR, Pull request, Ticket, Jira, Commit, Deployment, Deploy ID or Date"
}
