//! Which children of a join may begin: those of which all that they come after has ended.
//!
//! Each edge is looked at once in an execution's life, and each child is put into and taken out of
//! one queue, so that what ends costs the same however many children there are. What comes after a
//! failed child is not searched for: it is skipped when its turn comes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use steploom_asl::dag::Dag;
use steploom_asl::model::{Kind, OnFailure};

use crate::PartialFailure;
use crate::snapshot::{Reader, Snap, Writer};
use crate::states::graph::Handover;

/// In a child's count of edges: something that it comes after failed or was skipped.
const DOOMED: u32 = 1 << 31;
/// In place of a child's count: it had its turn.
const TURNED: u32 = u32::MAX;

/// The order of a join's children, and how far it has come.
#[derive(Debug)]
pub(crate) struct Order {
    dag: Arc<Dag>,
    /// For each child how many edges lead to it from children that have not ended.
    waits: Vec<u32>,
    /// Children whose turn has come, the lowest place first.
    ready: BinaryHeap<Reverse<u32>>,
    /// Children that ended, however that was.
    ended: u32,
    on_failure: OnFailure,
    /// The first failure after which the rest ran on.
    failure: Option<PartialFailure>,
    /// What a `Graph` hands from node to node.
    pub(crate) handover: Option<Handover>,
}

/// A child whose turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// It is to be started.
    Start(u32),
    /// It comes after something that failed.
    Skip(u32),
}

impl Order {
    /// One of which nothing has begun.
    pub(crate) fn new(dag: Arc<Dag>, on_failure: OnFailure) -> Self {
        let waits = dag.waits();
        let free = (0..waits.len() as u32).filter(|child| waits[*child as usize] == 0);
        let mut ready = Vec::with_capacity(waits.len());
        ready.extend(free.map(Reverse));
        Self {
            dag,
            waits,
            ready: ready.into(),
            ended: 0,
            on_failure,
            failure: None,
            handover: None,
        }
    }

    /// How many children there are.
    pub(crate) fn nodes(&self) -> usize {
        self.waits.len()
    }

    /// Whether the turn of some child has come.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether all have ended.
    pub(crate) fn is_done(&self) -> bool {
        self.ended as usize == self.waits.len()
    }

    /// The child whose turn it is.
    pub(crate) fn take(&mut self) -> Option<Turned> {
        let Reverse(child) = self.ready.pop()?;
        let waits = std::mem::replace(&mut self.waits[child as usize], TURNED);
        Some(if waits == 0 {
            Turned::Start(child)
        } else {
            Turned::Skip(child)
        })
    }

    /// A child ended well, with the event `event`.
    pub(crate) fn succeeded(&mut self, child: u32, event: u64) {
        self.end(child, event, 0);
    }

