package ledger

import (
	"context"
	"iter"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Part is one part that an account had in one record.
type Part struct {
	Person evidence.Person
	Role   string // as record_people has it
	Record int64  // a number of the record
	Change string // of the population that the record belongs to; "" where it belongs to none
}

// Parts gives every part that anybody had, by account, role, record and change.
// A record of several changes comes once for each.
func (l *Ledger) Parts(ctx context.Context) iter.Seq2[Part, error] {
	return rows(ctx, l, `SELECT DISTINCT q.system, q.login, q.account, q.name, q.email, q.type, p.role, p.record, coalesce(c.change, '')
		FROM record_people p JOIN people q ON q.id = p.person
		LEFT JOIN change_records r ON r.record = p.record LEFT JOIN changes c ON c.id = r.change AND c.population
		ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9`, nil, func(s scan) (p Part, err error) {
		return p, s(&p.Person.System, &p.Person.Login, &p.Person.ID, &p.Person.Name, &p.Person.Email, &p.Person.Type, &p.Role, &p.Record, &p.Change)
	})
}

// People gives every account as the sources show it, each way once.
func (l *Ledger) People(ctx context.Context) ([]evidence.Person, error) {
	var all []evidence.Person
	for p, err := range rows(ctx, l, `SELECT system, login, account, name, email, type FROM people ORDER BY 1, 2, 3, 4, 5, 6`, nil, func(s scan) (p evidence.Person, err error) {
		return p, s(&p.System, &p.Login, &p.ID, &p.Name, &p.Email, &p.Type)
	}) {
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
