package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

func TestTasks(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	activity, err := c.PutActivity(ctx, "approve")
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]any{"Type": "Task", "Resource": activity.ARN}
	execution := started(t, c, client.StartExecution{Machine: machine(t, c, state), Input: 7})
	task, err := c.PollActivity(ctx, "approve", client.PollActivity{Worker: "desk-7"})
	if err != nil || task == nil || string(task.Input) != "7" {
		t.Fatal(task, err)
	}
	if err := c.HeartbeatTask(ctx, task.TaskToken); err != nil {
		t.Error(err)
	}
	if err := c.SucceedTask(ctx, task.TaskToken, client.SucceedTask{Output: true}); err != nil {
		t.Fatal(err)
	}
	if done := ended(t, c, execution.ID, client.ExecutionStatusSucceeded); string(done.Output) != "true" {
		t.Error(done)
	}
	if err := c.FailTask(ctx, task.TaskToken, client.FailTask{Error: "Oops"}); client.CodeOf(err) != "TaskTimedOut" {
		t.Error(err)
	}
	if err := c.HeartbeatTask(ctx, "made/up"); client.CodeOf(err) != "InvalidToken" {
		t.Error(err)
	}
	if none, err := c.PollActivity(ctx, "approve", client.PollActivity{WaitSeconds: client.Ptr[int64](0)}); none != nil || err != nil {
		t.Error(none, err)
	}
}

func TestObjects(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	if _, err := c.PutBucket(ctx, "orders"); err != nil {
		t.Fatal(err)
	}
	keys := []string{"a/b c", "ä?#%&+", "..", "../up", "plain", "{}", "%2F"}
	for _, key := range keys {
		object, err := c.PutObject(ctx, "orders", key, "text/plain", []byte(key))
		if err != nil || object.Key != key || object.SizeBytes != int64(len(key)) || object.ContentType != "text/plain" {
			t.Fatal(key, object, err)
		}
	}
	var listed []string
	for object, err := range c.AllObjects(ctx, "orders", &client.ListObjectsQuery{Limit: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, object.Key)
	}
	slices.Sort(keys)
	if !slices.Equal(listed, keys) {
		t.Error(listed)
	}
	for _, key := range keys {
		content, err := c.GetObject(ctx, "orders", key)
		if err != nil || string(content) != key {
			t.Error(key, string(content), err)
		}
		if err := c.DeleteObject(ctx, "orders", key); err != nil {
			t.Error(err)
		}
	}
	empty, err := c.PutObject(ctx, "orders", "empty", "", nil)
	if err != nil || empty.SizeBytes != 0 {
		t.Error(empty, err)
	}
	if _, err := c.GetObject(ctx, "orders", "gone"); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
	if err := c.DeleteBucket(ctx, "orders"); !errors.Is(err, client.ErrConflict) {
		t.Error(err)
	}
}

func TestValues(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	keys := []string{"%2F", "..", "a/b c", "ä?#%&+"}
	for _, key := range keys {
		if err := c.PutValue(ctx, "things", key, []byte(key)); err != nil {
			t.Fatal(key, err)
		}
		value, err := c.GetValue(ctx, "things", key)
		if err != nil || string(value) != key {
			t.Error(key, string(value), err)
		}
	}
	page, err := c.ListStoreKeys(ctx, "things", &client.ListStoreKeysQuery{Limit: 3})
	if err != nil || !slices.Equal(page.Keys, keys[:3]) {
		t.Fatal(page, err)
	}
	rest, err := c.ListStoreKeys(ctx, "things", &client.ListStoreKeysQuery{After: page.Next})
	if err != nil || !slices.Equal(rest.Keys, keys[3:]) || rest.Next != "" {
		t.Error(rest, err)
	}
	for _, by := range []int64{2, -5} {
		if _, err := c.IncrementValue(ctx, "things", "n", client.IncrementValue{By: client.Ptr(by)}); err != nil {
			t.Error(err)
		}
	}
	if value, err := c.GetValue(ctx, "things", "n"); err != nil || string(value) != "-3" {
		t.Error(string(value), err)
	}
	if _, err := c.IncrementValue(ctx, "things", "..", client.IncrementValue{}); !errors.Is(err, client.ErrConflict) {
		t.Error(err)
	}
	if err := c.DeleteValue(ctx, "things", "n"); err != nil {
		t.Error(err)
	}
	if _, err := c.GetValue(ctx, "things", "n"); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
}

