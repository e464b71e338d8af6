//! A worker in miniature for tests: virtual time, scripted answers, and the laws that every
//! execution obeys, checked on the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::{Machine, Resource};
use steploom_types::{AccountId, Digest, ExecutionId, Json, Slot, Timestamp};

use crate::{
    Action, ActionId, Event, EventSink, Fact, Failure, Invoke, MapRunChange, NoEvents, Outcome,
    PartialFailure, Piece, Read, ReadFrom, Redriven, Run, RunLimits, SEMANTICS, StartRange,
    Started, Write, WriteTo, apply, reader,
};

/// The instant at which every test begins: 2026-01-01T00:00:00Z.
pub(crate) const BEGIN_MS: i64 = 1_767_225_600_000;

/// How many of a run's prefixes are kept and read again.
const SNAPSHOTS_MAX: usize = 12;

/// What a scripted task does.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Ok(Value),
    /// An answer as the function printed it.
    Text(String),
    Err(&'static str, &'static str),
    Fail(Failure),
    /// Nothing, as no version ran.
    Accepted,
    /// As the other, but so many milliseconds later.
    After(u64, Box<Answer>),
    Never,
}

/// One event, kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: u64,
    pub(crate) previous: u64,
    pub(crate) kind: &'static str,
    pub(crate) details: serde_json::Map<String, Value>,
}

impl EventSink for Vec<Told> {
    fn event(&mut self, event: Event<'_>) {
        self.push(Told {
            id: event.id,
            previous: event.previous,
            kind: event.kind(),
            details: event.details(),
        });
    }
}

/// One execution with its worker.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may hold without the others"
)]
pub(crate) struct Driver {
    pub(crate) run: Run,
    pub(crate) machine: Arc<Machine>,
    pub(crate) now: Timestamp,
    pub(crate) facts: Vec<Fact>,
    pub(crate) actions: Vec<Vec<Action>>,
    pub(crate) events: Vec<Told>,
    /// Facts to come, by instant and then in the order they were scheduled.
    due: BTreeMap<(Timestamp, u64), Fact>,
    scheduled: u64,
    /// What the worker believes is waited for.
    waiting: BTreeSet<ActionId>,
    /// Whether an answer to a cancelled action comes all the same.
    pub(crate) answers_late: bool,
    /// Evaluations that took too long.
    pub(crate) exceeded: BTreeSet<u64>,
    /// Objects by bucket and key: what there is to read, and what was written.
    pub(crate) objects: BTreeMap<(String, String), String>,
    /// Whether items of more than a page become ranges.
    pub(crate) spreads: bool,
    /// Pages and parts of results, shared with ranges.
    pub(crate) stored: Rc<RefCell<BTreeMap<Digest, String>>>,
    /// Ranges that were started, each with its map run.
    pub(crate) ranges: BTreeMap<ActionId, (Box<Driver>, u64)>,
    /// Whether whatever reads or writes objects never answers.
    pub(crate) keeps_objects_waiting: bool,
    /// Events are dropped, for large runs.
    pub(crate) quiet: bool,
    /// Other versions of its machine.
    supplied: Vec<(Digest, Arc<Machine>)>,
    /// Whether it is paused now and then.
    pauses: bool,
    /// The version that functions say they are.
    pub(crate) version: Option<u32>,
    /// The most frames there were at once.
    pub(crate) most_frames: usize,
    /// What was outstanding after each fact.
    outstanding: Vec<Vec<Action>>,
}

pub(crate) fn machine(definition: &Value) -> Arc<Machine> {
    let parsed = steploom_asl::parse(&definition.to_string());
    Arc::new(parsed.expect("the definition is valid").machine)
}

pub(crate) fn started(input: Value, limits: RunLimits) -> Started {
    let at = Timestamp::from_millis(BEGIN_MS);
    Started {
        at,
        account: AccountId::LOCAL,
        id: ExecutionId::new(Slot(7), at, 9),
        name: "run-1".parse().expect("a name"),
        machine: "machine-1".parse().expect("a name"),
        machine_version: 1,
        is_express: false,
        definition: Digest::of(b"definition"),
        semantics: SEMANTICS,
        seed: 42,
        limits,
        input: Json::from(input),
        terms: None,
        role: None,
        range: None,
    }
}

