//! The demo, from the sources of its functions to the words that it counts.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::cli;

/// Whether the demo's functions can be built here; if not, says so loudly.
fn can_build() -> bool {
    let zig = ["python3 -m ziglang version", "zig version"]
        .iter()
        .any(|line| {
            let output = Command::new("sh").args(["-c", line]).output();
            output.is_ok_and(|output| output.status.success())
        });
    let target = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", "wasm32-wasip1"])
        .output();
    let wasm = target.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&folder).is_dir()
    });
    if !(zig && wasm) {
        eprintln!(
            "SKIPPED: the demo's functions need wasm32-wasip1 (there: {wasm}) and Zig (there: {zig})"
        );
    }
    zig && wasm
}

#[test]
fn the_demo_counts_the_words_of_a_folder() {
    if !can_build() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("input");
    fs::create_dir_all(input.join("deeper")).expect("a folder");
    fs::write(input.join("one.txt"), "to be or not to be\n").expect("writes");
    fs::write(input.join("deeper/two.md"), "that is\nthe question\n").expect("writes");
    let data = folder.path().join("data");
    let path = |path: &Path| path.to_str().expect("text").to_owned();
    let (input, data) = (path(&input), path(&data));
    let run = |more: &[&str]| {
        let arguments = [
            "demo",
            "--input",
            &input,
            "--data",
            &data,
            "--listen",
            "127.0.0.1:0",
        ];
        cli::run(&[&arguments, more].concat())
    };
    let said = run(&["--json"]);
    let ended: Value = said.json();
    assert_eq!(ended["status"], "SUCCEEDED", "{said:?}");
    let output = &ended["output"];
    assert_eq!(
        (&output["files"], &output["words"]),
        (&2.into(), &10.into()),
        "{output}"
    );
    assert_eq!(output["lines"], 3, "{output}");

    // Again on the same folder: nothing to build, and tables for people.
    let said = run(&[]);
    said.code(0)
        .says("10")
        .notes("started word-count on")
        .notes("Split done")
        .notes("Merge done");
}
