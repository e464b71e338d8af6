package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// shownMax is how many bytes of a strange answer an error shows.
	shownMax = 200

	// problemBytesMax holds the largest problem: 100 findings in a definition.
	problemBytesMax = 1 << 20

	userAgent = "steploom-go/0.1.0"
)

// call is one that is being put together.
type call struct {
	method string
	// path begins with a slash, and is escaped: see [path].
	path   string
	query  url.Values
	header http.Header
	// kind is the body's content type; empty if there is no body.
	kind string
	body []byte
	// timeout of one attempt; the client's if 0.
	timeout time.Duration
	// isRepeatable says that doing it twice is as good as once.
	isRepeatable bool
	// err is why it cannot be sent.
	err error
}

// answer is one of status 2xx, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// path puts escaped segments into a pattern such as /v1/functions/{}/versions. An empty one is refused:
// it would make another route of it.
func path(pattern string, segments ...string) (string, error) {
	for _, segment := range segments {
		if segment == "" {
			return "", invalid("InvalidName", "a name, id or key in the path of "+pattern+" is empty")
		}
		pattern = strings.Replace(pattern, "{}", escape(segment), 1)
	}
	return pattern, nil
}

// escape makes one segment of a text. What whoever is in between might take for a step up is escaped, too.
func escape(segment string) string {
	if segment == "." || segment == ".." {
		return strings.ReplaceAll(segment, ".", "%2E")
	}
	return url.PathEscape(segment)
}

// newCall begins a call. GET and PUT may be repeated.
func newCall(method, pattern string, segments ...string) *call {
	path, err := path(pattern, segments...)
	return &call{
		method:       method,
		path:         path,
		header:       http.Header{},
		isRepeatable: method == http.MethodGet || method == http.MethodPut,
		err:          err,
	}
}

// repeatable says that doing it twice is as good as once, where the method alone does not.
func (c *call) repeatable(isRepeatable bool) *call {
	c.isRepeatable = isRepeatable
	return c
}

func (c *call) with(query url.Values) *call {
	c.query = query
	return c
}

func (c *call) within(timeout time.Duration) *call {
	c.timeout = timeout
	return c
}

func (c *call) bytes(kind string, body []byte) *call {
	c.kind, c.body = kind, body
	return c
}

// json gives it a body of JSON.
func (c *call) json(value any) *call {
	body, err := encode(value)
	if c.err == nil {
		c.err = err
	}
	return c.bytes("application/json", body)
}

// createOnly: create, or fail if it is there. Doing that twice is not as good as once: the second time
// would meet what the first has made.
func (c *call) createOnly(isCreateOnly bool) *call {
	if isCreateOnly {
		c.header.Set("If-None-Match", "*")
		c.isRepeatable = false
	}
	return c
}

// send sends it, again if need be, and gives an answer of status 2xx.
func (c *Client) send(ctx context.Context, call *call) (*answer, error) {
	if call.err != nil {
		return nil, call.err
	}
	patience := c.patience
	if !call.isRepeatable {
		patience.attemptsMax = 1
	}
	trying := patience.begin()
	for {
		answer, failed := c.attempt(ctx, call)
		if failed == nil {
			return answer, nil
		}
		if !trying.again(ctx, failed) {
			return nil, failed.err
		}
	}
}

// fetch sends it and reads an answer of JSON.
func fetch[T any](ctx context.Context, c *Client, call *call) (*T, error) {
	answer, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	return decode[T](answer.body)
}

// discard sends it and needs no answer but that it went well.
func discard(ctx context.Context, c *Client, call *call) error {
	_, err := c.send(ctx, call)
	return err
}

