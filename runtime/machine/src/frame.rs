//! Frames: where in the definition an execution is. One for the root, one for each branch and each
//! iteration in flight.
//!
//! Frames live in a slab and name each other by [`FrameId`]. An id is never valid again once its
//! frame is gone, even where its place in the slab is used anew.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use steploom_asl::model::StateIx;
use steploom_types::{Json, Timestamp};

use crate::ActionId;
use crate::join::Join;
use crate::retry::Retries;
use crate::snapshot;
use crate::states::graph::Place;
use crate::states::map_run::MapRun;
use crate::states::map_run::child::Child;
use crate::variables::{Assigned, Variables};

/// Names a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameId {
    index: u32,
    generation: u32,
}

/// One place in the tree of work.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Whose branch or iteration this is, and which; none for the root.
    pub(crate) parent: Option<(FrameId, u32)>,
    /// The item of the closest iteration around.
    pub(crate) item: Option<Item>,
    /// The closest node of a `Graph` around.
    pub(crate) place: Option<Arc<Place>>,
    /// The iteration of a map run that it is part of, whose history is not the execution's.
    pub(crate) child: Option<Arc<Child>>,
    /// The state it is in, or about to enter.
    pub(crate) state: StateIx,
    /// The state's input, before `InputPath`.
    pub(crate) input: Json,
    /// The variables of its scope, with those of the scopes around.
    pub(crate) variables: Variables,
    /// Bytes that its own scope has added to them.
    variable_bytes: i64,
    /// When the state was entered, and the event that says so.
    pub(crate) entered_at: Timestamp,
    /// See `entered_at`.
    pub(crate) entered_event: u64,
    /// The event that `entered_event` follows.
    pub(crate) came_from: u64,
    /// What its `Retry` rules did so far.
    pub(crate) retries: Retries,
    /// The event that the next one of this frame follows.
    pub(crate) last_event: u64,
    /// Whether it came to its end, or that of the execution, without ending well: it does nothing
    /// any more, and is kept to be gone on with if the execution is redriven.
    pub(crate) is_halted: bool,
    /// What it is doing.
    pub(crate) activity: Activity,
}

/// What a frame is doing.
#[derive(Debug)]
pub(crate) enum Activity {
    /// About to enter its state; it is in the queue of ready frames.
    Arriving,
    /// In a `Wait`.
    Sleeping(ActionId),
    /// Between two attempts.
    BackingOff(ActionId),
    /// In a `Task`.
    Calling(Call),
    /// In a `Parallel` or a `Map`.
    Joining(Box<Join>),
    /// In a distributed `Map`.
    Mapping(Box<MapRun>),
    /// An evaluation took too long, which is yet to become a fact.
    Exceeding,
    /// About to do its state's work again, without entering it anew; it is in the queue of ready
    /// frames, or halted.
    Again,
}

/// An attempt at a task.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its number.
    pub(crate) action: ActionId,
    /// What it was given, for the history of an activity.
    pub(crate) input: Json,
    /// The timer of `TimeoutSeconds`.
    pub(crate) timeout: Option<ActionId>,
    /// The timer of `HeartbeatSeconds`, while it runs.
    pub(crate) heartbeat: Option<ActionId>,
    /// `HeartbeatSeconds`.
    pub(crate) heartbeat_seconds: Option<u64>,
    /// `TimeoutSeconds`.
    pub(crate) timeout_seconds: Option<u64>,
    /// Whether the history says that it was asked for. An activity's attempt does so only once the
    /// activity is known to exist.
    pub(crate) is_told: bool,
    /// Whether the history says that its call was answered.
    pub(crate) is_submitted: bool,
}

/// An item of a `Map`: the array, and the place in it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The array.
    pub(crate) items: Json,
    /// The place.
    pub(crate) index: u32,
    /// Items before the array, of an item of an inline `Map`.
    pub(crate) before: u32,
    /// Set for an item of a map run.
    pub(crate) run: Option<Run>,
}

/// What there is to say of an item of a map run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Items before the array.
    pub(crate) before: u64,
    /// Where they come from.
    pub(crate) source: Arc<str>,
}

impl Frame {
    /// A frame that is about to enter `state`.
    pub(crate) fn new(
        parent: Option<(FrameId, u32)>,
        state: StateIx,
        input: Json,
        last_event: u64,
    ) -> Self {
        Self {
            parent,
            item: None,
            child: None,
            place: None,
            state,
            input,
            variables: Variables::default(),
            variable_bytes: 0,
            entered_at: Timestamp::default(),
            entered_event: 0,
            came_from: 0,
            retries: Retries::default(),
            last_event,
            is_halted: false,
            activity: Activity::Arriving,
        }
    }

    /// The frame's join, while it is in a `Parallel` or a `Map`.
    pub(crate) fn join_mut(&mut self) -> Option<&mut Join> {
        match &mut self.activity {
            Activity::Joining(join) => Some(join),
            _ => None,
        }
    }
}

/// All frames of an execution.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Bytes of the variables of all frames; what several see is counted once.
    variable_bytes: i64,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    frame: Option<Frame>,
}

