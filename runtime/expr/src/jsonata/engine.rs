//! Runs an expression in the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::{JMap, JValue};
use serde_json::Value;

use super::error::{Fault, QueryProblem};
use super::functions::{self, Chance, Function, Memory};
use super::mask::Mask;
use super::scan::{self, Findings, Reads};
use super::simple::Simple;
use super::trace::{Trace, Traced};
use super::{convert, guard, names, walk, wording};
use crate::Env;

/// An expression, with all that it needs to run.
pub(super) struct Program {
    ast: AstNode,
    free: BTreeMap<String, Mask>,
    variables: BTreeSet<String>,
    /// Those of our functions that it names.
    functions: Vec<&'static Function>,
    reads: Reads,
    simple: Option<Simple>,
    /// By how much the checks make it deeper.
    checks_depth: usize,
}

impl Program {
    /// # Errors
    /// The expression reads a context item, or is not JSONata 2.0.6.
    pub(super) fn new(ast: AstNode) -> Result<Self, Vec<QueryProblem>> {
        Self::compile(ast, false)
    }

    /// The same, where there is a context item.
    pub(super) fn over_item(ast: AstNode) -> Result<Self, Vec<QueryProblem>> {
        Self::compile(ast, true)
    }

    fn compile(mut ast: AstNode, has_item: bool) -> Result<Self, Vec<QueryProblem>> {
        let Findings { free, called } = scan::scan(&mut ast, has_item)?;
        let simple = Simple::of(&ast);
        let checks_depth = guard::guard(&mut ast);
        let mut mentioned = BTreeSet::new();
        mention(&mut ast, &mut mentioned);
        let is_variable = |name: &&String| {
            let is_other = *name == names::STATES || name.is_empty();
            !is_other && !called.contains(*name) && !names::is_function(name)
        };
        let functions = functions::ALL.iter();
        Ok(Self {
            variables: free.keys().filter(is_variable).cloned().collect(),
            functions: functions
                .filter(|function| mentioned.contains(function.name))
                .collect(),
            reads: Reads::of(free.get(names::STATES)),
            free,
            simple,
            checks_depth,
            ast,
        })
    }

    /// The path that the expression is, if it is no more.
    pub(super) fn simple(&self) -> Option<&Simple> {
        self.simple.as_ref()
    }

    pub(super) fn variables(&self) -> &BTreeSet<String> {
        &self.variables
    }

    pub(super) fn reads(&self) -> Reads {
        self.reads
    }

    /// The value; `Undefined` if there is none.
    pub(super) fn run(&self, env: &dyn Env) -> Result<JValue, Fault> {
        self.run_over(env, None)
    }

    pub(super) fn run_over(&self, env: &dyn Env, item: Option<&Value>) -> Result<JValue, Fault> {
        let chance = Chance::new(env, &self.functions);
        let seed = chance.seed();
        let item = item.map_or(JValue::Undefined, |item| {
            convert::to_engine(item, &Mask::Whole)
        });
        let fault = match self.attempt(env, &chance, &item, None) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        let Some((code, said)) = fault.coded() else {
            return Err(fault);
        };
        let trace = if wording::wants_trace(code) {
            let traced = Traced::new(&self.ast);
            let again = self.attempt(env, &Chance::again(env, seed), &item, Some(&traced));
            match again {
                // The words must not depend on how quick this was.
                Err(Fault::Time) => return Err(Fault::Time),
                Err(again) if again.coded().is_some_and(|(other, _)| other == code) => {
                    traced.trace()
                }
                // With notes, a loop of tail calls is a recursion, and may be too deep.
                _ => Trace::default(),
            }
        } else {
            Trace::default()
        };
        Err(Fault::Thrown(wording::reworded(code, said, &trace)))
    }

    /// Evaluates, taking notes or not.
    fn attempt(
        &self,
        env: &dyn Env,
        chance: &Chance,
        item: &JValue,
        traced: Option<&Traced>,
    ) -> Result<JValue, Fault> {
        let budget = env.budget();
        // The engine does not count the innermost: names, variables, literals.
        let depth = budget.depth.saturating_sub(1);
        // Notes are calls, so what takes them is nested deeper, and takes longer.
        let (deeper, longer) = if traced.is_some() { (4, 10) } else { (1, 1) };
        let options = EvaluatorOptions {
            timeout_ms: Some(budget.millis.saturating_mul(longer)),
            max_stack_depth: Some((depth + self.checks_depth).saturating_mul(deeper)),
            max_sequence_length: Some(budget.items),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(self.bindings(env), options);
        let memory = Rc::new(Memory::new(&budget));
        for function in &self.functions {
            function.register(&mut evaluator, chance, &memory)?;
        }
        if let Some(traced) = traced {
            traced.register(&mut evaluator)?;
        }
        let ast = traced.map_or(&self.ast, |traced| &traced.ast);
        // A mistake of the engine's must not take the thread: where a text is cut within a character,
        // it panics.
        match catch_unwind(AssertUnwindSafe(|| evaluator.evaluate(ast, item))) {
            Ok(outcome) => Ok(outcome?),
            Err(_) => Err(Fault::Internal),
        }
    }

    /// What the expression reads, as far as it does.
    fn bindings(&self, env: &dyn Env) -> Context {
        let mut context = Context::new();
        for (name, mask) in &self.free {
            if name == names::STATES {
                context.bind(name.clone(), states(env, mask));
            } else if let Some(value) = env.variable(name) {
                context.bind(name.clone(), convert::to_engine(value, mask));
            }
        }
        // Not there: whoever calls it calls what is no function.
        context.bind("eval".to_owned(), JValue::Undefined);
        context
    }
}

/// All names that are called or read, of functions or not.
fn mention(node: &mut AstNode, names: &mut BTreeSet<String>) {
    if let AstNode::Variable(name) | AstNode::Function { name, .. } = node {
        names.insert(name.clone());
    }
    walk::children(node, &mut |child| mention(child, names));
}

/// What `$states` holds, as far as it is read.
fn states(env: &dyn Env, mask: &Mask) -> JValue {
    let states = env.states();
    let mut object = BTreeMap::new();
    let mut put = |name: &str, value: Option<&Value>| {
        if let (Some(value), Some(mask)) = (value, mask.field(name)) {
            object.insert(name.to_owned(), convert::to_engine(value, mask));
        }
    };
    put(names::INPUT, Some(states.input));
    put(names::RESULT, states.result);
    put(names::ERROR_OUTPUT, states.error_output);
    if mask.field(names::CONTEXT).is_some() {
        put(names::CONTEXT, Some(env.context()));
    }
    JValue::Object(object.into_iter().collect::<JMap>().into())
}
