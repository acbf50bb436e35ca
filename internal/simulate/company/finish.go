package company

import (
	"fmt"
	"sort"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/forge"
	"github.com/tickmark-dev/tickmark/internal/simulate/metrics"
)

// finishTruth puts the truth into the order of time.
func (s *story) finishTruth() {
	t := s.Truth
	key := func(c *Change) time.Time {
		if c.Deployed.IsZero() {
			return c.Merged.AddDate(10, 0, 0)
		}
		return c.Deployed
	}
	sort.SliceStable(t.Changes, func(i, j int) bool {
		a, b := t.Changes[i], t.Changes[j]
		if key(a).Equal(key(b)) {
			return a.ID < b.ID
		}
		return key(a).Before(key(b))
	})
	sort.SliceStable(t.Releases, func(i, j int) bool { return t.Releases[i].Created.Before(t.Releases[j].Created) })
	sort.Slice(t.Abandoned, func(i, j int) bool { return t.Abandoned[i].ID < t.Abandoned[j].ID })
	sort.Strings(t.NotDeployed)
	s.expect()
	s.Reader = s.Forge.AddUser(&forge.User{ID: 90_112_233, Login: "harbourline-evidence", Name: "Evidence Reader", Company: "@harbourline", Created: day(2025, 10, 1)})
}

// rates are the expressions of a service, by the name of its job.
func rates(job string) (errors, latency string) {
	return fmt.Sprintf(`100 * sum(rate(http_requests_total{job="%[1]s",code=~"5.."}[5m])) / sum(rate(http_requests_total{job="%[1]s"}[5m]))`, job),
		fmt.Sprintf(`1000 * histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job="%s"}[5m])))`, job)
}

const (
	failedPayouts = `100 * sum(rate(payouts_total{job="payout-worker",outcome="failed"}[10m])) / sum(rate(payouts_total{job="payout-worker"}[10m]))`
	queueLength   = `sum(payout_queue_length{job="payout-worker"})`
	nodesReady    = `sum by (region) (kube_node_status_condition{condition="Ready",status="true"})`
	availability  = `100 * avg(up{job=~"kubernetes-nodes|postgres"})`
)

// openMetrics gives each service its values over time; an incident is seen in them.
func (s *story) openMetrics() {
	m := &metrics.Metrics{Version: "2.42.0", Retention: "400d", Now: s.Now, Oldest: s.From.AddDate(0, -2, 0)}
	levels := []struct{ errors, latency, daily float64 }{{0.08, 118, 60}, {0.21, 240, 110}, {0, 0, 0}, {0.12, 86, 35}}
	for i, h := range s.houses[:4] {
		var up, slow []metrics.Bump
		for _, inc := range s.incidents {
			if inc.house != i {
				continue
			}
			up = append(up, metrics.Bump{From: inc.opened.Add(-4 * time.Minute), To: inc.over, Height: inc.errors})
			slow = append(slow, metrics.Bump{From: inc.opened.Add(-4 * time.Minute), To: inc.over, Height: inc.latency})
		}
		if h.name == "payout-worker" {
			m.Exprs = append(m.Exprs,
				metrics.Expr{Text: failedPayouts, Series: []metrics.Series{{Labels: map[string]string{}, Value: metrics.Curve{Name: "failed", Base: 0.12, Unrest: 0.1, Bumps: up, Zone: s.Zone}.At}}},
				metrics.Expr{Text: queueLength, Series: []metrics.Series{{Labels: map[string]string{}, Value: metrics.Curve{Name: "queue", Base: 40, Daily: 380, Unrest: 30, Zone: s.Zone}.At}}})
			continue
		}
		errors, latency := rates(h.name)
		e := metrics.Curve{Name: h.name + " errors", Base: levels[i].errors, Unrest: levels[i].errors / 2, Bumps: up, Zone: s.Zone}
		l := metrics.Curve{Name: h.name + " latency", Base: levels[i].latency, Daily: levels[i].daily, Unrest: 14, Bumps: slow, Zone: s.Zone}
		if h.name == "checkout-web" { // the scraper was down for an hour
			gap := metrics.Gap{From: s.clock(5, 27, 13, 0), To: s.clock(5, 27, 14, 5)}
			e.Gaps, l.Gaps = []metrics.Gap{gap}, []metrics.Gap{gap}
		}
		m.Exprs = append(m.Exprs,
			metrics.Expr{Text: errors, Series: []metrics.Series{{Labels: map[string]string{}, Value: e.At}}},
			metrics.Expr{Text: latency, Series: []metrics.Series{{Labels: map[string]string{}, Value: l.At}}})
	}
	regions := []metrics.Series{}
	for i, region := range []string{"eu-central-1", "eu-west-1"} {
		regions = append(regions, metrics.Series{Labels: map[string]string{"region": region}, Value: metrics.Curve{Name: region, Base: float64(12 - 3*i), Zone: s.Zone}.At})
	}
	m.Exprs = append(m.Exprs,
		metrics.Expr{Text: nodesReady, Series: regions},
		metrics.Expr{Text: availability, Series: []metrics.Series{{Labels: map[string]string{}, Value: metrics.Curve{Name: "up", Base: 100, Zone: s.Zone}.At}}})
	s.Metrics = m
}

// config says what a configuration for this company has to say.
func (s *story) config() Config {
	c := Config{
		Production: []string{"production"}, Staging: []string{"staging"}, Projects: []string{"PAY", "IDN", "CHG", "INC"}, Deployed: []string{"Implemented", "Done"},
		Fields: []FieldName{
			{"risk", "Risk level"}, {"category", "Change category"}, {"rollback_plan", "Rollback plan"}, {"testing", "Testing plan"}, {"systems", "Systems affected"},
			{"justification", "Business justification"}, {"planned_start", "Planned start"}, {"planned_end", "Planned end"}, {"deployed_at", "Implemented at"},
		},
	}
	limits := map[string]string{"ledger-api": "<= 400", "checkout-web": "<= 800", "identity-gateway": "<= 300"}
	for _, h := range s.houses {
		v := Service{Name: h.service, Repositories: []string{"harbourline/" + h.name}, TicketNames: []string{h.system}}
		switch h.name {
		case "payout-worker":
			v.Queries = []Query{{"Failed payouts", failedPayouts, "%", "<= 1"}, {"Queue length", queueLength, "payouts", "<= 2000"}}
		case "infrastructure":
			v.TicketNames = []string{"Kubernetes platform", "PostgreSQL cluster", "Edge firewall", "Secrets vault"}
			v.Queries = []Query{{"Hosts up", availability, "%", ">= 99"}, {"Nodes ready", nodesReady, "nodes", ">= 6"}}
		default:
			errors, latency := rates(h.name)
			v.Queries = []Query{{"Error rate", errors, "%", "<= 1"}, {"p95 latency", latency, "ms", limits[h.name]}}
		}
		c.Services = append(c.Services, v)
	}
	return c
}
