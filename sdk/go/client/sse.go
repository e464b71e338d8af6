package client

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// eventBytesMax bounds one event of a stream: two payloads of 64 MiB, and what JSON adds.
const eventBytesMax = 256 << 20

// sseEvent is one that was dispatched.
type sseEvent struct {
	// kind is its type; message if it named none.
	kind string
	// id is the last that the stream has named, with this event or before.
	id string
	// data is its lines of data, joined.
	data []byte
}

// sseReader reads server-sent events (the HTML standard, section 9.2.6).
type sseReader struct {
	lines *bufio.Reader
	// hasBegun says that the first line, which may begin with a byte order mark, has been read.
	hasBegun bool
	// afterReturn says that the last line ended with a carriage return, so that a line feed belongs to it.
	afterReturn bool
	id          string
	bytesMax    int
}

func newSSEReader(stream io.Reader) *sseReader {
	return &sseReader{lines: bufio.NewReader(stream), bytesMax: eventBytesMax}
}

// next is the next event that is complete; io.EOF where the stream was cut.
func (r *sseReader) next() (sseEvent, error) {
	event := sseEvent{kind: "message"}
	hasData := false
	for {
		line, err := r.line(r.bytesMax - len(event.data))
		if err != nil {
			return sseEvent{}, err
		}
		if len(line) == 0 {
			if hasData {
				event.id = r.id
				return event, nil
			}
			event = sseEvent{kind: "message"}
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			event.kind = first(string(value), "message")
		case "data":
			if hasData {
				event.data = append(event.data, '\n')
			}
			event.data = append(event.data, value...)
			hasData = true
		case "id":
			if !strings.ContainsRune(string(value), 0) {
				r.id = string(value)
			}
		}
		// A comment has an empty field; the server's advice on pauses is ours to ignore.
	}
}

// line is the next line without its end, which is a line feed, a carriage return, or both.
func (r *sseReader) line(bytesMax int) ([]byte, error) {
	var line []byte
	for {
		b, err := r.lines.ReadByte()
		if err != nil {
			return nil, err
		}
		follows := r.afterReturn
		r.afterReturn = b == '\r'
		if b == '\n' && follows {
			continue
		}
		if b == '\n' || b == '\r' {
			break
		}
		if len(line) >= bytesMax {
			return nil, errEventTooLarge
		}
		line = append(line, b)
	}
	if !r.hasBegun {
		r.hasBegun = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return line, nil
}

var errEventTooLarge = errors.New("an event of the stream is larger than any of Steploom's")
