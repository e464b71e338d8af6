//! States: the table of their types and fields, and what several types share. One file a type.

mod choice;
mod condition;
mod fail;
mod graph;
mod map;
mod parallel;
mod pass;
mod rescue;
mod task;
mod wait;

use std::sync::Arc;

use crate::compiler::{Compiler, Names, speaks_json_path};
use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::model::{Flow, Kind, Next, PathFlow, State, StateIx};

/// A type of state.
struct Shape {
    name: &'static str,
    /// Fields that it shares with other types.
    shared: &'static [Shared],
    /// Fields of its own.
    own: &'static [&'static str],
    /// Fields that the language has and this release has not.
    later: &'static [&'static str],
    /// Reads its own fields.
    kind: for<'a, 'b> fn(&'b mut Compiler<'a>, Site<'a, 'b>) -> Option<Kind>,
}

/// A state whose fields are being read.
#[derive(Clone, Copy)]
struct Site<'a, 'b> {
    fields: Fields<'a>,
    ix: StateIx,
    names: &'b Names<'a>,
}

/// Fields that several types have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// `InputPath`, `OutputPath`.
    Paths,
    /// `Parameters`.
    Parameters,
    /// `ResultPath`.
    ResultPath,
    /// `ResultSelector`.
    ResultSelector,
    /// `Next`, `End`.
    Next,
    /// `Retry`, `Catch`.
    Rescue,
}

use Shared::{Next as Onward, Parameters, Paths, Rescue, ResultPath, ResultSelector};

const JSONATA: &[&str] = &["Assign", "Output"];

static SHAPES: [Shape; 9] = [
    Shape {
        name: "Pass",
        shared: &[Paths, Parameters, ResultPath, Onward],
        own: &["Result"],
        later: JSONATA,
        kind: pass::kind,
    },
    Shape {
        name: "Task",
        shared: &[
            Paths,
            Parameters,
            ResultPath,
            ResultSelector,
            Onward,
            Rescue,
        ],
        own: task::FIELDS,
        later: &["Assign", "Output", "Arguments", "Credentials"],
        kind: task::kind,
    },
    Shape {
        name: "Choice",
        shared: &[Paths],
        own: &["Choices", "Default"],
        later: JSONATA,
        kind: choice::kind,
    },
    Shape {
        name: "Wait",
        shared: &[Paths, Onward],
        own: &wait::FORMS,
        later: JSONATA,
        kind: wait::kind,
    },
    Shape {
        name: "Succeed",
        shared: &[Paths],
        own: &[],
        later: &["Output"],
        kind: |_, _| Some(Kind::Succeed),
    },
    Shape {
        name: "Fail",
        shared: &[],
        own: &["Error", "ErrorPath", "Cause", "CausePath"],
        later: &[],
        kind: fail::kind,
    },
    Shape {
        name: "Parallel",
        shared: &[
            Paths,
            Parameters,
            ResultPath,
            ResultSelector,
            Onward,
            Rescue,
        ],
        own: &["Branches"],
        later: &["Assign", "Output", "Arguments"],
        kind: parallel::kind,
    },
    Shape {
        name: "Map",
        shared: &[
            Paths,
            Parameters,
            ResultPath,
            ResultSelector,
            Onward,
            Rescue,
        ],
        own: map::FIELDS,
        later: map::LATER,
        kind: map::kind,
    },
    Shape {
        name: "Graph",
        shared: &[
            Paths,
            Parameters,
            ResultPath,
            ResultSelector,
            Onward,
            Rescue,
        ],
        own: graph::FIELDS,
        later: &["Assign", "Output", "Arguments"],
        kind: graph::kind,
    },
];

impl Shared {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Paths => &["InputPath", "OutputPath"],
            Self::Parameters => &["Parameters"],
            Self::ResultPath => &["ResultPath"],
            Self::ResultSelector => &["ResultSelector"],
            Self::Next => &["Next", "End"],
            Self::Rescue => &["Retry", "Catch"],
        }
    }
}

impl Shape {
    fn has(&self, field: &str) -> bool {
        matches!(field, "Type" | "Comment" | "QueryLanguage")
            || self.own.contains(&field)
            || self
                .shared
                .iter()
                .any(|shared| shared.fields().contains(&field))
    }
}

/// Compiles the state at the present place; none, if something is wrong with it, which is told.
pub(crate) fn compile<'a>(
    compiler: &mut Compiler<'a>,
    fields: Fields<'a>,
    name: &Arc<str>,
    ix: StateIx,
    names: &Names<'a>,
) -> Option<State> {
    let errors = compiler.report.errors();
    let report = &mut compiler.report;
    let shape = shape(fields, report)?;
    if !speaks_json_path(fields, report) {
        return None;
    }
    fields.only(report, shape.later, |field| {
        if names.is_node {
            graph::node_has(shape, field)
        } else {
            shape.has(field)
        }
    });
    fields.text(report, "Comment");
    let flow = flow(fields, shape, report);
    let next = if shape.shared.contains(&Onward) && !names.is_node {
        next(fields, names, report)
    } else {
        Some(Next::End)
    };
    let (retry, catch) = if shape.shared.contains(&Rescue) {
        (
            rescue::retry(fields, report),
            rescue::catch(fields, names, report),
        )
    } else {
        (Vec::new(), Vec::new())
    };
    let kind = (shape.kind)(compiler, Site { fields, ix, names });
    if compiler.report.errors() > errors {
        return None;
    }
    Some(State {
        name: Arc::clone(name),
        scope: names.scope,
        kind: kind?,
        flow: Flow::Path(flow),
        assign: None,
        retry,
        catch,
        next: next?,
    })
}

fn shape(fields: Fields<'_>, report: &mut Report) -> Option<&'static Shape> {
    if !fields.require(report, &["Type"]) {
        return None;
    }
    let name = fields.text(report, "Type")?;
    let shape = SHAPES.iter().find(|shape| shape.name == name);
    if shape.is_none() {
        let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
        // Without the extension, as on AWS.
        let names = &names[..names.len() - 1];
        report.within("Type", |report| {
            report.schema(format!(
                "'{name}' is not one of the allowed values [{}]",
                names.join(", ")
            ));
        });
    }
    shape
}

/// The data flow. Fields that the type does not have are told of elsewhere.
fn flow(fields: Fields<'_>, shape: &Shape, report: &mut Report) -> PathFlow {
    let mut flow = PathFlow::default();
    for shared in shape.shared {
        match shared {
            Paths => {
                flow.input_path = fields.selection(report, "InputPath");
                flow.output_path = fields.selection(report, "OutputPath");
            }
            Parameters if shape.name == "Map" => {}
            Parameters => flow.parameters = fields.template(report, "Parameters"),
            ResultPath => flow.result_path = fields.result_path(report),
            ResultSelector => flow.result_selector = fields.template(report, "ResultSelector"),
            Onward | Rescue => {}
        }
    }
    flow
}

/// `Next` or `End`.
fn next(fields: Fields<'_>, names: &Names<'_>, report: &mut Report) -> Option<Next> {
    match fields.one_of(report, &["Next", "End"]) {
        None => {
            report.schema("One of these fields is required: [Next, End]");
            None
        }
        Some("Next") => names.target(report, fields, "Next").map(Next::To),
        Some(_) => {
            if !fields.flag(report, "End")? {
                report.within("End", |report| {
                    report.schema("'End' must be true if it is there");
                });
            }
            Some(Next::End)
        }
    }
}
