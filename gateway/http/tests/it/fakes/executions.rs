//! Executions that run until a test ends them; those of the machine `instant` end at once.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use steploom_api::port::{EventStream, Executions};
use steploom_api::wire;
use steploom_types::{
    AccountId, Error, ExecutionId, Json, MachineName, Name, Result, Slot, Timestamp, limits,
};

use super::{Run, World, check_account, end, page, tell};

fn absent() -> Error {
    Error::not_found("ExecutionNotFound", "there is no such execution")
}

/// Starts an execution, or finds the one of that name.
pub(crate) fn begin(
    world: &World,
    machine: &MachineName,
    name: Option<Name>,
    input: Json,
) -> Result<(wire::Execution, bool)> {
    world.change(|state| {
        let same_name = |run: &&Run| {
            let summary = &run.execution.summary;
            Some(&summary.name) == name.as_ref() && summary.machine == *machine
        };
        if let Some(run) = state.executions.values().find(same_name) {
            let is_same = run.execution.input == input
                && run.execution.summary.status == wire::ExecutionStatus::Running;
            let conflict = Error::conflict("ExecutionAlreadyExists", "the name is taken");
            return is_same
                .then(|| (run.execution.clone(), false))
                .ok_or(conflict);
        }
        let started_at = Timestamp::from_millis(1_700_000_000_000);
        let id = ExecutionId::new(Slot(7), started_at, state.executions.len() as u64 + 1);
        let summary = wire::ExecutionSummary {
            id,
            name: name.unwrap_or_else(|| id.to_string().parse().unwrap()),
            machine: machine.clone(),
            machine_version: 1,
            release: None,
            alias: None,
            status: wire::ExecutionStatus::Running,
            started_at,
            ended_at: None,
            tags: std::collections::BTreeMap::new(),
            priority: 0,
            redrive_count: 0,
            redriven_at: None,
        };
        let execution = wire::Execution {
            summary,
            input: input.clone(),
            output: None,
            error: None,
            cause: None,
            trace_header: None,
        };
        let mut run = Run {
            execution,
            events: Vec::new(),
        };
        tell(&mut run, "ExecutionStarted");
        if machine.to_string() == "instant" {
            run.execution.output = Some(input);
            end(
                &mut run,
                wire::ExecutionStatus::Succeeded,
                "ExecutionSucceeded",
            );
        }
        let execution = run.execution.clone();
        state.executions.insert(id, run);
        Ok((execution, true))
    })
}

