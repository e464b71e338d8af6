package client

import (
	"encoding/json"
	"fmt"
	"time"
)

// Ptr points to a value, for fields that may be left out and where zero means something.
func Ptr[T any](value T) *T { return &value }

// StartBefore is when an execution has to begin at the latest: [BeforeTime] or [BeforeSeconds].
type StartBefore struct {
	at      time.Time
	seconds int64
}

// BeforeTime is an instant.
func BeforeTime(at time.Time) *StartBefore { return &StartBefore{at: at} }

// BeforeSeconds is so many seconds after it was asked for.
func BeforeSeconds(seconds int64) *StartBefore { return &StartBefore{seconds: seconds} }

// MarshalJSON writes an instant as RFC 3339 has it, seconds as a number.
func (s StartBefore) MarshalJSON() ([]byte, error) {
	if s.at.IsZero() {
		return json.Marshal(s.seconds)
	}
	return json.Marshal(s.at.UTC())
}

// UnmarshalJSON reads either.
func (s *StartBefore) UnmarshalJSON(text []byte) error {
	*s = StartBefore{}
	if json.Unmarshal(text, &s.seconds) == nil {
		return nil
	}
	if err := json.Unmarshal(text, &s.at); err != nil {
		return fmt.Errorf("startBefore is neither seconds nor an instant: %w", err)
	}
	return nil
}

// ConnectionAuth is how calls over HTTP prove who they are: [BasicAuth] or [KeyAuth].
type ConnectionAuth struct {
	// Type is basic or apiKey.
	Type string `json:"type"`
	// Username and Password, of the type basic.
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	// Name of a header and its Value, of the type apiKey.
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}

// BasicAuth is a user's name and password (RFC 7617).
func BasicAuth(username, password string) *ConnectionAuth {
	return &ConnectionAuth{Type: "basic", Username: username, Password: password}
}

// KeyAuth is a secret in a header.
func KeyAuth(header, value string) *ConnectionAuth {
	return &ConnectionAuth{Type: "apiKey", Name: header, Value: value}
}