// attempt is one of them.
func (c *Client) attempt(ctx context.Context, call *call) (*answer, *failure) {
	attempting, cancel := context.WithTimeout(ctx, first(call.timeout, c.timeout))
	defer cancel()
	response, failed := c.open(attempting, call)
	if failed != nil {
		return nil, failed
	}
	defer response.Body.Close()
	body, err := readBounded(response.Body, c.answerBytesMax)
	if err != nil {
		return nil, c.broken(attempting, err)
	}
	return &answer{status: response.StatusCode, header: response.Header, body: body}, nil
}

// open sends a request once. The body of a response of status 2xx is the caller's to read and close.
func (c *Client) open(ctx context.Context, call *call) (*http.Response, *failure) {
	request, err := c.request(ctx, call)
	if err != nil {
		return nil, failedForGood(err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, c.refused(ctx, response)
}

func (c *Client) request(ctx context.Context, call *call) (*http.Request, error) {
	target := c.endpoint + call.path
	if query := call.query.Encode(); query != "" {
		target += "?" + query
	}
	// Not a nil *bytes.Reader: a body of no bytes is none.
	var body io.Reader
	if len(call.body) > 0 {
		body = bytes.NewReader(call.body)
	}
	request, err := http.NewRequestWithContext(ctx, call.method, target, body)
	if err != nil {
		return nil, invalid("InvalidRequest", "the request cannot be made: "+err.Error())
	}
	request.Header = call.header.Clone()
	request.Header.Set("User-Agent", userAgent)
	if call.kind != "" {
		request.Header.Set("Content-Type", call.kind)
	}
	if c.apiKey != "" {
		request.Header.Set("Authorization", "Bearer "+c.apiKey)
	}
	return request, nil
}

// refused reads why an answer is not of status 2xx.
func (c *Client) refused(ctx context.Context, response *http.Response) *failure {
	failed := &failure{
		isPassing:  isPassing(response.StatusCode),
		retryAfter: parseRetryAfter(response.Header.Get("Retry-After")),
	}
	body, err := readBounded(response.Body, problemBytesMax)
	if err != nil {
		// The status is known, and says more than how the line broke.
		failed.err = &Strange{Status: response.StatusCode, Why: err.Error()}
		if ctx.Err() != nil {
			failed.err = &Unreachable{Endpoint: c.endpoint, Err: err}
		}
		return failed
	}
	problem := parseProblem(body)
	if problem == nil {
		failed.err = &Strange{Status: response.StatusCode, Why: fmt.Sprintf("it is no problem document but %q", shown(body))}
		return failed
	}
	problem.RetryAfter = failed.retryAfter
	failed.err = problem
	return failed
}

// broken is what went wrong below HTTP.
func (c *Client) broken(ctx context.Context, err error) *failure {
	var tooLarge *Strange
	if errors.As(err, &tooLarge) {
		return failedForGood(tooLarge)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var dialled *net.OpError
	isRefused := errors.As(err, &dialled) && dialled.Op == "dial"
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	unreachable := &Unreachable{Endpoint: c.endpoint, IsRefused: isRefused, Err: err}
	return &failure{err: unreachable, isPassing: !errors.Is(err, context.Canceled)}
}

// readBounded reads to the end, or fails with a *Strange if there is more than a client holds.
func readBounded(body io.Reader, bytesMax int64) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(body, bytesMax+1))
	if err != nil {
		return nil, err
	}
	if int64(len(read)) > bytesMax {
		return nil, strange("it has more than %d bytes", bytesMax)
	}
	return read, nil
}

// shown is the beginning of a strange answer.
func shown(body []byte) string {
	return strings.ToValidUTF8(string(body[:min(len(body), shownMax)]), "?")
}

// parseRetryAfter reads seconds, or an instant of HTTP; 0 if it is neither or over.
func parseRetryAfter(text string) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// encode prints JSON as it was meant, without the escapes that HTML needs.
func encode(value any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, invalid("InvalidJson", "it cannot be written as JSON: "+err.Error())
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), nil
}

func decode[T any](body []byte) (*T, error) {
	var value T
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, strange("%v", err)
	}
	return &value, nil
}
