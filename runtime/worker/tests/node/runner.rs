//! Functions without modules: a call answers its event, at once or when the test lets it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use steploom_call::{
    Body, Call, Failure, Finished, Gauges, Inspected, Kind, Loaded, Program, Refused, Runner,
    Served,
};
use steploom_types::{Digest, Error, Grant, Json, Name, Result};
use tokio::sync::Semaphore;

#[derive(Default)]
pub(crate) struct Scripted {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Calls in the order in which they began: the function and its event.
    begun: Vec<(String, Json)>,
    /// Functions whose calls wait, each for a permit from the test.
    held: BTreeMap<String, Arc<Semaphore>>,
    /// How many calls of a function are yet to fail.
    failing: BTreeMap<String, usize>,
    running: BTreeMap<String, usize>,
    running_max: BTreeMap<String, usize>,
}

impl Scripted {
    /// From now on calls of the function wait until the test lets them go on.
    pub(crate) fn hold(&self, function: &str) {
        let never = Arc::new(Semaphore::new(0));
        self.state
            .lock()
            .unwrap()
            .held
            .insert(function.to_owned(), never);
    }

    /// Lets so many calls of the function end.
    pub(crate) fn let_go(&self, function: &str, calls: usize) {
        self.state.lock().unwrap().held[function].add_permits(calls);
    }

    /// The next so many calls of the function fail.
    pub(crate) fn fail(&self, function: &str, calls: usize) {
        let mut state = self.state.lock().unwrap();
        state.failing.insert(function.to_owned(), calls);
    }

    fn fails(&self, function: &str) -> bool {
        let mut state = self.state.lock().unwrap();
        let left = state.failing.get_mut(function).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    /// The events of all calls of the function, in the order in which they began.
    pub(crate) fn events(&self, function: &str) -> Vec<Json> {
        let state = self.state.lock().unwrap();
        let of = state.begun.iter().filter(|(name, _)| name == function);
        of.map(|(_, event)| event.clone()).collect()
    }

    /// The functions called, in the order in which calls began.
    pub(crate) fn begun(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.begun.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Calls of the function that run now.
    pub(crate) fn running(&self, function: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.running.get(function).copied().unwrap_or_default()
    }

    /// The most calls of the function that ran at once.
    pub(crate) fn running_max(&self, function: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.running_max.get(function).copied().unwrap_or_default()
    }
}

/// A call that runs, counted until it is dropped.
struct Running<'a>(&'a Scripted, String);

impl<'a> Running<'a> {
    fn begin(of: &'a Scripted, function: &str, event: &Json) -> Self {
        let mut state = of.state.lock().unwrap();
        state.begun.push((function.to_owned(), event.clone()));
        let running = state.running.entry(function.to_owned()).or_default();
        *running += 1;
        let now = *running;
        let most = state.running_max.entry(function.to_owned()).or_default();
        *most = now.max(*most);
        Self(of, function.to_owned())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap();
        *state.running.get_mut(&self.1).unwrap() -= 1;
    }
}

#[async_trait]
impl Runner for Scripted {
    fn volume_exists(&self, _name: &Name) -> bool {
        false
    }

    fn inspect(&self, _module: &[u8], _grants: &[Grant]) -> Result<Inspected> {
        Ok(Inspected {
            kind: Kind::Command,
            memory_bytes_min: 0,
            uses_filesystem: false,
        })
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
        let function = call.context.function.as_str();
        let _running = Running::begin(self, function, &call.event);
        let held = self.state.lock().unwrap().held.get(function).cloned();
        if let Some(held) = held {
            held.acquire().await.unwrap().forget();
        }
        let outcome = if self.fails(function) {
            Err(Failure {
                error: "E".to_owned(),
                cause: "as the test wants it".to_owned(),
                object: None,
            })
        } else {
            Ok(call.event.clone())
        };
        Ok(Finished {
            outcome,
            duration_us: 1,
            fuel_used: 1,
            memory_bytes: 1,
            logs: Vec::new(),
            log_bytes_dropped: 0,
        })
    }

    async fn serve(
        &self,
        _call: Call,
        _request: http::Request<Body>,
    ) -> std::result::Result<Served, Refused> {
        let error = Error::internal("no function of the script answers HTTP");
        Err(Refused::Failed(error))
    }

    fn gauges(&self) -> Gauges {
        Gauges::default()
    }
}
