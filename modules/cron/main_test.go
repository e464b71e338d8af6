package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"steploom.dev/go/function"
)

func TestTellsTheNextTimes(t *testing.T) {
	for _, one := range []struct{ expression, zone, after, expect string }{
		{"*/20 * * * *", "", "2026-01-01T00:20:00Z", "2026-01-01T00:40:00Z 2026-01-01T01:00:00Z"},
		{"0 9 * * MON-FRI", "Europe/Berlin", "2026-01-02T08:00:00Z", "2026-01-05T09:00:00+01:00 2026-01-06T09:00:00+01:00"},
		{"0 0 29 2 *", "", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z 2108-02-29T00:00:00Z"},
		{"0 0 13 * fri", "", "2026-01-31T00:00:00Z", "2026-02-06T00:00:00Z 2026-02-13T00:00:00Z"},
		{"0 0 */10 * 1", "", "2026-01-01T00:00:00Z", "2026-05-11T00:00:00Z 2026-06-01T00:00:00Z"},
		{"0 0 * * 7", "", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z 2026-01-11T00:00:00Z"},
		{"0 0 * * sat-sun", "", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z 2026-01-04T00:00:00Z"},
		{"10-30/10,5 0 1 JAN ?", "", "2026-01-01T00:00:30Z", "2026-01-01T00:05:00Z 2026-01-01T00:10:00Z"},
		{" @monthly ", "", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z"},
		// The clock goes from 2 to 3 on March 29, and from 3 back to 2 on October 25.
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-28T02:30:00+01:00 2026-03-30T02:30:00+02:00"},
		{"0 3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T03:00:00+01:00 2026-10-26T03:00:00+01:00"},
	} {
		count := 2
		result, err := handler(function.Context{}, Event{one.expression, one.zone, one.after, &count})
		if err != nil || !slices.Equal(result.Times, strings.Fields(one.expect)) {
			t.Errorf("%s: got %v, %v", one.expression, result.Times, err)
		}
	}
}

func TestATimeThatTheClockShowsTwiceComesOnce(t *testing.T) {
	count := 3
	result, err := handler(function.Context{}, Event{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", &count})
	days := []string{}
	for _, due := range result.Times {
		days = append(days, due[:10])
	}
	if err != nil || !slices.Equal(days, []string{"2026-10-25", "2026-10-26", "2026-10-27"}) {
		t.Errorf("got %v, %v", result.Times, err)
	}
}

func TestWithoutATimeItBeginsNow(t *testing.T) {
	result, err := handler(function.Context{}, Event{Expression: "* * * * *"})
	if err != nil || len(result.Times) != countDefault {
		t.Errorf("got %v, %v", result.Times, err)
	}
}

func TestFailsByName(t *testing.T) {
	for _, expression := range []string{
		"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
		"-1 * * * *", "+1 * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *", "*/ * * * *", "*/-1 * * * *", ", * * * *",
		"* * * JANUARY *", "99999999999 * * * *", "1/2/3 * * * *", "@reboot", strings.Repeat("1,", 1000) + "1 * * * *",
	} {
		checkFails(t, "InvalidExpression", Event{Expression: expression})
	}
	none, many := 0, 1001
	checkFails(t, "InvalidEvent", Event{Expression: "@daily", Count: &none})
	checkFails(t, "InvalidEvent", Event{Expression: "@daily", Count: &many})
	for _, zone := range []string{"Local", "Berlin", "../etc/passwd", "/etc/localtime"} {
		checkFails(t, "UnknownZone", Event{Expression: "@daily", Zone: zone})
	}
	checkFails(t, "InvalidTime", Event{Expression: "@daily", After: "tomorrow"})
	checkFails(t, "NeverDue", Event{Expression: "0 0 30 2 *"})
	checkFails(t, "NeverDue", Event{Expression: "@daily", After: "9999-12-31T12:00:00Z"})
}

func checkFails(t *testing.T, name string, event Event) {
	t.Helper()
	_, err := handler(function.Context{}, event)
	var named *function.Error
	if !errors.As(err, &named) || named.Type != name {
		t.Errorf("%+v: got %v", event, err)
	}
}
