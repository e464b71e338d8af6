//! One fact being applied: the run that changes, and what comes out.

use std::borrow::Cow;

use steploom_asl::model::{Kind, Machine, State};
use steploom_expr::EvalError;
use steploom_types::{Json, Timestamp};

use crate::context::{Given, Place, Scope};
use crate::failure::{Problem, QueryFailure};
use crate::frame::{Frame, FrameId, Item};
use crate::retry::RUNTIME;
use crate::run::Keeping;
use crate::states::map_run;
use crate::waits::{Owner, Wait};
use crate::{
    Action, ActionId, Detail, Event, EventSink, Invoke, MapRunStatus, Outcome, PartialFailure,
    Read, Run, StartRange, Started, Write,
};

/// The name of the failure of data over the limit.
const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
/// The name of the failure of a query.
const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";

/// What applying one fact works on.
pub(crate) struct Turn<'a, S> {
    pub(crate) machine: &'a Machine,
    pub(crate) started: &'a Started,
    pub(crate) run: &'a mut Run,
    pub(crate) sink: &'a mut S,
    pub(crate) actions: Vec<Action>,
    /// When the fact came about.
    pub(crate) at: Timestamp,
    /// Transitions made for this fact.
    pub(crate) transitions: u32,
    /// Whether what is told is part of a map run's iteration, and so nobody's to hear.
    pub(crate) hidden: bool,
    /// The token of the task whose fields are being worked out.
    pub(crate) token: Option<String>,
}

/// Why a state's own fields cannot be worked out.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: FaultKind,
    message: String,
}

#[derive(Debug)]
enum FaultKind {
    /// As the error of this name.
    Named(&'static str),
    /// A query, or what its field makes of its value; with the field.
    Query(Option<String>),
    /// A query took too long.
    Exceeded(Option<String>),
}

impl Fault {
    /// A mistake in the definition or its data, which nothing catches.
    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Named(RUNTIME),
            message: message.into(),
        }
    }

    /// A field of JSONata, such as `Timestamp`, cannot work with its value.
    pub(crate) fn query(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Query(Some(field.into())),
            message: message.into(),
        }
    }

    /// The input of a state of JSONata is not what the state needs.
    pub(crate) fn query_input(message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Query(None),
            message: message.into(),
        }
    }
}

impl From<EvalError> for Fault {
    fn from(error: EvalError) -> Self {
        let message = error.to_string();
        let kind = match error {
            EvalError::Query { location, .. } => FaultKind::Query(Some(location)),
            EvalError::Exceeded { location, .. } => FaultKind::Exceeded(Some(location)),
            other => FaultKind::Named(other.error_name()),
        };
        Self { kind, message }
    }
}

impl<'a, S: EventSink> Turn<'a, S> {
    pub(crate) fn frame(&mut self, id: FrameId) -> &mut Frame {
        &mut self.run.frames[id]
    }

