//! What an expression reads and calls, found in its tree.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use steploom_types::limits::DIAGNOSTICS_MAX;

use super::error::QueryProblem;
use super::mask::Mask;
use super::names;

/// Which parts of `$states` a query reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of one another"
)]
pub struct Reads {
    /// `$states.input`.
    pub input: bool,
    /// `$states.result`.
    pub result: bool,
    /// `$states.errorOutput`.
    pub error_output: bool,
    /// `$states.context`.
    pub context: bool,
    /// `$states` as a whole, or in a way that does not tell which part; the others are then not
    /// set for it.
    pub whole: bool,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Findings {
    /// The names that are free: bound by nothing in the expression. With what is read of each.
    pub(super) free: BTreeMap<String, Mask>,
    /// The free names that are called.
    pub(super) called: BTreeSet<String>,
}

/// Looks through an expression; `has_item`: whether it is evaluated over something.
///
/// # Errors
/// It uses operators that JSONata 2.0.6 does not have: that alone. Or it reads a context item where
/// there is none: each name that it reads so, once.
pub(super) fn scan(ast: &mut AstNode, has_item: bool) -> Result<Findings, Vec<QueryProblem>> {
    let mut scanner = Scanner {
        has_root: has_item,
        ..Scanner::default()
    };
    scanner.node(ast, has_item);
    if let Some(problem) = scanner.newer {
        return Err(vec![problem]);
    }
    if !scanner.problems.is_empty() {
        return Err(scanner.problems);
    }
    Ok(Findings {
        free: scanner.free,
        called: scanner.called,
    })
}

#[derive(Default)]
struct Scanner {
    free: BTreeMap<String, Mask>,
    called: BTreeSet<String>,
    /// The names that are bound here, the innermost last.
    bound: Vec<String>,
    /// Whether `$$` stands for something.
    has_root: bool,
    problems: Vec<QueryProblem>,
    /// An operator of a later version of the language.
    newer: Option<QueryProblem>,
}

impl Scanner {
    /// `has_item`: whether `$` stands for something.
    fn node(&mut self, node: &mut AstNode, has_item: bool) {
        match node {
            AstNode::Variable(name) => self.variable(name, &[], has_item),
            AstNode::ParentVariable(_) if self.has_root => {}
            AstNode::ParentVariable(_) => self.unsupported("$$"),
            AstNode::Name(name) => self.item(name, has_item),
            AstNode::Wildcard => self.item("*", has_item),
            AstNode::Descendant => self.item("**", has_item),
            AstNode::Path { steps } => {
                let length = self.bound.len();
                self.path(steps, has_item);
                self.bound.truncate(length);
            }
            AstNode::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, has_item),
            AstNode::Function {
                name,
                args,
                is_builtin,
            } => {
                if *is_builtin {
                    if !self.is_bound(name) {
                        self.called.insert(name.clone());
                        self.read(name, &[]);
                    }
                } else {
                    self.item(name, has_item);
                }
                self.all(args, has_item);
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, has_item);
                self.all(args, has_item);
            }
            AstNode::Lambda { params, body, .. } => {
                let length = self.bound.len();
                self.bound.extend(params.iter().cloned());
                self.node(body, has_item);
                self.bound.truncate(length);
            }
            AstNode::Block(expressions) => self.block(expressions, has_item),
            AstNode::ObjectTransform { input, pattern } => {
                let length = self.bound.len();
                self.input(input, has_item);
                self.pairs(pattern, true);
                self.bound.truncate(length);
            }
            AstNode::Sort { input, terms } => {
                let length = self.bound.len();
                self.input(input, has_item);
                for (term, _) in terms {
                    self.node(term, true);
                }
                self.bound.truncate(length);
            }
            AstNode::Transform {
                location,
                update,
                delete,
            } => {
                self.node(location, true);
                self.node(update, true);
                if let Some(delete) = delete {
                    self.node(delete, true);
                }
            }
            AstNode::Unary { operand, .. } => self.node(operand, has_item),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => self.all(items, has_item),
            AstNode::Object(pairs) => self.pairs(pairs, has_item),
            AstNode::FunctionApplication(inner) => self.node(inner, has_item),
            AstNode::Conditional {
                condition,
                then_branch,
                else_branch,
            } => {
                self.node(condition, has_item);
                self.node(then_branch, has_item);
                if let Some(branch) = else_branch {
                    self.node(branch, has_item);
                }
            }
            AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. }
            | AstNode::Parent(_) => {}
        }
    }

    fn binary(&mut self, op: BinaryOp, lhs: &mut AstNode, rhs: &mut AstNode, has_item: bool) {
        match op {
            BinaryOp::ColonEqual => {
                let AstNode::Variable(name) = lhs else {
                    return self.all([lhs, rhs], has_item);
                };
                // A function may call itself by the name that it gets.
                let is_function = matches!(rhs, AstNode::Lambda { .. });
                if is_function {
                    self.bound.push(name.clone());
                }
                self.node(rhs, has_item);
                if !is_function {
                    self.bound.push(name.clone());
                }
            }
            // Newer than 2.0.6, whose parser stumbles over the second sign.
            BinaryOp::Coalesce => self.newer("?"),
            BinaryOp::Default => self.newer(":"),
            _ => self.all([lhs, rhs], has_item),
        }
    }

    /// A block's functions see all that the block binds, whenever they are called.
    fn block(&mut self, expressions: &mut [AstNode], has_item: bool) {
        let length = self.bound.len();
        let later = expressions
            .iter()
            .filter_map(|expression| match expression {
                AstNode::Binary {
                    op: BinaryOp::ColonEqual,
                    lhs,
                    rhs,
                } => match (&**lhs, &**rhs) {
                    (AstNode::Variable(name), AstNode::Lambda { .. }) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            });
        self.bound.extend(later);
        self.all(expressions, has_item);
        self.bound.truncate(length);
    }

    fn path(&mut self, steps: &mut [PathStep], has_item: bool) {
        // The ancestors that `%` reads are above what fields lead to.
        let is_ancestral = steps.iter().any(|step| step.ancestor_label.is_some());
        let Some((first, mut rest)) = steps.split_first_mut() else {
            return;
        };
        let is_transparent = is_transparent(first);
        match &mut first.node {
            AstNode::Variable(name) if is_transparent => {
                let name = name.clone();
                let (fields, passed) = leading_fields(rest);
                rest = &mut rest[passed..];
                let fields = if is_ancestral { &[] } else { &*fields };
                self.variable(&name, fields, has_item);
            }
            node => {
                self.input(node, has_item);
                self.modifiers(first);
            }
        }
        for step in rest {
            self.input(&mut step.node, true);
            self.modifiers(step);
        }
    }

    /// What stands before modifiers: what it binds by `@` and `#` is seen by them.
    fn input(&mut self, node: &mut AstNode, has_item: bool) {
        match node {
            AstNode::Path { steps } => self.path(steps, has_item),
            AstNode::Sort { input, terms } => {
                self.input(input, has_item);
                for (term, _) in terms {
                    self.node(term, true);
                }
            }
            other => self.node(other, has_item),
        }
    }

    fn modifiers(&mut self, step: &mut PathStep) {
        self.bound.extend(step.focus.clone());
        self.bound.extend(step.index_var.clone());
        for stage in &mut step.stages {
            match stage {
                Stage::Filter(filter) => self.node(filter, true),
                Stage::Index(name) => self.bound.push(name.clone()),
                Stage::KeepArray => {}
            }
        }
    }

    fn pairs(&mut self, pairs: &mut [(AstNode, AstNode)], has_item: bool) {
        for (key, value) in pairs {
            self.node(key, has_item);
            self.node(value, has_item);
        }
    }

    fn all<'a>(&mut self, nodes: impl IntoIterator<Item = &'a mut AstNode>, has_item: bool) {
        for node in nodes {
            self.node(node, has_item);
        }
    }

    fn variable(&mut self, name: &str, fields: &[String], has_item: bool) {
        if name.is_empty() {
            self.item("$", has_item);
        } else if !self.is_bound(name) {
            self.read(name, fields);
        }
    }

    fn read(&mut self, name: &str, fields: &[String]) {
        self.free
            .entry(name.to_owned())
            .or_insert_with(Mask::none)
            .add(fields);
    }

    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|bound| bound == name)
    }

    /// Something of the context item.
    fn item(&mut self, name: &str, has_item: bool) {
        if !has_item {
            self.unsupported(name);
        }
    }

    fn unsupported(&mut self, name: &str) {
        let problem = QueryProblem::top_level(name);
        if !self.problems.contains(&problem) && self.problems.len() < DIAGNOSTICS_MAX {
            self.problems.push(problem);
        }
    }

    fn newer(&mut self, symbol: &str) {
        let message = format!("The symbol \"{symbol}\" cannot be used as a unary operator");
        self.newer.get_or_insert(QueryProblem::invalid(message));
    }
}

