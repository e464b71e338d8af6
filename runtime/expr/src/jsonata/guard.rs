//! Bounds what an expression may hold, by checks that are put into it.
//!
//! The engine bounds time between its steps, depth and the length of sequences. Left to itself,
//! one step of it can still take the memory of the host or never end: `$pad('', 1e18)`, or
//! anything that looks into a value which repeats itself within itself. Therefore
//! - what goes into a constructor, a variable or a call passes [`HELD`], which looks at all of it:
//!   no value is larger than the budget's bytes, and no evaluation looks at more than
//!   `VISITS_MAX` values in all, or makes more than `MADE_SEQUENCES_MAX` sequences' items, or keeps
//!   more than `LIVE_TEXT_BYTES_MAX` of long texts ([`steploom_types::limits::query`]);
//! - arguments whose size or product says how much a function makes are bounded beforehand;
//! - `$distinct`, `$join` and what reads the clock are functions of ours, under names that no text
//!   can spell.
//!
//! All of it is counted, not timed: the same evaluation fails in the same way.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use steploom_types::limits::query::{PICTURE_BYTES_MAX, SUBJECT_BYTES_MAX};

use super::names;
use super::walk::{call, children, wrap};

/// Names that no text can spell: they end in a null.
pub(super) const HELD: &str = "held\0";
pub(super) const WIDTH: &str = "width\0";
pub(super) const SHORT: &str = "short\0";
pub(super) const REPLACING: &str = "replacing\0";
pub(super) const TARGETS: &str = "targets\0";
pub(super) const DATED: &str = "dated\0";

/// Whether a function is one of the checks.
pub(super) fn is_ours(name: &str) -> bool {
    matches!(name, HELD | WIDTH | SHORT | REPLACING | TARGETS | DATED)
}

/// Functions that are replaced by ours of the same name with a null behind it.
const REPLACED: [&str; 2] = ["distinct", "join"];

/// Functions whose arguments are bounded, and how many parameters they have.
const BOUNDED: [(&str, usize); 8] = [
    ("formatInteger", 2),
    ("formatNumber", 3),
    ("fromMillis", 3),
    ("match", 3),
    ("pad", 3),
    ("parseInteger", 2),
    ("replace", 4),
    ("split", 3),
];

/// Puts the checks into an expression. Answers how many of them are nested in one another: by so
/// much it is deeper than it was written.
pub(super) fn guard(ast: &mut AstNode) -> usize {
    let mut free_use = FreeUse::default();
    free_use.look(ast);
    rename(ast, &free_use);
    hold(ast);
    let depth = checks_depth(ast);
    depth + usize::from(add_prelude(ast, &free_use))
}

fn checks_depth(node: &mut AstNode) -> usize {
    let own = matches!(node, AstNode::Function { name, .. } if is_ours(name));
    let mut deepest = 0;
    children(node, &mut |child| {
        deepest = deepest.max(checks_depth(child));
    });
    deepest + usize::from(own)
}

/// The names of functions that are bound, or used other than in a plain call.
#[derive(Default)]
struct FreeUse(BTreeSet<String>);

