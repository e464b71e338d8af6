//! Starts an execution of a machine, shows its events as they happen, and its end.
//!
//! `cargo run -p steploom-sdk --example run -- word-count '{"text": "to be or not to be"}'`

use futures::StreamExt;
use steploom_sdk::{Client, Json, wire};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let machine = args.next().ok_or("usage: run MACHINE [INPUT]")?.parse()?;
    let input = Json::parse(args.next().as_deref().unwrap_or("{}"))?;
    let endpoint = std::env::var("STEPLOOM_ENDPOINT");
    let client = Client::new(endpoint.as_deref().unwrap_or("http://127.0.0.1:8080"))?;

    let start = wire::StartExecution {
        version: None,
        name: None,
        input,
        ..wire::StartExecution::new(machine)
    };
    let id = client.start_execution(&start).await?.execution.summary.id;
    let mut events = client.events(id, 0);
    while let Some(event) = events.next().await {
        let event = event?;
        println!("{}  {:>4}  {}", event.timestamp, event.id, event.kind);
    }
    let ended = client.wait(id).await?;
    println!("{:?}: {:?}", ended.summary.status, ended.output);
    Ok(())
}
