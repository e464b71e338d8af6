//! Puts a state into a machine of its own.
//!
//! The machine's first state hands over input and variables; then comes the state under test; each
//! state that it leads to is one that ends the execution, so that the history says where it went.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use steploom_asl::Options;
use steploom_types::Json;

use super::{Refused, Request, context};
use crate::mock::{Response, TestCase};
use crate::simulation::Bounds;
use crate::{Report, Simulation, Start, World};

/// The name that the context object gives a state under test, whatever its own.
pub(super) const STATE_NAME: &str = "StateName";

/// The state before the one under test.
pub(super) const BEFORE: &str = "steploom:before";

/// The machine's name.
const MACHINE: &str = "TestState";

/// A resource that nothing but a mock answers.
pub(super) const MOCKED: &str = "arn:aws:states:::sns:publish";

/// The state under test.
pub(super) struct Subject {
    /// Its name in its machine, or `StateName`.
    pub(super) name: String,
    /// Its definition.
    pub(super) state: Value,
    /// `QueryLanguage` of the machine that it is from.
    language: Option<String>,
}

impl Subject {
    /// Finds it in the request's definition.
    pub(super) fn find(request: &Request) -> Result<Self, Refused> {
        let tree = match steploom_asl::tree(&request.definition) {
            Ok(tree) => tree,
            Err(rejected) => return Err(invalid(rejected.to_string())),
        };
        let Some(states) = tree.get("States") else {
            let name = request.state_name.clone();
            return Ok(Self {
                name: name.unwrap_or_else(|| STATE_NAME.to_owned()),
                state: tree,
                language: None,
            });
        };
        let Some(name) = &request.state_name else {
            return Err(Refused::validation(
                "StateName must be specified when the definition is a state machine",
            ));
        };
        let Some(state) = find_state(states, name, 0) else {
            return Err(Refused::validation("State not found in definition"));
        };
        Ok(Self {
            name: name.clone(),
            state: state.clone(),
            language: tree["QueryLanguage"].as_str().map(str::to_owned),
        })
    }

    /// Its type.
    pub(super) fn kind(&self) -> &str {
        self.state["Type"].as_str().unwrap_or_default()
    }

    /// Whether it speaks JSONata.
    pub(super) fn is_jsonata(&self) -> bool {
        let own = self.state["QueryLanguage"].as_str();
        own.or(self.language.as_deref()) == Some("JSONata")
    }
}

/// A state anywhere in a definition, those within others included.
fn find_state<'a>(states: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
    const DEPTH_MAX: usize = 32;
    let states = states.as_object()?;
    if let Some(state) = states.get(name) {
        return Some(state);
    }
    if depth > DEPTH_MAX {
        return None;
    }
    states.values().find_map(|state| {
        let branches = state["Branches"].as_array().into_iter().flatten();
        let insides = ["ItemProcessor", "Iterator"].map(|field| &state[field]);
        let mut scopes = branches.chain(insides);
        scopes.find_map(|scope| find_state(&scope["States"], name, depth + 1))
    })
}

pub(super) fn invalid(message: String) -> Refused {
    Refused {
        code: "InvalidDefinition",
        message,
    }
}

