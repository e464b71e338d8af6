//! What an execution waits for: attempts at tasks, and timers.

use std::collections::{BTreeMap, BTreeSet};

use steploom_asl::model::Kind;
use steploom_types::Timestamp;

use crate::frame::{FrameId, Frames};
use crate::snapshot::{Reader, Snap, Writer, variants};
use crate::{Action, ActionId, Invoke, Read, StartRange, Write, WriteTo};

/// One thing waited for.
#[derive(Debug)]
pub(crate) enum Wait {
    /// An attempt at a frame's task.
    Call(FrameId, Box<Invoke>),
    /// Items for a frame's distributed `Map`.
    Read(FrameId, Box<Read>),
    /// An object of a frame's distributed `Map`.
    Write(FrameId, Box<Write>),
    /// A range of a frame's map run.
    Range(FrameId, Box<StartRange>),
    /// A timer.
    Timer(Owner, Timestamp),
}

impl Wait {
    /// What has to be done here for it.
    fn duty(&self) -> Duty {
        match self {
            Self::Timer(..) => Duty::None,
            Self::Call(_, invoke) if invoke.is_handed_over() => Duty::None,
            Self::Call(_, invoke) if invoke.is_submitted => Duty::Listen,
            Self::Call(..) | Self::Read(..) | Self::Write(..) | Self::Range(..) => Duty::Work,
        }
    }

    /// The frame that waits.
    pub(crate) fn frame(&self) -> Option<FrameId> {
        match self {
            Self::Call(id, _)
            | Self::Read(id, _)
            | Self::Write(id, _)
            | Self::Range(id, _)
            | Self::Timer(Owner::Frame(id), _) => Some(*id),
            Self::Timer(Owner::Execution, _) => None,
        }
    }
}

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The machine's own `TimeoutSeconds`.
    Execution,
    /// A frame's `Wait`, retry or `TimeoutSeconds`; its activity tells which.
    Frame(FrameId),
}

/// What whoever owns the execution has to do, for something to come of what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// Nothing but to look at the clock, or to be there when somebody speaks.
    None,
    /// To hear of the end of something that was started.
    Listen,
    /// To do it.
    Work,
}

/// Everything waited for, by action.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    all: BTreeMap<ActionId, Wait>,
    timers: BTreeSet<(Timestamp, ActionId)>,
    /// How many of them are to be listened for, and how many are work.
    listening: usize,
    working: usize,
}

impl Waits {
    /// Waits for one more.
    pub(crate) fn insert(&mut self, action: ActionId, wait: Wait) {
        if let Wait::Timer(_, at) = wait {
            self.timers.insert((at, action));
        }
        self.count(wait.duty(), true);
        self.all.insert(action, wait);
    }

    fn count(&mut self, duty: Duty, is_new: bool) {
        let count = match duty {
            Duty::None => return,
            Duty::Listen => &mut self.listening,
            Duty::Work => &mut self.working,
        };
        *count = if is_new { *count + 1 } else { *count - 1 };
    }

    /// What is waited for under this number, if anything is.
    pub(crate) fn get(&self, action: ActionId) -> Option<&Wait> {
        self.all.get(&action)
    }

    /// The attempt was submitted: it waits on for its end.
    pub(crate) fn submitted(&mut self, action: ActionId) {
        let Some(wait) = self.all.get_mut(&action) else {
            return;
        };
        let before = wait.duty();
        if let Wait::Call(_, invoke) = wait {
            invoke.is_submitted = true;
        }
        let after = wait.duty();
        self.count(before, false);
        self.count(after, true);
    }

    /// The attempt is about to be made.
    pub(crate) fn dispatched(&mut self, action: ActionId) {
        if let Some(Wait::Call(_, invoke)) = self.all.get_mut(&action) {
            invoke.is_dispatched = true;
        }
    }

    /// A range is asked for otherwise than before.
    pub(crate) fn change_range(&mut self, action: ActionId, change: impl FnOnce(&mut StartRange)) {
        if let Some(Wait::Range(_, range)) = self.all.get_mut(&action) {
            change(range);
        }
    }

