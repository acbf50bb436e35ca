package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// described is what every record has.
type described struct {
	url, title, text string
	at               time.Time
}

func describe(it evidence.Item) described {
	switch {
	case it.PullRequest != nil:
		p := it.PullRequest
		return described{p.URL, p.Title, p.Title + "\n" + p.Head.Ref + "\n" + p.Body.Source, p.Created}
	case it.Commit != nil:
		c := it.Commit
		subject, _, _ := strings.Cut(strings.TrimSpace(c.Message), "\n")
		return described{c.URL, strings.TrimSpace(subject), c.Message, c.Committer.Date}
	case it.Deployment != nil:
		d := it.Deployment
		return described{d.URL, d.Description, d.Description + "\n" + d.Branch + "\n" + d.Environment, d.Created}
	case it.Ticket != nil:
		t := it.Ticket
		return described{t.URL, t.Title, t.Key + "\n" + t.Title + "\n" + t.Body.Source, t.Created}
	case it.Build != nil:
		b := it.Build
		return described{b.URL, b.Title, b.Name + "\n" + b.Title, b.Created}
	}
	return described{}
}

// fold is how texts are compared: without regard to case.
func fold(s string) string { return strings.ToLower(s) }

func (ld *Load) repository(system, name string) int64 {
	key := [2]string{system, name}
	if id, ok := ld.repos[key]; ok {
		return id
	}
	var id int64
	if !ld.w.one(`SELECT id FROM repositories WHERE system = ? AND name = ?`, []any{system, name}, &id) {
		id = ld.w.insert(`INSERT INTO repositories (system, name) VALUES (?, ?)`, system, name)
	}
	remember(ld.repos, key, id)
	return id
}

// remember keeps a row's number at hand, among a bounded number of others.
func remember[K comparable](known map[K]int64, key K, id int64) {
	if len(known) >= 20_000 {
		clear(known)
	}
	known[key] = id
}

func (ld *Load) pullRequest(id int64, it evidence.Item) {
	p := it.PullRequest
	repo := ld.repository(it.Ref.System, p.Repository)
	ld.w.do(`INSERT INTO pull_requests (record, repository, number, state, base, head, created, merged, closed, merge_sha, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, repo, p.Number, p.State, p.Base.Ref, p.Head.Ref, when(p.Created), when(p.Merged), when(p.Closed), p.MergeCommit, linkTo(p.URL))
	for i := range p.Commits {
		c := &p.Commits[i]
		ld.w.do(`INSERT INTO pull_request_commits (record, sha, print) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, c.SHA, fingerprint(c))
		ld.parents(repo, c)
		ld.signed(id, it.Ref.System, c)
	}
	ld.person(id, "author", p.Author, p.Created)
	ld.person(id, "merger", p.MergedBy, p.Merged)
	if p.AutoMerge != nil {
		ld.person(id, "merge requester", p.AutoMerge.EnabledBy, time.Time{})
	}
	for i := range p.Reviews {
		r := &p.Reviews[i]
		role := "reviewer"
		if state, _ := p.StateAtMerge(*r); state == "APPROVED" {
			role = "approver"
		}
		ld.person(id, role, r.Author, r.Submitted)
	}
	ld.files(id, p.Files)
	for _, key := range p.TicketKeys(ld.keys) {
		ld.named(id, key, "pull request")
	}
	for _, issue := range evidence.ClosingIssues(p.Body.Source, p.Repository) {
		ld.named(id, issue, "closing words")
	}
}