impl Driver {
    pub(crate) fn new(definition: &Value) -> Self {
        Self::of(machine(definition))
    }

    pub(crate) fn of(machine: Arc<Machine>) -> Self {
        Self {
            run: Run::in_memory(Arc::clone(&machine)),
            machine,
            now: Timestamp::from_millis(BEGIN_MS),
            facts: Vec::new(),
            actions: Vec::new(),
            events: Vec::new(),
            due: BTreeMap::new(),
            scheduled: 0,
            waiting: BTreeSet::new(),
            answers_late: false,
            exceeded: BTreeSet::new(),
            objects: BTreeMap::new(),
            spreads: false,
            stored: Rc::default(),
            ranges: BTreeMap::new(),
            keeps_objects_waiting: false,
            quiet: false,
            supplied: Vec::new(),
            pauses: false,
            version: Some(3),
            most_frames: 0,
            outstanding: Vec::new(),
        }
    }

    pub(crate) fn start(&mut self, input: Value, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        self.start_with(started(input, RunLimits::default()), answers);
    }

    pub(crate) fn start_with(
        &mut self,
        started: Started,
        answers: &mut dyn FnMut(&Invoke) -> Answer,
    ) {
        self.apply(Fact::Started(Arc::new(started)), answers);
    }

    /// Applies one fact and does what the actions say.
    pub(crate) fn apply(&mut self, fact: Fact, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        self.now = self.now.max(fact.at());
        if let Some(action) = fact.answers() {
            self.waiting.remove(&action);
        }
        let actions = if self.quiet {
            apply(&mut self.run, &fact, &mut NoEvents)
        } else {
            apply(&mut self.run, &fact, &mut self.events)
        }
        .expect("the fact can be");
        for action in &actions {
            self.act(action, answers);
        }
        self.facts.push(fact);
        self.actions.push(actions);
        self.most_frames = self.most_frames.max(self.run.frames.most());
        self.ensure_same_waits();
    }

    fn act(&mut self, action: &Action, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        match action {
            Action::Invoke(invoke) => {
                self.waiting.insert(invoke.action);
                let answer = answers(invoke);
                self.schedule_answer(self.now, invoke.action, answer);
            }
            Action::SetTimer { action, at } => {
                self.waiting.insert(*action);
                self.schedule(
                    *at,
                    Fact::TimerFired {
                        at: *at,
                        action: *action,
                    },
                );
            }
            Action::Cancel { action } => {
                // What has answered while it was paused is cancelled all the same.
                let was_waited_for = self.waiting.remove(action) || self.pauses;
                assert!(was_waited_for, "{action} was not waited for");
                if !self.answers_late {
                    self.due.retain(|_, fact| fact.answers() != Some(*action));
                }
            }
            Action::Continue => self.schedule(self.now, Fact::Continued { at: self.now }),
            Action::ReportExceeded { evaluation } => {
                self.exceeded.insert(*evaluation);
                // The next fact, whatever else is due.
                let fact = Fact::EvaluationExceeded {
                    at: self.now,
                    evaluation: *evaluation,
                };
                self.due.insert((Timestamp::default(), 0), fact);
            }
            Action::Read(read) => {
                self.waiting.insert(read.action);
                if !self.keeps_objects_waiting {
                    let fact = self.read(read);
                    self.schedule(self.now, fact);
                }
            }
            Action::Write(write) => {
                self.waiting.insert(write.action);
                self.write(write);
                if !self.keeps_objects_waiting {
                    let answer = Answer::Ok(Value::Null);
                    self.schedule_answer(self.now, write.action, answer);
                }
            }
            Action::StartRange(range) => self.start_range(range, answers),
            Action::SetWindow {
                action,
                version,
                window,
            } => {
                let (at, map_run) = (self.now, self.ranges[action].1);
                let change = MapRunChange {
                    version: *version,
                    window: Some(*window),
                    ..MapRunChange::default()
                };
                let fact = Fact::MapRunChanged {
                    at,
                    map_run,
                    change,
                };
                self.tell_range(*action, fact, answers);
            }
            Action::StopRange { action } => {
                let (at, failure) = (self.now, PartialFailure::default());
                self.tell_range(*action, Fact::StopRequested { at, failure }, answers);
            }
        }
    }

