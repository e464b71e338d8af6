package client_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

// shared is a real server for all tests that only add to it; nil where STEPLOOM is not set.
var shared *real.Server

func TestMain(m *testing.M) {
	// What a developer's shell says is not what these tests are about.
	os.Unsetenv("STEPLOOM_ENDPOINT")
	os.Unsetenv("STEPLOOM_API_KEY")
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runAll(m *testing.M) (int, error) {
	if real.Program() == "" {
		return m.Run(), nil
	}
	folder, err := os.MkdirTemp("", "steploom-go-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	if shared, err = real.Launch(filepath.Join(folder, "data")); err != nil {
		return 1, err
	}
	code := m.Run()
	return code, shared.Stop()
}

// realClient is a client of the real server.
func realClient(t *testing.T) *client.Client {
	t.Helper()
	if shared == nil {
		t.Skip("STEPLOOM does not name the program to test against")
	}
	return newClient(t, client.Config{Endpoint: shared.URL})
}
