// Order deploys a machine, starts an execution of it, shows its events as they happen, and its end:
//
//	go run ./examples/order
//
// It talks to the Steploom at STEPLOOM_ENDPOINT, http://127.0.0.1:8080 if that is not set.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"steploom.dev/go/client"
)

//go:embed order.asl.json
var definition []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := run(ctx, client.Config{}, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, config client.Config, out io.Writer) error {
	c, err := client.New(config)
	if err != nil {
		return err
	}
	machine, err := c.DeployMachine(ctx, "order", definition, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "machine %s, version %d\n", machine.Name, machine.Latest.Version)

	input := map[string]any{"items": []map[string]int{{"price": 3, "count": 2}, {"price": 5, "count": 1}}}
	started, err := c.Start(ctx, client.StartExecution{Machine: machine.Name, Input: input})
	if err != nil {
		return err
	}
	id := started.Execution.ID
	for event, err := range c.FollowEvents(ctx, id, 0) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%3d  %s\n", event.ID, event.Type)
	}
	ended, err := c.Wait(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n", ended.Status, ended.Output)
	return nil
}