    fn write(&mut self, write: &Write) {
        let mut body = String::new();
        for piece in &write.body {
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Stored { digest, .. } => body.push_str(&self.stored.borrow()[digest]),
            }
        }
        match &write.to {
            WriteTo::Bucket { bucket, key } => {
                self.objects.insert((bucket.clone(), key.clone()), body);
            }
            WriteTo::Own { digest, .. } => {
                assert_eq!(*digest, Digest::of(body.as_bytes()));
                self.stored.borrow_mut().insert(*digest, body);
            }
        }
    }

    /// Runs a range as far as it goes.
    fn start_range(&mut self, range: &StartRange, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        self.waiting.insert(range.action);
        let is_it = |child: &Self| child.run.started().is_some_and(|it| it.id == range.id);
        let mut before = self.ranges.iter();
        if let Some(action) = before
            .find(|(_, (child, _))| is_it(child))
            .map(|(action, _)| *action)
        {
            let running = self.ranges.remove(&action).expect("it was started");
            self.ranges.insert(range.action, running);
            assert!(range.is_stopped, "only its report is wanted");
            if self.ranges[&range.action].0.run.outcome().is_some() {
                return self.run_range(range.action, answers);
            }
            let (at, failure) = (self.now, PartialFailure::default());
            let fact = Fact::StopRequested { at, failure };
            return self.tell_range(range.action, fact, answers);
        }
        let follows = range.machine_version.definition;
        let mut newer = self.supplied.iter();
        let newer = newer.find(|(definition, _)| *definition == follows);
        let machine = newer.map_or(&self.machine, |(_, machine)| machine);
        let mut child = Self::of(Arc::clone(machine));
        child.stored = Rc::clone(&self.stored);
        child.now = self.now;
        child.quiet = self.quiet;
        let started = self.run.started().expect("it has started");
        let started = range.started(started, self.now);
        child.start_with(started, answers);
        let running = (Box::new(child), range.range.map_run);
        self.ranges.insert(range.action, running);
        self.run_range(range.action, answers);
    }

    fn tell_range(
        &mut self,
        action: ActionId,
        fact: Fact,
        answers: &mut dyn FnMut(&Invoke) -> Answer,
    ) {
        let child = &mut self.ranges.get_mut(&action).expect("it was started").0;
        if child.run.outcome().is_none() {
            child.apply(fact, answers);
            self.run_range(action, answers);
        }
    }

    fn run_range(&mut self, action: ActionId, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        let child = &mut self.ranges.get_mut(&action).expect("it was started").0;
        child.run_to_end(answers);
        assert_eq!(child.events, [], "a range tells nothing");
        if !child.quiet {
            child.ensure_replays();
        }
        let at = self.now.max(child.now);
        let failed = child
            .run
            .range_counts()
            .map(|(counts, _)| counts.failures());
        if let Some(failed) = failed.filter(|failed| *failed > 0) {
            self.schedule(at, Fact::RangeReported { at, action, failed });
        }
        let child = &self.ranges[&action].0;
        if let Some(Outcome::Succeeded(report)) = child.run.outcome() {
            let fact = self.success(at, action, report.clone());
            self.schedule(at, fact);
        }
    }

    /// The items that are asked for, of the objects that there are.
    fn read(&self, read: &Read) -> Fact {
        let page = match &read.from {
            ReadFrom::Reader {
                arguments, format, ..
            } => {
                let text = |name: &str| arguments.value()[name].as_str().unwrap_or_default();
                let key = (text("Bucket").to_owned(), text("Key").to_owned());
                let content = self.objects.get(&key).map_or("", String::as_str);
                reader::page(format, content.as_bytes(), read.offset, read.items_max)
            }
            ReadFrom::Given(items) => Ok(reader::given(items, read.offset, read.items_max)),
            ReadFrom::Page { digest, .. } => {
                let items = Json::parse(&self.stored.borrow()[digest]).expect("JSON");
                Ok(reader::given(&items, 0, u64::MAX))
            }
        };
        let (at, action) = (self.now, read.action);
        match page {
            Ok(page) if self.spreads && read.wants_page(page.is_last) => {
                let count = page.items.len() as u32;
                let text = reader::page_text(page.items);
                let digest = Digest::of(text.as_bytes());
                self.stored.borrow_mut().insert(digest, text);
                Fact::PageRead {
                    at,
                    action,
                    etag: Some("etag".to_owned()),
                    offset: read.offset,
                    digest,
                    count,
                    is_last: page.is_last,
                }
            }
            Ok(page) => Fact::ItemsRead {
                at,
                action,
                items: Value::from(page.items).into(),
                is_last: page.is_last,
            },
            Err(failure) => Fact::TaskFailed {
                at,
                action,
                failure,
                version: None,
            },
        }
    }

    fn schedule_answer(&mut self, at: Timestamp, action: ActionId, answer: Answer) {
        let fact = match answer {
            Answer::Never => return,
            Answer::After(ms, answer) => {
                return self.schedule_answer(at.plus_millis(ms), action, *answer);
            }
            Answer::Ok(output) => self.success(at, action, output.into()),
            Answer::Text(text) => self.success(at, action, Json::parse(&text).expect("JSON")),
            Answer::Err(error, cause) => {
                let failure = Failure::new(error, cause);
                return self.schedule_answer(at, action, Answer::Fail(failure));
            }
            Answer::Accepted => Fact::TaskSucceeded {
                at,
                action,
                output: Json::null(),
                version: None,
            },
            Answer::Fail(failure) => Fact::TaskFailed {
                at,
                action,
                failure,
                version: self.version,
            },
        };
        self.schedule(at, fact);
    }

    fn success(&self, at: Timestamp, action: ActionId, output: Json) -> Fact {
        Fact::TaskSucceeded {
            at,
            action,
            output,
            version: self.version,
        }
    }

    pub(crate) fn schedule(&mut self, at: Timestamp, fact: Fact) {
        self.scheduled += 1;
        self.due.insert((at, self.scheduled), fact);
    }

    /// Schedules a request to stop.
    pub(crate) fn stop_after(&mut self, ms: u64) {
        let at = self.now.plus_millis(ms);
        let failure = PartialFailure {
            error: Some("Stopped".to_owned()),
            cause: Some("by a test".to_owned()),
        };
        self.schedule(at, Fact::StopRequested { at, failure });
    }

    /// Lets it go on after its end.
    pub(crate) fn redrive(
        &mut self,
        redriven: Redriven,
        answers: &mut dyn FnMut(&Invoke) -> Answer,
    ) {
        self.apply(Fact::Redriven(Box::new(redriven)), answers);
    }

    /// As it ended, with the same input and the same version.
    pub(crate) fn as_before(&self) -> Redriven {
        Redriven {
            at: self.now,
            version: None,
            input: None,
            skip: None,
            client_token: None,
        }
    }

    /// Hands it another version of its machine.
    pub(crate) fn supply(&mut self, definition: Digest, machine: Arc<Machine>) {
        self.run.supply(definition, Arc::clone(&machine));
        self.supplied.push((definition, machine));
    }

    /// Pauses it for so long.
    pub(crate) fn pause_after(&mut self, ms: u64, for_ms: u64) {
        self.pauses = true;
        let at = self.now.plus_millis(ms);
        self.schedule(at, Fact::Paused { at });
        let at = at.plus_millis(for_ms);
        self.schedule(at, Fact::Resumed { at });
    }

    /// Runs until nothing is due.
    pub(crate) fn run_to_end(&mut self, answers: &mut dyn FnMut(&Invoke) -> Answer) {
        while self.step(answers) {}
    }

    /// Takes the fact that is due next, for a test to apply it later.
    pub(crate) fn take_due(&mut self) -> Option<Fact> {
        self.due.pop_first().map(|(_, fact)| fact)
    }

    /// Applies the fact that is due next; false if there is none.
    pub(crate) fn step(&mut self, answers: &mut dyn FnMut(&Invoke) -> Answer) -> bool {
        let Some(fact) = self.take_due() else {
            return false;
        };
        self.apply(fact, answers);
        true
    }

    /// What the run says is outstanding is what its actions led to.
    fn ensure_same_waits(&mut self) {
        if self.quiet {
            return;
        }
        let actions = self.run.outstanding();
        let outstanding: BTreeSet<_> = actions.iter().filter_map(Action::id).collect();
        assert_eq!(outstanding, self.waiting, "outstanding");
        self.outstanding.push(actions);
    }

    /// Folding the same facts gives the same again, also where a new owner takes over in between.
    pub(crate) fn ensure_replays(&self) {
        let mut run = self.informed();
        let mut events = Vec::new();
        for (position, fact) in self.facts.iter().enumerate() {
            let actions = apply(&mut run, fact, &mut events).expect("the fact can be");
            let expected = &self.actions[position];
            assert_eq!(format!("{actions:?}"), format!("{expected:?}"), "replay");
            assert_eq!(run.outstanding(), self.outstanding[position], "take-over");
            run.waits.ensure_counted();
        }
        assert_eq!(events, self.events, "replay");
        assert_eq!(run.outcome(), self.run.outcome(), "replay");
        self.ensure_snapshots();
        let mut without_events = self.informed();
        for fact in &self.facts {
            apply(&mut without_events, fact, &mut NoEvents).expect("the fact can be");
        }
        assert_eq!(
            format!("{without_events:?}"),
            format!("{run:?}"),
            "whoever listens changes nothing"
        );
    }

    /// A run that was kept and read again goes on as the one that was not, wherever that happens.
    fn ensure_snapshots(&self) {
        let step = self.facts.len().div_ceil(SNAPSHOTS_MAX).max(1);
        for first in (0..self.facts.len()).step_by(step) {
            let (before, after) = self.facts.split_at(first + 1);
            let mut run = self.informed();
            let mut events = Vec::new();
            for fact in before {
                apply(&mut run, fact, &mut events).expect("the fact can be");
            }
            let Some(bytes) = run.snapshot() else {
                continue;
            };
            let follows = Run::snapshot_definition(&bytes);
            let supplied = self.supplied.iter();
            let mut newer = supplied.filter(|(definition, _)| Some(*definition) == follows);
            let machine = newer.next().map_or(&self.machine, |(_, machine)| machine);
            let mut again = Run::restore(Arc::clone(machine), &bytes).expect("a snapshot");
            self.inform(&mut again);
            assert!(again.snapshot().as_ref() == Some(&bytes), "the same state");
            assert_eq!(again.outstanding(), run.outstanding(), "a snapshot");
            for (position, fact) in after.iter().enumerate() {
                apply(&mut run, fact, &mut NoEvents).expect("the fact can be");
                let actions = apply(&mut again, fact, &mut events).expect("the fact can be");
                let expected = &self.actions[first + 1 + position];
                assert_eq!(
                    format!("{actions:?}"),
                    format!("{expected:?}"),
                    "a snapshot"
                );
                assert!(again.snapshot() == run.snapshot(), "further snapshots");
            }
            assert_eq!(events, self.events, "a snapshot");
            assert_eq!(again.outcome(), self.run.outcome(), "a snapshot");
            assert_eq!(again.sleeps(), self.run.sleeps(), "a snapshot");
        }
    }

    /// A new run that knows which evaluations took too long, as whoever folds stored facts sees to.
    pub(crate) fn informed(&self) -> Run {
        let mut run = Run::in_memory(Arc::clone(&self.machine));
        self.inform(&mut run);
        run
    }

    fn inform(&self, run: &mut Run) {
        for evaluation in &self.exceeded {
            run.foresee(*evaluation);
        }
        for (definition, machine) in &self.supplied {
            run.supply(*definition, Arc::clone(machine));
        }
    }

    /// Ids without gaps, each event after the one it follows, one end and nothing after it.
    pub(crate) fn ensure_history_is_sound(&self) {
        for (position, event) in self.events.iter().enumerate() {
            assert_eq!(event.id, position as u64 + 1);
            assert!(event.previous < event.id);
        }
        let is_end = |event: &Told| {
            let ends = ["Succeeded", "Failed", "TimedOut", "Aborted"];
            let end = event.kind.strip_prefix("Execution");
            end.is_some_and(|end| ends.contains(&end))
        };
        for (event, next) in self.events.iter().zip(self.events.iter().skip(1)) {
            let goes_on = next.kind == "ExecutionRedriven";
            assert_eq!(is_end(event), goes_on, "nothing else comes after the end");
        }
        let has_ended = self.events.last().is_some_and(is_end);
        assert_eq!(self.run.outcome().is_some(), has_ended);
        if has_ended {
            assert_eq!(self.run.outstanding(), [], "nothing is waited for");
        }
    }

    /// One line for the outcome.
    pub(crate) fn outcome(&self) -> String {
        match self.run.outcome() {
            None => "RUNNING".to_owned(),
            Some(Outcome::Succeeded(output)) => format!("SUCCEEDED {output}"),
            Some(Outcome::Failed(failure)) => format!("FAILED {}", line(failure)),
            Some(Outcome::TimedOut) => "TIMED_OUT".to_owned(),
            Some(Outcome::Expired) => "EXPIRED".to_owned(),
            Some(Outcome::Aborted(failure)) => format!("ABORTED {}", line(failure)),
        }
    }

    /// The history, an event a line: id, the event it follows, type, details.
    pub(crate) fn history(&self) -> String {
        let line = |event: &Told| {
            let details: Vec<String> = event
                .details
                .iter()
                .map(|(name, value)| match value {
                    Value::String(text) => format!(" {name}={text}"),
                    other => format!(" {name}={other}"),
                })
                .collect();
            format!(
                "{} {} {}{}\n",
                event.id,
                event.previous,
                event.kind,
                details.concat()
            )
        };
        self.events.iter().map(line).collect()
    }

    /// Milliseconds of virtual time since the start.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        self.now.millis_since(Timestamp::from_millis(BEGIN_MS))
    }
}