impl FreeUse {
    fn look(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Variable(name) => self.add(name),
            AstNode::Function { name, args, .. }
                if args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) =>
            {
                self.add(name);
            }
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs,
                ..
            } => {
                if let AstNode::Variable(name) = &**lhs {
                    self.add(name);
                }
            }
            AstNode::Lambda { params, .. } => params.iter().for_each(|name| self.add(name)),
            AstNode::Path { steps } => steps.iter().for_each(|step| self.look_at_step(step)),
            _ => {}
        }
        children(node, &mut |child| self.look(child));
    }

    fn look_at_step(&mut self, step: &PathStep) {
        let names = step.focus.iter().chain(&step.index_var);
        names.for_each(|name| self.add(name));
        for stage in &step.stages {
            if let Stage::Index(name) = stage {
                self.add(name);
            }
        }
    }

    fn add(&mut self, name: &str) {
        if names::is_function(name) {
            self.0.insert(name.to_owned());
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// What stands for the name: ours, where it is replaced or used freely.
    fn renamed(&self, name: &str) -> Option<String> {
        let is_bounded = BOUNDED.iter().any(|(bounded, _)| *bounded == name);
        let is_ours =
            REPLACED.contains(&name) || (is_bounded || name == TO_MILLIS) && self.has(name);
        is_ours.then(|| format!("{name}\0"))
    }
}

/// Reads the clock if it has a picture; without one it may read the context item, which only the
/// engine's can.
const TO_MILLIS: &str = "toMillis";

/// Renames what is ours, wherever it is bound, called or named.
fn rename(node: &mut AstNode, free_use: &FreeUse) {
    let to = |name: &mut String| {
        if let Some(renamed) = free_use.renamed(name) {
            *name = renamed;
        }
    };
    match node {
        AstNode::Variable(name) => to(name),
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } => {
            if name == TO_MILLIS && args.len() > 1 {
                *name = format!("{TO_MILLIS}\0");
            } else {
                to(name);
            }
        }
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs,
            ..
        } => rename(lhs, free_use),
        AstNode::Lambda { params, .. } => params.iter_mut().for_each(to),
        AstNode::Path { steps } => {
            for step in steps {
                step.focus.as_mut().map(to);
                step.index_var.as_mut().map(to);
                for stage in &mut step.stages {
                    if let Stage::Index(name) = stage {
                        to(name);
                    }
                }
            }
        }
        _ => {}
    }
    children(node, &mut |child| rename(child, free_use));
}

/// Binds bounded functions that are used freely to functions that bound their arguments. Answers
/// whether there are any.
fn add_prelude(ast: &mut AstNode, free_use: &FreeUse) -> bool {
    let mut block = Vec::new();
    for (name, parameters) in BOUNDED {
        if !free_use.has(name) {
            continue;
        }
        let params: Vec<_> = ["a", "b", "c", "d"][..parameters]
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        let mut body = call(name, params.iter().map(AstNode::variable).collect());
        bound(&mut body);
        block.push(AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs: Box::new(AstNode::Variable(format!("{name}\0"))),
            rhs: Box::new(AstNode::Lambda {
                params,
                body: Box::new(body),
                signature: None,
                thunk: false,
            }),
        });
    }
    if block.is_empty() {
        return false;
    }
    block.push(std::mem::replace(ast, AstNode::Undefined));
    *ast = AstNode::Block(block);
    true
}

/// Puts in the checks, from the inside out.
fn hold(node: &mut AstNode) {
    if let AstNode::Binary {
        op: BinaryOp::Concatenate,
        ..
    } = node
    {
        hold_operands(node);
        wrap(node, HELD, None);
        return;
    }
    children(node, &mut hold);
    match node {
        AstNode::Array(items) | AstNode::ArrayGroup(items) => {
            items
                .iter_mut()
                .filter(|item| is_reference(item))
                .for_each(held);
        }
        AstNode::Object(pairs) | AstNode::ObjectTransform { pattern: pairs, .. } => {
            let values = pairs.iter_mut().map(|(_, value)| value);
            values.filter(|value| is_reference(value)).for_each(held);
        }
        AstNode::Function { name, args, .. } => {
            let is_fused = matches!(name.as_str(), "sum" | "max" | "min" | "average" | "exists");
            if !is_ours(name) && !is_fused {
                args.iter_mut().filter(|arg| is_made(arg)).for_each(held);
            }
            bound(node);
        }
        AstNode::Call { args, .. } => {
            args.iter_mut().filter(|arg| is_made(arg)).for_each(held);
        }
        AstNode::Binary { op, lhs, rhs } => match op {
            BinaryOp::ColonEqual if is_made(rhs) => held(rhs),
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In => {
                [lhs, rhs]
                    .into_iter()
                    .map(|side| &mut **side)
                    .filter(|side| is_made(side))
                    .for_each(held);
            }
            BinaryOp::ChainPipe if is_made(lhs) => held(lhs),
            _ => {}
        },
        AstNode::Path { steps } => hold_steps(steps),
        AstNode::Transform { location, .. } => {
            wrap(location, TARGETS, Some(AstNode::Variable(String::new())));
        }
        _ => {}
    }
}

/// Only the whole of a chain of `&` is checked.
fn hold_operands(node: &mut AstNode) {
    children(node, &mut |side| match side {
        AstNode::Binary {
            op: BinaryOp::Concatenate,
            ..
        } => hold_operands(side),
        other => hold(other),
    });
}

