//! Functions, mocks, time and bounds.

use serde_json::json;

use super::{kinds, machine, outcome, run};
use crate::mock::MockConfig;
use crate::{Behaviour, Bounds, Halt, Simulation, Start, Status, World};

fn world_of(name: &str, behaviour: Behaviour) -> World {
    let mut world = World::default();
    world.functions.insert(name.to_owned(), behaviour);
    world
}

fn task(resource: &str) -> serde_json::Value {
    json!({"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": resource, "End": true}}})
}

#[test]
fn functions_behave_as_they_are_told() {
    let report = run(world_of("f", Behaviour::Echo), &task("f"), json!({"n": 1}));
    assert_eq!(outcome(&report), r#"SUCCEEDED {"n": 1}"#);
    assert_eq!(report.statistics.calls, 1);
    let details = crate::Report::details(&report.events[1]).unwrap();
    assert_eq!(details["name"], "Call");
    assert_eq!(
        report.events[1]["stateEnteredEventDetails"]["input"],
        r#"{"n":1}"#
    );

    let fails = Behaviour::Fail {
        error_type: "Oops".to_owned(),
        message: "no".to_owned(),
    };
    let report = run(world_of("f", fails), &task("f"), json!({}));
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("Oops"));

    let report = run(World::default(), &task("f"), json!({}));
    assert_eq!(
        report.error.as_deref(),
        Some("Lambda.ResourceNotFoundException")
    );
}

#[test]
fn time_is_virtual() {
    let definition = json!({"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 86400, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "slow", "TimeoutSeconds": 5, "End": true},
    }});
    let slow = Behaviour::Sleep {
        seconds: 60,
        then: Box::new(Behaviour::Echo),
    };
    let report = run(world_of("slow", slow), &definition, json!({}));
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(report.statistics.elapsed_ms, 86_405_000);
}

#[test]
fn a_mocked_state_answers_call_by_call() {
    let definition = json!({"StartAt": "Call", "States": {"Call": {
        "Type": "Task",
        "Resource": "f",
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 9}],
        "End": true,
    }}});
    let file = json!({
        "StateMachines": {"main": {"TestCases": {
            "Retried": {"Call": "Retried"}, "Short": {"Call": "Short"},
        }}},
        "MockedResponses": {
            "Retried": {
                "0-1": {"Throw": {"Error": "Busy", "Cause": "later"}},
                "2": {"Return": {"Payload": {"paid": true}}},
            },
            "Short": {"0": {"Throw": {"Error": "Busy"}}},
        },
    });
    let config = MockConfig::parse(&file.to_string()).unwrap();
    let with = |case: &str| {
        let mut world = World::default();
        let case = config.test_case("main", case).unwrap().clone();
        world.mocks.insert("main".to_owned(), case);
        run(world, &definition, json!({}))
    };
    let report = with("Retried");
    assert_eq!(outcome(&report), r#"SUCCEEDED {"Payload":{"paid":true}}"#);
    assert_eq!(report.statistics.elapsed_ms, 3_000);
    let failed = kinds(&report)
        .iter()
        .filter(|kind| **kind == "LambdaFunctionFailed")
        .count();
    assert_eq!(failed, 2);
    assert_eq!(
        outcome(&with("Short")),
        "FAILED States.Runtime: No mocked response is scripted for call 1 of the state 'Call'."
    );
}

#[test]
fn what_never_ends_is_given_up() {
    let round = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.no", "IsPresent": true, "Next": "C"}], "Default": "A"},
        "C": {"Type": "Succeed"},
    }});
    let report = run(World::default(), &round, json!({}));
    assert_eq!(
        (report.status, report.halt),
        (Status::Running, Some(Halt::Events))
    );

    let bounds = Bounds {
        elapsed_ms_max: 1_000,
        ..Bounds::default()
    };
    let waits =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "End": true}}});
    let mut simulation = Simulation::new(World::default(), bounds).expect("nothing is shared");
    let start = Start::new("main", json!({}).into());
    let report = simulation.run(machine(&waits), start).unwrap();
    assert_eq!(report.halt, Some(Halt::Time));
}
