package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

const (
	// suitesMonth is what of "the last month" is certain, whichever month it is.
	suitesMonth = 28 * 24 * time.Hour
	// maxBypasses bounds how many bypasses are asked for which rules they broke.
	maxBypasses = 100
)

// judged is how a push was judged, as GitHub lists and tells it.
type judged struct {
	ID          int64     `json:"id"`
	ActorID     int64     `json:"actor_id"`
	ActorName   string    `json:"actor_name"`
	Before      string    `json:"before_sha"`
	After       string    `json:"after_sha"`
	Ref         string    `json:"ref"`
	Pushed      time.Time `json:"pushed_at"`
	Result      string    `json:"result"`
	Evaluations []struct {
		Source struct {
			Type string `json:"type"`
			Name string `json:"name"`
		} `json:"rule_source"`
		Enforcement string `json:"enforcement"`
		Result      string `json:"result"`
		Type        string `json:"rule_type"`
		Details     string `json:"details"`
	} `json:"rule_evaluations"`
}

// ruleSuites reads how the pushes of the last month to the branch were judged.
// Further back GitHub does not tell.
func (c *Collector) ruleSuites(ctx context.Context, r *retrieval, n name, out *evidence.RuleHistory) {
	suites, err := list[judged](ctx, c, n.path("/rulesets/rule-suites?ref=%s&rule_suite_result=all&time_period=month", url.QueryEscape("refs/heads/"+n.text)))
	if err != nil {
		r.gaps = append(r.gaps, c.suitesGap(err))
	} else {
		out.Insights = evidence.Reach{Read: true, Keeps: suitesMonth}
	}
	slices.SortStableFunc(suites, func(a, b judged) int { return cmp.Or(b.Pushed.Compare(a.Pushed), cmp.Compare(b.ID, a.ID)) })
	asked, bypasses := 0, 0
	for _, s := range suites {
		if s.Ref != "" && s.Ref != "refs/heads/"+n.text && s.Ref != n.text {
			continue
		}
		one := c.mapSuite(s)
		if s.Result == "bypass" {
			if bypasses++; bypasses <= maxBypasses {
				asked++
				one.Failed = c.brokenRules(ctx, r, n, s.ID)
			}
		}
		out.Suites = append(out.Suites, one)
	}
	slices.Reverse(out.Suites) // oldest first
	r.cut("rules that were bypassed", asked, bypasses, "the newest bypasses alone are asked for the rules that they broke")
}

func (c *Collector) mapSuite(s judged) evidence.RuleSuite {
	out := evidence.RuleSuite{ID: id(s.ID), At: s.Pushed.UTC(), Before: s.Before, After: s.After, Result: s.Result}
	if s.ActorName != "" || s.ActorID != 0 {
		out.Actor = &evidence.Person{System: c.cfg.Name, Login: s.ActorName, ID: id(s.ActorID)}
	}
	return out
}

// brokenRules asks which rules in force a push did not keep.
func (c *Collector) brokenRules(ctx context.Context, r *retrieval, n name, number int64) []evidence.FailedRule {
	var one judged
	if _, err := c.get(ctx, n.path("/rulesets/rule-suites/%d", number), &one); err != nil {
		r.miss(fmt.Sprintf("rules that push %d bypassed", number), err)
		return nil
	}
	var failed []evidence.FailedRule
	for _, e := range one.Evaluations {
		if e.Result == "fail" && e.Enforcement != "evaluate" {
			failed = append(failed, evidence.FailedRule{Type: e.Type, Source: first(e.Source.Name, e.Source.Type), Details: oneLine(e.Details)})
		}
	}
	return failed
}

// suitesGap says why it is not known how pushes were judged.
func (c *Collector) suitesGap(err error) error {
	gap := c.gapError("rule suites", err)
	code := status(err)
	if code != http.StatusNotFound && code != http.StatusForbidden || hiddenReason(gap) {
		return gap
	}
	return &evidence.GapError{Part: "rule suites", Reason: evidence.Denied, Err: err,
		Detail: fmt.Sprintf("GitHub answered %d: how pushes were judged by the rules is told to those with the right \"Administration\" on the repository", code)}
}

// rulesetsNow reads the rulesets that hold for the branch now: since when they
// are as they are, and who may go round them.
func (c *Collector) rulesetsNow(ctx context.Context, r *retrieval, n name, out *evidence.RuleHistory) {
	type rule struct {
		Ruleset int64 `json:"ruleset_id"`
	}
	rules, err := list[rule](ctx, c, n.path("/rules/branches/%s", segment(n.text)))
	r.miss("rulesets", err)
	var ids []int64
	for _, v := range rules {
		if v.Ruleset > 0 {
			ids = append(ids, v.Ruleset)
		}
	}
	slices.Sort(ids)
	for _, number := range slices.Compact(ids) {
		var raw struct {
			Name        string    `json:"name"`
			SourceType  string    `json:"source_type"`
			Source      string    `json:"source"`
			Enforcement string    `json:"enforcement"`
			Created     time.Time `json:"created_at"`
			Updated     time.Time `json:"updated_at"`
			Bypass      *[]struct {
				ID   *int64 `json:"actor_id"`
				Type string `json:"actor_type"`
				Mode string `json:"bypass_mode"`
			} `json:"bypass_actors"`
		}
		if _, err := c.get(ctx, n.path("/rulesets/%d", number), &raw); err != nil {
			r.miss(fmt.Sprintf("ruleset %d", number), err)
			continue
		}
		set := evidence.Ruleset{ID: id(number), Name: raw.Name, SourceType: raw.SourceType, Source: raw.Source, Enforcement: raw.Enforcement, Created: raw.Created.UTC(), Updated: raw.Updated.UTC()}
		if raw.Bypass != nil {
			set.Bypass = []string{}
			for _, b := range *raw.Bypass {
				who := b.Type
				if b.ID != nil {
					who += " " + id(*b.ID)
				}
				set.Bypass = append(set.Bypass, strings.TrimSpace(who+" ("+b.Mode+")"))
			}
		}
		out.Rulesets = append(out.Rulesets, set)
	}
}
