package forge

import "fmt"

// placeRule is one protection rule of an environment.
type placeRule struct {
	place
	kind string
}

func deploymentTypes() graph {
	return graph{
		"Deployment": on(f[deploy]{
			"id":                  func(_ *asker, d deploy, _ args) any { return deployNode(d) },
			"databaseId":          func(_ *asker, d deploy, _ args) any { return d.ID },
			"environment":         func(_ *asker, d deploy, _ args) any { return d.Environment },
			"originalEnvironment": func(_ *asker, d deploy, _ args) any { return d.Environment },
			"latestEnvironment":   func(_ *asker, d deploy, _ args) any { return d.Environment },
			"description":         func(_ *asker, d deploy, _ args) any { return orNull(d.Description) },
			"task":                func(_ *asker, d deploy, _ args) any { return or(d.Task, "deploy") },
			"state":               func(_ *asker, d deploy, _ args) any { return d.state() },
			"createdAt":           func(_ *asker, d deploy, _ args) any { return d.Created },
			"updatedAt":           func(_ *asker, d deploy, _ args) any { return d.Updated },
			"creator":             func(q *asker, d deploy, _ args) any { return q.someone(d.Creator) },
			"commit":              func(_ *asker, d deploy, _ args) any { return d.r.commitOrNil(d.SHA) },
			"commitOid":           func(_ *asker, d deploy, _ args) any { return d.SHA },
			"ref":                 func(_ *asker, d deploy, _ args) any { return d.r.ref(d.Ref) },
			"repository":          func(_ *asker, d deploy, _ args) any { return d.r },
			"payload": func(_ *asker, d deploy, _ args) any {
				if d.Payload == nil {
					return nil
				}
				b, err := marshal(d.Payload)
				if err != nil {
					return &failure{doc: "INTERNAL", message: err.Error()}
				}
				return string(b)
			},
			"statuses": func(_ *asker, d deploy, a args) any {
				return conn("DeploymentStatusConnection", d.newestFirst(), a, func(s *DeploymentStatus) any { return report{d, s} })
			},
			"latestStatus": func(_ *asker, d deploy, _ args) any {
				if len(d.Statuses) == 0 {
					return nil
				}
				return report{d, d.newestFirst()[0]}
			},
		}),
		"DeploymentStatus": on(f[report]{
			"id":             func(_ *asker, s report, _ args) any { return reportNode(s) },
			"state":          func(_ *asker, s report, _ args) any { return upper(s.DeploymentStatus.State) },
			"description":    func(_ *asker, s report, _ args) any { return orNull(s.DeploymentStatus.Description) },
			"environment":    func(_ *asker, s report, _ args) any { return s.deploy.Environment },
			"environmentUrl": func(_ *asker, s report, _ args) any { return orNull(s.EnvironmentURL) },
			"logUrl":         func(q *asker, s report, _ args) any { return orNull(q.logURL(s)) },
			"createdAt":      func(_ *asker, s report, _ args) any { return s.DeploymentStatus.Created },
			"updatedAt":      func(_ *asker, s report, _ args) any { return s.DeploymentStatus.Created },
			"creator":        func(q *asker, s report, _ args) any { return q.someone(s.DeploymentStatus.Creator) },
			"deployment":     func(_ *asker, s report, _ args) any { return s.deploy },
		}),
		"Environment": on(f[place]{
			"id":         func(_ *asker, e place, _ args) any { return placeNode(e) },
			"name":       func(_ *asker, e place, _ args) any { return e.Name },
			"databaseId": func(_ *asker, e place, _ args) any { return e.ID },
			"protectionRules": func(_ *asker, e place, a args) any {
				var list []placeRule
				if e.WaitMinutes > 0 {
					list = append(list, placeRule{e, "WAIT_TIMER"})
				}
				if len(e.Users)+len(e.Teams) > 0 {
					list = append(list, placeRule{e, "REQUIRED_REVIEWERS"})
				}
				return conn("DeploymentProtectionRuleConnection", list, a, func(r placeRule) any { return r })
			},
		}),
		"DeploymentProtectionRule": on(f[placeRule]{
			"type":              func(_ *asker, r placeRule, _ args) any { return r.kind },
			"timeout":           func(_ *asker, r placeRule, _ args) any { return r.WaitMinutes },
			"preventSelfReview": func(_ *asker, r placeRule, _ args) any { return r.PreventSelfReview },
			"reviewers": func(_ *asker, r placeRule, a args) any {
				var list []any
				if r.kind == "REQUIRED_REVIEWERS" {
					for _, u := range r.Users {
						list = append(list, u)
					}
					for _, t := range r.Teams {
						list = append(list, t)
					}
				}
				return conn("DeploymentReviewerConnection", list, a, func(v any) any { return v })
			},
		}),
	}
}

// state is what the last status makes of a deployment.
func (d deploy) state() string {
	if len(d.Statuses) == 0 {
		return "PENDING"
	}
	switch s := d.newestFirst()[0].State; s {
	case "success":
		return "ACTIVE"
	default:
		return fmt.Sprint(upper(s))
	}
}
