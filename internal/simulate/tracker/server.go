package tracker

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// server answers for one tracker.
type server struct {
	*Tracker
}

// Handler serves the tracker.
func (t *Tracker) Handler() http.Handler {
	s := &server{t}
	mux := http.NewServeMux()
	for _, v := range []string{"2", "3", "latest"} {
		if v == "3" && t.Flavour == DataCenter {
			continue
		}
		at := "GET /rest/api/" + v + "/"
		version := 3
		if v != "3" {
			version = 2
		}
		route := func(path string, h func(*request)) { mux.Handle(at+path, s.handle(version, h)) }
		route("serverInfo", s.serverInfo)
		route("myself", s.myself)
		route("mypermissions", s.permissions)
		route("field", s.fields)
		route("project", s.projects)
		route("project/search", s.projectSearch)
		route("project/{key}", s.project)
		route("issue/{key}", s.issue)
		route("issue/{key}/comment", s.comments)
		route("issue/{key}/changelog", s.changelog)
		route("issue/{key}/remotelink", s.remoteLinks)
		route("search", s.search)
		route("search/jql", s.searchJQL)
		route("attachment/{id}", s.attachment)
		route("attachment/content/{id}", s.attachmentContent)
		mux.Handle("POST /rest/api/"+v+"/search", s.handle(version, s.search))
		mux.Handle("POST /rest/api/"+v+"/search/jql", s.handle(version, s.searchJQL))
		mux.Handle("POST /rest/api/"+v+"/search/approximate-count", s.handle(version, s.approximateCount))
	}
	mux.Handle("GET /rest/servicedeskapi/request/{key}/approval", s.handle(2, s.approvals))
	mux.Handle("GET /secure/attachment/{id}/{file}", s.handle(2, s.attachmentBytes))
	mux.HandleFunc("GET /media/file/{id}/binary", s.media)
	mux.Handle("GET /browse/{key}", s.handle(2, s.browse))
	mux.HandleFunc("/", s.deadLink)
	return mux
}

// request is one request with what is known of who asks.
type request struct {
	*server
	*http.Request
	w       http.ResponseWriter
	version int
	base    string
	known   bool // with working credentials
}

func (s *server) handle(version int, h func(*request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{server: s, Request: r, w: w, version: version, base: "http://" + r.Host}
		tried := r.Header.Get("Authorization") != ""
		q.known = tried && s.authorized(r)
		w.Header().Set("X-Arequestid", "5f1b3d0e8a7c4f6d9b2e")
		w.Header().Set("Cache-Control", "no-cache, no-store, no-transform")
		switch {
		case q.known:
			w.Header().Set("X-Aaccountid", s.Self.AccountID)
			w.Header().Set("X-Seraph-LoginReason", "OK")
		case tried:
			w.Header().Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
			if s.Flavour == DataCenter {
				w.Header().Set("WWW-Authenticate", `OAuth realm="`+q.base+`"`)
				w.Header().Set("Content-Type", "text/html;charset=UTF-8")
				w.WriteHeader(http.StatusUnauthorized)
				fmt.Fprint(w, "<html><head><title>Unauthorized (401)</title></head><body><h1>Unauthorized (401)</h1><p>Encountered a <code>\"401 - Unauthorized\"</code> error while loading this page.</p></body></html>")
				return
			}
			w.Header().Set("X-Failure-Category", "FAILURE_CLIENT_AUTH_MISMATCH")
		}
		h(q)
	})
}

func (s *server) authorized(r *http.Request) bool {
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	if user, token, ok := r.BasicAuth(); ok {
		return same(user, s.BasicUser) && same(token, s.Token)
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && same(token, s.Token)
}

func (q *request) answer(status int, v any) {
	q.w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	q.w.WriteHeader(status)
	enc := json.NewEncoder(q.w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client went away
}

func (q *request) refuse(status int, messages ...string) {
	q.answer(status, map[string]any{"errorMessages": messages, "errors": map[string]any{}})
}

// login refuses strangers.
func (q *request) login() bool {
	if q.known {
		return true
	}
	q.answer(http.StatusUnauthorized, map[string]any{
		"message": "Client must be authenticated to access this resource.", "status-code": 401,
	})
	return false
}

// find gives the issue that the request names, if whoever asks may see it.
func (q *request) find() (*Issue, bool) {
	is := q.Issue(q.PathValue("key"))
	if is == nil || !q.known || is.Project.Hidden {
		message := "Issue does not exist or you do not have permission to see it."
		if q.Flavour == DataCenter && is == nil {
			message = "Issue Does Not Exist"
		}
		q.refuse(http.StatusNotFound, message)
		return nil, false
	}
	return is, true
}

// number reads a whole number from the query.
func (q *request) number(name string, otherwise int) int {
	n, err := strconv.Atoi(q.URL.Query().Get(name))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// window cuts one page out of n rows.
func window(n, start, size int) (from, to int) {
	from = min(start, n)
	return from, min(from+size, n)
}

func (s *server) deadLink(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/rest/") {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"message":"null for uri: http://%s%s","status-code":404}`, r.Host, r.URL.Path)
		return
	}
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, "<html><head><title>Oops, you&#39;ve found a dead link. - JIRA</title></head><body><h1>Oops, you&#39;ve found a dead link.</h1></body></html>")
}

func (s *server) browse(q *request) {
	is := s.Issue(q.PathValue("key"))
	q.w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	if is == nil {
		q.w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(q.w, "<h1>Issue does not exist</h1>")
		return
	}
	fmt.Fprintf(q.w, "<!doctype html><title>[%s] %s</title><p><em>%s</em></p><h1>%s %s</h1><p>%s, %s</p>%s",
		html.EscapeString(is.Key), html.EscapeString(is.Summary), html.EscapeString(s.Notice), html.EscapeString(is.Key),
		html.EscapeString(is.Summary), html.EscapeString(is.Type), html.EscapeString(is.Status.Name), is.Body.HTML())
}
