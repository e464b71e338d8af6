//! The order of each layer: every cell near the middle of those that it is linked to.

use super::Layered;

/// How often all layers are gone through.
const SWEEPS: usize = 24;

/// Links above which crossings are not counted, and the first order that comes out is kept.
const LINKS_COUNTED_MAX: usize = 20_000;

/// Orders the cells of each layer so that lines cross seldom.
pub(super) fn minimise_crossings(layered: &mut Layered) {
    let links: usize = layered.below.iter().map(Vec::len).sum();
    let sweeps = if links > LINKS_COUNTED_MAX { 2 } else { SWEEPS };
    let mut best = layered.layers.clone();
    let mut fewest = crossings(layered, links);
    for sweep in 0..sweeps {
        if fewest == 0 {
            break;
        }
        sort(layered, sweep % 2 == 0);
        let found = crossings(layered, links);
        if found < fewest {
            fewest = found;
            best.clone_from(&layered.layers);
        }
    }
    layered.layers = best;
}

/// Goes through the layers, downwards or upwards, and sorts each by the one before.
fn sort(layered: &mut Layered, is_downward: bool) {
    let count = layered.layers.len();
    let mut position = positions(layered);
    for step in 1..count {
        let layer = if is_downward { step } else { count - 1 - step };
        let linked = if is_downward {
            &layered.above
        } else {
            &layered.below
        };
        let mut keyed: Vec<(f64, usize)> = layered.layers[layer]
            .iter()
            .map(|&cell| {
                (
                    middle(&linked[cell], &position).unwrap_or(position[cell]),
                    cell,
                )
            })
            .collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        layered.layers[layer] = keyed.into_iter().map(|(_, cell)| cell).collect();
        for (at, &cell) in layered.layers[layer].iter().enumerate() {
            position[cell] = at as f64;
        }
    }
}

fn positions(layered: &Layered) -> Vec<f64> {
    let mut position = vec![0.0; layered.cells.len()];
    for layer in &layered.layers {
        for (at, &cell) in layer.iter().enumerate() {
            position[cell] = at as f64;
        }
    }
    position
}

fn middle(linked: &[usize], position: &[f64]) -> Option<f64> {
    let sum: f64 = linked.iter().map(|&cell| position[cell]).sum();
    (!linked.is_empty()).then(|| sum / linked.len() as f64)
}

/// How many pairs of links cross; 0 where there are too many to count.
fn crossings(layered: &Layered, links: usize) -> usize {
    if links > LINKS_COUNTED_MAX {
        return usize::from(links > 0);
    }
    let position = positions(layered);
    let mut all = 0;
    for layer in &layered.layers {
        // The lower ends in the order of the upper ones: what is out of order crosses.
        let mut ends: Vec<f64> = Vec::new();
        for &cell in layer {
            let mut below: Vec<f64> = layered.below[cell].iter().map(|&to| position[to]).collect();
            below.sort_by(f64::total_cmp);
            ends.extend(below);
        }
        all += inversions(&ends);
    }
    all
}

/// Pairs that are out of order, by insertion into a sorted row.
fn inversions(values: &[f64]) -> usize {
    let mut sorted: Vec<f64> = Vec::with_capacity(values.len());
    let mut count = 0;
    for &value in values {
        let at = sorted.partition_point(|&other| other <= value);
        count += sorted.len() - at;
        sorted.insert(at, value);
    }
    count
}
