package request

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

var (
	yearFirst  = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+\d{1,2}:\d{2}.*)?$`)
	yearLast   = regexp.MustCompile(`^(\d{1,2})([-/.]) ?(\d{1,2})[-/.] ?(\d{4})(?:[T ,]+\d{1,2}:\d{2}.*)?$`)
	shortYear  = regexp.MustCompile(`(?i)^\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2}$`)
	monthDay   = regexp.MustCompile(`(?i)^([a-z]{3,9})\.? ?(\d{1,2})(?:st|nd|rd|th)?(?:[ ,]+(\d{4}))?$`)
	dayMonth   = regexp.MustCompile(`(?i)^(\d{1,2})(?:st|nd|rd|th|\.)?(?:[ -]+| of )([a-z]{3,9})\.?(?:[ ,-]+(\d{4}))?$`)
	weekday    = regexp.MustCompile(`(?i)^(?:on )?(?:the )?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?[, ]+)?(?:the )?`)
	compactDay = regexp.MustCompile(`^(20\d{2})(\d{2})(\d{2})$`)
	serialDay  = regexp.MustCompile(`^[2-7]\d{4}(?:\.\d+)?$`)
)

// parseDate reads a day. ok is false where the text is no date at all; an
// error says why a date cannot be understood. A day without a year has year 0.
func parseDate(s string) (day time.Time, ok bool, err error) {
	s = weekday.ReplaceAllString(strings.Trim(s, " ?.!"), "")
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		return civil(s, m[1], m[2], m[3])
	}
	if m := yearLast.FindStringSubmatch(s); m != nil {
		return lastYear(s, m)
	}
	if shortYear.MatchString(s) {
		return time.Time{}, true, &Error{evidence.Ambiguous, fmt.Sprintf("the date %q can be read in several ways; write it as 2025-10-15", s)}
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		if month := monthNumber(m[1]); month != "" {
			return civil(s, m[3], month, m[2])
		}
	}
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		if month := monthNumber(m[2]); month != "" {
			return civil(s, m[3], month, m[1])
		}
	}
	return time.Time{}, false, nil
}

// lastYear reads 15.10.2025 and 10/15/2025. Points mean that the day is first;
// elsewhere the order is known only where one of the two can be no month.
func lastYear(s string, m []string) (time.Time, bool, error) {
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[3])
	switch {
	case m[2] == "." || first == second || first > 12:
		return civil(s, m[4], m[3], m[1])
	case second > 12:
		return civil(s, m[4], m[1], m[3])
	}
	return time.Time{}, true, &Error{evidence.Ambiguous,
		fmt.Sprintf("the date %q may mean %s-%02d-%02d or %s-%02d-%02d; write it as year-month-day", s, m[4], second, first, m[4], first, second)}
}

func civil(s, year, month, day string) (time.Time, bool, error) {
	y, _ := strconv.Atoi(year) // "" is a day without a year
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) // year 0 is a leap year
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return time.Time{}, true, &Error{evidence.NotFound, fmt.Sprintf("there is no day %q", s)}
	}
	return t, true, nil
}

func monthNumber(name string) string {
	name = strings.ToLower(name)
	for m := time.January; m <= time.December; m++ {
		full := strings.ToLower(m.String())
		if name == full || name == full[:3] || m == time.September && name == "sept" {
			return strconv.Itoa(int(m))
		}
	}
	return ""
}

// cellDate reads the cell of a date column, where a number counts days as
// Excel does.
func cellDate(s string) (time.Time, bool, error) {
	if serialDay.MatchString(s) {
		whole, _, _ := strings.Cut(s, ".")
		n, _ := strconv.Atoi(whole)
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n), true, nil
	}
	if m := compactDay.FindStringSubmatch(s); m != nil {
		return civil(s, m[1], m[2], m[3])
	}
	return parseDate(s)
}
