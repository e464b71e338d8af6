//! States: the table of their types and fields, and what several types share. One file a type.

mod choice;
mod condition;
mod fail;
mod graph;
mod map;
mod order;
mod parallel;
mod pass;
mod rescue;
mod task;
mod wait;

use std::sync::Arc;

use crate::compiler::{Compiler, Names};
use crate::diagnostic::Report;
use crate::fields::query::Offered;
use crate::fields::{self, Fields};
use crate::language::{self, Language, Spoken, Word};
use crate::model::{Flow, Kind, Next, PathFlow, QueryFlow, State, StateIx};

/// A type of state.
struct Shape {
    name: &'static str,
    /// Fields that it shares with other types.
    shared: &'static [Shared],
    /// Fields of its own.
    own: &'static [Word],
    /// Whether Amazon States Language does not have it.
    is_extension: bool,
    /// Reads its own fields.
    kind: for<'a, 'b> fn(&'b mut Compiler<'a>, Site<'a, 'b>) -> Option<Kind>,
}

/// A state whose fields are being read.
#[derive(Clone, Copy)]
struct Site<'a, 'b> {
    fields: Fields<'a>,
    language: Language,
    ix: StateIx,
    names: &'b Names<'a>,
}

/// Fields that several types have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// `InputPath` and `OutputPath`, or `Output`.
    Data,
    /// `Parameters`.
    Parameters,
    /// `Arguments`.
    Arguments,
    /// `ResultPath`.
    ResultPath,
    /// `ResultSelector`. Who has it has a result.
    ResultSelector,
    /// `Assign`.
    Assign,
    /// `Next`, `End`.
    Next,
    /// `Retry`, `Catch`.
    Rescue,
}

use Shared::{
    Arguments, Assign, Data, Next as Onward, Parameters, Rescue, ResultPath, ResultSelector,
};

/// In AWS's order.
static SHAPES: [Shape; 9] = [
    Shape {
        name: "Task",
        shared: &[
            Data,
            Parameters,
            Arguments,
            ResultPath,
            ResultSelector,
            Assign,
            Onward,
            Rescue,
        ],
        own: &task::FIELDS,
        is_extension: false,
        kind: task::kind,
    },
    Shape {
        name: "Wait",
        shared: &[Data, Assign, Onward],
        own: &wait::FIELDS,
        is_extension: false,
        kind: wait::kind,
    },
    Shape {
        name: "Pass",
        shared: &[Data, Parameters, ResultPath, Assign, Onward],
        own: &[("Result", Spoken::Path)],
        is_extension: false,
        kind: pass::kind,
    },
    Shape {
        name: "Succeed",
        shared: &[Data],
        own: &[],
        is_extension: false,
        kind: |_, _| Some(Kind::Succeed),
    },
    Shape {
        name: "Fail",
        shared: &[],
        own: &fail::FIELDS,
        is_extension: false,
        kind: fail::kind,
    },
    Shape {
        name: "Choice",
        shared: &[Data, Assign],
        own: &[("Choices", Spoken::Both), ("Default", Spoken::Both)],
        is_extension: false,
        kind: choice::kind,
    },
    Shape {
        name: "Parallel",
        shared: &[
            Data,
            Parameters,
            Arguments,
            ResultPath,
            ResultSelector,
            Assign,
            Onward,
            Rescue,
        ],
        own: &[("Branches", Spoken::Both)],
        is_extension: false,
        kind: parallel::kind,
    },
    Shape {
        name: "Map",
        shared: &[
            Data,
            Parameters,
            ResultPath,
            ResultSelector,
            Assign,
            Onward,
            Rescue,
        ],
        own: &map::FIELDS,
        is_extension: false,
        kind: map::kind,
    },
    Shape {
        name: "Graph",
        shared: &[
            Data,
            Parameters,
            Arguments,
            ResultPath,
            ResultSelector,
            Assign,
            Onward,
            Rescue,
        ],
        own: &graph::FIELDS,
        is_extension: true,
        kind: graph::kind,
    },
];

/// The fields that every type has.
const COMMON: [Word; 3] = [
    ("Type", Spoken::Both),
    ("Comment", Spoken::Both),
    ("QueryLanguage", Spoken::Both),
];

impl Shared {
    fn words(self) -> &'static [Word] {
        match self {
            Self::Data => &[
                ("InputPath", Spoken::Path),
                ("OutputPath", Spoken::Path),
                ("Output", Spoken::Query),
            ],
            Self::Parameters => &[("Parameters", Spoken::Path)],
            Self::Arguments => &[("Arguments", Spoken::Query)],
            Self::ResultPath => &[("ResultPath", Spoken::Path)],
            Self::ResultSelector => &[("ResultSelector", Spoken::Path)],
            Self::Assign => &[("Assign", Spoken::Both)],
            Self::Next => &[("Next", Spoken::Both), ("End", Spoken::Both)],
            Self::Rescue => &[("Retry", Spoken::Both), ("Catch", Spoken::Both)],
        }
    }
}

