package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

// machine deploys a machine of one state, under a name of the test's own.
func machine(t *testing.T, c *client.Client, state map[string]any) string {
	t.Helper()
	if state["Type"] != "Fail" && state["Type"] != "Succeed" {
		state["End"] = true
	}
	definition := map[string]any{"StartAt": "Only", "States": map[string]any{"Only": state}}
	made, err := c.DeployMachine(bounded(t), t.Name(), definition, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made.Name
}

var (
	passes = map[string]any{"Type": "Pass"}
	waits  = map[string]any{"Type": "Wait", "SecondsPath": "$.seconds"}
)

func started(t *testing.T, c *client.Client, start client.StartExecution) client.Execution {
	t.Helper()
	started, err := c.Start(bounded(t), start)
	if err != nil || !started.IsNew {
		t.Fatal(started, err)
	}
	return started.Execution
}

func ended(t *testing.T, c *client.Client, id string, status client.ExecutionStatus) *client.Execution {
	t.Helper()
	execution, err := c.Wait(bounded(t), id)
	if err != nil || execution.Status != status || execution.EndedAt == nil {
		t.Fatal(execution, err)
	}
	return execution
}

func TestMachines(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	text := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`
	for i, definition := range []any{text, []byte(text), json.RawMessage(text)} {
		machine, err := c.DeployMachine(ctx, "written", definition, nil)
		if err != nil || machine.Latest.Version != 1 {
			t.Fatal(i, machine, err)
		}
	}
	yaml := "StartAt: B\nStates:\n  B:\n    Type: Succeed\n"
	machine, err := c.DeployMachine(ctx, "written", yaml, nil)
	if err != nil || machine.Latest.Version != 2 || machine.Type != client.MachineTypeStandard {
		t.Fatal(machine, err)
	}
	_, err = c.DeployMachine(ctx, "written", text, &client.PutOptions{CreateOnly: true})
	if client.CodeOf(err) != "MachineExists" || !errors.Is(err, client.ErrConflict) {
		t.Error(err)
	}
	_, err = c.DeployMachine(ctx, "written", text, &client.PutOptions{Type: client.MachineTypeExpress})
	if client.CodeOf(err) != "MachineTypeFixed" {
		t.Error(err)
	}
	wrong := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}`
	_, err = c.DeployMachine(ctx, "written", wrong, nil)
	var problem *client.Problem
	if !errors.Is(err, client.ErrInvalid) || !errors.As(err, &problem) || problem.Code != "InvalidDefinition" || len(problem.Problems) == 0 {
		t.Fatal(err)
	}
	if !strings.Contains(err.Error(), problem.Problems[0].Path) {
		t.Error(err)
	}
	validation, err := c.ValidateMachine(ctx, wrong)
	if err != nil || validation.Valid || len(validation.Diagnostics) == 0 || validation.Diagnostics[0].Severity != client.SeverityError {
		t.Error(validation, err)
	}
	definition, err := c.GetMachineDefinition(ctx, "written", 1)
	if err != nil || !strings.Contains(string(definition.Definition), `"A"`) {
		t.Error(definition, err)
	}
	if _, err := c.DeployMachine(ctx, "written", "{", nil); !errors.Is(err, client.ErrInvalid) {
		t.Error(err)
	}
}

func TestStartingWithAName(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	start := client.StartExecution{
		Machine:     machine(t, c, waits),
		Name:        "monday",
		Input:       map[string]int{"seconds": 3600},
		Tags:        map[string]string{"team": "red"},
		Priority:    7,
		StartBefore: client.BeforeTime(time.Now().Add(time.Hour)),
	}
	first := started(t, c, start)
	if first.Name != "monday" || first.Tags["team"] != "red" || first.Priority != 7 || string(first.Input) != `{"seconds":3600}` {
		t.Error(first)
	}
	again, err := c.Start(ctx, start)
	if err != nil || again.IsNew || again.Execution.ID != first.ID {
		t.Error(again, err)
	}
	start.Input = nil
	if _, err = c.Start(ctx, start); !errors.Is(err, client.ErrConflict) || client.CodeOf(err) != "ExecutionAlreadyExists" {
		t.Error(err)
	}
	byName, err := c.GetExecutionByName(ctx, start.Machine, "monday")
	if err != nil || byName.ID != first.ID {
		t.Error(byName, err)
	}
	stopped, err := c.StopExecution(ctx, first.ID, client.StopExecution{Error: "Cancelled", Cause: "enough"})
	if err != nil || stopped.Status != client.ExecutionStatusAborted || stopped.Error != "Cancelled" || stopped.Cause != "enough" {
		t.Error(stopped, err)
	}
	// Without an input of its own it begins with an empty object.
	if other := started(t, c, client.StartExecution{Machine: start.Machine}); string(other.Input) != "{}" || !strings.HasPrefix(other.Name, "go-") {
		t.Error(other)
	}
	start.StartBefore, start.Name = client.BeforeTime(time.Now().Add(-time.Hour)), ""
	if _, err = c.Start(ctx, start); client.CodeOf(err) != "StartBeforePassed" {
		t.Error(err)
	}
}

func TestStartingMany(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, passes)
	starts := make([]client.StartExecution, 5003)
	for i := range starts {
		starts[i] = client.StartExecution{Machine: name, Input: i}
	}
	starts[1].Machine = "nobody"
	starts[5001].Machine = "no name"
	starts[5002].Name = "named"
	answers, err := c.StartMany(ctx, starts)
	if err != nil || len(answers) != len(starts) {
		t.Fatal(len(answers), err)
	}
	for i, answer := range answers {
		if isRefused := i == 1 || i == 5001; isRefused != (answer.Error != nil) || isRefused != (answer.Execution == nil) || answer.IsNew == isRefused {
			t.Fatal(i, answer)
		}
	}
	if refused := answers[1].Error; refused.Status != 404 || refused.Code != "MachineNotFound" || refused.Message == "" {
		t.Error(refused)
	}
	if last := ended(t, c, answers[5002].Execution.ID, client.ExecutionStatusSucceeded); string(last.Output) != "5002" || last.Name != "named" {
		t.Error(last)
	}
	if answers, err := c.StartMany(ctx, nil); err != nil || len(answers) != 0 {
		t.Error(answers, err)
	}
}

