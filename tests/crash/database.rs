//! The database is killed under load, and comes back: nothing that was acknowledged is lost, and the
//! server goes on by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::campaign::{kills, repeat};
use crate::chance::Chance;
use crate::load::{self, Flocks, Start};
use crate::oracle;
use crate::support::postgres::Cluster;
use crate::support::server::Server;
use crate::support::wait::until;

/// Kills, if `STEPLOOM_KILLS` does not say.
const KILLS_DEFAULT: usize = 20;
/// The latest moment of a kill, from when the load begins.
const MOMENT_MAX: Duration = Duration::from_millis(1_500);

#[test]
fn database_is_killed() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.database();
    let mut chance = Chance::from_environment();
    let server = Server::start_with(&["--database-url", &url]);
    load::deploy(&server);
    let mut starts: Vec<Start> = Vec::new();
    let mut flocks = Flocks::default();
    for round in 0..kills(KILLS_DEFAULT) {
        let is_over = AtomicBool::new(false);
        let moment = chance.moment(MOMENT_MAX);
        let made = thread::scope(|scope| {
            let callers = scope.spawn(|| {
                let mut made = flocks.keep(&server, round);
                made.extend(load::run(&server, round, &is_over));
                made
            });
            thread::sleep(moment);
            cluster.kill();
            is_over.store(true, Ordering::Relaxed);
            callers.join().expect("no panic")
        });
        let acknowledged = made.iter().filter(|start| start.id.is_some()).count();
        starts.extend(made);
        cluster.up();
        until("the server has its shards again", || {
            (server.get("/readyz").status == 200).then_some(())
        });
        eprintln!("kill {round} after {moment:?}: {acknowledged} acknowledged");
        repeat(&server, &mut starts, &mut chance);
    }
    let recovered = oracle::resolve(&server, &starts);
    oracle::check(&server, &recovered);
    eprintln!("{} executions, all as they should be", recovered.len());
}