/// What a step adds of its own to each item, and what is called before steps.
fn hold_steps(steps: &mut [PathStep]) {
    let length = steps.len();
    for (index, step) in steps.iter_mut().enumerate() {
        match &mut step.node {
            AstNode::Variable(name) if index > 0 && !name.is_empty() => held(&mut step.node),
            AstNode::Function { name, .. } if index + 1 < length && !is_ours(name) => {
                held(&mut step.node);
            }
            AstNode::Call { .. } if index + 1 < length => held(&mut step.node),
            // A path through which `%` looks has to stay the last of its block.
            AstNode::FunctionApplication(inner) if !step.inner_tuple => hold_last(inner),
            _ => {}
        }
    }
}

/// What a block in a path comes to.
fn hold_last(node: &mut AstNode) {
    match node {
        AstNode::Block(items) => {
            if let Some(last) = items.last_mut() {
                hold_last(last);
            }
        }
        AstNode::Conditional {
            then_branch,
            else_branch,
            ..
        } => {
            hold_last(then_branch);
            if let Some(branch) = else_branch {
                hold_last(branch);
            }
        }
        other if is_reference(other) => held(other),
        _ => {}
    }
}

fn held(node: &mut AstNode) {
    wrap(node, HELD, None);
}

/// Whether a node may come to a value that is held elsewhere, or that was not looked at yet, and
/// is no constructor: what is in those is looked at one by one.
fn is_reference(node: &AstNode) -> bool {
    match node {
        AstNode::Function { name, .. } => !is_ours(name),
        AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Call { .. }
        | AstNode::Block(_)
        | AstNode::Conditional { .. }
        | AstNode::ObjectTransform { .. }
        | AstNode::Sort { .. } => true,
        AstNode::Binary { op, .. } => matches!(op, BinaryOp::ChainPipe | BinaryOp::ColonEqual),
        AstNode::Path { steps } => steps.first().is_some_and(|first| {
            // An array with stages is spliced, or not, for being one.
            !matches!(first.node, AstNode::Array(_))
        }),
        _ => false,
    }
}

/// Whether a node makes a value that was not looked at yet.
fn is_made(node: &AstNode) -> bool {
    match node {
        AstNode::Variable(_) | AstNode::ParentVariable(_) => false,
        AstNode::Array(_) | AstNode::Object(_) => true,
        // Fields of what was looked at are no more than it was.
        AstNode::Path { steps } => {
            let is_field = |step: &PathStep| matches!(step.node, AstNode::Name(_));
            let [first, rest @ ..] = &steps[..] else {
                return false;
            };
            !matches!(first.node, AstNode::Variable(_)) || !rest.iter().all(is_field)
        }
        other => is_reference(other),
    }
}

/// Bounds the arguments of a call.
fn bound(node: &mut AstNode) {
    let AstNode::Function { name, args, .. } = node else {
        return;
    };
    let short = |arg: &mut AstNode, bytes: usize| {
        if !matches!(arg, AstNode::Placeholder) {
            wrap(arg, SHORT, Some(AstNode::Number(bytes as f64)));
        }
    };
    match name.as_str() {
        "pad" => {
            for arg in args {
                wrap(arg, WIDTH, None);
            }
        }
        "split" | "match" => args
            .iter_mut()
            .take(1)
            .for_each(|arg| short(arg, SUBJECT_BYTES_MAX)),
        "formatInteger" | "formatNumber" | "fromMillis" | "parseInteger" | "now" | "toMillis\0" => {
            let first_picture = match name.as_str() {
                "fromMillis" | "toMillis\0" => 1,
                "now" => 0,
                _ => usize::MAX,
            };
            for (index, arg) in args.iter_mut().enumerate() {
                short(arg, PICTURE_BYTES_MAX);
                if index >= first_picture && !matches!(arg, AstNode::Placeholder) {
                    wrap(arg, DATED, None);
                }
            }
        }
        "replace" if args.len() > 2 => {
            for (slot, arg) in args.iter_mut().take(3).enumerate() {
                wrap(arg, REPLACING, Some(AstNode::Number(slot as f64)));
            }
        }
        _ => {}
    }
}
