//! What AWS answered: recorded executions, run here with their functions' behaviours scripted.
//!
//! The recordings lie beside the repository; where they are not, the test says so and passes. Cases
//! whose tasks are more than functions are left to the simulator, and counted; so are those that are
//! about definitions alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use steploom_types::Timestamp;

use crate::testkit::{Answer, BEGIN_MS, Driver, Told, function, started};
use crate::{Failure, Invoke, Outcome, RunLimits};

mod compare;
mod python;

use compare::equal;

const CASES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/conformance/cases.jsonl"
);

/// Of a thousand cases, how many have to have AWS's outcome.
const OUTCOMES_PER_MILLE_MIN: usize = 1000;
/// Of a thousand cases, how many have to have AWS's whole history, with ids.
const HISTORIES_PER_MILLE_MIN: usize = 980;

#[test]
fn recordings_of_aws_come_out_the_same() {
    let Ok(text) = fs::read_to_string(Path::new(CASES)) else {
        println!("skipped: there are no recordings at {CASES}");
        return;
    };
    let mut score = Score::default();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        score.add(&case);
    }
    score.print();
    let all = score.all();
    assert!(
        all.outcomes * 1000 >= all.outcomes_of * OUTCOMES_PER_MILLE_MIN,
        "outcomes: {} of {}",
        all.outcomes,
        all.outcomes_of
    );
    assert!(
        all.histories * 1000 >= all.histories_of * HISTORIES_PER_MILLE_MIN,
        "histories: {} of {}",
        all.histories,
        all.histories_of
    );
}

/// Those of our own cases that need neither other services nor mocked answers.
const OWN: [&str; 4] = [
    include_str!("../../../../tests/conformance/cases/choice.json"),
    include_str!("../../../../tests/conformance/cases/paths.json"),
    include_str!("../../../../tests/conformance/cases/queries.json"),
    include_str!("../../../../tests/conformance/cases/variables.json"),
];

#[test]
fn own_cases_come_out_as_they_say() {
    let mut score = Score::default();
    for text in OWN {
        let cases: Vec<Value> = serde_json::from_str(text).expect("a list of cases");
        for case in &cases {
            score.add(case);
        }
    }
    assert_eq!(score.differences, Vec::<String>::new());
}

#[derive(Clone, Copy, Default)]
struct Count {
    outcomes: usize,
    outcomes_of: usize,
    histories: usize,
    histories_of: usize,
}

#[derive(Default)]
struct Score {
    features: BTreeMap<String, Count>,
    left_out: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Score {
    fn add(&mut self, case: &Value) {
        let id = case["id"].as_str().unwrap_or_default();
        let run = match Case::prepare(case) {
            Ok(case) => case.map(Case::run),
            Err(why) => {
                *self.left_out.entry(why).or_default() += 1;
                return;
            }
        };
        let feature = case["feature"].as_str().unwrap_or_default();
        let count = self.features.entry(feature.to_owned()).or_default();
        let differences = &mut self.differences;
        let mut differs =
            |what: &str, why: String| differences.push(format!("{id} ({what}): {why}"));
        count.outcomes_of += 1;
        let events = case["events"].as_array();
        count.histories_of += usize::from(events.is_some());
        let run = match run {
            Ok(run) => run,
            Err(why) => return differs("definition", why),
        };
        match differs_in_outcome(&case["expect"], &run) {
            None => count.outcomes += 1,
            Some(why) => differs("outcome", why),
        }
        let Some(expected) = events else {
            return;
        };
        match differs_in_history(expected, &run.events, case["unordered"] == true) {
            None => count.histories += 1,
            Some(why) => differs("history", why),
        }
    }

    fn all(&self) -> Count {
        let add = |sum: Count, one: &Count| Count {
            outcomes: sum.outcomes + one.outcomes,
            outcomes_of: sum.outcomes_of + one.outcomes_of,
            histories: sum.histories + one.histories,
            histories_of: sum.histories_of + one.histories_of,
        };
        self.features.values().fold(Count::default(), add)
    }

    fn print(&self) {
        for difference in &self.differences {
            println!("differs: {difference}");
        }
        println!("left out: {:?}", self.left_out);
        let line = |name: &str, count: &Count| {
            println!(
                "{name}: outcomes {} of {}, histories {} of {}",
                count.outcomes, count.outcomes_of, count.histories, count.histories_of
            );
        };
        for (feature, count) in &self.features {
            line(feature, count);
        }
        line("all", &self.all());
    }
}

/// A case that can be run.
struct Case<'a> {
    case: &'a Value,
    driver: Driver,
}

