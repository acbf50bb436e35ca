package tracker

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp writes a time as Jira does, in the zone of whoever asks.
func (s *server) stamp(at time.Time) string {
	return at.In(s.Zone).Format("2006-01-02T15:04:05.000-0700")
}

func (s *server) maybe(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return s.stamp(at)
}

func (s *server) issue(q *request) {
	is, ok := q.find()
	if !ok {
		return
	}
	expand := split(q.URL.Query()["expand"])
	fields := split(q.URL.Query()["fields"])
	if len(fields) == 0 {
		fields = []string{"*all"}
	}
	q.answer(http.StatusOK, s.issueBody(q, is, fields, expand))
}

func split(values []string) []string {
	var out []string
	for _, v := range values {
		for _, p := range strings.Split(v, ",") {
			if p = strings.TrimSpace(p); p != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

func (s *server) issueBody(q *request, is *Issue, fields, expand []string) map[string]any {
	all := s.issueFields(q, is)
	chosen := choose(all, fields)
	body := map[string]any{
		"expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
		"id":     is.ID, "key": is.Key, "self": q.api("issue/" + is.ID), "fields": chosen,
	}
	if slices.Contains(expand, "names") {
		body["names"] = s.names(chosen)
	}
	if slices.Contains(expand, "renderedFields") {
		body["renderedFields"] = s.rendered(q, is, chosen)
	}
	if slices.Contains(expand, "changelog") {
		// Inside an issue Jira gives the newest first, and on Cloud no more than a hundred.
		histories := slices.Clone(is.History)
		slices.Reverse(histories)
		size := len(histories)
		if s.Flavour == Cloud {
			size = min(size, 100)
		}
		rows := []any{}
		for _, h := range histories[:size] {
			rows = append(rows, s.change(q, h))
		}
		body["changelog"] = map[string]any{"startAt": 0, "maxResults": size, "total": len(histories), "histories": rows}
	}
	return body
}

// choose keeps the fields that were asked for: ids, *all, *navigable, -id.
func choose(all map[string]any, asked []string) map[string]any {
	out := map[string]any{}
	for _, a := range asked {
		switch {
		case a == "*all":
			for k, v := range all {
				out[k] = v
			}
		case a == "*navigable":
			for k, v := range all {
				if k != "comment" && k != "attachment" && k != "worklog" {
					out[k] = v
				}
			}
		case strings.HasPrefix(a, "-"):
			if len(out) == 0 {
				out = choose(all, []string{"*all"})
			}
			delete(out, a[1:])
		default:
			if v, ok := all[a]; ok {
				out[a] = v
			}
		}
	}
	return out
}

func (s *server) names(chosen map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range systemFields() {
		if _, ok := chosen[f["id"].(string)]; ok {
			out[f["id"].(string)] = f["name"]
		}
	}
	for _, f := range s.Fields {
		if _, ok := chosen[f.ID()]; ok {
			out[f.ID()] = f.Name
		}
	}
	return out
}

func (s *server) rendered(q *request, is *Issue, chosen map[string]any) map[string]any {
	out := map[string]any{}
	for k := range chosen {
		out[k] = nil
	}
	short := func(at time.Time) any {
		if at.IsZero() {
			return nil
		}
		return at.In(s.Zone).Format("02/Jan/06 3:04 PM")
	}
	set := func(k string, v any) {
		if _, ok := chosen[k]; ok {
			out[k] = v
		}
	}
	set("description", is.Body.HTML())
	set("created", short(is.Created))
	set("updated", short(is.Updated))
	set("resolutiondate", short(is.Resolved))
	for _, f := range s.Fields {
		v := is.Custom[f.Number]
		switch {
		case f.Kind == TextArea && v.Text != "":
			set(f.ID(), v.Text.HTML())
		case f.Kind == DateTime:
			set(f.ID(), short(v.Time))
		}
	}
	return out
}

func (s *server) issueFields(q *request, is *Issue) map[string]any {
	out := map[string]any{
		"summary": is.Summary, "description": s.rich(q, is.Body), "project": s.projectBody(q, is.Project),
		"issuetype":  map[string]any{"self": q.api("issuetype/" + typeID(is.Type)), "id": typeID(is.Type), "name": is.Type, "subtask": false, "description": "", "iconUrl": q.base + "/images/icons/issuetypes/" + strings.ToLower(strings.ReplaceAll(is.Type, " ", "")) + ".svg", "avatarId": 10315},
		"status":     s.status(q, is.Status),
		"priority":   map[string]any{"self": q.api("priority/" + priorityID(is.Priority)), "id": priorityID(is.Priority), "name": is.Priority, "iconUrl": q.base + "/images/icons/priorities/" + strings.ToLower(is.Priority) + ".svg"},
		"resolution": nil, "reporter": nullable(s.user(q, is.Reporter)), "creator": nullable(s.user(q, is.Creator)), "assignee": nullable(s.user(q, is.Assignee)),
		"created": s.stamp(is.Created), "updated": s.stamp(is.Updated), "resolutiondate": s.maybe(is.Resolved),
		"duedate": nil, "labels": orEmpty(is.Labels), "components": []any{}, "fixVersions": []any{}, "versions": []any{}, "subtasks": []any{},
		"issuelinks": []any{}, "attachment": []any{}, "comment": s.commentPage(q, is, 0, 20, false), "environment": nil,
		"votes":      map[string]any{"self": q.api("issue/" + is.Key + "/votes"), "votes": 0, "hasVoted": false},
		"watches":    map[string]any{"self": q.api("issue/" + is.Key + "/watchers"), "watchCount": 2, "isWatching": false},
		"progress":   map[string]any{"progress": 0, "total": 0},
		"worklog":    map[string]any{"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []any{}},
		"lastViewed": nil, "workratio": -1, "timespent": nil, "timeestimate": nil, "timeoriginalestimate": nil, "timetracking": map[string]any{},
	}
	out["comment"].(map[string]any)["self"] = q.api("issue/" + is.ID + "/comment")
	if is.Resolution != "" {
		id := resolutionID(is.Resolution)
		out["resolution"] = map[string]any{"self": q.api("resolution/" + id), "id": id, "name": is.Resolution, "description": "Work has been completed on this issue."}
	}
	if is.Due != "" {
		out["duedate"] = is.Due
	}
	for i, c := range is.Components {
		out["components"] = append(out["components"].([]any), map[string]any{"self": q.api("component/" + fmt.Sprint(10100+i)), "id": fmt.Sprint(10100 + i), "name": c})
	}
	for i, v := range is.Versions {
		out["fixVersions"] = append(out["fixVersions"].([]any), map[string]any{"self": q.api("version/" + fmt.Sprint(10200+i)), "id": fmt.Sprint(10200 + i), "name": v, "archived": false, "released": true})
	}
	for _, l := range is.Links {
		out["issuelinks"] = append(out["issuelinks"].([]any), s.link(q, l))
	}
	for _, a := range is.Attachments {
		out["attachment"] = append(out["attachment"].([]any), s.attachmentBody(q, a))
	}
	if is.Parent != nil {
		out["parent"] = s.other(q, is.Parent)
	}
	for _, child := range s.Issues {
		if child.Parent == is {
			out["subtasks"] = append(out["subtasks"].([]any), s.other(q, child))
		}
	}
	for _, f := range s.Fields {
		if len(f.Projects) == 0 || slices.Contains(f.Projects, is.Project.Key) {
			out[f.ID()] = s.value(q, f, is.Custom[f.Number])
		}
	}
	return out
}

func nullable(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// rich gives text as the spoken version of the API does.
func (s *server) rich(q *request, t Text) any {
	if t == "" {
		return nil
	}
	if q.version == 3 {
		return t.ADF(s.nameOf)
	}
	return t.Wiki()
}

func (s *server) nameOf(account string) string {
	for _, u := range s.Users {
		if u.AccountID == account {
			return u.shownName()
		}
	}
	return account
}

func (s *server) value(q *request, f *Field, v Value) any {
	if v.IsZero() {
		return nil
	}
	option := func(o string) map[string]any {
		id := optionID(f, o)
		return map[string]any{"self": q.api("customFieldOption/" + id), "value": o, "id": id}
	}
	switch f.Kind {
	case Select:
		return option(v.Options[0])
	case MultiSelect:
		var out []any
		for _, o := range v.Options {
			out = append(out, option(o))
		}
		return out
	case DateTime:
		return s.stamp(v.Time)
	case UserPicker:
		return s.user(q, v.User)
	case Float:
		return *v.Number
	case TextArea:
		return s.rich(q, v.Text)
	}
	return string(v.Text)
}

func optionIDs(f *Field, v Value) string {
	var ids []string
	for _, o := range v.Options {
		ids = append(ids, optionID(f, o))
	}
	switch {
	case len(ids) == 0:
		return ""
	case f.Kind == Select:
		return ids[0]
	}
	return "[" + strings.Join(ids, ", ") + "]"
}

// optionID numbers an option by its text, so that equal options are equal.
func optionID(f *Field, o string) string { return fmt.Sprint(11000 + f.Number%100*100 + sum(o)%100) }

func sum(s string) int {
	n := 7
	for _, c := range []byte(s) {
		n = (n*31 + int(c)) % 100003
	}
	return n
}

func (s *server) status(q *request, st Status) map[string]any {
	category := map[string]map[string]any{
		"new":           {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
		"indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
		"done":          {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
	}[st.Category]
	category["self"] = q.api("statuscategory/" + fmt.Sprint(category["id"]))
	return map[string]any{
		"self": q.api("status/" + st.ID), "id": st.ID, "name": st.Name, "description": "", "iconUrl": q.base + "/images/icons/statuses/generic.png", "statusCategory": category,
	}
}

func (s *server) other(q *request, is *Issue) map[string]any {
	all := s.brief(q, is)
	return map[string]any{"id": is.ID, "key": is.Key, "self": q.api("issue/" + is.ID), "fields": all}
}

func (s *server) brief(q *request, is *Issue) map[string]any {
	return map[string]any{
		"summary": is.Summary, "status": s.status(q, is.Status),
		"priority":  map[string]any{"self": q.api("priority/" + priorityID(is.Priority)), "id": priorityID(is.Priority), "name": is.Priority, "iconUrl": q.base + "/images/icons/priorities/" + strings.ToLower(is.Priority) + ".svg"},
		"issuetype": map[string]any{"self": q.api("issuetype/" + typeID(is.Type)), "id": typeID(is.Type), "name": is.Type, "subtask": false, "description": "", "iconUrl": q.base + "/images/icons/issuetypes/generic.svg"},
	}
}

func (s *server) link(q *request, l Link) map[string]any {
	end := "outwardIssue"
	if l.IsInward {
		end = "inwardIssue"
	}
	id := fmt.Sprint(10000 + sum(l.Type)%100)
	return map[string]any{
		"id": l.ID, "self": q.api("issueLink/" + l.ID), end: s.other(q, l.Other),
		"type": map[string]any{"id": id, "name": l.Type, "inward": l.Inward, "outward": l.Outward, "self": q.api("issueLinkType/" + id)},
	}
}

func (s *server) change(q *request, h *Change) map[string]any {
	items := []any{}
	for _, it := range h.Items {
		item := map[string]any{
			"field": it.Field, "fieldtype": it.FieldType, "from": orNull(it.From), "fromString": orNull(it.FromString), "to": orNull(it.To), "toString": orNull(it.ToString),
		}
		if s.Flavour == Cloud && it.FieldID != "" {
			item["fieldId"] = it.FieldID
		}
		items = append(items, item)
	}
	body := map[string]any{"id": h.ID, "created": s.stamp(h.At), "items": items}
	if h.Author != nil {
		body["author"] = s.user(q, h.Author)
	}
	return body
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func typeID(name string) string { return strconv.Itoa(10000 + sum(name)%90) }
func priorityID(name string) string {
	i := slices.Index([]string{"Highest", "High", "Medium", "Low", "Lowest"}, name)
	return strconv.Itoa(cmp.Or(i+1, 3))
}

func resolutionID(name string) string {
	if name == "" {
		return ""
	}
	return strconv.Itoa(10000 + slices.Index([]string{"Done", "Won't Do", "Duplicate", "Cannot Reproduce"}, name))
}
