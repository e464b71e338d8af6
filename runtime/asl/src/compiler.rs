//! The second stage: JSON to a checked machine.
//!
//! Every scope gets its states' numbers before their fields are read, so that a `Next` is resolved
//! where it stands. A state with an error is left out, and the machine is not made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};
use steploom_types::limits::{
    CONCURRENT_EXECUTIONS_MAX, DATA_LIMIT_BYTES_MAX, EXECUTION_SECONDS_MAX, NAME_LENGTH_MAX,
    PAYLOAD_BYTES_MAX, SECONDS_FIELD_MAX, STATES_MAX,
};

use crate::diagnostic::{Report, code};
use crate::fields::Fields;
use crate::language::{self, Language};
use crate::model::{Machine, Scope, ScopeIx, State, StateIx};
use crate::options::Options;
use crate::variables::Assignments;
use crate::{reach, state};

/// The fields of a machine.
const FIELDS: [&str; 8] = [
    "Comment",
    "StartAt",
    "States",
    "Version",
    "TimeoutSeconds",
    "QueryLanguage",
    "MaxConcurrentExecutions",
    "DataLimit",
];

/// What has been compiled so far.
pub(crate) struct Compiler<'a> {
    pub(crate) report: Report,
    pub(crate) options: Options,
    /// What states speak that do not say.
    pub(crate) language: Language,
    /// Who sets which variables.
    pub(crate) assignments: Assignments<'a>,
    /// The labels of distributed `Map`s are unique.
    pub(crate) labels: BTreeSet<&'a str>,
    states: Vec<Option<State>>,
    scopes: Vec<Option<Scope>>,
    /// Names are unique over all scopes.
    names: BTreeSet<&'a str>,
}

