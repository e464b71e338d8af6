package client_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
)

const execution = `{"id": "0", "name": "n", "machine": "m", "machineVersion": 1, "status": "RUNNING", "startedAt": "2026-03-14T01:59:00.000Z", "input": {}}`

func TestWhatMayBeRepeatedIsRepeated(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"busy":   refuses(429, "TooManyRequests"),
		"away":   refuses(503, "Unavailable", "Retry-After", "0"),
		"proxy":  says(503, "<html>"),
		"broken": hangsUp,
		"short":  says(200, `{"items"`, "Content-Length", "100"),
	} {
		t.Run(name, func(t *testing.T) {
			server := newFake(t, first, first, says(200, `{"items": []}`))
			page, err := server.client(t).ListFunctions(bounded(t), nil)
			if err != nil || len(page.Items) != 0 {
				t.Fatal(page, err)
			}
			if asked := server.requests(); len(asked) != 3 {
				t.Fatal(asked)
			}
		})
	}
}

func TestWhatMayNotBeRepeatedIsNot(t *testing.T) {
	for name, call := range map[string]func(*testing.T, *client.Client) error{
		"invoke": func(t *testing.T, c *client.Client) error {
			_, err := c.Invoke(bounded(t), "f", nil, nil)
			return err
		},
		"run": func(t *testing.T, c *client.Client) error {
			_, err := c.Run(bounded(t), client.StartExecution{Machine: "m"}, nil)
			return err
		},
		"create only": func(t *testing.T, c *client.Client) error {
			_, err := c.DeployMachine(bounded(t), "m", "{}", &client.PutOptions{CreateOnly: true})
			return err
		},
		"succeed": func(t *testing.T, c *client.Client) error {
			return c.SucceedTask(bounded(t), "token", client.SucceedTask{})
		},
		"poll": func(t *testing.T, c *client.Client) error {
			_, err := c.PollActivity(bounded(t), "a", client.PollActivity{})
			return err
		},
		"delete": func(t *testing.T, c *client.Client) error { return c.DeleteMachine(bounded(t), "m") },
	} {
		for failure, play := range map[string]http.HandlerFunc{"busy": refuses(429, "TooManyRequests"), "broken": hangsUp} {
			t.Run(name+" "+failure, func(t *testing.T) {
				server := newFake(t, play)
				if err := call(t, server.client(t)); err == nil {
					t.Fatal("there is an answer")
				}
				if asked := server.requests(); len(asked) != 1 {
					t.Fatal(asked)
				}
			})
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	for _, row := range []struct {
		name   string
		config client.Config
		play   http.HandlerFunc
		tries  int
		kind   error
	}{
		{"after the default", client.Config{}, refuses(429, "TooManyRequests"), 4, client.ErrTooManyRequests},
		{"never repeated", client.Config{AttemptsMax: 1}, refuses(503, "Unavailable"), 1, client.ErrUnavailable},
		{"too long a wish", client.Config{}, refuses(503, "Unavailable", "Retry-After", "3600"), 1, client.ErrUnavailable},
		{"longer than all", client.Config{RetryFor: time.Nanosecond}, refuses(503, "Unavailable", "Retry-After", "1"), 1, client.ErrUnavailable},
		{"will not pass", client.Config{}, refuses(500, "Internal"), 1, client.ErrInternal},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := newFake(t, row.play)
			row.config.Endpoint = server.URL
			_, err := newClient(t, row.config).ListMachines(bounded(t), nil)
			if !errors.Is(err, row.kind) || len(server.requests()) != row.tries {
				t.Fatal(err, len(server.requests()))
			}
		})
	}
}

func TestRetryAfterIsTold(t *testing.T) {
	server := newFake(t, refuses(503, "Unavailable", "Retry-After", "3600"))
	_, err := server.client(t).ListMachines(bounded(t), nil)
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.RetryAfter != time.Hour {
		t.Fatal(err)
	}
}

func TestAStartIsRepeatedUnderTheSameName(t *testing.T) {
	server := newFake(t, hangsUp, refuses(503, "Unavailable", "Retry-After", "0"), says(200, execution))
	started, err := server.client(t).Start(bounded(t), client.StartExecution{Machine: "m"})
	if err != nil || !started.IsNew {
		t.Fatal(started, err)
	}
	asked := server.requests()
	if len(asked) != 3 || asked[0].body != asked[1].body || asked[1].body != asked[2].body {
		t.Fatal(asked)
	}
	if !strings.Contains(asked[0].body, `"name":"go-`) {
		t.Fatal(asked[0].body)
	}
}

func TestAStartWhoseAnswerWasLostIsFound(t *testing.T) {
	server := newFake(t, hangsUp, refuses(409, "ExecutionAlreadyExists"), says(200, execution))
	started, err := server.client(t).Start(bounded(t), client.StartExecution{Machine: "m"})
	if err != nil || !started.IsNew || started.Execution.ID != "0" {
		t.Fatal(started, err)
	}
	if last := server.requests()[2]; last.method != "GET" || !strings.HasPrefix(last.path, "/v1/machines/m/executions/go-") {
		t.Fatal(last)
	}
	// A name of the caller's is another matter.
	server = newFake(t, refuses(409, "ExecutionAlreadyExists"))
	_, err = server.client(t).Start(bounded(t), client.StartExecution{Machine: "m", Name: "monday"})
	if !errors.Is(err, client.ErrConflict) || client.CodeOf(err) != "ExecutionAlreadyExists" {
		t.Fatal(err)
	}
}

func TestNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + listener.Addr().String()
	listener.Close()
	_, err = newClient(t, client.Config{Endpoint: endpoint}).ListMachines(bounded(t), nil)
	var unreachable *client.Unreachable
	if !errors.As(err, &unreachable) || !unreachable.IsRefused || !errors.Is(err, client.ErrUnavailable) {
		t.Fatal(err)
	}
	if !strings.Contains(err.Error(), endpoint) || !strings.Contains(err.Error(), "steploom up") {
		t.Fatal(err)
	}
}
