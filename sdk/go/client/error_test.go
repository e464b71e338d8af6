package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
)

func TestKindsOfErrors(t *testing.T) {
	for status, kind := range map[int]error{
		400: client.ErrInvalid, 401: client.ErrUnauthorized, 403: client.ErrForbidden, 404: client.ErrNotFound,
		405: client.ErrInvalid, 408: client.ErrTimedOut, 409: client.ErrConflict, 413: client.ErrInvalid,
		415: client.ErrInvalid, 429: client.ErrTooManyRequests, 431: client.ErrInvalid, 500: client.ErrInternal,
		503: client.ErrUnavailable,
	} {
		server := newFake(t, refuses(status, "Some"))
		c := newClient(t, client.Config{Endpoint: server.URL, AttemptsMax: 1})
		_, err := c.GetMachine(bounded(t), "m")
		var problem *client.Problem
		if !errors.Is(err, kind) || !errors.As(err, &problem) || problem.Status != status || client.CodeOf(err) != "Some" {
			t.Errorf("%d: %v", status, err)
		}
		for _, other := range []error{client.ErrInvalid, client.ErrNotFound, client.ErrFunctionFailed, client.ErrUnavailable} {
			if other != kind && errors.Is(err, other) {
				t.Errorf("%d is %v", status, other)
			}
		}
	}
}

func TestAFunctionThatFailed(t *testing.T) {
	body := `{"status": %d, "code": "FunctionFailed", "title": "the function failed with Oops", "error": "Oops", "cause": "why", "invocationId": "4f0c"}`
	for status, isTimedOut := range map[int]bool{502: false, 504: true} {
		server := newFake(t, says(status, fmt.Sprintf(body, status)))
		_, err := server.client(t).Invoke(bounded(t), "f", nil, nil)
		var problem *client.Problem
		if !errors.Is(err, client.ErrFunctionFailed) || errors.Is(err, client.ErrTimedOut) != isTimedOut || !errors.As(err, &problem) {
			t.Fatal(err)
		}
		if problem.FunctionError != "Oops" || problem.FunctionCause != "why" || problem.InvocationID != "4f0c" {
			t.Fatal(problem)
		}
		if err.Error() != "the function failed with Oops (FunctionFailed): why" {
			t.Fatal(err)
		}
	}
}

func TestAnotherServerIsNoSteploom(t *testing.T) {
	for name, play := range map[string]http.HandlerFunc{
		"a page":          says(200, "<html>hello</html>"),
		"a page of 404":   says(404, "<html>hello</html>"),
		"JSON of 502":     says(502, `{"message": "upstream"}`),
		"a redirect":      says(302, "", "Location", "http://127.0.0.1:1/"),
		"other JSON":      says(200, `[1]`),
		"an empty answer": says(200, ""),
	} {
		t.Run(name, func(t *testing.T) {
			server := newFake(t, play)
			_, err := server.client(t).GetMachine(bounded(t), "m")
			var strange *client.Strange
			if !errors.As(err, &strange) || len(server.requests()) != 1 {
				t.Fatal(err, server.requests())
			}
		})
	}
	server := newFake(t, says(200, "1"))
	if _, err := server.client(t).Invoke(bounded(t), "f", nil, nil); err == nil || !strings.Contains(err.Error(), "headers") {
		t.Fatal(err)
	}
}

func TestATooLargeAnswer(t *testing.T) {
	for name, play := range map[string]http.HandlerFunc{
		"whole":   says(200, `{"items": [],   "pad": "`+strings.Repeat("x", 2000)+`"}`),
		"endless": func(w http.ResponseWriter, r *http.Request) { endless(w, r, 200) },
		"problem": func(w http.ResponseWriter, r *http.Request) { endless(w, r, 400) },
	} {
		t.Run(name, func(t *testing.T) {
			server := newFake(t, play)
			c := newClient(t, client.Config{Endpoint: server.URL, AnswerBytesMax: 1000})
			_, err := c.ListMachines(bounded(t), nil)
			var strange *client.Strange
			if !errors.As(err, &strange) || !strings.Contains(err.Error(), "bytes") || len(server.requests()) != 1 {
				t.Fatal(err)
			}
		})
	}
}

// endless sends an answer for as long as somebody reads it.
func endless(w http.ResponseWriter, r *http.Request, status int) {
	w.WriteHeader(status)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, strings.Repeat(" ", 4096)); err != nil {
			return
		}
	}
}

func TestASlowServer(t *testing.T) {
	server := newFake(t, sleeps)
	c := newClient(t, client.Config{Endpoint: server.URL, Timeout: time.Millisecond, AttemptsMax: 2})
	_, err := c.ListMachines(bounded(t), nil)
	if !errors.Is(err, client.ErrTimedOut) || !errors.Is(err, client.ErrUnavailable) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(bounded(t))
	cancel()
	_, err = server.client(t).ListMachines(ctx, nil)
	if !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrUnavailable) || !strings.Contains(err.Error(), "cancelled") {
		t.Fatal(err)
	}
}

func TestWhatCannotBeSentIsNot(t *testing.T) {
	server := newFake(t, says(200, "{}"))
	c := server.client(t)
	ctx := bounded(t)
	for name, call := range map[string]func() error{
		"no name":      func() error { _, err := c.GetMachine(ctx, ""); return err },
		"no id":        func() error { _, err := c.Wait(ctx, ""); return err },
		"no function":  func() error { _, err := c.Invoke(ctx, "", nil, nil); return err },
		"no key":       func() error { _, err := c.GetObject(ctx, "b", ""); return err },
		"not a number": func() error { _, err := c.Invoke(ctx, "f", math.NaN(), nil); return err },
		"a channel": func() error {
			_, err := c.Start(ctx, client.StartExecution{Machine: "m", Input: make(chan int)})
			return err
		},
		"among many": func() error {
			_, err := c.StartMany(ctx, []client.StartExecution{{Machine: "m", Input: math.Inf(1)}})
			return err
		},
		"a definition":  func() error { _, err := c.DeployMachine(ctx, "m", func() {}, nil); return err },
		"to be checked": func() error { _, err := c.ValidateMachine(ctx, make(chan int)); return err },
		"events":        func() error { return firstOf(c.FollowEvents(ctx, "", 0)) },
		"logs":          func() error { _, err := c.FollowLogs(ctx, ""); return err },
	} {
		if err := call(); !errors.Is(err, client.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked := server.requests(); len(asked) != 0 {
		t.Fatal(asked)
	}
}

// firstOf is the error of the first pair.
func firstOf[T any](pairs func(func(T, error) bool)) (found error) {
	pairs(func(_ T, err error) bool {
		found = err
		return false
	})
	return found
}
