//! What a schedule's definition means, and whether it means anything.

use std::ops::RangeInclusive;

use steploom_api::wire;
use steploom_schedule::{
    Cursor, Decision, Expression, Firing, Gap, Overlap, Rules, Times, Zone, decide,
};
use steploom_store::Error as StoreError;
use steploom_store::schedule::Schedule;
use steploom_types::{Error, Result, Timestamp, limits};

use super::State;

/// A schedule's definition, with what follows from it.
pub(crate) struct Defined {
    pub(crate) definition: wire::ScheduleDefinition,
    expression: Expression,
    zone: Zone,
    /// From which its jitter follows.
    key: String,
}

impl Defined {
    /// The definition of a row.
    pub(crate) fn read(row: &Schedule) -> Result<Self> {
        let corrupt = |why: String| {
            let (group, name) = (&row.group, &row.name);
            StoreError::Corrupt(format!("the schedule {group}/{name}: {why}"))
        };
        let definition: wire::ScheduleDefinition =
            serde_json::from_str(&row.body).map_err(|why| corrupt(why.to_string()))?;
        let expression = Expression::parse(&definition.expression);
        Ok(Self {
            expression: expression.map_err(|why| corrupt(why.to_string()))?,
            zone: Zone::parse(&definition.time_zone)?,
            key: format!("{}/{}/{}", row.account, row.group, row.name),
            definition,
        })
    }

    pub(crate) fn times(&self, anchor: Timestamp) -> Times {
        Times {
            expression: self.expression.clone(),
            zone: self.zone.clone(),
            gap: match self.definition.clock_gap {
                wire::ClockGap::Fire => Gap::Fire,
                wire::ClockGap::Skip => Gap::Skip,
            },
            anchor,
            start_at: self.definition.start_at,
            end_at: self.definition.end_at,
        }
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules {
            catch_up_ms: self.definition.catch_up_seconds * 1_000,
            firings_max: self.definition.firings_max,
            jitter_ms: u64::from(self.definition.jitter_seconds) * 1_000,
        }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.definition.state == wire::ScheduleState::Enabled
    }

    pub(crate) fn overlap(&self) -> Overlap {
        overlap(self.definition.overlap)
    }

    /// What fires now, of the schedule's own due times.
    pub(crate) fn decide(&self, state: &State, now: Timestamp, most: usize) -> Decision {
        let times = self.times(state.anchor);
        decide(&times, self.rules(), &self.key, state.cursor, now, most)
    }

    /// A state to begin with at `now`. `at` fires also if its time has just passed; a rate fires first
    /// at once.
    pub(crate) fn begin(&self, now: Timestamp) -> State {
        let before = Timestamp::from_millis(now.as_millis() - 1);
        let decided_to = match self.expression {
            Expression::At(_) => Timestamp::from_millis(0),
            Expression::Rate { .. } => before,
            Expression::Cron(_) => now,
        };
        State::new(now, decided_to)
    }

    /// When its owner has something to do, apart from what waits for something else.
    pub(crate) fn due_at(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        let own = self.next(state).map(|next| next.fires_at);
        let retries = state.retries.iter().map(|retry| retry.again_at).min();
        let now = (!state.buffered.is_empty() || !state.backfills.is_empty()).then_some(now);
        [own, retries, now].into_iter().flatten().min()
    }

    /// What fires next of its own due times, now or later.
    pub(crate) fn next(&self, state: &State) -> Option<Firing> {
        if !self.is_enabled() {
            return None;
        }
        self.preview(state, None, 1).into_iter().next()
    }

    /// The first so many firings after `after`, or after what is decided.
    pub(crate) fn preview(
        &self,
        state: &State,
        after: Option<Timestamp>,
        count: usize,
    ) -> Vec<Firing> {
        let (times, rules) = (self.times(state.anchor), self.rules());
        let left = rules
            .firings_max
            .map(|max| max.saturating_sub(state.cursor.firings));
        let count = left.map_or(count, |left| {
            count.min(usize::try_from(left).unwrap_or(count))
        });
        let after = after.unwrap_or(state.cursor.decided_to);
        let firing = |due_at: Timestamp| {
            let jitter = steploom_schedule::jitter_ms(&self.key, due_at, rules.jitter_ms);
            let fires_at = due_at.plus_millis(jitter);
            Firing { due_at, fires_at }
        };
        times.after(after).take(count).map(firing).collect()
    }

    /// Whether another definition names the same due times.
    pub(crate) fn same_times(&self, other: &wire::ScheduleDefinition) -> bool {
        let own = &self.definition;
        own.expression == other.expression
            && own.time_zone == other.time_zone
            && own.start_at == other.start_at
            && own.clock_gap == other.clock_gap
    }
}

