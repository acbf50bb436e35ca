package tracker

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (s *server) serverInfo(q *request) {
	version, numbers, build := "1001.0.0-SNAPSHOT", []int{1001, 0, 0}, 100294
	if s.Flavour == DataCenter {
		version, numbers, build = "9.12.15", []int{9, 12, 15}, 9120015
	}
	info := map[string]any{
		"baseUrl": q.base, "version": version, "versionNumbers": numbers, "deploymentType": string(s.Flavour),
		"buildNumber": build, "buildDate": "2026-06-28T16:11:08.000+0200", "serverTime": s.stamp(s.Now),
		"scmInfo": "8ab7c1d2f0e54b6c9d3a2f1e0b9c8d7e6f5a4b3c", "serverTitle": s.Title,
	}
	if s.Flavour == Cloud {
		info["displayUrl"] = q.base
		info["serverTimeZone"] = s.Zone.String()
		info["defaultLocale"] = map[string]any{"locale": "en_US"}
	}
	q.answer(http.StatusOK, info)
}

func (s *server) myself(q *request) {
	if !q.login() {
		return
	}
	me := s.user(q, s.Self)
	me["locale"] = "en_US"
	me["groups"] = map[string]any{"size": 2, "items": []any{}}
	me["applicationRoles"] = map[string]any{"size": 1, "items": []any{}}
	me["expand"] = "groups,applicationRoles"
	q.answer(http.StatusOK, me)
}

// permissionList is what mypermissions knows of.
func permissionList() []string {
	return []string{"BROWSE_PROJECTS", "ADMINISTER", "ADMINISTER_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES", "VIEW_DEV_TOOLS", "SYSTEM_ADMIN"}
}

