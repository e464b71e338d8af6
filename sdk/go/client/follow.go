package client

import (
	"context"
	"iter"
	"time"
)

// waitPause is how long to wait before looking again at an execution whose events have ended and which has
// not: it was redriven just then.
const waitPause = 200 * time.Millisecond

// IsClosed says that nothing will happen to an execution any more, unless it is redriven.
func (s ExecutionStatus) IsClosed() bool {
	switch s {
	case ExecutionStatusSucceeded, ExecutionStatusFailed, ExecutionStatusTimedOut, ExecutionStatusAborted, ExecutionStatusExpired:
		return true
	default:
		return false
	}
}

// FollowEvents gives an execution's events with an id above after (0: all), then those to come, until the
// execution has ended. The line may break meanwhile: no event is lost or told twice. After an error nothing
// follows; the last id seen takes it up again.
func (c *Client) FollowEvents(ctx context.Context, id string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		path, err := path("/v1/executions/{}/events", id)
		if err != nil {
			yield(Event{}, err)
			return
		}
		stream := newStream[Event](c, path)
		stream.hasIDs, stream.after = true, after
		stream.items(ctx)(yield)
	}
}

// Wait waits until an execution has ended, however it did, and gives it; one that is pending, paused or set
// aside has not. It follows the events and does not poll. The context bounds it: [ErrTimedOut] when its
// deadline has passed.
func (c *Client) Wait(ctx context.Context, id string) (*Execution, error) {
	for {
		execution, err := c.GetExecution(ctx, id)
		if err != nil || execution.Status.IsClosed() {
			return execution, err
		}
		if err := c.waitForEnd(ctx, id); err != nil {
			return nil, err
		}
		execution, err = c.GetExecution(ctx, id)
		if err != nil || execution.Status.IsClosed() {
			return execution, err
		}
		sleep(ctx, waitPause)
	}
}

// waitForEnd reads events from the newest on, so that waiting need not read a long history.
func (c *Client) waitForEnd(ctx context.Context, id string) error {
	limit := 1
	newest, err := c.GetHistory(ctx, id, &GetHistoryQuery{Limit: limit, Reverse: true})
	if err != nil {
		return err
	}
	var after int64
	if len(newest.Items) > 0 {
		after = newest.Items[0].ID
	}
	for _, err := range c.FollowEvents(ctx, id, after) {
		if err != nil {
			return err
		}
	}
	return nil
}

// FollowLogs gives log lines of a function's invocations: those that are written once it has returned. When
// the line breaks they go on from when it is back: what was written meanwhile is in [Client.ReadLogs]. Range
// over them once; until then, or until the context ends, the line is held.
//
// An [ErrTooManyRequests] with the code LogsMissed ends them: they came too fast. Read what was missed, and
// follow again.
func (c *Client) FollowLogs(ctx context.Context, function string) (iter.Seq2[LogLine, error], error) {
	return c.followLogs(ctx, "/v1/functions/{}/logs/stream", function)
}

// FollowMachineLogs gives what happens in those executions of a machine that are logged, as
// [Client.FollowLogs] does.
func (c *Client) FollowMachineLogs(ctx context.Context, machine string) (iter.Seq2[LogLine, error], error) {
	return c.followLogs(ctx, "/v1/machines/{}/logs/stream", machine)
}

func (c *Client) followLogs(ctx context.Context, pattern, name string) (iter.Seq2[LogLine, error], error) {
	path, err := path(pattern, name)
	if err != nil {
		return nil, err
	}
	stream := newStream[LogLine](c, path)
	if err := stream.opened(ctx); err != nil {
		return nil, err
	}
	return stream.items(ctx), nil
}
