//! Executions that their callers wait for: run here, in memory, and kept nowhere.

use std::sync::Arc;

use steploom_api::wire;
use steploom_asl::{Machine, Rejected};
use steploom_machine::{Run, RunLimits, SEMANTICS, Started};
use steploom_types::{
    AccountId, Digest, Error, ExecutionId, Kind, MachineName, Name, Result, limits,
};

use super::starts::{Resolved, ensure_input_fits};
use super::{Port, machines, terms};
use crate::express::{self, Ended, Log, Try};
use crate::view::{self, Stands};

impl Port {
    /// Runs an execution to its end, in the caller's task.
    pub(super) async fn run_express(
        &self,
        account: AccountId,
        start: wire::StartExecution,
        logging: Option<wire::Logging>,
    ) -> Result<wire::SyncExecution> {
        ensure_plain(&start)?;
        let resolved = self.what_of(account, &start).await?;
        let logging = match logging {
            Some(logging) => logging,
            None if resolved.is_express => resolved.logging,
            None => return Err(not_of_type(&start.machine)),
        };
        let (machine, started) = self.express(account, start, resolved).await?;
        let place = self.shared.express.try_acquire();
        let _place = place.map_err(|_| too_many())?;
        let log = Log::new(&self.shared.logs, &started, logging);
        let ended = express::run(self, Run::synchronous(machine), started, log, Try::First).await?;
        Ok(shown(ended))
    }

    /// What a start asks for, as an EXPRESS execution.
    async fn express(
        &self,
        account: AccountId,
        mut start: wire::StartExecution,
        version: Resolved,
    ) -> Result<(Arc<Machine>, Arc<Started>)> {
        let (clock, chance) = (&self.shared.clock, &self.shared.chance);
        let at = clock.now();
        let terms = terms::of_start(&mut start, at, None, &version)?;
        let name = MachineName::Named(start.machine);
        let machine = self.express_machine(&name, version.definition).await?;
        let payload_bytes_max = self.shared.data_bytes_max(&machine);
        ensure_input_fits(&start.input, payload_bytes_max as usize)?;
        let id = ExecutionId::new(chance.slot(), at, chance.draw());
        let started = Started {
            at,
            account,
            id,
            name: start.name.unwrap_or_else(|| id.into()),
            machine: name,
            machine_version: version.version,
            is_express: true,
            definition: version.definition,
            semantics: SEMANTICS,
            seed: chance.draw(),
            limits: RunLimits {
                payload_bytes_max,
                execution_seconds_max: limits::express::SECONDS_MAX,
                ..self.shared.run_limits
            },
            input: start.input,
            terms: terms.map(Arc::new),
            role: version.role,
            range: None,
        };
        Ok((machine, Arc::new(started)))
    }

    /// A machine as EXPRESS has it.
    ///
    /// # Errors
    /// `Invalid` / `MachineNotExpress`, with every place that is not for EXPRESS.
    pub(super) async fn express_machine(
        &self,
        name: &MachineName,
        definition: Digest,
    ) -> Result<Arc<Machine>> {
        let machine = self.shared.definitions.express(definition).await?;
        machine.map_err(|rejected| not_express(name, &rejected))
    }
}

/// # Errors
/// `Invalid`: it asks for what only executions have that are kept.
fn ensure_plain(start: &wire::StartExecution) -> Result<()> {
    if !start.tags.is_empty() {
        let message = "'tags' are for executions that are kept; a synchronous one is kept nowhere";
        return Err(Error::invalid("UnsupportedTerms", message));
    }
    ensure_begins_at_once(start)
}

/// # Errors
/// `Invalid`: it asks for what only executions have that may wait.
pub(super) fn ensure_begins_at_once(start: &wire::StartExecution) -> Result<()> {
    let terms = [
        ("startBefore", start.start_before.is_some()),
        ("concurrencyKey", start.concurrency_key.is_some()),
        ("concurrencyLimit", start.concurrency_limit.is_some()),
        ("ordered", start.ordered),
    ];
    match terms.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((term, _)) => Err(Error::invalid(
            "UnsupportedTerms",
            format!("'{term}' is for executions that may wait; those in memory begin at once"),
        )),
    }
}

fn not_of_type(machine: &Name) -> Error {
    let message = format!(
        "machine '{machine}' is of the type STANDARD; its executions are started, and not waited for"
    );
    Error::invalid("MachineNotExpress", message)
}

fn not_express(machine: &MachineName, rejected: &Rejected) -> Error {
    Error::invalid(
        "MachineNotExpress",
        format!(
            "machine '{machine}' has what only executions with a journal can do: start it as one of those"
        ),
    )
    .with_problems(machines::problems(&rejected.diagnostics))
}

fn too_many() -> Error {
    let most = limits::express::RUNS_MAX;
    Error::new(
        Kind::Exhausted,
        "TooManyRequests",
        format!("{most} synchronous executions run on this node already; try again in a second"),
    )
    .with_retry_after(1)
}

fn shown(ended: Ended) -> wire::SyncExecution {
    let Ended {
        started,
        outcome,
        at,
        bytes,
    } = ended;
    let stands = Stands {
        outcome: Some(&outcome),
        ended_at: Some(at),
        ..Stands::default()
    };
    let wire::Execution {
        summary,
        input,
        output,
        error,
        cause,
        trace_header,
    } = view::execution(&started, stands);
    let billed = |used: u64, unit: u64| used.div_ceil(unit).max(1) * unit;
    wire::SyncExecution {
        summary,
        arn: started.arn(),
        input,
        output,
        error,
        cause,
        trace_header,
        billing: wire::Billing {
            duration_ms: billed(at.millis_since(started.at), limits::express::BILLED_MS),
            memory_mb: billed(bytes >> 20, limits::express::BILLED_MIB),
        },
    }
}
