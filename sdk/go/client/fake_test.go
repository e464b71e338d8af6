package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"steploom.dev/go/client"
)

// fake is a server that plays its answers in order, the last one again and again, and keeps what it was
// asked.
type fake struct {
	*httptest.Server
	mutex sync.Mutex
	asked []asked
	plays []http.HandlerFunc
}

// asked is a request as it came.
type asked struct {
	method, path string
	header       http.Header
	body         string
}

func newFake(t *testing.T, plays ...http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{plays: plays}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mutex.Lock()
		play := f.plays[min(len(f.asked), len(f.plays)-1)]
		f.asked = append(f.asked, asked{r.Method, r.URL.EscapedPath(), r.Header, string(body)})
		f.mutex.Unlock()
		play(w, r)
	}))
	t.Cleanup(func() {
		f.Server.CloseClientConnections()
		f.Server.Close()
	})
	return f
}

// requests are those that came.
func (f *fake) requests() []asked {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return append([]asked(nil), f.asked...)
}

func (f *fake) client(t *testing.T) *client.Client {
	t.Helper()
	return newClient(t, client.Config{Endpoint: f.URL})
}

func newClient(t *testing.T, config client.Config) *client.Client {
	t.Helper()
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says answers with a status and a body.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// refuses answers with a problem.
func refuses(status int, code string, headers ...string) http.HandlerFunc {
	body := fmt.Sprintf(`{"status": %d, "code": %q, "title": "no"}`, status, code)
	return says(status, body, append(headers, "Content-Type", "application/problem+json")...)
}

// streams sends events and then cuts the line.
func streams(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, text)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hangsUp breaks the line before there is an answer.
func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// sleeps answers nothing until the caller has gone.
func sleeps(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// bounded is a context that ends a test which hangs.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx := bounded(t)
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("never:", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
