//! AWS's service models: operations, the shapes of what goes in, and what these may hold.
//!
//! `model/extract.py` takes them from botocore.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use fancy_regex::Regex;
use foldhash::fast::RandomState;
use serde::Deserialize;

/// A service's model.
#[derive(Deserialize)]
pub(crate) struct Model {
    pub(crate) operations: BTreeMap<String, Operation>,
    /// Looked up several times for each request.
    shapes: HashMap<String, Shape, RandomState>,
}

/// An operation.
#[derive(Deserialize)]
pub(crate) struct Operation {
    /// The HTTP method.
    #[serde(default)]
    pub(crate) method: String,
    /// The path, with labels such as `{FunctionName}`, and perhaps what the query must hold.
    #[serde(default)]
    pub(crate) uri: String,
    /// The HTTP status of an answer.
    #[serde(default)]
    pub(crate) status: u16,
    /// The name of the shape of what comes out.
    #[serde(default)]
    pub(crate) output: Option<String>,
    /// The name of the shape of what goes in.
    #[serde(default)]
    pub(crate) input: Option<String>,
}

/// A shape, and what a value of it may be.
#[derive(Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: ShapeKind,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default)]
    pub(crate) members: BTreeMap<String, Member>,
    #[serde(default)]
    pub(crate) member: Option<Member>,
    #[serde(default)]
    pub(crate) value: Option<Member>,
    #[serde(default)]
    pub(crate) min: Option<f64>,
    #[serde(default)]
    pub(crate) max: Option<f64>,
    #[serde(default)]
    pub(crate) pattern: Option<Pattern>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    /// The member that is the whole body.
    #[serde(default)]
    pub(crate) payload: Option<String>,
    /// The HTTP status, if it is an error.
    #[serde(default)]
    pub(crate) status: Option<u16>,
}

/// A field of a shape, or what a list or a map holds.
#[derive(Deserialize)]
pub(crate) struct Member {
    pub(crate) shape: String,
    /// Where it stands in a request or an answer: in the body, if nothing is said.
    #[serde(default)]
    pub(crate) location: Option<Location>,
    /// Its name there, if that is not the member's.
    #[serde(default, rename = "locationName")]
    pub(crate) name: Option<String>,
}

/// Where a member stands in a request or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Location {
    Uri,
    Querystring,
    Header,
    /// Headers whose names begin alike.
    Headers,
    StatusCode,
}

/// What JSON a shape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ShapeKind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// A pattern that a whole text has to match.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) regex: Regex,
}

impl TryFrom<String> for Pattern {
    type Error = Box<fancy_regex::Error>;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let regex = text.replace(r"\p{ASCII}", r"[\x00-\x7f]");
        let regex = Regex::new(&format!(r"\A(?:{regex})\z"))?;
        Ok(Self { text, regex })
    }
}

impl Model {
    /// A shape by its name; every name in a model has one, which a test checks.
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }
}

/// Step Functions.
pub(crate) static STATES: LazyLock<Model> =
    LazyLock::new(|| read(include_str!("../model/states.json")));

/// EventBridge Scheduler.
pub(crate) static SCHEDULER: LazyLock<Model> =
    LazyLock::new(|| read(include_str!("../model/scheduler.json")));

/// Lambda.
pub(crate) static LAMBDA: LazyLock<Model> =
    LazyLock::new(|| read(include_str!("../model/lambda.json")));

fn read(text: &str) -> Model {
    match serde_json::from_str(text) {
        Ok(model) => model,
        Err(error) => unreachable!("a model is part of this program: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_is_named_is_there() {
        for model in [&*STATES, &*SCHEDULER, &*LAMBDA] {
            let inputs = model.operations.values().filter_map(|o| o.input.as_deref());
            let of_shape = |shape: &'static Shape| {
                let members = shape.members.values().chain(&shape.member);
                members.chain(&shape.value).map(|m| m.shape.as_str())
            };
            let inner = model.shapes.values().flat_map(of_shape);
            for name in inputs.chain(inner) {
                assert!(model.shape(name).is_some(), "{name}");
            }
        }
    }
}
