//! Commands that work on a definition in a file, without a server: checks, pictures, simulations,
//! tests of single states.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::cli::{Said, run};

const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "charge",
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
      "Next": "Paid?"
    },
    "Paid?": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.paid", "BooleanEquals": true, "Next": "Done"}],
      "Default": "Refused"
    },
    "Done": {"Type": "Succeed"},
    "Refused": {"Type": "Fail", "Error": "Refused"}
  }
}"#;

const MOCKS: &str = r#"{
  "StateMachines": {"order": {"TestCases": {"Happy": {"Charge": "BusyOnce"}, "Sad": {"Charge": "No"}}}},
  "MockedResponses": {
    "BusyOnce": {"0": {"Throw": {"Error": "Busy"}}, "1": {"Return": {"paid": true}}},
    "No": {"0": {"Return": {"paid": false}}}
  }
}"#;

/// A folder with a definition and its mocks.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write("order.asl.json", ORDER);
        folder.write("mocks.json", MOCKS);
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(Path::new(&path), text).expect("written");
        path
    }

    /// `steploom machine VERB FILE ...`
    fn machine(&self, verb: &str, file: &str, more: &[&str]) -> Said {
        let path = self.path(file);
        let mut words = vec!["machine", verb, &path];
        words.extend(more);
        run(&words)
    }
}

#[test]
fn a_definition_is_checked_without_a_server() {
    let folder = Folder::new();
    folder
        .machine("validate", "order.asl.json", &[])
        .code(0)
        .says("is valid");
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Nowhere\n";
    folder.write("wrong.asl.yaml", yaml);
    let said = folder.machine("validate", "wrong.asl.yaml", &[]);
    said.code(4).says("wrong.asl.yaml:5:").says("Nowhere");
    let said = folder.machine("validate", "wrong.asl.yaml", &["--json"]);
    let validation: Value = serde_json::from_str(&said.code(4).stdout).expect("JSON");
    assert_eq!(validation["valid"], false);
    let graph = json!({"StartAt": "G", "States": {"G": {"Type": "Graph", "End": true,
        "Nodes": {"a": {"Type": "Pass"}, "b": {"Type": "Pass", "After": ["a"]}}}}});
    folder.write("graph.json", &graph.to_string());
    folder.machine("validate", "graph.json", &[]).code(0);
    folder
        .machine("validate", "graph.json", &["--strict"])
        .code(4);
    folder.write("text.json", "no JSON");
    folder.machine("validate", "text.json", &[]).code(4);
    folder
        .machine("validate", "missing.json", &[])
        .code(3)
        .notes("cannot read");
}

#[test]
fn a_definition_is_drawn() {
    let folder = Folder::new();
    let said = folder.machine("graph", "order.asl.json", &[]);
    said.code(0)
        .says("<svg")
        .says("Charge")
        .says("otherwise")
        .says("</svg>");
    let said = folder.machine("graph", "order.asl.json", &["--format", "mermaid"]);
    said.code(0).says("stateDiagram-v2").says("otherwise");
    let picture = folder.path("order.dot");
    folder
        .machine("graph", "order.asl.json", &["-o", &picture])
        .code(0)
        .says("drew");
    let text = fs::read_to_string(&picture).expect("written");
    assert!(text.starts_with("digraph machine {"), "{text}");
    folder
        .machine("graph", "order.asl.json", &["--format", "png"])
        .code(2);
    let nowhere = folder.path("no/such/folder.svg");
    let said = folder.machine("graph", "order.asl.json", &["-o", &nowhere]);
    said.code(1).notes("cannot write");
    folder.write("wrong.json", r#"{"StartAt": "A", "States": {}}"#);
    folder
        .machine("graph", "wrong.json", &[])
        .code(4)
        .notes("[InvalidDefinition]");
    folder.machine("graph", "missing.json", &[]).code(3);
}

#[test]
fn a_definition_is_simulated() {
    let folder = Folder::new();
    let mocks = folder.path("mocks.json");
    let happy = format!("{mocks}#Happy");
    let said = folder.machine("simulate", "order.asl.json", &["--mock", &happy]);
    said.code(0)
        .says("SUCCEEDED")
        .says("LambdaFunctionFailed")
        .says("10.000")
        .says("\"paid\": true");
    let said = folder.machine(
        "simulate",
        "order.asl.json",
        &[
            "--mock",
            &mocks,
            "--test-case",
            "Sad",
            "--input",
            "{\"n\": 1}",
            "--json",
        ],
    );
    let report: Value = serde_json::from_str(&said.code(1).stdout).expect("JSON");
    assert_eq!(report["status"], "FAILED");
    assert_eq!(report["error"], "Refused");
    assert_eq!(report["events"][0]["type"], "ExecutionStarted");
    assert_eq!(
        report["events"][1]["stateEnteredEventDetails"]["name"],
        "Charge"
    );

    let simulate = |more: &[&str]| folder.machine("simulate", "order.asl.json", more);
    simulate(&[])
        .code(1)
        .says("Lambda.ResourceNotFoundException")
        .notes("--mock");
    simulate(&["--mock", &mocks]).code(2).notes("Happy, Sad");
    simulate(&["--mock", &mocks, "--test-case", "Odd"])
        .code(3)
        .notes("Odd");
    simulate(&["--mock", &folder.path("missing.json")]).code(3);
    simulate(&["--input", "{"]).code(2).notes("not valid JSON");
    simulate(&["--test-case", "Happy"]).code(2);
    let broken = folder.write("broken.json", r#"{"StateMachines": {"order": {}}}"#);
    simulate(&["--mock", &broken])
        .code(2)
        .notes("TestCases")
        .notes("/StateMachines/order");
}

#[test]
fn a_single_state_is_tested() {
    let folder = Folder::new();
    let test = |more: &[&str]| folder.machine("test-state", "order.asl.json", more);
    let said = test(&[
        "--state",
        "Charge",
        "--input",
        "{\"n\": 1}",
        "--mock",
        "{\"result\": {\"paid\": true}}",
        "--inspection-level",
        "DEBUG",
        "--json",
    ]);
    let tested: Value = serde_json::from_str(&said.code(0).stdout).expect("JSON");
    assert_eq!(tested["status"], "SUCCEEDED");
    assert_eq!(tested["nextState"], "Paid?");
    assert_eq!(tested["output"], "{\"paid\":true}");
    assert_eq!(tested["inspectionData"]["afterInputPath"], "{\"n\":1}");
    let busy = "{\"errorOutput\": {\"error\": \"Busy\"}}";
    test(&["--state", "Charge", "--mock", busy])
        .code(1)
        .says("RETRIABLE");
    let used_up = "{\"retrierRetryCount\": 3}";
    test(&[
        "--state",
        "Charge",
        "--mock",
        busy,
        "--state-configuration",
        used_up,
    ])
    .code(1)
    .says("FAILED");
    test(&["--state", "Paid?", "--input", "{\"paid\": false}"])
        .code(0)
        .says("SUCCEEDED")
        .says("Refused");
    test(&["--state", "Odd"])
        .code(4)
        .notes("State not found in definition");
    test(&["--state", "Charge", "--mock", "{}"])
        .code(4)
        .notes("[result, errorOutput]");
    test(&["--state", "Done", "--mock", "no JSON"]).code(2);
    test(&["--state", "Done", "--inspection-level", "ALL"]).code(2);
    test(&["--state", "Done", "--variables", "[1]"]).code(4);
    folder.machine("test-state", "missing.json", &[]).code(3);
}
