package company

import (
	"fmt"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
)

// house is one repository with its people and habits.
type house struct {
	name     string
	service  string // as configured
	system   string // as Jira's field "Systems affected" calls it
	project  string // of its tickets
	lang     string
	team     []string // short names of those who write
	seniors  []string // of those who review, beside the team
	methods  []string // how they merge, the more often the likelier
	first    int      // number of the first pull request of the story
	works    []work
	renovate bool

	repo       *forge.Repo
	ci, deploy *forge.Workflow
	staging    *forge.Environment
	production *forge.Environment
	numbers    map[*forge.Workflow]int
	plans      []*plan
	releases   []*release
	main       []landed
	best       int // index on main of the furthest that ever reached production
	live       int // index on main of what production runs
	liveDep    *forge.Deployment
	stageDep   *forge.Deployment
	labels     map[string]*forge.Label
	ruled      time.Time // when the branch's own protection was last changed, in the story
}

// landed is one commit of the main branch's first-parent line.
type landed struct {
	sha  string
	at   time.Time
	plan *plan // nil for what was there before
	last bool  // the commit that completes the plan
}

func (s *story) openHouses() {
	s.houses = []*house{
		{name: "ledger-api", service: "ledger", system: "Ledger API", project: "PAY", lang: "go", team: []string{"jide", "szymon", "olek", "gustav"}, seniors: []string{"marta", "jide", "szymon", "katri"},
			methods: []string{"merge", "merge", "squash"}, first: 1203, works: ledgerWorks()},
		{name: "checkout-web", service: "checkout", system: "Checkout Web", project: "PAY", lang: "ts", team: []string{"yui", "ana", "ciaran", "priya"}, seniors: []string{"ciaran", "yui", "lucia"},
			methods: []string{"squash"}, first: 2188, works: checkoutWorks(), renovate: true},
		{name: "payout-worker", service: "payouts", system: "Payout Worker", project: "PAY", lang: "py", team: []string{"mingyu", "seunghyun", "yusuf"}, seniors: []string{"yusuf", "mingyu", "marta"},
			methods: []string{"rebase", "merge", "rebase"}, first: 674, works: payoutWorks()},
		{name: "identity-gateway", service: "identity", system: "Identity Gateway", project: "IDN", lang: "kt", team: []string{"aarav", "felicie", "bram"}, seniors: []string{"aarav", "nadia", "bram"},
			methods: []string{"squash", "merge"}, first: 918, works: identityWorks()},
		{name: "infrastructure", service: "platform", system: "Kubernetes platform", project: "CHG", lang: "hcl", team: []string{"hannah", "dmytro"}, seniors: []string{"hannah", "dmytro", "nadia"},
			methods: []string{"merge"}, first: 311},
	}
	about := map[string]string{
		"ledger-api": "Double-entry ledger of all merchant accounts", "checkout-web": "The payment page", "payout-worker": "Sends merchants their money",
		"identity-gateway": "Sign-in of merchants' staff and machines", "infrastructure": "Terraform, Ansible and cluster configuration",
	}
	for i, h := range s.houses {
		r := s.Forge.AddRepo(h.name)
		r.Description = about[h.name] + ". " + Notice
		r.Private, r.Created = true, day(2021, 5, 3).AddDate(0, 3*i, 0)
		r.AutoMerge = true
		h.repo, h.numbers, h.labels = r, map[*forge.Workflow]int{}, map[string]*forge.Label{}
		h.best, h.live = 0, 0
		for name, colour := range map[string]string{"feature": "0e8a16", "bug": "d73a4a", "security": "b60205", "dependencies": "0366d6", "hotfix": "e99695", "documentation": "0075ca", "configuration": "fbca04", "database": "5319e7", "ui": "c5def5"} {
			h.labels[name] = &forge.Label{Name: name, Color: colour}
		}
		for _, name := range []string{"bug", "configuration", "database", "dependencies", "documentation", "feature", "hotfix", "security", "ui"} {
			r.Labels = append(r.Labels, h.labels[name])
		}
		h.ci = &forge.Workflow{ID: int64(61_000_100 + 10*i), Name: "CI", Path: ".github/workflows/ci.yml", Created: r.Created}
		h.deploy = &forge.Workflow{ID: int64(61_000_101 + 10*i), Name: "Deploy", Path: ".github/workflows/deploy.yml", Created: r.Created}
		r.Workflows = []*forge.Workflow{h.ci, h.deploy}
		h.numbers[h.ci], h.numbers[h.deploy] = 4100+311*i, 702+45*i
		h.staging = &forge.Environment{Name: "staging", Created: r.Created, Updated: r.Created.AddDate(1, 0, 0)}
		h.production = &forge.Environment{Name: "production", Created: r.Created, Updated: r.Created.AddDate(2, 0, 0), ProtectedBranches: h.name != "identity-gateway", AdminsBypass: true}
		if h.name == "identity-gateway" {
			h.production.BranchPolicies = []string{"main", "release/*", "v*"}
		}
		for _, team := range s.Forge.Teams {
			if team.Slug == "release" || team.Slug == "platform" {
				h.production.Teams = append(h.production.Teams, team)
			}
		}
		r.Environments = []*forge.Environment{h.production, h.staging}
		s.protect(h)
		s.begin(h)
	}
}

