//! Payloads: JSON in which every text that is a query stands for its value.
//!
//! Used by `Arguments`, `Output`, `Assign`, `ItemSelector` and `Items`. What holds no query is kept
//! as one value and copied as a whole.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};
use steploom_types::limits::JSON_DEPTH_MAX;
use steploom_types::limits::query::PAYLOAD_QUERIES_MAX;

use super::error::INVALID;
use super::{Query, is_query};
use crate::{Env, EvalError, budget::Budget};

/// A compiled payload. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Payload(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Node,
    queries: Vec<(String, Query)>,
}

#[derive(Debug)]
enum Node {
    /// Without queries: copied.
    Fixed(Value),
    Query(Query),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// What is wrong at one place of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadProblem {
    /// The query: a JSON pointer from the payload's root, empty for the root itself.
    pub pointer: String,
    /// `INVALID_JSONATA_EXPRESSION` or `UNSUPPORTED_JSONATA_EXPRESSION`.
    pub code: &'static str,
    /// What is wrong, in AWS's words where they are known.
    pub message: String,
}

impl Payload {
    /// Compiles a payload.
    ///
    /// # Errors
    /// All that is wrong with it, in order.
    pub fn compile(value: &Value) -> Result<Self, Vec<PayloadProblem>> {
        let mut compiler = Compiler::default();
        let node = compiler.node(value, 0);
        if compiler.problems.is_empty() {
            let queries = compiler.queries;
            Ok(Self(Arc::new(Inner { node, queries })))
        } else {
            Err(compiler.problems)
        }
    }

    /// The value, with every query replaced by its value. `field` is the payload's name, such as
    /// `Output`; what is within is told of as `Output/result` or `Output/list[0]`.
    ///
    /// # Errors
    /// As [`Query::eval`], of the first query that fails; or the whole is larger than
    /// [`EVALUATED_BYTES_MAX`](steploom_types::limits::expression::EVALUATED_BYTES_MAX).
    pub fn eval(&self, env: &dyn Env, field: &str) -> Result<Value, EvalError> {
        self.find(env, field).map(Cow::into_owned)
    }

    /// The value, borrowed where it is one that is there already.
    ///
    /// # Errors
    /// As [`Payload::eval`].
    pub fn find<'a>(&'a self, env: &'a dyn Env, field: &str) -> Result<Cow<'a, Value>, EvalError> {
        match &self.0.node {
            Node::Fixed(value) => Ok(Cow::Borrowed(value)),
            Node::Query(query) => query.find(env, field),
            node => {
                let mut evaluation = Evaluation {
                    env,
                    field: field.to_owned(),
                    budget: Budget::new(),
                };
                evaluation.node(node).map(Cow::Owned)
            }
        }
    }

    /// The queries in it, in order, each with its JSON pointer from the payload's root.
    pub fn queries(&self) -> impl Iterator<Item = (&str, &Query)> {
        self.0
            .queries
            .iter()
            .map(|(pointer, query)| (pointer.as_str(), query))
    }

    /// The value, if there are no queries in it.
    pub fn fixed(&self) -> Option<&Value> {
        match &self.0.node {
            Node::Fixed(value) => Some(value),
            _ => None,
        }
    }

    /// The query, if the whole payload is one.
    pub fn query(&self) -> Option<&Query> {
        match &self.0.node {
            Node::Query(query) => Some(query),
            _ => None,
        }
    }
}

/// Knows where it is.
struct Evaluation<'a> {
    env: &'a dyn Env,
    field: String,
    budget: Budget,
}

impl Evaluation<'_> {
    fn node(&mut self, node: &Node) -> Result<Value, EvalError> {
        match node {
            Node::Fixed(value) => Ok(value.clone()),
            Node::Query(query) => {
                let value = query.find(self.env, &self.field)?;
                self.budget.take(&value)?;
                Ok(value.into_owned())
            }
            Node::Array(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for (index, node) in nodes.iter().enumerate() {
                    items.push(self.within(node, |field| {
                        let _ = write!(field, "[{index}]");
                    })?);
                }
                Ok(Value::Array(items))
            }
            Node::Object(nodes) => {
                let mut fields = Map::with_capacity(nodes.len());
                for (name, node) in nodes {
                    let value = self.within(node, |field| {
                        field.push('/');
                        field.push_str(name);
                    })?;
                    fields.insert(name.clone(), value);
                }
                Ok(Value::Object(fields))
            }
        }
    }

    fn within(&mut self, node: &Node, go: impl FnOnce(&mut String)) -> Result<Value, EvalError> {
        let length = self.field.len();
        go(&mut self.field);
        let value = self.node(node);
        self.field.truncate(length);
        value
    }
}

/// Gathers queries and problems, and knows where it is.
#[derive(Default)]
struct Compiler {
    queries: Vec<(String, Query)>,
    problems: Vec<PayloadProblem>,
    pointer: String,
}

impl Compiler {
    fn node(&mut self, value: &Value, depth: usize) -> Node {
        if depth > JSON_DEPTH_MAX {
            self.problem(
                INVALID,
                format!("A payload may be nested {JSON_DEPTH_MAX} deep"),
            );
            return Node::Fixed(Value::Null);
        }
        match value {
            Value::String(text) if is_query(text) => self.query(text),
            Value::Array(items) => {
                let nodes = items.iter().enumerate();
                let nodes = nodes
                    .map(|(index, item)| self.within(&index.to_string(), item, depth))
                    .collect::<Vec<_>>();
                if nodes.iter().all(Node::is_fixed) {
                    return Node::Fixed(value.clone());
                }
                Node::Array(nodes)
            }
            Value::Object(fields) => {
                let nodes = fields.iter();
                let nodes = nodes
                    .map(|(name, field)| (name.clone(), self.within(name, field, depth)))
                    .collect::<Vec<_>>();
                if nodes.iter().all(|(_, node)| node.is_fixed()) {
                    return Node::Fixed(value.clone());
                }
                Node::Object(nodes)
            }
            _ => Node::Fixed(value.clone()),
        }
    }

    fn query(&mut self, text: &str) -> Node {
        if self.queries.len() + self.problems.len() >= PAYLOAD_QUERIES_MAX {
            if self.problems.len() < PAYLOAD_QUERIES_MAX {
                let why = format!("A payload may have {PAYLOAD_QUERIES_MAX} JSONata expressions");
                self.problem(INVALID, why);
            }
            return Node::Fixed(Value::Null);
        }
        match Query::check(text) {
            Ok(query) => {
                self.queries.push((self.pointer.clone(), query.clone()));
                Node::Query(query)
            }
            Err(problems) => {
                for problem in problems {
                    self.problem(problem.code, problem.message);
                }
                Node::Fixed(Value::Null)
            }
        }
    }

    fn within(&mut self, name: &str, value: &Value, depth: usize) -> Node {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer
            .push_str(&name.replace('~', "~0").replace('/', "~1"));
        let node = self.node(value, depth + 1);
        self.pointer.truncate(length);
        node
    }

    fn problem(&mut self, code: &'static str, message: String) {
        self.problems.push(PayloadProblem {
            pointer: self.pointer.clone(),
            code,
            message,
        });
    }
}

impl Node {
    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }
}