/// A cursor that has passed everything up to `now`.
pub(crate) fn passed(cursor: Cursor, now: Timestamp) -> Cursor {
    Cursor {
        decided_to: cursor.decided_to.max(now),
        ..cursor
    }
}

pub(crate) fn overlap(policy: wire::OverlapPolicy) -> Overlap {
    match policy {
        wire::OverlapPolicy::AllowAll => Overlap::AllowAll,
        wire::OverlapPolicy::Skip => Overlap::Skip,
        wire::OverlapPolicy::BufferOne => Overlap::BufferOne,
        wire::OverlapPolicy::BufferAll => Overlap::BufferAll,
        wire::OverlapPolicy::CancelOther => Overlap::CancelOther,
        wire::OverlapPolicy::TerminateOther => Overlap::TerminateOther,
    }
}

/// Checks a definition, and makes it as it is kept.
///
/// # Errors
/// `Invalid` with what is wrong.
pub(crate) fn check(definition: &mut wire::ScheduleDefinition) -> Result<()> {
    use limits::schedule as most;
    Expression::parse(&definition.expression)?;
    Zone::parse(&definition.time_zone)?
        .name()
        .clone_into(&mut definition.time_zone);
    let described = definition.description.as_deref().unwrap_or_default();
    if described.chars().count() > most::DESCRIPTION_LENGTH_MAX {
        return Err(refused(format!(
            "'description' has more than {} characters",
            most::DESCRIPTION_LENGTH_MAX
        )));
    }
    let (start, end) = (definition.start_at, definition.end_at);
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        return Err(refused("'startAt' must lie before 'endAt'".to_owned()));
    }
    let jitter = u64::from(definition.jitter_seconds);
    within(
        "jitterSeconds",
        jitter,
        0..=u64::from(most::JITTER_SECONDS_MAX),
    )?;
    let late = definition.catch_up_seconds;
    within("catchUpSeconds", late, 0..=most::CATCH_UP_SECONDS_MAX)?;
    within(
        "firingsMax",
        definition.firings_max.unwrap_or(1),
        1..=u64::MAX,
    )?;
    let retry = definition.retry;
    let attempts = u64::from(retry.attempts_max);
    within(
        "retry.attemptsMax",
        attempts,
        0..=u64::from(most::ATTEMPTS_MAX),
    )?;
    let ages = u64::from(most::AGE_SECONDS_MIN)..=u64::from(most::AGE_SECONDS_MAX);
    within(
        "retry.ageSecondsMax",
        u64::from(retry.age_seconds_max),
        ages,
    )?;
    check_target(&definition.target)?;
    definition
        .dead_letter
        .as_ref()
        .map_or(Ok(()), check_dead_letter)
}

fn check_target(target: &wire::ScheduleTarget) -> Result<()> {
    if target.machine.is_some() == target.function.is_some() {
        return Err(refused(
            "'target' names a 'machine' or a 'function', one of the two".to_owned(),
        ));
    }
    let qualifier = target.qualifier.as_deref().unwrap_or("1");
    qualifier
        .parse::<steploom_types::Name>()
        .map_err(|error| refused(format!("'target.qualifier': {}", error.message)))?;
    if target.input.size() > limits::PAYLOAD_BYTES_MAX {
        return Err(refused(format!(
            "'target.input' has {} bytes; it may have {}",
            target.input.size(),
            limits::PAYLOAD_BYTES_MAX
        )));
    }
    Ok(())
}

fn check_dead_letter(letter: &wire::DeadLetter) -> Result<()> {
    let named = [
        letter.bucket.is_some(),
        letter.machine.is_some(),
        letter.arn.is_some(),
    ];
    if named.into_iter().filter(|named| *named).count() != 1 {
        return Err(refused(
            "'deadLetter' names a 'bucket', a 'machine' or an 'arn', one of the three".to_owned(),
        ));
    }
    // What is put behind it is shorter than the rest of a key.
    let prefix = letter.prefix.as_deref().unwrap_or_default();
    if prefix.len() > limits::OBJECT_KEY_BYTES_MAX / 2 {
        return Err(refused(format!(
            "'deadLetter.prefix' has more than {} bytes",
            limits::OBJECT_KEY_BYTES_MAX / 2
        )));
    }
    let arn = letter.arn.as_deref().unwrap_or("arn:");
    if !arn.starts_with("arn:") || arn.len() > 1_600 {
        return Err(refused("'deadLetter.arn' is no ARN".to_owned()));
    }
    Ok(())
}

fn within(field: &str, value: u64, range: RangeInclusive<u64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = (range.start(), range.end());
    let range = if *most == u64::MAX {
        format!("at least {least}")
    } else {
        format!("{least} to {most}")
    };
    Err(refused(format!("'{field}' is {value}; it must be {range}")))
}

fn refused(message: String) -> Error {
    Error::invalid("InvalidSchedule", message)
}
