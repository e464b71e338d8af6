package client

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestServerSentEvents(t *testing.T) {
	for name, row := range map[string]struct {
		stream string
		expect []sseEvent
	}{
		"one":            {"data: a\n\n", []sseEvent{{"message", "", []byte("a")}}},
		"all fields":     {"id: 7\nevent: log\ndata: a\n\n", []sseEvent{{"log", "7", []byte("a")}}},
		"lines of data":  {"data: a\ndata\ndata:b\n\n", []sseEvent{{"message", "", []byte("a\n\nb")}}},
		"the id stays":   {"id: 7\ndata: a\n\ndata: b\n\n", []sseEvent{{"message", "7", []byte("a")}, {"message", "7", []byte("b")}}},
		"not the type":   {"event: x\n\ndata: b\n\n", []sseEvent{{"message", "", []byte("b")}}},
		"returns":        {"data: a\r\rdata: b\r\n\r\n", []sseEvent{{"message", "", []byte("a")}, {"message", "", []byte("b")}}},
		"a mark":         {"\ufeffdata: a\n\n", []sseEvent{{"message", "", []byte("a")}}},
		"comments":       {": hello\n\n:\nretry: 10\ndata: a\n: b\n\n", []sseEvent{{"message", "", []byte("a")}}},
		"a nul in an id": {"id: a\x00b\ndata: a\n\n", []sseEvent{{"message", "", []byte("a")}}},
		"cut":            {"data: a\n\ndata: b\n", []sseEvent{{"message", "", []byte("a")}}},
		"one space only": {"data:  a\n\n", []sseEvent{{"message", "", []byte(" a")}}},
	} {
		t.Run(name, func(t *testing.T) {
			reader := newSSEReader(iotest.OneByteReader(strings.NewReader(row.stream)))
			for _, expect := range row.expect {
				event, err := reader.next()
				if err != nil || event.kind != expect.kind || event.id != expect.id || string(event.data) != string(expect.data) {
					t.Fatalf("%+v is not %+v: %v", event, expect, err)
				}
			}
			if event, err := reader.next(); !errors.Is(err, io.EOF) {
				t.Fatal(event, err)
			}
		})
	}
}

func TestAnEventHasALimit(t *testing.T) {
	for name, text := range map[string]string{
		"a line": strings.Repeat("x", 20),
		"lines":  strings.Repeat("data: x\n", 20),
	} {
		reader := newSSEReader(strings.NewReader(text))
		reader.bytesMax = 10
		if _, err := reader.next(); !errors.Is(err, errEventTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
