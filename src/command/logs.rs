//! `logs`: what a function's invocations wrote.

use futures::StreamExt as _;
use steploom_api::wire::{LogLine, LogPage, LogSource, QueryLogs};
use steploom_types::{Name, Timestamp, limits};

use super::Context;
use crate::failure::Failure;
use crate::parse;
use crate::view::live::now;
use crate::view::{Paint, out};

/// Show what a function's invocations logged: what they wrote to standard error, and what Steploom
/// says of them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom logs count --since 15m
  steploom logs count --follow
  steploom logs count --request-id 0b2f… --json")]
pub(crate) struct Args {
    /// The function
    function: Name,

    /// Only the lines of this invocation
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,

    /// Only lines of this last while, such as 15m; an hour if left out and no invocation is named
    #[arg(long, value_name = "DURATION", value_parser = parse::duration_ms)]
    since: Option<u64>,

    /// Print lines as they are written, until Ctrl-C; with --since, those of that last while first
    #[arg(long, conflicts_with = "limit")]
    follow: bool,

    /// How many lines at the most
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
}

/// Shows them.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    if args.follow {
        return follow(&args, context).await;
    }
    let page = read(&args, context).await?;
    if context.json {
        return Ok(out::json(&page)?);
    }
    for line in &page.items {
        out::line(text(line, context.paint))?;
    }
    if page.items.is_empty() {
        out::note("no lines; --since 7d looks further back");
    } else if page.next.is_some() {
        out::note(format!(
            "there are more: --limit {}",
            args.limit.saturating_mul(10)
        ));
    }
    Ok(())
}

async fn follow(args: &Args, context: &Context) -> Result<(), Failure> {
    if args.since.is_some() {
        for line in &read(args, context).await?.items {
            say(line, context)?;
        }
    }
    let mut lines = Box::pin(context.client.follow_logs(&args.function));
    while let Some(line) = lines.next().await {
        let line = line?;
        let wanted = args.request_id.as_ref();
        if wanted.is_none_or(|id| *id == line.request_id) {
            say(&line, context)?;
        }
    }
    Ok(())
}

fn say(line: &LogLine, context: &Context) -> std::io::Result<()> {
    if context.json {
        out::json_line(line)
    } else {
        out::line(text(line, context.paint))
    }
}

/// Pages until there are as many as were asked for.
async fn read(args: &Args, context: &Context) -> Result<LogPage, Failure> {
    let mut lines = LogPage {
        items: Vec::new(),
        next: None,
    };
    let since = args.since.map(before_now);
    loop {
        let missing = args.limit.saturating_sub(lines.items.len());
        if missing == 0 {
            return Ok(lines);
        }
        let query = QueryLogs {
            request_id: args.request_id.clone(),
            since,
            limit: Some(
                u32::try_from(missing)
                    .map_or(limits::PAGE_SIZE_MAX, |n| n.min(limits::PAGE_SIZE_MAX)),
            ),
            next: lines.next.take(),
        };
        let page = context.client.logs(&args.function, &query).await?;
        lines.items.extend(page.items);
        lines.next = page.next;
        if lines.next.is_none() {
            return Ok(lines);
        }
    }
}

fn before_now(ms: u64) -> Timestamp {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    Timestamp::from_millis(now().as_millis().saturating_sub(ms))
}

/// One line: when, which invocation, what.
fn text(line: &LogLine, paint: Paint) -> String {
    let message = match line.source {
        LogSource::Function => line.message.clone(),
        LogSource::Platform => paint.cyan(&line.message),
    };
    format!(
        "{} {} {message}",
        paint.dim(&line.timestamp.to_string()),
        paint.dim(&line.request_id)
    )
}
