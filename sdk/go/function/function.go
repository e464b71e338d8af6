// Package function is what a function of Steploom in Go is made with: it takes events and gives
// results, errors with names, the call's context, and log lines with levels and fields.
//
// A function names its handler when the program is initialised, and has an empty main:
//
//	func init() { function.Handle(greet) }
//
//	func main() {}
//
//	func greet(call function.Context, event Event) (Result, error) { ... }
//
// Built with GOOS=wasip1 GOARCH=wasm and -buildmode=c-shared it is a module of kind reactor. The
// host makes a fresh instance for every call, so a package's variables keep nothing from one call
// to the next. Log with log/slog: each record is one line of JSON, as [NewLogHandler] says.
//
// On the computer itself, where tests run, Handle only keeps the handler: call it as any other Go
// function. The package needs Go 1.24 or newer, and nothing but the standard library.
package function

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
)

// handle answers one event: the result's JSON, or why there is none.
var handle = func(Context, []byte) ([]byte, error) {
	return nil, Errorf("NoHandler", "nothing handles events: call function.Handle in an init function")
}

// Handle makes handler the one that answers events. Call it once, in an init function: main is
// never run.
//
// The event is read as encoding/json reads it into an E, the result written as it writes an R,
// both with two differences: a number in an any is a [json.Number], so that none of its digits are
// lost, and '<', '>' and '&' are not escaped. An E or R of [json.RawMessage] takes the text as it is.
//
// A call fails with the name and message of the [Error] that handler returns or wraps, with
// Function.Failed for any other error, with InvalidEvent if the event does not fit an E,
// InvalidResult if the result cannot be written as JSON, and Panic if handler panics.
func Handle[E, R any](handler func(Context, E) (R, error)) {
	handle = func(call Context, text []byte) ([]byte, error) {
		var event E
		if err := decode(text, &event); err != nil {
			return nil, Errorf("InvalidEvent", "%v", err)
		}
		result, err := handler(call, event)
		if err != nil {
			return nil, err
		}
		written, err := encode(result)
		if err != nil {
			return nil, Errorf("InvalidResult", "%v", err)
		}
		return written, nil
	}
}

// answer takes an event to the text that the host is given, and says whether that is an error.
func answer(call Context, event []byte) (text []byte, failed bool) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("the function panicked", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			text, failed = describe(Errorf("Panic", "%v", cause)), true
		}
	}()
	result, err := handle(call, event)
	if err != nil {
		return describe(err), true
	}
	return result, false
}

func decode(text []byte, event any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(event); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("there is more than one JSON value in it")
	}
	return nil
}

func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
