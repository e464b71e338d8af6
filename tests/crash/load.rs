//! The load of a campaign: starts of every kind from several threads at once, until the server is
//! killed under them; and what it answered.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::guest;
use crate::support::http::{self, Answer, Request};
use crate::support::server::Server;

/// The machine that is started.
pub(crate) const MACHINE: &str = "journey";
/// The function that is called for later.
pub(crate) const FUNCTION: &str = "nap";
/// The machine of those that are started many at a time.
const FLOCK: &str = "flock";
/// How many.
const FLOCK_SIZE: usize = 1_000;
/// How long they sleep, so that so many are in flight at any kill.
const FLOCK_SECONDS: u64 = 20;
/// Callers at a time.
const CALLERS: usize = 4;
/// Starts of one caller between two kills: with what the rounds before have left, some hundreds
/// are in flight at any kill.
const STARTS_MAX: usize = 80;
/// One in so many executions is stopped as soon as it has started.
const STOPPED_EACH: usize = 16;

/// What a caller asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An execution under a name.
    Named,
    /// An execution without one.
    Unnamed,
    /// A call of a function for later, under a name.
    Later,
    /// One of many that are started by one request, under names.
    Flock,
}

/// One start, as its caller knows it.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) input: Value,
    /// The id, if the server has acknowledged it; without one it may have happened or not.
    pub(crate) id: Option<String>,
    /// Whether a stop was acknowledged; `None` if one was sent and the answer lost.
    pub(crate) stopped: Option<bool>,
}

impl Start {
    /// Sends it, for the first time or again.
    pub(crate) fn send(&self, address: SocketAddr) -> std::io::Result<Answer> {
        match self.kind {
            Kind::Later => {
                let path = format!("/v1/functions/{FUNCTION}/invoke-async?name={}", self.name);
                post(address, &path, &self.input)
            }
            Kind::Named | Kind::Flock => post(address, "/v1/executions", &self.request()),
            Kind::Unnamed => {
                let start = json!({"machine": MACHINE, "input": self.input});
                post(address, "/v1/executions", &start)
            }
        }
    }

    fn request(&self) -> Value {
        json!({"machine": self.machine(), "name": self.name, "input": self.input})
    }

    /// The machine that lists show.
    pub(crate) fn machine(&self) -> String {
        match self.kind {
            Kind::Flock => FLOCK.to_owned(),
            Kind::Later => format!("function:{FUNCTION}"),
            Kind::Named | Kind::Unnamed => MACHINE.to_owned(),
        }
    }
}

fn post(address: SocketAddr, path: &str, body: &Value) -> std::io::Result<Answer> {
    let body = body.to_string();
    let request = Request {
        method: "POST",
        path,
        headers: &[("content-type", "application/json")],
        body: body.as_bytes(),
    };
    http::send(address, &request)
}

/// What the load needs: two functions and a machine with a state of every kind that waits.
pub(crate) fn deploy(server: &Server) {
    server.deploy(FUNCTION, guest::NAP);
    server.deploy("flaky", guest::FLAKY);
    let nap = |next: &str| json!({"Type": "Task", "Resource": FUNCTION, "ResultPath": null, "Next": next});
    let last = json!({"Type": "Task", "Resource": FUNCTION, "End": true});
    let definition = json!({"StartAt": "First", "States": {
        "First": nap("Pause"),
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Both"},
        "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Each", "Branches": [
            {"StartAt": "Left", "States": {"Left": last}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "Result": "right", "End": true}}}
        ]},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ResultPath": "$.each", "Next": "Again",
            "ItemProcessor": {"StartAt": "Item", "States": {"Item": last}}},
        "Again": {"Type": "Task", "Resource": "flaky", "ResultPath": null, "Next": "Last",
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 3}]},
        "Last": last
    }});
    server.put_machine(MACHINE, &definition).expect(201);
    let flock = json!({"StartAt": "Sleep", "States": {
        "Sleep": {"Type": "Wait", "Seconds": FLOCK_SECONDS, "Next": "Last"},
        "Last": last
    }});
    server.put_machine(FLOCK, &flock).expect(201);
}

/// The output of an execution that was not stopped.
pub(crate) fn output(start: &Start) -> Value {
    if matches!(start.kind, Kind::Later | Kind::Flock) {
        return start.input.clone();
    }
    let mut output = start.input.clone();
    output["both"] = json!([start.input, "right"]);
    output["each"] = start.input["items"].clone();
    output
}

/// Starts until there are enough or the server is gone; `round` keeps the names apart.
pub(crate) fn run(server: &Server, round: usize, is_over: &AtomicBool) -> Vec<Start> {
    let starts = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let starts = &starts;
            scope.spawn(move || {
                for at in 0..STARTS_MAX {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let start = one(server.address(), round, caller, at);
                    starts.lock().expect("no panic").push(start);
                }
            });
        }
    });
    starts.into_inner().expect("no panic")
}

/// When the last flock was started, so that there always is one in flight.
#[derive(Default)]
pub(crate) struct Flocks {
    newest: Option<Instant>,
}

impl Flocks {
    /// Starts another one, if it is time.
    pub(crate) fn keep(&mut self, server: &Server, round: usize) -> Vec<Start> {
        let every = Duration::from_secs(FLOCK_SECONDS * 3 / 4);
        if self.newest.is_some_and(|newest| newest.elapsed() < every) {
            return Vec::new();
        }
        self.newest = Some(Instant::now());
        let start = |at| Start {
            kind: Kind::Flock,
            name: format!("r{round}-f{at}"),
            input: json!({"from": at}),
            id: None,
            stopped: Some(false),
        };
        let mut starts: Vec<_> = (0..FLOCK_SIZE).map(start).collect();
        let requests: Value = starts.iter().map(Start::request).collect();
        let Ok(answer) = post(server.address(), "/v1/executions/batch", &requests) else {
            return starts;
        };
        let answer = answer.expect(200);
        for (start, item) in starts
            .iter_mut()
            .zip(answer["items"].as_array().expect("items"))
        {
            // What is refused for now was not promised.
            start.id = item["execution"]["id"].as_str().map(str::to_owned);
        }
        starts
    }
}

/// Makes one start and keeps what was answered.
fn one(address: SocketAddr, round: usize, caller: usize, at: usize) -> Start {
    let kind = match at % 4 {
        0 => Kind::Unnamed,
        1 => Kind::Later,
        _ => Kind::Named,
    };
    let name = format!("r{round}-c{caller}-n{at}");
    let mut start = Start {
        kind,
        input: json!({"items": [1, 2, 3], "from": name}),
        name,
        id: None,
        stopped: Some(false),
    };
    let Ok(answer) = start.send(address) else {
        return start;
    };
    // While it goes down a server may say that it is away: then nothing was promised.
    if answer.status == 503 {
        return start;
    }
    assert!(matches!(answer.status, 201 | 202), "{}", answer.text());
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    if kind != Kind::Later && at % STOPPED_EACH == 2 {
        let path = format!("/v1/executions/{id}/stop");
        let stop = json!({"error": "Stopped", "cause": "by the test"});
        start.stopped = match post(address, &path, &stop) {
            Ok(answer) if answer.status == 200 => Some(true),
            _ => None,
        };
    }
    start.id = Some(id);
    start
}