func (ld *Load) named(id int64, key, place string) {
	ld.w.do(`INSERT INTO named_tickets (record, key, place) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, key, place)
}

func (ld *Load) commit(id int64, it evidence.Item) {
	c := it.Commit
	repo := ld.repository(it.Ref.System, c.Repository)
	said := readMessage(c.Message)
	var number any
	if said.number > 0 {
		number = said.number
	}
	ld.w.do(`INSERT INTO commits (record, repository, sha, branch, committed, subject, print, number, reviewed, reverts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, repo, c.SHA, c.Branch, when(c.Committer.Date), said.subject, fingerprint(c), number, said.reviewed, said.reverts)
	for _, ref := range c.PullRequests {
		ld.w.do(`INSERT INTO commit_pull_requests (record, system, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, ref.System, ref.ID)
	}
	ld.parents(repo, c)
	ld.signed(id, it.Ref.System, c)
	for _, p := range said.reviewers {
		p.System = it.Ref.System
		ld.person(id, "named reviewer", &p, time.Time{})
	}
	ld.files(id, c.Files)
	for _, key := range evidence.TicketKeys(c.Message, ld.keys, false) {
		ld.named(id, key, "commit")
	}
	for _, issue := range evidence.ClosingIssues(c.Message, c.Repository) {
		ld.named(id, issue, "closing words")
	}
}

// parents keeps what a commit follows from. Two that tell different things of
// one commit cannot both be right; which one counts must not depend on order.
func (ld *Load) parents(repo int64, c *evidence.Commit) {
	for n, parent := range c.Parents {
		ld.w.do(`INSERT INTO parents (repository, sha, n, parent) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET parent = min(parent, excluded.parent)`, repo, c.SHA, n, parent)
	}
}

// fingerprint is what a rebase leaves as it was of a commit.
func fingerprint(c *evidence.Commit) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(c.Message) + "\x00" + c.Author.Name + "\x00" + c.Author.Email + "\x00" + strconv.FormatInt(c.Author.Date.Unix(), 10)))
	return hex.EncodeToString(sum[:16])
}

func (ld *Load) deployment(id int64, it evidence.Item) error {
	d := it.Deployment
	repo := ld.repository(it.Ref.System, d.Repository)
	base, status := "", ""
	if d.Range != nil {
		base, status = d.Range.Base, d.Range.Status
	}
	ld.w.do(`INSERT INTO deployments (record, repository, environment, production, sha, created, succeeded, range_base, range_status, build_system, build) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, repo, d.Environment, d.Production, d.SHA, when(d.Created), when(d.SucceededAt()), base, status, d.Build.System, d.Build.ID)
	ld.person(id, "deployer", d.Creator, d.Created)
	if d.Range == nil {
		return nil
	}
	for _, c := range d.Range.Commits {
		ref := evidence.Ref{Kind: evidence.KindCommit, System: it.Ref.System, ID: d.Repository + "@" + c.SHA}
		c.Repository = d.Repository
		if err := ld.item(evidence.Item{Ref: ref, Commit: &c, Provenance: it.Provenance}, true); err != nil {
			return err
		}
	}
	return nil
}

func (ld *Load) build(id int64, it evidence.Item) {
	for _, a := range it.Build.Approvals {
		role := "gate reviewer"
		if a.State == "approved" {
			role = "gate approver"
		}
		ld.person(id, role, a.Person, a.At)
	}
}

func (ld *Load) ticket(id int64, it evidence.Item) {
	t := it.Ticket
	byStatus := false
	keys := []string{it.Ref.ID, t.Key, t.Requested}
	for _, h := range t.History {
		switch {
		case strings.EqualFold(h.Field, "key"):
			keys = append(keys, h.From, h.To)
		case strings.EqualFold(h.Field, "status") && !t.Deployed.IsZero() && h.At.Equal(t.Deployed):
			byStatus = true
		}
	}
	ld.w.do(`INSERT INTO tickets (record, key, project, type, status, resolution, created, resolved, deployed, deployed_day, basis, by_status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, t.Key, t.Project, t.Type, t.Status, t.Resolution, when(t.Created), when(t.Resolved), when(t.Deployed), t.DeployedDay, t.DeployedBasis, byStatus)
	for _, key := range keys {
		if key != "" {
			ld.w.do(`INSERT INTO ticket_keys (system, key, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, it.Ref.System, key, id)
		}
	}
	for _, r := range t.Remote {
		if u := linkTo(r.URL); u != "" {
			ld.w.do(`INSERT INTO ticket_links (record, link) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, u)
		}
	}
	ld.person(id, "requester", t.Reporter, t.Created)
	ld.person(id, "assignee", t.Assignee, time.Time{})
	ld.person(id, "implementer", t.DeployedBy, t.Deployed)
	for _, a := range t.Approvals {
		for _, d := range a.Approvers {
			role := "ticket reviewer"
			if d.Decision == "approved" {
				role = "approver"
			}
			ld.person(id, role, d.Person, a.Completed)
		}
	}
	for _, name := range t.Components {
		ld.component(id, "ticket component", name)
	}
	if f, ok := t.Field("systems"); ok {
		ld.component(id, "system", strings.TrimSpace(f.Value.Source))
	}
}

// linkTo is an address as it is compared with that of a pull request.
func linkTo(u string) string {
	u, _, _ = strings.Cut(u, "#")
	u, _, _ = strings.Cut(u, "?")
	return strings.ToLower(strings.TrimRight(u, "/"))
}

// said is what a commit's message says. All of it is the committer's statement.
type said struct {
	subject   string
	number    int // of the pull request that brought it; 0 where it names none
	reviewed  bool
	reverts   bool
	reviewers []evidence.Person
}

var (
	// As the forges word the commit of a merge. Anchored: a revert that quotes one names no pull request.
	numbered = []*regexp.Regexp{
		regexp.MustCompile(`^Merge pull request #(\d{1,9})\b`), regexp.MustCompile(`^Merge pull request '.*' \(#(\d{1,9})\) from `),
		regexp.MustCompile(`^Merged in \S+ \(pull request #(\d{1,9})\)$`), regexp.MustCompile(`^Merged PR (\d{1,9}): `),
		regexp.MustCompile(`^Pull request #(\d{1,9}): `), regexp.MustCompile(`\(#(\d{1,9})\)$`),
	}
	mergeRequest = regexp.MustCompile(`(?m)^See merge request \S*!(\d{1,9})\s*$`)
	reviewLine   = regexp.MustCompile(`(?mi)^[ \t]*(?:reviewers?|reviewed-by)[ \t]*:[ \t]*(\S.*)$`)
	coAuthor     = regexp.MustCompile(`(?mi)^[ \t]*co-authored-by[ \t]*:[ \t]*(\S.*)$`)
	revertOf     = regexp.MustCompile(`(?mi)^this reverts commit [0-9a-f]{7,64}`)
	mailbox      = regexp.MustCompile(`([^<>,;]*)<([^<>\s]+)>`)
)

func readMessage(message string) (s said) {
	message = strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n"))
	subject, body, _ := strings.Cut(message, "\n")
	s.subject = strings.TrimSpace(subject)
	s.reverts = len(s.subject) >= 6 && strings.EqualFold(s.subject[:6], "revert") || revertOf.MatchString(body)
	for _, re := range numbered {
		if m := re.FindStringSubmatch(s.subject); m != nil {
			s.number, _ = strconv.Atoi(m[1])
			break
		}
	}
	if m := mergeRequest.FindStringSubmatch(body); m != nil && s.number == 0 {
		s.number, _ = strconv.Atoi(m[1])
	}
	for _, m := range reviewLine.FindAllStringSubmatch(body, -1) {
		s.reviewed = true
		s.reviewers = append(s.reviewers, mailboxes(m[1])...)
	}
	return s
}

// mailboxes reads "A <a@b>, C <c@d>"; where there are no addresses, names between commas.
func mailboxes(text string) (out []evidence.Person) {
	for _, m := range mailbox.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(m[1]), "and "))
		out = append(out, evidence.Person{Name: name, Email: m[2]})
	}
	if out == nil {
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				out = append(out, evidence.Person{Name: name})
			}
		}
	}
	return out
}

