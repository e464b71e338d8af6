// Cron tells when a cron expression is due next: {"expression": "0 9 * * MON-FRI", "zone": "Europe/Berlin"} becomes
// {"times": ["2026-01-02T09:00:00+01:00", ...]}.
package main

import (
	"time"
	_ "time/tzdata" // The time zones; a function has none of a computer's.

	"steploom.dev/go/function"
)

const (
	countDefault = 5
	countMax     = 1000
	bytesMax     = 1000
)

// Event is what comes in.
type Event struct {
	Expression string `json:"expression"`
	// Zone is a name of the IANA database, UTC if it is empty.
	Zone string `json:"zone"`
	// After is where to begin, now if it is empty.
	After string `json:"after"`
	// Count is how many times are told.
	Count *int `json:"count"`
}

// Result is what goes out.
type Result struct {
	// Times are in RFC 3339, with the zone's offset.
	Times []string `json:"times"`
}

func init() { function.Handle(handler) }

func main() {} // Never run: the host calls the handler.

func handler(_ function.Context, event Event) (Result, error) {
	if len(event.Expression) > bytesMax {
		return Result{}, function.Errorf("InvalidExpression", "it has more than %d bytes", bytesMax)
	}
	plan, err := parse(event.Expression)
	if err != nil {
		return Result{}, function.Errorf("InvalidExpression", "%v", err)
	}
	zone, err := time.LoadLocation(event.Zone)
	if err != nil || event.Zone == "Local" {
		return Result{}, function.Errorf("UnknownZone", "there is no time zone %q: names are such as \"Europe/Berlin\" or \"UTC\"", event.Zone)
	}
	after := time.Now()
	if event.After != "" {
		if after, err = time.Parse(time.RFC3339, event.After); err != nil {
			return Result{}, function.Errorf("InvalidTime", "\"after\" is a time such as \"2026-01-31T12:00:00Z\": %v", err)
		}
	}
	count := countDefault
	if event.Count != nil {
		count = *event.Count
	}
	if count < 1 || count > countMax {
		return Result{}, function.Errorf("InvalidEvent", "\"count\" is 1 to %d", countMax)
	}
	result := Result{Times: []string{}}
	for _, due := range plan.next(after.In(zone), count) {
		result.Times = append(result.Times, due.Format(time.RFC3339))
	}
	if len(result.Times) == 0 {
		return Result{}, function.Errorf("NeverDue", "no day is like that: look at the day and the month")
	}
	return result, nil
}
