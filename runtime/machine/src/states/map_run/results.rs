//! What comes of a map run's iterations: the state's result, or files of results.
//!
//! Files are written as they fill up, one at a time; while one is being written and the next is
//! full, no iteration is started.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::model::Transformation;
use steploom_types::{ExecutionId, Json, Timestamp};

use super::child::{self, Child, Ended};
use super::files::{FAILED, PENDING, SUCCEEDED, Stored, Target};
use super::range::{Keeps, Part};
use super::{Names, Pending, run_of};
use crate::frame::{Frame, FrameId};
use crate::turn::Turn;
use crate::{ActionId, EventSink, PartialFailure, Started, Write, snapshot};

/// Results, as `ResultWriter` wants them.
#[derive(Debug, Default)]
pub(super) struct Results {
    transformation: Transformation,
    kept: Kept,
    /// Whose they are, for descriptions.
    started: Option<Arc<Started>>,
}

#[derive(Debug, Default)]
enum Kept {
    /// Nobody sees them.
    #[default]
    Nothing,
    /// In the state's result: by the places of the iterations' first items an array of what each gives.
    Inside {
        by_place: BTreeMap<u64, Value>,
        bytes: usize,
    },
    /// In files.
    Stored(Box<Stored>),
}

impl Results {
    /// Results that become the state's; none if nobody sees them.
    pub(super) fn inside(
        started: Arc<Started>,
        transformation: Transformation,
        is_seen: bool,
    ) -> Self {
        let kept = if is_seen {
            Kept::Inside {
                by_place: BTreeMap::new(),
                bytes: EMPTY_BYTES,
            }
        } else {
            Kept::Nothing
        };
        Self {
            transformation,
            kept,
            started: Some(started),
        }
    }

    /// Results in files.
    pub(super) fn stored(
        started: Arc<Started>,
        transformation: Transformation,
        is_lines: bool,
        bucket: String,
        prefix: String,
    ) -> Self {
        let files = Target::Files { bucket, prefix };
        let stored = Stored::new(files, is_lines);
        Self {
            transformation,
            kept: Kept::Stored(Box::new(stored)),
            started: Some(started),
        }
    }

    /// Results of a range, in parts of what will be files, among the parent's objects.
    pub(super) fn in_parts(
        started: Arc<Started>,
        transformation: Transformation,
        is_lines: bool,
        parent: ExecutionId,
    ) -> Self {
        let stored = Stored::new(Target::Parts { owner: parent }, is_lines);
        Self {
            transformation,
            kept: Kept::Stored(Box::new(stored)),
            started: Some(started),
        }
    }

    /// What becomes of them.
    pub(super) fn keeps(&self) -> Keeps {
        match &self.kept {
            Kept::Nothing => Keeps::Nothing,
            Kept::Inside { .. } => Keeps::Inside,
            Kept::Stored(_) => Keeps::Stored,
        }
    }

    /// What the range of the items from `offset` on gave for the state's result.
    pub(super) fn add_range(&mut self, offset: u64, results: Vec<(u64, Value)>) {
        for (place, shown) in results {
            self.put_inside(offset + place, shown);
        }
    }

    /// The parts of files that a range has written among the objects of `owner`.
    pub(super) fn add_parts(&mut self, owner: ExecutionId, parts: [Vec<Part>; 3]) {
        if let Kept::Stored(stored) = &mut self.kept {
            stored.add_parts(owner, parts);
        }
    }

    /// What a range reports: results for the state's, and parts of files.
    pub(super) fn into_report(self) -> (Vec<(u64, Value)>, [Vec<Part>; 3]) {
        match self.kept {
            Kept::Nothing => Default::default(),
            Kept::Inside { by_place, .. } => (by_place.into_iter().collect(), Default::default()),
            Kept::Stored(stored) => (Vec::new(), stored.into_parts()),
        }
    }

    /// What did not end well is given anew from here on; files of it are written anew, too.
    pub(super) fn begin_again(&mut self) {
        if let Kept::Stored(stored) = &mut self.kept {
            stored.begin_again();
        }
    }

    /// What was to be written, and was not.
    pub(super) fn unwritten(&mut self, write: Write) {
        if let Kept::Stored(stored) = &mut self.kept {
            stored.unwritten(write.to, write.body);
        }
    }

    /// Results that are in files.
    pub(super) fn written_count(&self) -> u64 {
        match &self.kept {
            Kept::Stored(stored) => stored.written_count(),
            Kept::Nothing | Kept::Inside { .. } => 0,
        }
    }

    /// Bytes of the state's result so far.
    pub(super) fn bytes(&self) -> usize {
        match &self.kept {
            Kept::Inside { bytes, .. } => *bytes,
            Kept::Nothing | Kept::Stored(_) => 0,
        }
    }

