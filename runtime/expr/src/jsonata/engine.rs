//! Runs an expression in the engine.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::{JMap, JValue};

use super::error::{Fault, QueryProblem};
use super::functions::{self, Chance, Function};
use super::mask::Mask;
use super::scan::{self, Findings, Reads};
use super::{convert, names};
use crate::{Env, QueryBudget};

/// An expression, with all that it needs to run.
pub(super) struct Program {
    ast: AstNode,
    free: BTreeMap<String, Mask>,
    variables: BTreeSet<String>,
    /// Those of our functions that it names.
    functions: Vec<&'static Function>,
    reads: Reads,
}

impl Program {
    pub(super) fn new(mut ast: AstNode) -> Result<Self, QueryProblem> {
        let Findings {
            free,
            called,
            mentioned,
        } = scan::scan(&mut ast)?;
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
            ast,
        })
    }

    pub(super) fn ast(&self) -> &AstNode {
        &self.ast
    }

    pub(super) fn variables(&self) -> &BTreeSet<String> {
        &self.variables
    }

    pub(super) fn reads(&self) -> Reads {
        self.reads
    }

    /// The value; `Undefined` if there is none.
    pub(super) fn run(&self, env: &dyn Env) -> Result<JValue, Fault> {
        let mut context = Context::new();
        for (name, mask) in &self.free {
            if name == names::STATES {
                context.bind(name.clone(), states(env, mask));
            } else if let Some(value) = env.variable(name) {
                context.bind(name.clone(), convert::to_engine(value, mask));
            }
        }
        run(&self.ast, context, &self.functions, env, &JValue::Undefined)
    }
}

/// Runs an expression with `$` and whatever is bound in the context.
fn run(
    ast: &AstNode,
    mut context: Context,
    functions: &[&'static Function],
    env: &dyn Env,
    item: &JValue,
) -> Result<JValue, Fault> {
    // Not there: whoever calls it calls what is no function.
    context.bind("eval".to_owned(), JValue::Undefined);
    let QueryBudget {
        millis,
        depth,
        items,
        ..
    } = env.budget();
    let options = EvaluatorOptions {
        timeout_ms: Some(millis),
        max_stack_depth: Some(depth),
        max_sequence_length: Some(items),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(context, options);
    let chance = Chance::new(env, functions);
    for function in functions {
        function.register(&mut evaluator, &chance)?;
    }
    Ok(evaluator.evaluate(ast, item)?)
}

/// What `$states` holds, as far as it is read.
fn states(env: &dyn Env, mask: &Mask) -> JValue {
    let states = env.states();
    let mut object = BTreeMap::new();
    let mut put = |name: &str, value: Option<&serde_json::Value>| {
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
