package github

import gh "github.com/google/go-github/v60/github"

// pool keeps one copy of what is the same in thousands of records: people,
// repositories, words of GitHub. Each answer brings its own.
type pool struct {
	texts  map[string]string
	actors map[actorNode]*actorNode
	users  map[account]*gh.User
}

// account is what is mapped of an account.
type account struct {
	id                       int64
	login, kind, name, email string
}

func newPool() *pool {
	return &pool{map[string]string{}, map[actorNode]*actorNode{}, map[account]*gh.User{}}
}

// user gives the one copy of an account, without the two dozen addresses that
// REST sends with each.
func (p *pool) user(u *gh.User) *gh.User {
	if u == nil {
		return nil
	}
	key := account{u.GetID(), u.GetLogin(), u.GetType(), u.GetName(), u.GetEmail()}
	if p.users[key] == nil {
		p.users[key] = &gh.User{ID: u.ID, Login: u.Login, Type: u.Type, Name: u.Name, Email: u.Email}
	}
	return p.users[key]
}

func (p *pool) text(s *string) {
	if one, ok := p.texts[*s]; ok {
		*s = one
		return
	}
	p.texts[*s] = *s
}

func (p *pool) git(g *gitNode) {
	if g == nil {
		return
	}
	p.text(&g.Name)
	p.text(&g.Email)
	if g.User == nil {
		return
	}
	if one, ok := p.actors[*g.User]; ok {
		g.User = one
		return
	}
	p.actors[*g.User] = g.User
}

// done forgets what is needed no more of a deployment that was emitted.
func (d *deployed) done() {
	d.raw = &gh.Deployment{ID: d.raw.ID, SHA: d.raw.SHA, CreatedAt: d.raw.CreatedAt}
	d.statuses, d.from = nil, nil
}

// commit shares what a commit has in common with others. It is kept until the
// whole line of the branch is known; its cursors are of no use once its lists
// are followed.
func (p *pool) commit(c *commitNode) {
	p.git(c.Author)
	p.git(c.Committer)
	if c.Signature != nil {
		p.text(&c.Signature.State)
	}
	for _, a := range c.Associated.Nodes {
		if a != nil {
			p.text(&a.State)
			p.text(&a.Repository.NameWithOwner)
		}
	}
	if !c.Parents.PageInfo.HasNextPage {
		c.Parents.PageInfo.EndCursor = ""
	}
	if !c.Associated.PageInfo.HasNextPage {
		c.Associated.PageInfo.EndCursor = ""
	}
}
