//! A definition for Graphviz.

use std::fmt::Write as _;

use crate::graph::{Graph, Kind, Node, Why};

/// The graph in DOT.
pub fn draw(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph machine {\n  compound=true; rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n  edge [fontname=\"Helvetica\", fontsize=10];\n",
    );
    text.push_str(
        "  start [shape=circle, label=\"\", style=filled, fillcolor=black, width=0.2];\n",
    );
    scope(graph, "s", 1, &mut text);
    if let Some(start) = graph.start {
        let _ = writeln!(
            text,
            "  start -> {}{};",
            entry("s", start, graph),
            into("s", start, graph)
        );
    }
    text.push_str("}\n");
    text
}

fn scope(graph: &Graph, prefix: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, node) in graph.nodes.iter().enumerate() {
        let id = format!("{prefix}_{at}");
        let label = quoted(&label(node));
        if is_box(node) {
            let _ = writeln!(
                text,
                "{indent}subgraph cluster_{id} {{\n{indent}  label={label}; style=rounded;"
            );
            for (number, inside) in node.insides.iter().enumerate() {
                scope(inside, &format!("{id}_{number}"), depth + 1, text);
            }
            let _ = writeln!(text, "{indent}}}");
        } else {
            let shape = match node.kind {
                Kind::Choice => ", shape=diamond, style=solid",
                Kind::Succeed | Kind::Fail => ", peripheries=2",
                _ => "",
            };
            let _ = writeln!(text, "{indent}{id} [label={label}{shape}];");
        }
    }
    for edge in &graph.edges {
        let mut options = Vec::new();
        if !edge.label.is_empty() {
            options.push(format!("label={}", quoted(&edge.label)));
        }
        if edge.why == Why::Catch {
            options.push("style=dashed".to_owned());
        }
        if is_box(&graph.nodes[edge.from]) {
            options.push(format!("ltail=cluster_{prefix}_{}", edge.from));
        }
        if is_box(&graph.nodes[edge.to]) {
            options.push(format!("lhead=cluster_{prefix}_{}", edge.to));
        }
        let _ = writeln!(
            text,
            "{indent}{} -> {} [{}];",
            entry(prefix, edge.from, graph),
            entry(prefix, edge.to, graph),
            options.join(", ")
        );
    }
}

/// A box has states inside; one that is empty is drawn as a state.
fn is_box(node: &Node) -> bool {
    node.insides.iter().any(|inside| !inside.nodes.is_empty())
}

/// The plain node that an edge of a state is tied to: the first one within a box.
fn entry(prefix: &str, at: usize, graph: &Graph) -> String {
    let id = format!("{prefix}_{at}");
    let insides = graph.nodes[at].insides.iter().enumerate();
    match insides
        .into_iter()
        .find(|(_, inside)| !inside.nodes.is_empty())
    {
        Some((number, inside)) => {
            entry(&format!("{id}_{number}"), inside.start.unwrap_or(0), inside)
        }
        None => id,
    }
}

fn into(prefix: &str, at: usize, graph: &Graph) -> String {
    if is_box(&graph.nodes[at]) {
        format!(" [lhead=cluster_{prefix}_{at}]")
    } else {
        String::new()
    }
}

fn label(node: &Node) -> String {
    if node.detail.is_empty() {
        return node.name.clone();
    }
    format!("{}\n{}", node.name, node.detail)
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
