//! `Choice`: its rules. What a rule asks is in [`condition`].

use super::{Site, condition};
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::model::{Kind, Rule};

pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    let default = site.names.target(report, fields, "Default");
    if !fields.require(report, &["Choices"]) {
        return None;
    }
    let items = fields.items(report, "Choices")?;
    let mut rules = Vec::with_capacity(items.len());
    let place = report.enter("Choices");
    for (index, item) in items.iter().enumerate() {
        let at = report.enter(&index.to_string());
        rules.extend(Fields::of(item, report).and_then(|fields| rule(fields, site, report)));
        report.leave(at);
    }
    report.leave(place);
    Some(Kind::Choice { rules, default })
}

fn rule(fields: Fields<'_>, site: Site<'_, '_>, report: &mut Report) -> Option<Rule> {
    let next = if fields.require(report, &["Next"]) {
        site.names.target(report, fields, "Next")
    } else {
        None
    };
    let condition = condition::compile(fields, true, report);
    Some(Rule {
        condition: condition?,
        next: next?,
        assign: None,
        output: None,
    })
}
