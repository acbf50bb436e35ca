package forge

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// storagePath is where logs and artifacts are kept. GitHub keeps them on
// another host, behind URLs that are signed and refuse any other credential.
const storagePath = "/_storage/"

// store gives the signed URL of one file: "job/12", "run/34/1", "artifact/56".
func (c *call) store(r *Repo, name string) redirect {
	base := c.o.Storage
	if base == "" {
		host, port, _ := strings.Cut(c.r.Host, ":")
		switch host {
		case "127.0.0.1":
			host = "localhost"
		case "localhost":
			host = "127.0.0.1"
		}
		base, _, _ = strings.Cut(c.api, "//")
		base += "//" + host
		if port != "" {
			base += ":" + port
		}
	}
	at := r.full() + "/" + name
	expires := c.o.Now().UTC().Add(10 * time.Minute).Truncate(10 * time.Minute).Format(time.RFC3339)
	return redirect(fmt.Sprintf("%s%s%s?se=%s&sig=%s&sp=r&sv=2021-12-02", strings.TrimSuffix(base, "/"), storagePath, at, strings.ReplaceAll(expires, ":", "%3A"), SHA("signature", at)))
}

func gone(message string) error { return &failure{status: http.StatusGone, message: message} }

func (c *call) old(r *Repo, t time.Time) bool {
	return !t.IsZero() && c.o.Now().After(t.AddDate(0, 0, r.retention()))
}

func (c *call) getJobLogs(j job) (any, error) {
	switch {
	case j.LogExpired || j.run.LogsExpired || c.old(j.run.r, later(j.Job.Created, j.Completed)):
		return nil, gone("Gone")
	case j.text() == "":
		return nil, notFound()
	}
	return c.store(j.run.r, "job/"+strconv.FormatInt(j.ID, 10)), nil
}

func (j *Job) text() string {
	if j.Log == "" && j.LogFunc != nil {
		return j.LogFunc()
	}
	return j.Log
}

func (c *call) getRunLogs(u run) (any, error) {
	n, err := c.nth(u)
	if err != nil {
		return nil, err
	}
	if u.LogsExpired || c.old(u.r, later(u.Created, u.Attempts[n-1].Updated)) {
		return nil, gone("Gone")
	}
	return c.store(u.r, fmt.Sprintf("run/%d/%d", u.ID, n)), nil
}

func (s *site) artifact(a artifact) object {
	api := fmt.Sprintf("%s/actions/artifacts/%d", s.repoURL(a.r), a.Artifact.ID)
	expires := a.expires()
	size, digest := a.Size, a.Digest
	if a.Files != nil {
		b := a.zip()
		if size == 0 {
			size = int64(len(b))
		}
		if digest == "" {
			sum := sha256.Sum256(b)
			digest = "sha256:" + hex.EncodeToString(sum[:])
		}
	}
	return object{
		"id": a.Artifact.ID, "node_id": nodeID("AR", a.r.ID, a.Artifact.ID), "name": a.Name, "size_in_bytes": size, "url": api,
		"archive_download_url": api + "/zip", "expired": s.expired(a), "created_at": at(a.Artifact.Created), "expires_at": at(expires),
		"updated_at": at(a.Artifact.Created), "digest": orNull(digest),
		"workflow_run": object{"id": a.run.ID, "repository_id": a.r.ID, "head_repository_id": a.r.ID, "head_branch": a.Branch, "head_sha": a.SHA},
	}
}

func (a artifact) expires() time.Time {
	if a.Expires.IsZero() {
		return a.Artifact.Created.AddDate(0, 0, a.r.retention())
	}
	return a.Expires
}

func (s *server) expired(a artifact) bool { return a.Expired || s.o.Now().After(a.expires()) }

func (c *call) listArtifacts(u run) (any, error) {
	var list []artifact
	for _, a := range u.Artifacts {
		if want := c.r.URL.Query().Get("name"); want == "" || want == a.Name {
			list = append(list, artifact{u, a})
		}
	}
	return object{"total_count": len(list), "artifacts": paged(c, list, func(a artifact) any { return c.artifact(a) })}, nil
}

func (c *call) getArtifact(a artifact) (any, error) { return c.artifact(a), nil }

func (c *call) getArtifactZip(a artifact) (any, error) {
	if c.expired(a) {
		return nil, gone("Artifact has expired")
	}
	return c.store(a.r, "artifact/"+strconv.FormatInt(a.Artifact.ID, 10)), nil
}

func (a *Artifact) zip() []byte {
	files := a.Files
	if files == nil && a.FilesFunc != nil {
		files = a.FilesFunc()
	}
	return zipped(files, a.Created)
}

// zipped makes a zip whose bytes depend on its arguments alone.
func zipped(files []ArtifactFile, at time.Time) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: at.UTC()})
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	_ = z.Close() // a buffer takes everything
	return b.Bytes()
}

// serveStorage answers for a signed URL. It refuses a request that brings a
// credential besides, as GitHub's storage does.
func (s *server) serveStorage(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>The request was refused.</Message></Error>", code)
	}
	name := strings.TrimPrefix(r.URL.Path, storagePath)
	expires, err := time.Parse(time.RFC3339, r.URL.Query().Get("se"))
	switch {
	case r.Header.Get("Authorization") != "":
		refuse(http.StatusUnauthorized, "InvalidAuthenticationInfo")
		return
	case err != nil || r.URL.Query().Get("sig") != SHA("signature", name) || s.o.Now().After(expires):
		refuse(http.StatusForbidden, "AuthenticationFailed")
		return
	}
	kind, body := s.stored(name)
	if body == nil {
		refuse(http.StatusNotFound, "BlobNotFound")
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("ETag", `"`+SHA("stored", name)+`"`)
	_, _ = w.Write(body) // the caller hung up: nobody to tell
}

// stored gives the file of that name: "owner/repo/job/12" and so on.
func (s *server) stored(name string) (kind string, body []byte) {
	parts := strings.Split(name, "/")
	if len(parts) < 4 {
		return "", nil
	}
	r := s.repos[strings.ToLower(parts[0]+"/"+parts[1])]
	id, err := strconv.ParseInt(parts[3], 10, 64)
	if r == nil || err != nil {
		return "", nil
	}
	switch parts[2] {
	case "job":
		if j, ok := r.idx.jobByID[id]; ok {
			return "text/plain; charset=utf-8", []byte("\uFEFF" + j.text())
		}
	case "artifact":
		if a, ok := r.idx.artifacts[id]; ok {
			return "application/zip", a.zip()
		}
	case "run":
		u := r.idx.runByID[id]
		if u == nil || len(parts) < 5 {
			return "", nil
		}
		n, err := strconv.Atoi(parts[4])
		if err != nil || n < 1 || n > len(u.Attempts) {
			return "", nil
		}
		var files []ArtifactFile
		for i, j := range u.Attempts[n-1].Jobs {
			name := fmt.Sprintf("%d_%s.txt", i, strings.NewReplacer("/", "_", ":", "_").Replace(j.Name))
			files = append(files, ArtifactFile{name, []byte("\uFEFF" + j.text())})
		}
		return "application/zip", zipped(files, u.Created)
	}
	return "", nil
}
