package prometheus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// maxErrorBody bounds what is read of an answer that is an error.
const maxErrorBody = 64 << 10

const runtimeInfo = "/api/v1/status/runtimeinfo"

// remarks are what the server says about an answer.
type remarks struct {
	Warnings []string `json:"warnings"`
	Infos    []string `json:"infos"`
}

// statusError is an answer that is not a success.
type statusError struct {
	status  int
	header  http.Header
	kind    string // the server's word: "bad_data", "timeout"
	message string
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("the server answered %d", e.status)
	if e.kind != "" || e.message != "" {
		s += ": " + strings.TrimPrefix(e.kind+": "+e.message, ": ")
	}
	return s
}

type envelope struct {
	Status    string          `json:"status"`
	Data      json.RawMessage `json:"data"`
	ErrorType string          `json:"errorType"`
	Error     string          `json:"error"`
	remarks
}

// address gives the URL of a path under the base URL.
func (c *Collector) address(path string) string {
	base := *c.config.BaseURL
	base.RawQuery, base.Fragment = "", ""
	return strings.TrimSuffix(base.String(), "/") + "/" + strings.TrimPrefix(path, "/")
}

// get asks for path and decodes the data of the answer into v. The error of an
// answer that is not a success is a *statusError.
func (c *Collector) get(ctx context.Context, path string, params url.Values, v any) (remarks, error) {
	address := c.address(path)
	if len(params) > 0 {
		address += "?" + params.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return remarks{}, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return remarks{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return remarks{}, refusal(resp)
	}
	body, err := io.ReadAll(resp.Body) // bounded by the transport
	if err != nil {
		return remarks{}, err
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return remarks{}, fmt.Errorf("the answer is not that of a Prometheus server: %w", err)
	}
	if e.Status != "success" {
		return remarks{}, &statusError{status: resp.StatusCode, header: resp.Header, kind: e.ErrorType, message: cut(cmp.Or(e.Error, "no success"))}
	}
	if err := json.Unmarshal(e.Data, v); err != nil {
		return remarks{}, fmt.Errorf("the data in the answer could not be read: %w", err)
	}
	return e.remarks, nil
}

func refusal(resp *http.Response) *statusError {
	e := &statusError{status: resp.StatusCode, header: resp.Header}
	// A body cut short or of another kind leaves the message empty: the status stands.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	var said envelope
	if json.Unmarshal(body, &said) == nil {
		e.kind, e.message = cut(said.ErrorType), cut(said.Error)
	}
	return e
}

// cut bounds a message of the server.
func cut(s string) string {
	const most = 500
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// matrix is the data of a range query.
type matrix struct {
	Type   string `json:"resultType"`
	Result []struct {
		Metric     map[string]string    `json:"metric"`
		Values     [][2]json.RawMessage `json:"values"`
		Histograms []json.RawMessage    `json:"histograms"`
	} `json:"result"`
}

// series gives the series in order of their labels, and counts those that are
// histograms and have no values.
func (m matrix) series() (all []evidence.Series, histograms int, err error) {
	if m.Type != "matrix" {
		return nil, 0, fmt.Errorf("it is of the type %q instead of matrix", m.Type)
	}
	for _, r := range m.Result {
		if len(r.Histograms) > 0 {
			histograms++
		}
		if len(r.Values) == 0 {
			continue
		}
		s := evidence.Series{Labels: labels(r.Metric), Points: make([]evidence.Point, 0, len(r.Values))}
		for _, v := range r.Values {
			p, err := point(v)
			if err != nil {
				return nil, 0, err
			}
			s.Points = append(s.Points, p)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b evidence.Series) int { return strings.Compare(a.Labels, b.Labels) })
	return all, histograms, nil
}

// point reads [1435781430.781, "1"]. Values such as NaN and +Inf are text for
// that reason.
func point(v [2]json.RawMessage) (evidence.Point, error) {
	seconds, err := strconv.ParseFloat(string(v[0]), 64)
	if err != nil || math.Abs(seconds) > 1e12 {
		return evidence.Point{}, fmt.Errorf("time %s of a point is no number of seconds", v[0])
	}
	var text string
	if err := json.Unmarshal(v[1], &text); err != nil {
		return evidence.Point{}, fmt.Errorf("value %s of a point is no text", v[1])
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return evidence.Point{}, fmt.Errorf("value %q of a point is no number", text)
	}
	return evidence.Point{At: time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), Value: value}, nil
}

// labels writes labels as {a="b", c="d"}, in order of name; "" for none.
func labels(metric map[string]string) string {
	if len(metric) == 0 {
		return ""
	}
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(metric)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + "=" + strconv.Quote(metric[name]))
	}
	return "{" + b.String() + "}"
}

// retention asks how long the server keeps data: the time, and its own words.
// Both are zero where it does not say; it may keep data by size alone.
func (c *Collector) retention(ctx context.Context) (time.Duration, string) {
	var info struct {
		Retention string `json:"storageRetention"`
	}
	if _, err := c.get(ctx, runtimeInfo, nil, &info); err != nil {
		return 0, ""
	}
	// "15d", or "15d or 10GiB" where the size also counts.
	for _, part := range strings.Split(info.Retention, " or ") {
		if d, ok := parseDuration(part); ok {
			return d, info.Retention
		}
	}
	return 0, ""
}

// parseDuration reads Prometheus's durations: "1y2w3d4h5m6s7ms".
func parseDuration(s string) (time.Duration, bool) {
	units := []struct {
		name string
		unit time.Duration
	}{
		{"y", 365 * 24 * time.Hour}, {"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour},
		{"h", time.Hour}, {"ms", time.Millisecond}, {"m", time.Minute}, {"s", time.Second},
	}
	var total time.Duration
	rest := strings.TrimSpace(s)
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return 0, false
		}
		rest = rest[digits:]
		i := slices.IndexFunc(units, func(u struct {
			name string
			unit time.Duration
		}) bool {
			return strings.HasPrefix(rest, u.name)
		})
		if i < 0 || n > int64(math.MaxInt64/units[i].unit) {
			return 0, false
		}
		rest = rest[len(units[i].name):]
		total += time.Duration(n) * units[i].unit
	}
	return total, total > 0
}
