package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Queries for what REST does not say. Servers that know no merge queue refuse
// the first; the second asks for the rest.
const (
	detailsHead = `query PullRequestDetails($owner: String!, $name: String!, $number: Int!, $events: String, $issues: String, $edits: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      lastEditedAt
      editor` + selectActor + `
      userContentEdits(first: 100, after: $edits) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes ` + selectEdit + `
      }
      closingIssuesReferences(first: 100, after: $issues) {
        pageInfo { hasNextPage endCursor }
        nodes { number repository { nameWithOwner } }
      }
      timelineItems(first: 100, after: $events, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, BASE_REF_FORCE_PUSHED_EVENT, BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT`
	detailsBody = `]) {
        pageInfo { hasNextPage endCursor }
        nodes {
          __typename
          ... on HeadRefForcePushedEvent { createdAt actor { __typename login } beforeCommit { oid } afterCommit { oid } }
          ... on BaseRefForcePushedEvent { createdAt actor { __typename login } beforeCommit { oid } afterCommit { oid } }
          ... on BaseRefChangedEvent { createdAt actor { __typename login } previousRefName currentRefName }
          ... on AutomaticBaseChangeSucceededEvent { createdAt actor { __typename login } oldBase newBase }`
	detailsQueue = `
          ... on RemovedFromMergeQueueEvent { createdAt actor { __typename login } beforeCommit { oid } reason }`
	detailsTail = `
        }
      }
    }
  }
}`

	queryDetails         = detailsHead + ", REMOVED_FROM_MERGE_QUEUE_EVENT" + detailsBody + detailsQueue + detailsTail
	queryDetailsOldGuard = detailsHead + detailsBody + detailsTail
)

// details is what GraphQL adds to a pull request.
type details struct {
	events     []evidence.Event
	issues     []string // "owner/name#12"
	edited     *gh.Timestamp
	editor     *actorNode
	edits      []*editNode // of the description, newest first
	editsTotal int
	editsSaid  bool // GitHub answered whether there are any
}

type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

type detailsAnswer struct {
	Repository *struct {
		PullRequest *struct {
			Edited  *gh.Timestamp         `json:"lastEditedAt"`
			Editor  *actorNode            `json:"editor"`
			Edits   *connection[editNode] `json:"userContentEdits"`
			Closing struct {
				PageInfo pageInfo `json:"pageInfo"`
				Nodes    []*struct {
					Number     int `json:"number"`
					Repository struct {
						NameWithOwner string `json:"nameWithOwner"`
					} `json:"repository"`
				} `json:"nodes"`
			} `json:"closingIssuesReferences"`
			Timeline struct {
				PageInfo pageInfo      `json:"pageInfo"`
				Nodes    []*detailNode `json:"nodes"`
			} `json:"timelineItems"`
		} `json:"pullRequest"`
	} `json:"repository"`
}

type detailNode struct {
	Type      string        `json:"__typename"`
	CreatedAt *gh.Timestamp `json:"createdAt"`
	Actor     *struct {
		Type  string `json:"__typename"`
		Login string `json:"login"`
	} `json:"actor"`
	Before      *struct{ OID string } `json:"beforeCommit"`
	After       *struct{ OID string } `json:"afterCommit"`
	PreviousRef string                `json:"previousRefName"`
	CurrentRef  string                `json:"currentRefName"`
	OldBase     string                `json:"oldBase"`
	NewBase     string                `json:"newBase"`
	Reason      string                `json:"reason"`
}

// kinds gives the REST timeline's word for a GraphQL type.
func (d *detailNode) kind() string {
	switch d.Type {
	case "HeadRefForcePushedEvent":
		return "head_ref_force_pushed"
	case "BaseRefForcePushedEvent":
		return "base_ref_force_pushed"
	case "BaseRefChangedEvent":
		return "base_ref_changed"
	case "AutomaticBaseChangeSucceededEvent":
		return "automatic_base_change_succeeded"
	case "RemovedFromMergeQueueEvent":
		return "removed_from_merge_queue"
	}
	return ""
}

