// Package client is a client of Steploom.
//
// A [Client] has one method for each operation of /v1. Pages come as iterators ([Client.AllExecutions]),
// events as iterators that take a broken line up again ([Client.FollowEvents]). A call that may be
// repeated is repeated when the line breaks or the server asks for patience.
//
//	c, err := client.New(client.Config{})
//	started, err := c.Start(ctx, client.StartExecution{Machine: "order", Input: map[string]any{"id": 7}})
//	ended, err := c.Wait(ctx, started.Execution.ID)
//	fmt.Println(ended.Status, string(ended.Output))
//
// What went wrong is told by [errors.Is] with [ErrNotFound] and its like; [errors.As] with a *[Problem]
// tells the rest.
//
// The files *_gen.go are written by steploom.dev/go/tools/generate from the server's OpenAPI document.
package client
