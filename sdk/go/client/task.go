package client

import (
	"context"
	"net/http"
	"time"
)

const (
	// pollGrace is how much longer than the server waits for a task its answer may take.
	pollGrace = 15 * time.Second

	// pollSecondsDefault is how long the server waits if it is not told.
	pollSecondsDefault = 60
)

// PollActivity takes the oldest task of an activity, and waits for one; nil if none came in time. A task is
// given away once, so the call is not repeated.
func (c *Client) PollActivity(ctx context.Context, name string, poll PollActivity) (*ActivityTask, error) {
	seconds := int64(pollSecondsDefault)
	if poll.WaitSeconds != nil {
		seconds = *poll.WaitSeconds
	}
	call := newCall(http.MethodPost, "/v1/activities/{}/poll", name).json(poll)
	answer, err := c.send(ctx, call.within(time.Duration(seconds)*time.Second+pollGrace))
	if err != nil || answer.status == http.StatusNoContent {
		return nil, err
	}
	return decode[ActivityTask](answer.body)
}
