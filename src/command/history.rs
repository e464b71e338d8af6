//! `history`: every event of an execution.

use futures::StreamExt as _;
use serde_json::Value;
use steploom_api::wire::{Event, History, PageHistory};
use steploom_types::{ExecutionId, Timestamp, limits};

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::{Paint, human, out};

/// Characters of the details that are shown of an event.
const DETAILS_LENGTH_MAX: usize = 100;

/// Show what happened in an execution, event by event
///
/// Events have the names that AWS Step Functions gives them. Times are seconds since the start.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,

    /// Print events as they happen, until the end
    #[arg(long, conflicts_with_all = ["limit", "reverse"])]
    follow: bool,

    /// How many events at the most
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,

    /// The last event first
    #[arg(long)]
    reverse: bool,
}

/// Shows them.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = status::find(&args.reference, context).await?;
    let id = execution.summary.id;
    let start = execution.summary.started_at;
    if args.follow {
        return follow(id, start, context).await;
    }
    let history = read(id, &args, context).await?;
    if context.json {
        return Ok(out::json(&history)?);
    }
    for event in &history.items {
        out::line(text(event, start, context.paint))?;
    }
    if history.next.is_some() {
        out::note(format!(
            "there are more: --limit {}",
            args.limit.saturating_mul(10)
        ));
    }
    Ok(())
}

async fn follow(id: ExecutionId, start: Timestamp, context: &Context) -> Result<(), Failure> {
    let mut events = Box::pin(context.client.events(id, 0));
    while let Some(event) = events.next().await {
        let event = event?;
        if context.json {
            out::json_line(&event)?;
        } else {
            out::line(text(&event, start, context.paint))?;
        }
    }
    Ok(())
}

/// Pages until there are as many as were asked for.
async fn read(id: ExecutionId, args: &Args, context: &Context) -> Result<History, Failure> {
    let mut history = History {
        items: Vec::new(),
        next: None,
    };
    loop {
        let missing = args.limit.saturating_sub(history.items.len());
        if missing == 0 {
            return Ok(history);
        }
        let page = PageHistory {
            limit: Some(
                u32::try_from(missing)
                    .map_or(limits::PAGE_SIZE_MAX, |n| n.min(limits::PAGE_SIZE_MAX)),
            ),
            reverse: args.reverse,
            next: history.next.take(),
        };
        let page = context.client.history(id, &page).await?;
        history.items.extend(page.items);
        history.next = page.next;
        if history.next.is_none() {
            return Ok(history);
        }
    }
}

/// One event on one line: number, seconds since the start, type, what it is about.
fn text(event: &Event, start: Timestamp, paint: Paint) -> String {
    let seconds = event.timestamp.millis_since(start) as f64 / 1_000.0;
    let kind = format!("{:<26}", event.kind);
    let kind = if event.kind.ends_with("Failed") || event.kind.ends_with("TimedOut") {
        paint.red(&kind)
    } else if event.kind.ends_with("Succeeded") {
        paint.green(&kind)
    } else {
        kind
    };
    let line = format!("{:>6} {seconds:>10.3}  {kind}  {}", event.id, about(event));
    line.trim_end().to_owned()
}

/// The name first, then the rest as `key=value`.
fn about(event: &Event) -> String {
    let name = event.details.get("name").and_then(Value::as_str);
    let mut parts: Vec<String> = name.map(str::to_owned).into_iter().collect();
    for (key, value) in &event.details {
        match value {
            Value::String(_) if key == "name" => {}
            Value::String(text) => parts.push(format!("{key}={text}")),
            value => parts.push(format!("{key}={value}")),
        }
    }
    human::clip(&parts.join("  "), DETAILS_LENGTH_MAX)
}

#[cfg(test)]
mod tests;
