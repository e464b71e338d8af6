//! `logs`: what a function's invocations wrote, and what happened in a machine's executions.

use std::collections::HashMap;

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
///
/// With --machine, the events of those of a machine's executions that are logged and not kept: see
/// 'steploom start --sync'.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom logs count --since 15m
  steploom logs count --follow
  steploom logs count --request-id 0b2f… --json
  steploom logs order --machine --follow")]
pub(crate) struct Args {
    /// The function
    name: Name,

    /// The name is a machine's
    #[arg(long)]
    machine: bool,

    /// Only the lines of this invocation, or of the execution with this id
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
    // From here on nothing is missed: what is written while older lines are read comes by both ways.
    let mut lines = if args.machine {
        context.client.follow_machine_logs(&args.name).await?
    } else {
        context.client.follow_logs(&args.name).await?
    };
    let began = now();
    let mut overlap = Overlap::default();
    if args.since.is_some() {
        let (since, mut next) = (args.since.map(before_now), None);
        loop {
            let page = page(args, since, limits::PAGE_SIZE_MAX, next, context).await?;
            for line in &page.items {
                say(line, context)?;
                overlap.shown(line, began);
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    while let Some(line) = lines.next().await {
        let line = line?;
        let wanted = args.request_id.as_ref();
        if wanted.is_none_or(|id| *id == line.request_id) && !overlap.has(&line) {
            say(&line, context)?;
        }
    }
    Ok(())
}

/// Lines that were read, and may come once more from the stream that was begun before.
#[derive(Default)]
struct Overlap(HashMap<(Timestamp, String, String), usize>);

/// Milliseconds by which a line may be older than the stream that it comes from: an invocation's lines
/// are given at its end, which may be long after, and clocks differ.
const OVERLAP_MS: u64 = 2 * limits::function::TIMEOUT_MS_MAX;

impl Overlap {
    fn shown(&mut self, line: &LogLine, began: Timestamp) {
        if began.millis_since(line.timestamp) < OVERLAP_MS {
            *self.0.entry(key(line)).or_default() += 1;
        }
    }

    /// Whether the line was read; each that was read is passed over once.
    fn has(&mut self, line: &LogLine) -> bool {
        let key = key(line);
        let Some(times) = self.0.get_mut(&key) else {
            return false;
        };
        *times -= 1;
        if *times == 0 {
            self.0.remove(&key);
        }
        true
    }
}

fn key(line: &LogLine) -> (Timestamp, String, String) {
    let LogLine {
        timestamp,
        request_id,
        message,
        ..
    } = line;
    (*timestamp, request_id.clone(), message.clone())
}

fn say(line: &LogLine, context: &Context) -> std::io::Result<()> {
    say_line(line, context.json, context.paint)
}

/// Prints a line.
pub(super) fn say_line(line: &LogLine, json: bool, paint: Paint) -> std::io::Result<()> {
    if json {
        out::json_line(line)
    } else {
        out::line(text(line, paint))
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
        let limit =
            u32::try_from(missing).map_or(limits::PAGE_SIZE_MAX, |n| n.min(limits::PAGE_SIZE_MAX));
        let page = page(args, since, limit, lines.next.take(), context).await?;
        lines.items.extend(page.items);
        lines.next = page.next;
        if lines.next.is_none() {
            return Ok(lines);
        }
    }
}

async fn page(
    args: &Args,
    since: Option<Timestamp>,
    limit: u32,
    next: Option<String>,
    context: &Context,
) -> Result<LogPage, Failure> {
    let query = QueryLogs {
        request_id: args.request_id.clone(),
        since,
        limit: Some(limit),
        next,
    };
    Ok(if args.machine {
        context.client.machine_logs(&args.name, &query).await?
    } else {
        context.client.logs(&args.name, &query).await?
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: i64, message: &str) -> LogLine {
        LogLine {
            timestamp: Timestamp::from_millis(at),
            request_id: "r".to_owned(),
            version: 1,
            source: LogSource::Function,
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_line_that_was_read_is_passed_over_as_often_as_it_was_read() {
        let began = Timestamp::from_millis(10_000_000);
        let mut overlap = Overlap::default();
        for read in [line(9_999_000, "a"), line(9_999_000, "a"), line(5, "old")] {
            overlap.shown(&read, began);
        }
        let came = [
            (9_999_000, "a"),
            (9_999_000, "a"),
            (9_999_000, "a"),
            (5, "old"),
        ];
        let has = came.map(|(at, message)| overlap.has(&line(at, message)));
        assert_eq!(has, [true, true, false, false]);
        assert!(overlap.0.is_empty());
    }
}