    /// No longer waits for it. `None` if nothing was waited for.
    pub(crate) fn remove(&mut self, action: ActionId) -> Option<Wait> {
        let wait = self.all.remove(&action)?;
        if let Wait::Timer(_, at) = wait {
            self.timers.remove(&(at, action));
        }
        self.count(wait.duty(), false);
        Some(wait)
    }

    /// No longer waits for anything; the numbers, in order.
    pub(crate) fn clear(&mut self) -> Vec<ActionId> {
        self.timers.clear();
        (self.listening, self.working) = (0, 0);
        std::mem::take(&mut self.all).into_keys().collect()
    }

    /// The actions that lead to what is waited for, in the order of their numbers.
    pub(crate) fn actions(&self) -> Vec<Action> {
        self.all
            .iter()
            .map(|(action, wait)| match wait {
                Wait::Call(_, invoke) => Action::Invoke(invoke.clone()),
                Wait::Read(_, read) => Action::Read(read.clone()),
                Wait::Write(_, write) => Action::Write(write.clone()),
                Wait::Range(_, range) => Action::StartRange(range.clone()),
                Wait::Timer(_, at) => Action::SetTimer {
                    action: *action,
                    at: *at,
                },
            })
            .collect()
    }

    /// The earliest timer, and its number.
    pub(crate) fn next_timer(&self) -> Option<(Timestamp, ActionId)> {
        self.timers.first().copied()
    }

    /// Whether nothing is to be done for any of it, but to listen.
    pub(crate) fn is_idle(&self) -> bool {
        self.working == 0
    }

    /// How much of it is to be done.
    pub(crate) fn works(&self) -> usize {
        self.working
    }

    /// Whether this is to be done.
    pub(crate) fn is_work(&self, action: ActionId) -> bool {
        let duty = self.all.get(&action).map(Wait::duty);
        matches!(duty, Some(Duty::Work))
    }

    /// Whether the end of something that was started is to be heard of.
    pub(crate) fn listens(&self) -> bool {
        self.listening > 0
    }

    /// The earliest timer, if there are only timers.
    pub(crate) fn sleeps(&self) -> Option<Timestamp> {
        let only_timers = self.all.len() == self.timers.len();
        self.timers
            .first()
            .filter(|_| only_timers)
            .map(|(at, _)| *at)
    }

    /// Counts anew, and compares.
    #[cfg(test)]
    pub(crate) fn ensure_counted(&self) {
        let count = |duty| self.all.values().filter(|wait| wait.duty() == duty).count();
        assert_eq!(
            self.listening,
            count(Duty::Listen),
            "of those to listen for"
        );
        assert_eq!(self.working, count(Duty::Work), "of those to be done");
    }
}

variants!(Owner {
    0 => Execution,
    1 => Frame(id),
});

impl Waits {
    /// Writes them; what the definition says of them is not written.
    pub(crate) fn put(&self, out: &mut Writer) {
        // The rest is counted again.
        let all = &self.all;
        all.len().put(out);
        for (action, wait) in all {
            action.put(out);
            match wait {
                Wait::Call(id, invoke) => {
                    out.byte(0);
                    id.put(out);
                    put_invoke(invoke, out);
                }
                Wait::Read(id, read) => {
                    out.byte(1);
                    id.put(out);
                    put_read(read, out);
                }
                Wait::Write(id, write) => {
                    out.byte(2);
                    id.put(out);
                    put_write(write, out);
                }
                Wait::Range(id, range) => {
                    out.byte(4);
                    id.put(out);
                    put_range(range, out);
                }
                Wait::Timer(owner, at) => {
                    out.byte(3);
                    owner.put(out);
                    at.put(out);
                }
            }
        }
    }

