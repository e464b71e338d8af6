//! One look at one schedule: what is due is started, what waited goes on, and its next time is found.

use steploom_api::port::Executions;
use steploom_api::wire;
use steploom_probe::{CrashPoint, crash_point};
use steploom_schedule::{Overlap, Verdict};
use steploom_store::schedule::Schedule;
use steploom_types::{Error, ExecutionId, Kind, Result, Timestamp, limits};

use super::state::{Filling, Retry};
use super::{Defined, State, dead_letter, define, start};
use crate::port::Port;

/// Milliseconds after which it is looked whether what runs has ended, if nobody says so before.
const LOOK_AGAIN_MS: u64 = 15_000;

/// Milliseconds before the second try; each one after it waits twice as long, up to the longest.
const BACKOFF_MS: u64 = 1_000;
/// See [`BACKOFF_MS`].
const BACKOFF_MS_MAX: u64 = 10 * 60 * 1_000;

/// What becomes of the row.
pub(super) enum Outcome {
    /// Written again with another state and due time.
    Advance(Schedule),
    /// Deleted: it is completed.
    Delete(Schedule),
}

/// One look.
pub(super) struct Pass<'a> {
    port: &'a Port,
    row: Schedule,
    defined: Defined,
    state: State,
    now: Timestamp,
    /// Due times that may still be worked on.
    left: usize,
    /// Whether it has to be known what runs.
    follows: bool,
    /// Whether a range is being filled just now.
    fills: bool,
}

impl<'a> Pass<'a> {
    /// # Errors
    /// `Corrupt` when the row is none.
    pub(super) fn new(port: &'a Port, row: Schedule) -> Result<Self> {
        let (defined, state) = (Defined::read(&row)?, State::read(&row)?);
        let watches = |filling: &Filling| {
            let overlap = filling.asked.overlap.map(define::overlap);
            overlap.is_some_and(Overlap::watches)
        };
        let follows = defined.overlap().watches()
            || !state.buffered.is_empty()
            || state.backfills.iter().any(watches);
        Ok(Self {
            follows,
            fills: false,
            defined,
            state,
            now: port.shared().clock.now(),
            left: limits::schedule::FIRINGS_AT_ONCE,
            port,
            row,
        })
    }

    /// Does what is due.
    ///
    /// # Errors
    /// When it is not known what runs: nothing is written, and the same is looked at again.
    pub(super) async fn run(mut self) -> Result<Outcome> {
        self.look_at_running().await?;
        self.retry().await;
        self.drain().await;
        self.fire().await?;
        self.fill().await?;
        self.drain().await;
        self.settle()
    }

