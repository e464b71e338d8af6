//! Which lines close a circle: they are laid out the other way round.

use super::Line;

/// For each line whether it is to be turned around. Nodes are visited from the root on, so
/// that what a machine does first stays on top.
pub(super) fn turned(nodes: usize, lines: &[Line], root: usize) -> Vec<bool> {
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (at, line) in lines.iter().enumerate() {
        from[line.from].push(at);
    }
    let mut turned = vec![false; lines.len()];
    let mut marks = vec![Mark::New; nodes];
    for root in std::iter::once(root).chain(0..nodes) {
        if marks[root] != Mark::New {
            continue;
        }
        // Nodes on the way, each with the next of its lines to look at.
        let mut way = vec![(root, 0)];
        marks[root] = Mark::OnTheWay;
        while let Some((node, next)) = way.last_mut() {
            let Some(&line) = from[*node].get(*next) else {
                marks[*node] = Mark::Done;
                way.pop();
                continue;
            };
            *next += 1;
            let to = lines[line].to;
            match marks[to] {
                Mark::OnTheWay => turned[line] = true,
                Mark::New => {
                    marks[to] = Mark::OnTheWay;
                    way.push((to, 0));
                }
                Mark::Done => {}
            }
        }
    }
    turned
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    OnTheWay,
    Done,
}
