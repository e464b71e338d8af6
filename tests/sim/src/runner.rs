//! The simulated sandbox: functions that behave as told by their names, and by the attempt's id where
//! chance decides, so that the same attempt made again behaves the same.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::json;
use steploom_artifacts::Artifacts;
use steploom_call::{
    Body, Call, Failure, Finished, Gauges, Inspected, Loaded, Program, Refused, Runner, Served,
};
use steploom_types::{Digest, Error, Grant, Json, Kind, Name, Result};

use crate::gate::Gate;
use crate::lots::{digest, scramble};
use crate::world::Tried;

/// What a function does.
enum Deed {
    /// Answers with its event, after so many milliseconds.
    Echoes(u64),
    /// Fails with this error.
    Fails(&'static str),
    /// Runs until its own time is up.
    Hangs,
    /// Hands its token out.
    HandsOver,
    /// Is refused for want of room, as often as not.
    IsRefused,
}

/// A function's name, and what its attempts do.
type Behaviour = (&'static str, fn(u64) -> Deed);

/// Every function, and what an attempt at it does, given a number that chance drew for the attempt.
const FUNCTIONS: &[Behaviour] = &[
    ("echo", |_| Deed::Echoes(0)),
    ("work", |n| Deed::Echoes(n % 400)),
    ("slow", |n| Deed::Echoes(500 + n % 20_000)),
    ("fail", |_| Deed::Fails("Boom")),
    ("flaky", |n| {
        if n.is_multiple_of(3) {
            Deed::Echoes(n % 50)
        } else {
            Deed::Fails("Flaky")
        }
    }),
    ("trap", |_| Deed::Fails("Function.Trap")),
    ("greedy", |_| Deed::Fails("Function.OutOfMemory")),
    ("hang", |_| Deed::Hangs),
    ("hand-over", |_| Deed::HandsOver),
    (ONCE, |n| Deed::Echoes(n % 3_000)),
    ("crowded", |n| {
        if n.is_multiple_of(2) {
            Deed::Echoes(5)
        } else {
            Deed::IsRefused
        }
    }),
];

/// The function that is called at most once for an attempt.
pub(crate) const ONCE: &str = "once";

/// The names of all functions.
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

/// A function's module: its name stands for its code.
pub(crate) fn module(function: &str) -> Bytes {
    Bytes::from(format!("module of {function}"))
}

/// The sandbox of one process.
pub(crate) struct Sandbox {
    pub(crate) gate: Arc<Gate>,
    pub(crate) artifacts: Arc<Artifacts>,
}

/// A call that runs, counted.
struct Running<'a>(&'a Sandbox);

impl<'a> Running<'a> {
    fn enter(sandbox: &'a Sandbox) -> Self {
        sandbox.gate.world.lock().running += 1;
        Self(sandbox)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.gate.world.lock().running -= 1;
    }
}

impl Sandbox {
    /// What happens to this attempt, the so-and-so-many-th time that it is made.
    fn lot(&self, attempt: &str) -> u64 {
        scramble(self.gate.world.seed ^ digest(attempt.as_bytes()))
    }

    fn begin(&self, attempt: &str, event: &Json) -> u32 {
        let mut inner = self.gate.world.lock();
        inner.event("attempt", &[digest(attempt.as_bytes())]);
        let tried = inner
            .attempts
            .entry(attempt.to_owned())
            .or_insert_with(|| Tried {
                event: event.clone(),
                times: 0,
            });
        tried.times += 1;
        let (times, is_same) = (tried.times, tried.event.value() == event.value());
        if !is_same {
            inner.violate(format!(
                "attempt {attempt} was made again with another event"
            ));
        }
        times
    }

    /// A call begins whose attempt may have one only.
    fn begins_once(&self, attempt: &str) {
        let mut inner = self.gate.world.lock();
        let is_first = inner.once.insert(attempt.to_owned());
        if !is_first {
            inner.violate(format!("attempt {attempt} ran twice"));
        }
    }

    /// The module, as the real sandbox would load it.
    async fn load(&self, module: Digest) -> std::result::Result<(), Refused> {
        match self.artifacts.module(module).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Refused::ModuleMissing),
            Err(error) => Err(Refused::Failed(error)),
        }
    }
}

#[async_trait]
impl Runner for Sandbox {
    fn volume_exists(&self, _name: &Name) -> bool {
        false
    }

    fn inspect(&self, _module: &[u8], _grants: &[Grant]) -> Result<Inspected> {
        Err(Error::internal("functions are put into the catalog"))
    }

    async fn prepare(&self, _digest: Digest, _module: &Bytes) -> Result<()> {
        Ok(())
    }

    fn runtimes(&self) -> Vec<Name> {
        Vec::new()
    }

    async fn load_program(&self, _program: Program) -> std::result::Result<Loaded, Refused> {
        Err(Error::internal("there are no runtimes").into())
    }

    async fn invoke(&self, call: Call) -> std::result::Result<Finished, Refused> {
        let _running = Running::enter(self);
        let attempt = call.context.attempt.clone().unwrap_or_default();
        let times = self.begin(&attempt, &call.event);
        self.load(call.module).await?;
        let name = call.context.function.as_str();
        if name == ONCE {
            self.begins_once(&attempt);
        }
        let deed = FUNCTIONS
            .iter()
            .find(|(function, _)| *function == name)
            .map(|(_, deed)| deed(self.lot(&attempt)));
        let outcome = match deed {
            None => return Err(Refused::ModuleMissing),
            Some(Deed::Echoes(ms)) => {
                if ms > 0 {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                }
                Ok(call.event)
            }
            Some(Deed::Fails(error)) => Err(Failure {
                error: error.to_owned(),
                cause: "as told".to_owned(),
                object: None,
            }),
            Some(Deed::Hangs) => {
                tokio::time::sleep(Duration::from_millis(call.limits.timeout_ms)).await;
                Err(Failure {
                    error: "States.Timeout".to_owned(),
                    cause: "its time is up".to_owned(),
                    object: None,
                })
            }
            Some(Deed::HandsOver) => {
                let token = call.event.value()["token"].as_str().unwrap_or_default();
                self.gate.world.lock().tokens.push_back(token.to_owned());
                Ok(json!({}).into())
            }
            Some(Deed::IsRefused) if times.is_multiple_of(3) => Ok(call.event),
            Some(Deed::IsRefused) => return Err(Refused::TooManyRequests { retry_after_s: 1 }),
        };
        let mut inner = self.gate.world.lock();
        if !self.gate.is_dead() {
            inner.event("answers", &[digest(attempt.as_bytes())]);
        }
        Ok(Finished {
            outcome,
            duration_us: 1_000,
            fuel_used: 1_000,
            memory_bytes: 65_536,
            logs: Vec::new(),
            log_bytes_dropped: 0,
        })
    }

    async fn serve(
        &self,
        _call: Call,
        _request: http::Request<Body>,
    ) -> std::result::Result<Served, Refused> {
        let error = Error::internal("no function of the simulation answers HTTP");
        Err(Refused::Failed(error))
    }

    fn gauges(&self) -> Gauges {
        Gauges::default()
    }
}

/// An error that passes.
pub(crate) fn passes(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::Exhausted | Kind::Unavailable | Kind::Fenced
    )
}