fn line(failure: &PartialFailure) -> String {
    format!(
        "{}: {}",
        failure.error.as_deref().unwrap_or("-"),
        failure.cause.as_deref().unwrap_or("-")
    )
}

/// The function that an attempt is for.
pub(crate) fn function(invoke: &Invoke) -> String {
    match &invoke.resource {
        Resource::Function(function) => function.name.to_string(),
        Resource::Activity(activity) => activity.name.to_string(),
        Resource::Service(_) => invoke.input.value()["FunctionName"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Functions called `echo` give their event back; others answer as `script` says.
pub(crate) fn scripted(
    mut script: impl FnMut(&str, &Invoke) -> Answer,
) -> impl FnMut(&Invoke) -> Answer {
    move |invoke| match function(invoke).as_str() {
        "echo" => Answer::Ok(invoke.input.value().clone()),
        name => script(name, invoke),
    }
}

/// Runs a definition to its end and checks the laws.
pub(crate) fn execute(
    definition: &Value,
    input: Value,
    script: impl FnMut(&str, &Invoke) -> Answer,
) -> Driver {
    let mut answers = scripted(script);
    let mut driver = Driver::new(definition);
    driver.start(input, &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
    driver
}

/// For definitions whose tasks all echo, or that have none.
pub(crate) fn no_script(name: &str, _: &Invoke) -> Answer {
    panic!("nothing scripted for '{name}'")
}
