//! Map runs: how far they are, and what somebody wants of them.
//!
//! The parent's owner knows the map run, and the owners of its ranges what goes on in each; what is
//! shown is put together of both. Of an execution that has left memory the facts are folded again.

use async_trait::async_trait;
use futures::future::join_all;
use steploom_api::port::MapRuns;
use steploom_api::wire;
use steploom_machine::{MapRunChange, MapRunStatus, MapRunView};
use steploom_types::{AccountId, Error, ExecutionId, Result, Timestamp, limits};

use super::Port;
use crate::peer::call::map_run::{CountRange, List};
use crate::peer::call::range::ChangeMapRun;
use crate::shard::Heard;

#[async_trait]
impl MapRuns for Port {
    async fn list(&self, account: AccountId, id: ExecutionId) -> Result<wire::MapRuns> {
        let views = self.map_runs_of(account, id).await?;
        let shown = views.into_iter().map(|view| self.shown(account, id, view));
        let items = join_all(shown).await;
        Ok(wire::MapRuns { items })
    }

    async fn get(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        let views = self.map_runs_of(account, id).await?;
        let view = views.into_iter().find(|view| view.number == number.0);
        let view = view.ok_or_else(|| map_run_not_found(id, number))?;
        Ok(self.shown(account, id, view).await)
    }

    async fn update(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
        update: wire::UpdateMapRun,
    ) -> Result<wire::MapRun> {
        let change = checked(update)?;
        let found = self.get(account, id, number).await?;
        if found.status != wire::MapRunStatus::Running {
            return Err(map_run_ended(id, number));
        }
        self.change_map_run(account, id, number, change).await?;
        self.get(account, id, number).await
    }

    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        let found = self.get(account, id, number).await?;
        if found.status != wire::MapRunStatus::Running {
            return Ok(found);
        }
        let change = MapRunChange {
            is_stopped: true,
            ..MapRunChange::default()
        };
        match self.change_map_run(account, id, number, change).await {
            Err(error) if error.code == "MapRunEnded" => {}
            other => other?,
        }
        self.get(account, id, number).await
    }
}

impl Port {
    async fn change_map_run(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
        change: MapRunChange,
    ) -> Result<()> {
        let change = ChangeMapRun::new(account, id, number.0, change);
        let heard = self.ask(change).await?;
        match heard {
            Heard::Done => Ok(()),
            Heard::Over | Heard::Absent | Heard::Foreign | Heard::TooLarge { .. } => {
                Err(map_run_ended(id, number))
            }
        }
    }

    async fn map_runs_of(&self, account: AccountId, id: ExecutionId) -> Result<Vec<MapRunView>> {
        self.ask(List { account, id }).await
    }

    /// A map run as the API shows it, with what its ranges say.
    async fn shown(
        &self,
        account: AccountId,
        execution: ExecutionId,
        view: MapRunView,
    ) -> wire::MapRun {
        let asked = view
            .ranges
            .iter()
            .map(|id| self.ask(CountRange { account, id: *id }));
        let (mut counts, mut running) = (view.counts, view.running);
        // What a range that is not to be had just now would say is left out of it.
        let answers = join_all(asked).await.into_iter().flatten().flatten();
        let (mut failures, mut timed_out) = (0, 0);
        for (of_range, in_flight) in answers {
            running += in_flight;
            failures += of_range.failures();
            timed_out += of_range.timed_out;
            counts.succeeded += of_range.succeeded;
            counts.aborted += of_range.aborted;
        }
        counts.timed_out += timed_out;
        counts.failed += failures.max(view.reported) - timed_out;
        let ended = counts.ended();
        let items = wire::ItemCounts {
            total: view.items,
            is_total: view.is_total,
            pending: view.items.saturating_sub(ended + running),
            running,
            succeeded: counts.succeeded,
            failed: counts.failed,
            timed_out: counts.timed_out,
            aborted: counts.aborted,
            results_written: view.results_written,
        };
        let until = view.ended_at.unwrap_or_else(|| self.shared.clock.now());
        // What ended before the last redrive says nothing of how fast it is now.
        let since = view.redrives.last_at.unwrap_or(view.started_at);
        let rate = rate(ended.saturating_sub(view.kept), until.millis_since(since));
        let is_running = view.status == MapRunStatus::Running;
        wire::MapRun {
            execution,
            number: wire::MapRunNumber(view.number),
            state: view.state,
            arn: view.arn,
            status: status(view.status),
            started_at: view.started_at,
            ended_at: view.ended_at,
            redrive_count: view.redrives.count,
            redriven_at: view.redrives.last_at,
            items,
            max_concurrency: view.window,
            tolerated_failure_count: view.tolerated_count,
            tolerated_failure_percentage: view.tolerated_percentage,
            items_per_second: rate,
            estimated_end_at: (is_running && view.is_total)
                .then(|| estimated_end(until, view.items - ended.min(view.items), rate))
                .flatten(),
        }
    }
}

/// Items a second, with three digits after the point.
fn rate(ended: u64, elapsed_ms: u64) -> f64 {
    let rate = ended as f64 * 1_000.0 / elapsed_ms.max(1) as f64;
    (rate * 1_000.0).round() / 1_000.0
}

/// None for what would take longer than an execution may.
fn estimated_end(now: Timestamp, left: u64, rate: f64) -> Option<Timestamp> {
    let ms = left as f64 * 1_000.0 / rate;
    let most_ms = limits::EXECUTION_SECONDS_MAX as f64 * 1_000.0;
    (ms.is_finite() && ms <= most_ms).then(|| now.plus_millis(ms as u64))
}

fn status(status: MapRunStatus) -> wire::MapRunStatus {
    match status {
        MapRunStatus::Running => wire::MapRunStatus::Running,
        MapRunStatus::Succeeded => wire::MapRunStatus::Succeeded,
        MapRunStatus::Failed => wire::MapRunStatus::Failed,
        MapRunStatus::Aborted => wire::MapRunStatus::Aborted,
    }
}

fn checked(update: wire::UpdateMapRun) -> Result<MapRunChange> {
    let wire::UpdateMapRun {
        max_concurrency,
        tolerated_failure_count,
        tolerated_failure_percentage,
    } = update;
    let most = limits::map_run::CONCURRENCY_MAX;
    if max_concurrency.is_some_and(|concurrency| concurrency > most) {
        let message = format!("'maxConcurrency' must be 0 to {most}");
        return Err(Error::invalid("InvalidMapRunUpdate", message));
    }
    if tolerated_failure_percentage.is_some_and(|part| !(0.0..=100.0).contains(&part)) {
        let message = "'toleratedFailurePercentage' must be 0 to 100";
        return Err(Error::invalid("InvalidMapRunUpdate", message));
    }
    if update == wire::UpdateMapRun::default() {
        let message =
            "give 'maxConcurrency', 'toleratedFailureCount' or 'toleratedFailurePercentage'";
        return Err(Error::invalid("InvalidMapRunUpdate", message));
    }
    Ok(MapRunChange {
        window: max_concurrency,
        tolerated_count: tolerated_failure_count,
        tolerated_percentage: tolerated_failure_percentage,
        ..MapRunChange::default()
    })
}

fn map_run_not_found(id: ExecutionId, number: wire::MapRunNumber) -> Error {
    Error::not_found(
        "MapRunNotFound",
        format!(
            "the execution {id} has no map run {number}; 'steploom list map-runs {id}' shows those there are"
        ),
    )
}

fn map_run_ended(id: ExecutionId, number: wire::MapRunNumber) -> Error {
    Error::conflict(
        "MapRunEnded",
        format!("the map run {number} of the execution {id} has ended"),
    )
}
