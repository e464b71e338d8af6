//! `list`: functions, machines, executions and how many, map runs, nodes and shards as tables.

use clap::ValueEnum;
use serde::Serialize;
use steploom_api::wire::{
    ClusterNodes, CountExecutions, ExecutionCounts, ExecutionPage, ExecutionStatus, FunctionPage,
    ListExecutions, MachinePage, Page, Shards,
};
use steploom_types::{MachineName, Name, Timestamp};

use super::machine::settings::type_text;
use super::status::origin;
use super::{Context, map_run};
use crate::failure::Failure;
use crate::parse::{self, Reference};
use crate::view::live::now;
use crate::view::table::{Rows, status};
use crate::view::{human, out};

/// List functions, machines, executions or how many there are, map runs, nodes or shards
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom list                                  executions, newest first
  steploom list functions
  steploom list map-runs EXECUTION --follow      how far its distributed Maps are
  steploom list counts                           how many executions, by machine and status
  steploom list shards                           and who owns them
  steploom list --machine word-count --status failed --limit 5
  steploom list --machine word-count --qualifier prod
  steploom list --error Payment.Refused --since 2h
  steploom list --tag customer=42 --since 2026-07-01T00:00:00Z --until 2026-08-01T00:00:00Z")]
pub(crate) struct Args {
    /// What to list
    #[arg(default_value = "executions")]
    what: What,

    /// For map-runs: the execution, its id or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    of: Option<Reference>,

    /// Follow map runs until they have ended
    #[arg(long)]
    follow: bool,

    /// Only executions of this machine; 'function:NAME' for asynchronous invocations
    #[arg(long, value_name = "NAME")]
    machine: Option<MachineName>,

    /// Only executions that stand like this
    #[arg(long)]
    status: Option<Status>,

    /// Only executions whose name begins like this
    #[arg(long, value_name = "TEXT")]
    name_prefix: Option<String>,

    /// Only executions with this tag
    #[arg(long, value_name = "KEY=VALUE")]
    tag: Option<String>,

    /// Only executions that were started by this release or alias of --machine
    #[arg(
        long,
        value_name = "RELEASE|ALIAS",
        requires = "machine",
        conflicts_with = "tag"
    )]
    qualifier: Option<Name>,

    /// Only executions that ended with the error of this name
    #[arg(long, value_name = "NAME")]
    error: Option<String>,

    /// Only executions accepted then or later: a time such as 2026-07-01T00:00:00Z, or how long ago, such as 2h
    #[arg(long, value_name = "WHEN", value_parser = parse::when)]
    since: Option<Timestamp>,

    /// Only executions accepted before then
    #[arg(long, value_name = "WHEN", value_parser = parse::when)]
    until: Option<Timestamp>,

    /// How many at the most, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Go on from the page before
    #[arg(long, value_name = "TOKEN")]
    next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Functions,
    Machines,
    Executions,
    MapRuns,
    Counts,
    Nodes,
    Shards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Status {
    Running,
    Succeeded,
    Failed,
    #[value(alias = "timed_out")]
    TimedOut,
    Aborted,
    Pending,
    Paused,
    Quarantined,
    Expired,
}

impl From<Status> for ExecutionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::TimedOut => Self::TimedOut,
            Status::Aborted => Self::Aborted,
            Status::Pending => Self::Pending,
            Status::Paused => Self::Paused,
            Status::Quarantined => Self::Quarantined,
            Status::Expired => Self::Expired,
        }
    }
}

/// Lists.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    check(&args)?;
    if (args.of.is_some() || args.follow) && args.what != What::MapRuns {
        return Err(Failure::usage("an execution and --follow are for map-runs"));
    }
    let page = page(args.limit, args.next.clone());
    match args.what {
        What::Functions => {
            let found = context.client.list_functions(&page).await?;
            show(
                context,
                &found,
                functions(&found, context),
                found.next.as_deref(),
            )
        }
        What::Machines => {
            let found = context.client.list_machines(&page).await?;
            show(
                context,
                &found,
                machines(&found, context),
                found.next.as_deref(),
            )
        }
        What::Executions => {
            let list = list(args);
            let found = context.client.list_executions(&list).await?;
            show(
                context,
                &found,
                executions(&found, context),
                found.next.as_deref(),
            )
        }
        What::MapRuns => {
            let Some(of) = &args.of else {
                let title = "which execution's? steploom list map-runs EXECUTION";
                return Err(Failure::usage(title));
            };
            map_run::list(of, args.follow, context).await
        }
        What::Counts => {
            let machine = args.machine;
            let count = CountExecutions { machine };
            let found = context.client.count_executions(&count).await?;
            show(context, &found, counts(&found, context), None)
        }
        What::Nodes => {
            let found = context.client.list_nodes().await?;
            show(context, &found, Ok(nodes(&found, context)), None)
        }
        What::Shards => {
            let found = context.client.list_shards().await?;
            show(context, &found, Ok(shards(&found, context)), None)
        }
    }
}

/// Refuses filters of what has none.
fn check(args: &Args) -> Result<(), Failure> {
    let of_one = args.status.is_some()
        || args.name_prefix.is_some()
        || args.tag.is_some()
        || args.qualifier.is_some()
        || args.error.is_some()
        || args.since.is_some()
        || args.until.is_some();
    let has_machine = matches!(args.what, What::Executions | What::Counts);
    if (of_one && args.what != What::Executions) || (args.machine.is_some() && !has_machine) {
        return Err(Failure::usage(
            "--machine is for executions and counts, all other filters are for executions",
        ));
    }
    Ok(())
}

