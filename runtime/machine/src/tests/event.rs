//! The machine behind an invocation that nobody waits for.

use serde_json::{Value, json};
use steploom_asl::event::{Destination, EventTask};
use steploom_types::Name;

use crate::testkit::{Answer, execute};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST";

/// What came of an event.
struct Played {
    outcome: String,
    elapsed_ms: u64,
    tries: usize,
    /// What others were told, in order.
    told: Vec<Value>,
}

fn play(
    change: impl FnOnce(&mut EventTask<'_>),
    mut script: impl FnMut(usize) -> Answer,
) -> Played {
    let function: Name = "f".parse().unwrap();
    let mut task = EventTask {
        function: &function,
        release: None,
        function_arn: ARN.to_owned(),
        retries: 2,
        age_seconds: 21_600,
        on_success: None,
        on_failure: None,
        dead_letter: None,
    };
    change(&mut task);
    let definition = serde_json::from_str(&task.definition()).unwrap();
    let (mut tries, mut told) = (0, Vec::new());
    let driver = execute(&definition, json!({"n": [1]}), |name, invoke| {
        if name == "f" {
            tries += 1;
            return script(tries);
        }
        told.push(invoke.input.value().clone());
        Answer::Accepted
    });
    Played {
        outcome: driver.outcome(),
        elapsed_ms: driver.elapsed_ms(),
        tries,
        told,
    }
}

fn to_function(name: &str) -> Destination {
    let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    Destination::parse(&arn).unwrap()
}

#[test]
fn an_event_that_fails_is_tried_twice_more_after_one_minute_and_two() {
    let fails = play(|_| {}, |_| Answer::Err("Oops", "no luck"));
    assert_eq!((fails.tries, fails.elapsed_ms), (3, 180_000));
    assert_eq!(fails.outcome, "FAILED Oops: no luck");
    let once = play(|task| task.retries = 0, |_| Answer::Err("Oops", "no luck"));
    assert_eq!((once.tries, once.elapsed_ms), (1, 0));
    let second = play(
        |_| {},
        |tries| match tries {
            1 => Answer::Err("Oops", "no luck"),
            _ => Answer::Ok(json!("done")),
        },
    );
    assert_eq!((second.tries, second.elapsed_ms), (2, 60_000));
    assert_eq!(second.outcome, r#"SUCCEEDED "done""#);
}

#[test]
fn an_event_is_not_tried_once_it_is_too_old() {
    let slow = |_| Answer::After(100_000, Box::new(Answer::Err("Oops", "no luck")));
    let old = play(|task| task.age_seconds = 200, slow);
    assert_eq!((old.tries, old.elapsed_ms), (2, 260_000));
    let at_once = play(|task| task.age_seconds = 60, slow);
    assert_eq!((at_once.tries, at_once.elapsed_ms), (1, 100_000));
}

#[test]
fn an_event_for_which_there_is_no_room_waits_longer_and_longer() {
    let full = |_| Answer::Err("Function.TooManyRequests", "none came free");
    let refused = play(|task| task.age_seconds = 1_000, full);
    // After 1, 2, 4, ..., 256 seconds, then 300: the next would come after more than 1,000.
    assert_eq!((refused.tries, refused.elapsed_ms), (11, 811_000));
    let room = play(
        |task| task.retries = 0,
        |tries| match tries {
            1..=3 => full(tries),
            _ => Answer::Ok(json!(1)),
        },
    );
    assert_eq!((room.tries, room.elapsed_ms), (4, 7_000));
    assert_eq!(room.outcome, "SUCCEEDED 1");
}

#[test]
fn a_destination_is_told_of_a_success() {
    let played = play(
        |task| {
            task.on_success = Some(to_function("g"));
            task.on_failure = Some(to_function("h"));
        },
        |_| Answer::Ok(json!({"words": 6})),
    );
    assert_eq!(played.outcome, r#"SUCCEEDED {"words":6}"#);
    let [told] = played.told.as_slice() else {
        panic!("one is told: {:?}", played.told)
    };
    assert_eq!(
        told["FunctionName"],
        "arn:aws:lambda:us-east-1:000000000000:function:g"
    );
    assert_eq!(told["InvocationType"], "Event");
    let mut record = told["Payload"].clone();
    assert!(record["timestamp"].as_str().unwrap().ends_with('Z'));
    record["timestamp"] = json!(0);
    assert!(record["requestContext"]["requestId"].is_string());
    record["requestContext"]["requestId"] = json!(0);
    let wanted = json!({
        "version": "1.0",
        "timestamp": 0,
        "requestContext": {"requestId": 0, "functionArn": ARN, "condition": "Success", "approximateInvokeCount": 1},
        "requestPayload": {"n": [1]},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"words": 6},
    });
    assert_eq!(record, wanted);
}

#[test]
fn a_destination_is_told_of_a_failure_and_the_event_becomes_a_dead_letter() {
    for (error, kind) in [("Oops", "Oops"), ("States.Timeout", "Sandbox.Timedout")] {
        let played = play(
            |task| {
                task.on_failure = Some(to_function("g"));
                task.dead_letter = Some(to_function("h:live"));
                task.release = Some("3");
                task.retries = 1;
            },
            |_| Answer::Err(error, "no luck"),
        );
        assert_eq!(played.outcome, format!("FAILED {error}: no luck"));
        let [told, letter] = played.told.as_slice() else {
            panic!("two are told: {:?}", played.told)
        };
        let record = &told["Payload"];
        assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
        let context =
            json!({"statusCode": 200, "executedVersion": "3", "functionError": "Unhandled"});
        assert_eq!(record["responseContext"], context);
        assert_eq!(
            record["responsePayload"],
            json!({"errorMessage": "no luck", "errorType": kind})
        );
        assert_eq!(letter["Payload"], r#"{"n":[1]}"#);
    }
}

#[test]
fn who_cannot_be_told_does_not_change_how_it_ended() {
    let function: Name = "f".parse().unwrap();
    let machine = Destination::parse("arn:aws:states:us-east-1:000000000000:stateMachine:m:live");
    assert_eq!(
        machine,
        Some(Destination::Machine(
            "m".parse().unwrap(),
            Some("live".parse().unwrap())
        ))
    );
    assert_eq!(
        Destination::parse("arn:aws:sqs:us-east-1:000000000000:q"),
        None
    );
    assert_eq!(Destination::parse("g"), None);
    let task = EventTask {
        function: &function,
        release: None,
        function_arn: ARN.to_owned(),
        retries: 0,
        age_seconds: 60,
        on_success: machine,
        on_failure: None,
        dead_letter: None,
    };
    let definition = serde_json::from_str(&task.definition()).unwrap();
    let driver = execute(&definition, json!({}), |name, invoke| {
        if name == "f" {
            return Answer::Ok(json!(1));
        }
        assert_eq!(invoke.input.value()["StateMachineArn"], "m:live");
        Answer::Err("StepFunctions.StateMachineDoesNotExistException", "none")
    });
    assert_eq!(driver.outcome(), "SUCCEEDED 1");
}
