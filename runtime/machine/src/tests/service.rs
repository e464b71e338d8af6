//! Tasks that do not end with their call: activities, tokens, nested executions; and heartbeats.

use serde_json::{Value, json};
use steploom_types::Json;

use super::super::testkit::{Answer, Driver};
use crate::token::Token;
use crate::{Action, ActionId, Fact, Failure, Invoke};

const ACTIVITY: &str = "arn:aws:states:us-east-1:000000000000:activity:hands";

fn task(resource: &str, fields: Value) -> Value {
    let mut task = json!({ "Type": "Task", "Resource": resource, "End": true });
    for (name, value) in fields.as_object().expect("fields") {
        task[name] = value.clone();
    }
    json!({ "StartAt": "T", "States": { "T": task } })
}

/// One task whose answers the test gives.
struct Waiting {
    driver: Driver,
    invoke: Invoke,
}

impl Waiting {
    fn new(definition: &Value, input: Value) -> Self {
        let mut driver = Driver::new(definition);
        driver.start(input, &mut |_| Answer::Never);
        let invoke = driver.actions[0]
            .iter()
            .find_map(|action| match action {
                Action::Invoke(invoke) => Some((**invoke).clone()),
                _ => None,
            })
            .expect("the task is asked for");
        Self { driver, invoke }
    }

    fn action(&self) -> ActionId {
        self.invoke.action
    }

    /// The attempt as a new owner finds it.
    fn outstanding(&self) -> Invoke {
        let mut actions = self.driver.run.outstanding().into_iter();
        let invoke = actions.find_map(|action| match action {
            Action::Invoke(invoke) => Some(*invoke),
            _ => None,
        });
        invoke.expect("the attempt is waited for")
    }

    fn tell(&mut self, fact: Fact) {
        self.driver.apply(fact, &mut |_| Answer::Never);
    }

    fn submitted(&mut self, output: Value) {
        let (at, action) = (self.driver.now, self.action());
        let output = output.into();
        self.tell(Fact::TaskSubmitted { at, action, output });
    }

    fn succeeded(&mut self, output: Value) {
        let (at, action) = (self.driver.now, self.action());
        self.tell(Fact::TaskSucceeded {
            at,
            action,
            output: output.into(),
            version: None,
        });
    }

    fn failed(&mut self, error: &str, cause: &str) {
        let (at, action) = (self.driver.now, self.action());
        self.tell(Fact::TaskFailed {
            at,
            action,
            failure: Failure::new(error, cause),
            version: None,
        });
    }

    fn taken(&mut self) {
        let (at, action) = (self.driver.now, self.action());
        let worker = Some("hand-1".to_owned());
        self.tell(Fact::ActivityStarted { at, action, worker });
    }

    fn heartbeat_after(&mut self, ms: u64) {
        let (at, action) = (self.driver.now.plus_millis(ms), self.action());
        self.driver.schedule(at, Fact::TaskHeartbeat { at, action });
        assert!(self.driver.step(&mut |_| Answer::Never));
    }

    /// Lets time pass until nothing is due; the events' types and the outcome.
    fn end(mut self) -> (Vec<&'static str>, String) {
        self.driver.run_to_end(&mut |_| Answer::Never);
        self.driver.ensure_history_is_sound();
        self.driver.ensure_replays();
        let kinds = self.driver.events.iter().map(|event| event.kind);
        (kinds.skip(2).collect(), self.driver.outcome())
    }
}

#[test]
fn an_activitys_task_is_told_as_its_worker_goes_on() {
    let fields = json!({ "TimeoutSeconds": 60, "HeartbeatSeconds": 10 });
    let mut waiting = Waiting::new(&task(ACTIVITY, fields), json!({ "x": 1 }));
    let token = waiting.invoke.token.clone().expect("a token");
    let token = Token::parse(&token).expect("a token of ours");
    assert!(token.is_of(waiting.driver.run.started().expect("started")));
    assert_eq!(token.action, waiting.action());
    waiting.submitted(Value::Null);
    waiting.taken();
    assert!(waiting.outstanding().is_handed_over());
    waiting.heartbeat_after(9_000);
    waiting.heartbeat_after(9_000);
    waiting.succeeded(json!("done"));
    let history = waiting.driver.history();
    let scheduled = format!(
        "3 2 ActivityScheduled resource={ACTIVITY} input={{\"x\":1}} timeoutInSeconds=60 heartbeatInSeconds=10\n4 3 ActivityStarted workerName=hand-1\n5 4 ActivitySucceeded output=\"done\"\n"
    );
    assert!(history.contains(&scheduled), "{history}");
    assert_eq!(waiting.end().1, "SUCCEEDED \"done\"");
}

#[test]
fn a_heartbeat_that_does_not_come_times_out() {
    let fields = json!({ "TimeoutSeconds": 60, "HeartbeatSeconds": 10 });
    let mut waiting = Waiting::new(&task(ACTIVITY, fields), json!({}));
    waiting.submitted(Value::Null);
    waiting.taken();
    waiting.heartbeat_after(9_000);
    assert_eq!(
        waiting.end(),
        (
            vec![
                "ActivityScheduled",
                "ActivityStarted",
                "ActivityTimedOut",
                "ExecutionFailed"
            ],
            "FAILED States.Timeout: -".to_owned()
        )
    );
}

#[test]
fn an_activity_that_is_not_there_fails_the_execution() {
    let mut waiting = Waiting::new(&task(ACTIVITY, json!({})), json!({}));
    waiting.failed("States.Runtime", "The activity X does not exist.");
    assert_eq!(
        waiting.end(),
        (
            vec!["ExecutionFailed"],
            "FAILED States.Runtime: An error occurred while executing the state 'T' (entered at the event id #2). The activity X does not exist.".to_owned()
        )
    );
}