    /// Reads them.
    pub(crate) fn take_with(from: &mut Reader<'_>, frames: &Frames) -> Option<Self> {
        let mut waits = Self::default();
        for _ in 0..from.length()? {
            let action = ActionId::take(from)?;
            let wait = match from.byte()? {
                kind @ (0..3 | 4) => {
                    let id = FrameId::take(from)?;
                    from.enter(frames.get(id)?.state)?;
                    match kind {
                        0 => Wait::Call(id, Box::new(take_invoke(action, from)?)),
                        1 => Wait::Read(id, Box::new(take_read(action, from)?)),
                        4 => Wait::Range(id, Box::new(take_range(action, from)?)),
                        _ => Wait::Write(id, Box::new(take_write(action, from)?)),
                    }
                }
                3 => {
                    let owner = Owner::take(from)?;
                    if let Owner::Frame(id) = owner {
                        frames.get(id)?;
                    }
                    Wait::Timer(owner, Timestamp::take(from)?)
                }
                _ => return None,
            };
            waits.insert(action, wait);
        }
        Some(waits)
    }
}

fn put_invoke(invoke: &Invoke, out: &mut Writer) {
    let Invoke {
        action: _,
        resource: _,
        input,
        state: _,
        retry,
        deadline,
        heartbeat_seconds,
        token,
        is_submitted,
        at_most_once: _,
        is_dispatched,
    } = invoke;
    input.put(out);
    retry.put(out);
    deadline.put(out);
    heartbeat_seconds.put(out);
    token.put(out);
    is_submitted.put(out);
    is_dispatched.put(out);
}

fn take_invoke(action: ActionId, from: &mut Reader<'_>) -> Option<Invoke> {
    let state = from.state()?;
    let Kind::Task(task) = &state.kind else {
        return None;
    };
    Some(Invoke {
        action,
        resource: task.resource.clone(),
        input: Snap::take(from)?,
        state: state.name.clone(),
        retry: Snap::take(from)?,
        deadline: Snap::take(from)?,
        heartbeat_seconds: Snap::take(from)?,
        token: Snap::take(from)?,
        is_submitted: Snap::take(from)?,
        at_most_once: task.at_most_once,
        is_dispatched: Snap::take(from)?,
    })
}

fn put_read(read: &Read, out: &mut Writer) {
    let Read {
        action: _,
        from,
        offset,
        items_max,
        makes_pages,
        etag,
        state: _,
    } = read;
    from.put(out);
    offset.put(out);
    items_max.put(out);
    makes_pages.put(out);
    etag.put(out);
}

fn take_read(action: ActionId, from: &mut Reader<'_>) -> Option<Read> {
    Some(Read {
        action,
        from: Snap::take(from)?,
        offset: Snap::take(from)?,
        items_max: Snap::take(from)?,
        makes_pages: Snap::take(from)?,
        etag: Snap::take(from)?,
        state: from.state()?.name.clone(),
    })
}

fn put_write(write: &Write, out: &mut Writer) {
    let Write {
        action: _,
        to,
        body,
        state: _,
    } = write;
    to.put(out);
    body.put(out);
}

fn take_write(action: ActionId, from: &mut Reader<'_>) -> Option<Write> {
    Some(Write {
        action,
        to: Snap::take(from)?,
        body: Snap::take(from)?,
        state: from.state()?.name.clone(),
    })
}

variants!(WriteTo {
    0 => Bucket { bucket, key },
    1 => Own { owner, digest },
});

impl Snap for StartRange {
    fn put(&self, out: &mut Writer) {
        self.action.put(out);
        put_range(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let action = ActionId::take(from)?;
        take_range(action, from)
    }
}

fn put_range(range: &StartRange, out: &mut Writer) {
    let StartRange {
        action: _,
        id,
        seed,
        machine_version,
        range,
        input,
        state: _,
        window,
        version,
        is_stopped,
    } = range;
    id.put(out);
    seed.put(out);
    machine_version.put(out);
    range.put(out);
    input.put(out);
    window.put(out);
    version.put(out);
    is_stopped.put(out);
}

fn take_range(action: ActionId, from: &mut Reader<'_>) -> Option<StartRange> {
    Some(StartRange {
        action,
        id: Snap::take(from)?,
        seed: Snap::take(from)?,
        machine_version: Snap::take(from)?,
        range: Snap::take(from)?,
        input: Snap::take(from)?,
        state: from.state()?.name.clone(),
        window: Snap::take(from)?,
        version: Snap::take(from)?,
        is_stopped: Snap::take(from)?,
    })
}
