//! The campaign: load, kill, start again, as often as was asked for; then every oracle.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::chance::Chance;
use crate::disk::Disk;
use crate::load::{self, Flocks, Kind, Start};
use crate::oracle;
use crate::support::postgres::Cluster;
use crate::support::server::{Server, command};

/// Kills, if `STEPLOOM_KILLS` does not say.
const KILLS_DEFAULT: usize = 50;
/// Losses of power, if it does not say.
const LOSSES_DEFAULT: usize = 20;
/// The latest moment of a kill, from when the server answers.
const MOMENT_MAX: Duration = Duration::from_millis(1_500);
/// The latest moment of a kill while it starts.
const RECOVERY_MAX: Duration = Duration::from_millis(300);
/// Named starts that are repeated after each restart.
const REPEATED: u64 = 8;

/// How often `STEPLOOM_KILLS` says, or else this often.
pub(crate) fn kills(default: usize) -> usize {
    std::env::var("STEPLOOM_KILLS").map_or(default, |text| {
        text.parse().expect("STEPLOOM_KILLS is a number")
    })
}

#[test]
fn campaign() {
    run("SQLite", &[], kills(KILLS_DEFAULT), None);
}

/// The same, and with each kill everything is gone that was not forced to the disk.
#[test]
fn power_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::new(folder.path());
    run("power", &[], kills(LOSSES_DEFAULT), Some(&disk));
}

/// The same with everything but the objects in a database, which stays up.
#[test]
fn campaign_on_postgres() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let arguments = ["--database-url", &cluster.database()];
    run("Postgres", &arguments, kills(KILLS_DEFAULT), None);
}

/// A campaign; what it says begins with its name.
fn run(name: &str, arguments: &[&str], kills: usize, disk: Option<&Disk>) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = disk.map_or_else(|| folder.path().join("data"), Disk::root);
    let environment = disk.map_or_else(Vec::new, Disk::that_may_lose);
    let lose = || {
        if let Some(disk) = disk {
            let lost = disk.lose();
            eprintln!("{name}: {lost} writes were not forced to the disk");
        }
    };
    let start = || Server::start_under(&data, arguments, &environment);
    let mut chance = Chance::from_environment();
    let mut server = start();
    load::deploy(&server);
    let mut starts: Vec<Start> = Vec::new();
    let mut flocks = Flocks::default();
    for round in 0..kills {
        let is_over = AtomicBool::new(false);
        let moment = chance.moment(MOMENT_MAX);
        let pid = server.pid();
        let made = thread::scope(|scope| {
            let callers = scope.spawn(|| {
                let mut made = flocks.keep(&server, round);
                made.extend(load::run(&server, round, &is_over));
                made
            });
            thread::sleep(moment);
            crate::support::server::signal(pid, rustix::process::Signal::KILL);
            is_over.store(true, Ordering::Relaxed);
            callers.join().expect("no panic")
        });
        server.kill();
        lose();
        let acknowledged = made.iter().filter(|start| start.id.is_some()).count();
        starts.extend(made);
        if chance.below(2) == 0 {
            let moment = chance.moment(RECOVERY_MAX);
            kill_while_it_starts(&data, (arguments, &environment), moment);
            lose();
        }
        server = start();
        let open = server.metric("steploom_executions_open");
        eprintln!(
            "{name}: kill {round} after {moment:?}: {acknowledged} acknowledged, {open} open"
        );
        repeat(&server, &mut starts, &mut chance);
    }
    let recovered = oracle::resolve(&server, &starts);
    oracle::check(&server, &recovered);
    let count = recovered.len();
    eprintln!("{name}: {count} executions, all as they should be");
    // What is there once more, without anything that memory held.
    server.kill();
    lose();
    let server = start();
    oracle::check(&server, &recovered);
}

/// Starts a server and kills it before it has recovered, or just after.
fn kill_while_it_starts(
    data: &Path,
    (arguments, environment): (&[&str], &[(&str, String)]),
    moment: Duration,
) {
    let log = File::options()
        .append(true)
        .open(data.with_extension("log"))
        .expect("a log");
    let mut child = command()
        .args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("starts");
    thread::sleep(moment);
    child.kill().expect("kills");
    child.wait().expect("waits");
}

/// Repeats some named starts, as a caller does whose answer was lost: each is the execution that it
/// was, or a conflict once that has ended, and never a second one.
pub(crate) fn repeat(server: &Server, starts: &mut [Start], chance: &mut Chance) {
    let named: Vec<usize> = (0..starts.len())
        .filter(|at| starts[*at].kind != Kind::Unnamed)
        .collect();
    if named.is_empty() {
        return;
    }
    for _ in 0..REPEATED {
        let start = &mut starts[named[chance.below(named.len() as u64) as usize]];
        let answer = start.send(server.address()).expect("answers");
        match (answer.status, &start.id) {
            // It was not there: the answer to the first was lost with the start itself.
            (201, None) | (200 | 202, _) => {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                assert!(
                    start.id.as_ref().is_none_or(|known| *known == id),
                    "{start:?} is {id}"
                );
                start.id = Some(id);
            }
            (409, _) => {
                answer.problem(409, "ExecutionAlreadyExists");
            }
            _ => panic!("{start:?}: {} {}", answer.status, answer.text()),
        }
        let mut other = start.clone();
        other.input = serde_json::json!("another input");
        let answer = other.send(server.address()).expect("answers");
        answer.problem(409, "ExecutionAlreadyExists");
    }
}
