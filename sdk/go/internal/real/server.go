// Package real starts a real Steploom for tests: the program that STEPLOOM names, on a free port of the
// loopback interface, with a folder of its own.
package real

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long a server may take to begin to listen, on a computer that is busy.
const startTimeout = 2 * time.Minute

// Server is one that runs.
type Server struct {
	// URL is where it answers.
	URL string
	// data is its folder.
	data    string
	process *exec.Cmd
}

// Program is the path in STEPLOOM; empty where there is none.
func Program() string { return os.Getenv("STEPLOOM") }

// Start starts a server and stops it when the test is over. Where STEPLOOM is not set, the test is skipped and
// says so.
func Start(t testing.TB) *Server {
	t.Helper()
	if Program() == "" {
		t.Skip("STEPLOOM does not name the program to test against")
	}
	server, err := Launch(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// Launch starts a server on a free port, with its data in a folder.
func Launch(data string) (*Server, error) {
	server := &Server{data: data}
	return server, server.up("127.0.0.1:0")
}

// Again starts it again where it was, after [Server.Stop] or [Server.Kill].
func (s *Server) Again() error {
	before, err := url.Parse(s.URL)
	if err != nil {
		return err
	}
	return s.up(before.Host)
}

func (s *Server) up(listen string) error {
	command := exec.Command(Program(), "up", "--json", "--listen", listen, "--data", s.data)
	command.Env = append(environment(), "STEPLOOM_LOG=warn")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	s.process = command
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(output).ReadString('\n')
		said <- line
	}()
	select {
	case line := <-said:
		var served struct{ URL string }
		if err := json.Unmarshal([]byte(line), &served); err != nil || served.URL == "" {
			return errors.Join(fmt.Errorf("the server said %q", line), s.Kill())
		}
		s.URL = served.URL
		return nil
	case <-time.After(startTimeout):
		return errors.Join(errors.New("the server does not listen"), s.Kill())
	}
}

// Stop asks the server to stop, by its process, and waits until it has.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

// Kill ends the server at once, as a crash does.
func (s *Server) Kill() error { return s.end(syscall.SIGKILL) }

// end leaves a server that has ended.
func (s *Server) end(signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	// How a process that was told to end has ended is no news.
	_ = s.process.Wait()
	s.process = nil
	return nil
}

// environment is ours without what would tell the server something.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "STEPLOOM_") {
			kept = append(kept, variable)
		}
	}
	return kept
}