/// The fields that these steps follow one after another, and how many steps do nothing else.
fn leading_fields(steps: &[PathStep]) -> (Vec<String>, usize) {
    let mut fields = Vec::new();
    for (passed, step) in steps.iter().enumerate() {
        let AstNode::Name(field) = &step.node else {
            return (fields, passed);
        };
        // After `@` the next step goes on from where this one did.
        if step.focus.is_some() {
            return (fields, passed);
        }
        fields.push(field.clone());
        if !is_transparent(step) {
            return (fields, passed);
        }
    }
    let passed = fields.len();
    (fields, passed)
}

/// Whether a step only goes on, without anything that looks at what it led to.
fn is_transparent(step: &PathStep) -> bool {
    step.stages.is_empty() && step.focus.is_none() && step.index_var.is_none()
}

impl Reads {
    /// From what is read of `$states`.
    pub(super) fn of(mask: Option<&Mask>) -> Self {
        let Some(mask) = mask else {
            return Self::default();
        };
        if matches!(mask, Mask::Whole) {
            return Self {
                whole: true,
                ..Self::default()
            };
        }
        let reads = |name| mask.field(name).is_some();
        Self {
            input: reads(names::INPUT),
            result: reads(names::RESULT),
            error_output: reads(names::ERROR_OUTPUT),
            context: reads(names::CONTEXT),
            whole: false,
        }
    }
}
