//! Finds out what failed, by evaluating once more with a note taken at every call and operator.
//!
//! Evaluations are determined by what they read, so the second fails where the first did. It is
//! run only for those messages that name a call or an operator.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp, UnaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::guard;
use super::walk::{self, call, wrap};

/// Names that no text can spell.
const BEGIN: &str = "begin\0";
const END: &str = "end\0";
const KEEP: &str = "keep\0";

/// The calls and operators that had begun, and not ended, where the evaluation failed.
#[derive(Debug, Default)]
pub(super) struct Trace {
    open: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    what: What,
    /// Of operators, as JSON.
    operands: [Option<String>; 2],
}

#[derive(Clone, Debug)]
enum What {
    Call(String),
    Operator(&'static str),
}

impl Trace {
    /// The function that was being called.
    pub(super) fn call(&self) -> &str {
        let mut notes = self.open.iter().rev();
        let name = notes.find_map(|note| match &note.what {
            What::Call(name) => Some(name.as_str()),
            What::Operator(_) => None,
        });
        name.unwrap_or_default().trim_end_matches('\0')
    }

    /// The operator that was being applied.
    pub(super) fn operator(&self) -> Option<&'static str> {
        match self.open.last()?.what {
            What::Operator(symbol) => Some(symbol),
            What::Call(_) => None,
        }
    }

    /// Its operands, as JSON.
    pub(super) fn operands(&self) -> [Option<&str>; 2] {
        let note = self.open.last();
        [0, 1].map(|side| note.and_then(|note| note.operands[side].as_deref()))
    }
}

/// An expression that takes notes.
pub(super) struct Traced {
    pub(super) ast: AstNode,
    places: Vec<What>,
    trace: Rc<RefCell<Trace>>,
}

impl Traced {
    pub(super) fn new(ast: &AstNode) -> Self {
        let mut tracer = Tracer { places: Vec::new() };
        let mut ast = ast.clone();
        tracer.node(&mut ast);
        Self {
            ast,
            places: tracer.places,
            trace: Rc::default(),
        }
    }

    /// Lets an evaluator take notes.
    pub(super) fn register(&self, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        let trace = Rc::clone(&self.trace);
        let places = self.places.clone();
        evaluator.register_fn_override(BEGIN, move |args: &[JValue]| {
            let place = args.first().and_then(JValue::as_f64).unwrap_or_default();
            if let Some(what) = places.get(place as usize) {
                trace.borrow_mut().open.push(Note {
                    what: what.clone(),
                    operands: [None, None],
                });
            }
            Ok(JValue::Null)
        })?;
        let trace = Rc::clone(&self.trace);
        evaluator.register_fn_override(END, move |args: &[JValue]| {
            trace.borrow_mut().open.pop();
            Ok(args.get(1).cloned().unwrap_or(JValue::Undefined))
        })?;
        let trace = Rc::clone(&self.trace);
        evaluator.register_fn_override(KEEP, move |args: &[JValue]| {
            let side = args.first().and_then(JValue::as_f64).unwrap_or_default();
            let value = args.get(1).cloned().unwrap_or(JValue::Undefined);
            if let Some(note) = trace.borrow_mut().open.last_mut() {
                note.operands[usize::from(side > 0.0)] = shown(&value);
            }
            Ok(value)
        })
    }

    /// What was noted.
    pub(super) fn trace(&self) -> Trace {
        self.trace.take()
    }
}

/// A value as it stands in a message; `None` if it is too large for one.
fn shown(value: &JValue) -> Option<String> {
    const BYTES_MAX: usize = 1_000;
    let value = super::convert::from_engine(value, BYTES_MAX).ok()?;
    Some(value.to_string())
}

struct Tracer {
    places: Vec<What>,
}

impl Tracer {
    fn node(&mut self, node: &mut AstNode) {
        self.children(node);
        let what = match node {
            AstNode::Function { name, .. } if guard::is_ours(name) => return,
            AstNode::Function { name, .. } => What::Call(name.clone()),
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                rhs,
                ..
            } => match &**rhs {
                AstNode::Function { name, .. } | AstNode::Variable(name) => {
                    What::Call(name.clone())
                }
                _ => return,
            },
            AstNode::Binary { op, lhs, rhs } => {
                let Some(symbol) = symbol(*op) else {
                    return;
                };
                keep(0, lhs);
                keep(1, rhs);
                What::Operator(symbol)
            }
            AstNode::Unary {
                op: UnaryOp::Negate,
                operand,
            } => {
                keep(0, operand);
                What::Operator("-")
            }
            _ => return,
        };
        let place = self.places.len();
        self.places.push(what);
        let begin = call(BEGIN, vec![AstNode::Number(place as f64)]);
        wrap(node, END, Some(begin));
    }

    fn children(&mut self, node: &mut AstNode) {
        // The right side of `~>` has to stay a call: the left side becomes its argument.
        if let AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            rhs,
        } = node
        {
            self.node(lhs);
            self.children(rhs);
        } else {
            walk::children(node, &mut |child| self.node(child));
        }
    }
}

/// The operators whose failures name them or their operands.
fn symbol(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::LessThan => "<",
        BinaryOp::LessThanOrEqual => "<=",
        BinaryOp::GreaterThan => ">",
        BinaryOp::GreaterThanOrEqual => ">=",
        BinaryOp::Range => "..",
        _ => return None,
    })
}

fn keep(side: u8, node: &mut AstNode) {
    wrap(node, KEEP, Some(AstNode::Number(side.into())));
}
