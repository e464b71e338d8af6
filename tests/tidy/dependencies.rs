//! Who may depend on whom: the arrows of the design, and one owner for each heavy dependency.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::files::root;
use crate::report;

/// What each crate stands on. It may use these and what they stand on, nothing else of ours.
const STANDS_ON: &[(&str, &[&str])] = &[
    ("steploom-types", &[]),
    ("steploom-probe", &[]),
    ("steploom-actor", &[]),
    ("steploom-expr", &["steploom-types"]),
    ("steploom-asl", &["steploom-expr"]),
    ("steploom-machine", &["steploom-asl"]),
    ("steploom-picture", &[]),
    ("steploom-schedule", &["steploom-types"]),
    ("steploom-package", &["steploom-types"]),
    ("steploom-simulator", &["steploom-machine"]),
    (
        "steploom-store",
        &["steploom-types", "steploom-probe", "steploom-actor"],
    ),
    ("steploom-store-sql", &["steploom-store"]),
    ("steploom-artifacts", &["steploom-types"]),
    ("steploom-call", &["steploom-types"]),
    ("steploom-sandbox", &["steploom-artifacts", "steploom-call"]),
    ("steploom-api", &["steploom-types"]),
    ("steploom-auth", &["steploom-api"]),
    (
        "steploom-aws",
        &["steploom-api", "steploom-schedule", "steploom-package"],
    ),
    ("steploom-s3", &["steploom-api"]),
    (
        "steploom-http",
        &[
            "steploom-auth",
            "steploom-aws",
            "steploom-s3",
            "steploom-actor",
        ],
    ),
    ("steploom-sdk", &["steploom-api"]),
    (
        "steploom-worker",
        &[
            "steploom-simulator",
            "steploom-store",
            "steploom-artifacts",
            "steploom-call",
            "steploom-api",
            "steploom-schedule",
            "steploom-package",
        ],
    ),
    // The binary only wires; the benchmarks measure its parts.
    (
        "steploom",
        &[
            "steploom-package",
            "steploom-picture",
            "steploom-simulator",
            "steploom-worker",
            "steploom-sandbox",
            "steploom-http",
            "steploom-sdk",
            "steploom-store-sql",
        ],
    ),
    (
        "steploom-bench",
        &[
            "steploom-worker",
            "steploom-sandbox",
            "steploom-http",
            "steploom-sdk",
            "steploom-store-sql",
        ],
    ),
    ("steploom-bench-machine", &["steploom-machine"]),
    ("steploom-fuzz", &["steploom-machine"]),
    ("steploom-reference", &["steploom-machine"]),
    ("steploom-sim", &["steploom-worker"]),
    (
        "steploom-conformance",
        &["steploom-simulator", "steploom-sdk"],
    ),
    ("xtask", &[]),
];

/// The one crate that knows a heavy dependency. A name with `*` stands for all that begin so.
const OWNERS: &[(&str, &str)] = &[
    ("wasmtime*", "steploom-sandbox"),
    ("sqlx*", "steploom-store-sql"),
    ("object_store", "steploom-artifacts"),
    ("axum*", "steploom-http"),
];

/// Measures the floor beside ours, so it uses what the owners use.
const MEASURES: &str = "steploom-bench";

/// Crates that must be deterministic, and what would bring in clocks, tasks or chance.
const PURE: &[&str] = &[
    "steploom-types",
    "steploom-expr",
    "steploom-asl",
    "steploom-machine",
    "steploom-picture",
    "steploom-schedule",
    "steploom-simulator",
];
/// Reaches clocks and chance of its own. `expr` overrides every function that would read them, and
/// asks its tests that the same environment gives the same value.
const OVERRIDDEN: &str = "jsonata-core";
const IMPURE: &[&str] = &[
    "tokio",
    "mio",
    "async-std",
    "rand",
    "fastrand",
    "getrandom",
    "uuid",
];

/// A member of the workspace, as cargo sees it.
struct Member {
    name: String,
    description: String,
    /// Names, and whether only tests need them.
    dependencies: Vec<(String, bool)>,
}

#[test]
fn dependencies_point_in_the_direction_of_the_design() {
    let allowed = allowed();
    let mut problems = Vec::new();
    let members = members();
    for member in &members {
        let Some(allowed) = allowed.get(member.name.as_str()) else {
            problems.push(format!("{} has no line in STANDS_ON", member.name));
            continue;
        };
        let ours = |name: &str| members.iter().any(|member| member.name == name);
        for (name, is_for_tests) in &member.dependencies {
            if ours(name) && !is_for_tests && !allowed.contains(name.as_str()) {
                problems.push(format!("{} must not depend on {name}", member.name));
            }
        }
    }
    for name in allowed.keys() {
        if !members.iter().any(|member| member.name == *name) {
            problems.push(format!("{name} is in STANDS_ON, but not in the workspace"));
        }
    }
    report("dependencies point one way", &problems);
}

#[test]
fn heavy_dependencies_have_one_owner() {
    let mut problems = Vec::new();
    for member in members().iter().filter(|member| member.name != MEASURES) {
        for (name, _) in &member.dependencies {
            for (heavy, owner) in OWNERS {
                if is_named(name, heavy) && member.name != *owner {
                    problems.push(format!("{} uses {name}, which {owner} owns", member.name));
                }
            }
        }
    }
    report("a heavy dependency has one owner", &problems);
}

#[test]
fn pure_crates_reach_no_clock_task_or_chance() {
    let mut problems = Vec::new();
    for pure in PURE {
        // `cargo tree` and not `cargo metadata`: only what this crate itself switches on.
        let tree = ["tree", "-p", pure, "-e", "normal", "--prefix", "none"];
        let whole = cargo(&tree);
        let tree = if whole.contains(OVERRIDDEN) {
            cargo(&[&tree[..], &["--prune", OVERRIDDEN]].concat())
        } else {
            whole
        };
        let reached: BTreeSet<&str> = tree
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert!(
            reached.contains(pure),
            "cargo tree lists what {pure} reaches"
        );
        for impure in IMPURE.iter().filter(|impure| reached.contains(**impure)) {
            problems.push(format!("{pure} reaches {impure}"));
        }
    }
    report("pure crates stay pure", &problems);
}

#[test]
fn every_member_says_what_it_is() {
    let missing = members()
        .into_iter()
        .filter(|member| member.description.trim().is_empty());
    let problems: Vec<String> = missing.map(|member| member.name).collect();
    report("a description in every Cargo.toml", &problems);
}

/// For each crate, all that it may use of ours.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let table: BTreeMap<_, _> = STANDS_ON.iter().copied().collect();
    let mut allowed = BTreeMap::new();
    for name in table.keys() {
        let mut all = BTreeSet::new();
        let mut rest: Vec<&str> = table[name].to_vec();
        while let Some(next) = rest.pop() {
            if all.insert(next) {
                rest.extend(table[next]);
            }
        }
        assert!(!all.contains(name), "{name} stands on itself");
        allowed.insert(*name, all);
    }
    allowed
}

fn is_named(name: &str, pattern: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(name == pattern, |start| name.starts_with(start))
}

fn members() -> Vec<Member> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    packages.iter().map(member).collect()
}

fn member(package: &Value) -> Member {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependencies = package["dependencies"]
        .as_array()
        .expect("cargo lists dependencies");
    Member {
        name: text(&package["name"]),
        description: text(&package["description"]),
        dependencies: dependencies
            .iter()
            .map(|dependency| (text(&dependency["name"]), dependency["kind"] == "dev"))
            .collect(),
    }
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs, since it runs this test");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {}: {complaint}",
        arguments.join(" ")
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}
