//! Attempts at tasks: from what the machine wants invoked to the fact that it answered.
//!
//! Executions wait here for a permit as long as it takes: they are durable, so a full node delays
//! them and never fails them. Whose turn it is, [`crate::fair`] says.

mod direct;
mod http;
mod job;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use serde_json::{Value, json};
use steploom_asl::model::Api;
use steploom_asl::{FunctionRef, Resource};
use steploom_call::{Call, Context, Refused, Runner};
use steploom_machine::service;
use steploom_machine::{Failure, Invoke, OUTCOME_UNKNOWN, Started};
use steploom_probe::{Mark, mark};
use steploom_types::{AccountId, Error, Json, MachineName, Name, Timestamp};
use tokio::sync::oneshot;

use crate::ability::Granted;
use crate::effect::Answer;
use crate::fair::{Fair, Flow, Permit, Waits};
use crate::logs::{Logs, Origin};
use crate::metrics::Metrics;
use crate::outbound::Gate;
use crate::registry::{Function, Registry};
use crate::shared::Shared;

pub(crate) use job::{Asking, Job, Work, begin};

/// Tries of one attempt that the sandbox refuses because synchronous calls hold it; then the attempt
/// fails with `Function.TooManyRequests`, which a `Retry` can name.
const REFUSALS_MAX: u32 = 10;

/// Where attempts wait for permits.
type Queue = Fair<Waiter>;

/// The right to run an attempt.
pub(crate) type Right = Permit<Waiter>;

/// A queue for each function that has a limit.
type Gates = HashMap<(AccountId, Name), Queue>;

/// What waits for a permit.
pub(crate) enum Waiter {
    /// An attempt that becomes a task then.
    Job(Box<Job>),
    /// Somebody who makes an attempt in a task of their own.
    Turn(oneshot::Sender<Right>),
}

impl Waits for Waiter {
    fn go(self, permit: Right) {
        match self {
            Self::Job(job) => job.go(permit),
            // Who has gone away meanwhile gives it back.
            Self::Turn(turn) => drop(turn.send(permit)),
        }
    }
}

pub(crate) struct Dispatcher {
    runner: Arc<dyn Runner>,
    registry: Arc<Registry>,
    logs: Logs,
    metrics: Arc<Metrics>,
    /// Where functions' own requests leave.
    gate_out: Arc<Gate>,
    /// Who does what functions ask of the platform. Set once, when there is a node around it.
    platform: OnceLock<Weak<Shared>>,
    /// Attempts that run here.
    permits: Queue,
    /// Attempts that run here of functions that have a limit.
    gates: Mutex<Gates>,
    /// Where attempts run: one may begin when another ends on a thread of somebody else's.
    runtime: tokio::runtime::Handle,
}

/// Who invokes, apart from the event.
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    pub(crate) request_id: Arc<str>,
    pub(crate) execution: Option<Name>,
    pub(crate) state: Option<Arc<str>>,
    pub(crate) attempt: Option<Arc<str>>,
    pub(crate) retry: u32,
    pub(crate) within: Within,
    pub(crate) traceparent: Option<String>,
}

/// What an invocation lies within.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Within {
    /// Functions that wait for it, each for the next.
    pub(crate) depth: u32,
    /// When whoever waits stops waiting.
    pub(crate) deadline: Option<Timestamp>,
}

impl Dispatcher {
    pub(crate) fn new(
        runner: Arc<dyn Runner>,
        registry: Arc<Registry>,
        logs: Logs,
        metrics: Arc<Metrics>,
        gate_out: Gate,
        tasks_max: usize,
    ) -> Self {
        Self {
            runner,
            registry,
            logs,
            metrics,
            gate_out: Arc::new(gate_out),
            platform: OnceLock::new(),
            permits: Fair::new(tasks_max.max(1)),
            gates: Mutex::default(),
            runtime: tokio::runtime::Handle::current(),
        }
    }

    /// What functions ask of the platform is done by this node from now on.
    pub(crate) fn attach(&self, shared: &Arc<Shared>) {
        // It is set once: a dispatcher is a part of one node.
        let _ = self.platform.set(Arc::downgrade(shared));
    }

    /// The queue of a function that may run only so often at once.
    fn gate(&self, account: AccountId, function: &Function) -> Option<Queue> {
        // Of one that may not run at all, an attempt is refused and does not wait.
        let permits = function.concurrency_max?.max(1) as usize;
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of functions that neither run nor wait are dropped, now and then.
        if gates.len().is_power_of_two() {
            gates.retain(|_, gate| !gate.is_idle());
        }
        let gate = gates
            .entry((account, function.name.clone()))
            .or_insert_with(|| Fair::new(permits))
            .clone();
        drop(gates);
        if gate.permits() != permits {
            gate.resize(permits);
        }
        Some(gate)
    }