// protect sets the branch's rules as they are at the end of the story.
func (s *story) protect(h *house) {
	checks := []string{}
	for _, j := range ciJobs(h.lang)[:3] {
		checks = append(checks, j.name)
	}
	h.repo.Protection["main"] = &forge.BranchProtection{
		Reviews: &forge.RequiredReviews{Count: 1, DismissStale: h.name == "checkout-web" || h.name == "identity-gateway", CodeOwners: h.name == "identity-gateway"},
		Checks:  &forge.RequiredChecks{Strict: false, Contexts: checks, App: forge.ActionsApp()},
	}
	if h.name == "payout-worker" {
		h.repo.Protection["main"].Reviews = nil
		h.repo.Rulesets = []*forge.Ruleset{payoutRules()}
	}
	if h.name == "checkout-web" {
		h.repo.Rulesets = []*forge.Ruleset{{
			ID: 884201, Name: "main", Include: []string{"~DEFAULT_BRANCH"}, Created: s.queueBegan(), Updated: s.queueBegan(),
			Bypass: []forge.BypassActor{{ID: 5, Type: "RepositoryRole", Mode: "pull_request"}},
			Rules: []forge.Rule{
				{Type: "deletion"}, {Type: "non_fast_forward"},
				{Type: "pull_request", Parameters: map[string]any{
					"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true, "require_code_owner_review": false,
					"require_last_push_approval": false, "required_review_thread_resolution": false, "allowed_merge_methods": []string{"squash"},
				}},
				{Type: "merge_queue", Parameters: map[string]any{
					"check_response_timeout_minutes": 30, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
					"merge_method": "SQUASH", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 1,
				}},
			},
		}}
	}
}

// begin makes what was there before the story: two commits and one release.
func (s *story) begin(h *house) {
	r := h.repo
	at := s.cal.at(day(2025, 12, 18), 11, 20)
	author := s.who[h.team[0]]
	var parent []string
	for i, message := range []string{"Release before the year's end", "Freeze: nothing is deployed until 5 January"} {
		when := at.Add(time.Duration(i*26) * time.Hour)
		c := r.AddCommit(&forge.Commit{Parents: parent, Author: author.signature(when), Committer: author.signature(when), Message: message,
			Files: []forge.File{patch("CHANGELOG.md", "", fmt.Sprintf("- %s", message), h.lang)}})
		parent = []string{c.SHA}
		h.main = append(h.main, landed{sha: c.SHA, at: when})
	}
	r.Contents = map[string]string{
		"README.md":          fmt.Sprintf("# %s\n\n%s\n", h.name, r.Description),
		".github/CODEOWNERS": owners(h),
	}
	s.firstRelease(h, s.cal.at(day(2025, 12, 19), 15, 5))
}

func owners(h *house) string {
	switch h.name {
	case "ledger-api":
		return "* @harbourline/payments-core\n/migrations/ @harbourline/dba @harbourline/payments-core\n"
	case "checkout-web":
		return "* @harbourline/checkout\n/server/csp.ts @harbourline/security\n"
	case "payout-worker":
		return "* @harbourline/payouts\n/payouts/signing/ @harbourline/security\n"
	case "identity-gateway":
		return "* @harbourline/identity\n/src/main/kotlin/gateway/token/ @harbourline/security\n"
	}
	return "* @harbourline/platform\n"
}

// tip gives the index on main of what was its tip at a time.
func (h *house) tip(at time.Time) int {
	i := len(h.main) - 1
	for i > 0 && h.main[i].at.After(at) {
		i--
	}
	return i
}
