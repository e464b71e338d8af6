//! `Choice`: its rules. What a rule asks is in [`condition`].

use super::{Site, assign, condition};
use crate::compiler::Compiler;
use crate::fields::Fields;
use crate::fields::query::Offered;
use crate::language::{self, Language};
use crate::model::{Kind, Rule};

pub(super) fn kind<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Option<Kind> {
    let fields = site.fields;
    let default = site.names.target(&mut compiler.report, fields, "Default");
    if !fields.require(&mut compiler.report, &["Choices"]) {
        return None;
    }
    let items = fields.items(&mut compiler.report, "Choices")?;
    let mut rules = Vec::with_capacity(items.len());
    let place = compiler.report.enter("Choices");
    for (index, item) in items.iter().enumerate() {
        let at = compiler.report.enter_item(index);
        let fields = Fields::of(item, &mut compiler.report);
        rules.extend(fields.and_then(|fields| rule(compiler, site, fields)));
        compiler.report.leave(at);
    }
    compiler.report.leave(place);
    Some(Kind::Choice { rules, default })
}

fn rule<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>, fields: Fields<'a>) -> Option<Rule> {
    let report = &mut compiler.report;
    language::check(fields, Some(site.language), report, condition::of_rule);
    fields.text(report, "Comment");
    let next = if fields.require(report, &["Next"]) {
        site.names.target(report, fields, "Next")
    } else {
        None
    };
    let condition = condition::compile(fields, site.language, report);
    let output = match site.language {
        Language::Path => None,
        Language::Query => fields.payload(report, "Output", Offered::default()),
    };
    let assign = assign(compiler, site, fields, Offered::default());
    Some(Rule {
        condition: condition?,
        next: next?,
        assign,
        output,
    })
}
