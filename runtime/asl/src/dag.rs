//! What comes after what: a directed graph without cycles, over nodes that are numbers.
//!
//! Used for the nodes of a `Graph` when a definition is checked, and for the items of a `Map` while
//! an execution runs, where there may be millions. Building takes time in proportion to nodes and
//! edges; at its peak 16 bytes a node and 8 an edge, afterwards 4 and 4.

mod blocks;
mod ids;
mod named;

use std::fmt::Write as _;

use blocks::Blocks;

pub use named::{Named, Problem};

/// Names that the text of a cycle shows, and characters of each.
const SHOWN_MAX: usize = 10;
/// See [`SHOWN_MAX`].
const NAME_CHARS_MAX: usize = 40;

/// Nodes, each with those that come after it. Made by [`Builder::build`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dag {
    /// Where each node's part of `followers` begins; one more than there are nodes.
    starts: Vec<u32>,
    followers: Vec<u32>,
}

/// Nodes that come after one another in a circle: in the order in which they would have to run,
/// from the first in the order of places. Each is there once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<u32>);

/// A graph that is being told, node by node.
#[derive(Debug, Default)]
pub struct Builder {
    /// Where each node's part of `afters` ends.
    ends: Blocks,
    afters: Blocks,
}

impl Dag {
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// What it is made of, for [`Dag::of_parts`]: where each node's followers begin, one more than there
    /// are nodes; and the followers of all nodes.
    pub fn parts(&self) -> (&[u32], &[u32]) {
        (&self.starts, &self.followers)
    }

    /// The graph that [`Dag::parts`] are of. None if they are of no graph; that it has no cycle is not
    /// checked.
    pub fn of_parts(starts: Vec<u32>, followers: Vec<u32>) -> Option<Self> {
        let nodes = starts.len().saturating_sub(1);
        let is_whole = starts.is_sorted()
            && starts.first().is_none_or(|first| *first == 0)
            && starts.last().map_or(0, |last| *last as usize) == followers.len()
            && followers.iter().all(|node| (*node as usize) < nodes);
        is_whole.then_some(Self { starts, followers })
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.followers.len()
    }

    /// The nodes that come after `node`, in order; one that names it twice is there twice.
    pub fn followers(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.followers[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// For each node how many edges lead to it.
    pub fn waits(&self) -> Vec<u32> {
        let mut waits = vec![0; self.nodes()];
        for follower in &self.followers {
            waits[*follower as usize] += 1;
        }
        waits
    }
}

impl Builder {
    /// The node that is being told comes after `node`, which may be told later. Edges are counted
    /// in 32 bits: the caller bounds them.
    pub fn after(&mut self, node: u32) {
        self.afters.push(node);
    }

    /// The node is told; the next one begins.
    pub fn close(&mut self) {
        self.ends.push(self.afters.len() as u32);
    }

    /// Nodes told so far.
    pub fn nodes(&self) -> usize {
        self.ends.len()
    }

    /// Edges told so far.
    pub fn edges(&self) -> usize {
        self.afters.len()
    }

    /// The first node that was told to come after `node`; 0 if there is none.
    pub(crate) fn first_after(&self, node: u32) -> u32 {
        let edge = self
            .afters
            .iter(0..self.edges())
            .position(|after| after == node);
        let is_there = |own: &usize| edge.is_some_and(|edge| self.ends.get(*own) as usize > edge);
        (0..self.nodes()).find(is_there).unwrap_or_default() as u32
    }

    /// Gives another number to what [`Builder::after`] was told.
    pub fn renumber(&mut self, number: impl Fn(u32) -> u32) {
        for after in self.afters.iter_mut() {
            *after = number(*after);
        }
    }

    /// The graph, if it has no cycle. Every number told has to be that of a node.
    ///
    /// # Errors
    /// A cycle, one of those that there are.
    pub fn build(self) -> Result<Dag, Cycle> {
        let dag = self.turned();
        let mut waits: Vec<u32> = (0..self.ends.len())
            .map(|node| self.afters(node).len() as u32)
            .collect();
        let mut free: Vec<u32> = Vec::with_capacity(waits.len());
        free.extend((0..waits.len() as u32).filter(|node| waits[*node as usize] == 0));
        let mut freed = 0;
        while let Some(node) = free.get(freed).copied() {
            freed += 1;
            for follower in dag.followers(node) {
                let wait = &mut waits[*follower as usize];
                *wait -= 1;
                if *wait == 0 {
                    free.push(*follower);
                }
            }
        }
        if freed == waits.len() {
            return Ok(dag);
        }
        Err(self.cycle(&waits))
    }

    /// The edges from the other side: counted, then each put into its place.
    fn turned(&self) -> Dag {
        let nodes = self.ends.len();
        let mut starts = vec![0_u32; nodes + 1];
        for after in self.afters.iter(0..self.afters.len()) {
            starts[after as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Filled from the back, so that each start ends up where its part begins.
        let mut followers = vec![0_u32; self.afters.len()];
        for node in (0..nodes).rev() {
            for after in self.afters(node).rev() {
                let start = &mut starts[after as usize];
                *start -= 1;
                followers[*start as usize] = node as u32;
            }
        }
        Dag { starts, followers }
    }

    /// What a node comes after.
    fn afters(&self, node: usize) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        let start = node
            .checked_sub(1)
            .map_or(0, |before| self.ends.get(before));
        self.afters
            .iter(start as usize..self.ends.get(node) as usize)
    }

    /// A cycle among the nodes that still wait. Each of them comes after another such node, so
    /// going back from any of them leads round in the end.
    fn cycle(&self, waits: &[u32]) -> Cycle {
        let is_stuck = |node: &u32| waits[*node as usize] > 0;
        let mut visited = vec![false; waits.len()];
        let mut walk = Vec::new();
        let mut at = (0..waits.len() as u32).find(is_stuck);
        while let Some(node) = at {
            walk.push(node);
            if std::mem::replace(&mut visited[node as usize], true) {
                break;
            }
            at = self.afters(node as usize).find(|after| is_stuck(after));
        }
        // The walk ends with the node that it came to a second time.
        let last = walk.pop();
        let first = walk.iter().position(|node| Some(*node) == last);
        let mut cycle = walk.split_off(first.unwrap_or_default());
        cycle.reverse();
        let smallest = cycle.iter().enumerate().min_by_key(|(_, node)| **node);
        let smallest = smallest.map_or(0, |(place, _)| place);
        cycle.rotate_left(smallest);
        Cycle(cycle)
    }
}

impl Cycle {
    /// The cycle for people, such as `a -> b -> a`: an arrow leads to what comes after. Bounded,
    /// however long the cycle and its names are.
    pub fn show<N: AsRef<str>>(&self, name: impl Fn(u32) -> N) -> String {
        let Self(nodes) = self;
        let mut text = String::new();
        let shown = if nodes.len() > SHOWN_MAX {
            SHOWN_MAX - 1
        } else {
            nodes.len()
        };
        for node in &nodes[..shown] {
            text.push_str(&shortened(name(*node).as_ref()));
            text.push_str(" -> ");
        }
        if shown < nodes.len() {
            let _ = write!(text, "({} more) -> ", nodes.len() - shown);
        }
        if let Some(first) = nodes.first() {
            text.push_str(&shortened(name(*first).as_ref()));
        }
        text
    }
}

/// A name as a message shows it: the beginning of a long one.
pub fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
