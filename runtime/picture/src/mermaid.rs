//! A definition as a Mermaid state diagram, `stateDiagram-v2`.

use std::fmt::Write as _;

use crate::graph::{Graph, Kind, Node, Why};

/// The diagram's text.
pub fn draw(graph: &Graph) -> String {
    let mut text = String::from("stateDiagram-v2\n");
    scope(graph, "s", 1, &mut text);
    text
}

fn scope(graph: &Graph, prefix: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, node) in graph.nodes.iter().enumerate() {
        state(node, &format!("{prefix}_{at}"), depth, text);
    }
    if let Some(start) = graph.start {
        let _ = writeln!(text, "{indent}[*] --> {prefix}_{start}");
    }
    for edge in &graph.edges {
        let _ = write!(
            text,
            "{indent}{prefix}_{} --> {prefix}_{}",
            edge.from, edge.to
        );
        let label = match edge.why {
            Why::Catch => format!("catch {}", edge.label),
            Why::Next | Why::Rule | Why::Default => edge.label.clone(),
        };
        if !label.is_empty() {
            let _ = write!(text, " : {}", escaped(&label));
        }
        text.push('\n');
    }
    let ends = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.is_end);
    for (at, _) in ends {
        let _ = writeln!(text, "{indent}{prefix}_{at} --> [*]");
    }
}

fn state(node: &Node, id: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let title = match node.kind {
        Kind::Task | Kind::Unknown => node.name.clone(),
        kind => format!("{}: {}", kind.name(), node.name),
    };
    let _ = write!(text, "{indent}state \"{}\" as {id}", escaped(&title));
    let insides: Vec<&Graph> = node
        .insides
        .iter()
        .filter(|inside| !inside.nodes.is_empty())
        .collect();
    if insides.is_empty() {
        text.push('\n');
        return;
    }
    text.push_str(" {\n");
    for (number, inside) in insides.iter().enumerate() {
        if number > 0 {
            let _ = writeln!(text, "{indent}  --");
        }
        scope(inside, &format!("{id}_{number}"), depth + 1, text);
    }
    let _ = writeln!(text, "{indent}}}");
}

/// Characters that mean something to Mermaid, as entities.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric()
                || matches!(
                    c,
                    ' ' | '_' | '.' | ',' | '-' | '/' | '=' | '$' | '…' | '≥' | '≤' | '↻'
                ) =>
            {
                safe.push(c);
            }
            c if c.is_control() => safe.push(' '),
            c => {
                let _ = write!(safe, "#{};", u32::from(c));
            }
        }
    }
    // Three dashes or `-->` would be an arrow.
    safe.replace("--", "-#45;")
}
