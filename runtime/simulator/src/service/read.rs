//! What a distributed `Map` reads.

use serde_json::Value;
use steploom_asl::model::{ReaderFormat, ReaderSource};
use steploom_machine::{Failure, Read};
use steploom_types::Json;

use super::s3;
use crate::Simulation;

/// Items that one action asked for, and whether they are the last.
pub(crate) fn items(simulation: &Simulation, read: &Read) -> Result<(Json, bool), Failure> {
    let text = |field: &str| read.arguments.value()[field].as_str().unwrap_or_default();
    let all = match read.source {
        ReaderSource::Listing => listed(simulation, text("Bucket"), text("Prefix"))?,
        ReaderSource::Object => {
            let body = s3::object(simulation, text("Bucket"), text("Key"))?;
            parsed(body, &read.format)?
        }
    };
    let count = all.len() as u64;
    let end = read.offset.saturating_add(read.items_max);
    let items: Vec<Value> = all
        .into_iter()
        .skip(read.offset as usize)
        .take(read.items_max as usize)
        .collect();
    Ok((Value::from(items).into(), end >= count))
}

fn listed(simulation: &Simulation, bucket: &str, prefix: &str) -> Result<Vec<Value>, Failure> {
    let Some(objects) = simulation.world.buckets.get(bucket) else {
        return Err(failed("The specified bucket does not exist"));
    };
    let described = |(key, body): (&String, &String)| s3::described(simulation, key, body);
    Ok(s3::of_prefix(objects, prefix).map(described).collect())
}

fn parsed(body: &str, format: &ReaderFormat) -> Result<Vec<Value>, Failure> {
    match format {
        ReaderFormat::Json { pointer } => {
            let whole: Value = serde_json::from_str(body)
                .map_err(|_| failed("Unable to parse the object as JSON."))?;
            let pointer = pointer.as_deref().unwrap_or_default();
            match whole.pointer(pointer) {
                Some(Value::Array(items)) => Ok(items.clone()),
                _ => Err(failed("Attempting to map over non-iterable node.")),
            }
        }
        ReaderFormat::JsonLines => body
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                serde_json::from_str(line).map_err(|_| failed("Unable to parse a line as JSON."))
            })
            .collect(),
        ReaderFormat::Csv { .. } | ReaderFormat::Manifest | ReaderFormat::Listing => {
            Err(failed("The simulated world does not read this format yet."))
        }
    }
}

fn failed(cause: &str) -> Failure {
    Failure::new("States.ItemReaderFailed", cause)
}