#[async_trait]
impl Executions for World {
    async fn start(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<(wire::Execution, bool)> {
        check_account(account);
        self.maybe_fail()?;
        if start.input.size() > limits::PAYLOAD_BYTES_MAX {
            return Err(Error::invalid("InputTooLarge", "it is too large"));
        }
        begin(
            self,
            &MachineName::Named(start.machine),
            start.name,
            start.input,
        )
    }

    async fn run_sync(
        &self,
        account: AccountId,
        start: wire::StartExecution,
        logging: Option<wire::Logging>,
    ) -> Result<wire::SyncExecution> {
        check_account(account);
        self.maybe_fail()?;
        if start.input.size() > limits::PAYLOAD_BYTES_MAX {
            return Err(Error::invalid("InputTooLarge", "it is too large"));
        }
        let machine = MachineName::Named("instant".parse().unwrap());
        let ended = begin(self, &machine, None, start.input)?.0;
        let logged = format!("{:?}", logging.unwrap_or_default().log_level);
        Ok(wire::SyncExecution {
            arn: format!("arn:{}:{logged}", start.machine),
            summary: ended.summary,
            input: ended.input,
            output: ended.output,
            error: None,
            cause: None,
            trace_header: None,
            billing: wire::Billing {
                duration_ms: 100,
                memory_mb: 64,
            },
        })
    }

    async fn start_batch(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<(wire::ExecutionSummary, bool)>> {
        let mut answers = Vec::new();
        for start in starts {
            let answer = self.start(account, start).await;
            answers.push(answer.map(|(execution, is_new)| (execution.summary, is_new)));
        }
        answers
    }

    async fn get(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        check_account(account);
        self.maybe_fail()?;
        let state = self.state();
        let run = state.executions.get(&id).ok_or_else(absent)?;
        Ok(run.execution.clone())
    }

    async fn get_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<wire::Execution> {
        check_account(account);
        let state = self.state();
        let mut all = state.executions.values().map(|run| &run.execution);
        all.find(|e| e.summary.machine == *machine && e.summary.name == *name)
            .cloned()
            .ok_or_else(absent)
    }

    async fn list(
        &self,
        account: AccountId,
        list: wire::ListExecutions,
    ) -> Result<wire::ExecutionPage> {
        check_account(account);
        let state = self.state();
        let fits = |summary: &wire::ExecutionSummary| {
            list.machine.as_ref().is_none_or(|m| summary.machine == *m)
                && list.status.is_none_or(|s| summary.status == s)
                && list
                    .name_prefix
                    .as_ref()
                    .is_none_or(|p| summary.name.as_str().starts_with(p.as_str()))
        };
        let summaries = state.executions.values().map(|run| &run.execution.summary);
        let all = summaries.filter(|s| fits(s)).cloned().collect();
        let (items, next) = page(all, list.limit.unwrap(), list.next.as_deref());
        Ok(wire::ExecutionPage { items, next })
    }

    async fn counts(
        &self,
        account: AccountId,
        count: wire::CountExecutions,
    ) -> Result<wire::ExecutionCounts> {
        check_account(account);
        let state = self.state();
        let mut items: Vec<wire::ExecutionCount> = Vec::new();
        for summary in state.executions.values().map(|run| &run.execution.summary) {
            let same = |item: &&mut wire::ExecutionCount| {
                item.machine == summary.machine && item.status == summary.status
            };
            if count
                .machine
                .as_ref()
                .is_some_and(|m| *m != summary.machine)
            {
                continue;
            }
            match items.iter_mut().find(same) {
                Some(item) => item.count += 1,
                None => items.push(wire::ExecutionCount {
                    machine: summary.machine.clone(),
                    status: summary.status,
                    count: 1,
                }),
            }
        }
        Ok(wire::ExecutionCounts { items })
    }

    async fn history(
        &self,
        account: AccountId,
        id: ExecutionId,
        history: wire::PageHistory,
    ) -> Result<wire::History> {
        check_account(account);
        let state = self.state();
        let mut all = state.executions.get(&id).ok_or_else(absent)?.events.clone();
        if history.reverse {
            all.reverse();
        }
        let (items, next) = page(all, history.limit.unwrap(), history.next.as_deref());
        Ok(wire::History { items, next })
    }

    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        stop: wire::StopExecution,
    ) -> Result<wire::Execution> {
        check_account(account);
        self.change(|state| {
            let run = state.executions.get_mut(&id).ok_or_else(absent)?;
            if run.execution.summary.status == wire::ExecutionStatus::Running {
                run.execution.error = stop.error;
                run.execution.cause = stop.cause;
                end(run, wire::ExecutionStatus::Aborted, "ExecutionAborted");
            }
            Ok(run.execution.clone())
        })
    }

    async fn pause(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        self.stand(account, id, wire::ExecutionStatus::Paused)
    }

    async fn resume(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        self.stand(account, id, wire::ExecutionStatus::Running)
    }

    async fn redrive(
        &self,
        account: AccountId,
        id: ExecutionId,
        redrive: wire::RedriveExecution,
    ) -> Result<wire::Execution> {
        check_account(account);
        self.change(|state| {
            let run = state.executions.get_mut(&id).ok_or_else(absent)?;
            let summary = &mut run.execution.summary;
            if summary.status.is_open() {
                return Err(Error::conflict(
                    "ExecutionNotRedrivable",
                    "it has not ended",
                ));
            }
            summary.status = wire::ExecutionStatus::Running;
            summary.redrive_count += 1;
            summary.machine_version = redrive.version.unwrap_or(summary.machine_version);
            Ok(run.execution.clone())
        })
    }

    async fn release(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        check_account(account);
        let state = self.state();
        let run = state.executions.get(&id).ok_or_else(absent)?;
        Ok(run.execution.clone())
    }

    async fn events(&self, account: AccountId, id: ExecutionId, after: u64) -> Result<EventStream> {
        check_account(account);
        self.maybe_fail()?;
        if !self.state().executions.contains_key(&id) {
            return Err(absent());
        }
        Ok(follow(self, id, after))
    }
}

impl World {
    /// An execution, which from now on stands like this.
    fn stand(
        &self,
        account: AccountId,
        id: ExecutionId,
        status: wire::ExecutionStatus,
    ) -> Result<wire::Execution> {
        check_account(account);
        self.change(|state| {
            let run = state.executions.get_mut(&id).ok_or_else(absent)?;
            if !run.execution.summary.status.is_open() {
                return Err(Error::conflict("ExecutionEnded", "it has ended"));
            }
            run.execution.summary.status = status;
            Ok(run.execution.clone())
        })
    }
}

/// Events after `after` as the state grows, until the execution has ended.
fn follow(world: &World, id: ExecutionId, after: u64) -> EventStream {
    let state = Arc::clone(&world.state);
    let changes = world.changes.subscribe();
    let steps = stream::unfold(
        (changes, after, false),
        move |(mut changes, after, over)| {
            let state = Arc::clone(&state);
            async move {
                if over {
                    return None;
                }
                loop {
                    changes.borrow_and_update();
                    let (new, is_over) = look(&state.lock().unwrap().executions[&id], after);
                    if !new.is_empty() || is_over {
                        let after = after + new.len() as u64;
                        return Some((stream::iter(new), (changes, after, is_over)));
                    }
                    changes.changed().await.ok()?;
                }
            }
        },
    );
    Box::pin(steps.flatten())
}

/// The events after `after`, and whether they are the last. One of the kind `Broken` stands for a
/// reader that fails on the way.
fn look(run: &Run, after: u64) -> (Vec<Result<wire::Event>>, bool) {
    let new = run.events.iter().filter(|event| event.id > after);
    let items = new.map(|event| match event.kind.as_str() {
        "Broken" => Err(Error::internal("the secret detail")),
        _ => Ok(event.clone()),
    });
    let is_over = run.execution.summary.status != wire::ExecutionStatus::Running;
    (items.collect(), is_over)
}
