package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

func TestTheExample(t *testing.T) {
	server := real.Start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, client.Config{Endpoint: server.URL}, &out); err != nil {
		t.Fatal(err)
	}
	for _, expect := range []string{"machine order, version 1\n", "  1  ExecutionStarted\n", "SUCCEEDED: {\"total\":11}\n"} {
		if !strings.Contains(out.String(), expect) {
			t.Errorf("%q is not in\n%s", expect, out.String())
		}
	}
}
