package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// What went wrong, for [errors.Is].
var (
	// ErrInvalid: the request is wrong as it stands; change it. Status 400, 405, 413, 415, 431, and what the
	// client itself refuses to send.
	ErrInvalid = errors.New("invalid")
	// ErrUnauthorized: the server has keys, and none that is good was sent. Status 401.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the key's scopes do not allow it, or it is not allowed from here. Status 403.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: there is no such thing. Status 404.
	ErrNotFound = errors.New("not found")
	// ErrConflict: look at what is there, then decide; a code that ends in Exists says that the name is taken.
	// Status 409.
	ErrConflict = errors.New("conflict")
	// ErrTooManyRequests: a limit was reached, and trying again did not help. Status 429.
	ErrTooManyRequests = errors.New("too many requests")
	// ErrFunctionFailed: the function failed, not the server; the *[Problem] has its error and cause. Status 502
	// and 504.
	ErrFunctionFailed = errors.New("function failed")
	// ErrInternal: a bug, or stored data that fails its check; the server's log says which. Status 500.
	ErrInternal = errors.New("internal")
	// ErrUnavailable: something is away, or nothing answered. Status 503, and every *[Unreachable].
	ErrUnavailable = errors.New("unavailable")
	// ErrTimedOut: time ran out: the function's (with [ErrFunctionFailed]), an attempt's (with
	// [ErrUnavailable]), or the body came too slowly for the server. Status 408 and 504.
	ErrTimedOut = errors.New("timed out")
)

// Unreachable: nothing answered, or the line broke or stayed silent for too long. What was asked for may
// have happened nevertheless. It is an [ErrUnavailable].
type Unreachable struct {
	// Endpoint is where Steploom was looked for.
	Endpoint string
	// IsRefused says that not even a connection came about, so that nothing can have happened.
	IsRefused bool
	// Err is why, in the words of the layers below; of a context that ended, its error.
	Err error
}

// Error says where, and what to do.
func (u *Unreachable) Error() string {
	switch {
	case errors.Is(u.Err, context.Canceled):
		return fmt.Sprintf("the call of Steploom at %s was cancelled", u.Endpoint)
	case u.IsRefused:
		return fmt.Sprintf("cannot reach Steploom at %s: %v; start it with 'steploom up'", u.Endpoint, u.Err)
	default:
		return fmt.Sprintf("the connection to Steploom at %s broke: %v", u.Endpoint, u.Err)
	}
}

// Unwrap gives why.
func (u *Unreachable) Unwrap() error { return u.Err }

// Is says which of the kinds it is.
func (u *Unreachable) Is(target error) bool {
	if target == ErrTimedOut {
		var slow net.Error
		return errors.Is(u.Err, context.DeadlineExceeded) || errors.As(u.Err, &slow) && slow.Timeout()
	}
	return target == ErrUnavailable && !errors.Is(u.Err, context.Canceled)
}

// Strange: what answered does not speak this protocol. Look at the endpoint and at both versions.
type Strange struct {
	// Status of the answer; 0 if it is not known any more.
	Status int
	// Why it is strange.
	Why string
}

// Error says what is strange.
func (s *Strange) Error() string {
	if s.Status == 0 {
		return "the answer makes no sense: " + s.Why
	}
	return fmt.Sprintf("the answer of status %d makes no sense: %s", s.Status, s.Why)
}

func strange(format string, values ...any) error {
	return &Strange{Why: fmt.Sprintf(format, values...)}
}

// failure is an attempt that failed.
type failure struct {
	err error
	// isPassing says that trying again may help.
	isPassing  bool
	retryAfter time.Duration
}

// failedForGood is a failure that no repetition helps.
func failedForGood(err error) *failure { return &failure{err: err} }