impl<'a> Case<'a> {
    /// # Errors
    /// Why the case is left out. Within: why the definition is not accepted.
    fn prepare(case: &'a Value) -> Result<Result<Self, String>, &'static str> {
        let requires = case["requires"].as_array().map(Vec::as_slice);
        if requires
            .unwrap_or_default()
            .iter()
            .any(|need| need != "lambda")
        {
            return Err("needs other services");
        }
        if case["expect"]["status"] == "CREATE_REJECTED" {
            return Err("about its definition alone");
        }
        let definition = match case["definition_text"].as_str() {
            Some(text) => text.to_owned(),
            None => case["definition"].to_string(),
        };
        Ok(match steploom_asl::parse(&definition) {
            Ok(parsed) => {
                let mut driver = Driver::of(Arc::new(parsed.machine));
                driver.version = None;
                Ok(Self { case, driver })
            }
            Err(problems) => Err(format!("{problems:?}")),
        })
    }

    fn input(&self) -> Value {
        let case = self.case;
        if let Some(text) = case["input_text"].as_str() {
            return serde_json::from_str(text).expect("the input is JSON");
        }
        if case["input_absent"] == true {
            return json!({});
        }
        with_instants(&case["input"])
    }

    fn run(mut self) -> Driver {
        let case = self.case;
        let mut started = started(self.input(), RunLimits::default());
        started.account = "111111111111".parse().expect("an account");
        started.is_express = case["type"] == "EXPRESS";
        if let Some(name) = case["state_machine_name"].as_str() {
            started.machine = name.parse().expect("a name");
        }
        if let Some(name) = execution_name(case) {
            started.name = name.parse().expect("a name");
        }
        let mut answers = |invoke: &Invoke| answer(&case["lambdas"], invoke);
        self.driver.start_with(started, &mut answers);
        self.driver.run_to_end(&mut answers);
        self.driver.ensure_history_is_sound();
        self.driver.ensure_replays();
        self.driver
    }
}

/// The execution's name; where the recording keeps it nowhere else, from what its context showed.
fn execution_name(case: &Value) -> Option<String> {
    let name = case["execution_name"].as_str();
    let shown = "/output/query_values_1/execution_name";
    name.or_else(|| case["expect"].pointer(shown)?.as_str())
        .map(str::to_owned)
}

/// `${now+5d}` becomes an instant.
fn with_instants(input: &Value) -> Value {
    let mut text = input.to_string();
    while let Some(at) = text.find("${now+") {
        let end = at + text[at..].find('}').expect("the pattern ends");
        let (number, unit) = text[at + 6..end].split_at(end - at - 7);
        let seconds =
            number.parse::<u64>().expect("a number") * if unit == "d" { 86_400 } else { 1 };
        let instant = Timestamp::from_millis(BEGIN_MS).plus_millis(seconds * 1000);
        text.replace_range(at..=end, &instant.to_string());
    }
    serde_json::from_str(&text).expect("still JSON")
}

fn answer(lambdas: &Value, invoke: &Invoke) -> Answer {
    let name = function(invoke);
    let name = name.rsplit(':').next().unwrap_or_default();
    let arn = format!("arn:aws:lambda:us-east-1:111111111111:function:{name}");
    let Some(behaviour) = lambdas.get(&arn) else {
        return Answer::Fail(Failure::new(
            "Lambda.ResourceNotFoundException",
            format!(
                "Function not found: {arn}:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: 1; Proxy: null)"
            ),
        ));
    };
    behave(behaviour, event(invoke))
}

/// What the function gets: a text payload is the body itself, `null` is `{}`.
fn event(invoke: &Invoke) -> Value {
    if matches!(invoke.resource, steploom_asl::Resource::Function(_)) {
        return invoke.input.value().clone();
    }
    match &invoke.input.value()["Payload"] {
        Value::Null => json!({}),
        Value::String(body) => serde_json::from_str(body).unwrap_or_else(|_| body.as_str().into()),
        other => other.clone(),
    }
}

fn behave(behaviour: &Value, event: Value) -> Answer {
    let text = |field: &str| behaviour[field].as_str().unwrap_or_default().to_owned();
    match text("behaviour").as_str() {
        "echo" => Answer::Text(python::dumps(&event)),
        "constant" => Answer::Text(python::dumps(&behaviour["value"])),
        "repeat" => {
            let times = behaviour["times"].as_u64().unwrap_or_default() as usize;
            Answer::Ok(text("text").repeat(times).into())
        }
        "prefix_repr" => {
            let event = event.to_string().replace('"', "'");
            Answer::Ok(format!("{}{event}", text("prefix")).into())
        }
        "sleep" => {
            let ms = behaviour["seconds"].as_u64().unwrap_or_default() * 1000;
            Answer::After(ms, Box::new(behave(&behaviour["then"], event)))
        }
        "fail" => {
            let cause = json!({
                "errorMessage": text("errorMessage"),
                "errorType": text("errorType"),
                "requestId": "1",
                "stackTrace": [],
            });
            Answer::Fail(Failure::new(text("errorType"), cause.to_string()))
        }
        other => panic!("no behaviour '{other}'"),
    }
}

fn differs_in_outcome(expect: &Value, run: &Driver) -> Option<String> {
    let mut found = Map::new();
    let mut put = |name: &str, value: Value| found.insert(name.to_owned(), value);
    match run.run.outcome() {
        None => put("status", "RUNNING".into()),
        Some(Outcome::TimedOut) => put("status", "TIMED_OUT".into()),
        Some(Outcome::Expired) => put("status", "EXPIRED".into()),
        Some(Outcome::Succeeded(output)) => {
            put("output", output.value().clone());
            put("status", "SUCCEEDED".into())
        }
        Some(Outcome::Failed(failure) | Outcome::Aborted(failure)) => {
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    put(name, text.as_str().into());
                }
            }
            put("status", "FAILED".into())
        }
    };
    equal(expect, &found.into(), &mut BTreeMap::new()).err()
}

