//! One execution of very many items, in the pure interpreter alone: what a fact costs, and what memory
//! the process takes. `--items N` measures each shape at a tenth of them, and at all.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::Machine;
use steploom_machine::{Action, Fact, NoEvents, Outcome, Read, Run, apply};
use steploom_types::Json;

use crate::chain::started;
use crate::cpu_time;

/// Bytes of a state's data: results of all items are in it.
const DATA_BYTES: u32 = 64 << 20;

/// Measures all shapes, or one.
pub(crate) fn run(items: u64, only: Option<&str>) {
    println!("shape               items     s of CPU    us/fact   MiB");
    for shape in ["inline", "distributed", "after"] {
        if only.is_some_and(|only| only != shape) {
            continue;
        }
        for items in [items / 10, items] {
            let (seconds, facts) = measure(shape, items);
            let per_fact = seconds * 1e6 / facts as f64;
            let mib = resident_kib() / 1024;
            println!("{shape:<12} {items:>12} {seconds:>12.2} {per_fact:>10.2} {mib:>5}");
        }
    }
}

fn definition(shape: &str) -> Value {
    let task = json!({ "Type": "Task", "Resource": "f", "End": true });
    let mut map = json!({
        "Type": "Map",
        "MaxConcurrency": 1_000,
        "ItemProcessor": { "StartAt": "T", "States": { "T": task } },
        "End": true,
    });
    if shape != "inline" {
        let config = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
        map["ItemProcessor"]["ProcessorConfig"] = config;
        map["ItemReader"] = json!({
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "JSONL" },
            "Parameters": { "Bucket": "b", "Key": "k" },
        });
        map["ResultWriter"] = json!({
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": { "Bucket": "b", "Prefix": "p" },
        });
    }
    if shape == "after" {
        map["ItemId"] = "$.id".into();
        map["After"] = "$.after".into();
    }
    json!({ "StartAt": "M", "States": { "M": map } })
}

/// An item: of an order in chains of ten.
fn item(shape: &str, place: u64) -> Value {
    match shape {
        "after" if !place.is_multiple_of(10) => json!({ "id": place, "after": [place - 1] }),
        "after" => json!({ "id": place, "after": [] }),
        _ => (place % 10_000).into(),
    }
}

/// Runs it to its end; seconds of CPU, and facts.
fn measure(shape: &str, items: u64) -> (f64, u64) {
    let parsed = steploom_asl::parse(&definition(shape).to_string()).expect("it is valid");
    let machine: Arc<Machine> = Arc::new(parsed.machine);
    let mut first = started();
    first.limits.payload_bytes_max = DATA_BYTES;
    // All in one run: what a range does is the same, for fewer items.
    first.limits.range_items = 0;
    if shape == "inline" {
        let all: Vec<Value> = (0..items).map(|place| item(shape, place)).collect();
        first.input = Value::Array(all).into();
    }
    let at = first.at;
    let mut run = Run::new(machine);
    let began = cpu_time();
    let mut facts = VecDeque::from([Fact::Started(Arc::new(first))]);
    let mut count = 0;
    while let Some(fact) = facts.pop_front() {
        count += 1;
        for action in apply(&mut run, &fact, &mut NoEvents).expect("the fact can be") {
            let succeeded = |action, output| Fact::TaskSucceeded {
                at,
                action,
                output,
                version: Some(1),
            };
            facts.push_back(match action {
                Action::Invoke(invoke) => {
                    let output = Json::parse("7").expect("JSON");
                    succeeded(invoke.action, output)
                }
                Action::Write(write) => succeeded(write.action, Json::null()),
                Action::Read(read) => page(shape, items, &read, at),
                Action::Continue => Fact::Continued { at },
                other => panic!("{other:?}"),
            });
        }
    }
    assert!(
        matches!(run.outcome(), Some(Outcome::Succeeded(_))),
        "{shape}: {:?}",
        run.outcome()
    );
    let took = cpu_time().saturating_sub(began);
    (took.as_secs_f64(), count)
}

fn page(shape: &str, items: u64, read: &Read, at: steploom_types::Timestamp) -> Fact {
    let end = items.min(read.offset + read.items_max);
    let page: Vec<Value> = (read.offset..end).map(|place| item(shape, place)).collect();
    Fact::ItemsRead {
        at,
        action: read.action,
        items: Value::Array(page).into(),
        is_last: end == items,
    }
}

/// The most that the process has had in RAM.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
