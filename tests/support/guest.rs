//! Guests as text: small modules, so that no test needs a toolchain for WebAssembly.

use serde_json::Value;

macro_rules! sandbox {
    ($name:literal) => {
        include_str!(concat!(
            "../../runtime/sandbox/tests/guests/",
            $name,
            ".wat"
        ))
    };
}

/// Answers its event.
pub(crate) const ECHO: &str = sandbox!("echo");
/// Answers its event as an error.
pub(crate) const FAIL: &str = sandbox!("fail");
/// A command that answers its event, logs two lines, and exits with the digit that its event is.
pub(crate) const CAT: &str = sandbox!("cat");
/// Answers how often its instance was called: `[1,1,0]` if it is fresh.
pub(crate) const ONCE: &str = sandbox!("once");
/// A command that logs its environment, with zero bytes between, and answers null.
pub(crate) const ENVIRON: &str = sandbox!("environ");
/// A component that answers its event, as the error if it begins with `{`.
pub(crate) const HANDLER: &str = sandbox!("handler");

/// A runtime of a language whose programs answer themselves: see the sandbox's tests.
pub(crate) const LANGUAGE: &str = sandbox!("language");
/// Answers its event after 20 ms.
pub(crate) const NAP: &str = include_str!("guests/nap.wat");
/// Fails as `Flaky` unless it is called for a retry; then it answers its event.
pub(crate) const FLAKY: &str = include_str!("guests/flaky.wat");
/// Loops without end.
pub(crate) const SPIN: &str = include_str!("../../runtime/sandbox/tests/hostile/cpu_loop.wat");
/// Traps at once.
pub(crate) const TRAP: &str =
    include_str!("../../runtime/sandbox/tests/hostile/lifecycle_trap.wat");

/// Asks the platform by this line and, as the body, its event; answers the line and the body of what it is answered.
pub(crate) fn ask(line: &Value) -> String {
    let line = line.to_string();
    sandbox!("ask")
        .replace("NEXT", &(1024 + line.len() + 1).to_string())
        .replace("LENGTH", &(line.len() + 1).to_string())
        .replace("LINE", &line.replace('"', "\\\""))
}

/// A component with `wasi:blobstore` and the bucket of this name that does this: see the sandbox's tests.
pub(crate) fn objects(bucket: &str, body: &str) -> String {
    sandbox!("blobstore")
        .replace("BODY", body)
        .replace("BUCKET", bucket)
        .replace("LENGTH", &bucket.len().to_string())
}

/// The module that a text means.
#[track_caller]
pub(crate) fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the guest is WebAssembly")
}

/// Answers HTTP with the body that it is sent; `;; BEFORE`, `;; PIECE` and `;; AFTER` are there to be replaced.
pub(crate) const HTTP: &str = sandbox!("http");

/// Answers HTTP by the status of the host that it asks so many times, or 500 and the number of the error.
pub(crate) fn outgoing(authority: &str, times: u32) -> String {
    sandbox!("outgoing")
        .replace("AUTHORITY", authority)
        .replace("LENGTH", &authority.len().to_string())
        .replace("SCHEME", "0")
        .replace("TIMES", &times.to_string())
}