// signed adds the people whom a commit names as its makers.
func (ld *Load) signed(id int64, system string, c *evidence.Commit) {
	ld.person(id, "author", signer(system, c.Author), c.Author.Date)
	ld.person(id, "committer", signer(system, c.Committer), c.Committer.Date)
	for _, m := range coAuthor.FindAllStringSubmatch(strings.ReplaceAll(c.Message, "\r\n", "\n"), -1) {
		for _, p := range mailboxes(m[1]) {
			p.System = system
			ld.person(id, "author", &p, c.Author.Date)
		}
	}
}

func signer(system string, s evidence.Signature) *evidence.Person {
	if s.Name == "" && s.Email == "" && s.Account == nil {
		return nil
	}
	p := evidence.Person{System: system, Name: s.Name, Email: s.Email}
	if s.Account != nil {
		p.System, p.Login, p.ID, p.Type = s.Account.System, s.Account.Login, s.Account.ID, s.Account.Type
	}
	return &p
}

func (ld *Load) person(record int64, role string, p *evidence.Person, at time.Time) {
	if p == nil || *p == (evidence.Person{}) {
		return
	}
	id, ok := ld.people[*p]
	if !ok {
		found := ld.w.one(`SELECT id FROM people WHERE system = ? AND login = ? AND account = ? AND name = ? AND email = ? AND type = ?`,
			[]any{p.System, p.Login, p.ID, p.Name, p.Email, p.Type}, &id)
		if !found {
			id = ld.w.insert(`INSERT INTO people (system, login, account, name, email, type) VALUES (?, ?, ?, ?, ?, ?)`, p.System, p.Login, p.ID, p.Name, p.Email, p.Type)
		}
		remember(ld.people, *p, id)
	}
	// The first time that somebody did it counts; all of them are in the record.
	ld.w.do(`INSERT INTO record_people (record, role, person, at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET at = min(coalesce(at, excluded.at), coalesce(excluded.at, at))`, record, role, id, when(at))
}
