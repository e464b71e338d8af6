//! Where each cell goes: near the middle of those it is linked to, without touching its neighbours.

use super::{GAP_X, GAP_Y, Layered, Point, Size};

/// How often all layers are gone through at the most, and how many cells are looked at in all: large
/// pictures are placed less carefully.
const SWEEPS_MAX: usize = 40;
const CELLS_VISITED_MAX: usize = 2_000_000;

/// How much more a stop of a line pulls than a node: long lines shall be straight.
const PULL_OF_STOPS: f64 = 10.0;

/// The middles of all cells; the height of each, which for a stop is its layer's; and the size of the
/// whole.
pub(super) fn of(layered: &Layered) -> (Vec<Point>, Vec<f64>, Size) {
    let mut x = side_by_side(layered);
    let sweeps = (CELLS_VISITED_MAX / layered.cells.len().max(1)).clamp(3, SWEEPS_MAX);
    for sweep in 0..sweeps {
        let count = layered.layers.len();
        for step in 0..count {
            let is_downward = sweep % 2 == 0;
            let layer = if is_downward { step } else { count - 1 - step };
            // At the end both sides pull at nodes; stops stay below what is above them, so that a
            // line bends once, not in each layer.
            let sides = match (sweep + 2 >= sweeps, is_downward) {
                (true, _) => (true, true),
                (false, true) => (true, false),
                (false, false) => (false, true),
            };
            pull(layered, layer, sides, &mut x);
        }
    }
    let left = extreme(
        layered,
        |cell| x[cell] - layered.cells[cell].size.width / 2.0,
        f64::min,
    );
    let right = extreme(
        layered,
        |cell| x[cell] + layered.cells[cell].size.width / 2.0,
        f64::max,
    );
    let (rows, height) = rows(layered);
    let mut points = vec![Point::default(); layered.cells.len()];
    let mut heights = vec![0.0; layered.cells.len()];
    for (layer, &(middle, row)) in layered.layers.iter().zip(&rows) {
        for &cell in layer {
            let of_cell = &layered.cells[cell];
            heights[cell] = if of_cell.is_node {
                of_cell.size.height
            } else {
                row
            };
            points[cell] = Point {
                x: x[cell] - left,
                y: middle,
            };
        }
    }
    let size = Size {
        width: right - left,
        height,
    };
    (points, heights, size)
}

fn side_by_side(layered: &Layered) -> Vec<f64> {
    let mut x = vec![0.0; layered.cells.len()];
    for layer in &layered.layers {
        let mut at = 0.0;
        for &cell in layer {
            let width = layered.cells[cell].size.width;
            x[cell] = at + width / 2.0;
            at += width + GAP_X;
        }
        for &cell in layer {
            x[cell] -= at / 2.0;
        }
    }
    x
}

/// Moves a layer's cells to where their links pull them, as near as the neighbours allow: the
/// least squares under the order, by pooling neighbours that would collide.
fn pull(layered: &Layered, layer: usize, sides: (bool, bool), x: &mut [f64]) {
    let cells = &layered.layers[layer];
    let mut offsets = Vec::with_capacity(cells.len());
    let mut at = 0.0;
    for (place, &cell) in cells.iter().enumerate() {
        if place > 0 {
            let before = layered.cells[cells[place - 1]].size.width;
            at += before / 2.0 + GAP_X + layered.cells[cell].size.width / 2.0;
        }
        offsets.push(at);
    }
    // Blocks of cells that touch: weighted sum of wishes, weight, number of cells.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (&cell, &offset) in cells.iter().zip(&offsets) {
        let (wish, weight) = wish(layered, cell, sides, x);
        let mut block = ((wish - offset) * weight, weight, 1);
        while let Some(&(sum, weight, count)) = blocks.last() {
            if sum / weight <= block.0 / block.1 {
                break;
            }
            blocks.pop();
            block = (block.0 + sum, block.1 + weight, block.2 + count);
        }
        blocks.push(block);
    }
    let mut place = 0;
    for (sum, weight, count) in blocks {
        for _ in 0..count {
            x[cells[place]] = sum / weight + offsets[place];
            place += 1;
        }
    }
}

/// Where a cell would like to be, and how much.
fn wish(layered: &Layered, cell: usize, (above, below): (bool, bool), x: &[f64]) -> (f64, f64) {
    let mut sum = 0.0;
    let mut weight = 0.0;
    let mut of = |linked: &[usize]| {
        for &other in linked {
            let both_stops = !layered.cells[cell].is_node && !layered.cells[other].is_node;
            let pull = if both_stops { PULL_OF_STOPS } else { 1.0 };
            sum += x[other] * pull;
            weight += pull;
        }
    };
    if above {
        of(&layered.above[cell]);
    }
    let is_stop = !layered.cells[cell].is_node;
    if below && !(above && is_stop) {
        of(&layered.below[cell]);
    }
    if weight == 0.0 {
        return (x[cell], 0.01);
    }
    (sum / weight, weight)
}

/// The middle and height of each layer, and the height of all.
fn rows(layered: &Layered) -> (Vec<(f64, f64)>, f64) {
    let mut y = 0.0;
    let mut rows = Vec::with_capacity(layered.layers.len());
    for (at, layer) in layered.layers.iter().enumerate() {
        let heights = layer.iter().map(|&cell| layered.cells[cell].size.height);
        let height = heights.fold(0.0, f64::max);
        if at > 0 {
            y += GAP_Y;
        }
        rows.push((y + height / 2.0, height));
        y += height;
    }
    (rows, y)
}

fn extreme(layered: &Layered, of: impl Fn(usize) -> f64, better: impl Fn(f64, f64) -> f64) -> f64 {
    let all = layered.layers.iter().flatten();
    all.map(|&cell| of(cell)).reduce(better).unwrap_or_default()
}
