//! Payload templates: JSON in which the fields whose names end in `.$` hold expressions.
//!
//! Used by `Parameters`, `ResultSelector` and `ItemSelector`. What holds no expression is kept as
//! one value and copied as a whole.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use steploom_types::limits::JSON_DEPTH_MAX;

use super::path::{Found, Miss, Path};
use super::{Call, Expression};
use crate::{Env, EvalError, budget::Budget};

/// How the name of a field that holds an expression ends.
const MARK: &str = ".$";

/// A compiled template. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Template(Arc<Node>);

#[derive(Debug)]
enum Node {
    /// Without expressions: copied.
    Fixed(Value),
    Array(Vec<Node>),
    Object(Vec<(String, Field)>),
}

#[derive(Debug)]
enum Field {
    Node(Node),
    Path(Path),
    Call(Call),
}

/// What is wrong at one place of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The object or array that it is in: a JSON pointer from the template's root, empty for the
    /// root itself.
    pub pointer: String,
    /// What is wrong, in AWS's words where it has some.
    pub message: String,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// All that is wrong with it, in order.
    pub fn compile(value: &Value) -> Result<Self, Vec<TemplateProblem>> {
        let mut compiler = Compiler::default();
        let node = compiler.node(value, 0);
        if compiler.problems.is_empty() {
            Ok(Self(Arc::new(node)))
        } else {
            Err(compiler.problems)
        }
    }

    /// Adds the names of the variables that it reads, without the `$`.
    pub fn variables(&self, found: &mut BTreeSet<String>) {
        self.0.variables(found);
    }

    /// The value, with every expression replaced by its result.
    ///
    /// # Errors
    /// An expression has no value, or the result would be larger than
    /// [`EVALUATED_BYTES_MAX`](steploom_types::limits::expression::EVALUATED_BYTES_MAX).
    pub fn eval(&self, env: &dyn Env) -> Result<Value, EvalError> {
        self.0.eval(env, &Budget::new())
    }
}

impl Node {
    fn eval(&self, env: &dyn Env, budget: &Budget) -> Result<Value, EvalError> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Array(nodes) => nodes
                .iter()
                .map(|node| node.eval(env, budget))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (name, field) in fields {
                    object.insert(name.clone(), field.eval(name, env, budget)?);
                }
                Ok(Value::Object(object))
            }
        }
    }

    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    fn variables(&self, found: &mut BTreeSet<String>) {
        match self {
            Self::Fixed(_) => {}
            Self::Array(nodes) => nodes.iter().for_each(|node| node.variables(found)),
            Self::Object(fields) => {
                for (_, field) in fields {
                    match field {
                        Field::Node(node) => node.variables(found),
                        Field::Path(path) => found.extend(path.variable().map(str::to_owned)),
                        Field::Call(call) => call.variables(found),
                    }
                }
            }
        }
    }
}

impl Field {
    fn eval(&self, name: &str, env: &dyn Env, budget: &Budget) -> Result<Value, EvalError> {
        match self {
            Self::Node(node) => node.eval(env, budget),
            Self::Call(call) => call.eval_within(env, budget),
            Self::Path(path) => match path.select(env, budget) {
                Ok(value) => {
                    if let Cow::Borrowed(copied) = &value {
                        budget.take(copied)?;
                    }
                    Ok(value.into_owned())
                }
                // As on AWS, here alone.
                Err(Miss::Step(_, Found::PastEnd)) => Ok(Value::Null),
                Err(Miss::Step(..)) => Err(EvalError::Template {
                    path: path.text().to_owned(),
                    field: format!("{name}{MARK}"),
                    input: path.input(env),
                }),
                Err(Miss::Variable) => Err(path.variable_error()),
                Err(Miss::TooLarge) => Err(EvalError::TooLarge),
            },
        }
    }
}

/// Gathers problems, and knows where it is.
#[derive(Default)]
struct Compiler {
    problems: Vec<TemplateProblem>,
    pointer: String,
}

impl Compiler {
    fn node(&mut self, value: &Value, depth: usize) -> Node {
        if depth > JSON_DEPTH_MAX {
            self.problem(format!("A template may be nested {JSON_DEPTH_MAX} deep"));
            return Node::Fixed(Value::Null);
        }
        match value {
            Value::Array(items) => self.array(items, value, depth),
            Value::Object(fields) => self.object(fields, value, depth),
            _ => Node::Fixed(value.clone()),
        }
    }

    fn array(&mut self, items: &[Value], whole: &Value, depth: usize) -> Node {
        let mut nodes = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            nodes.push(self.within(&index.to_string(), |own| own.node(item, depth + 1)));
        }
        if nodes.iter().all(Node::is_fixed) {
            return Node::Fixed(whole.clone());
        }
        Node::Array(nodes)
    }

    fn object(&mut self, fields: &Map<String, Value>, whole: &Value, depth: usize) -> Node {
        let mut compiled = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let Some(plain) = name.strip_suffix(MARK) else {
                let node = self.within(name, |own| own.node(value, depth + 1));
                compiled.push((name.clone(), Field::Node(node)));
                continue;
            };
            if fields.contains_key(plain) {
                self.problem(format!(
                    "The fields '{plain}' and '{name}' exclude each other"
                ));
            }
            if let Some(field) = self.expression(name, value) {
                compiled.push((plain.to_owned(), field));
            }
        }
        let is_fixed =
            |(_, field): &(String, Field)| matches!(field, Field::Node(n) if n.is_fixed());
        if compiled.len() == fields.len() && compiled.iter().all(is_fixed) {
            return Node::Fixed(whole.clone());
        }
        Node::Object(compiled)
    }

    fn expression(&mut self, name: &str, value: &Value) -> Option<Field> {
        match value.as_str().map(Expression::parse) {
            Some(Ok(Expression::Path(path))) => Some(Field::Path(path)),
            Some(Ok(Expression::Call(call))) => Some(Field::Call(call)),
            Some(Err(_)) | None => {
                self.problem(format!(
                    "The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
                ));
                None
            }
        }
    }

    fn within<T>(&mut self, name: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer
            .push_str(&name.replace('~', "~0").replace('/', "~1"));
        let result = then(self);
        self.pointer.truncate(length);
        result
    }

    fn problem(&mut self, message: String) {
        self.problems.push(TemplateProblem {
            pointer: self.pointer.clone(),
            message,
        });
    }
}

#[cfg(test)]
mod tests;
