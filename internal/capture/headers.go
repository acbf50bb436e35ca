package capture

import (
	"net/http"
	"strings"
)

// maxHeader bounds one recorded header value.
const maxHeader = 8 << 10

// recordedHeader reports whether a response header is recorded. What is not
// named here is not: never a cookie, never a credential.
func recordedHeader(name string) bool {
	switch name {
	case "Content-Type", "Content-Disposition", "Date", "Etag", "Last-Modified", "Link", "Location",
		"Retry-After", "Deprecation", "Sunset", "Warning", "X-Next-Page", "X-Total", "X-Total-Pages",
		"X-Oauth-Scopes", "X-Accepted-Oauth-Scopes", "X-Accepted-Github-Permissions",
		"Github-Authentication-Token-Expiration", "X-Github-Sso", "X-Github-Request-Id",
		"X-Github-Media-Type", "X-Github-Enterprise-Version", "X-Github-Api-Version-Selected",
		// Jira says by these whom it takes us for, also when it answers with a 200.
		"X-Ausername", "X-Aaccountid", "X-Seraph-Loginreason", "X-Arequestid", "Atl-Traceid":
		return true
	}
	return isLimitHeader(name)
}

// isLimitHeader reports the headers that say how much may still be asked.
// They are recorded and not handed on: keeping to a limit is the transport's
// work, and an SDK that reads them in a replay would refuse to ask.
func isLimitHeader(name string) bool {
	return strings.HasPrefix(name, "X-Ratelimit-") || strings.HasPrefix(name, "Ratelimit-")
}

// recordHeader gives what is recorded of a response's headers.
func (s *secrets) recordHeader(h http.Header, cleanLocation func(string) string) http.Header {
	out := http.Header{}
	for name, values := range h {
		if !recordedHeader(http.CanonicalHeaderKey(name)) {
			continue
		}
		for _, v := range values {
			v = strings.ToValidUTF8(v, "\uFFFD")
			if len(v) > maxHeader {
				continue
			}
			if http.CanonicalHeaderKey(name) == "Location" {
				v = cleanLocation(v)
			}
			out.Add(name, s.clean(v))
		}
	}
	return out
}

// mergeHeader gives the headers of a confirmation: those of the recorded
// answer, brought up to date by the ones that came with it.
func mergeHeader(recorded, confirmation http.Header) http.Header {
	out := recorded.Clone()
	if out == nil {
		out = http.Header{}
	}
	for name, values := range confirmation {
		switch name {
		case "Content-Type", "Content-Disposition", "Location":
		default:
			out[name] = values
		}
	}
	return out
}

// foreignHeader reports the request headers that may go to a host that is not
// the configured one.
func foreignHeader(name string) bool {
	switch name {
	case "Accept", "User-Agent", "Range", "Content-Type":
		return true
	}
	return false
}
