package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Filter says which changes to give. Empty fields do not restrict; all others
// must hold at once.
type Filter struct {
	InPopulation bool            // only those
	OnEdge       bool            // only those on an edge of the period
	On           string          // a day, 2006-01-02, in the zone of the load
	Period       evidence.Period // of the deployment: [From, To); either may be zero
	ID           string
	Ref          evidence.Ref // the record that the change is collected from
	Repository   string
	Person       string // a part of the name, or the whole login, address or account
	Approver     string // as Person, of approvals alone
	// Known says whether an account is somebody whom the caller knows by that
	// name, besides what sources call it; nil for none.
	Known func(name string, account evidence.Person) bool
	// PersonGates and ApproverGates are deployments, as "system name", that
	// Person and Approver let through by what the caller knows.
	PersonGates, ApproverGates []string
	Ticket                     string // a key, in upper or lower case
	Component                  string // a path, a metadata name, or a pattern of either
	Text                       string // words that titles, descriptions and messages hold, all of them
}

// Changes gives the changes that the filter describes, by their time of
// deployment and then by id; those that were not deployed come last.
func (l *Ledger) Changes(ctx context.Context, f Filter) iter.Seq2[evidence.Entry, error] {
	where, args, err := l.where(ctx, f)
	if err != nil {
		return func(yield func(evidence.Entry, error) bool) { yield(evidence.Entry{}, err) }
	}
	list := func(columns string) string {
		return `, (SELECT json_group_array(v) FROM (SELECT DISTINCT ` + columns + ` ORDER BY 1))`
	}
	people := func(condition string) string {
		return `, (SELECT json_group_array(json(v)) FROM (SELECT DISTINCT json_object('system', q.system, 'login', q.login, 'id', q.account, 'name', q.name, 'email', q.email, 'type', q.type,
			'kind', CASE WHEN p.role = 'gate approver' THEN '` + evidence.ApprovalGate + `' WHEN r.role = 'ticket' THEN '` + evidence.ApprovalTicket + `' ELSE '` + evidence.ApprovalReview + `' END) AS v
			FROM change_records r JOIN record_people p ON p.record = r.record JOIN people q ON q.id = p.person WHERE r.change = c.id AND ` + condition + ` ORDER BY 1))`
	}
	query := `SELECT c.change, c.kind, c.system, c.record_name, c.title, c.url, c.repository, c.population, c.why, c.edge,
		c.t_dep, c.t_dep_day_only, c.day, c.environment, c.deployment, c.merge_sha, c.merged` +
		list(`name AS v FROM change_pull_requests x WHERE x.change = c.id`) +
		list(`sha AS v FROM change_commits x WHERE x.change = c.id`) +
		list(`key AS v FROM change_tickets x WHERE x.change = c.id AND x.record IS NOT NULL`) +
		list(`key AS v FROM change_tickets x WHERE x.change = c.id AND x.record IS NULL`) +
		people(`(p.role = 'author' AND r.role IN ('pull request', 'commit') OR c.kind = 'ticket' AND p.role = 'requester')`) +
		people(`p.role IN ('approver', 'gate approver')`) +
		list(`k.name AS v FROM change_records r JOIN record_components x ON x.record = r.record JOIN components k ON k.id = x.component WHERE r.change = c.id`) +
		list(`o.kind AS v FROM orphans o WHERE o.change = c.change`) +
		` FROM changes c` + where + ` ORDER BY c.t_dep IS NULL, c.t_dep, c.change, c.kind, c.system`
	return rows(ctx, l, query, args, readChange)
}

func readChange(s scan) (c evidence.Entry, err error) {
	var deployed, merged moment
	var system, record, deployment string
	var lists [8]string
	if err := s(&c.ID, &c.Kind, &system, &record, &c.Title, &c.URL, &c.Repository, &c.InPopulation, &c.Why, &c.Edge,
		&deployed, &c.DayOnly, &c.Day, &c.Environment, &deployment, &c.MergeSHA, &merged,
		&lists[0], &lists[1], &lists[2], &lists[3], &lists[4], &lists[5], &lists[6], &lists[7]); err != nil {
		return c, err
	}
	c.Ref = evidence.Ref{Kind: c.Kind, System: system, ID: record}
	if deployment != "" {
		c.Deployment = evidence.Ref{Kind: evidence.KindDeployment, System: system, ID: deployment}
	}
	c.Deployed, c.Merged = deployed.Time, merged.Time
	var authors, approvers []involved
	for i, into := range []any{&c.PullRequests, &c.Commits, &c.Tickets, &c.Unlisted, &authors, &approvers, &c.Components, &c.Orphans} {
		if err := json.Unmarshal([]byte(lists[i]), into); err != nil {
			return c, err
		}
	}
	c.Authors, c.Approvers, c.Approvals = []string{}, []string{}, []evidence.Approval{}
	for _, a := range eachOnce(authors) {
		c.Writers = append(c.Writers, a.Person)
		c.Authors = append(c.Authors, a.String())
	}
	for _, a := range eachOnce(approvers) {
		c.Approvals = append(c.Approvals, evidence.Approval{Kind: a.Kind, Name: a.String(), Person: a.Person})
		c.Approvers = append(c.Approvers, a.String())
	}
	c.Authors, c.Approvers = inOrder(c.Authors), inOrder(c.Approvers)
	return c, nil
}

