package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"
)

const (
	// runTimeout is for a synchronous run: the 300 seconds that it may take, and a minute for the rest.
	runTimeout = 360 * time.Second

	// madePrefix begins the names that the client makes.
	madePrefix = "go-"

	// codeTaken is the code of a conflict about an execution's name.
	codeTaken = "ExecutionAlreadyExists"
)

// Started is an execution that was started, or found.
type Started struct {
	Execution Execution
	// IsNew says that this call started it; else it was there already, by the same name and input.
	IsNew bool
}

// Start starts an execution; it survives a crash from now on. A start without a name gets one, so that it
// can be repeated when the line breaks and still happens once.
//
// [ErrConflict] with the code ExecutionAlreadyExists: the name is taken by another input, or by an execution
// that ended within the last day.
func (c *Client) Start(ctx context.Context, start StartExecution) (*Started, error) {
	isMade := start.Name == ""
	if isMade {
		start.Name = madeName()
	}
	answer, err := c.send(ctx, newCall(http.MethodPost, "/v1/executions").json(start).repeatable(true))
	if isMade && CodeOf(err) == codeTaken {
		// Nobody else has this name: an attempt before, whose answer was lost, started it, and it has ended.
		return c.startedBefore(ctx, start)
	}
	if err != nil {
		return nil, err
	}
	execution, err := decode[Execution](answer.body)
	if err != nil {
		return nil, err
	}
	return &Started{Execution: *execution, IsNew: isMade || answer.status == http.StatusCreated}, nil
}

func (c *Client) startedBefore(ctx context.Context, start StartExecution) (*Started, error) {
	execution, err := c.GetExecutionByName(ctx, start.Machine, start.Name)
	if err != nil {
		return nil, err
	}
	return &Started{Execution: *execution, IsNew: true}, nil
}

// Run runs an execution while the caller waits, and gives how it ended: one that fails is no error. Nothing
// of it is kept, but what the query asks to be logged. It ends when the context does, and is never repeated.
//
// [ErrInvalid] with the code MachineNotExpress: the machine has what EXPRESS machines may not have.
func (c *Client) Run(ctx context.Context, start StartExecution, query *RunQuery) (*SyncExecution, error) {
	call := newCall(http.MethodPost, "/v1/executions/sync").with(query.values()).json(start).within(runTimeout)
	return fetch[SyncExecution](ctx, c, call)
}

// RedriveExecution lets an execution that did not end well go on from where it ended. A redrive without a
// client token gets one, so that it can be repeated when the line breaks.
//
// [ErrConflict] with the code ExecutionNotRedrivable says why; [ErrNotFound] that there is no such version.
func (c *Client) RedriveExecution(ctx context.Context, id string, redrive RedriveExecution) (*Execution, error) {
	redrive.ClientToken = first(redrive.ClientToken, madeName())
	call := newCall(http.MethodPost, "/v1/executions/{}/redrive", id).json(redrive).repeatable(true)
	return fetch[Execution](ctx, c, call)
}

// madeName is a name that nobody else has: 128 bits by chance.
func madeName() string {
	var chance [16]byte
	// It does not fail: see its documentation.
	_, _ = rand.Read(chance[:])
	return madePrefix + hex.EncodeToString(chance[:])
}
