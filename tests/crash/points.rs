//! The program dies at each of the points that it knows by name, in executions of every kind, and is
//! started again: what it acknowledged goes on and ends as it should.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use steploom_probe::{CRASH_AT, CrashPoint};

use crate::oracle;
use crate::support::guest;
use crate::support::http::{self, Answer, Request};
use crate::support::postgres::Cluster;
use crate::support::server::Server;
use crate::support::wait::until;

/// If it is `all`, every point meets every kind, some passages of each; else it names one of these scenarios, such as
/// `after-lease:5:Retry`.
const WANTED: &str = "STEPLOOM_POINTS";
/// Passages of a point at which the process dies, with all scenarios.
const PASSAGES: [u64; 3] = [1, 2, 5];
/// Executions of a scenario.
const STARTS: usize = 6;
/// Scenarios at once.
const AT_ONCE: usize = 4;
/// How long a process is given to reach its point.
const REACHED_WITHIN: Duration = Duration::from_secs(20);
/// The function that naps, and the activity.
const FUNCTION: &str = "nap";
const ACTIVITY: &str = "work";
const BUCKET: &str = "box";

/// What the executions of a scenario do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Task,
    Retry,
    Wait,
    Parallel,
    Map,
    Distributed,
    Nested,
    Activity,
    /// It waits for a child, and is stopped.
    Stopped,
    /// Objects are put into a bucket, and nothing is started.
    Upload,
}

const KINDS: [Kind; 10] = [
    Kind::Task,
    Kind::Retry,
    Kind::Wait,
    Kind::Parallel,
    Kind::Map,
    Kind::Distributed,
    Kind::Nested,
    Kind::Activity,
    Kind::Stopped,
    Kind::Upload,
];

impl Kind {
    fn definition(self) -> Value {
        let named = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
        let only = |state: Value| named("Only", state);
        let task = json!({"Type": "Task", "Resource": FUNCTION, "End": true});
        match self {
            Self::Task | Self::Upload => only(task),
            Self::Retry => only(json!({"Type": "Task", "Resource": "flaky", "End": true,
                "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 3}]})),
            Self::Wait => only(json!({"Type": "Wait", "Seconds": 1, "End": true})),
            Self::Parallel => only(
                json!({"Type": "Parallel", "End": true, "Branches": [named("Left", task.clone()), named("Right", task)]}),
            ),
            Self::Map | Self::Distributed => {
                let mut processor = named("Item", task);
                if self == Self::Distributed {
                    processor["ProcessorConfig"] =
                        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
                }
                only(
                    json!({"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": processor}),
                )
            }
            Self::Nested | Self::Stopped => {
                let child = if self == Self::Nested {
                    "Task"
                } else {
                    "sleeper"
                };
                only(
                    json!({"Type": "Task", "End": true, "OutputPath": "$.Output",
                    "Resource": "arn:aws:states:::states:startExecution.sync:2",
                    "Parameters": {"StateMachineArn": child, "Input.$": "$"}}),
                )
            }
            Self::Activity => {
                let arn = format!("arn:aws:states:us-east-1:000000000000:activity:{ACTIVITY}");
                // A task is given away once: a worker that died with the answer is missed by the time alone.
                only(
                    json!({"Type": "Task", "Resource": arn, "End": true, "TimeoutSeconds": 5,
                    "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 5}]}),
                )
            }
        }
    }

    fn machine(self) -> String {
        format!("{self:?}")
    }

    fn output(self, input: &Value) -> Value {
        match self {
            Self::Parallel => json!([input, input]),
            Self::Map | Self::Distributed => input["items"].clone(),
            _ => input.clone(),
        }
    }
}

/// A kind whose executions pass the point.
fn kind_that_passes(point: CrashPoint) -> Kind {
    match point {
        CrashPoint::BeforeTimer => Kind::Wait,
        CrashPoint::BeforeChild | CrashPoint::AfterChild => Kind::Nested,
        CrashPoint::BeforeStop | CrashPoint::AfterStop => Kind::Stopped,
        CrashPoint::AfterContent => Kind::Upload,
        _ => Kind::Task,
    }
}

/// Where a process dies, and what it does meanwhile.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    point: CrashPoint,
    passage: u64,
    kind: Kind,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{:?}", self.point, self.passage, self.kind)
    }
}

/// Those of schedules are passed by `tests/e2e/schedule.rs`, which has some.
fn points_of_executions() -> impl Iterator<Item = CrashPoint> {
    let of_schedules = [CrashPoint::BeforeFiring, CrashPoint::AfterFiring];
    let points = CrashPoint::ALL.iter().copied();
    points.filter(move |point| !of_schedules.contains(point))
}

/// Each point once, or with every kind, or one scenario by its name.
fn scenarios() -> Vec<Scenario> {
    let points = points_of_executions();
    let wanted = std::env::var(WANTED).ok();
    if wanted.is_none() {
        let once = |point| Scenario {
            point,
            passage: 1,
            kind: kind_that_passes(point),
        };
        return points.map(once).collect();
    }
    let mut all = Vec::new();
    for point in points {
        for kind in KINDS {
            all.extend(PASSAGES.map(|passage| Scenario {
                point,
                passage,
                kind,
            }));
        }
    }
    if let Some(named) = wanted.filter(|wanted| wanted != "all") {
        all.retain(|scenario| scenario.to_string() == named);
        assert!(!all.is_empty(), "there is no scenario '{named}'");
    }
    all
}

#[test]
fn points() {
    run(Vec::new);
}

#[test]
fn points_on_postgres() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    run(|| vec!["--database-url".to_owned(), cluster.database()]);
}

/// Runs all scenarios, each on a store of its own; at every point a process has to have died.
fn run(store: impl Fn() -> Vec<String> + Sync) {
    let scenarios = scenarios();
    let next = AtomicUsize::new(0);
    let reached = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let has_died = play(*scenario, &store());
                    eprintln!(
                        "{scenario}: {}",
                        if has_died { "died" } else { "not reached" }
                    );
                    if has_died {
                        reached.lock().expect("no panic").push(scenario.point);
                    }
                }
            });
        }
    });
    let reached = reached.into_inner().expect("no panic");
    eprintln!("{} of {} scenarios died", reached.len(), scenarios.len());
    for point in points_of_executions().filter(|_| scenarios.len() > 1) {
        assert!(reached.contains(&point), "nothing reaches {point}");
    }
}

