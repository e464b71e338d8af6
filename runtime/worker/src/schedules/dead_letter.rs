//! What could not be started is told to whom the schedule says.

use bytes::Bytes;
use serde_json::json;
use steploom_api::port::Executions;
use steploom_api::wire;
use steploom_store::schedule::Schedule;
use steploom_types::{Error, Json, Name, Result, arn};

use super::Defined;
use super::start;
use crate::port::{NewObject, Port};

/// Where a letter goes.
enum Addressee {
    /// An object: the bucket, and how its key begins.
    Bucket(Name, String),
    Machine(Name),
    /// Nothing of ours.
    Elsewhere,
}

/// Sends the letter of a due time. One that cannot be delivered is logged: nobody waits for it.
pub(super) async fn send(
    port: &Port,
    (row, defined): (&Schedule, &Defined),
    failure: &wire::FiringFailure,
    attempts: u32,
) {
    let Some(letter) = &defined.definition.dead_letter else {
        return;
    };
    let name = start::name(row, failure.due_at);
    let content = json!({
        "scheduleArn": arn::schedule(row.account, &row.group, &row.name),
        "dueAt": failure.due_at,
        "executionName": name,
        "target": defined.definition.target,
        "attempts": attempts,
        "errorCode": failure.code,
        "errorMessage": failure.message,
    });
    let sent = match addressee(letter) {
        Addressee::Bucket(bucket, prefix) => {
            put(port, row, (bucket, prefix), &name, &content).await
        }
        Addressee::Machine(machine) => {
            let start = wire::StartExecution {
                name: Some(name.clone()),
                input: Json::from(content),
                ..wire::StartExecution::new(machine)
            };
            Executions::start(port, row.account, start).await.map(drop)
        }
        Addressee::Elsewhere => Err(Error::invalid(
            "DeadLetterElsewhere",
            "the dead letter's ARN is neither a bucket's nor a machine's",
        )),
    };
    match sent {
        // It was sent before a crash.
        Err(error) if error.code == "ExecutionAlreadyExists" => {}
        Err(error) => {
            let (group, schedule) = (&row.group, &row.name);
            tracing::warn!(%error, %group, %schedule, "a dead letter is not delivered");
        }
        Ok(()) => {}
    }
}

async fn put(
    port: &Port,
    row: &Schedule,
    (bucket, prefix): (Name, String),
    name: &Name,
    content: &serde_json::Value,
) -> Result<()> {
    let new = NewObject {
        key: format!("{prefix}{}/{}/{name}.json", row.group, row.name),
        content: Bytes::from(content.to_string()),
        content_type: Some("application/json".to_owned()),
        metadata: serde_json::Map::new(),
    };
    port.keep_object(row.account, &bucket, new).await.map(drop)
}

fn addressee(letter: &wire::DeadLetter) -> Addressee {
    let prefix = letter.prefix.clone().unwrap_or_default();
    if let Some(bucket) = &letter.bucket {
        return Addressee::Bucket(bucket.clone(), prefix);
    }
    if let Some(machine) = &letter.machine {
        return Addressee::Machine(machine.clone());
    }
    let text = letter.arn.as_deref().unwrap_or_default();
    let bucket = text.strip_prefix("arn:aws:s3:::");
    if let Some(Ok(bucket)) = bucket.map(str::parse) {
        return Addressee::Bucket(bucket, prefix);
    }
    match arn::parse_machine(text) {
        Some((machine, _)) => Addressee::Machine(machine),
        None => Addressee::Elsewhere,
    }
}
