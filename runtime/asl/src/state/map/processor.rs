//! `ItemProcessor`, formerly `Iterator`: what an iteration runs, and how.

use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::model::ScopeIx;
use crate::state::Site;

/// What an iteration runs.
pub(super) struct Processor {
    /// None if something is wrong with it, which is told.
    pub(super) scope: Option<ScopeIx>,
    /// For a distributed `Map`, whether its child executions are Express ones.
    pub(super) is_express: Option<bool>,
}

/// Compiles the processor at the present place.
pub(super) fn compile<'a>(
    compiler: &mut Compiler<'a>,
    site: Site<'a, '_>,
    field: &str,
) -> Option<Processor> {
    let report = &mut compiler.report;
    let fields = Fields::of(site.fields.get(field)?, report)?;
    fields.only(report, &["StartAt", "States", "ProcessorConfig", "Comment"]);
    fields.text(report, "Comment");
    let is_in_express = compiler.options.express;
    let is_express = fields.object(report, "ProcessorConfig").and_then(|config| {
        report.within("ProcessorConfig", |report| {
            mode(config, is_in_express, report)
        })
    });
    // Its states run in the child executions.
    compiler.options.express = is_express.unwrap_or(is_in_express);
    let scope = compiler.scope(fields, Some(site.ix));
    compiler.options.express = is_in_express;
    Some(Processor { scope, is_express })
}

/// `ProcessorConfig`: for a distributed `Map`, whether its child executions are Express ones.
fn mode(config: Fields<'_>, is_in_express: bool, report: &mut Report) -> Option<bool> {
    let mode = config.word(report, "Mode", &["INLINE", "DISTRIBUTED"]);
    if mode != Some("DISTRIBUTED") {
        config.only(report, &["Mode"]);
        return None;
    }
    config.only(report, &["Mode", "ExecutionType"]);
    if is_in_express {
        report.within("Mode", |report| {
            report.schema(
                "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
            );
        });
    }
    config.require(report, &["ExecutionType"]);
    let kind = config.word(report, "ExecutionType", &["STANDARD", "EXPRESS"]);
    Some(kind == Some("EXPRESS"))
}
