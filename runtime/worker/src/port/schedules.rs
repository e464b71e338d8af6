//! Schedules, as callers make, change and see them.

use async_trait::async_trait;
use steploom_api::port::{PutSchedule, Schedules};
use steploom_api::wire;
use steploom_store::schedule::{Filter, Schedule};
use steploom_types::{AccountId, Error, Name, Result, Timestamp, arn, limits};

use super::{Port, bad_next, page_size};
use crate::schedules::{self, Defined, Filling, State, passed};

mod groups;

/// How often a row is read again that somebody else has changed meanwhile.
const TRIES_MAX: u32 = 20;

#[async_trait]
impl Schedules for Port {
    async fn put(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
        mut definition: wire::ScheduleDefinition,
        put: PutSchedule,
    ) -> Result<(wire::Schedule, bool)> {
        schedules::check(&mut definition)?;
        self.ensure_group(account, group).await?;
        let store = &self.shared.store.schedules;
        for _ in 0..TRIES_MAX {
            let found = store.find(account, group, name).await?;
            let row = match (&found, put) {
                (Some(_), PutSchedule::Create) => return Err(exists(group, name)),
                (None, PutSchedule::Update) => return Err(not_found(group, name)),
                (None, _) => self.made((account, group, name), &definition)?,
                (Some(old), _) => self.changed(old, &definition)?,
            };
            let revision = found.as_ref().map(|old| old.revision);
            if !store.put(&row, revision).await? {
                continue;
            }
            self.shared.schedule_bell.ring();
            if found.is_none() && self.ensure_group(account, group).await.is_err() {
                // Its group was deleted meanwhile, perhaps after its schedules were.
                store
                    .delete(account, group, name, Some(row.revision))
                    .await?;
                continue;
            }
            return Ok((shown(&row)?, found.is_none()));
        }
        Err(changes(group, name))
    }

    async fn get(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
    ) -> Result<wire::Schedule> {
        shown(&self.find_schedule(account, group, name).await?)
    }

    async fn list(
        &self,
        account: AccountId,
        list: wire::ListSchedules,
    ) -> Result<wire::SchedulePage> {
        let limit = page_size(list.limit)?;
        let after = list.next.as_deref().map(parse_next).transpose()?;
        let filter = Filter {
            group: list.group.as_ref(),
            prefix: list.name_prefix.as_deref().unwrap_or_default(),
        };
        let after = after.as_ref().map(|(group, name)| (group, name));
        let store = &self.shared.store.schedules;
        let mut found = store.list(account, filter, after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}/{}", last.group, last.name));
        let mut items = found.iter().map(shown).collect::<Result<Vec<_>>>()?;
        items.retain(|one| list.state.is_none_or(|state| one.definition.state == state));
        Ok(wire::SchedulePage { items, next })
    }

    async fn delete(&self, account: AccountId, (group, name): (&Name, &Name)) -> Result<()> {
        let store = &self.shared.store.schedules;
        let there = store.delete(account, group, name, None).await?;
        there.then_some(()).ok_or_else(|| not_found(group, name))
    }

    async fn set_state(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        wanted: wire::ScheduleState,
    ) -> Result<wire::Schedule> {
        self.change(account, id, |row, now| {
            let mut defined = Defined::read(row)?;
            if defined.definition.state == wanted {
                return Ok(());
            }
            let mut state = State::read(row)?;
            defined.definition.state = wanted;
            if defined.is_enabled() {
                state.cursor = passed(state.cursor, now);
            }
            write(row, &defined, state, now)
        })
        .await
    }

    async fn backfill(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        backfill: wire::Backfill,
    ) -> Result<wire::Schedule> {
        check_backfill(&backfill, self.shared.clock.now())?;
        self.change(account, id, |row, now| {
            let mut state = State::read(row)?;
            if state.backfills.len() >= limits::schedule::BACKFILLS_MAX {
                let most = limits::schedule::BACKFILLS_MAX;
                return Err(Error::conflict(
                    "TooManyBackfills",
                    format!("{most} ranges are being filled already; wait until one is done"),
                ));
            }
            let before = backfill.from.as_millis().saturating_sub(1);
            state.backfills.push(Filling {
                asked: backfill.clone(),
                decided_to: Timestamp::from_millis(before),
            });
            row.state = state.text()?;
            row.due_at = Some(now);
            Ok(())
        })
        .await
    }

    async fn firings(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
        limit: u32,
        after: Option<Timestamp>,
    ) -> Result<wire::Firings> {
        let most = limits::schedule::PREVIEW_MAX;
        if !(1..=most).contains(&limit) {
            let message = format!("'limit' is {limit}; it must be 1 to {most}");
            return Err(Error::invalid("InvalidLimit", message));
        }
        let row = self.find_schedule(account, group, name).await?;
        let (defined, state) = (Defined::read(&row)?, State::read(&row)?);
        let enabled = defined.is_enabled() || after.is_some();
        let limit = if enabled { limit as usize } else { 0 };
        let firings = defined.preview(&state, after, limit).into_iter();
        let items = firings.map(|firing| wire::Firing {
            due_at: firing.due_at,
            fires_at: firing.fires_at,
        });
        Ok(wire::Firings {
            items: items.collect(),
        })
    }

    async fn put_group(
        &self,
        account: AccountId,
        name: &Name,
        put: wire::PutScheduleGroup,
        create_only: bool,
    ) -> Result<(wire::ScheduleGroup, bool)> {
        self.put_schedule_group(account, name, put, create_only)
            .await
    }

