package request

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	dayFirst = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})$`)
	ordinal  = regexp.MustCompile(`(?i)\b(\d{1,2})(st|nd|rd|th)\b`)
	clock    = regexp.MustCompile(`[T ]\d{1,2}:\d{2}.*$`)
)

// parseDate reads a day as people write it. ok is false where the text is no
// date at all; an error is a date that could be two days, or lacks its year.
func parseDate(text string) (day time.Time, ok bool, err error) {
	text = strings.TrimSpace(clock.ReplaceAllString(strings.TrimSpace(text), ""))
	for _, layout := range []string{"2006-01-02", "2006/01/02", "2006.01.02", "20060102"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 2000 && t.Year() < 2100 {
			return t, true, nil
		}
	}
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		return numericDate(text, m)
	}
	words := strings.Join(strings.Fields(strings.ReplaceAll(ordinal.ReplaceAllString(text, "$1"), ",", " ")), " ")
	for _, layout := range []string{"2 January 2006", "2 Jan 2006", "January 2 2006", "Jan 2 2006", "2-Jan-2006", "2-Jan-06", "Monday January 2 2006", "Monday 2 January 2006"} {
		if t, err := time.Parse(layout, words); err == nil {
			return t, true, nil
		}
	}
	for _, layout := range []string{"2 January", "2 Jan", "January 2", "Jan 2"} {
		if _, err := time.Parse(layout, words); err == nil {
			return time.Time{}, true, fmt.Errorf("%q lacks its year; write it as 2026-10-15", text)
		}
	}
	return time.Time{}, false, nil
}

// numericDate reads 15.10.2025 and its like. With points the day comes first;
// with slashes or hyphens it depends on the country, and only a number above
// 12 tells.
func numericDate(text string, m []string) (time.Time, bool, error) {
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[3])
	year, _ := strconv.Atoi(m[4])
	if year < 100 {
		year += 2000
	}
	day, month := first, second
	switch {
	case m[2] == "." || first > 12 || first == second:
	case second > 12:
		day, month = second, first
	default:
		return time.Time{}, true, fmt.Errorf("%q may be %d-%02d-%02d or %d-%02d-%02d; write it as 2026-10-15", text, year, second, first, year, first, second)
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month {
		return time.Time{}, true, fmt.Errorf("%q is no day of the calendar; write it as 2026-10-15", text)
	}
	return t, true, nil
}
