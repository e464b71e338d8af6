//! `schedule create|list|show|delete|pause|resume|backfill|next|group`.

mod create;
mod group;
mod show;

use clap::Subcommand;
use steploom_api::wire::{Backfill, ListSchedules, OverlapPolicy, QueryFirings, ScheduleState};
use steploom_types::{Name, Timestamp};

use super::Context;
use crate::failure::Failure;
use crate::parse;
use crate::view::out;

/// Make schedules, which start machines and functions by time
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom schedule create nightly '0 2 * * *' --zone Europe/Berlin --machine report
  steploom schedule create tick 'rate(5 minutes)' --function ping --overlap skip
  steploom schedule next nightly --count 5
  steploom schedule pause nightly
  steploom schedule backfill nightly --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a schedule; one that is there stays as it is, unless --replace is given
    Create(Box<create::Args>),
    /// Show a schedule, how far it has come, and when it fires next
    Show(Id),
    /// List schedules
    List {
        /// Only those of this group
        #[arg(long, value_name = "NAME")]
        group: Option<Name>,
        /// Only those whose names begin so
        #[arg(long, value_name = "TEXT")]
        name_prefix: Option<String>,
        /// Only those that stand so
        #[arg(long, value_enum)]
        state: Option<State>,
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "TOKEN")]
        next: Option<String>,
    },
    /// Delete a schedule; what it started goes on
    Delete(Id),
    /// Let a schedule fire no more until it is resumed
    Pause(Id),
    /// Let a paused schedule fire again, from now on
    Resume(Id),
    /// Fire the due times of a range in the past that were not fired
    Backfill {
        #[command(flatten)]
        id: Id,
        /// From this on, such as 2026-03-01T00:00:00Z, or 2d for two days ago
        #[arg(long, value_name = "WHEN", value_parser = parse::when)]
        from: Timestamp,
        /// Up to this [default: now]
        #[arg(long, value_name = "WHEN", value_parser = parse::when)]
        to: Option<Timestamp>,
        /// What happens while an earlier execution still runs; as the schedule has it, if left out
        #[arg(long, value_enum)]
        overlap: Option<Overlap>,
    },
    /// Show when a schedule fires next
    Next {
        #[command(flatten)]
        id: Id,
        /// How many times, 1 to 100
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
        count: u32,
        /// Those that are due after this
        #[arg(long, value_name = "WHEN", value_parser = parse::when)]
        after: Option<Timestamp>,
    },
    /// Groups of schedules, which are deleted together
    Group(group::Args),
}

/// Which schedule.
#[derive(Debug, clap::Args)]
struct Id {
    /// The schedule
    name: Name,
    /// Its group [default: default]
    #[arg(long, value_name = "NAME")]
    group: Option<Name>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum State {
    Enabled,
    Disabled,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Overlap {
    /// The new one starts beside it
    AllowAll,
    /// The due time passes
    Skip,
    /// One due time waits for its end
    BufferOne,
    /// Due times wait for its end, one after the other
    BufferAll,
    /// It is cancelled, and the new one starts then
    CancelOther,
    /// It is ended, and the new one starts then
    TerminateOther,
}

impl From<Overlap> for OverlapPolicy {
    fn from(overlap: Overlap) -> Self {
        match overlap {
            Overlap::AllowAll => Self::AllowAll,
            Overlap::Skip => Self::Skip,
            Overlap::BufferOne => Self::BufferOne,
            Overlap::BufferAll => Self::BufferAll,
            Overlap::CancelOther => Self::CancelOther,
            Overlap::TerminateOther => Self::TerminateOther,
        }
    }
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Create(args) => create::run(*args, context).await,
        Verb::Show(id) => show::show(context, &id).await,
        Verb::List {
            group,
            name_prefix,
            state,
            limit,
            next,
        } => {
            let state = state.map(|state| match state {
                State::Enabled => ScheduleState::Enabled,
                State::Disabled => ScheduleState::Disabled,
            });
            let list = ListSchedules {
                group,
                name_prefix,
                state,
                limit: Some(limit),
                next,
            };
            show::list(context, &list).await
        }
        Verb::Delete(id) => {
            client.delete_schedule(id.group.as_ref(), &id.name).await?;
            super::deleted(context, "schedule", &id.name)
        }
        Verb::Pause(id) => {
            let paused = client.pause_schedule(id.group.as_ref(), &id.name).await?;
            show::changed(context, &paused, "paused")
        }
        Verb::Resume(id) => {
            let resumed = client.resume_schedule(id.group.as_ref(), &id.name).await?;
            show::changed(context, &resumed, "resumed")
        }
        Verb::Backfill {
            id,
            from,
            to,
            overlap,
        } => {
            let backfill = Backfill {
                from,
                to: to.unwrap_or_else(crate::view::live::now),
                overlap: overlap.map(Into::into),
            };
            let group = id.group.as_ref();
            let filling = client.backfill_schedule(group, &id.name, &backfill).await?;
            show::changed(context, &filling, "fills the range")
        }
        Verb::Next { id, count, after } => {
            let query = QueryFirings {
                group: id.group,
                limit: Some(count),
                after,
            };
            let firings = client.schedule_firings(&id.name, &query).await?;
            if context.json {
                return Ok(out::json(&firings)?);
            }
            if firings.items.is_empty() {
                out::note(format!("'{}' does not fire any more as it stands", id.name));
            }
            show::firings(&firings)
        }
        Verb::Group(args) => group::run(args, context).await,
    }
}
