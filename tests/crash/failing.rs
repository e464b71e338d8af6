//! A write to the disk fails, once, at any place: the program does not panic, and nothing that it acknowledged is
//! lost, whether it goes on or has to be started again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::disk::Disk;
use crate::load::{self, Start};
use crate::oracle;
use crate::support::server::Server;

/// Writes of which each fails once, if `STEPLOOM_WRITES` does not say.
const WRITES_DEFAULT: u64 = 50;
/// At once.
const AT_ONCE: usize = 4;
/// How long each is under load.
const LOAD: Duration = Duration::from_millis(700);

#[test]
fn writes_fail() {
    let writes = std::env::var("STEPLOOM_WRITES").map_or(WRITES_DEFAULT, |text| {
        text.parse().expect("STEPLOOM_WRITES is a number")
    });
    let next = AtomicU64::new(1);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n > writes {
                        return;
                    }
                    fail(n);
                }
            });
        }
    });
}

/// The `n`-th write fails.
fn fail(n: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::new(folder.path());
    let data = disk.root();
    let mut server = Server::start_under(&data, &[], &disk.that_fails(n));
    load::deploy(&server);
    let is_over = AtomicBool::new(false);
    disk.arm();
    let starts: Vec<Start> = thread::scope(|scope| {
        let callers = scope.spawn(|| load::run(&server, 0, &is_over));
        thread::sleep(LOAD);
        is_over.store(true, Ordering::Relaxed);
        callers.join().expect("no panic")
    });
    let goes_on = server.is_running();
    let said = server.said();
    server.kill();
    assert!(disk.has_failed(), "there was no write {n}");
    assert!(!said.contains("panicked"), "write {n}: {said}");
    let acknowledged = starts.iter().filter(|start| start.id.is_some()).count();
    let how = if goes_on { "goes on" } else { "has ended" };
    eprintln!("write {n} failed: {acknowledged} acknowledged, it {how}");

    let server = Server::start_on(&data, &[]);
    let recovered = oracle::resolve(&server, &starts);
    oracle::check(&server, &recovered);
}
