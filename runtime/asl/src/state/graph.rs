//! `Graph`, an extension: nodes that come after one another. See docs/extensions.md.
//!
//! A node is a state without `Next` and `End`, in a scope of its own. What it comes after is
//! resolved here, and the order checked, in time and memory linear in nodes and edges.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Shape, Site};
use crate::compiler::Compiler;
use crate::dag::{self, Dag};
use crate::diagnostic::{Report, code};
use crate::fields::{self, Fields};
use crate::language::{Spoken, Word};
use crate::model::{Graph, GraphNode, Kind, OnFailure};

pub(super) const FIELDS: [Word; 4] = [
    ("Nodes", Spoken::Both),
    ("OnFailure", Spoken::Both),
    ("MaxConcurrency", Spoken::Both),
    ("MaxConcurrencyPath", Spoken::Path),
];

/// The most that `MaxConcurrency` may ask for; 0 asks for no limit.
const CONCURRENCY_MAX: u64 = u32::MAX as u64;

/// Who has such a field of the nodes whose type is `shape`.
pub(super) fn of_node(shape: &Shape, field: &str) -> Option<Spoken> {
    match field {
        "After" => Some(Spoken::Both),
        "Next" | "End" | "Assign" => None,
        _ => shape.find(field),
    }
}

pub(super) fn kind<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    let on_failure = on_failure(fields, report);
    let max_concurrency = fields.number(
        report,
        site.language,
        ["MaxConcurrency", "MaxConcurrencyPath"],
        0..=CONCURRENCY_MAX,
    );
    if !fields.require(report, &["Nodes"]) {
        return None;
    }
    let nodes = fields.object(report, "Nodes")?;
    let place = report.enter("Nodes");
    let graph = graph(compiler, site, nodes);
    compiler.report.leave(place);
    let (nodes, dag) = graph?;
    Some(Kind::Graph(Graph {
        nodes,
        dag,
        on_failure,
        max_concurrency,
    }))
}

/// `OnFailure`, of a `Graph` or a `Map`. A wrong one is told of and taken for `CANCEL`.
pub(super) fn on_failure(fields: Fields<'_>, report: &mut Report) -> OnFailure {
    match fields.word(report, "OnFailure", &["CANCEL", "SKIP"]) {
        Some("SKIP") => OnFailure::Skip,
        _ => OnFailure::Cancel,
    }
}

/// The nodes, and their order. The report is at `Nodes`.
fn graph<'a>(
    compiler: &mut Compiler<'a>,
    site: Site<'a, '_>,
    nodes: Fields<'a>,
) -> Option<(Vec<GraphNode>, Arc<Dag>)> {
    let names: Vec<&str> = nodes.names().collect();
    if names.is_empty() {
        compiler.report.schema("Value cannot be empty");
        return None;
    }
    for name in &names {
        let node = nodes.get(name);
        compiler.report.within(name, |report| refuse(node, report));
    }
    let afters = afters(nodes, &names, &mut compiler.report);
    let scopes = compiler.nodes(nodes, site.ix);
    let (afters, scopes) = (afters?, scopes?);
    let mut builder = dag::Builder::default();
    for own in &afters {
        for after in own {
            builder.after(*after);
        }
        builder.close();
    }
    match builder.build() {
        Ok(dag) => {
            let node = |(scope, after)| GraphNode { scope, after };
            let nodes = scopes.into_iter().zip(afters).map(node);
            Some((nodes.collect(), Arc::new(dag)))
        }
        Err(cycle) => {
            let shown = cycle.show(|node| names[node as usize]);
            compiler.report.error(
                code::CYCLE,
                format!("Nodes come after one another in a circle: {shown}"),
            );
            None
        }
    }
}

/// What a node cannot be.
fn refuse(node: Option<&Value>, report: &mut Report) {
    if node.and_then(|node| node["Type"].as_str()) == Some("Choice") {
        report.within("Type", |report| {
            report.schema(
                "A node goes nowhere, so it cannot be a Choice: put the Choice into a Parallel",
            );
        });
    }
}

/// `After` of every node, resolved.
fn afters(nodes: Fields<'_>, names: &[&str], report: &mut Report) -> Option<Vec<Vec<u32>>> {
    let errors = report.errors();
    let places: BTreeMap<&str, u32> = names.iter().copied().zip(0..).collect();
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let at = report.enter(name);
        let after = nodes
            .get(name)
            .and_then(Value::as_object)
            .and_then(|node| Fields::new(node).read(report, "After", |v, r| after(v, &places, r)));
        report.leave(at);
        all.push(after.unwrap_or_default());
    }
    (report.errors() == errors).then_some(all)
}

/// One node's `After`.
fn after(value: &Value, places: &BTreeMap<&str, u32>, report: &mut Report) -> Option<Vec<u32>> {
    let Some(items) = value.as_array() else {
        report.schema("Expected value of type Array");
        return None;
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut after = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = report.enter_item(index);
        if let Some(name) = fields::text(item, report) {
            match places.get(name) {
                None => report.error(code::TRANSITION, format!("Missing 'After' target: {name}")),
                Some(place) if !seen.insert(*place) => {
                    report.schema(format!("'{name}' is named twice"));
                }
                Some(place) => after.push(*place),
            }
        }
        report.leave(at);
    }
    Some(after)
}