    /// The right to run a function for somebody who waits, if it takes one.
    ///
    /// # Errors
    /// It runs as often as it may.
    pub(crate) fn room(
        &self,
        account: AccountId,
        function: &Function,
    ) -> Result<Option<Right>, Refused> {
        let gate = self.gate(account, function);
        let Some(gate) = gate.filter(|_| function.is_reserved) else {
            return Ok(None);
        };
        let flow = Flow {
            account,
            machine: MachineName::OfFunction(function.name.clone()),
        };
        let permit = gate.take(flow, 1);
        permit
            .map(Some)
            .map_err(|_| Refused::TooManyRequests { retry_after_s: 1 })
    }

    /// The function that a task names.
    ///
    /// # Errors
    /// What the attempt fails with.
    async fn look_up(
        &self,
        started: &Started,
        invoke: &Invoke,
        target: &Target,
    ) -> Result<Arc<Function>, Failure> {
        let FunctionRef {
            name, qualifier, ..
        } = &target.function;
        let found = self
            .registry
            .function(started.account, name, qualifier.as_deref())
            .await;
        match found {
            Ok(Some(function)) => Ok(function),
            Ok(None) => Err(target.not_found(invoke, started)),
            Err(error) => Err(internal(&error)),
        }
    }

    /// Makes one attempt at a task that runs a function, once it has its permits. Dropping the future
    /// gives the attempt up.
    async fn call(
        &self,
        started: &Started,
        invoke: &Invoke,
        target: &Target,
        function: &Function,
    ) -> Answer {
        let attempt: Arc<str> = format!("{}.{}", started.id, invoke.action).into();
        let caller = || Caller {
            account: started.account,
            request_id: Arc::clone(&attempt),
            execution: Some(started.name.clone()),
            state: Some(Arc::clone(&invoke.state)),
            attempt: Some(Arc::clone(&attempt)),
            retry: invoke.retry,
            within: Within {
                depth: 0,
                deadline: invoke.deadline,
            },
            traceparent: None,
        };
        let version = Some(function.version);
        for refusals in 0.. {
            match self.invoke(function, caller(), target.event.clone()).await {
                Ok(finished) => {
                    return match finished.outcome {
                        Ok(output) => Ok((output, version)),
                        Err(failure) => Err((target.failed(failure), version)),
                    };
                }
                Err(Refused::TooManyRequests { retry_after_s }) if refusals < REFUSALS_MAX => {
                    mark(Mark::Refused);
                    tokio::time::sleep(Duration::from_secs(u64::from(retry_after_s.max(1)))).await;
                }
                Err(refused) => return Err((target.refused(refused), version)),
            }
        }
        unreachable!("the last refusal returns")
    }

    /// Runs a function once and keeps its logs.
    pub(crate) async fn invoke(
        &self,
        function: &Function,
        caller: Caller,
        event: Json,
    ) -> Result<steploom_call::Finished, Refused> {
        // One that may not run at all: it is for its owner to allow that again.
        if function.concurrency_max == Some(0) {
            return Err(Refused::TooManyRequests { retry_after_s: 1 });
        }
        let origin = Origin {
            account: caller.account,
            function: function.name.clone(),
            request_id: Arc::clone(&caller.request_id),
            version: function.version,
        };
        let call = self.prepare(function, caller, event);
        let mut result = self.runner.invoke(call).await;
        measure(&self.metrics, result.as_ref());
        if let Ok(finished) = &mut result {
            self.logs.keep(origin, finished);
        }
        result
    }

    /// A call of a function, by the settings of its version.
    fn prepare(&self, function: &Function, caller: Caller, event: Json) -> Call {
        let Within { depth, deadline } = caller.within;
        let abilities = Granted::new(
            self.platform.get().cloned().unwrap_or_default(),
            caller.account,
            function,
            depth,
            caller.traceparent.clone(),
        );
        Call {
            module: function.module,
            kind: function.kind,
            limits: function.limits,
            environment: function.environment.clone(),
            volumes: function.volumes.clone(),
            context: Context {
                request_id: caller.request_id,
                function: function.name.clone(),
                version: function.version,
                account: caller.account,
                deadline,
                execution: caller.execution,
                state: caller.state,
                attempt: caller.attempt,
                retry: caller.retry,
                traceparent: caller.traceparent,
            },
            event,
            outbound: self.gate_out.way(caller.account, &function.allow_hosts),
            reuse: function.reuse,
            abilities: Some(Arc::new(abilities)),
            cancel: None,
        }
    }
}

/// Counts an invocation by how it ended.
fn measure(metrics: &Metrics, result: Result<&steploom_call::Finished, &Refused>) {
    let outcome = match result {
        Ok(finished) => {
            let seconds = finished.duration_us as f64 / 1e6;
            metrics.invocation_seconds.observe(seconds);
            if finished.outcome.is_ok() {
                "succeeded"
            } else {
                "failed"
            }
        }
        Err(Refused::TooManyRequests { .. }) => "refused",
        Err(_) => "error",
    };
    metrics.invocations.inc(outcome);
}

/// Among whom an execution's attempts wait, and how they stand there.
fn place_of(started: &Started) -> (Flow, i8) {
    let flow = Flow {
        account: started.account,
        machine: started.machine.clone(),
    };
    let terms = started.terms.as_ref();
    (flow, terms.map_or(0, |terms| terms.priority))
}