/// One scenario; whether the point was reached.
fn play(scenario: Scenario, store: &[String]) -> bool {
    let Scenario {
        point,
        passage,
        kind,
    } = scenario;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let arguments: Vec<&str> = store.iter().map(String::as_str).collect();
    let server = Server::start_on(&data, &arguments);
    deploy(&server, kind);
    assert!(server.terminate().0.success());

    let mut starts: Vec<_> = (0..STARTS).map(|at| Start::new(kind, at)).collect();
    let aim = format!("{point}:{passage}");
    if let Ok(server) = Server::try_start(&data, &arguments, &[(CRASH_AT, aim)]) {
        until_dead_or_done(server, &mut starts);
    }
    let log = std::fs::read_to_string(data.with_extension("log")).expect("a log");
    let has_died = log.contains(&format!("dying at {point}"));

    let server = Server::start_on(&data, &arguments);
    with_worker(&server, kind, || {
        for start in &mut starts {
            start.again(&server);
            start.stop(server.address());
        }
        check(&server, scenario, &starts);
    });
    has_died
}

fn deploy(server: &Server, kind: Kind) {
    server.deploy(FUNCTION, guest::NAP);
    server.deploy("flaky", guest::FLAKY);
    let sleeper = json!({"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    server.put_machine("sleeper", &sleeper).expect(201);
    let task = Kind::Task;
    server
        .put_machine(&task.machine(), &task.definition())
        .expect(201);
    if kind == Kind::Activity {
        let path = format!("/v1/activities/{ACTIVITY}");
        server.send("PUT", &path, &[], b"").expect(201);
    }
    if kind == Kind::Upload {
        let path = format!("/v1/buckets/{BUCKET}");
        server.send("PUT", &path, &[], b"").expect(201);
    } else if kind != task {
        server
            .put_machine(&kind.machine(), &kind.definition())
            .expect(201);
    }
}

/// Asks for everything until the process is gone; if it reaches its end, it is told to stop.
fn until_dead_or_done(mut server: Server, starts: &mut [Start]) {
    let kind = starts[0].kind;
    let began = Instant::now();
    with_worker(&server, kind, || {
        for start in starts.iter_mut() {
            let _ = start.send(server.address());
            start.stop(server.address());
        }
        while began.elapsed() < REACHED_WITHIN
            && starts.iter().any(|one| one.is_open(server.address()))
        {
            thread::sleep(Duration::from_millis(20));
        }
    });
    if server.is_running() {
        server.terminate();
    }
}

/// Does this while a worker of the activity works, if executions need one.
fn with_worker(server: &Server, kind: Kind, work: impl FnOnce()) {
    /// Ends the worker, also where the work panics.
    struct End<'a>(&'a AtomicBool);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let is_over = AtomicBool::new(kind != Kind::Activity);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if work_once(server.address()).is_err() {
                    return;
                }
            }
        });
        let _end = End(&is_over);
        work();
    });
}

/// Takes a task, if there is one soon, and answers it with its input.
fn work_once(address: SocketAddr) -> std::io::Result<()> {
    let poll = format!("/v1/activities/{ACTIVITY}/poll");
    let taken = send(
        address,
        "POST",
        &poll,
        &json!({"waitSeconds": 1}).to_string(),
    )?;
    if taken.status != 200 {
        thread::sleep(Duration::from_millis(20));
        return Ok(());
    }
    let task = taken.json();
    let token = task["taskToken"].as_str().expect("a token");
    let path = format!("/v1/tasks/{token}/success");
    send(
        address,
        "POST",
        &path,
        &json!({"output": task["input"]}).to_string(),
    )?;
    Ok(())
}

