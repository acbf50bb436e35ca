package jira

import (
	"encoding/json"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// The types here follow Jira's answers. go-jira's own issue type is not used:
// it holds neither documents (version 3) nor the numbers that say whether a
// list is whole, and one field of an unexpected shape fails the whole ticket.

type issueBody struct {
	ID        string                        `json:"id"`
	Key       string                        `json:"key"`
	Fields    map[string]json.RawMessage    `json:"fields"`
	Names     map[string]string             `json:"names"`
	Schema    map[string]gojira.FieldSchema `json:"schema"`
	Changelog *changelogBody                `json:"changelog"`
}

type changelogBody struct {
	Total     *int      `json:"total"`
	Histories []history `json:"histories"`
}

type history struct {
	ID      string        `json:"id"`
	Author  *user         `json:"author"`
	Created string        `json:"created"`
	Items   []historyItem `json:"items"`
}

// historyItem has two forms of each value: "from" and "to" are ids or raw
// values, "fromString" and "toString" what people saw.
type historyItem struct {
	Field      string          `json:"field"`
	FieldID    string          `json:"fieldId"`
	From       json.RawMessage `json:"from"`
	FromString *string         `json:"fromString"`
	To         json.RawMessage `json:"to"`
	ToString   *string         `json:"toString"`
}

type comment struct {
	ID         string          `json:"id"`
	Author     *user           `json:"author"`
	Body       json.RawMessage `json:"body"`
	Created    string          `json:"created"`
	Updated    string          `json:"updated"`
	Public     *bool           `json:"jsdPublic"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

type attachment struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
	Author   *user  `json:"author"`
	Created  string `json:"created"`
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Content  string `json:"content"`
}

type approval struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	FinalDecision string    `json:"finalDecision"`
	Created       *deskDate `json:"createdDate"`
	Completed     *deskDate `json:"completedDate"`
	Approvers     []struct {
		Approver *user  `json:"approver"`
		Decision string `json:"approverDecision"`
	} `json:"approvers"`
}

type deskDate struct {
	ISO8601 string `json:"iso8601"`
}

func (d *deskDate) String() string {
	if d == nil {
		return ""
	}
	return d.ISO8601
}

type linkedIssue struct {
	Key    string `json:"key"`
	Fields struct {
		Summary string `json:"summary"`
		Status  named  `json:"status"`
	} `json:"fields"`
}

type issueLink struct {
	Type struct {
		Inward  string `json:"inward"`
		Outward string `json:"outward"`
	} `json:"type"`
	Inward  *linkedIssue `json:"inwardIssue"`
	Outward *linkedIssue `json:"outwardIssue"`
}

type named struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// user is an account of Cloud (accountId) or Data Center (name and key).
type user struct {
	AccountID   string `json:"accountId"`
	AccountType string `json:"accountType"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	DisplayName string `json:"displayName"`
	Email       string `json:"emailAddress"`
}

// person gives the account, or nil where Jira names nobody. The account id
// "unknown" stands for every deleted account of Cloud and so identifies none.
func (c *Collector) person(u *user) *evidence.Person {
	if u == nil {
		return nil
	}
	p := evidence.Person{Login: u.Name, ID: u.AccountID, Name: u.DisplayName, Email: u.Email, Type: u.AccountType}
	if p.ID == "" {
		p.ID = u.Key
	}
	if u.AccountID == "unknown" {
		p.ID = ""
	}
	if (p == evidence.Person{Type: p.Type}) {
		return nil
	}
	p.System = c.config.Name
	return &p
}

// parseTime reads Jira's times: "2020-06-12T08:13:13.360+0800", and RFC 3339.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// isNull reports whether a member is absent or null.
func isNull(raw json.RawMessage) bool {
	s := strings.TrimSpace(string(raw))
	return s == "" || s == "null"
}
