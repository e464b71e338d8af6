//! `status`: how an execution stands.

use comfy_table::Cell;
use steploom_api::wire::{Execution, ExecutionSummary};

use super::Context;
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::live::now;
use crate::view::table::{Rows, status};
use crate::view::{Paint, human, out};

/// Show how an execution stands, its input and its output
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,
}

/// Shows it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = find(&args.reference, context).await?;
    if context.json {
        return Ok(out::json(&execution)?);
    }
    Ok(out::line(text(&execution, context.paint))?)
}

/// The execution that a reference names.
pub(crate) async fn find(reference: &Reference, context: &Context) -> Result<Execution, Failure> {
    Ok(match reference {
        Reference::Id(id) => context.client.get_execution(*id).await?,
        Reference::Named(machine, name) => {
            context.client.get_execution_by_name(machine, name).await?
        }
    })
}

/// By which release, and by which alias, an execution was started: `3`, or `3 (prod)`.
pub(crate) fn origin(summary: &ExecutionSummary) -> Option<String> {
    let release = summary.release?;
    Some(match &summary.alias {
        Some(alias) => format!("{release} ({alias})"),
        None => release.to_string(),
    })
}

/// An execution, for people.
pub(crate) fn text(execution: &Execution, paint: Paint) -> String {
    let summary = &execution.summary;
    let mut rows = Rows::without_header(paint);
    rows.field("id", summary.id.to_string());
    rows.field("name", summary.name.as_str());
    rows.field(
        "machine",
        format!("{} version {}", summary.machine, summary.machine_version),
    );
    if let Some(release) = origin(summary) {
        rows.field("release", release);
    }
    rows.field("status", status(summary.status));
    let at = summary.started_at;
    rows.field("started", format!("{at} ({})", human::ago(at, now())));
    if let Some(at) = summary.ended_at {
        rows.field("ended", format!("{at} ({})", human::ago(at, now())));
    }
    let until = summary.ended_at.unwrap_or_else(now);
    rows.field(
        "took",
        human::duration(until.millis_since(summary.started_at)),
    );
    if let Some(error) = &execution.error {
        rows.field("error", Cell::new(error).fg(comfy_table::Color::Red));
    }
    if let Some(cause) = &execution.cause {
        rows.field("cause", cause.as_str());
    }
    rows.field("input", human::json(&execution.input));
    if let Some(output) = &execution.output {
        rows.field("output", human::json(output));
    }
    rows.text(&[])
}
