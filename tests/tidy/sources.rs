//! What every source file in Rust looks like.

use std::collections::BTreeSet;

use crate::files::{TextFile, with_extension};
use crate::report;
use crate::scan::{code, code_outside_tests, has_word, test_modules};

/// Lines of a file; near this it wants to be a folder.
const LINES_MAX: usize = 800;

/// Macros for what is not done, or is being looked at.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Where memory may be touched by hand: around the engine, and where a guest meets its host.
const MAY_BE_UNSAFE: [&str; 11] = [
    "runtime/sandbox/",
    "sdk/javascript/runtime/src/abi.rs",
    "sdk/javascript/runtime/src/platform.rs",
    "sdk/javascript/runtime/src/raw.rs",
    "sdk/javascript/runtime/src/system.rs",
    "sdk/python/runtime/src/",
    "sdk/rust/function/src/host.rs",
    "sdk/rust/macro/src/lib.rs",
    "modules/count/src/abi.rs",
    "modules/listing/src/entries/wasi.rs",
    "tests/bench/guest/src/lib.rs",
];

#[test]
fn every_file_says_what_it_is_for() {
    // A sibling `tests.rs` is about the module that it stands beside.
    let problems: Vec<String> = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//!") && !file.path.ends_with("/tests.rs"))
        .map(|file| file.path)
        .collect();
    report("a file begins with its module's doc (//!)", &problems);
}

#[test]
fn no_file_is_too_long() {
    let problems: Vec<String> = sources()
        .iter()
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect();
    report(&format!("a file has at most {LINES_MAX} lines"), &problems);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut problems = Vec::new();
    for file in sources() {
        for (line, code) in code(&file.text) {
            let found = UNFINISHED.iter().map(|name| format!("{name}!"));
            for name in found.filter(|name| has_word(&code, name)) {
                problems.push(format!("{}:{line}: {name}", file.path));
            }
        }
    }
    report("nothing is left unfinished", &problems);
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let files = sources();
    let tests = test_paths(&files);
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| !is_test(&file.path, &tests)) {
        let lines = code_outside_tests(&file.text);
        for (line, _) in lines.filter(|(_, code)| code.contains(".unwrap()") && !is_constant(code))
        {
            problems.push(format!("{}:{line}", file.path));
        }
    }
    report(
        "outside tests, `expect` says why it cannot fail, or `?` passes it on",
        &problems,
    );
}

#[test]
fn only_the_sandbox_is_unsafe() {
    let mut problems = Vec::new();
    let files = sources();
    let others = files.iter().filter(|file| {
        !MAY_BE_UNSAFE
            .iter()
            .any(|place| file.path.starts_with(place))
    });
    for file in others {
        for (line, _) in code(&file.text).filter(|(_, code)| has_word(code, "unsafe")) {
            problems.push(format!("{}:{line}", file.path));
        }
    }
    report("memory is touched by hand in the sandbox only", &problems);
}

#[test]
fn the_worker_draws_no_lots() {
    // Which of two things that are ready comes first is decided by chance otherwise, and by another chance
    // each time a simulation runs the same seed.
    let mut problems = Vec::new();
    let files = sources();
    let worker = files
        .iter()
        .filter(|file| file.path.starts_with("runtime/worker/src/"));
    for file in worker {
        let lines: Vec<_> = code(&file.text).collect();
        for pair in lines.windows(2) {
            let [(line, head), (_, first)] = pair else {
                continue;
            };
            if has_word(head, "select!") && first.trim() != "biased;" {
                problems.push(format!("{}:{line}", file.path));
            }
        }
    }
    report("every `select!` of the worker is `biased`", &problems);
}

/// Says whether the line defines a constant: the compiler itself refuses one that panics.
fn is_constant(code: &str) -> bool {
    has_word(code, "const") && !code.contains("const fn")
}

fn sources() -> Vec<TextFile> {
    let files = with_extension("rs");
    assert!(files.len() > 50, "the sources are found");
    files
}

/// Paths without `.rs` of the modules that are compiled for tests only.
fn test_paths(files: &[TextFile]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for file in files {
        let stem = file.path.trim_end_matches(".rs");
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let is_root = matches!(name, "lib" | "main" | "mod");
        let inside = if is_root { folder } else { stem };
        let declared = test_modules(&file.text)
            .into_iter()
            .filter(|module| !module.is_inline);
        paths.extend(declared.map(|module| format!("{inside}/{}", module.name)));
    }
    paths
}

/// Says whether the file is a test, or part of a module that is there for tests only.
fn is_test(path: &str, tests: &BTreeSet<String>) -> bool {
    let in_tests = path.starts_with("tests/") || path.contains("/tests/");
    let stem = path.trim_end_matches(".rs");
    let ancestors = stem.match_indices('/').map(|(at, _)| &stem[..at]);
    in_tests || tests.contains(stem) || ancestors.into_iter().any(|stem| tests.contains(stem))
}