    /// The state that a frame is in.
    pub(crate) fn state(&self, id: FrameId) -> &'a State {
        self.machine.state(self.run.frames[id].state)
    }

    /// From here on events are a frame's, or of what is around it.
    pub(crate) fn focus(&mut self, id: FrameId) {
        self.hidden = self
            .run
            .frames
            .get(id)
            .is_some_and(|frame| frame.child.is_some())
            || self.started.range.is_some();
    }

    /// Tells of an event; its id. An iteration of a map run counts for itself.
    pub(crate) fn tell(&mut self, previous: u64, detail: Detail<'_>) -> u64 {
        if self.hidden {
            return previous + 1;
        }
        self.run.last_event += 1;
        let id = self.run.last_event;
        if S::WANTED {
            self.sink.event(Event {
                id,
                previous,
                at: self.at,
                detail,
            });
        }
        id
    }

    /// Tells of an event that the frame's next one follows.
    pub(crate) fn tell_in(&mut self, id: FrameId, detail: Detail<'_>) -> u64 {
        let event = self.tell(self.run.frames[id].last_event, detail);
        self.frame(id).last_event = event;
        event
    }

    /// Asks for an attempt at a frame's task.
    pub(crate) fn invoke(&mut self, id: FrameId, invoke: Invoke) {
        let invoke = Box::new(invoke);
        self.run
            .waits
            .insert(invoke.action, Wait::Call(id, invoke.clone()));
        self.actions.push(Action::Invoke(invoke));
    }

    /// Asks for items of a frame's distributed `Map`.
    pub(crate) fn read(&mut self, id: FrameId, read: Read) {
        let read = Box::new(read);
        self.run
            .waits
            .insert(read.action, Wait::Read(id, read.clone()));
        self.actions.push(Action::Read(read));
    }

    /// Asks for an object of a frame's distributed `Map` to be written.
    pub(crate) fn write(&mut self, id: FrameId, write: Write) {
        let write = Box::new(write);
        self.run
            .waits
            .insert(write.action, Wait::Write(id, write.clone()));
        self.actions.push(Action::Write(write));
    }

    /// Asks for a range of a frame's map run.
    pub(crate) fn start_range(&mut self, id: FrameId, range: StartRange) {
        let range = Box::new(range);
        self.run
            .waits
            .insert(range.action, Wait::Range(id, range.clone()));
        self.actions.push(Action::StartRange(range));
    }

    /// Asks for a timer.
    pub(crate) fn set_timer(&mut self, owner: Owner, at: Timestamp) -> ActionId {
        let action = self.next_action();
        self.run.waits.insert(action, Wait::Timer(owner, at));
        self.actions.push(Action::SetTimer { action, at });
        action
    }

    /// The next action's number, which from now on is taken.
    pub(crate) fn next_action(&mut self) -> ActionId {
        self.run.last_action += 1;
        ActionId(self.run.last_action)
    }

    /// No longer waits for an action.
    pub(crate) fn cancel(&mut self, action: ActionId) {
        if self.run.waits.remove(action).is_some() {
            self.actions.push(Action::Cancel { action });
        }
    }

    /// Ends the execution: nothing is waited for any more. Unless it ends well, it is kept as it stands,
    /// to be gone on with if it is redriven.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        let is_over = matches!(outcome, Outcome::Succeeded(_));
        for id in self.run.map_runs.frames() {
            map_run::rest(self, id, MapRunStatus::Aborted);
        }
        for action in self.run.waits.clear() {
            self.actions.push(Action::Cancel { action });
        }
        if is_over {
            self.run.frames.clear();
        } else {
            self.run.frames.halt_all();
        }
        self.run.is_paused = false;
        self.run.redrive = None;
        self.run.ready.clear();
        self.run.continue_due = false;
        self.run.exceeded.clear();
        self.run.held.clear();
        self.run.kept.context = None;
        self.run.outcome = Some(outcome);
    }

    /// Evaluates something of a frame's state with `data` as `$`. A failure says which state and
    /// since when, as AWS does.
    pub(crate) fn eval<T>(
        &mut self,
        id: FrameId,
        data: &Json,
        with: impl FnOnce(&Scope<'_>) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        self.eval_given(id, Given::data(data), with)
    }

    /// As [`Turn::eval`], with a result or a caught error.
    pub(crate) fn eval_given<T>(
        &mut self,
        id: FrameId,
        given: Given<'_>,
        with: impl FnOnce(&Scope<'_>) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        let item = self.run.frames[id].item.clone();
        self.eval_at(id, item.as_ref(), given, with)
    }

    /// As [`Turn::eval`], for an item of the frame's own `Map`.
    pub(crate) fn eval_for_item<T>(
        &mut self,
        id: FrameId,
        item: Option<&Item>,
        data: &Json,
        with: impl FnOnce(&Scope<'_>) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        self.eval_at(id, item, Given::data(data), with)
    }

    fn eval_at<T>(
        &mut self,
        id: FrameId,
        item: Option<&Item>,
        given: Given<'_>,
        with: impl FnOnce(&Scope<'_>) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        let kept = std::mem::take(&mut self.run.kept);
        let frame = &self.run.frames[id];
        let state = self.machine.state(frame.state);
        let place = Place {
            started: self.started,
            state: &state.name,
            entered_at: frame.entered_at,
            retries: can_retry(&state.kind).then_some(frame.retries.count),
            item,
            graph: frame.place.as_deref(),
            token: self.token.as_deref(),
            child: frame.child.as_deref(),
            base: self.run.base.as_ref().filter(|_| frame.child.is_none()),
            supposed: self.run.supposed.as_ref(),
            redrives: (self.run.keeping != Keeping::Awaited).then_some(self.run.redrives),
        };
        let scope = Scope::new(
            given,
            &frame.input,
            &frame.variables,
            place,
            self.at,
            &self.run.foreseen,
            kept,
        );
        let result = with(&scope);
        self.run.kept = scope.close();
        result.map_err(|fault| self.blame(id, fault))
    }

    /// What a fault in a frame's state leads to.
    pub(crate) fn blame(&self, id: FrameId, fault: Fault) -> Problem {
        let message = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
            self.state(id).name,
            self.run.frames[id].entered_event,
            fault.message
        );
        let failure = |error: &str| PartialFailure {
            error: Some(error.to_owned()),
            cause: Some(message),
        };
        match fault.kind {
            FaultKind::Named(DATA_LIMIT_EXCEEDED) => over_limit(&self.state(id).name).into(),
            FaultKind::Named(RUNTIME) => Problem::Fatal(failure(RUNTIME)),
            FaultKind::Named(error) => Problem::Failed(failure(error)),
            FaultKind::Query(location) => Problem::Query(QueryFailure {
                failure: failure(QUERY_EVALUATION_ERROR),
                location,
            }),
            FaultKind::Exceeded(location) => Problem::Exceeded(QueryFailure {
                failure: failure(QUERY_EVALUATION_ERROR),
                location,
            }),
        }
    }

    /// The failure of an `Assign` over the limits of variables.
    pub(crate) fn over_variable_limit(&self, id: FrameId) -> Problem {
        let state = &self.state(id).name;
        PartialFailure {
            error: Some(DATA_LIMIT_EXCEEDED.to_owned()),
            cause: Some(format!(
                "The state '{state}' assigned variables with a size exceeding the maximum number of bytes service limit."
            )),
        }
        .into()
    }

    /// Refuses data over the limit; `whose` is the state or task that made it.
    pub(crate) fn ensure_size(&self, data: &Json, whose: &str) -> Result<(), PartialFailure> {
        if data.size() <= self.started.limits.payload_bytes_max as usize {
            return Ok(());
        }
        Err(over_limit(whose))
    }
}

/// The failure of data over the limit that a state or task made.
pub(crate) fn over_limit(whose: &str) -> PartialFailure {
    PartialFailure {
        error: Some(DATA_LIMIT_EXCEEDED.to_owned()),
        cause: Some(format!(
            "The state/task '{whose}' returned a result with a size exceeding the maximum number of bytes service limit."
        )),
    }
}

fn can_retry(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_) | Kind::Graph(_)
    )
}

/// A value that an evaluation gave: shared where it is all of `data`, else a copy.
pub(crate) fn owned(data: &Json, value: Cow<'_, serde_json::Value>) -> Json {
    match value {
        Cow::Borrowed(value) if std::ptr::eq(value, data.value()) => data.clone(),
        other => other.into_owned().into(),
    }
}
