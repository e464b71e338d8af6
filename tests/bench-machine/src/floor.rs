//! The least that a chain could cost: its JSON work, and nothing else.

use serde_json::Value;
use steploom_expr::jsonata::Payload;
use steploom_expr::{Env, Path, ReferencePath, Template};

/// A chain's work.
pub(crate) enum Work {
    /// The input is parsed, and printed.
    Nothing,
    /// As the chain of data does.
    Data(Box<Data>),
    /// The input is parsed and printed for each of ten tasks.
    Tasks,
    /// As the chain of queries does.
    Queries { first: Payload, other: Payload },
}

/// Compiled expressions.
pub(crate) struct Data {
    selected: Template,
    label: Template,
    tag: Template,
    customer: Path,
    pieces: Path,
    state: Path,
    put: [ReferencePath; 4],
}

/// Does a chain's work.
pub(crate) struct Floor(Work);

impl Work {
    pub(crate) fn data(selected: &Value, label: &Value, tag: &Value) -> Self {
        let template = |value| Template::compile(value).expect("a template");
        let path = |text| Path::parse(text).expect("a path");
        let put = ["$.label", "$.payment", "$.to", "$.tag"];
        Self::Data(Box::new(Data {
            selected: template(selected),
            label: template(label),
            tag: template(tag),
            customer: path("$.customer"),
            pieces: path("$.pieces"),
            state: path("$.payment.state"),
            put: put.map(|text| ReferencePath::parse(text).expect("a reference path")),
        }))
    }

    pub(crate) fn queries(first: &Value, other: &Value) -> Self {
        let payload = |value| Payload::compile(value).expect("a payload");
        Self::Queries {
            first: payload(first),
            other: payload(other),
        }
    }
}

impl Floor {
    pub(crate) fn new(work: Work) -> Self {
        Self(work)
    }

    /// The output's text, of the input's.
    pub(crate) fn run(&self, input: &str) -> String {
        let parsed: Value = serde_json::from_str(input).expect("the input is JSON");
        match &self.0 {
            Work::Nothing => parsed.to_string(),
            Work::Data(data) => data.run(&parsed).to_string(),
            Work::Tasks => {
                let mut text = parsed.to_string();
                for _ in 0..10 {
                    let parsed: Value = serde_json::from_str(&text).expect("JSON");
                    text = parsed.to_string();
                }
                text
            }
            Work::Queries { first, other } => {
                let mut data = first.eval(&Only(&parsed), "Output").expect("a value");
                for _ in 0..9 {
                    data = other.eval(&Only(&data), "Output").expect("a value");
                }
                data.to_string()
            }
        }
    }
}

impl Data {
    fn run(&self, input: &Value) -> Value {
        let [label, payment, to, tag] = &self.put;
        let data = self.selected.eval(&Only(input)).expect("a value");
        let made = self.label.eval(&Only(&data)).expect("a value");
        let data = label.put(data, made).expect("a place");
        let only = Only(&data);
        let found = self.pieces.eval(&only).expect("a value").as_f64();
        assert!(found > Some(1.0));
        let made = serde_json::json!({ "state": "paid" });
        let data = payment.put(data, made).expect("a place");
        let made = self
            .customer
            .eval(&Only(&data))
            .expect("a value")
            .into_owned();
        let data = to.put(data, made).expect("a place");
        let only = Only(&data);
        let found = self.state.eval(&only).expect("a value");
        assert_eq!(found.as_str(), Some("paid"));
        let made = self.tag.eval(&Only(&data)).expect("a value");
        tag.put(data, made).expect("a place")
    }
}

/// What an expression reads: data alone.
struct Only<'a>(&'a Value);

impl Env for Only<'_> {
    fn data(&self) -> &Value {
        self.0
    }

    fn context(&self) -> &Value {
        &Value::Null
    }

    fn variable(&self, _name: &str) -> Option<&Value> {
        None
    }

    fn random(&self) -> u64 {
        0
    }
}
