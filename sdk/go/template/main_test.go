package main

import (
	"errors"
	"testing"

	function "example/{{ident}}/steploom"
)

func TestGreetsByName(t *testing.T) {
	result, err := handler(function.Context{}, Event{Name: "Ada"})
	if err != nil || result.Greeting != "Hello, Ada!" {
		t.Fatalf("got %+v, %v", result, err)
	}
}

func TestFailsWithoutName(t *testing.T) {
	_, err := handler(function.Context{}, Event{})
	var named *function.Error
	if !errors.As(err, &named) || named.Type != "MissingName" {
		t.Fatalf("got %v", err)
	}
}