    async fn get_group(&self, account: AccountId, name: &Name) -> Result<wire::ScheduleGroup> {
        self.schedule_group(account, name).await
    }

    async fn list_groups(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ScheduleGroupPage> {
        self.schedule_groups(account, limit, next).await
    }

    async fn delete_group(&self, account: AccountId, name: &Name) -> Result<()> {
        self.delete_schedule_group(account, name).await
    }
}

impl Port {
    async fn find_schedule(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
    ) -> Result<Schedule> {
        let found = self
            .shared
            .store
            .schedules
            .find(account, group, name)
            .await?;
        found.ok_or_else(|| not_found(group, name))
    }

    /// Changes a schedule that is there.
    async fn change(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
        change: impl Fn(&mut Schedule, Timestamp) -> Result<()> + Send + Sync,
    ) -> Result<wire::Schedule> {
        for _ in 0..TRIES_MAX {
            let mut row = self.find_schedule(account, group, name).await?;
            let (revision, body) = (row.revision, row.body.clone());
            let now = self.shared.clock.now();
            change(&mut row, now)?;
            row.revision += 1;
            if row.body != body {
                row.modified_at = now;
            }
            if self
                .shared
                .store
                .schedules
                .put(&row, Some(revision))
                .await?
            {
                self.shared.schedule_bell.ring();
                return shown(&row);
            }
        }
        Err(changes(group, name))
    }

    /// The row of a new schedule.
    fn made(
        &self,
        (account, group, name): (AccountId, &Name, &Name),
        definition: &wire::ScheduleDefinition,
    ) -> Result<Schedule> {
        let now = self.shared.clock.now();
        let mut row = Schedule {
            account,
            group: group.clone(),
            name: name.clone(),
            slot: schedules::slot(account, group, name),
            revision: 1,
            due_at: None,
            body: serde_json::to_string(definition).map_err(Error::internal)?,
            state: String::new(),
            created_at: now,
            modified_at: now,
        };
        let defined = Defined::read(&row)?;
        let state = defined.begin(now);
        write(&mut row, &defined, state, now)?;
        Ok(row)
    }

    /// A row with another definition.
    fn changed(&self, old: &Schedule, definition: &wire::ScheduleDefinition) -> Result<Schedule> {
        let now = self.shared.clock.now();
        let before = (Defined::read(old)?, State::read(old)?);
        let mut row = Schedule {
            revision: old.revision + 1,
            body: serde_json::to_string(definition).map_err(Error::internal)?,
            modified_at: now,
            ..old.clone()
        };
        let defined = Defined::read(&row)?;
        let (was, mut state) = before;
        if !was.same_times(definition) {
            let begun = defined.begin(now);
            (state.anchor, state.cursor) = (begun.anchor, begun.cursor);
        } else if defined.is_enabled() && !was.is_enabled() {
            state.cursor = passed(state.cursor, now);
        }
        write(&mut row, &defined, state, now)?;
        Ok(row)
    }
}

/// Puts a definition and a state into a row, and finds when there is something to do.
fn write(row: &mut Schedule, defined: &Defined, mut state: State, now: Timestamp) -> Result<()> {
    row.due_at = defined.due_at(&state, now);
    let is_over = defined.is_enabled() && row.due_at.is_none();
    state.completed_at = is_over.then(|| state.completed_at.unwrap_or(now));
    row.body = serde_json::to_string(&defined.definition).map_err(Error::internal)?;
    row.state = state.text()?;
    Ok(())
}

fn shown(row: &Schedule) -> Result<wire::Schedule> {
    let (defined, state) = (Defined::read(row)?, State::read(row)?);
    let next_at = defined.next(&state).map(|next| next.fires_at);
    Ok(wire::Schedule {
        arn: arn::schedule(row.account, &row.group, &row.name),
        name: row.name.clone(),
        group: row.group.clone(),
        definition: defined.definition,
        created_at: row.created_at,
        modified_at: row.modified_at,
        progress: state.progress(next_at),
    })
}

fn check_backfill(backfill: &wire::Backfill, now: Timestamp) -> Result<()> {
    let refused = |message: String| Err(Error::invalid("InvalidBackfill", message));
    if backfill.from > backfill.to {
        return refused("'from' must not lie after 'to'".to_owned());
    }
    if backfill.to > now {
        return refused(format!("'to' must lie in the past; it is {now} now"));
    }
    let most = limits::schedule::BACKFILL_SECONDS_MAX;
    if backfill.to.millis_since(backfill.from) / 1_000 > most {
        return refused(format!("the range is longer than {most} seconds"));
    }
    Ok(())
}

fn parse_next(next: &str) -> Result<(Name, Name)> {
    let (group, name) = next.split_once('/').ok_or_else(bad_next)?;
    let parse = |text: &str| text.parse().map_err(|_| bad_next());
    Ok((parse(group)?, parse(name)?))
}

fn exists(group: &Name, name: &Name) -> Error {
    Error::conflict(
        "ScheduleExists",
        format!("there is a schedule '{name}' in the group '{group}' already"),
    )
}

fn not_found(group: &Name, name: &Name) -> Error {
    Error::not_found(
        "ScheduleNotFound",
        format!(
            "there is no schedule '{name}' in the group '{group}'; 'steploom schedule list' shows those there are"
        ),
    )
}

fn changes(group: &Name, name: &Name) -> Error {
    Error::conflict(
        "ScheduleChanged",
        format!(
            "the schedule '{name}' in the group '{group}' is changed by others all the time; try again"
        ),
    )
}
