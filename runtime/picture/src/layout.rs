//! Puts a graph's nodes into layers, so that edges run downwards, cross seldom and bend little.
//!
//! The usual steps: turn around the edges that close a circle (`acyclic`), give every node a layer
//! and every long edge a stop in each layer that it passes (`layers`), order each layer (`order`),
//! and place it (`place`). A label is a stop of its own, so that nothing is drawn over it.

mod acyclic;
mod layers;
mod order;
mod place;

/// The part of the way to the next stop's side that a line has gone already when it leaves a node.
const LEAN: f64 = 0.45;

/// How far from a node's corner a line leaves it at the least.
const CORNER: f64 = 18.0;

/// A node wider than this is reached anywhere.
const WIDE: f64 = 320.0;

/// Space between two neighbours of a layer.
const GAP_X: f64 = 28.0;

/// Space between two layers.
const GAP_Y: f64 = 30.0;

/// A size in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A node to lay out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Block {
    /// The space that it takes.
    pub(crate) size: Size,
    /// How much of its width, in the middle, lines may lead to.
    pub(crate) ports: f64,
}

/// An edge to lay out; its label's size, if it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) label: Option<Size>,
}

/// Where everything goes. Nodes and labels by their middles.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub(crate) size: Size,
    pub(crate) nodes: Vec<Point>,
    pub(crate) lines: Vec<Route>,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// How an edge runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Route {
    /// From the edge of one node to the edge of the other. Between two stops it may bend; at each it
    /// runs vertically.
    pub(crate) points: Vec<Point>,
    /// The middle of its label.
    pub(crate) label: Option<Point>,
}

/// A node or a stop of an edge, in its layer.
#[derive(Clone, Copy, Debug)]
struct Cell {
    size: Size,
    /// Where lines may touch it; none of a stop, which they pass in the middle.
    ports: f64,
    /// A node of the graph, or a stop of a line.
    is_node: bool,
}

/// The graph with stops: every link goes from one layer to the next.
#[derive(Debug, Default)]
struct Layered {
    cells: Vec<Cell>,
    /// Cells by layer, in their order from left to right.
    layers: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// For each line the cells that it passes, from the upper to the lower.
    chains: Vec<Vec<usize>>,
    /// For each line the stop that is its label.
    labels: Vec<Option<usize>>,
    /// For each line whether it runs upwards.
    is_upward: Vec<bool>,
}

/// Lays out nodes, the root on top if it can be. Lines from a node to itself have no
/// route: whoever draws them has made the node's size large enough for them.
pub(crate) fn of(blocks: &[Block], lines: &[Line], root: usize) -> Layout {
    if blocks.is_empty() {
        return Layout::default();
    }
    let is_upward = acyclic::turned(blocks.len(), lines, root);
    let mut layered = layers::of(blocks, lines, is_upward);
    order::minimise_crossings(&mut layered);
    let (centres, heights, size) = place::of(&layered);
    let nodes: Vec<Point> = centres[..blocks.len()].to_vec();
    let routes = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            if line.from == line.to {
                return Route::default();
            }
            route(at, &layered, &centres, &heights)
        })
        .collect();
    Layout {
        size,
        nodes,
        lines: routes,
    }
}

/// `heights`: by cell, the height of a node, or of the whole layer that a stop is in, which a line
/// passes straight.
fn route(at: usize, layered: &Layered, centres: &[Point], heights: &[f64]) -> Route {
    let chain = &layered.chains[at];
    let mut points = Vec::with_capacity(chain.len() * 2);
    for (place, &cell) in chain.iter().enumerate() {
        let Point { y, .. } = centres[cell];
        let half = heights[cell] / 2.0;
        let x = |other: usize| port(layered, centres, cell, other);
        if place > 0 {
            let x = x(chain[place - 1]);
            points.push(Point { x, y: y - half });
        }
        if place + 1 < chain.len() {
            let x = x(chain[place + 1]);
            points.push(Point { x, y: y + half });
        }
    }
    if layered.is_upward[at] {
        points.reverse();
    }
    Route {
        points,
        label: layered.labels[at].map(|cell| centres[cell]),
    }
}

/// Where a line that goes on to another cell touches this one: stops in the middle, nodes on the
/// side that the other is on.
fn port(layered: &Layered, centres: &[Point], cell: usize, other: usize) -> f64 {
    let x = centres[cell].x;
    let ports = layered.cells[cell].ports;
    let room = (ports / 2.0 - CORNER).max(0.0);
    // What is over a wide node is reached straight.
    let away = centres[other].x - x;
    let lean = if away.abs() <= room && ports > WIDE {
        1.0
    } else {
        LEAN
    };
    x + (away * lean).clamp(-room, room)
}

#[cfg(test)]
mod tests;
