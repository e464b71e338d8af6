package function

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Calls back: what a function asks of the platform while it runs. Its owner grants each, such as by
// "steploom deploy --grant invoke=resize"; what is not granted is the [Error] AccessDenied, whose
// message says what grants it. On the computer itself, where tests run, each is the error NoPlatform.

// Invoke invokes a function and waits for its result, which is read into an R as [Handle] reads
// events. The function's own error is an [Error] here, by the name that it gave it. Event and
// result have 6 MiB at most. It needs the grant invoke=NAME.
func Invoke[R any](name string, event any) (R, error) {
	var result R
	body, err := ask(request{Op: "invoke", Function: name}, event, nil)
	if err != nil {
		return result, err
	}
	if err := decode(body, &result); err != nil {
		return result, fmt.Errorf("the result of %s: %w", name, err)
	}
	return result, nil
}

// Start starts an execution of a machine and gives its id; it goes on by itself. While one of that
// name runs, the same name and input give the same id; an empty name is none. It needs the grant
// start=MACHINE.
func Start(machine string, input any, name string) (id string, err error) {
	var said struct{ ID string }
	_, err = ask(request{Op: "start", Machine: machine, Name: name}, input, &said)
	return said.ID, err
}

// Succeed ends the task that waits for this token, with its output. It needs the grant tasks.
func Succeed(token string, output any) error {
	_, err := ask(request{Op: "succeed", Token: token}, output, nil)
	return err
}

// Fail ends the task that waits for this token badly: Retry and Catch match the error. It needs the
// grant tasks.
func Fail(token, name, cause string) error {
	_, err := ask(request{Op: "fail", Token: token, Error: name, Cause: cause}, none, nil)
	return err
}

// Heartbeat says that the task that waits for this token is still being worked on. It needs the
// grant tasks.
func Heartbeat(token string) error {
	_, err := ask(request{Op: "heartbeat", Token: token}, none, nil)
	return err
}

// Config gives a variable of the function's own ("steploom deploy --env"), and whether it has it.
// It needs the grant config.
func Config(key string) (value string, found bool, err error) {
	var said struct{ Value *string }
	if _, err = ask(request{Op: "config", Key: &key}, none, &said); err != nil || said.Value == nil {
		return "", false, err
	}
	return *said.Value, true, nil
}

// Fuel is how much is left to this call; about one goes with each instruction. It needs no grant.
// On the computer itself nobody counts: it is the largest number there is.
func Fuel() int64 {
	return fuelLeft()
}

// Keys are a page of keys, in their order.
type Keys struct {
	Keys []string
	// Next is what the next page is asked for after; empty behind the last page.
	Next string
}

// request is the first line of what the platform is asked.
type request struct {
	Op          string  `json:"op"`
	Function    string  `json:"function,omitempty"`
	Machine     string  `json:"machine,omitempty"`
	Name        string  `json:"name,omitempty"`
	Token       string  `json:"token,omitempty"`
	Error       string  `json:"error,omitempty"`
	Cause       string  `json:"cause,omitempty"`
	Bucket      *string `json:"bucket,omitempty"`
	Store       *string `json:"store,omitempty"`
	Key         *string `json:"key,omitempty"`
	ContentType string  `json:"contentType,omitempty"`
	Prefix      string  `json:"prefix,omitempty"`
	After       string  `json:"after,omitempty"`
	By          *int64  `json:"by,omitempty"`
}

// none is the body of a request that has none.
var none raw

// raw is a body that is sent as it is; any other is sent as JSON.
type raw []byte

// ask asks the platform for something, reads what the answer's line says into said, if it is not
// nil, and gives the answer's body.
func ask(line request, body, said any) ([]byte, error) {
	text, err := encode(line)
	if err != nil {
		return nil, err
	}
	content, isRaw := body.(raw)
	if !isRaw {
		if content, err = encode(body); err != nil {
			return nil, err
		}
	}
	answer, err := send(slices.Concat(text, []byte{'\n'}, content))
	if err != nil {
		return nil, err
	}
	return read(answer, said)
}

// read takes an answer apart.
func read(answer []byte, said any) ([]byte, error) {
	line, body, _ := bytes.Cut(answer, []byte{'\n'})
	var shape struct {
		Ok    json.RawMessage
		Error *struct{ Code, Message string }
	}
	if err := json.Unmarshal(line, &shape); err != nil {
		return nil, err
	}
	if shape.Error != nil {
		return nil, &Error{Type: shape.Error.Code, Message: shape.Error.Message}
	}
	if said == nil {
		return body, nil
	}
	return body, json.Unmarshal(shape.Ok, said)
}
