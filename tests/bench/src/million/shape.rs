//! The forms that a million items come in.

use std::fmt::{self, Write as _};

use anyhow::{Context as _, Result, ensure};
use serde::de::IgnoredAny;
use serde_json::json;
use steploom_sdk::{Json, Name, wire};

use crate::server::{NAME, Server};

/// The bucket that has the items and gets the results.
const BUCKET: &str = "bench";
/// Bytes of a state's data, where all items are in the state.
const DATA_LIMIT: &str = "64MiB";
/// Items in flight at once.
const CONCURRENCY: u32 = 1_000;
/// Items of a layer of diamonds: one, then as many that come after it, then one that comes after these.
const DIAMOND: u64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shape {
    /// A `Map` over an array in the state
    Inline,
    /// A distributed `Map` over lines of an object
    Distributed,
    /// The same, where items come after others: chains, diamonds, and one after all
    After,
    /// `distributed`, killed half way
    Killed,
}

impl Shape {
    pub(super) const ALL: [Self; 4] = [Self::Inline, Self::Distributed, Self::After, Self::Killed];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Inline => "inline Map",
            Self::Distributed => "distributed Map",
            Self::After => "Map with After",
            Self::Killed => "distributed Map, killed half way",
        }
    }

    pub(super) fn memory(self) -> &'static str {
        match self {
            Self::Inline => "inline Map, memory",
            Self::Distributed => "distributed Map, memory",
            Self::After => "Map with After, memory",
            Self::Killed => "distributed Map, killed half way, memory",
        }
    }

    pub(super) fn machine(self) -> &'static str {
        match self {
            Self::Inline => "million-inline",
            Self::Distributed | Self::Killed => "million-distributed",
            Self::After => "million-after",
        }
    }

    /// Puts the machine, and the items where it reads them.
    pub(super) async fn prepare(self, server: &Server, items: u64) -> Result<()> {
        let client = server.client();
        let bucket: Name = BUCKET.parse()?;
        client.put_bucket(&bucket).await?;
        let lines = match self {
            Self::Inline => None,
            Self::After => Some(ordered(items)),
            Self::Distributed | Self::Killed => Some(plain(items)),
        };
        if let Some(lines) = lines {
            client
                .put_object(&bucket, "items.jsonl", "application/jsonl", lines.into())
                .await?;
        }
        let definition = self.definition().to_string();
        client
            .put_machine(&self.machine().parse()?, &definition, true)
            .await?;
        Ok(())
    }

    fn definition(self) -> serde_json::Value {
        // What the function answers is cut to a number, so that results are small.
        let handle = json!({
            "Type": "Task", "Resource": NAME, "End": true,
            "ResultSelector": {"words.$": "$.words"}, "OutputPath": "$.words",
        });
        let states = json!({"Handle": handle});
        let mut map = json!({
            "Type": "Map",
            "MaxConcurrency": CONCURRENCY,
            "ItemSelector": {"id.$": "$$.Map.Item.Value", "text": "to be or not to be"},
            "ItemProcessor": {"StartAt": "Handle", "States": states},
            "End": true,
        });
        if self == Self::Inline {
            map["ItemsPath"] = json!("$.items");
            return json!({"StartAt": "All", "DataLimit": DATA_LIMIT, "States": {"All": map}});
        }
        map["ItemProcessor"]["ProcessorConfig"] =
            json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
        map["ItemReader"] = json!({
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Parameters": {"Bucket": BUCKET, "Key": "items.jsonl"},
        });
        map["ResultWriter"] = json!({
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": BUCKET, "Prefix": "results"},
        });
        if self == Self::After {
            map["ItemSelector"]["id.$"] = json!("$$.Map.Item.Value.id");
            map["ItemId"] = json!("$.id");
            map["After"] = json!("$.after");
        }
        json!({"StartAt": "All", "States": {"All": map}})
    }

    pub(super) fn input(self, items: u64) -> String {
        if self != Self::Inline {
            return "{}".to_owned();
        }
        let mut text = String::from("{\"items\":[0");
        for item in 1..items {
            // Writing to a String does not fail.
            let _ = write!(text, ",{}", item % 10_000);
        }
        text.push_str("]}");
        text
    }

    /// Sees to it that each item was answered once.
    pub(super) async fn check(
        self,
        server: &Server,
        execution: &wire::Execution,
        items: u64,
    ) -> Result<()> {
        let output = execution.output.as_ref().context("no output")?;
        let counted = if self == Self::Inline {
            serde_json::from_str::<Vec<IgnoredAny>>(output.text())?.len() as u64
        } else {
            results(server, output).await?
        };
        ensure!(counted == items, "{counted} results of {items} items");
        Ok(())
    }
}

/// The results that the files of a manifest hold.
async fn results(server: &Server, output: &Json) -> Result<u64> {
    let bucket: Name = BUCKET.parse()?;
    let key = output.value()["ResultWriterDetails"]["Key"].as_str();
    let key = key.with_context(|| format!("no manifest: {}", output.text()))?;
    let manifest = server.client().get_object(&bucket, key).await?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)?;
    let mut counted = 0;
    let files = manifest["ResultFiles"]["SUCCEEDED"].as_array();
    for file in files.context("a manifest without results")? {
        let key = file["Key"].as_str().context("a file without a key")?;
        let content = server.client().get_object(&bucket, key).await?;
        counted += serde_json::from_slice::<Vec<IgnoredAny>>(&content)?.len() as u64;
    }
    Ok(counted)
}

/// Items that come after none, a number a line.
fn plain(items: u64) -> String {
    let mut text = String::with_capacity(items as usize * 5);
    for item in 0..items {
        let _ = writeln!(text, "{}", item % 10_000);
    }
    text
}

/// The first half are chains of ten, the rest are diamonds of ten, and the last comes after the ends
/// of ten thousand of them.
fn ordered(items: u64) -> String {
    const FAN_IN: u64 = 10_000;
    let mut text = String::with_capacity(items as usize * 32);
    for item in 0..items {
        let place = item % DIAMOND;
        let first = item - place;
        let after: Vec<u64> = if item + 1 == items {
            (0..FAN_IN.min(items / DIAMOND - 1))
                .map(|n| n * DIAMOND + DIAMOND - 1)
                .collect()
        } else if place == 0 {
            Vec::new()
        } else if item < items / 2 {
            vec![item - 1]
        } else if place == DIAMOND - 1 {
            (first + 1..item).collect()
        } else {
            vec![first]
        };
        let _ = writeln!(text, "{}", json!({"id": item, "after": after}));
    }
    text
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
