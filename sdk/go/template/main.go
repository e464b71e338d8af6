// {{name}} greets: {"name": "Ada"} becomes {"greeting": "Hello, Ada!"}.
package main

import (
	"log/slog"

	function "example/{{ident}}/steploom"
)

// Event is what comes in.
type Event struct {
	Name string `json:"name"`
}

// Result is what goes out.
type Result struct {
	Greeting string `json:"greeting"`
}

func init() { function.Handle(handler) }

func main() {} // Never run: the host calls the handler.

func handler(call function.Context, event Event) (Result, error) {
	if event.Name == "" {
		return Result{}, function.Errorf("MissingName", "the event has no name")
	}
	slog.Info("greeting", "name", event.Name, "retry", call.Retry)
	return Result{Greeting: "Hello, " + event.Name + "!"}, nil
}