func (s *server) permissions(q *request) {
	asked := strings.FieldsFunc(q.URL.Query().Get("permissions"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(asked) == 0 {
		if s.Flavour == Cloud {
			q.refuse(http.StatusBadRequest, "The 'permissions' query parameter is required.")
			return
		}
		asked = permissionList()
	}
	p := s.Project(q.URL.Query().Get("projectKey"))
	out := map[string]any{}
	for i, name := range asked {
		if !slices.Contains(permissionList(), name) {
			q.refuse(http.StatusBadRequest, fmt.Sprintf("Unrecognized permission: %s", name))
			return
		}
		global := name == "ADMINISTER" || name == "SYSTEM_ADMIN"
		have := q.known && (slices.Contains(s.Permissions, name) || name == "BROWSE_PROJECTS" && (p == nil || !p.Hidden))
		kind := "PROJECT"
		if global {
			kind = "GLOBAL"
		}
		out[name] = map[string]any{
			"id": fmt.Sprint(10 + i), "key": name, "name": strings.ReplaceAll(strings.ToLower(name), "_", " "),
			"type": kind, "description": "Ability to " + strings.ReplaceAll(strings.ToLower(name), "_", " ") + ".", "havePermission": have,
		}
	}
	q.answer(http.StatusOK, map[string]any{"permissions": out})
}

func (s *server) visible(q *request) []*Project {
	var out []*Project
	for _, p := range s.Projects {
		if q.known && !p.Hidden {
			out = append(out, p)
		}
	}
	return out
}

func (s *server) projects(q *request) {
	out := []any{}
	for _, p := range s.visible(q) {
		out = append(out, s.projectBody(q, p))
	}
	q.answer(http.StatusOK, out)
}

func (s *server) projectSearch(q *request) {
	if s.Flavour == DataCenter {
		s.deadLink(q.w, q.Request)
		return
	}
	all := s.visible(q)
	if keys := q.URL.Query()["keys"]; len(keys) > 0 {
		all = slices.DeleteFunc(all, func(p *Project) bool { return !slices.Contains(keys, p.Key) })
	}
	start, size := q.number("startAt", 0), min(q.number("maxResults", 50), 100)
	from, to := window(len(all), start, size)
	values := []any{}
	for _, p := range all[from:to] {
		values = append(values, s.projectBody(q, p))
	}
	page := map[string]any{
		"self": q.self(start, size), "maxResults": size, "startAt": start, "total": len(all), "isLast": to == len(all), "values": values,
	}
	if to < len(all) {
		page["nextPage"] = q.self(to, size)
	}
	q.answer(http.StatusOK, page)
}

func (s *server) project(q *request) {
	p := s.Project(q.PathValue("key"))
	if p == nil || p.Hidden || !q.known {
		q.refuse(http.StatusNotFound, fmt.Sprintf("No project could be found with key '%s'.", q.PathValue("key")))
		return
	}
	body := s.projectBody(q, p)
	body["description"] = p.Description
	if p.Lead != nil {
		body["lead"] = s.user(q, p.Lead)
	}
	body["assigneeType"] = "UNASSIGNED"
	body["components"] = []any{}
	body["versions"] = []any{}
	body["roles"] = map[string]any{}
	q.answer(http.StatusOK, body)
}

func (s *server) projectBody(q *request, p *Project) map[string]any {
	body := map[string]any{
		"id": p.ID, "key": p.Key, "name": p.Name, "self": q.api("project/" + p.ID), "projectTypeKey": p.Type,
		"expand": "description,lead,issueTypes,url,projectKeys,permissions,insight", "avatarUrls": avatars(q.base, "project/"+p.ID),
	}
	if s.Flavour == Cloud {
		body["simplified"], body["style"], body["isPrivate"], body["properties"] = false, "classic", false, map[string]any{}
	}
	return body
}

func (s *server) fields(q *request) {
	var out []any
	for _, f := range systemFields() {
		out = append(out, f)
	}
	if !q.known {
		out = out[:5]
	} else {
		for _, f := range s.Fields {
			out = append(out, map[string]any{
				"id": f.ID(), "key": f.ID(), "name": f.Name, "untranslatedName": f.Name, "custom": true, "orderable": true, "navigable": true, "searchable": true,
				"clauseNames": []string{fmt.Sprintf("cf[%d]", f.Number), f.Name}, "schema": f.schema(),
			})
		}
	}
	if s.Flavour == DataCenter {
		for _, f := range out {
			delete(f.(map[string]any), "key")
			delete(f.(map[string]any), "untranslatedName")
		}
	}
	q.answer(http.StatusOK, out)
}

// ID is the field's name in the API.
func (f *Field) ID() string { return fmt.Sprintf("customfield_%d", f.Number) }

func (f *Field) schema() map[string]any {
	const types = "com.atlassian.jira.plugin.system.customfieldtypes:"
	s := map[string]any{"customId": f.Number, "custom": types + string(f.Kind)}
	switch f.Kind {
	case Select:
		s["type"] = "option"
	case MultiSelect:
		s["type"], s["items"] = "array", "option"
	case DateTime:
		s["type"] = "datetime"
	case UserPicker:
		s["type"] = "user"
	case Float:
		s["type"] = "number"
	default:
		s["type"] = "string"
	}
	return s
}

// systemFields are those that every Jira has, in the order of its answer.
func systemFields() []map[string]any {
	var out []map[string]any
	for _, row := range [][3]string{
		{"summary", "Summary", "string"}, {"issuetype", "Issue Type", "issuetype"}, {"status", "Status", "status"}, {"priority", "Priority", "priority"},
		{"created", "Created", "datetime"}, {"updated", "Updated", "datetime"}, {"resolutiondate", "Resolved", "datetime"}, {"resolution", "Resolution", "resolution"},
		{"description", "Description", "string"}, {"reporter", "Reporter", "user"}, {"creator", "Creator", "user"}, {"assignee", "Assignee", "user"},
		{"duedate", "Due date", "date"}, {"labels", "Labels", "array"}, {"components", "Components", "array"}, {"fixVersions", "Fix versions", "array"},
		{"issuelinks", "Linked Issues", "array"}, {"attachment", "Attachment", "array"}, {"comment", "Comment", "comments-page"}, {"project", "Project", "project"},
		{"parent", "Parent", "issuelink"}, {"subtasks", "Sub-tasks", "array"},
	} {
		schema := map[string]any{"type": row[2], "system": row[0]}
		if row[2] == "array" {
			schema["items"] = map[string]string{"labels": "string", "components": "component", "fixVersions": "version", "issuelinks": "issuelinks", "attachment": "attachment", "subtasks": "issuelinks"}[row[0]]
		}
		out = append(out, map[string]any{
			"id": row[0], "key": row[0], "name": row[1], "custom": false, "orderable": true, "navigable": true, "searchable": true,
			"clauseNames": []string{row[0]}, "schema": schema,
		})
	}
	return out
}

// user is an account as it occurs in other bodies.
func (s *server) user(q *request, u *User) map[string]any {
	if u == nil {
		return nil
	}
	body := map[string]any{
		"displayName": u.shownName(), "active": !u.Inactive && !u.Deleted, "timeZone": u.Zone,
		"avatarUrls": avatars(q.base, "user/"+u.AccountID),
	}
	if s.Flavour == DataCenter {
		body["self"] = q.api("user?username=" + u.Username)
		body["name"], body["key"], body["emailAddress"] = u.Username, "JIRAUSER"+u.AccountID[max(0, len(u.AccountID)-5):], u.Email
		return body
	}
	body["self"] = q.api("user?accountId=" + u.AccountID)
	body["accountId"], body["accountType"] = u.AccountID, "atlassian"
	if u.Type != "" {
		body["accountType"] = u.Type
	}
	if u == s.Self { // others' addresses are hidden by their profile settings
		body["emailAddress"] = u.Email
	}
	return body
}

func (u *User) shownName() string {
	if u.Deleted {
		return "Former user"
	}
	return u.Name
}

func avatars(base, of string) map[string]any {
	out := map[string]any{}
	for _, size := range []string{"16x16", "24x24", "32x32", "48x48"} {
		out[size] = base + "/avatar/" + of + "?size=" + size
	}
	return out
}

// api gives the address of a record, in the version that is being spoken.
func (q *request) api(path string) string {
	return fmt.Sprintf("%s/rest/api/%d/%s", q.base, q.version, path)
}

// self gives the address of a page of what was asked for.
func (q *request) self(start, size int) string {
	return fmt.Sprintf("%s%s?maxResults=%d&startAt=%d", q.base, q.URL.Path, size, start)
}
