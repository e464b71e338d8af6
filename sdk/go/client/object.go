package client

import (
	"context"
	"net/http"
)

// PutObject puts an object of at most 64 MiB, replacing what was there. Its content type is
// application/octet-stream if left empty.
func (c *Client) PutObject(ctx context.Context, bucket, key, contentType string, content []byte) (*BucketObject, error) {
	call := newCall(http.MethodPut, "/v1/buckets/{}/objects/{}", bucket, key)
	return fetch[BucketObject](ctx, c, call.bytes(first(contentType, "application/octet-stream"), content))
}

// GetObject is an object's content.
func (c *Client) GetObject(ctx context.Context, bucket, key string) ([]byte, error) {
	answer, err := c.send(ctx, newCall(http.MethodGet, "/v1/buckets/{}/objects/{}", bucket, key))
	if err != nil {
		return nil, err
	}
	return answer.body, nil
}
