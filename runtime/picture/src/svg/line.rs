//! Lines between states, and what stands on them.

use std::fmt::Write as _;

use super::measure::{Drawing, LOOP_WIDTH, Scope, label_size};
use crate::graph::Why;
use crate::layout::Point;
use crate::text::xml;

/// The heads of arrows.
pub(super) const MARKERS: &str = "<defs>\
<marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"head\" d=\"M0 0 L10 5 L0 10 Z\"/></marker>\
<marker id=\"arrow-catch\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"head catch\" d=\"M0 0 L10 5 L0 10 Z\"/></marker>\
</defs>";

/// Draws a line.
pub(super) fn draw(line: &Drawing, scope: &Scope, text: &mut String) {
    let (class, marker) = match line.why {
        Why::Catch => ("line catch", "arrow-catch"),
        Why::Next | Why::Rule | Why::Default => ("line", "arrow"),
    };
    let points = if line.is_loop {
        beside(line, scope)
    } else {
        scope.layout.lines[line.place].points.clone()
    };
    let _ = writeln!(
        text,
        "<path class=\"{class}\" d=\"{}\" marker-end=\"url(#{marker})\"/>",
        path(&points, line.is_loop)
    );
}

/// Draws its label, if it has one.
pub(super) fn draw_label(line: &Drawing, scope: &Scope, text: &mut String) {
    if line.label.is_empty() {
        return;
    }
    let size = label_size(&line.label);
    let middle = if line.is_loop {
        let far = beside(line, scope)[1];
        let node = scope.layout.nodes[line.from];
        Some(Point {
            x: far.x + size.width / 2.0,
            y: node.y,
        })
    } else {
        scope.layout.lines[line.place].label
    };
    let Some(Point { x, y }) = middle else {
        return;
    };
    let class = match line.why {
        Why::Catch => "label catch",
        Why::Next | Why::Rule | Why::Default => "label",
    };
    let _ = writeln!(
        text,
        "<g class=\"{class}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
        x - size.width / 2.0,
        y - size.height / 2.0,
        size.width,
        size.height,
        size.height / 2.0,
        y + 4.0,
        xml(&line.label)
    );
}

/// A loop at a state's right side.
fn beside(line: &Drawing, scope: &Scope) -> Vec<Point> {
    let middle = scope.layout.nodes[line.from];
    let right = middle.x + scope.nodes[line.from].size.width / 2.0;
    let far = right + LOOP_WIDTH;
    let point = |x, y| Point { x, y };
    vec![
        point(right, middle.y + 10.0),
        point(far, middle.y + 10.0),
        point(far, middle.y - 10.0),
        point(right, middle.y - 10.0),
    ]
}

/// Through all points: vertically at each, bent between them.
fn path(points: &[Point], is_loop: bool) -> String {
    let Some(first) = points.first() else {
        return String::new();
    };
    let mut text = format!("M{:.1} {:.1}", first.x, first.y);
    if let ([_, b, c, d], true) = (points, is_loop) {
        let _ = write!(
            text,
            " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            b.x, b.y, c.x, c.y, d.x, d.y
        );
        return text;
    }
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if (from.x - to.x).abs() < 0.5 {
            let _ = write!(text, " L{:.1} {:.1}", to.x, to.y);
            continue;
        }
        let middle = f64::midpoint(from.y, to.y);
        let _ = write!(
            text,
            " C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}",
            from.x, to.x, to.x, to.y
        );
    }
    text
}
