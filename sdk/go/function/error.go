package function

import (
	"errors"
	"fmt"
)

// unnamed is the platform's name for an error that a function did not name.
const unnamed = "Function.Failed"

// Error is an error with a name, which the Retry and Catch of a state machine match.
type Error struct {
	// Type is the name, such as MissingName: at most 256 bytes, the rest is cut. If it is empty, the
	// name is Function.Failed. Names that begin with "Function." or "States." are the platform's.
	Type string
	// Message is the cause, for people: at most 32 KiB, the rest is cut.
	Message string
}

// Errorf makes an [Error] of a name and a message in the form of [fmt.Sprintf].
func Errorf(name, format string, values ...any) error {
	return &Error{Type: name, Message: fmt.Sprintf(format, values...)}
}

// Error gives the name and the message.
func (e *Error) Error() string {
	return e.Type + ": " + e.Message
}

// describe writes an error as the host reads it: {"errorType": "...", "errorMessage": "..."}.
func describe(err error) []byte {
	shape := struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{unnamed, err.Error()}
	var named *Error
	if errors.As(err, &named) && named.Type != "" {
		shape.Type = named.Type
	}
	if err == error(named) {
		shape.Message = named.Message
	}
	text, err := encode(shape)
	if err != nil {
		panic(err) // Two strings are always JSON.
	}
	return text
}
