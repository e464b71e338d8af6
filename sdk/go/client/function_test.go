package client_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

// deployed deploys a function that answers its event, under a name of the test's own.
func deployed(t *testing.T, c *client.Client) string {
	t.Helper()
	name := strings.NewReplacer("/", ".", "#", ".").Replace(t.Name())
	if _, err := c.DeployFunction(bounded(t), name, real.Echo(), nil); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestInvoke(t *testing.T) {
	c := realClient(t)
	name := deployed(t, c)
	event := map[string]any{"text": "<ü & \u2028>", "list": []any{1.5, nil, true}}
	answer, err := c.Invoke(bounded(t), name, event, &client.OfQualifier{Qualifier: "1"})
	if err != nil {
		t.Fatal(err)
	}
	var result map[string]any
	if err := answer.Decode(&result); err != nil || !reflect.DeepEqual(result, event) {
		t.Error(result, err)
	}
	if !strings.Contains(string(answer.Result), "<ü & ") {
		t.Error("it was escaped:", string(answer.Result))
	}
	if answer.RequestID == "" || answer.Version != 1 || answer.Duration <= 0 || answer.Fuel <= 0 {
		t.Error(answer)
	}
	if answer, err = c.Invoke(bounded(t), name, nil, nil); err != nil || string(answer.Result) != "null" {
		t.Error(answer, err)
	}
	_, err = c.Invoke(bounded(t), name, nil, &client.OfQualifier{Qualifier: "7"})
	if !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
}

func TestInvokingWhatFails(t *testing.T) {
	c := realClient(t)
	if _, err := c.PutFunction(bounded(t), "failing", real.Failing(), nil); err != nil {
		t.Fatal(err)
	}
	_, err := c.Invoke(bounded(t), "failing", map[string]string{"errorType": "Oops", "errorMessage": "why"}, nil)
	var problem *client.Problem
	if !errors.Is(err, client.ErrFunctionFailed) || errors.Is(err, client.ErrTimedOut) || !errors.As(err, &problem) {
		t.Fatal(err)
	}
	if problem.FunctionError != "Oops" || problem.FunctionCause != "why" || problem.InvocationID == "" || problem.RequestID == "" {
		t.Error(problem)
	}
	settings := client.FunctionSettings{TimeoutMs: client.Ptr[int64](50)}
	if _, err := c.PutFunction(bounded(t), "spinning", real.Spinning(), &client.PutOptions{Settings: &settings}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Invoke(bounded(t), "spinning", nil, nil)
	if !errors.Is(err, client.ErrFunctionFailed) || !errors.Is(err, client.ErrTimedOut) {
		t.Error(err)
	}
	if _, err = c.Invoke(bounded(t), "nobody", nil, nil); client.CodeOf(err) != "FunctionNotFound" {
		t.Error(err)
	}
}

func TestDeployingAFunctionAgainChangesNothing(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	path := filepath.Join(t.TempDir(), "echo.wasm")
	if err := os.WriteFile(path, real.Echo(), 0o600); err != nil {
		t.Fatal(err)
	}
	given := &client.PutOptions{Settings: &client.FunctionSettings{
		TimeoutMs:    client.Ptr[int64](5000),
		DiskBytesMax: client.Ptr[int64](0),
		AtMostOnce:   true,
		Environment:  map[string]string{"A": "b"},
	}}
	for i, step := range []struct {
		deploy  func() (*client.Function, error)
		version int
	}{
		{func() (*client.Function, error) { return c.DeployFunctionFile(ctx, "again", path, nil) }, 1},
		{func() (*client.Function, error) { return c.DeployFunction(ctx, "again", real.Echo(), nil) }, 1},
		{func() (*client.Function, error) { return c.DeployFunction(ctx, "again", real.Echo(), given) }, 2},
		{func() (*client.Function, error) { return c.DeployFunction(ctx, "again", real.Echo(), given) }, 2},
		{func() (*client.Function, error) { return c.DeployFunction(ctx, "again", real.Failing(), given) }, 3},
		{func() (*client.Function, error) { return c.DeployFunction(ctx, "again", real.Failing(), nil) }, 4},
		{func() (*client.Function, error) { return c.PutFunction(ctx, "again", real.Failing(), nil) }, 5},
	} {
		function, err := step.deploy()
		if err != nil || function.Latest.Version != step.version {
			t.Fatalf("step %d: %v %v", i, function, err)
		}
	}
	versions, err := c.ListFunctionVersions(ctx, "again")
	if err != nil || len(versions.Items) != 5 {
		t.Fatal(versions, err)
	}
	if settings := versions.Items[3].Settings; *settings.TimeoutMs != 5000 || *settings.DiskBytesMax != 0 || settings.Environment["A"] != "b" {
		t.Error(settings)
	}
	_, err = c.PutFunction(ctx, "again", real.Echo(), &client.PutOptions{CreateOnly: true})
	if !errors.Is(err, client.ErrConflict) || client.CodeOf(err) != "FunctionExists" {
		t.Error(err)
	}
	if _, err := c.DeployFunctionFile(ctx, "again", path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := c.DeployFunction(ctx, "again", []byte("no module"), nil); !errors.Is(err, client.ErrInvalid) {
		t.Error(err)
	}
}

func TestInvokingLater(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := deployed(t, c)
	for _, query := range []*client.InvokeAsyncQuery{nil, {Name: "nightly"}, {Name: "nightly"}} {
		execution, err := c.InvokeAsync(ctx, name, map[string]int{"a": 1}, query)
		if query != nil && client.CodeOf(err) == "ExecutionAlreadyExists" {
			// It has ended meanwhile.
			continue
		}
		if err != nil || execution.Machine != "function:"+name {
			t.Fatal(execution, err)
		}
		ended, err := c.Wait(ctx, execution.ID)
		if err != nil || ended.Status != client.ExecutionStatusSucceeded || string(ended.Output) != `{"a":1}` {
			t.Fatal(ended, err)
		}
	}
}

func TestLogs(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	// What goes well in silence logs nothing.
	if _, err := c.DeployFunction(ctx, t.Name(), real.Failing(), nil); err != nil {
		t.Fatal(err)
	}
	lines, err := c.FollowLogs(ctx, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	var expect, followed, read []string
	for range 3 {
		_, err := c.Invoke(ctx, t.Name(), nil, nil)
		var problem *client.Problem
		if !errors.As(err, &problem) {
			t.Fatal(err)
		}
		expect = append(expect, problem.InvocationID)
	}
	for line, err := range lines {
		if err != nil || line.Source != client.LogSourcePlatform || line.Timestamp.IsZero() || line.Message == "" {
			t.Fatal(line, err)
		}
		if followed = append(followed, line.RequestID); len(followed) == len(expect) {
			break
		}
	}
	if !slices.Equal(followed, expect) {
		t.Error(followed, expect)
	}
	waitFor(t, "three lines", func() bool {
		read = nil
		for line, err := range c.AllLogs(ctx, t.Name(), &client.ReadLogsQuery{Limit: 1, Since: time.Now().Add(-time.Hour)}) {
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, line.RequestID)
		}
		return len(read) >= len(expect)
	})
	if !slices.Equal(read, expect) {
		t.Error(read, expect)
	}
	page, err := c.ReadLogs(ctx, t.Name(), &client.ReadLogsQuery{RequestID: expect[1]})
	if err != nil || len(page.Items) != 1 || page.Items[0].RequestID != expect[1] {
		t.Error(page, err)
	}
	if _, err := c.FollowLogs(ctx, "nobody"); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
}