// involved is an account with the kind of part that it had.
type involved struct {
	evidence.Person
	Kind string `json:"kind"`
}

func inOrder(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// eachOnce leaves out an account without its name where the list has it with
// its name: a source tells the name in one place and not in another.
func eachOnce(people []involved) []involved {
	var out []involved
	for i, p := range people {
		if p.Name != "" || !slices.ContainsFunc(people, func(o involved) bool { return o.Name != "" && o.Kind == p.Kind && sameAccount(o.Person, p.Person) }) {
			if !slices.ContainsFunc(people[:i], func(o involved) bool {
				return o.Kind == p.Kind && o.String() == p.String() && sameAccount(o.Person, p.Person)
			}) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b involved) int {
		return cmp.Or(cmp.Compare(a.String(), b.String()), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// sameAccount reports whether a source shows one account, by what stays of it
// or what people call it.
func sameAccount(a, b evidence.Person) bool {
	return a.System == b.System && (a.ID != "" && a.ID == b.ID || a.Login != "" && a.Login == b.Login)
}

// where makes the condition of a filter.
func (l *Ledger) where(ctx context.Context, f Filter) (string, []any, error) {
	var conditions []string
	var args []any
	add := func(condition string, values ...any) {
		conditions = append(conditions, condition)
		args = append(args, values...)
	}
	if f.InPopulation {
		add(`c.population`)
	}
	if f.OnEdge {
		add(`c.edge <> ''`)
	}
	if f.On != "" {
		if _, err := time.Parse(time.DateOnly, f.On); err != nil {
			return "", nil, fmt.Errorf("%q is no day; write it as 2026-02-10", f.On)
		}
		add(`c.day = ?`, f.On)
	}
	if err := l.wherePeriod(f.Period, add); err != nil {
		return "", nil, err
	}
	if f.ID != "" {
		add(`c.change = ?`, f.ID)
	}
	if !f.Ref.IsZero() {
		add(`c.record_name = ? AND c.kind = ? AND c.system = ?`, f.Ref.ID, f.Ref.Kind, f.Ref.System)
	}
	if f.Repository != "" {
		add(`c.repository = ?`, f.Repository)
	}
	if err := l.wherePeople(ctx, f, add); err != nil {
		return "", nil, err
	}
	if f.Ticket != "" {
		upper := strings.ToUpper(f.Ticket)
		add(`(c.id IN (SELECT change FROM change_tickets WHERE key IN (?, ?)) OR c.id IN (
			SELECT x.change FROM change_tickets x JOIN ticket_keys k ON k.record = x.record WHERE k.key IN (?, ?)))`, f.Ticket, upper, f.Ticket, upper)
	}
	if f.Component != "" {
		ids, err := l.components(ctx, f.Component)
		if err != nil {
			return "", nil, err
		}
		add(`c.id IN (SELECT r.change FROM record_components x JOIN change_records r ON r.record = x.record WHERE x.component IN (SELECT value FROM json_each(?)))`, ids)
	}
	for _, word := range strings.Fields(fold(f.Text)) {
		add(`c.id IN (SELECT x.change FROM change_records x JOIN records r ON r.id = x.record WHERE instr(r.text, ?) > 0)`, word)
	}
	if len(conditions) == 0 {
		return "", nil, nil
	}
	return ` WHERE ` + strings.Join(conditions, " AND "), args, nil
}

// wherePeriod compares times with times, and days alone with the days that the
// period has in the zone of the load.
func (l *Ledger) wherePeriod(p evidence.Period, add func(string, ...any)) error {
	if p.From.IsZero() && p.To.IsZero() {
		return nil
	}
	_, zone, err := l.Period()
	if err != nil {
		return err
	}
	if !p.From.IsZero() {
		day := p.From.In(zone)
		first := day.Format(time.DateOnly)
		if h, m, s := day.Clock(); h+m+s+day.Nanosecond() > 0 { // a day that has begun before is not inside
			first = day.AddDate(0, 0, 1).Format(time.DateOnly)
		}
		add(`(NOT c.t_dep_day_only AND c.t_dep >= ? OR c.t_dep_day_only AND c.day >= ?)`, when(p.From), first)
	}
	if !p.To.IsZero() {
		add(`(NOT c.t_dep_day_only AND c.t_dep < ? OR c.t_dep_day_only AND c.day <= ?)`, when(p.To), p.To.Add(-1).In(zone).Format(time.DateOnly))
	}
	return nil
}

func (l *Ledger) wherePeople(ctx context.Context, f Filter, add func(string, ...any)) error {
	for _, of := range []struct {
		who, roles string
		gates      []string
	}{{f.Person, "", f.PersonGates}, {f.Approver, ` AND p.role IN ('approver', 'gate approver')`, f.ApproverGates}} {
		if strings.TrimSpace(of.who) == "" {
			continue
		}
		ids, err := l.matching(ctx, of.who, f.Known)
		if err != nil {
			return err
		}
		gates, err := json.Marshal(append([]string{}, of.gates...))
		if err != nil {
			return err
		}
		add(`(c.id IN (SELECT r.change FROM record_people p JOIN change_records r ON r.record = p.record WHERE p.person IN (SELECT value FROM json_each(?))`+of.roles+`)
			OR c.deployment <> '' AND c.system || ' ' || c.deployment IN (SELECT value FROM json_each(?)))`, ids, string(gates))
	}
	return nil
}

// matching gives the accounts that a person's name may mean, as a JSON array.
func (l *Ledger) matching(ctx context.Context, who string, known func(string, evidence.Person) bool) (string, error) {
	type account struct {
		id int64
		evidence.Person
	}
	ids := []int64{}
	for a, err := range rows(ctx, l, `SELECT id, system, login, account, name, email, type FROM people`, nil, func(s scan) (a account, err error) {
		return a, s(&a.id, &a.System, &a.Login, &a.ID, &a.Name, &a.Email, &a.Type)
	}) {
		if err != nil {
			return "", err
		}
		if Called(who, a.Person) || known != nil && known(who, a.Person) {
			ids = append(ids, a.id)
		}
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// Called reports whether an account may be meant by a name: by a part of its
// own name, or by the whole login, address or number.
func Called(who string, p evidence.Person) bool {
	low := fold(strings.TrimSpace(who))
	return strings.Contains(fold(p.Name), low) || fold(p.Login) == low || strings.EqualFold(p.ID, low) || fold(p.Email) == low
}

// components gives the components that a pattern means, as a JSON array.
func (l *Ledger) components(ctx context.Context, pattern string) (string, error) {
	path, name, err := matcher(pattern)
	if err != nil {
		return "", err
	}
	type component struct {
		id         int64
		kind, name string
	}
	ids := []int64{}
	for c, err := range rows(ctx, l, `SELECT id, kind, name FROM components`, nil, func(s scan) (c component, err error) { return c, s(&c.id, &c.kind, &c.name) }) {
		if err != nil {
			return "", err
		}
		if c.kind == "path" && path.MatchString(c.name) || c.kind != "path" && name.MatchString(c.name) {
			ids = append(ids, c.id)
		}
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// PopulationHash counts the population, and gives the SHA-256 over its ids in
// order, each followed by a line feed, as evidence.HashIDs does:
//
//	sort ids.txt | sha256sum     (LC_ALL=C)
func (l *Ledger) PopulationHash(ctx context.Context) (n int, sum string, err error) {
	h := sha256.New()
	for id, err := range rows(ctx, l, `SELECT change FROM changes WHERE population ORDER BY change, kind, system`, nil, func(s scan) (id string, err error) { return id, s(&id) }) {
		if err != nil {
			return 0, "", err
		}
		n++
		_, _ = h.Write([]byte(id + "\n"))
	}
	return n, hex.EncodeToString(h.Sum(nil)), nil
}

// Item gives a record as it was loaded; ok is false where it was not.
func (l *Ledger) Item(ctx context.Context, ref evidence.Ref) (it evidence.Item, ok bool, err error) {
	for packed, err := range rows(ctx, l, `SELECT item FROM records WHERE kind = ? AND system = ? AND name = ?`, []any{ref.Kind, ref.System, ref.ID},
		func(s scan) (b []byte, err error) { return b, s(&b) }) {
		if err != nil {
			return it, false, err
		}
		if it, err = l.unpack(packed); err != nil {
			return it, false, l.damaged(ctx, fmt.Errorf("record %s: %w", ref, err))
		}
		if err := l.together(ctx, &it); err != nil {
			return it, false, err
		}
		return it, true, nil
	}
	return it, false, nil
}
