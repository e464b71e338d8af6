package client

import (
	"net/http"
	"testing"
	"time"
)

func TestPausesDoubleWithFullJitterUpToALimit(t *testing.T) {
	for failures, most := range map[int]time.Duration{
		1: pauseFirst, 2: 2 * pauseFirst, 4: 8 * pauseFirst, 40: pauseMax, 1 << 40: pauseMax,
	} {
		var longest time.Duration
		for range 200 {
			wait, ok := pause(failures, 0)
			if !ok || wait < 0 || wait > most {
				t.Fatal(failures, wait, ok)
			}
			longest = max(longest, wait)
		}
		// The chance that all of them are in the lower half is below 1 in 10^60.
		if longest < most/2 {
			t.Fatal(failures, longest)
		}
	}
}

func TestTheServersWishCountsWithinReason(t *testing.T) {
	if wait, ok := pause(1, 7*time.Second); wait != 7*time.Second || !ok {
		t.Fatal(wait, ok)
	}
	if _, ok := pause(1, 31*time.Second); ok {
		t.Fatal("it waits")
	}
}

func TestRetryAfter(t *testing.T) {
	for text, expect := range map[string]time.Duration{
		"3": 3 * time.Second, "0": 0, "": 0, "-1": 0, "soon": 0, "Sun, 06 Nov 1994 08:49:37 GMT": 0, "99999999999999999999": 0,
	} {
		if found := parseRetryAfter(text); found != expect {
			t.Errorf("%s: %v", text, found)
		}
	}
	soon := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	if found := parseRetryAfter(soon); found < 50*time.Minute || found > time.Hour {
		t.Error(found)
	}
}

func TestABatchIsSplit(t *testing.T) {
	starts := make([]StartExecution, batchStartsMax+1)
	lines, err := takeBatch(starts)
	if err != nil || len(lines) != batchStartsMax {
		t.Fatal(len(lines), err)
	}
	text := make([]byte, 10<<20)
	for i := range text {
		text[i] = 'x'
	}
	large := StartExecution{Machine: "m", Input: string(text)}
	lines, err = takeBatch([]StartExecution{large, large, large, large})
	if err != nil || len(lines) != 3 {
		t.Fatal(len(lines), err)
	}
	large.Input = string(append(append(append(text, text...), text...), text...))
	if lines, err = takeBatch([]StartExecution{large, large}); err != nil || len(lines) != 1 {
		t.Fatal(len(lines), err)
	}
}

func TestSegments(t *testing.T) {
	for segment, expect := range map[string]string{
		"a b/c": "a%20b%2Fc", "..": "%2E%2E", ".": "%2E", "a.b": "a.b", "ä?#%": "%C3%A4%3F%23%25", "{}": "%7B%7D",
	} {
		found, err := path("/x/{}/{}", segment, "y")
		if err != nil || found != "/x/"+expect+"/y" {
			t.Errorf("%s: %s %v", segment, found, err)
		}
	}
}
