//! When executions that left memory are due again.
//!
//! The projection has all of them, ordered by their time; here is a window on the earliest, so that
//! a million sleepers take the memory of a few thousand. Everything due at or before the window's
//! edge is in it, or has been given out; what lies behind is asked for when its time comes near.

use std::collections::BTreeSet;
use std::time::Duration;

use steploom_types::{ExecutionId, Timestamp};

/// One that sleeps, and until when.
pub(super) type Sleeper = (Timestamp, ExecutionId);

/// Sleepers that are asked for at once.
pub(super) const PAGE: u32 = 2_048;

/// The most that the window holds: beyond, its far half is left to the projection.
const SLEEPERS_MAX: usize = 4 * PAGE as usize;

/// How far ahead the projection is asked.
const AHEAD_MS: u64 = 60_000;

/// How near the edge may come before it is asked again.
const MARGIN_MS: u64 = 10_000;

/// Before the projection is asked again when it did not answer.
pub(super) const RETRY: Duration = Duration::from_millis(200);

/// How long before its time one is loaded: so that its timer is here when it is due.
pub(super) const LEAD_MS: u64 = 1_000;

/// The window of one shard.
#[derive(Default)]
pub(super) struct Wakes {
    window: BTreeSet<Sleeper>,
    /// All up to this one, included, are known; `None` before the first answer.
    edge: Option<Sleeper>,
    question: Question,
    /// Those of whom the projection does not say until when they sleep: no question finds them.
    kept: BTreeSet<Sleeper>,
}

#[derive(Default)]
enum Question {
    #[default]
    None,
    /// The projection is being asked. It may have looked before these, who fell asleep meanwhile
    /// behind the edge, were there.
    Asked(Vec<Sleeper>),
    /// More fell asleep meanwhile than are kept: the answer is worth nothing.
    Void,
}

impl Wakes {
    /// An execution has left memory, and its row says until when it sleeps.
    pub(super) fn sleeps(&mut self, sleeper: Sleeper) {
        if self.edge.is_some_and(|edge| sleeper <= edge) {
            self.window.insert(sleeper);
            self.shrink();
        } else if let Question::Asked(meanwhile) = &mut self.question {
            meanwhile.push(sleeper);
            if meanwhile.len() > SLEEPERS_MAX {
                self.question = Question::Void;
            }
        }
    }

    /// An execution has left memory, and its row does not say until when it sleeps.
    pub(super) fn keep(&mut self, sleeper: Sleeper) {
        self.kept.insert(sleeper);
    }

    /// Where the projection is to be asked next: after which sleeper, until when. Must be followed
    /// by [`Wakes::learn`] or [`Wakes::forget`]. `None` if it need not be asked now.
    pub(super) fn ask(&mut self, now: Timestamp) -> Option<(Option<Sleeper>, Timestamp)> {
        let near = now.plus_millis(MARGIN_MS);
        if !self.has_room() || self.edge.is_some_and(|(at, _)| at >= near) {
            return None;
        }
        self.question = Question::Asked(Vec::new());
        Some((self.edge, now.plus_millis(AHEAD_MS)))
    }

    /// The projection has answered: those after the edge, the earliest first, a [`PAGE`] at most.
    pub(super) fn learn(&mut self, found: Vec<Sleeper>, until: Timestamp) {
        let Question::Asked(meanwhile) = std::mem::take(&mut self.question) else {
            return;
        };
        let edge = match found.last() {
            Some(last) if found.len() >= PAGE as usize => *last,
            _ => (until, ExecutionId::from_bytes([0xff; 16])),
        };
        let fell_asleep = meanwhile.into_iter().filter(|sleeper| *sleeper <= edge);
        self.window.extend(fell_asleep.chain(found));
        self.edge = Some(edge);
        self.shrink();
    }

    /// The projection did not answer. Those who fell asleep meanwhile are found by the next question.
    pub(super) fn forget(&mut self) {
        self.question = Question::None;
    }

    /// One that is due, or nearly so.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<ExecutionId> {
        for sleepers in [&mut self.window, &mut self.kept] {
            let first = sleepers.first();
            if first.is_some_and(|(at, _)| *at <= now.plus_millis(LEAD_MS)) {
                return sleepers.pop_first().map(|(_, id)| id);
            }
        }
        None
    }

    /// In how long there is something to do: one to load, or a question to ask.
    pub(super) fn due_in(&self, now: Timestamp) -> Option<Duration> {
        let first = |sleepers: &BTreeSet<Sleeper>| sleepers.first().map(|(at, _)| (*at, LEAD_MS));
        let sleepers = [first(&self.window), first(&self.kept)];
        let sleeper = sleepers.into_iter().flatten().min();
        let question = self.edge.filter(|_| self.has_room());
        // A millisecond later than needed at the least: the edge must be nearer than the margin.
        let question = question.map(|(at, _)| (at.plus_millis(1), MARGIN_MS));
        let first = self.edge.is_none() && self.has_room();
        [sleeper, question, first.then_some((now, 0))]
            .into_iter()
            .flatten()
            .map(|(at, before)| Duration::from_millis(at.millis_since(now).saturating_sub(before)))
            .min()
    }

    fn has_room(&self) -> bool {
        matches!(self.question, Question::None) && self.window.len() < PAGE as usize
    }

    /// Leaves the far half to the projection when there are too many.
    fn shrink(&mut self) {
        if self.window.len() <= SLEEPERS_MAX {
            return;
        }
        if let Some(first_out) = self.window.iter().nth(SLEEPERS_MAX / 2).copied() {
            self.window.split_off(&first_out);
            self.edge = self.window.last().copied();
        }
    }
}

#[cfg(test)]
mod tests;