    pub(super) fn succeeded(&mut self, index: u32, frame: &Frame, output: Json, at: Timestamp) {
        if matches!(self.kept, Kept::Nothing) {
            return;
        }
        let shown = match self.transformation {
            Transformation::None => match &frame.child {
                Some(child) => self.described(child, Ended::Well(&output), at),
                None => Vec::new(),
            },
            Transformation::Compact => vec![output.into_value()],
            Transformation::Flatten => match output.into_value() {
                Value::Array(elements) => elements,
                other => vec![other],
            },
        };
        self.add(SUCCEEDED, index, shown);
    }

    pub(super) fn failed(
        &mut self,
        index: u32,
        frame: &Frame,
        failure: &PartialFailure,
        at: Timestamp,
    ) {
        if let Some(child) = &frame.child {
            self.ended_badly(index, child, Ended::Badly(failure), at);
        }
    }

    /// An iteration was given up as the map run failed.
    pub(super) fn aborted(&mut self, frame: &Frame, at: Timestamp) {
        if let (Some(child), Some((_, index))) = (&frame.child, frame.parent) {
            self.ended_badly(index, child, Ended::Aborted, at);
        }
    }

    fn ended_badly(&mut self, index: u32, child: &Child, ended: Ended<'_>, at: Timestamp) {
        if !matches!(self.kept, Kept::Nothing) {
            let shown = self.described(child, ended, at);
            self.add(FAILED, index, shown);
        }
    }

    fn described(&self, child: &Child, ended: Ended<'_>, at: Timestamp) -> Vec<Value> {
        let started = self.started.as_deref();
        started
            .map(|started| child.describe(started, ended, at))
            .into_iter()
            .collect()
    }

    /// Items that were not started.
    pub(super) fn pending(&mut self, names: &Names, items: Vec<Value>) {
        if let (Kept::Stored(stored), Some(started)) = (&mut self.kept, &self.started) {
            for item in items {
                let shown = child::pending(started, &names.machine, &item);
                stored.add(PENDING, &shown);
            }
        }
    }

    fn add(&mut self, list: usize, index: u32, shown: Vec<Value>) {
        match &mut self.kept {
            Kept::Nothing => {}
            Kept::Inside { .. } => self.put_inside(index.into(), Value::Array(shown)),
            Kept::Stored(stored) => {
                for value in &shown {
                    stored.add(list, value);
                }
            }
        }
    }

    /// In place of what failed there before.
    fn put_inside(&mut self, place: u64, shown: Value) {
        if let Kept::Inside { by_place, bytes } = &mut self.kept {
            *bytes += Json::size_of(&shown);
            if let Some(before) = by_place.insert(place, shown) {
                *bytes -= Json::size_of(&before);
            }
        }
    }

    /// All results are in.
    pub(super) fn finish(&mut self, names: &Names) {
        if let Kept::Stored(stored) = &mut self.kept {
            stored.finish(names);
        }
    }

    /// Whether no iteration may be started before something is written.
    pub(super) fn is_full(&self) -> bool {
        match &self.kept {
            Kept::Stored(stored) => stored.is_full(),
            Kept::Nothing | Kept::Inside { .. } => false,
        }
    }

    pub(super) fn is_writing(&self) -> bool {
        match &self.kept {
            Kept::Stored(stored) => stored.writing().is_some(),
            Kept::Nothing | Kept::Inside { .. } => false,
        }
    }

    pub(super) fn written(&mut self) {
        if let Kept::Stored(stored) = &mut self.kept {
            stored.written();
        }
    }

    /// What is being written.
    pub(super) fn writing(&self) -> Pending {
        match &self.kept {
            Kept::Stored(stored) => stored.writing(),
            Kept::Nothing | Kept::Inside { .. } => None,
        }
    }

    /// The state's result.
    pub(super) fn into_result(self, names: &Names) -> Json {
        match self.kept {
            Kept::Nothing => json!([]).into(),
            Kept::Stored(stored) => stored.result(names),
            Kept::Inside { by_place, .. } => Value::Array(flat(by_place)).into(),
        }
    }
}

/// Bytes of the text of an array without elements.
const EMPTY_BYTES: usize = 2;

/// The elements of all arrays, one after the other.
fn flat(by_place: BTreeMap<u64, Value>) -> Vec<Value> {
    let elements = |shown| match shown {
        Value::Array(elements) => elements,
        _ => Vec::new(),
    };
    by_place.into_values().flat_map(elements).collect()
}

/// Writes the next file, if it is time.
pub(super) fn write_on<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id).name.clone();
    let action = ActionId(turn.run.last_action + 1);
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let Kept::Stored(stored) = &mut run.results.kept else {
        return;
    };
    let Some((to, body)) = stored.take(action, &run.names) else {
        return;
    };
    turn.next_action();
    turn.write(
        id,
        Write {
            action,
            to,
            body,
            state,
        },
    );
}

snapshot::fields!(Results {
    transformation,
    kept,
    started,
});
snapshot::variants!(Kept {
    0 => Nothing,
    1 => Inside { by_place, bytes },
    2 => Stored(stored),
});
