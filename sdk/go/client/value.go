package client

import (
	"context"
	"net/http"
)

// PutValue sets a value of at most 1 MiB, replacing what was there.
func (c *Client) PutValue(ctx context.Context, store, key string, value []byte) error {
	call := newCall(http.MethodPut, "/v1/stores/{}/values/{}", store, key)
	_, err := c.send(ctx, call.bytes("application/octet-stream", value))
	return err
}

// GetValue is a value as it was set.
func (c *Client) GetValue(ctx context.Context, store, key string) ([]byte, error) {
	answer, err := c.send(ctx, newCall(http.MethodGet, "/v1/stores/{}/values/{}", store, key))
	if err != nil {
		return nil, err
	}
	return answer.body, nil
}