fn list(args: Args) -> ListExecutions {
    ListExecutions {
        machine: args.machine,
        status: args.status.map(Into::into),
        name_prefix: args.name_prefix,
        since: args.since,
        until: args.until,
        tag: args.tag,
        qualifier: args.qualifier,
        error: args.error,
        limit: Some(args.limit),
        next: args.next,
    }
}

/// A page of a list.
pub(crate) fn page(limit: u32, next: Option<String>) -> Page {
    Page {
        limit: Some(limit),
        next,
    }
}

fn show<T: Serialize>(
    context: &Context,
    found: &T,
    text: Result<String, &'static str>,
    next: Option<&str>,
) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(found)?);
    }
    match text {
        Ok(table) => out::line(table)?,
        Err(nothing) => out::note(nothing),
    }
    if let Some(next) = next {
        out::note(format!("there are more: --next {next}"));
    }
    Ok(())
}

fn nodes(found: &ClusterNodes, context: &Context) -> String {
    let mut rows = Rows::new(context.paint, &["node", "address", "shards", ""]);
    for node in &found.items {
        rows.add([
            node.id.clone(),
            node.address.clone().unwrap_or_else(|| "-".to_owned()),
            node.shards.to_string(),
            if node.is_this { "this one" } else { "" }.to_owned(),
        ]);
    }
    rows.text(&[2])
}

fn shards(found: &Shards, context: &Context) -> String {
    let mut rows = Rows::new(
        context.paint,
        &["shard", "slots", "owner", "epoch", "records"],
    );
    for shard in &found.items {
        rows.add([
            shard.id.to_string(),
            format!("{} - {}", shard.first_slot, shard.last_slot),
            shard.owner.clone().unwrap_or_else(|| "-".to_owned()),
            shard.epoch.to_string(),
            shard.records.to_string(),
        ]);
    }
    rows.text(&[0, 3, 4])
}

fn counts(found: &ExecutionCounts, context: &Context) -> Result<String, &'static str> {
    if found.items.is_empty() {
        return Err("no executions; 'steploom start MACHINE' starts one");
    }
    let mut rows = Rows::new(context.paint, &["machine", "status", "executions"]);
    for count in &found.items {
        rows.add([
            comfy_table::Cell::new(&count.machine),
            status(count.status),
            comfy_table::Cell::new(human::count(count.count)),
        ]);
    }
    Ok(rows.text(&[2]))
}

fn functions(found: &FunctionPage, context: &Context) -> Result<String, &'static str> {
    if found.items.is_empty() {
        return Err("no functions yet; 'steploom deploy FILE.wasm' uploads one");
    }
    let mut rows = Rows::new(
        context.paint,
        &[
            "name", "version", "kind", "size", "memory", "timeout", "updated",
        ],
    );
    for function in &found.items {
        let latest = &function.latest;
        rows.add([
            function.name.to_string(),
            latest.version.to_string(),
            super::function::kind(latest.kind).to_owned(),
            human::size(latest.module_bytes),
            human::size(latest.settings.memory_bytes_max),
            human::duration(latest.settings.timeout_ms),
            human::ago(latest.created_at, now()),
        ]);
    }
    Ok(rows.text(&[1, 3, 4, 5]))
}

fn machines(found: &MachinePage, context: &Context) -> Result<String, &'static str> {
    if found.items.is_empty() {
        return Err("no machines yet; 'steploom deploy FILE.asl.json' uploads one");
    }
    let mut rows = Rows::new(context.paint, &["name", "version", "type", "updated"]);
    for machine in &found.items {
        rows.add([
            machine.name.to_string(),
            machine.latest.version.to_string(),
            type_text(machine.machine_type).to_owned(),
            human::ago(machine.latest.created_at, now()),
        ]);
    }
    Ok(rows.text(&[1]))
}

fn executions(found: &ExecutionPage, context: &Context) -> Result<String, &'static str> {
    if found.items.is_empty() {
        return Err("no executions; 'steploom start MACHINE' starts one");
    }
    let mut header = vec!["machine", "name", "status", "started", "took", "id"];
    let has_releases = found.items.iter().any(|one| one.release.is_some());
    if has_releases {
        header.push("release");
    }
    let mut rows = Rows::new(context.paint, &header);
    for execution in &found.items {
        let id = execution.id.to_string();
        let name = execution.name.as_str();
        let until = execution.ended_at.unwrap_or_else(now);
        let mut row = vec![
            comfy_table::Cell::new(&execution.machine),
            comfy_table::Cell::new(if name == id { "-" } else { name }),
            status(execution.status),
            comfy_table::Cell::new(human::ago(execution.started_at, now())),
            comfy_table::Cell::new(human::duration(until.millis_since(execution.started_at))),
            comfy_table::Cell::new(id),
        ];
        if has_releases {
            let release = origin(execution).unwrap_or_else(|| "-".to_owned());
            row.push(comfy_table::Cell::new(release));
        }
        rows.add(row);
    }
    Ok(rows.text(&[4]))
}