    /// The children whose turn has not come, in order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = u32> {
        let places = (0_u32..).zip(&self.waits);
        let waiting = places.filter(|(_, waits)| **waits != TURNED);
        waiting.map(|(child, _)| child)
    }

    /// A child was skipped, or failed where somebody else counts failures.
    pub(crate) fn skipped(&mut self, child: u32, event: u64) {
        self.end(child, event, DOOMED);
    }

    /// A child failed; whether the rest runs on.
    pub(crate) fn failed(&mut self, child: u32, event: u64, problem: &PartialFailure) -> bool {
        if self.on_failure == OnFailure::Cancel {
            return false;
        }
        self.failure.get_or_insert_with(|| problem.clone());
        self.end(child, event, DOOMED);
        true
    }

    /// Children that failed are in flight again, beside those of `running`; what was skipped because of
    /// them, or would be, waits for them. Looks at all children and edges.
    pub(crate) fn again(&mut self, is_running: impl Fn(u32) -> bool, failed: &[u32]) {
        self.failure = None;
        if failed.is_empty() {
            return;
        }
        let nodes = self.waits.len();
        let mut is_doomed = vec![false; nodes];
        let mut reached = failed.to_vec();
        let mut has_failed = vec![false; nodes];
        for child in failed {
            has_failed[*child as usize] = true;
        }
        while let Some(child) = reached.pop() {
            for follower in self.dag.followers(child) {
                if !std::mem::replace(&mut is_doomed[*follower as usize], true) {
                    reached.push(*follower);
                }
            }
        }
        let had_turn = |waits: &[u32], child: u32| waits[child as usize] == TURNED;
        let is_over = |child: &u32| {
            had_turn(&self.waits, *child)
                && !is_doomed[*child as usize]
                && !is_running(*child)
                && !has_failed[*child as usize]
        };
        let over: Vec<bool> = (0..nodes as u32).map(|child| is_over(&child)).collect();
        self.ended = over.iter().filter(|over| **over).count() as u32;
        for (waits, _) in self
            .waits
            .iter_mut()
            .zip(&is_doomed)
            .filter(|(_, doomed)| **doomed)
        {
            *waits = 0;
        }
        for child in (0..nodes as u32).filter(|child| !over[*child as usize]) {
            for follower in self.dag.followers(child) {
                if is_doomed[*follower as usize] {
                    self.waits[*follower as usize] += 1;
                }
            }
        }
        self.ready
            .retain(|Reverse(child)| !is_doomed[*child as usize]);
    }

    /// Those that failed have their turn again, and are not in flight.
    pub(crate) fn retake(&mut self, failed: &[u32]) {
        self.again(|_| false, failed);
        for child in failed {
            // What comes after another one that failed waits for that one.
            if self.waits[*child as usize] == TURNED {
                self.waits[*child as usize] = 0;
                self.ready.push(Reverse(*child));
            }
        }
    }

    /// What the join fails with, though all has run that could.
    pub(crate) fn take_failure(&mut self) -> Option<PartialFailure> {
        self.failure.take()
    }

    fn end(&mut self, child: u32, event: u64, doom: u32) {
        self.ended += 1;
        for follower in self.dag.followers(child) {
            let waits = &mut self.waits[*follower as usize];
            *waits = (*waits - 1) | doom;
            if *waits & !DOOMED == 0 {
                self.ready.push(Reverse(*follower));
            }
            if let Some(handover) = &mut self.handover {
                handover.freed(*follower, event);
            }
        }
    }
}

impl Snap for Order {
    fn put(&self, out: &mut Writer) {
        let Self {
            dag,
            waits,
            ready,
            ended,
            on_failure,
            failure,
            handover,
        } = self;
        // A Graph's is in the definition.
        if handover.is_none() {
            let (starts, followers) = dag.parts();
            starts.to_vec().put(out);
            followers.to_vec().put(out);
        }
        waits.put(out);
        let mut in_turn: Vec<u32> = ready.iter().map(|Reverse(child)| *child).collect();
        in_turn.sort_unstable();
        in_turn.put(out);
        ended.put(out);
        on_failure.put(out);
        failure.put(out);
        handover.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let dag = match &from.state()?.kind {
            Kind::Graph(graph) => Arc::clone(&graph.dag),
            _ => Arc::new(Dag::of_parts(Snap::take(from)?, Snap::take(from)?)?),
        };
        let waits: Vec<u32> = Snap::take(from)?;
        let in_turn: Vec<u32> = Snap::take(from)?;
        let nodes = dag.nodes();
        let is_sound =
            waits.len() == nodes && in_turn.iter().all(|child| (*child as usize) < nodes);
        let order = Self {
            dag,
            waits,
            ready: in_turn.into_iter().map(Reverse).collect(),
            ended: Snap::take(from)?,
            on_failure: Snap::take(from)?,
            failure: Snap::take(from)?,
            handover: Snap::take(from)?,
        };
        let handover: Option<&Handover> = order.handover.as_ref();
        let is_whole = handover.is_none_or(|handover| handover.nodes() == Some(nodes));
        (is_sound && is_whole).then_some(order)
    }
}

#[cfg(test)]
mod tests;
