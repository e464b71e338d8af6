//! What comes of a map run's iterations: the state's result, or files of results.
//!
//! Files are written as they fill up, one at a time; while one is being written and the next is
//! full, no iteration is started.

use serde_json::{Value, json};
use steploom_asl::model::Transformation;
use steploom_types::{Json, Timestamp};

use super::child::{self, Child, Ended};
use super::files::{FAILED, PENDING, SUCCEEDED, Stored};
use super::{Names, Pending, run_of};
use crate::frame::{Frame, FrameId};
use crate::turn::Turn;
use crate::{ActionId, EventSink, PartialFailure, Started, Write, snapshot};

/// Results, as `ResultWriter` wants them.
#[derive(Debug)]
pub(super) struct Results {
    transformation: Transformation,
    kept: Kept,
    /// Whose they are, for descriptions.
    started: std::sync::Arc<Started>,
}

#[derive(Debug)]
enum Kept {
    /// Nobody sees them.
    Nothing,
    /// In the state's result: by the iterations' places an array of what each gives.
    Inside { by_place: Vec<Value>, bytes: usize },
    /// In files.
    Stored(Box<Stored>),
}

impl Results {
    /// Results that become the state's; none if nobody sees them.
    pub(super) fn inside(
        started: std::sync::Arc<Started>,
        transformation: Transformation,
        is_seen: bool,
    ) -> Self {
        let kept = if is_seen {
            Kept::Inside {
                by_place: Vec::new(),
                bytes: 2,
            }
        } else {
            Kept::Nothing
        };
        Self {
            transformation,
            kept,
            started,
        }
    }

    /// Results in files.
    pub(super) fn stored(
        started: std::sync::Arc<Started>,
        transformation: Transformation,
        is_lines: bool,
        bucket: String,
        prefix: String,
    ) -> Self {
        let stored = Stored::new(bucket, prefix, is_lines);
        Self {
            transformation,
            kept: Kept::Stored(Box::new(stored)),
            started,
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
                Some(child) => vec![child.describe(&self.started, Ended::Well(&output), at)],
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
            let shown = child.describe(&self.started, ended, at);
            self.add(FAILED, index, vec![shown]);
        }
    }

    /// Items that were not started.
    pub(super) fn pending(&mut self, names: &Names, items: Vec<Value>) {
        if let Kept::Stored(stored) = &mut self.kept {
            for item in items {
                let shown = child::pending(&self.started, &names.machine, &item);
                stored.add(PENDING, &shown);
            }
        }
    }

    fn add(&mut self, list: usize, index: u32, shown: Vec<Value>) {
        match &mut self.kept {
            Kept::Nothing => {}
            Kept::Inside { by_place, bytes } => {
                let shown = Value::Array(shown);
                *bytes += shown.to_string().len();
                let index = index as usize;
                if by_place.len() <= index {
                    by_place.resize(index + 1, Value::Null);
                }
                by_place[index] = shown;
            }
            Kept::Stored(stored) => {
                for value in &shown {
                    stored.add(list, value);
                }
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
            Kept::Stored(stored) => stored.writing.is_some(),
            Kept::Nothing | Kept::Inside { .. } => false,
        }
    }

    pub(super) fn written(&mut self) {
        self.stop_writing();
    }

    /// No more is waited for; what was being written.
    pub(super) fn stop_writing(&mut self) -> Pending {
        match &mut self.kept {
            Kept::Stored(stored) => stored.writing.take(),
            Kept::Nothing | Kept::Inside { .. } => None,
        }
    }

    /// The state's result.
    pub(super) fn into_result(self, names: &Names) -> Json {
        match self.kept {
            Kept::Nothing => json!([]).into(),
            Kept::Stored(stored) => stored.result(names),
            Kept::Inside { by_place, .. } => {
                let elements = |shown| match shown {
                    Value::Array(elements) => elements,
                    _ => Vec::new(),
                };
                let all: Vec<Value> = by_place.into_iter().flat_map(elements).collect();
                Value::Array(all).into()
            }
        }
    }
}

/// Writes the next file, if it is time.
pub(super) fn write_on<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id).name.clone();
    let action = ActionId(turn.run.last_action + 1);
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let names = run.names.clone();
    let Kept::Stored(stored) = &mut run.results.kept else {
        return;
    };
    if stored.writing.is_some() {
        return;
    }
    let Some((key, body)) = stored.take(&names) else {
        return;
    };
    stored.writing = Some(action);
    let bucket = stored.bucket.clone();
    turn.next_action();
    turn.write(
        id,
        Write {
            action,
            bucket,
            key,
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
