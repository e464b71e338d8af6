package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Problem is what every answer of status 400 and above carries (RFC 9457). Match its Code, or its kind
// with [errors.Is]; show its Title.
type Problem struct {
	// Status is that of HTTP; 400 as well for what the client refused to send.
	Status int `json:"status"`
	// Code is a stable name that programs may match, such as FunctionNotFound.
	Code string `json:"code"`
	// Title says what is wrong and what to do, for a person.
	Title string `json:"title"`
	// RequestID finds the request in the server's log; empty if it was not sent.
	RequestID string `json:"requestId,omitempty"`
	// Problems has each place that is wrong.
	Problems []ProblemItem `json:"problems,omitempty"`
	// FunctionError is the name that Retry and Catch would match, when a function failed.
	FunctionError string `json:"error,omitempty"`
	// FunctionCause is why it failed.
	FunctionCause string `json:"cause,omitempty"`
	// StackTrace is where it failed, if it told that, in the words of its language.
	StackTrace []string `json:"stackTrace,omitempty"`
	// InvocationID is under which the failed invocation's log is found.
	InvocationID string `json:"invocationId,omitempty"`
	// RetryAfter is when the server would be asked again; 0 if it did not say.
	RetryAfter time.Duration `json:"-"`
}

// Error is title, code, cause and every place that is wrong.
func (p *Problem) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s)", p.Title, p.Code)
	if p.FunctionCause != "" {
		fmt.Fprintf(&text, ": %s", p.FunctionCause)
	}
	for _, item := range p.Problems {
		fmt.Fprintf(&text, "\n  %s: %s (%s)", item.Path, item.Message, item.Code)
	}
	return text.String()
}

// Is says which of the kinds it is.
func (p *Problem) Is(target error) bool {
	if p.Code == "FunctionFailed" {
		return target == ErrFunctionFailed || target == ErrTimedOut && p.Status == http.StatusGatewayTimeout
	}
	kind, ok := kinds[p.Status]
	return ok && target == kind
}

var kinds = map[int]error{
	http.StatusBadRequest:                  ErrInvalid,
	http.StatusMethodNotAllowed:            ErrInvalid,
	http.StatusRequestEntityTooLarge:       ErrInvalid,
	http.StatusUnsupportedMediaType:        ErrInvalid,
	http.StatusRequestHeaderFieldsTooLarge: ErrInvalid,
	http.StatusUnauthorized:                ErrUnauthorized,
	http.StatusForbidden:                   ErrForbidden,
	http.StatusNotFound:                    ErrNotFound,
	http.StatusRequestTimeout:              ErrTimedOut,
	http.StatusConflict:                    ErrConflict,
	http.StatusTooManyRequests:             ErrTooManyRequests,
	http.StatusInternalServerError:         ErrInternal,
	http.StatusServiceUnavailable:          ErrUnavailable,
}

// CodeOf is the code of the problem in an error; empty if there is none.
func CodeOf(err error) string {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem.Code
	}
	return ""
}

// invalid is what the client itself refuses, in the shape in which the server would have.
func invalid(code, title string) error {
	return &Problem{Status: http.StatusBadRequest, Code: code, Title: title}
}

// isPassing says whether an answer of this status may be another one soon.
func isPassing(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// parseProblem reads the problem in an answer's body; nil if there is none.
func parseProblem(body []byte) *Problem {
	var problem Problem
	if json.Unmarshal(body, &problem) != nil || problem.Code == "" {
		return nil
	}
	return &problem
}
