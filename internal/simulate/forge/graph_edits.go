package forge

import (
	"slices"
	"time"
)

// version is a description as it stood from one edit to the next. GitHub calls
// it an edit, and gives the whole text as its "diff".
type version struct {
	thread
	n      int // 0: as it was created
	at     time.Time
	editor *User
	text   string
	erased *Edit // nil: the text is still there
}

// versions gives the description's, the latest first: none where it was never
// edited, else also the one that was created.
func (t thread) versions() []version {
	var out []version
	v := version{thread: t, at: t.c.Created, editor: t.c.Author}
	for i, e := range t.c.Edits {
		if v.text = e.Before; !e.Erased.IsZero() {
			v.text, v.erased = "", e
		}
		out = append(out, v)
		v = version{thread: t, n: i + 1, at: e.At, editor: e.Editor}
	}
	if len(out) > 0 {
		v.text = t.c.Body
		out = append(out, v)
	}
	slices.Reverse(out)
	return out
}

func (t thread) lastEdit() Edit {
	if len(t.c.Edits) == 0 {
		return Edit{}
	}
	return *t.c.Edits[len(t.c.Edits)-1]
}

func editTypes() graph {
	return graph{"UserContentEdit": on(f[version]{
		"id":        func(_ *asker, v version, _ args) any { return nodeID("UCE", v.r.ID, int64(v.c.Number), int64(v.n)) },
		"createdAt": func(_ *asker, v version, _ args) any { return v.at },
		"updatedAt": func(_ *asker, v version, _ args) any { return v.at },
		"editedAt":  func(_ *asker, v version, _ args) any { return v.at },
		"editor":    func(q *asker, v version, _ args) any { return q.account(v.editor) },
		"diff": func(_ *asker, v version, _ args) any {
			if v.erased != nil {
				return nil
			}
			return v.text
		},
		"deletedAt": func(_ *asker, v version, _ args) any {
			if v.erased == nil {
				return nil
			}
			return v.erased.Erased
		},
		"deletedBy": func(q *asker, v version, _ args) any {
			if v.erased == nil {
				return nil
			}
			return q.account(v.erased.ErasedBy)
		},
	})}
}