impl Frames {
    /// Adds a frame. It is part of the iteration of a map run that its parent is part of.
    pub(crate) fn insert(&mut self, mut frame: Frame) -> FrameId {
        if let (None, Some((parent, _))) = (&frame.child, frame.parent) {
            frame.child.clone_from(&self[parent].child);
        }
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.frame = Some(frame);
            return FrameId {
                index,
                generation: slot.generation,
            };
        }
        let index = self.slots.len() as u32;
        self.slots.push(Slot {
            generation: 0,
            frame: Some(frame),
        });
        FrameId {
            index,
            generation: 0,
        }
    }

    /// The frame, unless it is gone.
    pub(crate) fn get(&self, id: FrameId) -> Option<&Frame> {
        self.slots
            .get(id.index as usize)
            .filter(|slot| slot.generation == id.generation)
            .and_then(|slot| slot.frame.as_ref())
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.free.len() == self.slots.len()
    }

    /// The frame, unless it is gone.
    pub(crate) fn get_mut(&mut self, id: FrameId) -> Option<&mut Frame> {
        self.slots
            .get_mut(id.index as usize)
            .filter(|slot| slot.generation == id.generation)
            .and_then(|slot| slot.frame.as_mut())
    }

    /// Takes a frame out.
    pub(crate) fn remove(&mut self, id: FrameId) -> Option<Frame> {
        let slot = self.slots.get_mut(id.index as usize)?;
        if slot.generation != id.generation {
            return None;
        }
        let frame = slot.frame.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.index);
        if !frame.is_halted {
            self.variable_bytes -= frame.variable_bytes;
        }
        Some(frame)
    }

    /// Halts a frame; its variables do not count any more.
    pub(crate) fn halt(&mut self, id: FrameId) {
        let frame = &mut self[id];
        if std::mem::replace(&mut frame.is_halted, true) {
            return;
        }
        let keeps = matches!(
            frame.activity,
            Activity::Arriving | Activity::Joining(_) | Activity::Mapping(_)
        );
        if !keeps {
            frame.activity = Activity::Again;
        }
        let bytes = frame.variable_bytes;
        self.variable_bytes -= bytes;
    }

    /// A halted frame goes on.
    pub(crate) fn revive(&mut self, id: FrameId) {
        let frame = &mut self[id];
        if std::mem::replace(&mut frame.is_halted, false) {
            let bytes = frame.variable_bytes;
            self.variable_bytes += bytes;
        }
    }

    /// Halts them all, but for iterations of map runs, which are dropped: a map run starts them anew.
    pub(crate) fn halt_all(&mut self) {
        let ids: Vec<(FrameId, bool)> = self
            .ids()
            .map(|id| (id, self[id].child.is_some()))
            .collect();
        for (id, is_iteration) in ids {
            if is_iteration {
                self.remove(id);
            } else {
                self.halt(id);
            }
        }
    }

    /// The ids of those that there are.
    pub(crate) fn ids(&self) -> impl Iterator<Item = FrameId> {
        let places = (0_u32..).zip(&self.slots);
        places
            .filter(|(_, slot)| slot.frame.is_some())
            .map(|(index, slot)| FrameId {
                index,
                generation: slot.generation,
            })
    }

    /// The frame of the machine's own scope.
    pub(crate) fn root(&self) -> Option<FrameId> {
        self.ids().find(|id| self[*id].parent.is_none())
    }

    /// Sets variables in a frame's scope.
    pub(crate) fn assign(&mut self, id: FrameId, assigned: Assigned) {
        let frame = &mut self[id];
        let grown = frame.variables.growth(&assigned);
        frame.variables.set(assigned);
        frame.variable_bytes += grown;
        self.variable_bytes += grown;
    }

    /// Bytes of the variables of all frames.
    pub(crate) fn variable_bytes(&self) -> i64 {
        self.variable_bytes
    }

    /// Those that there are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.slots.iter().filter_map(|slot| slot.frame.as_ref())
    }

    /// Drops them all.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many there were at once, at the most.
    #[cfg(test)]
    pub(crate) fn most(&self) -> usize {
        self.slots.len()
    }
}

impl Index<FrameId> for Frames {
    type Output = Frame;

    fn index(&self, id: FrameId) -> &Frame {
        self.get(id)
            .expect("whoever holds the id of a frame outside the ready queue keeps the frame alive")
    }
}

impl IndexMut<FrameId> for Frames {
    fn index_mut(&mut self, id: FrameId) -> &mut Frame {
        self.slots
            .get_mut(id.index as usize)
            .filter(|slot| slot.generation == id.generation)
            .and_then(|slot| slot.frame.as_mut())
            .expect("whoever holds the id of a frame outside the ready queue keeps the frame alive")
    }
}

snapshot::fields!(FrameId { index, generation });
snapshot::fields!(Frame {
    // The first: what follows belongs to this state.
    state,
    parent,
    item,
    place,
    child,
    input,
    variables,
    variable_bytes,
    entered_at,
    entered_event,
    came_from,
    retries,
    last_event,
    is_halted,
    activity,
});
snapshot::variants!(Activity {
    0 => Arriving,
    1 => Sleeping(timer),
    2 => BackingOff(timer),
    3 => Calling(call),
    4 => Joining(join),
    5 => Mapping(run),
    6 => Exceeding,
    7 => Again,
});
snapshot::fields!(Call {
    action,
    input,
    timeout,
    heartbeat,
    heartbeat_seconds,
    timeout_seconds,
    is_told,
    is_submitted,
});
snapshot::fields!(Item {
    items,
    index,
    before,
    run
});
snapshot::fields!(Run { before, source });
snapshot::fields!(Frames {
    slots,
    free,
    variable_bytes,
});
snapshot::fields!(Slot { generation, frame });

#[cfg(test)]
mod tests;
