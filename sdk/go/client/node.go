package client

import (
	"context"
	"encoding/json"
	"net/http"
)

// Index is the server's name, version and links.
func (c *Client) Index(ctx context.Context) (*Index, error) {
	call := newCall(http.MethodGet, "/")
	call.header.Set("Accept", "application/json")
	return fetch[Index](ctx, c, call)
}

// Ready fails while the server is not ready; it does not wait until it is. [ErrUnavailable]: the *[Problem]
// says what is missing.
func (c *Client) Ready(ctx context.Context) error {
	return discard(ctx, c, newCall(http.MethodGet, "/readyz").repeatable(false))
}

// Metrics is what the server measures, in the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context) (string, error) {
	answer, err := c.send(ctx, newCall(http.MethodGet, "/metrics"))
	if err != nil {
		return "", err
	}
	return string(answer.body), nil
}

// OpenAPI is the reference of every operation, as the server has it.
func (c *Client) OpenAPI(ctx context.Context) (json.RawMessage, error) {
	document, err := fetch[json.RawMessage](ctx, c, newCall(http.MethodGet, "/v1/openapi.json"))
	if err != nil {
		return nil, err
	}
	return *document, nil
}
