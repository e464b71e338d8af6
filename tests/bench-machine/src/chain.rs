//! The chains: a definition, its input, and the facts that come from outside.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::Machine;
use steploom_machine::{
    Action, Event, EventSink, Fact, Outcome, Run, RunLimits, SEMANTICS, Started, apply,
};
use steploom_types::{AccountId, Digest, ExecutionId, Json, Slot, Timestamp};

use crate::floor::{Floor, Work};

/// The chain whose speed has a goal.
pub(crate) const DATA: &str = "data, JSONPath";

/// Something to be measured.
pub(crate) struct Chain {
    pub(crate) name: &'static str,
    machine: Arc<Machine>,
    started: Started,
    /// The input, as it comes.
    pub(crate) input: String,
    /// The output, as it has to be.
    pub(crate) output: String,
    /// States that an execution goes through.
    pub(crate) steps: u32,
    /// The same work without an interpreter.
    pub(crate) floor: Floor,
}

impl Chain {
    /// One execution, from the input's text to the output's.
    pub(crate) fn run(&self, sink: &mut impl EventSink) -> String {
        let mut run = Run::new(Arc::clone(&self.machine));
        let mut started = self.started.clone();
        started.input = Json::parse(&self.input).expect("the input is JSON");
        let at = started.at;
        let mut facts = VecDeque::from([Fact::Started(Arc::new(started))]);
        while let Some(fact) = facts.pop_front() {
            for action in apply(&mut run, &fact, sink).expect("the fact can be") {
                if let Action::Invoke(invoke) = action {
                    // An answer comes as a text, and is parsed.
                    facts.push_back(Fact::TaskSucceeded {
                        at,
                        action: invoke.action,
                        output: Json::parse(invoke.input.text()).expect("JSON"),
                        version: Some(1),
                    });
                }
            }
        }
        let Some(Outcome::Succeeded(output)) = run.outcome() else {
            panic!("{}: {:?}", self.name, run.outcome())
        };
        output.text().to_owned()
    }
}

/// Counts the states that were entered.
#[derive(Default)]
pub(crate) struct Entered(pub(crate) u32);

impl EventSink for Entered {
    fn event(&mut self, event: Event<'_>) {
        self.0 += u32::from(event.kind().ends_with("StateEntered"));
    }
}

/// All chains.
pub(crate) fn all() -> Vec<Chain> {
    vec![bare(), data(), tasks(), queries()]
}

fn input() -> Value {
    json!({ "order": { "id": "o-17", "pieces": 3, "price": 4.5 }, "customer": { "name": "Ada", "tags": ["new", "eu"] } })
}

fn chain(
    name: &'static str,
    language: &str,
    states: &[Value],
    output: &Value,
    work: Work,
) -> Chain {
    let steps = states.len() as u32;
    let mut named = serde_json::Map::new();
    for (place, state) in states.iter().enumerate() {
        let mut state = state.clone();
        let is_last = place + 1 == states.len();
        match state["Type"].as_str() {
            Some("Succeed") => {}
            Some("Choice") => {
                state["Choices"][0]["Next"] = format!("S{}", place + 1).into();
                state["Default"] = format!("S{}", states.len() - 1).into();
            }
            _ if is_last => state["End"] = true.into(),
            _ => state["Next"] = format!("S{}", place + 1).into(),
        }
        named.insert(format!("S{place}"), state);
    }
    let definition = json!({ "QueryLanguage": language, "StartAt": "S0", "States": named });
    let parsed = steploom_asl::parse(&definition.to_string()).expect("the definition is valid");
    Chain {
        name,
        machine: Arc::new(parsed.machine),
        started: started(),
        input: input().to_string(),
        output: output.to_string(),
        steps,
        floor: Floor::new(work),
    }
}

pub(crate) fn started() -> Started {
    let at = Timestamp::from_millis(1_767_225_600_000);
    Started {
        at,
        account: AccountId::LOCAL,
        id: ExecutionId::new(Slot(7), at, 9),
        name: "run-1".parse().expect("a name"),
        machine: "machine-1".parse().expect("a name"),
        machine_version: 1,
        definition: Digest::of(b"definition"),
        semantics: SEMANTICS,
        seed: 42,
        limits: RunLimits::default(),
        input: Json::null(),
        is_express: false,
        terms: None,
        role: None,
        range: None,
    }
}

/// Ten states that do nothing: the interpreter alone.
fn bare() -> Chain {
    let states = vec![json!({ "Type": "Pass" }); 10];
    chain("nothing", "JSONPath", &states, &input(), Work::Nothing)
}

/// Ten states with templates, paths, an intrinsic function and a choice.
fn data() -> Chain {
    let selected =
        json!({ "id.$": "$.order.id", "pieces.$": "$.order.pieces", "customer.$": "$.customer" });
    let label = json!({ "text.$": "States.Format('{} for {}', $.id, $.customer.name)" });
    let states = [
        json!({ "Type": "Pass" }),
        json!({ "Type": "Pass", "Parameters": selected }),
        json!({ "Type": "Pass", "Parameters": label, "ResultPath": "$.label" }),
        json!({ "Type": "Choice", "Choices": [{ "Variable": "$.pieces", "NumericGreaterThan": 1 }] }),
        json!({ "Type": "Pass", "Result": { "state": "paid" }, "ResultPath": "$.payment" }),
        json!({ "Type": "Pass", "InputPath": "$.customer", "ResultPath": "$.to" }),
        json!({ "Type": "Choice", "Choices": [{ "Variable": "$.payment.state", "StringEquals": "paid" }] }),
        json!({ "Type": "Pass", "Parameters": { "first.$": "$.to.tags[0]", "fixed": [1, 2, 3] }, "ResultPath": "$.tag" }),
        json!({ "Type": "Pass", "OutputPath": "$" }),
        json!({ "Type": "Succeed" }),
    ];
    let customer = input()["customer"].clone();
    let output = json!({
        "id": "o-17", "pieces": 3, "customer": customer, "label": { "text": "o-17 for Ada" },
        "payment": { "state": "paid" }, "to": customer, "tag": { "first": "new", "fixed": [1, 2, 3] },
    });
    let work = Work::data(
        &selected,
        &label,
        &json!({ "first.$": "$.to.tags[0]", "fixed": [1, 2, 3] }),
    );
    chain(DATA, "JSONPath", &states, &output, work)
}

/// Ten tasks, each answered by a fact of its own.
fn tasks() -> Chain {
    let states = vec![json!({ "Type": "Task", "Resource": "echo" }); 10];
    chain("tasks", "JSONPath", &states, &input(), Work::Tasks)
}

/// Ten states that speak JSONata.
fn queries() -> Chain {
    let output =
        json!({ "n": "{% $states.input.n + 1 %}", "total": "{% $states.input.total & 'x' %}" });
    let first =
        json!({ "n": "{% $states.input.order.pieces %}", "total": "{% $states.input.order.id %}" });
    let mut states = vec![json!({ "Type": "Pass", "Output": first })];
    states.extend(vec![json!({ "Type": "Pass", "Output": output }); 9]);
    let result = json!({ "n": 12, "total": "o-17xxxxxxxxx" });
    chain(
        "data, JSONata",
        "JSONata",
        &states,
        &result,
        Work::queries(&first, &output),
    )
}
