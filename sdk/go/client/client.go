package client

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// EndpointDefault is where a Steploom listens that was told nothing else.
	EndpointDefault = "http://127.0.0.1:8080"

	// timeoutDefault bounds one attempt of an ordinary call.
	timeoutDefault = time.Minute

	// answerBytesMaxDefault holds the largest answer there is, an execution with an input and an output of
	// 64 MiB each, and what JSON adds.
	answerBytesMaxDefault = 256 << 20
)

// Config says which Steploom, and how to talk to it. What is left out is taken from the environment,
// where a variable is named, and else has its default.
type Config struct {
	// Endpoint is where Steploom is, such as https://steploom.example/prefix. Else STEPLOOM_ENDPOINT, else
	// [EndpointDefault].
	Endpoint string
	// APIKey is the token of an API key or a JSON Web Token. It is sent with each call and never shown. Else
	// STEPLOOM_API_KEY, else none is sent.
	APIKey string
	// HTTPClient sends the requests. A Timeout of its own would cut streams: leave it 0. The default connects
	// within 5 seconds.
	HTTPClient *http.Client
	// Timeout bounds one attempt of an ordinary call; 1 minute if left out. Uploads, invocations, polls and
	// synchronous runs have bounds of their own, which follow from what they wait for. A context bounds the
	// whole of any call.
	Timeout time.Duration
	// AttemptsMax is how often a call is tried that may be repeated; 4 if left out. 1 never repeats, and takes up
	// no stream again.
	AttemptsMax int
	// RetryFor is how long after its first failure a call is tried again, and a stream that broke is taken up
	// again; 1 minute if left out.
	RetryFor time.Duration
	// AnswerBytesMax bounds the body of one answer; 256 MiB if left out.
	AnswerBytesMax int64
}

// Client is a client of one Steploom. It may be used by many goroutines at once, which share its
// connections. Make it with [New].
type Client struct {
	http *http.Client
	// endpoint has scheme, host and path prefix, and no slash at its end.
	endpoint       string
	apiKey         string
	timeout        time.Duration
	patience       patience
	answerBytesMax int64
}

// New makes a client. Nothing is sent yet. An endpoint or key that cannot be used is an [ErrInvalid].
func New(config Config) (*Client, error) {
	endpoint, err := parseEndpoint(first(config.Endpoint, os.Getenv("STEPLOOM_ENDPOINT"), EndpointDefault))
	if err != nil {
		return nil, err
	}
	apiKey := first(config.APIKey, os.Getenv("STEPLOOM_API_KEY"))
	if !isPlain(apiKey) {
		return nil, invalid("InvalidKey", "the API key is no plain text without spaces")
	}
	return &Client{
		http:     newHTTPClient(config.HTTPClient),
		endpoint: endpoint,
		apiKey:   apiKey,
		timeout:  first(config.Timeout, timeoutDefault),
		patience: patience{
			attemptsMax: max(first(config.AttemptsMax, attemptsDefault), 1),
			retryFor:    first(config.RetryFor, retryForDefault),
		},
		answerBytesMax: first(config.AnswerBytesMax, answerBytesMaxDefault),
	}, nil
}

// Endpoint is where the client looks for Steploom, without a slash at the end.
func (c *Client) Endpoint() string { return c.endpoint }

// String names the client without its key, so that printing one gives nothing away.
func (c *Client) String() string { return "Steploom at " + c.endpoint }

// GoString is the same for %#v.
func (c *Client) GoString() string { return fmt.Sprintf("client.Client{%q}", c.endpoint) }

func parseEndpoint(endpoint string) (string, error) {
	wrong := func(why string) (string, error) {
		return "", invalid("InvalidEndpoint", fmt.Sprintf("%q is not an endpoint such as %s: %s", endpoint, EndpointDefault, why))
	}
	parsed, err := url.Parse(endpoint)
	switch {
	case err != nil:
		// What url.Parse says repeats the text, which may hold a password.
		return "", invalid("InvalidEndpoint", "the endpoint is no URL such as "+EndpointDefault)
	case parsed.User != nil:
		return "", invalid("InvalidEndpoint", "an endpoint has no user and no password: give an API key")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return wrong("it must begin with http:// or https://")
	case parsed.Hostname() == "":
		return wrong("it has no host")
	case parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		return wrong("it must not have a query or a fragment")
	}
	return strings.TrimRight(parsed.String(), "/"), nil
}

// isPlain says whether a text has visible ASCII alone, so that it can stand in a header.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// first is the first value that is there.
func first[T comparable](values ...T) T {
	var none T
	for _, value := range values {
		if value != none {
			return value
		}
	}
	return none
}
