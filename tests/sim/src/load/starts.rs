//! What clients start: one execution or a batch, under a name or none, at terms of all kinds.

use std::collections::VecDeque;

use steploom_api::wire::{StartBefore, StartExecution};

use crate::definition;
use crate::lots::Lots;
use crate::setup::Startable;

/// Names that were used, of which some are used again.
const NAMES_KEPT: usize = 50;

/// Keys that share a limit, or an order.
const KEYS: u64 = 3;

/// What is started.
pub(super) struct Starts {
    pub(super) machines: Startable,
    names: VecDeque<StartExecution>,
}

impl Starts {
    pub(super) fn new() -> Self {
        Self {
            machines: Startable::default(),
            names: VecDeque::new(),
        }
    }

    /// A batch of starts.
    pub(super) fn batch(&mut self, lots: &mut Lots) -> Vec<StartExecution> {
        let count = lots.between(2, 9);
        let quick = &self.machines.quick;
        let is_ordered = !quick.is_empty() && lots.percent(40);
        let of = is_ordered.then(|| lots.pick(quick).clone());
        (0..count)
            .map(|_| {
                let start = self.start(lots);
                match &of {
                    // All of one machine and in order.
                    Some(machine) => StartExecution {
                        machine: machine.clone(),
                        concurrency_key: Some("batch".to_owned()),
                        ordered: true,
                        concurrency_limit: None,
                        ..start
                    },
                    None => start,
                }
            })
            .collect()
    }

    /// One start.
    pub(super) fn start(&mut self, lots: &mut Lots) -> StartExecution {
        if !self.names.is_empty() && lots.percent(8) {
            // The same again, or the same name with another input.
            let place = lots.below(self.names.len() as u64) as usize;
            let mut again = self.names[place].clone();
            if lots.percent(30) {
                again.input = definition::input(lots).into();
            }
            return again;
        }
        let machine = lots.pick(&self.machines.started).clone();
        let is_named = lots.percent(60);
        let number = lots.draw();
        let mut start = StartExecution {
            name: is_named.then(|| format!("n{number:x}").parse().expect("a short name")),
            input: definition::input(lots).into(),
            ..StartExecution::new(machine.clone())
        };
        terms(lots, &mut start, self.machines.quick.contains(&machine));
        if is_named {
            self.names.push_back(start.clone());
            if self.names.len() > NAMES_KEPT {
                self.names.pop_front();
            }
        }
        start
    }
}

fn terms(lots: &mut Lots, start: &mut StartExecution, is_quick: bool) {
    if lots.percent(20) {
        start.priority = (lots.below(201) as i64 - 100) as i8;
    }
    if lots.percent(6) {
        start.start_before = Some(StartBefore::Seconds(lots.between(1, 120)));
    }
    if is_quick && lots.percent(25) {
        let key = lots.below(KEYS);
        start.ordered = lots.percent(60);
        start.concurrency_key = Some(if start.ordered {
            format!("ordered-{key}")
        } else {
            format!("limited-{key}")
        });
        start.concurrency_limit = (!start.ordered).then(|| lots.between(1, 3) as u32);
    }
}