impl Shape {
    fn has(&self, shared: Shared) -> bool {
        self.shared.contains(&shared)
    }

    /// Who has this field; none, if the type has not.
    fn find(&self, field: &str) -> Option<Spoken> {
        let shared = self.shared.iter().map(|shared| shared.words());
        [&COMMON as &[Word], self.own]
            .into_iter()
            .chain(shared)
            .find_map(|words| language::find(words, field))
    }

    /// What its `Output` and its `Assign` can read.
    fn offered(&self) -> Offered {
        Offered {
            result: self.has(ResultSelector),
            error: false,
        }
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
    let shape = shape(fields, &mut compiler.report)?;
    if shape.is_extension && !compiler.allows_extension(shape.name) {
        return None;
    }
    let report = &mut compiler.report;
    let spoken = language::of_state(fields, compiler.language, report);
    language::check(fields, spoken, report, |field| {
        if names.is_node {
            graph::of_node(shape, field)
        } else {
            shape.find(field)
        }
    });
    fields.text(report, "Comment");
    let language = spoken.unwrap_or(Language::Path);
    let site = Site {
        fields,
        language,
        ix,
        names,
    };
    let flow = match language {
        Language::Path => Flow::Path(path_flow(fields, shape, report)),
        Language::Query => Flow::Query(query_flow(fields, shape, report)),
    };
    let assign = if shape.has(Assign) {
        assign(compiler, site, fields, shape.offered())
    } else {
        None
    };
    let next = if shape.has(Onward) && !names.is_node {
        next(fields, names, &mut compiler.report)
    } else {
        Some(Next::End)
    };
    let (retry, catch) = if shape.has(Rescue) {
        let retry = rescue::retry(fields, &mut compiler.report);
        (retry, rescue::catch(compiler, site))
    } else {
        (Vec::new(), Vec::new())
    };
    let kind = (shape.kind)(compiler, site);
    if compiler.report.errors() > errors {
        return None;
    }
    Some(State {
        name: Arc::clone(name),
        scope: names.scope,
        kind: kind?,
        flow,
        assign,
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
        let names: Vec<&str> = SHAPES
            .iter()
            .filter(|shape| !shape.is_extension)
            .map(|shape| shape.name)
            .collect();
        report.within("Type", |report| {
            report.schema(format!(
                "The field 'Type' should have one of these values: [{}]",
                names.join(", ")
            ));
        });
    }
    shape
}

/// The data flow with JSONPath. Fields that the type does not have are told of elsewhere.
fn path_flow(fields: Fields<'_>, shape: &Shape, report: &mut Report) -> PathFlow {
    let mut flow = PathFlow::default();
    for shared in shape.shared {
        match shared {
            Data => {
                flow.input_path = fields.selection(report, "InputPath");
                flow.output_path = fields.selection(report, "OutputPath");
            }
            Parameters if shape.name == map::NAME => {}
            Parameters => flow.parameters = fields.template(report, "Parameters"),
            ResultPath => flow.result_path = fields.result_path(report),
            ResultSelector => flow.result_selector = fields.template(report, "ResultSelector"),
            Arguments | Assign | Onward | Rescue => {}
        }
    }
    flow
}

/// The data flow with JSONata.
fn query_flow(fields: Fields<'_>, shape: &Shape, report: &mut Report) -> QueryFlow {
    let read = |report: &mut Report, shared, name, offered| {
        let is_there = shape.has(shared);
        is_there.then(|| fields.payload(report, name, offered))?
    };
    QueryFlow {
        arguments: read(report, Arguments, "Arguments", Offered::default()),
        output: read(report, Data, "Output", shape.offered()),
    }
}

/// `Assign`, of a state or of one of its rules.
fn assign<'a>(
    compiler: &mut Compiler<'a>,
    site: Site<'a, '_>,
    fields: Fields<'a>,
    offered: Offered,
) -> Option<crate::model::Maker> {
    let report = &mut compiler.report;
    compiler
        .assignments
        .note(site.ix, fields, site.language, report);
    if !fields.get("Assign")?.is_object() {
        return None;
    }
    fields.maker(report, site.language, "Assign", offered)
}

/// `Next` or `End`.
fn next(fields: Fields<'_>, names: &Names<'_>, report: &mut Report) -> Option<Next> {
    let is_end = fields.read(report, "End", fields::flag);
    if is_end == Some(true) || !fields.has("Next") {
        if is_end == Some(true) && fields.has("Next") {
            fields.one_of(report, &["Next", "End"]);
        } else if is_end == Some(false) || !fields.has("End") {
            report.schema("This object should have only one of the following fields: [Next, End]");
        }
        return Some(Next::End);
    }
    names.target(report, fields, "Next").map(Next::To)
}
