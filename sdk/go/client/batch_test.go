package client_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"steploom.dev/go/client"
)

const (
	accepted = `{"execution": {"id": "0", "name": "n", "machine": "m", "machineVersion": 1, "status": "RUNNING", "startedAt": "2026-03-14T01:59:00.000Z"}, "isNew": true}`
	found    = `{"execution": {"id": "0", "name": "n", "machine": "m", "machineVersion": 1, "status": "RUNNING", "startedAt": "2026-03-14T01:59:00.000Z"}, "isNew": false}`
)

func refusedStart(status, code string) string {
	return `{"error": {"status": ` + status + `, "code": "` + code + `", "message": "no"}}`
}

// answers is what a batch is answered with.
func answers(items ...string) http.HandlerFunc {
	return says(200, `{"items": [`+strings.Join(items, ",")+`]}`)
}

// names are those of the starts in a request.
func names(t *testing.T, request asked) []string {
	t.Helper()
	var found []string
	for _, line := range strings.Split(strings.TrimSpace(request.body), "\n") {
		var start struct{ Name string }
		if err := json.Unmarshal([]byte(line), &start); err != nil {
			t.Fatal(err)
		}
		found = append(found, start.Name)
	}
	return found
}

func TestStartsThatAreRefusedForAWhileAreTriedAgain(t *testing.T) {
	server := newFake(t,
		answers(accepted, refusedStart("429", "TooManyRequests"), refusedStart("404", "MachineNotFound"), refusedStart("503", "Unavailable")),
		answers(accepted, refusedStart("429", "TooManyRequests")),
		answers(accepted),
	)
	starts := make([]client.StartExecution, 4)
	started, err := server.client(t).StartMany(bounded(t), starts)
	if err != nil || len(started) != 4 {
		t.Fatal(started, err)
	}
	for i, answer := range started {
		if isRefused := i == 2; isRefused != (answer.Error != nil) || answer.IsNew == isRefused {
			t.Error(i, answer)
		}
	}
	asked := server.requests()
	first, second, third := names(t, asked[0]), names(t, asked[1]), names(t, asked[2])
	if len(asked) != 3 || len(second) != 2 || second[0] != first[1] || second[1] != first[3] || len(third) != 1 || third[0] != first[3] {
		t.Error(first, second, third)
	}
}

func TestStartsStayRefusedWhenPatienceEnds(t *testing.T) {
	server := newFake(t, answers(refusedStart("429", "TooManyRequests")))
	started, err := server.client(t).StartMany(bounded(t), make([]client.StartExecution, 1))
	if err != nil || started[0].Error.Status != 429 || len(server.requests()) != 4 {
		t.Fatal(started, err, len(server.requests()))
	}
}

func TestABatchWhoseAnswerWasLostStartsNothingTwice(t *testing.T) {
	taken := refusedStart("409", "ExecutionAlreadyExists")
	server := newFake(t, hangsUp, answers(found, taken, found, taken), says(200, execution))
	starts := []client.StartExecution{{Machine: "m"}, {Machine: "m"}, {Machine: "m", Name: "mine"}, {Machine: "m", Name: "mine too"}}
	started, err := server.client(t).StartMany(bounded(t), starts)
	if err != nil {
		t.Fatal(err)
	}
	// Names that the client made are new to the caller; of its own it knows only what the server says.
	if !started[0].IsNew || !started[1].IsNew || started[1].Execution.ID != "0" || started[2].IsNew || started[3].Error == nil {
		t.Error(started)
	}
	asked := server.requests()
	if len(asked) != 3 || asked[0].body != asked[1].body || !strings.Contains(asked[2].path, "/executions/go-") {
		t.Error(asked)
	}
}

func TestABatchThatFailsGivesWhatWasAnswered(t *testing.T) {
	items := make([]string, 5000)
	for i := range items {
		items[i] = accepted
	}
	server := newFake(t, answers(items...), refuses(500, "Internal"))
	started, err := server.client(t).StartMany(bounded(t), make([]client.StartExecution, 5001))
	if len(started) != 5000 || !errors.Is(err, client.ErrInternal) {
		t.Fatal(len(started), err)
	}
	server = newFake(t, answers(accepted))
	var strange *client.Strange
	if _, err := server.client(t).StartMany(bounded(t), make([]client.StartExecution, 2)); !errors.As(err, &strange) {
		t.Fatal(err)
	}
}
