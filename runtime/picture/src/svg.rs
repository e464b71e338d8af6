//! A definition as SVG: cards for states, boxes for what has states inside, lines between them.
//!
//! The picture has no background of its own and follows the reader's preference for light or dark.
//! Whatever comes from the definition is escaped; names that are too long are cut and shown whole
//! when pointed at.

mod icon;
mod line;
mod measure;
mod style;

use std::fmt::Write as _;

use crate::graph::{Graph, Kind, Node};
use crate::layout::{Point, Size};
use crate::text::{clip, xml};
use measure::{CARD_HEIGHT, Drawn, HEADER_HEIGHT, NAME_LENGTH_MAX, PADDING, Scope, TERMINAL};

/// Space around the whole.
const MARGIN: f64 = 16.0;

/// The picture, a whole document.
pub fn draw(graph: &Graph) -> String {
    let scope = measure::whole(graph);
    let Size { width, height } = scope.layout.size;
    let (width, height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"State machine\">\n<style>{}</style>\n{}\n",
        style::SHEET,
        line::MARKERS
    );
    draw_scope(&scope, graph, MARGIN, MARGIN, &mut text);
    text.push_str("</svg>\n");
    text
}

fn draw_scope(scope: &Scope, graph: &Graph, left: f64, top: f64, text: &mut String) {
    let _ = writeln!(text, "<g transform=\"translate({left:.1} {top:.1})\">");
    for line in &scope.lines {
        line::draw(line, scope, text);
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        draw_node(node, &scope.nodes[at], scope.layout.nodes[at], text);
    }
    for terminal in &scope.terminals {
        let Point { x, y } = scope.layout.nodes[terminal.place];
        let half = TERMINAL.width / 2.0;
        let _ = writeln!(
            text,
            "<g class=\"end\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{}\" height=\"{}\" rx=\"{}\"/><text x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
            x - half,
            y - TERMINAL.height / 2.0,
            TERMINAL.width,
            TERMINAL.height,
            TERMINAL.height / 2.0,
            y + 4.0,
            terminal.name
        );
    }
    for line in &scope.lines {
        line::draw_label(line, scope, text);
    }
    text.push_str("</g>\n");
}

fn draw_node(node: &Node, drawn: &Drawn, middle: Point, text: &mut String) {
    let (left, top) = (
        middle.x - drawn.size.width / 2.0,
        middle.y - drawn.size.height / 2.0,
    );
    let class = node.kind.name().to_lowercase();
    let _ = writeln!(
        text,
        "<g class=\"{class}\" transform=\"translate({left:.1} {top:.1})\"><title>{}</title>",
        xml(&node.name)
    );
    if node.kind == Kind::Map {
        for behind in [8.0, 4.0] {
            frame(drawn.size, behind, "behind", text);
        }
    }
    let is_box = !drawn.insides.is_empty();
    frame(drawn.size, 0.0, if is_box { "box" } else { "card" }, text);
    head(node, text);
    let taken: f64 = drawn
        .insides
        .iter()
        .map(|i| i.layout.size.width + 3.0 * PADDING)
        .sum();
    let spare = (drawn.size.width - taken - PADDING).max(0.0) / drawn.insides.len().max(1) as f64;
    let mut x = PADDING;
    for (inside, graph) in drawn
        .insides
        .iter()
        .zip(node.insides.iter().filter(|i| !i.nodes.is_empty()))
    {
        let Size { width, .. } = inside.layout.size;
        let _ = writeln!(
            text,
            "<rect class=\"panel\" x=\"{x:.1}\" y=\"{HEADER_HEIGHT}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
            width + spare + 2.0 * PADDING,
            drawn.size.height - HEADER_HEIGHT - PADDING
        );
        draw_scope(
            inside,
            graph,
            x + PADDING + spare / 2.0,
            HEADER_HEIGHT + PADDING,
            text,
        );
        x += width + spare + 3.0 * PADDING;
    }
    text.push_str("</g>\n");
}

fn frame(size: Size, offset: f64, class: &str, text: &mut String) {
    let _ = writeln!(
        text,
        "<rect class=\"{class}\" x=\"{offset}\" y=\"{offset}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>",
        size.width, size.height
    );
}

/// The badge, the name, and below it what the state is and does.
fn head(node: &Node, text: &mut String) {
    let middle = CARD_HEIGHT / 2.0;
    icon::draw(node.kind, 10.0, middle - 14.0, text);
    let mut about = node.kind.name().to_owned();
    if !node.detail.is_empty() {
        let _ = write!(about, " · {}", node.detail);
    }
    let _ = writeln!(
        text,
        "<text class=\"name\" x=\"48\" y=\"{}\">{}</text><text class=\"about\" x=\"48\" y=\"{}\">{}</text>",
        middle - 3.0,
        xml(&clip(&node.name, NAME_LENGTH_MAX)),
        middle + 13.0,
        xml(&about)
    );
}
