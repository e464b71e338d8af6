//! Queries that only follow fields, such as `$states.input.order.id`, or are literals, without the
//! engine.
//!
//! Where such a path meets an array, JSONata maps over it; that is left to the engine. Everywhere
//! else the value is borrowed from where it is.

use std::borrow::Cow;

use jsonata_core::ast::{AstNode, PathStep};
use serde_json::Value;

use super::names;
use crate::Env;

/// A path of fields from `$states` or a variable, or a literal.
#[derive(Debug)]
pub(super) struct Simple {
    root: Root,
    fields: Vec<String>,
}

#[derive(Debug)]
enum Root {
    /// No path at all.
    Literal(Value),
    States,
    Input,
    Result,
    ErrorOutput,
    Context,
    Variable(String),
}

/// What following a path comes to.
pub(super) enum Outcome<'a> {
    Value(Cow<'a, Value>),
    /// There is nothing there.
    Nothing,
    /// The engine has to look.
    Unknown,
}

impl Simple {
    /// If the expression is such a path.
    pub(super) fn of(ast: &AstNode) -> Option<Self> {
        let mut fields = Vec::new();
        let name = match ast {
            AstNode::Variable(name) => name,
            AstNode::Path { steps } => {
                let (first, rest) = steps.split_first()?;
                let AstNode::Variable(name) = plain(first)? else {
                    return None;
                };
                for step in rest {
                    let AstNode::Name(field) = plain(step)? else {
                        return None;
                    };
                    fields.push(field.clone());
                }
                name
            }
            other => {
                return Some(Self {
                    root: Root::Literal(literal(other)?),
                    fields,
                });
            }
        };
        let root = if name == names::STATES {
            if fields.is_empty() {
                return Some(Self {
                    root: Root::States,
                    fields,
                });
            }
            match fields.remove(0).as_str() {
                names::INPUT => Root::Input,
                names::RESULT => Root::Result,
                names::ERROR_OUTPUT => Root::ErrorOutput,
                names::CONTEXT => Root::Context,
                _ => return None,
            }
        } else if name.is_empty() {
            return None;
        } else {
            Root::Variable(name.clone())
        };
        Some(Self { root, fields })
    }

    pub(super) fn find<'a>(&self, env: &'a dyn Env) -> Outcome<'a> {
        let root = match &self.root {
            Root::Literal(value) => return Outcome::Value(Cow::Owned(value.clone())),
            Root::States => return Outcome::Value(Cow::Owned(states(env))),
            Root::Input => Some(env.states().input),
            Root::Result => env.states().result,
            Root::ErrorOutput => env.states().error_output,
            Root::Context => Some(env.context()),
            // If there is none, it may be a function.
            Root::Variable(name) => match env.variable(name) {
                None => return Outcome::Unknown,
                found => found,
            },
        };
        let Some(mut value) = root else {
            return Outcome::Nothing;
        };
        for field in &self.fields {
            value = match value {
                Value::Object(fields) => match fields.get(field) {
                    Some(value) => value,
                    None => return Outcome::Nothing,
                },
                Value::Array(_) => return Outcome::Unknown,
                _ => return Outcome::Nothing,
            };
        }
        Outcome::Value(Cow::Borrowed(value))
    }
}

/// A literal's value.
fn literal(node: &AstNode) -> Option<Value> {
    match node {
        AstNode::Null => Some(Value::Null),
        AstNode::Boolean(yes) => Some(Value::Bool(*yes)),
        AstNode::String(text) => Some(text.as_str().into()),
        AstNode::Number(number) => Some(super::convert::number(*number)),
        _ => None,
    }
}

/// All of `$states`.
fn states(env: &dyn Env) -> Value {
    let states = env.states();
    let parts = [
        (names::INPUT, Some(states.input)),
        (names::RESULT, states.result),
        (names::ERROR_OUTPUT, states.error_output),
        (names::CONTEXT, Some(env.context())),
    ];
    let there = parts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
    Value::Object(there.collect())
}

/// A step's node, if nothing modifies the step.
fn plain(step: &PathStep) -> Option<&AstNode> {
    let is_plain = step.stages.is_empty()
        && step.focus.is_none()
        && step.index_var.is_none()
        && step.ancestor_label.is_none()
        && !step.is_tuple
        && !step.inner_tuple;
    is_plain.then_some(&step.node)
}
