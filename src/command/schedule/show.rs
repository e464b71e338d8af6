//! How schedules look.

use steploom_api::wire::{Firings, ListSchedules, QueryFirings, Schedule, ScheduleState};
use steploom_types::Timestamp;

use super::Id;
use crate::command::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Firings that are shown with a schedule.
const FIRINGS_SHOWN: u32 = 3;

/// One schedule, and when it fires next.
pub(super) async fn show(context: &Context, id: &Id) -> Result<(), Failure> {
    let client = &context.client;
    let found = client.get_schedule(id.group.as_ref(), &id.name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    let (definition, progress) = (&found.definition, &found.progress);
    let mut rows = Rows::without_header(context.paint);
    rows.field("name", found.name.as_str());
    rows.field("group", found.group.as_str());
    rows.field("arn", found.arn.as_str());
    rows.field("expression", definition.expression.as_str());
    rows.field("zone", definition.time_zone.as_str());
    rows.field("starts", target(&found));
    rows.field("state", state(&found));
    rows.field("overlap", words(&definition.overlap));
    rows.field("fired", human::count(progress.fired));
    for (what, count) in [
        ("missed", progress.missed),
        ("skipped", progress.skipped),
        ("failed", progress.failed),
        ("waiting", progress.buffered.len() as u64),
        ("retrying", progress.retrying.len() as u64),
    ] {
        if count > 0 {
            rows.field(what, human::count(count));
        }
    }
    if let Some(last) = &progress.last {
        rows.field("last", format!("{}  {}", last.due_at, last.execution));
    }
    if let Some(failure) = &progress.last_failure {
        rows.field(
            "last failure",
            format!("{}  {}", failure.due_at, failure.message),
        );
    }
    rows.field("created", human::ago(found.created_at, now()));
    out::line(rows.text(&[]))?;
    next(context, &found).await
}

/// When a schedule fires next, for people.
pub(super) async fn next(context: &Context, of: &Schedule) -> Result<(), Failure> {
    let query = QueryFirings {
        group: Some(of.group.clone()),
        limit: Some(FIRINGS_SHOWN),
        after: None,
    };
    let found = context.client.schedule_firings(&of.name, &query).await?;
    if found.items.is_empty() {
        out::note(match of.definition.state {
            ScheduleState::Disabled => "it is paused",
            ScheduleState::Enabled => "it does not fire any more",
        });
    }
    firings(&found)
}

/// A line a firing.
pub(super) fn firings(firings: &Firings) -> Result<(), Failure> {
    for firing in &firings.items {
        let jitter = firing.fires_at.millis_since(firing.due_at);
        let late = if jitter > 0 {
            format!("  fires at {}", firing.fires_at)
        } else {
            String::new()
        };
        out::line(format!(
            "next  {}  {}{late}",
            firing.due_at,
            wait(firing.fires_at)
        ))?;
    }
    Ok(())
}

/// How long until then, for people.
fn wait(at: Timestamp) -> String {
    let now = now();
    if at < now {
        return human::ago(at, now);
    }
    format!("in {}", human::duration(at.millis_since(now)))
}

/// A table of schedules.
pub(super) async fn list(context: &Context, list: &ListSchedules) -> Result<(), Failure> {
    let found = context.client.list_schedules(list).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() && found.next.is_none() {
        out::note("no schedules; 'steploom schedule create NAME EXPRESSION' makes one");
        return Ok(());
    }
    let header = [
        "group",
        "name",
        "state",
        "expression",
        "zone",
        "starts",
        "fired",
        "next",
    ];
    let mut rows = Rows::new(context.paint, &header);
    for one in &found.items {
        let next = one.progress.next_at.map(wait);
        rows.add([
            one.group.to_string(),
            one.name.to_string(),
            state(one),
            one.definition.expression.clone(),
            one.definition.time_zone.clone(),
            target(one),
            human::count(one.progress.fired),
            next.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    out::line(rows.text(&[6]))?;
    if let Some(next) = &found.next {
        out::note(format!("there are more: --next {next}"));
    }
    Ok(())
}

/// What was done to a schedule.
pub(super) fn changed(context: &Context, schedule: &Schedule, what: &str) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(schedule)?);
    }
    out::note(format!("schedule '{}' {what}", schedule.name));
    if let Some(next) = schedule.progress.next_at {
        out::line(format!("next  {next}  {}", wait(next)))?;
    }
    Ok(())
}

fn target(of: &Schedule) -> String {
    let target = &of.definition.target;
    match (&target.machine, &target.function) {
        (Some(machine), _) => format!("machine {machine}"),
        (None, Some(function)) => format!("function {function}"),
        (None, None) => "-".to_owned(),
    }
}

fn state(of: &Schedule) -> String {
    match of.definition.state {
        ScheduleState::Disabled => "paused".to_owned(),
        ScheduleState::Enabled if of.progress.completed_at.is_some() => "completed".to_owned(),
        ScheduleState::Enabled => "enabled".to_owned(),
    }
}

/// `ALLOW_ALL` as `allow-all`, as it is typed.
fn words(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_value(value).unwrap_or_default();
    let text = text.as_str().unwrap_or_default();
    text.to_ascii_lowercase().replace('_', "-")
}
