package company

import (
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// Person is somebody of the company with their accounts, or a machine's account.
type Person struct {
	Login   string // "" without a GitHub account
	Name    string
	Role    string
	Team    string
	Joined  time.Time // zero: before the story
	Left    time.Time // zero: still there
	Machine bool

	GitHub *forge.User
	Jira   *tracker.User
	Email  string
}

// there reports whether the person works on that day.
func (p *Person) there(at time.Time) bool {
	return !at.Before(p.Joined) && (p.Left.IsZero() || at.Before(p.Left))
}

// people is the cast, by the names under which the story calls them.
type people map[string]*Person

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// cast lists everybody in a fixed order: short name, login, name, role, team, address.
func cast() []struct{ short, login, name, role, team, email string } {
	return []struct{ short, login, name, role, team, email string }{
		{"marta", "mlindqvist", "Märta Lindqvist", "Engineering Manager", "payments-core", "marta.lindqvist"},
		{"jide", "j-okonkwo", "Jide Okonkwo", "Staff Engineer", "payments-core", "jide.okonkwo"},
		{"szymon", "szymon-baranski", "Szymon Barański", "Senior Engineer", "payments-core", "szymon.baranski"},
		{"olek", "olek-mazur", "Aleksander Mazur", "Engineer", "payments-core", "aleksander.mazur"},
		{"gustav", "gustavholm", "Gustav Holm", "Junior Engineer", "payments-core", "gustav.holm"},
		{"yui", "tanaka-yui", "田中 結衣", "Senior Engineer", "checkout", "yui.tanaka"},
		{"ana", "anaoliveira", "Ana Conceição Oliveira", "Engineer", "checkout", "ana.oliveira"},
		{"ciaran", "cobrien", "Ciarán O'Brien", "Engineering Lead", "checkout", "ciaran.obrien"},
		{"priya", "priya-raman", "Priya Raman", "Engineer", "checkout", "priya.raman"},
		{"mingyu", "zhou-mingyu", "周明宇", "Senior Engineer", "payouts", "mingyu.zhou"},
		{"seunghyun", "seunghyun-p", "박승현", "Engineer", "payouts", "seunghyun.park"},
		{"yusuf", "yusufdemir", "Yusuf Demir", "Engineering Lead", "payouts", "yusuf.demir"},
		{"aarav", "aarav-k", "Aarav Krishnamurthy", "Engineering Lead", "identity", "aarav.krishnamurthy"},
		{"felicie", "fgarnier", "Félicie Garnier", "Engineer", "identity", "felicie.garnier"},
		{"bram", "bvanderlinde", "Bram van der Linde", "Senior Engineer", "identity", "bram.vanderlinde"},
		{"dmytro", "d-kovalenko", "Дмитро Коваленко", "Site Reliability Engineer", "platform", "dmytro.kovalenko"},
		{"hannah", "hannahweiss", "Hannah Weiß", "Platform Lead", "platform", "hannah.weiss"},
		{"nadia", "nadia-elm", "Nadia El Mansouri", "Security Engineer", "security", "nadia.elmansouri"},
		{"katri", "kniemela", "Katri Niemelä", "Database Administrator", "dba", "katri.niemela"},
		{"lucia", "lucia-fernandez", "Lucía Fernández", "Quality Lead", "quality", "lucia.fernandez"},
		{"ingrid", "", "Ingrid Sørensen", "Change Manager", "", "ingrid.sorensen"},
		{"tobias", "", "Tobias Krüger", "Head of Compliance", "", "tobias.krueger"},
		{"amelie", "", "Amélie N'Diaye", "Customer Support Lead", "", "amelie.ndiaye"},
		// A service account that reads like a person: only its role says otherwise.
		{"robin", "robin-marlow", "Robin Marlow", "service account of release automation", "release", "robin.marlow"},
		{"dependabot", "dependabot[bot]", "", "bot", "", ""},
		{"renovate", "harbour-renovate[bot]", "", "bot", "", ""},
		{"actions", "github-actions[bot]", "", "bot", "", ""},
		{"queue", "github-merge-queue[bot]", "", "bot", "", ""},
		{"webflow", "web-flow", "GitHub", "GitHub's own account", "", ""},
	}
}

// hire makes the accounts of everybody.
func hire(f *forge.Forge, t *tracker.Tracker) people {
	all := people{}
	teams := map[string]*forge.Team{}
	for i, c := range cast() {
		p := &Person{Login: c.login, Name: c.name, Role: c.role, Team: c.team}
		switch c.short {
		case "olek":
			p.Left = day(2026, 2, 27)
		case "bram":
			p.Left = day(2026, 5, 16)
		case "gustav":
			p.Joined = day(2026, 3, 2)
		case "priya":
			p.Joined = day(2026, 4, 13)
		case "robin", "dependabot", "renovate", "actions", "queue", "webflow":
			p.Machine = true
		}
		if c.email != "" {
			p.Email = c.email + "@harbourline.example"
		}
		if c.login != "" {
			p.GitHub = f.AddUser(&forge.User{
				ID: int64(41_000_000 + 7919*i), Login: c.login, Name: c.name, Company: "", Created: day(2021, 3, 1).AddDate(0, i, 2*i), Deleted: c.short == "olek",
			})
			switch c.role {
			case "bot":
				p.GitHub.Type, p.GitHub.Company = forge.Bot, ""
			case "GitHub's own account":
				p.GitHub.ID, p.Email = 19864447, "noreply@github.com"
			default:
				p.GitHub.Company = "@harbourline"
			}
		}
		if c.email != "" && c.short != "webflow" {
			p.Jira = &tracker.User{
				AccountID: account(c.email), Username: c.email, Name: c.name, Email: p.Email, Zone: "Europe/Berlin", Type: "atlassian",
				Deleted: c.short == "olek", Inactive: c.short == "bram",
			}
			t.Users = append(t.Users, p.Jira)
		}
		if c.team != "" && p.GitHub != nil && !p.GitHub.Deleted && c.short != "bram" {
			if teams[c.team] == nil {
				teams[c.team] = &forge.Team{Slug: c.team, Name: c.team}
				f.Teams = append(f.Teams, teams[c.team])
			}
			teams[c.team].Members = append(teams[c.team].Members, p.GitHub)
		}
		all[c.short] = p
	}
	auto := &tracker.User{AccountID: "557058:" + forge.SHA("automation")[:8] + "-b67d-43c7-b30d-6b58d40bd077", Username: "automation", Name: "Automation for Jira", Zone: "Europe/Berlin", Type: "app"}
	t.Users = append(t.Users, auto)
	all["automation"] = &Person{Name: auto.Name, Role: "app", Machine: true, Jira: auto}
	return all
}

// account makes an Atlassian account id.
func account(of string) string { return "712020:" + forge.SHA("atlassian account", of)[:24] }

// signature is how a commit of the person is signed.
func (p *Person) signature(at time.Time) forge.Signature {
	s := forge.Signature{Name: p.Name, Email: p.Email, Date: at, User: p.GitHub}
	switch {
	case p.Name == "":
		s.Name, s.Email = p.Login, "49699333+"+p.Login+"@users.noreply.github.com"
	case p.Login == "szymon-baranski" && at.Before(renamed()):
		// The account's old name stays in the address for ever.
		s.Email = "41015838+sbaran@users.noreply.github.com"
	case p.GitHub != nil && p.GitHub.Deleted:
		s.User = nil
	}
	return s
}

// renamed is when the account "sbaran" became "szymon-baranski".
func renamed() time.Time { return day(2026, 3, 23) }

// called is how others call the person at that time.
func (p *Person) called(at time.Time) string {
	if p.Login == "szymon-baranski" && at.Before(renamed()) {
		return "sbaran"
	}
	return p.Login
}
