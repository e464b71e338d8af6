package function

import (
	"strconv"
	"time"
)

// Context is what a function learns of the call that it answers.
type Context struct {
	// RequestID is the invocation's id, under which its log is found.
	RequestID string
	// Function is the function's name, Version which upload of it runs, counted from 1.
	Function string
	Version  int
	// Account owns the function.
	Account string
	// Deadline is when the call must end: what the state or the function allows, whichever comes
	// first. Zero in a test on the computer itself.
	Deadline time.Time
	// Retry is how often the step was retried before; 0 outside of a step.
	Retry int
	// Execution is the execution's name and State the state of the machine; empty outside of a step.
	Execution string
	State     string
	// Attempt is the attempt's id, the same when the attempt is made again after a crash of the
	// server, so that a function with effects elsewhere can recognise it. Empty outside of a step.
	Attempt string
}

// contextFrom reads the variables that the host sets. One that is not there is empty, zero if it
// is a number or a time.
func contextFrom(variable func(name string) string) Context {
	version, _ := strconv.Atoi(variable("STEPLOOM_VERSION"))
	retry, _ := strconv.Atoi(variable("STEPLOOM_RETRY"))
	deadline, _ := time.Parse(time.RFC3339, variable("STEPLOOM_DEADLINE"))
	return Context{
		RequestID: variable("STEPLOOM_REQUEST_ID"),
		Function:  variable("STEPLOOM_FUNCTION"),
		Version:   version,
		Account:   variable("STEPLOOM_ACCOUNT"),
		Deadline:  deadline,
		Retry:     retry,
		Execution: variable("STEPLOOM_EXECUTION"),
		State:     variable("STEPLOOM_STATE"),
		Attempt:   variable("STEPLOOM_ATTEMPT"),
	}
}
