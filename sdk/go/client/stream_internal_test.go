package client

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestALineThatFallsSilentIsLeft(t *testing.T) {
	lines := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lines++
		if lines == 1 {
			// Not even an answer.
			<-r.Context().Done()
			return
		}
		io.WriteString(w, ": hello\n\n")
		w.(http.Flusher).Flush()
		if lines == 2 {
			<-r.Context().Done()
			return
		}
		io.WriteString(w, "event: end\ndata: {}\n\n")
	}))
	defer server.Close()
	client, err := New(Config{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	stream := newStream[Event](client, "/v1/executions/0/events")
	stream.silenceMax = 200 * time.Millisecond
	for event, err := range stream.items(ctx) {
		t.Fatal(event, err)
	}
	if lines < 3 {
		t.Fatal(lines)
	}
}
