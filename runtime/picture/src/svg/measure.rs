//! How large everything is, from the inside out.

use crate::graph::{Edge, Graph, Node, Why};
use crate::layout::{self, Block, Layout, Line, Size};
use crate::text::{clip, width};

/// The height of a state without insides.
pub(super) const CARD_HEIGHT: f64 = 48.0;

/// The height of what stands above a state's insides.
pub(super) const HEADER_HEIGHT: f64 = 50.0;

/// Space between a box and its insides.
pub(super) const PADDING: f64 = 14.0;

/// The least width of a state.
const WIDTH_MIN: f64 = 132.0;

/// What stands left and right of a state's name: badge and space.
const SIDES: f64 = 48.0 + 16.0;

/// Characters of a name that are shown.
pub(super) const NAME_LENGTH_MAX: usize = 42;

/// The size of the signs for start and end.
pub(super) const TERMINAL: Size = Size {
    width: 56.0,
    height: 24.0,
};

/// Font sizes: names, what is below them, labels.
const NAME_SIZE: f64 = 13.5;
const ABOUT_SIZE: f64 = 11.0;
pub(super) const LABEL_SIZE: f64 = 11.0;

/// How much wider than others bold letters are.
const BOLD: f64 = 1.13;

/// Space that a loop from a state to itself takes beside it.
pub(super) const LOOP_WIDTH: f64 = 24.0;

/// A scope with its layout.
pub(super) struct Scope {
    pub(super) layout: Layout,
    /// The states, in the order of the graph.
    pub(super) nodes: Vec<Drawn>,
    pub(super) lines: Vec<Drawing>,
    pub(super) terminals: Vec<Terminal>,
}

/// A state.
pub(super) struct Drawn {
    pub(super) size: Size,
    /// The scopes inside that are not empty.
    pub(super) insides: Vec<Scope>,
}

/// A line.
pub(super) struct Drawing {
    /// Its place in the layout.
    pub(super) place: usize,
    pub(super) from: usize,
    pub(super) is_loop: bool,
    pub(super) why: Why,
    pub(super) label: String,
}

/// The sign for start or end.
pub(super) struct Terminal {
    pub(super) place: usize,
    pub(super) name: &'static str,
}

/// The machine itself, with its start and its end.
pub(super) fn whole(graph: &Graph) -> Scope {
    let mut edges = graph.edges.clone();
    let mut terminals = Vec::new();
    let plain = |from, to| Edge {
        from,
        to,
        why: Why::Next,
        label: String::new(),
    };
    let mut place = graph.nodes.len();
    let mut root = 0;
    if let Some(start) = graph.start {
        root = place;
        edges.push(plain(place, start));
        terminals.push(Terminal {
            place,
            name: "Start",
        });
        place += 1;
    }
    let ends: Vec<usize> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.is_end && !node.is_terminal())
        .map(|(at, _)| at)
        .collect();
    if !ends.is_empty() {
        edges.extend(ends.into_iter().map(|from| plain(from, place)));
        terminals.push(Terminal { place, name: "End" });
    }
    scope(graph, &edges, terminals, root)
}

fn inside(graph: &Graph) -> Scope {
    scope(graph, &graph.edges, Vec::new(), graph.start.unwrap_or(0))
}

fn scope(graph: &Graph, edges: &[Edge], terminals: Vec<Terminal>, root: usize) -> Scope {
    let nodes: Vec<Drawn> = graph.nodes.iter().map(node).collect();
    let block = |size: Size| Block {
        size,
        ports: size.width,
    };
    let mut blocks: Vec<Block> = nodes.iter().map(|node| block(node.size)).collect();
    blocks.extend(terminals.iter().map(|_| block(TERMINAL)));
    let lines: Vec<Line> = edges
        .iter()
        .map(|edge| Line {
            from: edge.from,
            to: edge.to,
            label: (!edge.label.is_empty()).then(|| label_size(&edge.label)),
        })
        .collect();
    for line in lines.iter().filter(|line| line.from == line.to) {
        // Room on both sides, so that the state stays in the middle.
        let label = line.label.map_or(0.0, |label| label.width);
        let room = nodes[line.from].size.width + 2.0 * (LOOP_WIDTH + label);
        let size = &mut blocks[line.from].size;
        size.width = size.width.max(room);
    }
    let layout = layout::of(&blocks, &lines, root);
    let lines = edges.iter().enumerate().map(|(place, edge)| Drawing {
        place,
        from: edge.from,
        is_loop: edge.from == edge.to,
        why: edge.why,
        label: edge.label.clone(),
    });
    Scope {
        layout,
        lines: lines.collect(),
        nodes,
        terminals,
    }
}

fn node(node: &Node) -> Drawn {
    let name = width(&clip(&node.name, NAME_LENGTH_MAX), NAME_SIZE) * BOLD;
    let about = format!("{} · {}", node.kind.name(), node.detail);
    let head = (name.max(width(&about, ABOUT_SIZE)) + SIDES).max(WIDTH_MIN);
    let insides = node
        .insides
        .iter()
        .filter(|inside| !inside.nodes.is_empty());
    let insides: Vec<Scope> = insides.map(inside).collect();
    let size = if insides.is_empty() {
        Size {
            width: head,
            height: CARD_HEIGHT,
        }
    } else {
        let widths = insides
            .iter()
            .map(|inside| inside.layout.size.width + 3.0 * PADDING);
        let heights = insides.iter().map(|inside| inside.layout.size.height);
        Size {
            width: head.max(widths.sum::<f64>() + PADDING),
            height: heights.fold(0.0, f64::max) + HEADER_HEIGHT + 3.0 * PADDING,
        }
    };
    Drawn { size, insides }
}

pub(super) fn label_size(label: &str) -> Size {
    Size {
        width: width(label, LABEL_SIZE) + 16.0,
        height: 20.0,
    }
}
