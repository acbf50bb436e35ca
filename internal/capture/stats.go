package capture

import "sync/atomic"

// Stats counts what a session did.
type Stats struct {
	Requests      int64 // sent, each attempt and not counting redirects
	Downloads     int64 // answered with a new body (2xx)
	NotModified   int64 // answered with "unchanged" (304)
	Replayed      int64 // answered from the vault without asking
	Retries       int64 // attempts after the first
	BytesReceived int64 // of bodies, after decompression
}

type counters struct {
	requests, downloads, notModified, replayed, retries, bytes atomic.Int64
}

// Stats gives what the session did so far.
func (s *Session) Stats() Stats {
	c := &s.stats
	return Stats{
		Requests: c.requests.Load(), Downloads: c.downloads.Load(), NotModified: c.notModified.Load(),
		Replayed: c.replayed.Load(), Retries: c.retries.Load(), BytesReceived: c.bytes.Load(),
	}
}
