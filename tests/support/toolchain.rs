//! What building the demo's functions needs.

use std::path::Path;
use std::process::Command;

/// Whether the demo's functions can be built here; if not, says so loudly.
///
/// `cargo xtask test` has built them before it comes here, and says where they are.
pub(crate) fn can_build_modules() -> bool {
    if std::env::var_os("STEPLOOM_MODULES").is_some() {
        return true;
    }
    // Without Zig on the path it is taken from PyPI.
    let zig = ["zig version", "python3 -m pip --version"]
        .iter()
        .any(|line| output("sh", &["-c", line]).is_some());
    let libraries = ["--print", "target-libdir", "--target", "wasm32-wasip1"];
    let wasm = output("rustc", &libraries).is_some_and(|at| Path::new(at.trim()).is_dir());
    if !(zig && wasm) {
        eprintln!(
            "SKIPPED: the demo's functions need the target wasm32-wasip1 (there: {wasm}) and Zig or pip (there: {zig})"
        );
    }
    zig && wasm
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
