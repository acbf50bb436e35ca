package tracker

import (
	"time"
)

// Flavour is which Jira it is.
type Flavour string

// The flavours.
const (
	Cloud      Flavour = "Cloud"
	DataCenter Flavour = "Server" // what Data Center calls itself in serverInfo
)

// Tracker is the whole site. It must not be changed while it serves.
type Tracker struct {
	Title       string
	Flavour     Flavour
	Zone        *time.Location // in which the service account reads times
	Now         time.Time      // what the site's clock shows
	Self        *User          // whom the credentials belong to
	BasicUser   string         // user or address of basic authentication
	Token       string         // API token (basic) or personal access token (bearer)
	Users       []*User
	Projects    []*Project
	Fields      []*Field // custom ones
	Issues      []*Issue
	Permissions []string // of Self, beside BROWSE_PROJECTS
	Notice      string   // shown on every page that a person opens
}

// User is an account. Of a deleted one Cloud shows only that there was one.
type User struct {
	AccountID string
	Username  string // Data Center
	Name      string
	Email     string
	Zone      string // "Europe/Berlin"
	Type      string // "atlassian", "app", "customer"
	Inactive  bool
	Deleted   bool
}

// Project is a project.
type Project struct {
	ID, Key, Name, Description string
	Type                       string // "software", "service_desk"
	Lead                       *User
	Hidden                     bool // the service account may not browse it
}

// FieldKind is the type of a custom field.
type FieldKind string

// The kinds.
const (
	TextField   FieldKind = "textfield"
	TextArea    FieldKind = "textarea"
	Select      FieldKind = "select"
	MultiSelect FieldKind = "multiselect"
	DateTime    FieldKind = "datetime"
	UserPicker  FieldKind = "userpicker"
	Float       FieldKind = "float"
)

// Field is a custom field.
type Field struct {
	Number   int // 10042 of customfield_10042
	Name     string
	Kind     FieldKind
	Projects []string // keys; empty: on every project
}

// Value is the value of a custom field; which part is set goes by the kind.
type Value struct {
	Text    Text
	Options []string
	Time    time.Time
	User    *User
	Number  *float64
}

// IsZero reports whether the field is empty.
func (v Value) IsZero() bool {
	return v.Text == "" && len(v.Options) == 0 && v.Time.IsZero() && v.User == nil && v.Number == nil
}

// Status is a workflow status.
type Status struct {
	ID, Name, Category string // category: "new", "indeterminate", "done"
}

// Issue is an issue as it now stands, with its history. The methods change
// both at once; the fields are for reading and for the first state.
type Issue struct {
	ID         string
	Key        string
	FormerKeys []string // before it was moved
	Project    *Project
	Type       string
	Summary    string
	Body       Text
	Status     Status
	Priority   string
	Resolution string
	Reporter   *User
	Creator    *User
	Assignee   *User
	Created    time.Time
	Updated    time.Time
	Resolved   time.Time
	Due        string
	Labels     []string
	Components []string
	Versions   []string
	Parent     *Issue

	Custom      map[int]Value // by field number
	Comments    []*Comment
	History     []*Change
	Links       []Link
	Remote      []RemoteLink
	Attachments []*Attachment
	Approvals   []*Approval
}

// Comment is a comment; Internal ones are the service desk's own notes.
type Comment struct {
	ID       string
	Author   *User
	Body     Text
	Created  time.Time
	Updated  time.Time
	Internal bool
}

// Change is one save of an issue: what changed in it, all at once.
type Change struct {
	ID     string
	At     time.Time
	Author *User
	Items  []ChangeItem
}

// ChangeItem is one field of a Change.
type ChangeItem struct {
	Field, FieldID, FieldType string
	From, FromString          string
	To, ToString              string
}

// Link ties two issues. Outward is how it reads from here to the other.
type Link struct {
	ID       string
	Type     string // "Problem/Incident"
	Inward   string // "is caused by"
	Outward  string // "causes"
	Other    *Issue
	IsInward bool // this issue is at the inward end: the other's phrase applies
}

// RemoteLink points to a page elsewhere.
type RemoteLink struct {
	ID           int
	GlobalID     string
	URL          string
	Title        string
	Summary      string
	Relationship string
	Application  string
	Resolved     bool
}

// Attachment is a file on an issue.
type Attachment struct {
	ID        string
	File      string
	MediaType string
	Author    *User
	Created   time.Time
	Content   []byte
}

// Approval is one step of a service desk's approvals.
type Approval struct {
	ID        string
	Name      string
	Decision  string // "approved", "declined", "pending"
	Created   time.Time
	Completed time.Time
	Approvers []Approver
}

// Approver is one person's part in an approval.
type Approver struct {
	User     *User
	Decision string
}

// Issue gives the issue of that key or id, also by a key that it had before
// it was moved, or nil.
func (t *Tracker) Issue(key string) *Issue {
	for _, is := range t.Issues {
		if is.Key == key || is.ID == key {
			return is
		}
		for _, k := range is.FormerKeys {
			if k == key {
				return is
			}
		}
	}
	return nil
}

// Project gives the project of that key or id, or nil.
func (t *Tracker) Project(key string) *Project {
	for _, p := range t.Projects {
		if p.Key == key || p.ID == key {
			return p
		}
	}
	return nil
}

// Field gives the custom field of that name, or nil.
func (t *Tracker) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}