fn send(address: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
    let request = Request {
        method,
        path,
        headers: &[("content-type", "application/json")],
        body: body.as_bytes(),
    };
    http::send(address, &request)
}

/// Everything has ended as it should, and what was acknowledged is what is there.
fn check(server: &Server, scenario: Scenario, starts: &[Start]) {
    let kind = scenario.kind;
    if kind == Kind::Upload {
        for start in starts {
            let got = server.get(&start.object());
            assert_eq!(
                (got.status, got.text()),
                (200, start.input.to_string()),
                "{scenario:?}"
            );
        }
        return;
    }
    for start in starts {
        let id = start.id.as_ref().expect("it was started");
        let execution = server.ended(id);
        let events = server.history(id);
        oracle::check_history(id, &events);
        if kind == Kind::Stopped {
            assert_eq!(execution["status"], "ABORTED", "{scenario:?}: {execution}");
        } else {
            assert_eq!(
                execution["status"], "SUCCEEDED",
                "{scenario:?}: {execution}"
            );
            assert_eq!(
                execution["output"],
                kind.output(&start.input),
                "{scenario:?}"
            );
        }
    }
    assert!(
        server.metric("steploom_sandboxes_running") < 0.5,
        "{scenario:?}"
    );
    // Lists follow a little later; children are in them too.
    until("everything has ended", || {
        let open = server.pages("/v1/executions?status=RUNNING&limit=1000");
        open.is_empty().then_some(())
    });
    let mut ids: Vec<_> = starts.iter().map(|start| &start.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len(),
        starts.len(),
        "{scenario:?}: an execution answers two starts"
    );
}

/// An execution, or an object, that is asked for until it is there.
struct Start {
    kind: Kind,
    name: String,
    input: Value,
    /// Once it is acknowledged; of an object, its name.
    id: Option<String>,
}

impl Start {
    fn new(kind: Kind, at: usize) -> Self {
        let name = format!("n{at}");
        Self {
            kind,
            input: json!({"items": [1, 2, 3], "from": name}),
            name,
            id: None,
        }
    }

    fn object(&self) -> String {
        format!("/v1/buckets/{BUCKET}/objects/{}", self.name)
    }

    /// Asks for it. Nothing is promised by an error and by 503.
    fn send(&mut self, address: SocketAddr) -> std::io::Result<Answer> {
        if self.kind == Kind::Upload {
            let put = send(address, "PUT", &self.object(), &self.input.to_string())?;
            if put.status == 200 {
                self.id = Some(self.name.clone());
            }
            return Ok(put);
        }
        let start = json!({"machine": self.kind.machine(), "name": self.name, "input": self.input});
        let answer = send(address, "POST", "/v1/executions", &start.to_string())?;
        if matches!(answer.status, 200 | 201) {
            let id = answer.json()["id"].as_str().expect("an id").to_owned();
            let is_same = self.id.as_ref().is_none_or(|known| *known == id);
            assert!(is_same, "{} is {:?} and {id}", self.name, self.id);
            self.id = Some(id);
        }
        Ok(answer)
    }

    /// Asks again, as a caller does whose answer was lost.
    fn again(&mut self, server: &Server) {
        if self.kind == Kind::Upload {
            if self.id.is_none() {
                self.send(server.address()).expect("answers").expect(200);
            }
            return;
        }
        let answer = self.send(server.address()).expect("answers");
        if answer.status == 409 {
            answer.problem(409, "ExecutionAlreadyExists");
            let path = format!(
                "/v1/machines/{}/executions/{}",
                self.kind.machine(),
                self.name
            );
            let found = server.get(&path).expect(200)["id"]
                .as_str()
                .expect("an id")
                .to_owned();
            let is_same = self.id.as_ref().is_none_or(|known| *known == found);
            assert!(is_same, "{} is {:?} and {found}", self.name, self.id);
            self.id = Some(found);
        }
        assert!(
            self.id.is_some(),
            "{}: {} {}",
            self.name,
            answer.status,
            answer.text()
        );
    }

    /// Stops it, if that is what becomes of it.
    fn stop(&self, address: SocketAddr) {
        if let (Kind::Stopped, Some(id)) = (self.kind, &self.id) {
            // The child is there by then, or comes meanwhile.
            thread::sleep(Duration::from_millis(20));
            let path = format!("/v1/executions/{id}/stop");
            // It may have ended, or the process has.
            let _ = send(address, "POST", &path, "{}");
        }
    }

    /// Whether the process is there and has not ended it.
    fn is_open(&self, address: SocketAddr) -> bool {
        let (Some(id), false) = (&self.id, self.kind == Kind::Upload) else {
            return false;
        };
        let got = send(address, "GET", &format!("/v1/executions/{id}"), "");
        got.is_ok_and(|got| got.status == 200 && got.json()["status"] == "RUNNING")
    }
}