#[test]
fn a_token_is_in_the_arguments_and_ends_the_task() {
    for (language, parameters) in [
        (
            "JSONPath",
            json!({ "Parameters": { "FunctionName": "f", "Payload": { "t.$": "$$.Task.Token" } } }),
        ),
        (
            "JSONata",
            json!({ "Arguments": { "FunctionName": "f", "Payload": { "t": "{% $states.context.Task.Token %}" } } }),
        ),
    ] {
        let resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
        let mut definition = task(resource, parameters);
        definition["QueryLanguage"] = language.into();
        let mut waiting = Waiting::new(&definition, json!({}));
        let token = waiting.invoke.token.clone().expect("a token");
        assert_eq!(waiting.invoke.input.value()["Payload"]["t"], json!(token));
        waiting.submitted(json!("called"));
        waiting.succeeded(json!({ "a": 1 }));
        let submitted = &waiting.driver.events[4];
        assert_eq!(submitted.kind, "TaskSubmitted");
        let output = submitted.details["output"].as_str().expect("a text");
        assert!(output.contains("\"Payload\":\"called\""), "{output}");
        let (kinds, outcome) = waiting.end();
        assert_eq!(
            kinds,
            [
                "TaskScheduled",
                "TaskStarted",
                "TaskSubmitted",
                "TaskSucceeded",
                "TaskStateExited",
                "ExecutionSucceeded"
            ]
        );
        assert_eq!(outcome, "SUCCEEDED {\"a\":1}");
    }
}

fn ended(status: &str) -> Value {
    json!({
        "executionArn": "arn:child",
        "name": "child",
        "stateMachineArn": "arn:machine",
        "status": status,
        "startDate": 1_700_000_000_123_i64,
        "stopDate": 1_700_000_001_123_i64,
        "input": "{}",
    })
}

#[test]
fn a_child_that_ends_well_is_the_tasks_result() {
    for (pattern, output) in [("sync", json!("[1]")), ("sync:2", json!([1]))] {
        let resource = format!("arn:aws:states:::states:startExecution.{pattern}");
        let parameters =
            json!({ "Parameters": { "StateMachineArn": "arn:machine" }, "OutputPath": "$.Output" });
        // Its end may be heard of before its start; the history is the same.
        for hears_of_start in [true, false] {
            let mut waiting = Waiting::new(&task(&resource, parameters.clone()), json!({}));
            if hears_of_start {
                waiting.submitted(
                    json!({ "executionArn": "arn:child", "startDate": 1_700_000_000_123_i64 }),
                );
            }
            let mut end = ended("SUCCEEDED");
            end["output"] = "[1]".into();
            waiting.succeeded(end);
            let (kinds, outcome) = waiting.end();
            assert_eq!(kinds[2..4], ["TaskSubmitted", "TaskSucceeded"]);
            assert_eq!(outcome, format!("SUCCEEDED {output}"));
        }
    }
}

#[test]
fn a_child_that_ends_badly_fails_the_task() {
    let resource = "arn:aws:states:::states:startExecution.sync:2";
    let parameters = json!({ "Parameters": { "StateMachineArn": "arn:machine" } });
    let mut waiting = Waiting::new(&task(resource, parameters), json!({}));
    waiting.submitted(json!({ "executionArn": "arn:child", "startDate": 1 }));
    let mut end = ended("FAILED");
    end["error"] = "Oops".into();
    waiting.succeeded(end);
    let (kinds, outcome) = waiting.end();
    assert_eq!(
        kinds[2..],
        ["TaskSubmitted", "TaskFailed", "ExecutionFailed"]
    );
    let cause = outcome
        .strip_prefix("FAILED States.TaskFailed: ")
        .expect("it failed");
    let cause = Json::parse(cause).expect("JSON");
    assert_eq!(cause.value()["Error"], json!("Oops"));
    assert_eq!(cause.value()["Input"], json!("{}"));
}

#[test]
fn a_task_that_waits_for_a_child_can_be_ended_by_its_token() {
    let resource = "arn:aws:states:::states:startExecution.sync:2";
    let parameters = json!({ "Parameters": {
        "StateMachineArn": "arn:machine", "Input": { "token.$": "$$.Task.Token" },
    } });
    let mut waiting = Waiting::new(&task(resource, parameters), json!({}));
    let token = waiting.invoke.token.clone();
    assert_eq!(
        waiting.invoke.input.value()["Input"],
        json!({ "token": token })
    );
    waiting.submitted(json!({ "executionArn": "arn:child", "startDate": 1 }));
    assert!(!waiting.outstanding().is_handed_over(), "the child may end");
    waiting.succeeded(json!("early"));
    assert_eq!(waiting.end().1, "SUCCEEDED \"early\"");
}

#[test]
fn a_heartbeat_that_nobody_can_send_is_not_waited_for() {
    let fields = json!({ "TimeoutSeconds": 60, "HeartbeatSeconds": 10 });
    for resource in ["f", "arn:aws:states:::lambda:invoke"] {
        let mut fields = fields.clone();
        if resource != "f" {
            fields["Parameters"] = json!({ "FunctionName": "f" });
        }
        let mut waiting = Waiting::new(&task(resource, fields), json!({}));
        assert_eq!(waiting.invoke.token, None);
        let outstanding = waiting.driver.run.outstanding();
        let timers = outstanding
            .iter()
            .filter(|action| matches!(action, Action::SetTimer { .. }));
        assert_eq!(timers.count(), 1, "that of TimeoutSeconds");
        waiting.succeeded(json!(1));
        assert!(waiting.end().1.starts_with("SUCCEEDED"));
    }
}
