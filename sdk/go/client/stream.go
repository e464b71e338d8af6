package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// silenceMax is how long a line may be silent: four heartbeats of the server.
const silenceMax = time.Minute

// stream is events that come back when the line breaks.
//
// The server ends a stream with an event `end`; one that just stops has been cut (a network, a restart),
// and is taken up again after the last event that was seen.
type stream[T any] struct {
	client *Client
	path   string
	// hasIDs says that items have ids, after which the stream can be taken up.
	hasIDs bool
	// after is the last id seen.
	after int64
	line  *line
	// trying counts failures since the line last worked.
	trying *trying
	// silenceMax is how long a line may be silent.
	silenceMax time.Duration
}

// line is a connection that gives events.
type line struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	silent *time.Timer
	body   io.ReadCloser
	events *sseReader
}

var errSilent = errors.New("it fell silent")

func newStream[T any](c *Client, path string) *stream[T] {
	return &stream[T]{client: c, path: path, trying: c.patience.ofStream().begin(), silenceMax: silenceMax}
}

// items gives what comes until the end, or until an error, which is the last.
func (s *stream[T]) items(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		defer s.hangUp()
		for {
			item, err := s.next(ctx)
			if err != nil {
				yield(*new(T), err)
				return
			}
			if item == nil || !yield(*item, nil) {
				return
			}
		}
	}
}

// opened connects, so that what happens from now on is in the stream.
func (s *stream[T]) opened(ctx context.Context) error {
	for {
		failed := s.connect(ctx)
		if failed == nil || !s.trying.again(ctx, failed) {
			return errOf(failed)
		}
	}
}

// next is the next item; nil after the last.
func (s *stream[T]) next(ctx context.Context) (*T, error) {
	for {
		event, failed := s.event(ctx)
		if failed == nil {
			switch event.kind {
			case "end":
				return nil, nil
			case "error":
				failed = failureOf(event)
			default:
				return s.item(event)
			}
		}
		s.hangUp()
		if !s.trying.again(ctx, failed) {
			return nil, failed.err
		}
	}
}

func (s *stream[T]) item(event sseEvent) (*T, error) {
	item, err := decode[T](event.data)
	if err != nil {
		return nil, err
	}
	if s.hasIDs {
		s.after, err = strconv.ParseInt(event.id, 10, 64)
		if err != nil {
			return nil, strange("%q is not an event's id", event.id)
		}
	}
	s.trying = s.client.patience.ofStream().begin()
	return item, nil
}

// event is the next event of the line, which is made if there is none.
func (s *stream[T]) event(ctx context.Context) (sseEvent, *failure) {
	if s.line == nil {
		if failed := s.connect(ctx); failed != nil {
			return sseEvent{}, failed
		}
	}
	event, err := s.line.events.next()
	switch {
	case err == nil:
		return event, nil
	case errors.Is(err, errEventTooLarge):
		return sseEvent{}, failedForGood(strange("%v", err))
	case errors.Is(context.Cause(s.line.ctx), errSilent):
		err = errSilent
	case errors.Is(err, io.EOF):
		err = errors.New("it was closed before the end")
	}
	return sseEvent{}, s.client.broken(ctx, err)
}

func (s *stream[T]) connect(ctx context.Context) *failure {
	call := newCall(http.MethodGet, s.path)
	call.header.Set("Accept", "text/event-stream")
	if s.hasIDs && s.after > 0 {
		call.header.Set("Last-Event-ID", strconv.FormatInt(s.after, 10))
	}
	connected, cancel := context.WithCancelCause(ctx)
	silent := time.AfterFunc(s.silenceMax, func() { cancel(errSilent) })
	response, failed := s.client.open(connected, call)
	if failed != nil {
		silent.Stop()
		if errors.Is(context.Cause(connected), errSilent) {
			failed = s.client.broken(ctx, errSilent)
		}
		cancel(nil)
		return failed
	}
	began := time.Now()
	alive := &watched{reader: response.Body, wasRead: func() {
		silent.Reset(s.silenceMax)
		if time.Since(began) > pauseMax {
			// A heartbeat: the line works, though there is no news. One that is cut at once does not.
			s.trying = s.client.patience.ofStream().begin()
		}
	}}
	s.line = &line{ctx: connected, cancel: cancel, silent: silent, body: response.Body, events: newSSEReader(alive)}
	return nil
}

func (s *stream[T]) hangUp() {
	if s.line == nil {
		return
	}
	s.line.silent.Stop()
	s.line.cancel(nil)
	s.line.body.Close()
	s.line = nil
}

// watched is a reader that tells of every read that gave something.
type watched struct {
	reader  io.Reader
	wasRead func()
}

func (w *watched) Read(into []byte) (int, error) {
	n, err := w.reader.Read(into)
	if n > 0 {
		w.wasRead()
	}
	return n, err
}

// codeMissed says that a reader of logs fell behind.
const codeMissed = "LogsMissed"

// failureOf is the problem that the server met on the way; it passes if its status says so. That lines are
// missing does not: the caller has to know.
func failureOf(event sseEvent) *failure {
	problem := parseProblem(event.data)
	if problem == nil {
		return failedForGood(strange("the stream's error is no problem document but %q", shown(event.data)))
	}
	return &failure{err: problem, isPassing: isPassing(problem.Status) && problem.Code != codeMissed}
}

func errOf(failed *failure) error {
	if failed == nil {
		return nil
	}
	return failed.err
}
