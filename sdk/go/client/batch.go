package client

import (
	"bytes"
	"context"
	"net/http"
)

const (
	// batchStartsMax is how many starts one request takes.
	batchStartsMax = 5000

	// batchBytesMax is how many bytes it takes.
	batchBytesMax = 32 << 20
)

// StartAnswer is what became of one start of many: it has an Execution or an Error.
type StartAnswer struct {
	// Execution, without its input; nil if the start was refused.
	Execution *ExecutionSummary `json:"execution,omitempty"`
	// IsNew says that it was started now; else it was there already, by the same name and input.
	IsNew bool `json:"isNew,omitempty"`
	// Error is why the start was refused; nil if it was accepted.
	Error *StartError `json:"error,omitempty"`
}

// batchLine is one start as it is sent.
type batchLine struct {
	machine, name string
	// isMade says that the client made the name.
	isMade bool
	json   []byte
}

// StartMany starts any number of executions, and gives an answer for each, in their order: one that is
// refused leaves the others alone. It sends as many as one request takes at once, 5,000 and 32 MiB. Starts
// without a name get one, so that requests can be repeated; those that are refused for a while (429, 503)
// are tried again, as a call is.
//
// With an error come the answers to the requests before the one that failed, whose starts may have been
// accepted nevertheless: where they have names of yours, start all of them again.
func (c *Client) StartMany(ctx context.Context, starts []StartExecution) ([]StartAnswer, error) {
	answers := make([]StartAnswer, 0, len(starts))
	for len(answers) < len(starts) {
		lines, err := takeBatch(starts[len(answers):])
		if err != nil {
			return answers, err
		}
		answered, err := c.startLines(ctx, lines)
		if err != nil {
			return answers, err
		}
		answers = append(answers, answered...)
	}
	return answers, nil
}

// takeBatch is as many of the first starts as one request takes; at least one.
func takeBatch(starts []StartExecution) ([]batchLine, error) {
	var lines []batchLine
	size := 0
	for _, start := range starts[:min(len(starts), batchStartsMax)] {
		isMade := start.Name == ""
		if isMade {
			start.Name = madeName()
		}
		json, err := encode(start)
		if err != nil {
			return nil, err
		}
		size += len(json) + 1
		if size > batchBytesMax && len(lines) > 0 {
			break
		}
		lines = append(lines, batchLine{machine: start.Machine, name: start.Name, isMade: isMade, json: json})
	}
	return lines, nil
}

// startLines starts one batch, and again those of it that are refused for a while.
func (c *Client) startLines(ctx context.Context, lines []batchLine) ([]StartAnswer, error) {
	answers := make([]StartAnswer, len(lines))
	left := make([]int, len(lines))
	for i := range left {
		left[i] = i
	}
	for trying := c.patience.begin(); ; {
		answered, err := c.startBatch(ctx, lines, left)
		if err != nil {
			return nil, err
		}
		var again []int
		for i, answer := range answered {
			at := left[i]
			if answers[at], err = c.settle(ctx, lines[at], answer); err != nil {
				return nil, err
			}
			if answer.Error != nil && isPassing(answer.Error.Status) {
				again = append(again, at)
			}
		}
		left = again
		if len(left) == 0 || !trying.again(ctx, &failure{isPassing: true}) {
			return answers, nil
		}
	}
}

// startBatch is one request with those of the lines.
func (c *Client) startBatch(ctx context.Context, lines []batchLine, which []int) ([]StartAnswer, error) {
	var body bytes.Buffer
	for _, i := range which {
		body.Write(lines[i].json)
		body.WriteByte('\n')
	}
	call := newCall(http.MethodPost, "/v1/executions/batch").bytes("application/x-ndjson", body.Bytes())
	batch, err := fetch[StartBatch](ctx, c, call.repeatable(true))
	if err != nil {
		return nil, err
	}
	if len(batch.Items) != len(which) {
		return nil, strange("%d answers to %d starts", len(batch.Items), len(which))
	}
	return batch.Items, nil
}

// settle makes of an answer what the caller should see, to whom names that the client made are new.
func (c *Client) settle(ctx context.Context, line batchLine, answer StartAnswer) (StartAnswer, error) {
	if !line.isMade {
		return answer, nil
	}
	if answer.Error != nil && answer.Error.Code == codeTaken {
		// As in Start: an attempt before started it, and it has ended.
		execution, err := c.GetExecutionByName(ctx, line.machine, line.name)
		if err != nil {
			return StartAnswer{}, err
		}
		answer = StartAnswer{Execution: &execution.ExecutionSummary}
	}
	answer.IsNew = answer.Execution != nil
	return answer, nil
}
