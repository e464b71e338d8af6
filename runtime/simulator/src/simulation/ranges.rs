//! Ranges of map runs: executions beside their parent, which hears of them as a worker would see to it.

use std::sync::Arc;

use steploom_machine::reader::{Page, page_text};
use steploom_machine::{
    ActionId, Fact, MapRunChange, Outcome, PartialFailure, Read, Run, StartRange,
};
use steploom_types::Digest;

use super::act::{failed, succeeded};
use super::{Execution, Simulation};
use crate::history::History;

/// A range, as its parent knows it.
#[derive(Debug)]
pub(crate) struct Ranged {
    /// Its place among the executions.
    of: usize,
    map_run: u64,
}

impl Simulation {
    /// Executions that somebody asked for.
    pub(crate) fn executions_but_ranges(&self) -> usize {
        let is_range = |execution: &&Execution| {
            let started = execution.run.started();
            started.is_some_and(|started| started.range.is_some())
        };
        self.executions.len() - self.executions.iter().filter(is_range).count()
    }

    /// What was read, or the page that was made of it.
    pub(super) fn read(&mut self, read: &Read, page: Page) -> Fact {
        let (at, action) = (self.now, read.action);
        if !read.wants_page(page.is_last) {
            return Fact::ItemsRead {
                at,
                action,
                items: serde_json::Value::from(page.items).into(),
                is_last: page.is_last,
            };
        }
        let count = page.items.len() as u32;
        let text = page_text(page.items);
        let digest = Digest::of(text.as_bytes());
        self.stored.insert(digest, text);
        Fact::PageRead {
            at,
            action,
            etag: None,
            offset: read.offset,
            digest,
            count,
            is_last: page.is_last,
        }
    }

    /// Starts a range.
    pub(super) fn start_range(&mut self, parent: usize, ask: &StartRange) {
        let of = self.executions.len();
        let started_at = self.now;
        let at = &self.executions[parent];
        let Some(started) = at
            .run
            .started()
            .map(|started| ask.started(started, started_at))
        else {
            return;
        };
        let name = started.name.to_string();
        let mut run = Run::new(Arc::clone(at.run.machine()));
        if let Some(supposed) = at.run.supposed() {
            run.suppose(supposed.clone());
        }
        let range = Execution {
            run,
            history: History::default(),
            arn: at.arn.clone(),
            machine: at.machine.clone(),
            name,
            input: started.input.clone(),
            started_at,
            stopped_at: None,
            awaited_by: None,
            mocks: None,
            calls: std::collections::BTreeMap::new(),
        };
        self.executions.push(range);
        let map_run = ask.range.map_run;
        self.ranges
            .insert((parent, ask.action), Ranged { of, map_run });
        self.range_parents.insert(of, (parent, ask.action, 0));
        self.schedule(started_at, of, Fact::Started(Arc::new(started)));
    }

    /// Tells a range how much it may have in flight.
    pub(super) fn set_window(
        &mut self,
        parent: usize,
        action: ActionId,
        version: u64,
        window: u32,
    ) {
        if let Some(Ranged { of, map_run }) = self.ranges.get(&(parent, action)) {
            let change = MapRunChange {
                version,
                window: Some(window),
                ..MapRunChange::default()
            };
            let (at, of, map_run) = (self.now, *of, *map_run);
            let fact = Fact::MapRunChanged {
                at,
                map_run,
                change,
            };
            self.schedule(at, of, fact);
        }
    }

    /// Asks a range to end, if it is one.
    pub(super) fn stop_range(&mut self, parent: usize, action: ActionId) {
        if let Some(Ranged { of, .. }) = self.ranges.get(&(parent, action)) {
            let (at, of) = (self.now, *of);
            let failure = PartialFailure::default();
            self.schedule(at, of, Fact::StopRequested { at, failure });
        }
    }

    /// A fact was applied to an execution: if it is a range, its parent may have to hear of that.
    pub(super) fn tell_parent(&mut self, of: usize) {
        let Some((parent, action, known)) = self.range_parents.get(&of).copied() else {
            return;
        };
        let at = self.now;
        let run = &self.executions[of].run;
        let counted = run
            .range_counts()
            .map_or(0, |(counts, _)| counts.failures());
        let fact = match run.outcome() {
            None if counted > known => Fact::RangeReported {
                at,
                action,
                failed: counted,
            },
            None => return,
            Some(Outcome::Succeeded(report)) => succeeded(at, action, report.clone()),
            Some(_) => failed(
                at,
                action,
                steploom_machine::Failure::new("States.Runtime", "A range did not end."),
            ),
        };
        if run.outcome().is_some() {
            self.range_parents.remove(&of);
            self.ranges.remove(&(parent, action));
        } else {
            self.range_parents.insert(of, (parent, action, counted));
        }
        self.schedule(at, parent, fact);
    }
}
