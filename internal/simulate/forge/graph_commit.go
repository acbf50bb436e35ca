package forge

import (
	"slices"
	"strings"
)

type (
	gitActor  struct{ Signature }
	signature struct {
		commit
		v *Verification
	}
	rollup   struct{ commit commit }
	combined struct{ commit commit }
)

func commitTypes() graph {
	return graph{
		"Commit": on(f[commit]{
			"id":              func(_ *asker, c commit, _ args) any { return commitNode(c) },
			"oid":             func(_ *asker, c commit, _ args) any { return c.SHA },
			"abbreviatedOid":  func(_ *asker, c commit, _ args) any { return c.SHA[:7] },
			"message":         func(_ *asker, c commit, _ args) any { return c.Message },
			"messageHeadline": func(_ *asker, c commit, _ args) any { line, _, _ := strings.Cut(c.Message, "\n"); return line },
			"messageBody": func(_ *asker, c commit, _ args) any {
				_, rest, _ := strings.Cut(c.Message, "\n")
				return strings.TrimSpace(rest)
			},
			"url":                 func(q *asker, c commit, _ args) any { return q.repoWeb(c.r) + "/commit/" + c.SHA },
			"commitUrl":           func(q *asker, c commit, _ args) any { return q.repoWeb(c.r) + "/commit/" + c.SHA },
			"resourcePath":        func(_ *asker, c commit, _ args) any { return "/" + c.r.full() + "/commit/" + c.SHA },
			"repository":          func(_ *asker, c commit, _ args) any { return c.r },
			"authoredDate":        func(_ *asker, c commit, _ args) any { return c.Author.Date },
			"committedDate":       func(_ *asker, c commit, _ args) any { return c.Committer.Date },
			"author":              func(_ *asker, c commit, _ args) any { return gitActor{c.Author} },
			"committer":           func(_ *asker, c commit, _ args) any { return gitActor{c.Committer} },
			"authoredByCommitter": func(_ *asker, c commit, _ args) any { return c.Author.Email == c.Committer.Email },
			"committedViaWeb":     func(_ *asker, c commit, _ args) any { return c.Verification != nil && c.Verification.WebFlow },
			"authors": func(_ *asker, c commit, a args) any {
				return conn("GitActorConnection", c.authors(), a, func(g Signature) any { return gitActor{g} })
			},
			"additions":               func(_ *asker, c commit, _ args) any { n, _ := changes(c.Files); return n },
			"deletions":               func(_ *asker, c commit, _ args) any { _, n := changes(c.Files); return n },
			"changedFilesIfAvailable": func(_ *asker, c commit, _ args) any { return len(c.Files) },
			"parents": func(_ *asker, c commit, a args) any {
				var list []*Commit
				for _, p := range c.Parents {
					if x := c.r.Commits[p]; x != nil {
						list = append(list, x)
					}
				}
				return conn("CommitConnection", list, a, func(x *Commit) any { return commit{c.r, x} })
			},
			"signature": func(_ *asker, c commit, _ args) any {
				if c.Verification == nil {
					return nil
				}
				return signature{c, c.Verification}
			},
			"history": func(_ *asker, c commit, a args) any {
				since, until := a.time("since"), a.time("until")
				author, _ := a["author"].(map[string]any)
				log := c.r.log(c.SHA)
				if n, ok := a.number("first"); ok && len(a) == 1 && n < len(log) {
					// One more than the page, so that it is known not to be the last.
					h := conn("CommitHistoryConnection", log[:n+1], a, func(x *Commit) any { return commit{c.r, x} })
					h.total = len(log)
					return h
				}
				var list []*Commit
				for _, x := range log {
					d := x.Committer.Date
					if !d.Before(since) && (until.IsZero() || !d.After(until)) && x.touches(a.text("path")) && x.among(args(author).texts("emails")) {
						list = append(list, x)
					}
				}
				return conn("CommitHistoryConnection", list, a, func(x *Commit) any { return commit{c.r, x} })
			},
			"associatedPullRequests": func(_ *asker, c commit, a args) any {
				var list []*PullRequest
				for _, p := range c.r.idx.pullsOf[c.SHA] {
					list = append(list, p.PullRequest)
				}
				return c.r.pullConnection(list, a)
			},
			"deployments": func(_ *asker, c commit, a args) any { return c.r.deployConnection(c.r.idx.deploysOf[c.SHA], a) },
			"checkSuites": func(_ *asker, c commit, a args) any {
				return conn("CheckSuiteConnection", c.r.idx.suites[c.SHA], a, func(u suite) any { return u })
			},
			"statusCheckRollup": func(_ *asker, c commit, _ args) any { return c.r.rollup(c.SHA) },
			"status": func(_ *asker, c commit, _ args) any {
				if len(c.r.idx.statuses[c.SHA]) == 0 {
					return nil
				}
				return combined{c}
			},
		}),
		"GitActor": on(f[gitActor]{
			"name":  func(_ *asker, g gitActor, _ args) any { return orNull(g.Name) },
			"email": func(_ *asker, g gitActor, _ args) any { return orNull(g.Email) },
			"date":  func(_ *asker, g gitActor, _ args) any { return g.Date },
			"avatarUrl": func(_ *asker, g gitActor, _ args) any {
				return "https://avatars.githubusercontent.com/u/e?email=" + pathEscape(g.Email)
			},
			"user": func(q *asker, g gitActor, _ args) any {
				if g.User != nil && typeOf(g.User) == "User" {
					return q.account(g.User)
				}
				return nil
			},
		}),
		"GpgSignature": on(f[signature]{
			"isValid":           func(_ *asker, s signature, _ args) any { return s.v.Verified },
			"state":             func(_ *asker, s signature, _ args) any { return s.state() },
			"signer":            func(q *asker, s signature, _ args) any { return q.account(s.v.Signer) },
			"wasSignedByGitHub": func(_ *asker, s signature, _ args) any { return s.v.WebFlow },
			"email":             func(_ *asker, s signature, _ args) any { return s.Committer.Email },
			"keyId":             func(_ *asker, s signature, _ args) any { return upper(SHA("key", s.Committer.Email)[:16]) },
			"signature":         func(_ *asker, s signature, _ args) any { return s.v.Signature },
			"payload":           func(_ *asker, s signature, _ args) any { return s.v.Payload },
			"verifiedAt":        func(_ *asker, s signature, _ args) any { return s.v.VerifiedAt },
		}),
	}
}

// authors gives the author and those named by Co-authored-by trailers.
func (c commit) authors() []Signature {
	out := []Signature{c.Author}
	for _, line := range strings.Split(c.Message, "\n") {
		key, value, ok := strings.Cut(line, ":")
		name, email, hasEmail := strings.Cut(value, "<")
		if ok && hasEmail && strings.EqualFold(strings.TrimSpace(key), "co-authored-by") {
			out = append(out, Signature{Name: strings.TrimSpace(name), Email: strings.Trim(email, "> "), Date: c.Author.Date})
		}
	}
	return out
}

func (c *Commit) among(emails []string) bool {
	return len(emails) == 0 || slices.Contains(emails, c.Author.Email)
}

func (s signature) state() string {
	switch {
	case s.v.Verified:
		return "VALID"
	case s.v.Reason == "" || s.v.Reason == "unknown_key":
		return "UNKNOWN_KEY"
	}
	return upper(s.v.Reason)
}
