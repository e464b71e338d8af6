//! The machine behind an invocation that nobody waits for, where more is asked for than one attempt: it tries again
//! after a while, gives up an event that has become too old, and tells others how it ended.
//!
//! The function's input goes from state to state as it is. What goes on is in variables: how often the function failed
//! (`failures`), how often it was refused for want of room (`refusals`), what it failed with last (`error`).

use serde_json::{Value, json};
use steploom_types::{Name, arn, limits};

use crate::FunctionRef;

/// A failed event is tried again after so many seconds, and then after twice as many (AWS: 1 and 2 minutes).
const WAIT_SECONDS: u64 = 60;
/// An event for which there was no room is tried again after 1 second, then after twice as many each time, up to this
/// (AWS: 5 minutes).
const WAIT_SECONDS_MAX: u64 = 300;

// No function has a name with a space in it.
const ACCEPT: &str = "accept the event";
const AGAIN: &str = "try again?";
const WAIT: &str = "wait for the next try";
const TELL_SUCCESS: &str = "tell of the success";
const TELL_FAILURE: &str = "tell of the failure";
const DEAD_LETTER: &str = "send the dead letter";
const DONE: &str = "done";
const FAIL: &str = "fail";

/// Seconds until the next try.
const NEXT_WAIT: &str =
    "($refused ? $min([$power(2, $refusals - 1), WAIT_MAX]) : WAIT * $failures)";

/// What Lambda calls the error.
const KIND: &str = "{% $error.Error = 'States.Timeout' ? 'Sandbox.Timedout' : $error.Error = 'Function.ExitCode' ? 'Runtime.ExitError' : $error.Error %}";

/// Where the record of an invocation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A function, which is handed it as an event.
    Function(FunctionRef),
    /// A machine, of which an execution is started: its name, and a release or an alias.
    Machine(Name, Option<Name>),
}

impl Destination {
    /// Reads the ARN of a function or of a machine; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let service = text.strip_prefix("arn:")?.split(':').nth(1)?;
        match service {
            "lambda" => FunctionRef::parse(text).ok().map(Self::Function),
            "states" => {
                let (name, qualifier) = arn::parse_machine(text)?;
                Some(Self::Machine(name, qualifier))
            }
            _ => None,
        }
    }

    /// The task that hands it a payload, which is a field of parameters: a template, or a path of one.
    fn task(&self, (field, payload): (&str, Value), next: &str) -> Value {
        let (resource, mut parameters, payload_name) = match self {
            Self::Function(function) => {
                let parameters =
                    json!({"FunctionName": &*function.text, "InvocationType": "Event"});
                ("arn:aws:states:::lambda:invoke", parameters, "Payload")
            }
            Self::Machine(name, qualifier) => {
                let text = match qualifier {
                    Some(qualifier) => format!("{name}:{qualifier}"),
                    None => name.to_string(),
                };
                let parameters = json!({"StateMachineArn": text});
                (
                    "arn:aws:states:::states:startExecution",
                    parameters,
                    "Input",
                )
            }
        };
        parameters[format!("{payload_name}{field}")] = payload;
        let all = json!(["States.ALL"]);
        json!({
            "Type": "Task",
            "Resource": resource,
            "Parameters": parameters,
            "ResultPath": null,
            "Retry": [{"ErrorEquals": all, "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 5}],
            // Who cannot be told does not change how the invocation ended.
            "Catch": [{"ErrorEquals": all, "ResultPath": null, "Next": next}],
            "Next": next,
        })
    }
}

/// What becomes of an event.
#[derive(Clone, Debug)]
pub struct EventTask<'a> {
    /// The function.
    pub function: &'a Name,
    /// The release that runs; the newest version if `None`.
    pub release: Option<&'a str>,
    /// The ARN by which it was invoked, for records.
    pub function_arn: String,
    /// How often an event that failed is tried again: 0 to 2.
    pub retries: u32,
    /// Seconds after which an event is not tried any more.
    pub age_seconds: u64,
    /// Who hears of a success.
    pub on_success: Option<Destination>,
    /// Who hears of a failure.
    pub on_failure: Option<Destination>,
    /// Who is given an event that failed.
    pub dead_letter: Option<Destination>,
}