/// The function that a task invokes, and what it is given.
pub(crate) struct Target {
    pub(crate) function: FunctionRef,
    pub(crate) event: Json,
    /// Reached by a Lambda ARN or `lambda:invoke`: platform errors carry AWS's names.
    as_lambda: bool,
}

impl Target {
    fn of(resource: &Resource, input: &Json) -> Result<Self, Failure> {
        match resource {
            Resource::Function(function) => Ok(Self {
                function: function.clone(),
                event: input.clone(),
                as_lambda: function.text.starts_with("arn:"),
            }),
            Resource::Service(integration) if integration.api == Api::LambdaInvoke => {
                Self::of_lambda_invoke(input)
            }
            Resource::Activity(_) | Resource::Service(_) => Err(Failure::new(
                "States.Runtime",
                "this release does not run such tasks",
            )),
        }
    }

    /// That of `lambda:invoke`, by its parameters.
    ///
    /// # Errors
    /// What the attempt fails with.
    pub(crate) fn of_lambda_invoke(input: &Json) -> Result<Self, Failure> {
        let bad = |cause: String| Failure::new("States.Runtime", cause);
        let name = input.value().get("FunctionName").and_then(Value::as_str);
        let name = name.ok_or_else(|| {
            bad("The Parameters of 'lambda:invoke' need a 'FunctionName' that is a text".into())
        })?;
        let mut function = FunctionRef::parse(name).map_err(|e| bad(e.message))?;
        if let Some(qualifier) = input.value().get("Qualifier").and_then(Value::as_str) {
            function.qualifier = Some(qualifier.to_owned());
        }
        // AWS sends a text as the raw body, and an empty object where there is no payload.
        let event = match input.value().get("Payload") {
            None | Some(Value::Null) => Json::empty_object(),
            Some(Value::String(body)) => Json::parse(body).map_err(|e| {
                Failure::new(
                    "Lambda.InvalidRequestContentException",
                    format!("Could not parse request body into json: {}", e.message),
                )
            })?,
            Some(payload) => Json::from(payload.clone()),
        };
        Ok(Self {
            function,
            event,
            as_lambda: true,
        })
    }

    /// A function's failure. Where it was reached as a Lambda, the cause of its own error is the error
    /// object as the function wrote it, which definitions written for AWS read by `States.StringToJson`.
    fn failed(&self, failure: steploom_call::Failure) -> Failure {
        let steploom_call::Failure {
            error,
            cause,
            object,
        } = failure;
        let is_platform = ["Function.", "States."]
            .iter()
            .any(|of| error.starts_with(of));
        if is_platform || !self.as_lambda {
            return Failure::new(error, cause);
        }
        let object = object
            .unwrap_or_else(|| json!({ "errorMessage": cause, "errorType": error }).to_string());
        Failure::new(error, object)
    }

    /// The failure of an attempt whose function is not there.
    pub(crate) fn not_found(&self, invoke: &Invoke, started: &Started) -> Failure {
        let text = &self.function.text;
        if let Resource::Service(integration) = &invoke.resource {
            let name = &self.function.name;
            let qualifier = self.function.qualifier.as_deref().unwrap_or("$LATEST");
            let message = format!(
                "Function not found: arn:aws:lambda:us-east-1:{}:function:{name}:{qualifier}",
                started.account
            );
            let request_id = format!("{}.{}", started.id, invoke.action);
            service::failure(
                &integration.api,
                "ResourceNotFound",
                &message,
                404,
                &request_id,
            )
        } else if self.as_lambda {
            Failure::new(
                "Lambda.ResourceNotFoundException",
                format!("Function not found: {text}"),
            )
        } else {
            Failure::new(
                "Function.NotFound",
                format!("there is no function '{text}'; deploy it, then start again"),
            )
        }
    }

    fn refused(&self, refused: Refused) -> Failure {
        match refused {
            Refused::TooManyRequests { .. } => {
                let error = if self.as_lambda {
                    "Lambda.TooManyRequestsException"
                } else {
                    "Function.TooManyRequests"
                };
                Failure::new(
                    error,
                    "no sandbox came free in time; a Retry on this error waits longer",
                )
            }
            Refused::ModuleMissing => Failure::new(
                "Function.ModuleMissing",
                format!(
                    "the module of '{}' is missing from object storage",
                    self.function.text
                ),
            ),
            Refused::Failed(error) => internal(&error),
        }
    }
}

/// The failure of an attempt that may be made once at the most, and may have been made.
pub(crate) fn outcome_unknown() -> Failure {
    let cause =
        "it may have been made, and is not made again: the node that was to make it has gone away";
    Failure::new(OUTCOME_UNKNOWN, cause)
}

fn internal(error: &Error) -> Failure {
    tracing::error!(%error, "an attempt could not be made");
    Failure::new("Function.Unavailable", error.message.clone())
}

#[cfg(test)]
mod tests;