func TestRunning(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, passes)
	run, err := c.Run(ctx, client.StartExecution{Machine: name, Input: []int{1}}, nil)
	if err != nil || run.Status != client.ExecutionStatusSucceeded || string(run.Output) != "[1]" || run.Billing.DurationMs <= 0 {
		t.Fatal(run, err)
	}
	if _, err := c.GetExecution(ctx, run.ID); !errors.Is(err, client.ErrNotFound) {
		t.Error("it was kept:", err)
	}
	failing := machine(t, c, map[string]any{"Type": "Fail", "Error": "Oops", "Cause": "why"})
	query := &client.RunQuery{LogLevel: client.LogLevelAll, IncludeExecutionData: true}
	run, err = c.Run(ctx, client.StartExecution{Machine: failing}, query)
	if err != nil || run.Status != client.ExecutionStatusFailed || run.Error != "Oops" || run.Cause != "why" {
		t.Fatal(run, err)
	}
	waitFor(t, "its log", func() bool {
		page, err := c.ReadMachineLogs(ctx, failing, &client.ReadLogsQuery{RequestID: run.ID})
		return err == nil && len(page.Items) > 0
	})
}

func TestFollowing(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	execution := started(t, c, client.StartExecution{Machine: machine(t, c, passes), Input: "ü"})
	all, err := follow(ctx, c, execution.ID)
	if err != nil || !slices.Equal(all, []int64{1, 2, 3, 4}) {
		t.Fatal(all, err)
	}
	var history []int64
	for event, err := range c.AllHistory(ctx, execution.ID, &client.GetHistoryQuery{Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		if event.ID == 1 && (event.Type != "ExecutionStarted" || !strings.Contains(string(event.Details), "ü") || event.Timestamp.IsZero()) {
			t.Error(event)
		}
		history = append(history, event.ID)
	}
	if !slices.Equal(history, all) {
		t.Error(history)
	}
	if last, err := followAfter(ctx, c, execution.ID, 3); err != nil || !slices.Equal(last, []int64{4}) {
		t.Error(last, err)
	}
	if _, err := follow(ctx, c, "00000000-0000-4000-8000-000000000000"); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
	if _, err := follow(ctx, c, "no id"); !errors.Is(err, client.ErrInvalid) {
		t.Error(err)
	}
}

func TestWaitingForWhatIsPausedOrPending(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, waits)
	start := client.StartExecution{Machine: name, Input: map[string]int{"seconds": 3600}, ConcurrencyKey: "one"}
	holder := started(t, c, start)
	start.Input = map[string]int{"seconds": 0}
	pending := started(t, c, start)
	if pending.Status != client.ExecutionStatusPending {
		t.Fatal(pending)
	}
	done := make(chan error, 1)
	go func() {
		execution, err := c.Wait(ctx, pending.ID)
		if err == nil && execution.Status != client.ExecutionStatusSucceeded {
			err = fmt.Errorf("it is %s", execution.Status)
		}
		done <- err
	}()
	if paused, err := c.PauseExecution(ctx, pending.ID); err != nil || paused.Status.IsClosed() {
		t.Fatal(paused, err)
	}
	if _, err := c.StopExecution(ctx, holder.ID, client.StopExecution{}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		t.Fatal("a pause is no end:", err)
	case <-time.After(300 * time.Millisecond):
	}
	if _, err := c.ResumeExecution(ctx, pending.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestRedriving(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	execution := started(t, c, client.StartExecution{Machine: machine(t, c, map[string]any{"Type": "Fail", "Error": "Oops"})})
	if failed := ended(t, c, execution.ID, client.ExecutionStatusFailed); failed.Error != "Oops" {
		t.Error(failed)
	}
	if _, err := c.RedriveExecution(ctx, execution.ID, client.RedriveExecution{Version: 7}); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
	redriven, err := c.RedriveExecution(ctx, execution.ID, client.RedriveExecution{})
	if err != nil || redriven.RedriveCount != 1 || redriven.RedrivenAt == nil {
		t.Fatal(redriven, err)
	}
	ended(t, c, execution.ID, client.ExecutionStatusFailed)
	passed := started(t, c, client.StartExecution{Machine: machine(t, c, passes)})
	ended(t, c, passed.ID, client.ExecutionStatusSucceeded)
	if _, err := c.RedriveExecution(ctx, passed.ID, client.RedriveExecution{}); client.CodeOf(err) != "ExecutionNotRedrivable" {
		t.Error(err)
	}
}

func TestLists(t *testing.T) {
	c := realClient(t)
	ctx := bounded(t)
	name := machine(t, c, passes)
	since := time.Now().Add(-time.Hour)
	var expect []string
	for i := range 5 {
		expect = append(expect, started(t, c, client.StartExecution{Machine: name, Tags: map[string]string{"n": fmt.Sprint(i)}}).ID)
	}
	slices.Sort(expect)
	query := &client.ListExecutionsQuery{Machine: name, Limit: 2, Since: since, Status: client.ExecutionStatusSucceeded}
	var found []string
	waitFor(t, "all five in the list", func() bool {
		found = nil
		for execution, err := range c.AllExecutions(ctx, query) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, execution.ID)
		}
		return len(found) >= 5
	})
	slices.Sort(found)
	if !slices.Equal(found, expect) {
		t.Error(found, expect)
	}
	page, err := c.ListExecutions(ctx, &client.ListExecutionsQuery{Machine: name, Tag: "n=3"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Tags["n"] != "3" {
		t.Error(page, err)
	}
	counts, err := c.CountExecutions(ctx, &client.CountExecutionsQuery{Machine: name})
	if err != nil || len(counts.Items) != 1 || counts.Items[0].Count != 5 {
		t.Error(counts, err)
	}
	if _, err := c.ListExecutions(ctx, &client.ListExecutionsQuery{Limit: -1}); !errors.Is(err, client.ErrInvalid) {
		t.Error(err)
	}
	for range c.AllExecutions(ctx, query) {
		break
	}
	if err := firstOf(c.AllExecutions(ctx, &client.ListExecutionsQuery{Next: "nonsense"})); !errors.Is(err, client.ErrInvalid) {
		t.Error(err)
	}
}

func TestAServerThatDiesMeanwhile(t *testing.T) {
	server := real.Start(t)
	c := newClient(t, client.Config{Endpoint: server.URL})
	execution := started(t, c, client.StartExecution{Machine: machine(t, c, waits), Input: map[string]int{"seconds": 2}})
	isConnected, killed := make(chan bool, 1), make(chan error, 1)
	go func() {
		<-isConnected
		killed <- errors.Join(server.Kill(), server.Again())
	}()
	var ids []int64
	for event, err := range c.FollowEvents(bounded(t), execution.ID, 0) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, event.ID)
		if event.ID == 1 {
			isConnected <- true
		}
	}
	if !slices.Equal(ids, []int64{1, 2, 3, 4}) {
		t.Error(ids)
	}
	if err := <-killed; err != nil {
		t.Fatal(err)
	}
	ended(t, c, execution.ID, client.ExecutionStatusSucceeded)
}
