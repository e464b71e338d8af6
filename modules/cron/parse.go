package main

import (
	"fmt"
	"strconv"
	"strings"
)

// plan is a cron expression: a bit for each value that fits.
type plan struct {
	minutes, hours, days, months, weekdays uint64
	// anyDay and anyWeekday tell whether a day is chosen by the other alone. If neither is, either will do.
	anyDay, anyWeekday bool
}

// field is what a place of an expression may say.
type field struct {
	name      string
	low, high int
	names     string
}

var fields = [5]field{
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of the month", 1, 31, ""},
	{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
	// 7 is Sunday, as 0 is.
	{"weekday", 0, 7, "SUN MON TUE WED THU FRI SAT"},
}

var nicknames = map[string]string{
	"@yearly":  "0 0 1 1 *",
	"@monthly": "0 0 1 * *",
	"@weekly":  "0 0 * * 0",
	"@daily":   "0 0 * * *",
	"@hourly":  "0 * * * *",
}

// parse reads five fields, or a nickname for them.
func parse(expression string) (plan, error) {
	if known, is := nicknames[strings.TrimSpace(expression)]; is {
		expression = known
	}
	texts := strings.Fields(expression)
	if len(texts) != len(fields) {
		return plan{}, fmt.Errorf("an expression has 5 fields (minute, hour, day of the month, month, weekday), this has %d", len(texts))
	}
	var bits [5]uint64
	for index, of := range fields {
		found, err := of.parse(texts[index])
		if err != nil {
			return plan{}, err
		}
		bits[index] = found
	}
	const sunday = 1<<0 | 1<<7
	if bits[4]&sunday != 0 {
		bits[4] |= sunday
	}
	return plan{
		minutes: bits[0], hours: bits[1], days: bits[2], months: bits[3], weekdays: bits[4],
		anyDay:     isAny(texts[2]),
		anyWeekday: isAny(texts[4]),
	}, nil
}

// isAny says whether a field leaves the choice to another one: "*/2" does so, too.
func isAny(text string) bool {
	return strings.HasPrefix(text, "*") || text == "?"
}

// parse reads a list of values, ranges and steps, such as "1,10-20/5,*/15".
func (f field) parse(text string) (uint64, error) {
	var bits uint64
	for _, part := range strings.Split(text, ",") {
		body, stepText, hasStep := strings.Cut(part, "/")
		low, high, err := f.span(body, hasStep)
		if err != nil {
			return 0, err
		}
		step := 1
		if hasStep {
			if step, err = number(stepText); err != nil || step < 1 {
				return 0, fmt.Errorf("the %s %q has no step from 1 behind its \"/\"", f.name, part)
			}
		}
		for value := low; value <= high; value += step {
			bits |= 1 << value
		}
	}
	return bits, nil
}

// span reads "*", "?", a range or a value; with a step a value goes on to the end.
func (f field) span(text string, hasStep bool) (low, high int, err error) {
	if text == "*" || text == "?" {
		return f.low, f.last(), nil
	}
	first, second, isRange := strings.Cut(text, "-")
	if low, err = f.value(first); err != nil {
		return 0, 0, err
	}
	switch {
	case isRange:
		if high, err = f.value(second); err != nil {
			return 0, 0, err
		}
		if high == 0 && f.high == 7 {
			high = 7 // SAT-SUN
		}
	case hasStep:
		high = f.last()
	default:
		high = low
	}
	if low > high {
		return 0, 0, fmt.Errorf("the %s %q goes backwards: write it as two, divided by a comma", f.name, text)
	}
	return low, high, nil
}

// last is the highest value that is one of its own.
func (f field) last() int {
	if f.high == 7 {
		return 6
	}
	return f.high
}

func (f field) value(text string) (int, error) {
	for index, name := range strings.Fields(f.names) {
		if strings.EqualFold(text, name) {
			return index + f.low, nil
		}
	}
	value, err := number(text)
	if err != nil || value < f.low || value > f.high {
		return 0, fmt.Errorf("the %s is %d to %d, %q is not", f.name, f.low, f.high, text)
	}
	return value, nil
}

// number reads digits alone: no sign.
func number(text string) (int, error) {
	value, err := strconv.ParseUint(text, 10, 16)
	return int(value), err
}
