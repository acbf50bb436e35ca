package evidence

import "time"

// Ticket is a change request or an issue, with its whole history.
type Ticket struct {
	Key        string    `json:"key"` // as the source now calls it
	Requested  string    `json:"requested,omitempty"`
	URL        string    `json:"url"`
	Project    string    `json:"project,omitempty"`
	Type       string    `json:"type,omitempty"`
	Title      string    `json:"title"`
	Status     string    `json:"status,omitempty"`
	Resolution string    `json:"resolution,omitempty"`
	Priority   string    `json:"priority,omitempty"`
	Body       Text      `json:"body"`
	Reporter   *Person   `json:"reporter,omitempty"`
	Creator    *Person   `json:"creator,omitempty"`
	Assignee   *Person   `json:"assignee,omitempty"`
	Created    time.Time `json:"created,omitzero"`
	Updated    time.Time `json:"updated,omitzero"`
	Resolved   time.Time `json:"resolved,omitzero"`
	Due        string    `json:"due,omitempty"` // a date alone, as the source writes it
	Labels     []string  `json:"labels,omitempty"`
	Components []string  `json:"components,omitempty"`
	Versions   []string  `json:"versions,omitempty"`

	// Fields are the configured custom fields in the order of their names.
	// One that the source does not know is a gap and not listed.
	Fields      []Field          `json:"fields,omitempty"`
	Comments    []Comment        `json:"comments,omitempty"`
	History     []HistoryEntry   `json:"history,omitempty"` // oldest first, whole
	Attachments []Attachment     `json:"attachments,omitempty"`
	Approvals   []TicketApproval `json:"approvals,omitempty"`
	Related     []TicketLink     `json:"related,omitempty"`
	Remote      []RemoteLink     `json:"remote,omitempty"`

	// Deployed is when, by the configured field or status, the ticket says
	// that the change went live; zero where it says nothing. DeployedBasis
	// names the field or transition.
	Deployed      time.Time `json:"deployed,omitzero"`
	DeployedBy    *Person   `json:"deployed_by,omitempty"`
	DeployedBasis string    `json:"deployed_basis,omitempty"`
	// DeployedDay is set where the ticket names only the day: Deployed is then
	// the start of that day in UTC, and the time of day is not known.
	DeployedDay bool `json:"deployed_day,omitempty"`
}

// Field is one configured custom field.
type Field struct {
	Name  string `json:"name"`  // the configuration's word: "risk", "rollback_plan"
	Title string `json:"title"` // the source's: "Risk level"
	ID    string `json:"id"`    // the source's: "customfield_10042"
	Value Text   `json:"value"` // empty where the field is empty
}

// Field gives the configured field of that name; ok is false where the ticket
// does not have it.
func (t *Ticket) Field(name string) (f Field, ok bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// HistoryEntry is one change of one field.
type HistoryEntry struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Author *Person   `json:"author,omitempty"`
	Field  string    `json:"field"`
	// FieldID is the field's lasting identity ("customfield_10042"), where the
	// source gives it: names can be changed.
	FieldID string `json:"field_id,omitempty"`
	From    string `json:"from"`
	To      string `json:"to"`
}

// Attachment is a file on a ticket.
type Attachment struct {
	ID        string    `json:"id"`
	File      string    `json:"file"`
	MediaType string    `json:"media_type,omitempty"`
	Size      int64     `json:"size"`
	Author    *Person   `json:"author,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	URL       string    `json:"url,omitempty"`
	SHA256    string    `json:"sha256,omitempty"` // "" where it was not fetched; a gap says why
	Content   []byte    `json:"-"`
}

// TicketApproval is one approval step of a service desk.
type TicketApproval struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Decision  string     `json:"decision"` // of the step: "approved", "declined", "pending"
	Created   time.Time  `json:"created,omitzero"`
	Completed time.Time  `json:"completed,omitzero"`
	Approvers []Decision `json:"approvers,omitempty"`
}

// Decision is one person's part in an approval step.
type Decision struct {
	Person   *Person `json:"person,omitempty"`
	Decision string  `json:"decision"`
}

// TicketLink is a link to another ticket.
type TicketLink struct {
	Relation string `json:"relation"` // as it reads from this ticket: "is caused by"
	Key      string `json:"key"`
	Title    string `json:"title,omitempty"`
	Status   string `json:"status,omitempty"`
}

// RemoteLink is a link to a page elsewhere.
type RemoteLink struct {
	Title        string `json:"title,omitempty"`
	URL          string `json:"url"`
	Relationship string `json:"relationship,omitempty"`
	Application  string `json:"application,omitempty"`
}