func TestSchedules(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, passes)
	endAt := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Millisecond)
	put, err := c.PutSchedule(ctx, "nightly", client.ScheduleDefinition{
		Expression:     "rate(1 hour)",
		Target:         client.ScheduleTarget{Machine: name, Input: json.RawMessage(`[1]`)},
		EndAt:          &endAt,
		CatchUpSeconds: client.Ptr[int64](0),
		Overlap:        client.OverlapPolicySkip,
		Retry:          &client.ScheduleRetry{AttemptsMax: client.Ptr(0)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	definition := put.Definition
	if !definition.EndAt.Equal(endAt) || *definition.CatchUpSeconds != 0 || *definition.Retry.AttemptsMax != 0 ||
		definition.Overlap != client.OverlapPolicySkip || string(definition.Target.Input) != "[1]" {
		t.Errorf("%+v", definition)
	}
	// What comes back can be put again.
	again, err := c.PutSchedule(ctx, "nightly", definition, &client.PutScheduleQuery{Group: "default"})
	if err != nil || again.Definition.Expression != definition.Expression {
		t.Error(again, err)
	}
	if paused, err := c.PauseSchedule(ctx, "nightly", nil); err != nil || paused.Definition.State != client.ScheduleStateDisabled {
		t.Error(paused, err)
	}
	for schedule, err := range c.AllSchedules(ctx, nil) {
		if err != nil || schedule.Name != "nightly" {
			t.Error(schedule, err)
		}
	}
	if err := c.DeleteSchedule(ctx, "nightly", nil); err != nil {
		t.Error(err)
	}
}

func TestConnections(t *testing.T) {
	c := realClient(t)
	for expect, auth := range map[string]*client.ConnectionAuth{
		"basic": client.BasicAuth("me", "secret"), "apiKey": client.KeyAuth("x-api-key", "secret"), "none": nil,
	} {
		connection, err := c.PutConnection(bounded(t), "billing", client.PutConnection{Auth: auth})
		if err != nil || connection.Auth != expect {
			t.Error(connection, err)
		}
	}
}

func TestReleasesAndTags(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, passes)
	release, err := c.PublishMachine(ctx, name, client.PublishMachine{Description: "first"})
	if err != nil || release.Number != 1 {
		t.Fatal(release, err)
	}
	routes := []client.AliasRoute{{Release: release.Number, Weight: 100}}
	if alias, err := c.PutMachineAlias(ctx, name, "prod", client.PutAlias{Routes: routes}, nil); err != nil || !slices.Equal(alias.Routes, routes) {
		t.Fatal(alias, err)
	}
	if execution := started(t, c, client.StartExecution{Machine: name, Qualifier: "prod"}); execution.Alias != "prod" {
		t.Error(execution)
	}
	tags, err := c.ChangeMachineTags(ctx, name, client.ChangeTags{Set: map[string]string{"team": "red"}})
	if err != nil || tags.Tags["team"] != "red" {
		t.Error(tags, err)
	}
	if share, err := c.PutMachineShare(ctx, name, client.Share{Weight: 3}); err != nil || share.Weight != 3 {
		t.Error(share, err)
	}
	if retention, err := c.PutMachineRetention(ctx, name, client.Retention{}); err != nil || retention.Days != nil {
		t.Error(retention, err)
	}
}

func TestTheProcess(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	if index, err := c.Index(ctx); err != nil || index.Name != "Steploom" || index.Version == "" {
		t.Error(index, err)
	}
	if err := c.Ready(ctx); err != nil {
		t.Error(err)
	}
	if metrics, err := c.Metrics(ctx); err != nil || !strings.Contains(metrics, "steploom_") {
		t.Error(metrics, err)
	}
	if shards, err := c.ListShards(ctx); err != nil || len(shards.Items) == 0 {
		t.Error(shards, err)
	}
}

func TestKeys(t *testing.T) {
	server := real.Start(t)
	ctx := bounded(t)
	keyless := newClient(t, client.Config{Endpoint: server.URL})
	admin, err := keyless.CreateKey(ctx, client.CreateKey{Kind: "api", Scopes: []string{"admin"}})
	if err != nil || admin.Token == "" {
		t.Fatal(admin, err)
	}
	if _, err := keyless.ListMachines(ctx, nil); !errors.Is(err, client.ErrUnauthorized) {
		t.Error(err)
	}
	c := newClient(t, client.Config{Endpoint: server.URL, APIKey: admin.Token})
	reader, err := c.CreateKey(ctx, client.CreateKey{Kind: "api", Name: "reader", Scopes: []string{"machines:read"}})
	if err != nil {
		t.Fatal(err)
	}
	limited := newClient(t, client.Config{Endpoint: server.URL, APIKey: reader.Token})
	if _, err := limited.ListMachines(ctx, nil); err != nil {
		t.Error(err)
	}
	if _, err := limited.Start(ctx, client.StartExecution{Machine: "m"}); !errors.Is(err, client.ErrForbidden) {
		t.Error(err)
	}
	if err := firstOf(limited.FollowEvents(ctx, "00000000-0000-4000-8000-000000000000", 0)); !errors.Is(err, client.ErrForbidden) {
		t.Error(err)
	}
	if err := c.RevokeKey(ctx, reader.ID, nil); err != nil {
		t.Error(err)
	}
	if _, err := limited.ListMachines(ctx, nil); !errors.Is(err, client.ErrUnauthorized) {
		t.Error(err)
	}
	entries := 0
	for entry, err := range c.AllAudit(ctx, &client.ListAuditQuery{Limit: 1}) {
		if err != nil || entry.Action == "" {
			t.Fatal(entry, err)
		}
		entries++
	}
	if entries < 3 {
		t.Error(entries)
	}
}

func TestBadInput(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	large := bytes.Repeat([]byte("x"), 7<<20)
	for name, call := range map[string]func() error{
		"odd name":     func() error { _, err := c.GetMachine(ctx, "a b/ü?#"); return err },
		"a step up":    func() error { _, err := c.GetMachine(ctx, ".."); return err },
		"odd function": func() error { _, err := c.Invoke(ctx, "a/b", nil, nil); return err },
		"long name":    func() error { _, err := c.DeployMachine(ctx, strings.Repeat("x", 81), "{}", nil); return err },
		"odd machine":  func() error { _, err := c.Start(ctx, client.StartExecution{Machine: "a b"}); return err },
		"no machine":   func() error { _, err := c.Start(ctx, client.StartExecution{}); return err },
		"odd id":       func() error { _, err := c.Wait(ctx, "7"); return err },
		"large event":  func() error { _, err := c.Invoke(ctx, deployed(t, c), string(large), nil); return err },
		"large input": func() error {
			_, err := c.Start(ctx, client.StartExecution{Machine: machine(t, c, passes), Input: string(large)})
			return err
		},
		"large definition": func() error { _, err := c.DeployMachine(ctx, "m", large, nil); return err },
		"no JSON":          func() error { _, err := c.Invoke(ctx, "f", json.RawMessage("{"), nil); return err },
		"wrong setting": func() error {
			_, err := c.PutFunction(ctx, "f", real.Echo(), &client.PutOptions{Settings: &client.FunctionSettings{TimeoutMs: client.Ptr[int64](0)}})
			return err
		},
		"empty module": func() error { _, err := c.PutFunction(ctx, "f", nil, nil); return err },
		"negative priority": func() error {
			_, err := c.Start(ctx, client.StartExecution{Machine: machine(t, c, passes), Priority: -101})
			return err
		},
	} {
		if err := call(); !errors.Is(err, client.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong := newClient(t, client.Config{Endpoint: shared.URL + "/elsewhere"})
	if _, err := wrong.ListMachines(ctx, nil); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
}