    /// Forgets what has ended.
    async fn look_at_running(&mut self) -> Result<()> {
        let mut still = Vec::new();
        for id in std::mem::take(&mut self.state.running) {
            match Executions::get(self.port, self.row.account, id).await {
                Ok(execution) if execution.summary.status.is_open() => still.push(id),
                Ok(_) => {}
                Err(error) if error.kind == Kind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        self.state.running = still;
        Ok(())
    }

    /// Tries again what was refused.
    async fn retry(&mut self) {
        for retry in std::mem::take(&mut self.state.retries) {
            if retry.again_at > self.now || self.left == 0 {
                self.state.retries.push(retry);
                continue;
            }
            self.left -= 1;
            self.attempt(retry).await;
        }
    }

    /// What waits goes on once nothing runs.
    async fn drain(&mut self) {
        while self.left > 0 && self.state.running.is_empty() {
            let Some(due_at) = self.state.buffered.pop_front() else {
                return;
            };
            self.left -= 1;
            self.begin(due_at).await;
        }
    }

    /// Its own due times.
    async fn fire(&mut self) -> Result<()> {
        if !self.defined.is_enabled() {
            return Ok(());
        }
        let decision = self.defined.decide(&self.state, self.now, self.left);
        self.state.missed += decision.missed;
        self.count("missed", decision.missed);
        self.state.cursor = decision.cursor;
        let overlap = self.defined.overlap();
        for firing in decision.fire {
            self.left -= 1;
            self.come(overlap, firing.due_at).await?;
        }
        Ok(())
    }

    /// Those of ranges that are being filled.
    async fn fill(&mut self) -> Result<()> {
        let times = self.defined.times(self.state.anchor);
        self.fills = true;
        for mut filling in std::mem::take(&mut self.state.backfills) {
            let policy = filling
                .asked
                .overlap
                .unwrap_or(self.defined.definition.overlap);
            let overlap = define::overlap(policy);
            let done = loop {
                let next = times.next_after(filling.decided_to);
                let Some(due_at) = next.filter(|due| *due <= filling.asked.to) else {
                    break true;
                };
                if self.left == 0 || self.is_full(overlap) {
                    break false;
                }
                self.left -= 1;
                filling.decided_to = due_at;
                self.come(overlap, due_at).await?;
            };
            if !done {
                self.state.backfills.push(filling);
            }
        }
        self.fills = false;
        Ok(())
    }

    fn is_full(&self, overlap: Overlap) -> bool {
        overlap == Overlap::BufferAll && self.state.buffered.len() >= limits::schedule::BUFFERED_MAX
    }

    /// A due time has come.
    async fn come(&mut self, overlap: Overlap, due_at: Timestamp) -> Result<()> {
        let (running, buffered) = (self.state.running.len(), self.state.buffered.len());
        match overlap.verdict(running, buffered, limits::schedule::BUFFERED_MAX) {
            Verdict::Start => self.begin(due_at).await,
            Verdict::Buffer => self.state.buffered.push_back(due_at),
            Verdict::Skip => {
                self.state.skipped += 1;
                self.count("skipped", 1);
            }
            Verdict::Replace => {
                let passed = self.state.buffered.len() as u64;
                self.state.buffered.clear();
                self.state.skipped += passed;
                self.count("skipped", passed);
                self.stop_running(overlap, due_at).await?;
                self.begin(due_at).await;
            }
        }
        Ok(())
    }

    /// Ends what runs, and waits for that.
    async fn stop_running(&mut self, overlap: Overlap, due_at: Timestamp) -> Result<()> {
        let error = match overlap {
            Overlap::TerminateOther => "Schedule.Terminated",
            _ => "Schedule.Cancelled",
        };
        let own = start::name(&self.row, due_at);
        let cause = format!("the schedule '{}' has started '{own}'", self.row.name);
        for id in std::mem::take(&mut self.state.running) {
            let stop = wire::StopExecution {
                error: Some(error.to_owned()),
                cause: Some(cause.clone()),
            };
            // After a crash it may be the due time's own.
            if self.is_of(id, due_at).await? {
                self.state.running.push(id);
                continue;
            }
            match Executions::stop(self.port, self.row.account, id, stop).await {
                Err(error) if error.kind != Kind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    async fn is_of(&self, id: ExecutionId, due_at: Timestamp) -> Result<bool> {
        match Executions::get(self.port, self.row.account, id).await {
            Ok(execution) => Ok(execution.summary.name == start::name(&self.row, due_at)),
            Err(error) if error.kind == Kind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn begin(&mut self, due_at: Timestamp) {
        let first = Retry {
            due_at,
            since: self.now,
            attempts: 0,
            again_at: self.now,
        };
        self.attempt(first).await;
    }

    /// Starts what a due time asks for; what is refused is tried again, or given up.
    async fn attempt(&mut self, mut retry: Retry) {
        retry.attempts += 1;
        crash_point(CrashPoint::BeforeFiring);
        let due_at = retry.due_at;
        let of = (&self.row, &self.defined);
        let error = match start::start(self.port, of, due_at, retry.attempts).await {
            Ok((fired, is_new)) => {
                crash_point(CrashPoint::AfterFiring);
                return self.accept(fired, is_new);
            }
            Err(error) => error,
        };
        let now = self.port.shared().clock.now();
        if start::is_away(&error) {
            retry.attempts -= 1;
        }
        let failure = wire::FiringFailure {
            due_at,
            at: now,
            code: error.code.to_owned(),
            message: error.message.clone(),
        };
        self.state.last_failure = Some(failure.clone());
        let policy = self.defined.definition.retry;
        let too_old = now.millis_since(retry.since) / 1_000 >= u64::from(policy.age_seconds_max);
        let is_last = retry.attempts > policy.attempts_max || too_old;
        let no_room = self.state.retries.len() >= limits::schedule::RETRIES_MAX;
        if start::may_repeat(&error) && !is_last && !no_room {
            let wait = BACKOFF_MS << retry.attempts.saturating_sub(1).min(16);
            retry.again_at = now.plus_millis(wait.min(BACKOFF_MS_MAX));
            self.state.retries.push(retry);
            return;
        }
        self.state.failed += 1;
        self.count("failed", 1);
        dead_letter::send(
            self.port,
            (&self.row, &self.defined),
            &failure,
            retry.attempts,
        )
        .await;
    }

    fn accept(&mut self, fired: wire::LastFiring, is_new: bool) {
        // A range may have due times that were accepted long ago.
        if self.fills && !is_new {
            return;
        }
        if self.follows && !self.state.running.contains(&fired.execution) {
            self.state.running.push(fired.execution);
            let over = self
                .state
                .running
                .len()
                .saturating_sub(limits::schedule::RUNNING_MAX);
            self.state.running.drain(..over);
        }
        self.state.fired += 1;
        self.state.last = Some(fired);
        self.count("started", 1);
    }

    /// Finds when there is something to do next, and what becomes of the row.
    fn settle(mut self) -> Result<Outcome> {
        let next = self.defined.next(&self.state).map(|next| next.fires_at);
        let is_over = self.defined.is_enabled() && next.is_none() && !self.state.has_more();
        if is_over {
            self.state.completed_at.get_or_insert(self.now);
            let delete = self.defined.definition.after_completion == wire::AfterCompletion::Delete;
            if delete {
                return Ok(Outcome::Delete(self.row));
            }
        }
        let retry = self.state.retries.iter().map(|retry| retry.again_at).min();
        let waits = !self.state.buffered.is_empty() && !self.state.running.is_empty();
        let later = waits.then(|| self.now.plus_millis(LOOK_AGAIN_MS));
        // The rest of what is to be filled, once others have had their turn.
        let full = |filling: &Filling| {
            let policy = filling
                .asked
                .overlap
                .unwrap_or(self.defined.definition.overlap);
            self.is_full(define::overlap(policy))
        };
        let at_once = self.state.backfills.iter().any(|filling| !full(filling));
        let at_once = at_once || (!self.state.buffered.is_empty() && !waits);
        let at_once = at_once.then_some(self.now);
        self.row.due_at = [next, retry, later, at_once].into_iter().flatten().min();
        self.row.state = self.state.text()?;
        Ok(Outcome::Advance(self.row))
    }

    fn count(&self, outcome: &str, count: u64) {
        let firings = &self.port.shared().metrics.schedule_firings;
        firings.with_label_values(&[outcome]).inc_by(count);
    }
}

/// What becomes of a row that means nothing: it is left alone, until somebody changes it.
pub(super) fn set_aside(mut row: Schedule, error: &Error) -> Schedule {
    let (group, schedule) = (&row.group, &row.name);
    tracing::error!(%error, %group, %schedule, "a schedule is set aside until it is changed");
    row.due_at = None;
    row
}

/// What becomes of a row that cannot be looked at now.
pub(super) fn postpone(mut row: Schedule, now: Timestamp, error: &Error) -> Schedule {
    let (group, schedule) = (&row.group, &row.name);
    tracing::warn!(%error, %group, %schedule, "a schedule is looked at again");
    row.due_at = Some(now.plus_millis(BACKOFF_MS));
    row
}

/// Whether somebody should listen for the end of what a schedule waits for, and which that is.
pub(super) fn awaited(row: &Schedule) -> Option<ExecutionId> {
    let state = State::read(row).ok()?;
    let waits = !state.buffered.is_empty();
    state.running.first().copied().filter(|_| waits)
}
