package function

import (
	"testing"
	"time"
)

func TestContextIsReadFromVariables(t *testing.T) {
	variables := map[string]string{
		"STEPLOOM_REQUEST_ID": "r",
		"STEPLOOM_FUNCTION":   "greet",
		"STEPLOOM_VERSION":    "3",
		"STEPLOOM_ACCOUNT":    "000000000000",
		"STEPLOOM_DEADLINE":   "2026-11-22T21:58:08.706Z",
		"STEPLOOM_RETRY":      "2",
		"STEPLOOM_EXECUTION":  "e",
		"STEPLOOM_STATE":      "s",
		"STEPLOOM_ATTEMPT":    "a",
	}
	expect := Context{
		RequestID: "r",
		Function:  "greet",
		Version:   3,
		Account:   "000000000000",
		Deadline:  time.Date(2026, 11, 22, 21, 58, 8, 706_000_000, time.UTC),
		Retry:     2,
		Execution: "e",
		State:     "s",
		Attempt:   "a",
	}
	got := contextFrom(func(name string) string { return variables[name] })
	if got != expect {
		t.Errorf("got %+v", got)
	}
}

func TestContextIsEmptyWithoutVariables(t *testing.T) {
	if got := contextFrom(func(string) string { return "" }); got != (Context{}) {
		t.Errorf("got %+v", got)
	}
}
