// A probe: does what the event says, be it good or bad, for the tables in ../.
package main

import (
	"bytes"
	"log/slog"
	"os"

	function "example/probe_go/steploom"
)

// Event is what comes in.
type Event struct {
	Do      string `json:"do"`
	Value   any    `json:"value"`
	Error   string `json:"error"`
	Message string `json:"message"`
	Name    string `json:"name"`
	Key     string `json:"key"`
}

func init() { function.Handle(handler) }

func main() {} // Never run: the host calls the handler.

func handler(call function.Context, event Event) (any, error) {
	switch event.Do {
	case "echo":
		return map[string]any{"value": event.Value}, nil
	case "fail":
		return nil, function.Errorf(event.Error, "%s", event.Message)
	case "panic":
		panic("as the event says")
	case "exit":
		os.Exit(3)
	case "loop":
		for {
		}
	case "bomb":
		return bomb(), nil
	case "deep":
		return deep(0), nil
	case "context":
		return map[string]any{
			"function":  call.Function,
			"version":   call.Version,
			"retry":     call.Retry,
			"execution": orNull(call.Execution),
			"state":     orNull(call.State),
		}, nil
	case "log":
		slog.Debug("one")
		slog.Info("two", "n", 2)
		slog.Warn("three")
		slog.Error("four")
		return struct{}{}, nil
	}
	return callBack(event)
}

// bomb takes memory until it is refused.
func bomb() any {
	var taken [][]byte
	for {
		taken = append(taken, bytes.Repeat([]byte{1}, 1<<20))
	}
}

// deep never returns.
func deep(level int) int {
	return deep(level+1) + level
}

// orNull gives nil for an empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
