//! Hostile modules, uploaded and called through the real server: the caller gets the documented error
//! in time, a neighbour is answered, and the server is afterwards what it was before.
//!
//! The guests are those of the sandbox's own tests; here stands what each comes to over HTTP.

mod bomb;
mod guest;

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test programs use the rest")]
mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;

use support::server::Server;
use support::wait::until_for;

/// Wall time of a hostile guest that does not end by itself.
const TIMEOUT_MS: u64 = 200;
/// By how much an answer may be late: 50 ms are promised of a release on a machine of its own; these
/// tests run unoptimised beside others.
const MARGIN: Duration = Duration::from_secs(1);
/// How long a neighbour may wait for its answer.
const NEIGHBOUR_MAX: Duration = Duration::from_secs(1);
/// Memory of a hostile guest.
const MEMORY_BYTES_MAX: u64 = 64 << 20;
/// What the server may hold more of than before, once it is over. The pool keeps what an instance
/// has touched, up to what is configured, so this is asked of the second call of a guest.
const GROWTH_BYTES_MAX: u64 = 16 << 20;
/// How long the server has to let go of what a call held.
const RELEASE: Duration = Duration::from_secs(20);

/// Tests measure time and memory, so they take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // A test that failed says so itself.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks that a neighbour is answered, soon.
#[track_caller]
fn neighbour_answers(server: &Server, name: &str) {
    let began = std::time::Instant::now();
    let answer = server.invoke("neighbour", &json!(["here"]));
    assert_eq!(answer.expect(200), json!(["here"]), "beside {name}");
    let took = began.elapsed();
    assert!(
        took < NEIGHBOUR_MAX,
        "beside {name} a neighbour waited {took:?}"
    );
}

/// What a server holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    files: usize,
    memory_bytes: u64,
}

impl Held {
    fn by(server: &Server) -> Self {
        Self {
            files: server.files_open(),
            memory_bytes: server.memory_bytes(),
        }
    }

    /// Waits until the server holds no more than this, but for the growth that is allowed.
    #[track_caller]
    fn is_all_that_is_left(self, server: &Server, name: &str) {
        until_for(
            RELEASE,
            &format!("{name} leaves nothing behind: {self:?} before"),
            || {
                let now = Self::by(server);
                let idle = server.metric("steploom_sandboxes_running") < 0.5;
                let is_back = now.files <= self.files
                    && now.memory_bytes <= self.memory_bytes + GROWTH_BYTES_MAX;
                (idle && is_back).then_some(())
            },
        );
    }
}
