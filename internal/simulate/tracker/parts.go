package tracker

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func (s *server) comments(q *request) {
	is, ok := q.find()
	if !ok {
		return
	}
	size := q.number("maxResults", 100)
	if s.Flavour == Cloud {
		size = min(size, 5000)
	}
	q.answer(http.StatusOK, s.commentPage(q, is, q.number("startAt", 0), size, strings.Contains(q.URL.Query().Get("expand"), "renderedBody")))
}

func (s *server) commentPage(q *request, is *Issue, start, size int, rendered bool) map[string]any {
	from, to := window(len(is.Comments), start, size)
	rows := []any{}
	for _, c := range is.Comments[from:to] {
		author := s.user(q, c.Author)
		body := map[string]any{
			"self": q.api("issue/" + is.ID + "/comment/" + c.ID), "id": c.ID, "author": author, "updateAuthor": author,
			"body": s.rich(q, c.Body), "created": s.stamp(c.Created), "updated": s.stamp(c.Updated),
		}
		if is.Project.Type == "service_desk" || s.Flavour == Cloud {
			body["jsdPublic"] = !c.Internal
		}
		if rendered {
			body["renderedBody"] = c.Body.HTML()
		}
		rows = append(rows, body)
	}
	return map[string]any{"startAt": start, "maxResults": size, "total": len(is.Comments), "comments": rows}
}

// changelog is Cloud's: the oldest first, a hundred to a page.
func (s *server) changelog(q *request) {
	if s.Flavour == DataCenter {
		s.deadLink(q.w, q.Request)
		return
	}
	is, ok := q.find()
	if !ok {
		return
	}
	start, size := q.number("startAt", 0), min(q.number("maxResults", 100), 100)
	from, to := window(len(is.History), start, size)
	rows := []any{}
	for _, h := range is.History[from:to] {
		rows = append(rows, s.change(q, h))
	}
	page := map[string]any{
		"self": q.self(start, size), "startAt": start, "maxResults": size, "total": len(is.History), "isLast": to == len(is.History), "values": rows,
	}
	if to < len(is.History) {
		page["nextPage"] = q.self(to, size)
	}
	q.answer(http.StatusOK, page)
}

func (s *server) remoteLinks(q *request) {
	is, ok := q.find()
	if !ok {
		return
	}
	rows := []any{}
	for _, l := range is.Remote {
		body := map[string]any{
			"id": l.ID, "self": q.api(fmt.Sprintf("issue/%s/remotelink/%d", is.Key, l.ID)),
			"object": map[string]any{
				"url": l.URL, "title": l.Title, "summary": l.Summary,
				"icon": map[string]any{"url16x16": q.base + "/images/remote.png", "title": l.Application}, "status": map[string]any{"resolved": l.Resolved, "icon": map[string]any{}},
			},
			"application": map[string]any{},
		}
		if l.GlobalID != "" {
			body["globalId"] = l.GlobalID
		}
		if l.Relationship != "" {
			body["relationship"] = l.Relationship
		}
		if l.Application != "" {
			body["application"] = map[string]any{"name": l.Application, "type": "com.github.integration"}
		}
		rows = append(rows, body)
	}
	q.answer(http.StatusOK, rows)
}

// holder gives an attachment and the issue that it hangs on.
func (s *server) holder(q *request) (*Issue, *Attachment, bool) {
	for _, is := range s.Issues {
		for _, a := range is.Attachments {
			if a.ID == q.PathValue("id") && q.known && !is.Project.Hidden {
				return is, a, true
			}
		}
	}
	q.refuse(http.StatusNotFound, fmt.Sprintf("The attachment with id '%s' does not exist", q.PathValue("id")))
	return nil, nil, false
}

func (s *server) attachment(q *request) {
	if _, a, ok := s.holder(q); ok {
		q.answer(http.StatusOK, s.attachmentBody(q, a))
	}
}

func (s *server) attachmentBody(q *request, a *Attachment) map[string]any {
	content := q.api("attachment/content/" + a.ID)
	if s.Flavour == DataCenter {
		content = q.base + "/secure/attachment/" + a.ID + "/" + url.PathEscape(a.File)
	}
	body := map[string]any{
		"self": q.api("attachment/" + a.ID), "id": a.ID, "filename": a.File, "author": s.user(q, a.Author),
		"created": s.stamp(a.Created), "size": len(a.Content), "mimeType": a.MediaType, "content": content,
	}
	if strings.HasPrefix(a.MediaType, "image/") {
		body["thumbnail"] = q.api("attachment/thumbnail/" + a.ID)
	}
	return body
}