impl EventTask<'_> {
    /// The definition.
    pub fn definition(&self) -> String {
        let function = self.function.as_str();
        let mut states = json!({
            ACCEPT: {
                "Type": "Pass",
                "Assign": {"failures": 0, "refusals": 0, "refused": false, "error": null},
                "Next": function,
            },
            function: self.attempt(),
            AGAIN: self.again(),
            WAIT: {
                "Type": "Wait",
                "QueryLanguage": "JSONata",
                "Seconds": format!("{{% {} %}}", next_wait()),
                "Next": function,
            },
            FAIL: {
                "Type": "Fail",
                "QueryLanguage": "JSONata",
                "Error": "{% $error.Error %}",
                "Cause": "{% $error.Cause %}",
            },
        });
        if let Some(destination) = &self.on_success {
            states[TELL_SUCCESS] = destination.task(("", self.success()), DONE);
            states[DONE] = json!({"Type": "Succeed"});
        }
        if let Some(destination) = &self.on_failure {
            let next = self.dead_letter.as_ref().map_or(FAIL, |_| DEAD_LETTER);
            states[TELL_FAILURE] = destination.task(("", self.failure()), next);
        }
        if let Some(destination) = &self.dead_letter {
            // As text, which the called reads as the event, whatever it is.
            let event = json!("States.JsonToString($$.Execution.Input)");
            states[DEAD_LETTER] = destination.task((".$", event), FAIL);
        }
        json!({
            "StartAt": ACCEPT,
            // Records carry the event and the answer.
            "DataLimit": 2 * limits::INVOKE_BODY_BYTES_MAX,
            "States": states,
        })
        .to_string()
    }

    fn attempt(&self) -> Value {
        let resource = match self.release {
            Some(release) => format!("{}:{release}", self.function),
            None => self.function.to_string(),
        };
        let mut task = json!({
            "Type": "Task",
            "Resource": resource,
            "Catch": [
                {
                    "ErrorEquals": ["Function.TooManyRequests"],
                    "Assign": {
                        "refusals.$": "States.MathAdd($refusals, 1)",
                        "refused": true,
                        "error.$": "$",
                    },
                    "ResultPath": null,
                    "Next": AGAIN,
                },
                {
                    "ErrorEquals": ["States.ALL"],
                    "Assign": {
                        "failures.$": "States.MathAdd($failures, 1)",
                        "refused": false,
                        "error.$": "$",
                    },
                    "ResultPath": null,
                    "Next": AGAIN,
                },
            ],
        });
        match self.on_success {
            Some(_) => task["Next"] = TELL_SUCCESS.into(),
            None => task["End"] = true.into(),
        }
        task
    }

    /// Whether there is another try, and if not, why.
    fn again(&self) -> Value {
        let over = match (&self.on_failure, &self.dead_letter) {
            (Some(_), _) => TELL_FAILURE,
            (None, Some(_)) => DEAD_LETTER,
            (None, None) => FAIL,
        };
        let (retries, age_ms) = (self.retries, self.age_seconds * 1_000);
        let ends = |condition: String, why: &str| {
            json!({
                "Condition": format!("{{% {condition} %}}"),
                "Assign": {"condition": why, "kind": KIND},
                "Next": over,
            })
        };
        let is_old = format!(
            "$millis() - $toMillis($states.context.Execution.StartTime) + 1000 * {} > {age_ms}",
            next_wait()
        );
        json!({
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [
                ends(format!("$failures > {retries}"), "RetriesExhausted"),
                ends(is_old, "EventAgeExceeded"),
            ],
            "Default": WAIT,
        })
    }

    fn success(&self) -> Value {
        let mut record = self.record();
        record["requestContext"]["condition"] = "Success".into();
        record["requestContext"]["approximateInvokeCount.$"] =
            "States.MathAdd($failures, 1)".into();
        record["responsePayload.$"] = "$".into();
        record
    }

    fn failure(&self) -> Value {
        let mut record = self.record();
        record["requestContext"]["condition.$"] = "$condition".into();
        record["requestContext"]["approximateInvokeCount.$"] = "$failures".into();
        record["responseContext"]["functionError"] = "Unhandled".into();
        record["responsePayload"] =
            json!({"errorMessage.$": "$error.Cause", "errorType.$": "$kind"});
        record
    }

    /// What all records say, as AWS has it.
    fn record(&self) -> Value {
        json!({
            "version": "1.0",
            "timestamp.$": "$$.State.EnteredTime",
            "requestContext": {
                "requestId.$": "$$.Execution.Name",
                "functionArn": self.function_arn,
            },
            "requestPayload.$": "$$.Execution.Input",
            "responseContext": {
                "statusCode": 200,
                "executedVersion": self.release.unwrap_or("$LATEST"),
            },
        })
    }
}

fn next_wait() -> String {
    NEXT_WAIT
        .replace("WAIT_MAX", &WAIT_SECONDS_MAX.to_string())
        .replace("WAIT", &WAIT_SECONDS.to_string())
}