/// The states that can be gone to from within one scope.
pub(crate) struct Names<'a> {
    pub(crate) scope: ScopeIx,
    /// Whether the scope is a node of a `Graph`: a state that goes nowhere.
    pub(crate) is_node: bool,
    states: BTreeMap<&'a str, StateIx>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(report: Report, options: Options) -> Self {
        Self {
            report,
            options,
            language: Language::Path,
            assignments: Assignments::default(),
            labels: BTreeSet::new(),
            states: Vec::new(),
            scopes: Vec::new(),
            names: BTreeSet::new(),
        }
    }

    /// The machine that a definition means, if nothing is wrong with it.
    pub(crate) fn machine(&mut self, definition: &'a Map<String, Value>) -> Option<Machine> {
        let fields = Fields::new(definition);
        let report = &mut self.report;
        fields.only(report, &FIELDS);
        self.language = language::of_machine(fields, report);
        let comment = fields.text(report, "Comment").map(str::to_owned);
        fields.word(report, "Version", &["1.0"]);
        let timeout_seconds = fields.whole(report, "TimeoutSeconds", 0..=SECONDS_FIELD_MAX);
        let concurrency = self.concurrency(fields);
        let data_limit = self.data_limit(fields);
        self.scope(fields, None)?;
        if self.report.errors() > 0 {
            return None;
        }
        let machine = Machine {
            comment,
            // 0 is accepted, as on AWS; no execution could live with it.
            timeout_seconds: timeout_seconds
                .filter(|seconds| *seconds > 0)
                .map(|seconds| seconds.min(EXECUTION_SECONDS_MAX)),
            max_concurrent_executions: concurrency,
            data_bytes_max: data_limit.unwrap_or(PAYLOAD_BYTES_MAX as u32),
            states: std::mem::take(&mut self.states)
                .into_iter()
                .collect::<Option<_>>()?,
            scopes: std::mem::take(&mut self.scopes)
                .into_iter()
                .collect::<Option<_>>()?,
        };
        self.assignments.check(&machine, &mut self.report);
        (self.report.errors() == 0).then_some(machine)
    }

    /// How many executions may run at once: an extension.
    fn concurrency(&mut self, fields: Fields<'a>) -> Option<u32> {
        const FIELD: &str = "MaxConcurrentExecutions";
        let range = 1..=u64::from(CONCURRENT_EXECUTIONS_MAX);
        let executions = fields.whole(&mut self.report, FIELD, range)?;
        self.allows_extension(FIELD);
        self.refuse_express(FIELD);
        u32::try_from(executions).ok()
    }

    /// Bytes of a state's data: an extension.
    fn data_limit(&mut self, fields: Fields<'a>) -> Option<u32> {
        const FIELD: &str = "DataLimit";
        let range = PAYLOAD_BYTES_MAX as u64..=DATA_LIMIT_BYTES_MAX as u64;
        let bytes = fields.bytes(&mut self.report, FIELD, range)?;
        self.allows_extension(FIELD);
        self.refuse_express(FIELD);
        u32::try_from(bytes).ok()
    }

    /// Tells of an extension that is for executions with a journal.
    fn refuse_express(&mut self, field: &str) {
        if self.options.express {
            self.report.within(field, |report| {
                report.schema(format!("Express state machine does not support '{field}'"));
            });
        }
    }

    /// Compiles `StartAt` and `States` of the object at the present place.
    pub(crate) fn scope(&mut self, fields: Fields<'a>, owner: Option<StateIx>) -> Option<ScopeIx> {
        fields.require(&mut self.report, &["StartAt", "States"]);
        let start_at = fields.text(&mut self.report, "StartAt");
        let states = fields.object(&mut self.report, "States")?;
        let ix = ScopeIx(self.scopes.len() as u32);
        self.scopes.push(None);
        let names = self.declare(states, ix)?;
        self.compile(states, &names);
        let start = self
            .report
            .within("StartAt", |report| names.find(report, "StartAt", start_at?))?;
        self.scopes[ix.0 as usize] = Some(Scope { start, owner });
        if let Some(start) = start_at {
            reach::check(states, start, &mut self.report);
        }
        Some(ix)
    }

    /// Whether an extension may be used; tells if not.
    pub(crate) fn allows_extension(&mut self, what: &str) -> bool {
        if self.options.strict {
            self.report.error(
                code::UNSUPPORTED,
                format!("{what}: an extension, which Amazon States Language does not have"),
            );
        }
        !self.options.strict
    }

    /// Gives the states of a scope their numbers.
    fn declare(&mut self, states: Fields<'a>, scope: ScopeIx) -> Option<Names<'a>> {
        let place = self.report.enter("States");
        let mut numbers = BTreeMap::new();
        for name in states.names() {
            numbers.insert(name, self.number(name));
        }
        let is_good = match numbers.len() {
            0 => {
                self.report.schema("Value cannot be empty");
                false
            }
            _ if self.states.len() > STATES_MAX => {
                self.report
                    .schema(format!("A definition may have {STATES_MAX} states"));
                false
            }
            _ => true,
        };
        self.report.leave(place);
        is_good.then_some(Names {
            scope,
            is_node: false,
            states: numbers,
        })
    }

    /// Gives a state its number.
    fn number(&mut self, name: &'a str) -> StateIx {
        let at = self.report.enter(name);
        if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX {
            let what = if name.is_empty() {
                "is empty".to_owned()
            } else {
                format!("exceeds the {NAME_LENGTH_MAX}-character limit allowed by the service")
            };
            self.report
                .error(code::STATE_NAME, format!("The state name '{name}' {what}"));
        }
        if !self.names.insert(name) {
            self.report.error(
                code::DUPLICATE_STATE,
                format!("Duplicate State name: {name}"),
            );
        }
        self.report.leave(at);
        self.states.push(None);
        StateIx(self.states.len() as u32 - 1)
    }

    /// Compiles the nodes of a `Graph`, each of which is a scope of one state. The report is at
    /// them.
    pub(crate) fn nodes(&mut self, nodes: Fields<'a>, owner: StateIx) -> Option<Vec<ScopeIx>> {
        let numbers: Vec<StateIx> = nodes.names().map(|name| self.number(name)).collect();
        if self.states.len() > STATES_MAX {
            self.report
                .schema(format!("A definition may have {STATES_MAX} states"));
            return None;
        }
        let mut scopes = Vec::with_capacity(numbers.len());
        for (name, start) in nodes.names().zip(numbers) {
            let scope = ScopeIx(self.scopes.len() as u32);
            let owner = Some(owner);
            self.scopes.push(Some(Scope { start, owner }));
            scopes.push(scope);
            let names = Names {
                scope,
                is_node: true,
                states: BTreeMap::new(),
            };
            let at = self.report.enter(name);
            let fields = nodes
                .get(name)
                .and_then(|value| Fields::of(value, &mut self.report));
            let state = fields
                .and_then(|fields| state::compile(self, fields, &Arc::from(name), start, &names));
            self.states[start.0 as usize] = state;
            self.report.leave(at);
        }
        Some(scopes)
    }

    /// Compiles each state of a scope.
    fn compile(&mut self, states: Fields<'a>, names: &Names<'a>) {
        let place = self.report.enter("States");
        // In the order of the text, so that diagnostics are.
        for (name, ix) in states
            .names()
            .filter_map(|name| names.states.get_key_value(name))
        {
            let at = self.report.enter(name);
            let fields = states
                .get(name)
                .and_then(|value| Fields::of(value, &mut self.report));
            let state = fields
                .and_then(|fields| state::compile(self, fields, &Arc::from(*name), *ix, names));
            self.states[ix.0 as usize] = state;
            self.report.leave(at);
        }
        self.report.leave(place);
    }
}

impl Names<'_> {
    /// The state that a field names.
    pub(crate) fn find(&self, report: &mut Report, field: &str, name: &str) -> Option<StateIx> {
        let found = self.states.get(name).copied();
        if found.is_none() {
            report.error(
                code::TRANSITION,
                format!("Missing '{field}' target: {name}"),
            );
        }
        found
    }

    /// The state that the field `field` names, if the field is there.
    pub(crate) fn target(
        &self,
        report: &mut Report,
        fields: Fields<'_>,
        field: &str,
    ) -> Option<StateIx> {
        let name = fields.text(report, field)?;
        report.within(field, |report| self.find(report, field, name))
    }
}
