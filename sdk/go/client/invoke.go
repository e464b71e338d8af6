package client

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// invokeTimeout is for an invocation: the 900 seconds that a function may run, and a minute for the rest.
const invokeTimeout = 960 * time.Second

// Answer is what a function answered.
type Answer struct {
	// Result is JSON, as the function wrote it.
	Result json.RawMessage
	// RequestID is under which the invocation's log is found.
	RequestID string
	// Version that ran.
	Version int
	// Duration is wall time in the sandbox, in whole microseconds.
	Duration time.Duration
	// Fuel that was used: about one a WebAssembly instruction.
	Fuel int64
}

// Decode reads the result into a value, as [json.Unmarshal] does.
func (a *Answer) Decode(into any) error { return json.Unmarshal(a.Result, into) }

// Invoke calls a function and waits for its answer; its newest version without a qualifier. The event is
// anything that can be written as JSON: [json.RawMessage] goes as it is, nil is null. It is never
// repeated: the function may have run.
//
// [ErrFunctionFailed]: the function failed; the *[Problem] has FunctionError, FunctionCause and InvocationID.
func (c *Client) Invoke(ctx context.Context, function string, event any, query *OfQualifier) (*Answer, error) {
	call := newCall(http.MethodPost, "/v1/functions/{}/invoke", function).with(query.values()).json(event)
	answer, err := c.send(ctx, call.within(invokeTimeout))
	if err != nil {
		return nil, err
	}
	return parseAnswer(answer)
}

func parseAnswer(from *answer) (*Answer, error) {
	number := func(name string) int64 {
		value, err := strconv.ParseInt(from.header.Get(name), 10, 64)
		if err != nil {
			return -1
		}
		return value
	}
	version, micros, fuel := number("X-Steploom-Version"), number("X-Steploom-Duration-Us"), number("X-Steploom-Fuel")
	if version < 0 || micros < 0 || fuel < 0 {
		return nil, strange("it lacks the headers of an invocation")
	}
	if !json.Valid(from.body) {
		return nil, strange("the result is no JSON but %q", shown(from.body))
	}
	return &Answer{
		Result:    from.body,
		RequestID: from.header.Get("X-Steploom-Request-Id"),
		Version:   int(version),
		Duration:  time.Duration(micros) * time.Microsecond,
		Fuel:      fuel,
	}, nil
}

// InvokeAsync calls a function later, durably: an execution whose output will be the function's answer. One
// without a name gets one, so that it can be repeated when the line breaks and still happens once.
//
// [ErrConflict] with the code ExecutionAlreadyExists: the name is taken by another event, or by an execution
// that ended within the last day.
func (c *Client) InvokeAsync(ctx context.Context, function string, event any, query *InvokeAsyncQuery) (*Execution, error) {
	var named InvokeAsyncQuery
	if query != nil {
		named = *query
	}
	isMade := named.Name == ""
	if isMade {
		named.Name = madeName()
	}
	call := newCall(http.MethodPost, "/v1/functions/{}/invoke-async", function).with(named.values()).json(event)
	execution, err := fetch[Execution](ctx, c, call.repeatable(true))
	if isMade && CodeOf(err) == codeTaken {
		// As in Start: it was accepted before, and has ended.
		return c.GetExecutionByName(ctx, "function:"+function, named.Name)
	}
	return execution, err
}