// details asks GraphQL, following pages of both lists.
func (c *Collector) details(ctx context.Context, n name) (details, error) {
	owner, repo, _ := strings.Cut(n.repository, "/")
	var out details
	query := queryDetails
	variables := map[string]any{"owner": owner, "name": repo, "number": n.number, "events": nil, "issues": nil, "edits": nil}
	eventsDone, issuesDone, editsDone := false, false, false
	for page := 0; !eventsDone || !issuesDone || !editsDone; page++ {
		if page == maxPages {
			return out, fmt.Errorf("the list of details does not end; %d pages were read", page)
		}
		var a detailsAnswer
		err := c.graphql(ctx, query, variables, &a)
		if err != nil && query == queryDetails && strings.Contains(err.Error(), "REMOVED_FROM_MERGE_QUEUE_EVENT") {
			query = queryDetailsOldGuard
			continue
		}
		if err != nil {
			return out, err
		}
		if a.Repository == nil || a.Repository.PullRequest == nil {
			return out, &evidence.GapError{Reason: evidence.Ambiguous, Detail: "GitHub's GraphQL interface does not show the pull request; it does not exist or may not be seen"}
		}
		pr := a.Repository.PullRequest
		if !eventsDone {
			for _, node := range pr.Timeline.Nodes {
				if node != nil && node.kind() != "" {
					out.events = append(out.events, c.mapDetail(node))
				}
			}
			eventsDone = !pr.Timeline.PageInfo.HasNextPage
			variables["events"] = pr.Timeline.PageInfo.EndCursor
		}
		if !issuesDone {
			for _, node := range pr.Closing.Nodes {
				if node != nil && node.Number > 0 && repositoryName.MatchString(node.Repository.NameWithOwner) {
					out.issues = append(out.issues, fmt.Sprintf("%s#%d", node.Repository.NameWithOwner, node.Number))
				}
			}
			issuesDone = !pr.Closing.PageInfo.HasNextPage
			variables["issues"] = pr.Closing.PageInfo.EndCursor
		}
		out.edited, out.editor = pr.Edited, pr.Editor
		if e := pr.Edits; e != nil && !editsDone {
			out.edits, out.editsTotal, out.editsSaid = append(out.edits, e.all()...), e.Total, true
			variables["edits"] = e.PageInfo.EndCursor
		}
		editsDone = editsDone || pr.Edits == nil || !pr.Edits.PageInfo.HasNextPage
	}
	return out, nil
}

func (c *Collector) mapDetail(d *detailNode) evidence.Event {
	e := evidence.Event{Kind: d.kind(), At: at(d.CreatedAt), Message: d.Reason}
	if d.Actor != nil && d.Actor.Login != "" {
		e.Actor = &evidence.Person{System: c.cfg.Name, Login: d.Actor.Login, Type: d.Actor.Type}
	}
	if d.Before != nil {
		e.Before = d.Before.OID
	}
	if d.After != nil {
		e.After = d.After.OID
	}
	if d.Type == "BaseRefChangedEvent" {
		e.Before, e.Subject = d.PreviousRef, d.CurrentRef
	}
	if d.Type == "AutomaticBaseChangeSucceededEvent" {
		e.Before, e.Subject = d.OldBase, d.NewBase
	}
	return e
}

// graphql puts one query. GraphQL reports errors under HTTP 200; each is an
// error here, also where a part of the answer came with it.
func (c *Collector) graphql(ctx context.Context, query string, variables map[string]any, into any) error {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	header, err := c.exchange(ctx, http.MethodPost, c.graphqlURL, map[string]any{"query": query, "variables": variables}, &answer)
	if err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		e := &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub's GraphQL interface refused: " + oneLine(first.Message)}
		switch first.Type {
		case "NOT_FOUND":
			e.Reason = capture.ReasonFor(http.StatusNotFound, header, c.session.Proven(c.cfg.Name))
		case "FORBIDDEN", "INSUFFICIENT_SCOPES":
			e.Reason = evidence.Denied
		}
		return e
	}
	if len(answer.Data) == 0 || string(answer.Data) == "null" {
		return &evidence.GapError{Reason: evidence.Unreachable, Detail: "GitHub's GraphQL interface answered without data"}
	}
	if err := json.Unmarshal(answer.Data, into); err != nil {
		return &notJSON{sample: answer.Data, err: err}
	}
	return nil
}
