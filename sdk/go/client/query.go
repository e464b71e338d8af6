package client

import (
	"net/url"
	"strconv"
	"time"
)

// query is the part of an address behind its question mark. What is zero is left out.
type query url.Values

func (q query) text(name, value string) {
	if value != "" {
		url.Values(q).Set(name, value)
	}
}

func (q query) number(name string, value int) {
	if value != 0 {
		q.text(name, strconv.Itoa(value))
	}
}

func (q query) flag(name string, value bool) {
	if value {
		q.text(name, "true")
	}
}

func (q query) time(name string, value time.Time) {
	if !value.IsZero() {
		q.text(name, value.UTC().Format(time.RFC3339Nano))
	}
}
