package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"steploom.dev/go/client"
)

const end = "event: end\ndata: {\"lastEventId\": 3}\n\n"

// told is an event of an execution on the line.
func told(id int) string {
	return fmt.Sprintf("id: %[1]d\nevent: PassStateEntered\ndata: {\"id\": %[1]d, \"previousEventId\": 0, "+
		"\"timestamp\": \"2026-03-14T01:59:00.000Z\", \"type\": \"PassStateEntered\", \"details\": {}}\n\n", id)
}

// follow collects the ids of all events of an execution, and the error at the end.
func follow(ctx context.Context, c *client.Client, id string) ([]int64, error) {
	return followAfter(ctx, c, id, 0)
}

func followAfter(ctx context.Context, c *client.Client, id string, after int64) (ids []int64, err error) {
	for event, err := range c.FollowEvents(ctx, id, after) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, event.ID)
	}
	return ids, nil
}

func TestAStreamComesBackAfterWhatItSaw(t *testing.T) {
	server := newFake(t,
		streams(told(1)+told(2)),
		streams(""),
		hangsUp,
		refuses(503, "Unavailable", "Retry-After", "0"),
		streams("event: error\ndata: {\"status\": 503, \"code\": \"Unavailable\", \"title\": \"moved\"}\n\n"),
		// The half of an event is none.
		streams(": comment\n\n"+told(3)[:20]),
		streams(told(3)+end),
	)
	ids, err := follow(bounded(t), server.client(t), "0")
	if err != nil || !slices.Equal(ids, []int64{1, 2, 3}) {
		t.Fatal(ids, err)
	}
	var after []string
	for _, asked := range server.requests() {
		after = append(after, asked.header.Get("Last-Event-ID"))
	}
	if !slices.Equal(after, []string{"", "2", "2", "2", "2", "2", "2"}) {
		t.Fatal(after)
	}
}

func TestAStreamBeginsAfterAnID(t *testing.T) {
	server := newFake(t, streams(told(3)+end))
	ids, err := followAfter(bounded(t), server.client(t), "0", 2)
	if err != nil || !slices.Equal(ids, []int64{3}) || server.requests()[0].header.Get("Last-Event-ID") != "2" {
		t.Fatal(ids, err, server.requests())
	}
}

func TestAStreamEndsWithAnErrorThatWillNotPass(t *testing.T) {
	for name, row := range map[string]struct {
		play http.HandlerFunc
		kind error
	}{
		"refused":    {refuses(404, "ExecutionNotFound"), client.ErrNotFound},
		"on the way": {streams(told(1) + "event: error\ndata: {\"status\": 500, \"code\": \"Corrupt\", \"title\": \"no\"}\n\n"), client.ErrInternal},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFake(t, row.play)
			if _, err := follow(bounded(t), server.client(t), "0"); !errors.Is(err, row.kind) || len(server.requests()) != 1 {
				t.Fatal(err, server.requests())
			}
		})
	}
	for name, text := range map[string]string{
		"no JSON":    "id: 1\ndata: {\n\n",
		"no id":      strings.Replace(told(1), "id: 1\n", "id: x\n", 1),
		"no problem": "event: error\ndata: {}\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			server := newFake(t, streams(text))
			var strange *client.Strange
			if _, err := follow(bounded(t), server.client(t), "0"); !errors.As(err, &strange) || len(server.requests()) != 1 {
				t.Fatal(err, server.requests())
			}
		})
	}
}

func TestAStreamIsNotTakenUpWithoutPatience(t *testing.T) {
	server := newFake(t, streams(told(1)))
	c := newClient(t, client.Config{Endpoint: server.URL, AttemptsMax: 1})
	ids, err := follow(bounded(t), c, "0")
	if len(ids) != 1 || !errors.Is(err, client.ErrUnavailable) || len(server.requests()) != 1 {
		t.Fatal(ids, err, server.requests())
	}
}

func TestAStreamEndsWithItsContextAndWithItsReader(t *testing.T) {
	gone := make(chan struct{}, 2)
	play := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, told(1)+told(2))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		gone <- struct{}{}
	}
	server := newFake(t, play)
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	var last error
	for _, err := range server.client(t).FollowEvents(ctx, "0", 0) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatal(last)
	}
	<-gone
	for event, err := range server.client(t).FollowEvents(bounded(t), "0", 0) {
		if err != nil || event.ID != 1 {
			t.Fatal(event, err)
		}
		break
	}
	<-gone
	if asked := server.requests(); len(asked) != 2 {
		t.Fatal(asked)
	}
}

func TestMissedLogsAreTold(t *testing.T) {
	line := `{"timestamp": "2026-03-14T01:59:00.000Z", "requestId": "4f0c", "version": 1, "source": "platform", "message": "%s"}`
	log := func(text string) string { return "event: log\ndata: " + fmt.Sprintf(line, text) + "\n\n" }
	server := newFake(t,
		streams(log("one")),
		streams(log("two")+"event: error\ndata: {\"status\": 429, \"code\": \"LogsMissed\", \"title\": \"too fast\"}\n\n"),
		streams(log("three")),
	)
	lines, err := server.client(t).FollowLogs(bounded(t), "f")
	if err != nil {
		t.Fatal(err)
	}
	if len(server.requests()) != 1 {
		t.Fatal("it was not opened")
	}
	var messages []string
	for line, err := range lines {
		if err != nil {
			if client.CodeOf(err) != "LogsMissed" {
				t.Fatal(err)
			}
			messages = append(messages, "missed")
			continue
		}
		messages = append(messages, line.Message)
	}
	if !slices.Equal(messages, []string{"one", "two", "missed"}) {
		t.Fatal(messages)
	}
}

func TestWaitingGoesOnUntilTheExecutionIsClosed(t *testing.T) {
	shows := func(status string) http.HandlerFunc {
		return says(200, strings.Replace(execution, "RUNNING", status, 1))
	}
	history := says(200, `{"items": [{"id": 3, "previousEventId": 0, "timestamp": "2026-03-14T01:59:00.000Z", "type": "x", "details": {}}]}`)
	server := newFake(t,
		shows("PENDING"), history, streams(""), streams(told(4)+end),
		// It was redriven just then.
		shows("QUARANTINED"),
		shows("PAUSED"), history, streams(end),
		shows("TIMED_OUT"),
	)
	ended, err := server.client(t).Wait(bounded(t), "0")
	if err != nil || ended.Status != client.ExecutionStatusTimedOut {
		t.Fatal(ended, err)
	}
	if asked := server.requests(); len(asked) != 9 || asked[2].header.Get("Last-Event-ID") != "3" {
		t.Fatal(asked)
	}
}

func TestWaitingIsBoundedByItsContext(t *testing.T) {
	server := newFake(t, says(200, execution), says(200, `{"items": []}`), sleeps)
	ctx, cancel := context.WithTimeout(bounded(t), 1)
	defer cancel()
	if _, err := server.client(t).Wait(ctx, "0"); !errors.Is(err, client.ErrTimedOut) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}
