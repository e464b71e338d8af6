//! The demo, from the sources of its functions to the words that it counts.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{cli, toolchain};

#[test]
fn the_demo_counts_the_words_of_a_folder() {
    if !toolchain::can_build_modules() {
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

    // One that was killed after its execution had ended has nothing to go on with, and begins anew.
    let note = serde_json::json!({ "input": input });
    fs::write(format!("{data}/demo.json"), note.to_string()).expect("writes");
    let said = run(&["--json"]);
    assert_eq!(said.json()["output"], *output);
}