/// All that a run of the state needs.
pub(super) struct Stage<'a> {
    subject: &'a Subject,
    world: World,
    /// What the first state hands over: `{"input", "variables"}`.
    input: Json,
    has_mock: bool,
    pub(super) given: Json,
    pub(super) variables: Map<String, Value>,
    context: Value,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        request: &Request,
        subject: &'a Subject,
        world: &World,
    ) -> Result<Self, Refused> {
        let given = match &request.input {
            Some(text) => Json::parse(text).map_err(|error| Refused {
                code: "InvalidExecutionInput",
                message: format!("Invalid State Machine Execution Input: '{}'", error.message),
            })?,
            None => Json::empty_object(),
        };
        let variables = match &request.variables {
            None => Map::new(),
            Some(text) => match serde_json::from_str(text) {
                Ok(Value::Object(variables)) => variables,
                _ => return Err(Refused::validation("Variables must be a valid JSON object")),
            },
        };
        let context = context::of(request, subject, &given, world)?;
        let stage = Self {
            subject,
            world: World {
                mocks: std::collections::BTreeMap::new(),
                ..world.clone()
            },
            input: json!({"input": given.value(), "variables": variables}).into(),
            has_mock: request.mock.is_some(),
            given,
            variables,
            context,
        };
        stage.ensure_valid()?;
        Ok(stage)
    }

    /// The definition as it was given has to be valid.
    fn ensure_valid(&self) -> Result<(), Refused> {
        let options = Options {
            foreign: true,
            ..Options::default()
        };
        let text = self.around(self.subject.state.clone()).to_string();
        match steploom_asl::parse_with(&text, &options) {
            Ok(_) => Ok(()),
            Err(rejected) => Err(invalid(rejected.to_string())),
        }
    }

    pub(super) fn subject(&self) -> &Subject {
        self.subject
    }

    /// The machine that the state under test is run in.
    pub(super) fn definition(&self) -> Value {
        self.around(self.runnable())
    }

    /// The state as it is run: one that is not itself run, but mocked, becomes a task.
    fn runnable(&self) -> Value {
        let mut state = self.subject.state.clone();
        let has_insides = matches!(self.subject.kind(), "Map" | "Parallel" | "Graph");
        if let Some(fields) = state.as_object_mut() {
            fields.remove("Retry");
            if self.has_mock && has_insides {
                let kept = [
                    "QueryLanguage",
                    "InputPath",
                    "ResultSelector",
                    "ResultPath",
                    "OutputPath",
                    "Output",
                    "Assign",
                    "Catch",
                    "Next",
                    "End",
                ];
                fields.retain(|name, _| kept.contains(&name.as_str()));
                fields.insert("Type".to_owned(), "Task".into());
                fields.insert("Resource".to_owned(), MOCKED.into());
            }
        }
        state
    }

    /// A machine around a state in the place of the one under test.
    pub(super) fn around(&self, state: Value) -> Value {
        let name = &self.subject.name;
        let mut states = Map::new();
        let mut start = name.as_str();
        if !self.variables.is_empty() {
            start = BEFORE;
            states.insert(BEFORE.to_owned(), self.before());
        }
        for target in targets(&state) {
            if target != *name {
                states.insert(target, json!({"Type": "Succeed"}));
            }
        }
        states.insert(name.clone(), state);
        let mut machine = json!({"StartAt": start, "States": states});
        if let Some(language) = &self.subject.language {
            machine["QueryLanguage"] = language.as_str().into();
        }
        machine
    }

    /// The state that sets the variables, and takes them off the input.
    fn before(&self) -> Value {
        let names = self.variables.keys();
        let next = &self.subject.name;
        if self.subject.language.as_deref() == Some("JSONata") {
            let assign: Map<String, Value> = names
                .map(|name| {
                    let query = format!("{{% $states.input.variables.{name} %}}");
                    (name.clone(), query.into())
                })
                .collect();
            return json!({"Type": "Pass", "Assign": assign,
                "Output": "{% $states.input.input %}", "Next": next});
        }
        let assign: Map<String, Value> = names
            .map(|name| (format!("{name}.$"), format!("$.variables.{name}").into()))
            .collect();
        json!({"Type": "Pass", "Assign": assign, "OutputPath": "$.input", "Next": next})
    }

    /// Runs a machine made by [`Stage::around`].
    pub(super) fn run(
        &self,
        definition: &Value,
        response: Option<&Response>,
    ) -> Result<Report, Refused> {
        let options = Options {
            foreign: true,
            ..Options::default()
        };
        let parsed = steploom_asl::parse_with(&definition.to_string(), &options);
        let parsed = parsed.map_err(|rejected| invalid(rejected.to_string()))?;
        let mut world = self.world.clone();
        if let Some(response) = response {
            let case = TestCase::always(&self.subject.name, response.clone());
            world.mocks.insert(MACHINE.to_owned(), case);
        }
        let refused = |error: crate::Error| Refused::validation(error.to_string());
        let mut simulation = Simulation::new(world, Bounds::default()).map_err(refused)?;
        let mut start = Start::new(MACHINE, self.handed_over());
        start.context = Some(self.context.clone());
        simulation
            .run(Arc::new(parsed.machine), start)
            .map_err(refused)
    }

    fn handed_over(&self) -> Json {
        if self.variables.is_empty() {
            self.given.clone()
        } else {
            self.input.clone()
        }
    }

    /// The output of a state in the place of the one under test; none if it fails.
    pub(super) fn probe(&self, state: Value, response: Option<&Response>) -> Option<Value> {
        let report = self.run(&self.around(state), response).ok()?;
        report.output.map(Json::into_value)
    }
}

/// The states that a state leads to.
fn targets(state: &Value) -> BTreeSet<String> {
    let rules = state["Choices"].as_array().into_iter().flatten();
    let catchers = state["Catch"].as_array().into_iter().flatten();
    let nexts = rules.chain(catchers).map(|rule| &rule["Next"]);
    let own = [&state["Next"], &state["Default"]];
    let all = nexts.chain(own).filter_map(Value::as_str);
    all.map(str::to_owned).collect()
}