fn differs_in_history(expected: &[Value], events: &[Told], unordered: bool) -> Option<String> {
    let found: Vec<Value> = events.iter().map(recorded).collect();
    if unordered {
        return differs_as_a_set(expected, found);
    }
    let kinds = |events: &[Value]| -> Vec<String> {
        events
            .iter()
            .map(|event| event["type"].to_string())
            .collect()
    };
    if kinds(expected) != kinds(&found) {
        return Some(format!(
            "events {:?}, AWS: {:?}",
            kinds(&found),
            kinds(expected)
        ));
    }
    let mut bound = BTreeMap::new();
    expected.iter().zip(&found).find_map(|(expected, found)| {
        let why = equal(expected, found, &mut bound).err()?;
        Some(format!("event {} {}: {why}", found["id"], found["type"]))
    })
}

/// Branches side by side tell their events in any order, so without ids.
fn differs_as_a_set(expected: &[Value], mut found: Vec<Value>) -> Option<String> {
    let plain = |event: &Value| {
        let mut event = event.clone();
        let fields = event.as_object_mut().expect("an event");
        for field in ["id", "prev"] {
            fields.remove(field);
        }
        // What was lost of a recording was put back as the end of the `Parallel`, good or bad.
        if fields.remove("restored").is_some() && event["type"] == "ParallelStateSucceeded" {
            event["type"] = "${restored}".into();
        }
        event
    };
    let last = |event: &&Value| event["restored"] == true;
    let (restored, kept): (Vec<_>, Vec<_>) = expected.iter().partition(last);
    for event in kept.into_iter().chain(restored) {
        let like =
            |found: &Value| equal(&plain(event), &plain(found), &mut BTreeMap::new()).is_ok();
        match found.iter().position(like) {
            Some(position) => found.remove(position),
            None => return Some(format!("no event like {event}")),
        };
    }
    found.first().map(|event| format!("one too many: {event}"))
}

/// An event in the form of the recordings.
fn recorded(event: &Told) -> Value {
    let mut all = json!({ "type": event.kind, "id": event.id, "prev": event.previous });
    for (name, value) in &event.details {
        let parsed = match (name.as_str(), value.as_str()) {
            ("input" | "output" | "parameters", Some(text)) => parsed(text),
            ("assignedVariables", _) => {
                let variables = value.as_object().expect("an object");
                let parsed = |(name, text): (&String, &Value)| {
                    (name.clone(), parsed(text.as_str().expect("JSON in a text")))
                };
                Value::Object(variables.iter().map(parsed).collect())
            }
            _ => value.clone(),
        };
        all[name] = parsed;
    }
    all
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON in a text")
}
