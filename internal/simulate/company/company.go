// Package company tells the story of Harbourline Payments, a company that does
// not exist: half a year of changes to four services and the infrastructure
// under them, by about twenty people, as a real company would live them, with
// the mistakes that a real company makes. The story fills a GitHub, a Jira and
// a Prometheus, and writes down apart what really happened.
//
// Equal seeds give equal companies. Nothing here reads the clock.
package company

import (
	"time"
	_ "time/tzdata" // so that the story is the same on a machine without a zone database

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/metrics"
	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// Company is the whole of it.
type Company struct {
	Name    string
	Org     string
	Seed    uint64
	Zone    *time.Location
	From    time.Time // of the audited period, UTC
	To      time.Time // without it
	Now     time.Time // when it is looked at
	Forge   *forge.Forge
	Tracker *tracker.Tracker
	Metrics *metrics.Metrics
	Truth   *Truth
	Config  Config
	Roster  []Member    // the company's own list of who is who; one colleague is missing from it
	Reader  *forge.User // whom the GitHub token belongs to
}

// Config is what a configuration of the product for this company has to say.
type Config struct {
	Production []string
	Staging    []string
	Projects   []string
	Fields     []FieldName
	Deployed   []string // statuses
	Services   []Service
}

// FieldName is a custom field of Jira by the configuration's word and by its name.
type FieldName struct{ Word, Name string }

// Service is a service of the company.
type Service struct {
	Name         string
	Repositories []string
	TicketNames  []string
	Queries      []Query
}

// Query is a named expression.
type Query struct{ Name, Expr, Unit, Threshold string }

// The addresses that the company's texts use for its own systems. Whoever
// serves the company puts the servers' real ones in their place.
const (
	GitHubURL = "https://github.harbourline.example"
	JiraURL   = "https://jira.harbourline.example"
)

// Notice is said wherever an artefact could be taken for a real company's.
const Notice = "harbourline sample company (simulated)"

// DefaultSeed is the seed of the company of the samples.
const DefaultSeed = 20260701

// New tells the story.
func New(seed uint64) *Company { return newStory(seed).Company }

// newStory tells it and keeps the teller's memory, for the tests.
func newStory(seed uint64) *story {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil { // it is built in
		panic(err)
	}
	c := &Company{
		Name: "Harbourline Payments", Org: "harbourline", Seed: seed, Zone: zone,
		From: time.Date(2026, 1, 1, 0, 0, 0, 0, zone).UTC(), To: time.Date(2026, 7, 1, 0, 0, 0, 0, zone).UTC(),
		Now:   time.Date(2026, 7, 3, 9, 0, 0, 0, zone).UTC(),
		Truth: &Truth{Seed: seed},
	}
	c.Forge = forge.New(c.Org)
	c.Forge.Org.Name = c.Name + " (simulated)"
	c.Forge.Org.Company, c.Forge.Org.Location = Notice, "Hamburg"
	c.Forge.Org.Created = day(2019, 4, 1)
	s := &story{Company: c, cal: calendar{zone}, ids: tracker.NewIDs()}
	s.openTracker()
	s.who = hire(c.Forge, c.Tracker)
	s.openHouses()
	s.openAudit()
	s.planWork()
	s.planSpecials()
	s.dealTwists()
	s.planTickets()
	s.numberPullRequests()
	for _, h := range s.houses {
		s.tell(h)
	}
	s.tellTickets()
	s.tellChangeRequests()
	s.tellIncidents()
	s.finishTracker()
	s.finishTruth()
	s.openMetrics()
	c.Config, c.Roster = s.config(), s.roster()
	return s
}

// story is the teller's own memory.
type story struct {
	*Company
	cal       calendar
	who       people
	houses    []*house
	ids       *tracker.IDs
	tickets   []*ticket
	incidents []*incident
	requests  []*changeRequest
}