// attachmentContent sends to where Cloud keeps its files: another address,
// which takes a ticket from the query and no credentials.
func (s *server) attachmentContent(q *request) {
	_, a, ok := s.holder(q)
	if !ok {
		return
	}
	if s.Flavour == DataCenter || q.URL.Query().Get("redirect") == "false" {
		serve(q.w, a)
		return
	}
	q.w.Header().Set("Location", fmt.Sprintf("http://%s/media/file/%s/binary?token=%s&name=%s", elsewhere(q.Host), a.ID, mediaTicket(a), url.QueryEscape(a.File)))
	q.w.WriteHeader(http.StatusSeeOther)
}

func (s *server) attachmentBytes(q *request) {
	if _, a, ok := s.holder(q); ok {
		serve(q.w, a)
	}
}

func mediaTicket(a *Attachment) string { return fmt.Sprintf("simulated-%d", sum(a.ID+a.File)) }

// elsewhere is the same machine by its other name, as files live on another host.
func elsewhere(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil {
		switch name {
		case "127.0.0.1":
			return net.JoinHostPort("localhost", port)
		case "localhost":
			return net.JoinHostPort("127.0.0.1", port)
		}
	}
	return host
}

// media answers like the store of files: credentials that were meant for Jira
// are refused there.
func (s *server) media(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		http.Error(w, `{"error":{"code":"JwtAuthoriser:TooManyCredentials"}}`, http.StatusBadRequest)
		return
	}
	for _, is := range s.Issues {
		for _, a := range is.Attachments {
			if a.ID == r.PathValue("id") && r.URL.Query().Get("token") == mediaTicket(a) {
				serve(w, a)
				return
			}
		}
	}
	http.Error(w, `{"error":{"code":"JwtAuthoriser:AuthorisationError"}}`, http.StatusForbidden)
}

func serve(w http.ResponseWriter, a *Attachment) {
	w.Header().Set("Content-Type", a.MediaType)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"`, a.File))
	_, _ = w.Write(a.Content) // the client went away
}

func (s *server) approvals(q *request) {
	is := s.Issue(q.PathValue("key"))
	if is == nil || !q.known || is.Project.Type != "service_desk" || is.Project.Hidden {
		status := http.StatusNotFound
		if !q.known {
			status = http.StatusUnauthorized
		}
		q.answer(status, map[string]any{
			"errorMessage":     "The request you're looking for doesn't exist or you don't have permission to view it.",
			"i18nErrorMessage": map[string]any{"i18nKey": "sd.request.not.found", "parameters": []any{}},
		})
		return
	}
	start, size := q.number("start", 0), min(q.number("limit", 50), 50)
	from, to := window(len(is.Approvals), start, size)
	rows := []any{}
	for _, a := range is.Approvals[from:to] {
		rows = append(rows, s.approval(q, is, a))
	}
	path := "/rest/servicedeskapi/request/" + is.ID + "/approval"
	links := map[string]any{"self": q.base + path, "base": q.base, "context": ""}
	if to < len(is.Approvals) {
		links["next"] = fmt.Sprintf("%s%s?start=%d&limit=%d", q.base, path, to, size)
	}
	q.answer(http.StatusOK, map[string]any{
		"_expands": []any{}, "size": len(rows), "start": start, "limit": size, "isLastPage": to == len(is.Approvals), "_links": links, "values": rows,
	})
}

func (s *server) approval(q *request, is *Issue, a *Approval) map[string]any {
	approvers := []any{}
	for _, p := range a.Approvers {
		u := s.user(q, p.User)
		u["_links"] = map[string]any{"self": u["self"], "avatarUrls": u["avatarUrls"], "jiraRest": u["self"]}
		for _, k := range []string{"self", "avatarUrls", "accountType"} {
			delete(u, k)
		}
		approvers = append(approvers, map[string]any{"approver": u, "approverDecision": p.Decision})
	}
	body := map[string]any{
		"id": a.ID, "name": a.Name, "finalDecision": a.Decision, "canAnswerApproval": false, "approvers": approvers, "createdDate": s.date(a.Created),
		"_links": map[string]any{"self": fmt.Sprintf("%s/rest/servicedeskapi/request/%s/approval/%s", q.base, is.ID, a.ID)},
	}
	if !a.Completed.IsZero() {
		body["completedDate"] = s.date(a.Completed)
	}
	return body
}

func (s *server) date(at time.Time) map[string]any {
	at = at.In(s.Zone)
	return map[string]any{
		"iso8601": at.Format("2006-01-02T15:04:05-0700"), "jira": s.stamp(at), "friendly": at.Format("02/Jan/06 3:04 PM"), "epochMillis": at.UnixMilli(),
	}
}
