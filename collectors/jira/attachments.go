package jira

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/tickmark-dev/tickmark/internal/capture"
	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// attachmentsTogether is how many times MaxAttachment the attachments of one
// ticket may be together.
const attachmentsTogether = 10

// attachments lists the files of the ticket and fetches those that are within
// the bounds.
func (r *reading) attachments(ctx context.Context) {
	var all []attachment
	r.decode("attachment", &all)
	left := attachmentsTogether * r.c.config.MaxAttachment
	for _, a := range all {
		out := evidence.Attachment{
			ID: a.ID, File: a.Filename, MediaType: a.MimeType, Size: a.Size,
			Author: r.c.person(a.Author), Created: r.time("attachments", a.Created), URL: a.Content,
		}
		content, err := r.c.attachment(ctx, a, left)
		r.failed("attachment "+a.ID, fmt.Sprintf("the attachment %q", a.Filename), err)
		if err == nil {
			left -= int64(len(content))
			sum := sha256.Sum256(content)
			out.Content, out.SHA256 = content, hex.EncodeToString(sum[:])
		}
		r.ticket.Attachments = append(r.ticket.Attachments, out)
	}
	slices.SortStableFunc(r.ticket.Attachments, func(a, b evidence.Attachment) int {
		return cmp.Or(a.Created.Compare(b.Created), compareIDs(a.ID, b.ID))
	})
}

// attachment fetches one file. Left is what the ticket's attachments may still
// take together.
func (c *Collector) attachment(ctx context.Context, a attachment, left int64) ([]byte, error) {
	part := "attachment " + a.ID
	if a.Size > c.config.MaxAttachment {
		return nil, &evidence.GapError{Part: part, Reason: evidence.Truncated,
			Detail: fmt.Sprintf("the attachment %q has %d bytes, more than the %d that the configuration allows, and was not fetched", a.Filename, a.Size, c.config.MaxAttachment)}
	}
	if a.Size > left {
		return nil, &evidence.GapError{Part: part, Reason: evidence.Truncated,
			Detail: fmt.Sprintf("the attachment %q was not fetched: the attachments of this ticket together have more than the %d bytes that the configuration allows", a.Filename, attachmentsTogether*c.config.MaxAttachment)}
	}
	// The file behind an attachment's id never changes: a new one gets a new id.
	req, err := http.NewRequestWithContext(capture.Immutable(ctx), http.MethodGet, c.contentURL(a), nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, refusal(resp)
	}
	if why := c.loginRefused(resp.Header); why != "" {
		return nil, &evidence.GapError{Part: part, Reason: evidence.Denied, Detail: why}
	}
	content, err := io.ReadAll(io.LimitReader(resp.Body, a.Size+1))
	if err != nil {
		return nil, err
	}
	if n := int64(len(content)); n != a.Size {
		sent := fmt.Sprint(n)
		if n > a.Size {
			sent = "more"
		}
		return nil, &evidence.GapError{Part: part, Reason: evidence.Truncated,
			Detail: fmt.Sprintf("Jira says that the attachment %q has %d bytes and sent %s; it was not kept", a.Filename, a.Size, sent)}
	}
	return content, nil
}

// contentURL gives the address of the file: Jira's own where it is on the
// configured server, else the documented one there. Nothing is fetched from
// another server because a ticket names it.
func (c *Collector) contentURL(a attachment) string {
	base := c.config.BaseURL
	if u, err := url.Parse(a.Content); err == nil && u.Scheme == base.Scheme && u.Host == base.Host && u.User == nil {
		return u.String()
	}
	if c.config.Cloud {
		return c.page(c.api + "attachment/content/" + url.PathEscape(a.ID))
	}
	return c.page("secure/attachment/" + url.PathEscape(a.ID) + "/" + url.PathEscape(a.Filename))
}
