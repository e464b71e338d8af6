//! A layer for every node, and stops for lines.

use super::{Block, Cell, Layered, Line, Size};

/// The width that a passing line takes.
const STOP_WIDTH: f64 = 10.0;

/// Every node is a layer below the lowest that leads to it, two if the line has a label.
pub(super) fn of(blocks: &[Block], lines: &[Line], is_upward: Vec<bool>) -> Layered {
    let ends: Vec<Option<(usize, usize)>> = lines
        .iter()
        .zip(&is_upward)
        .map(|(line, &is_upward)| match line.from == line.to {
            true => None,
            false if is_upward => Some((line.to, line.from)),
            false => Some((line.from, line.to)),
        })
        .collect();
    let layer_of = ranks(blocks.len(), lines, &ends);
    let mut layered = Layered {
        cells: blocks
            .iter()
            .map(|&Block { size, ports }| Cell {
                size,
                ports,
                is_node: true,
            })
            .collect(),
        is_upward,
        ..Layered::default()
    };
    let count = layer_of.iter().max().map_or(0, |last| last + 1);
    layered.layers = vec![Vec::new(); count];
    for (node, &layer) in layer_of.iter().enumerate() {
        layered.layers[layer].push(node);
    }
    for (line, ends) in lines.iter().zip(&ends) {
        let (chain, label) = match *ends {
            Some((upper, lower)) => layered.stops(line, upper, lower, &layer_of),
            None => (Vec::new(), None),
        };
        layered.chains.push(chain);
        layered.labels.push(label);
    }
    layered.link();
    layered
}

/// The longest way from the top, in layers.
fn ranks(nodes: usize, lines: &[Line], ends: &[Option<(usize, usize)>]) -> Vec<usize> {
    let mut below: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes];
    let mut waits = vec![0_usize; nodes];
    for (line, ends) in lines.iter().zip(ends) {
        if let Some((upper, lower)) = *ends {
            below[upper].push((lower, if line.label.is_some() { 2 } else { 1 }));
            waits[lower] += 1;
        }
    }
    let mut ready: Vec<usize> = (0..nodes).filter(|&node| waits[node] == 0).collect();
    let mut rank = vec![0; nodes];
    while let Some(node) = ready.pop() {
        for &(lower, distance) in &below[node] {
            rank[lower] = rank[lower].max(rank[node] + distance);
            waits[lower] -= 1;
            if waits[lower] == 0 {
                ready.push(lower);
            }
        }
    }
    rank
}

impl Layered {
    /// The cells that a line passes. Its label is in the first layer below where it starts.
    fn stops(
        &mut self,
        line: &Line,
        upper: usize,
        lower: usize,
        layer_of: &[usize],
    ) -> (Vec<usize>, Option<usize>) {
        let is_upward = line.from == lower;
        let (first, last) = (layer_of[upper] + 1, layer_of[lower]);
        // Near its beginning: on the way up that is the lowest layer.
        let labelled = if is_upward {
            last.saturating_sub(1)
        } else {
            first
        };
        let mut chain = vec![upper];
        let mut label = None;
        for layer in first..last {
            let cell = self.cells.len();
            let size = match line.label.filter(|_| layer == labelled) {
                Some(size) => {
                    label = Some(cell);
                    size
                }
                None => Size {
                    width: STOP_WIDTH,
                    height: 0.0,
                },
            };
            self.cells.push(Cell {
                size,
                ports: 0.0,
                is_node: false,
            });
            self.layers[layer].push(cell);
            chain.push(cell);
        }
        chain.push(lower);
        (chain, label)
    }

    fn link(&mut self) {
        self.above = vec![Vec::new(); self.cells.len()];
        self.below = vec![Vec::new(); self.cells.len()];
        for chain in &self.chains {
            for pair in chain.windows(2) {
                self.below[pair[0]].push(pair[1]);
                self.above[pair[1]].push(pair[0]);
            }
        }
    }
}
