//! `Parallel`.

use super::Site;
use crate::compiler::Compiler;
use crate::fields::Fields;
use crate::model::Kind;

pub(super) fn kind<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Option<Kind> {
    if !site.fields.require(&mut compiler.report, &["Branches"]) {
        return None;
    }
    let items = site.fields.items(&mut compiler.report, "Branches")?;
    let place = compiler.report.enter("Branches");
    let mut branches = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = compiler.report.enter_item(index);
        if let Some(fields) = Fields::of(item, &mut compiler.report) {
            fields.only(&mut compiler.report, &["StartAt", "States", "Comment"]);
            fields.text(&mut compiler.report, "Comment");
            branches.extend(compiler.scope(fields, Some(site.ix)));
        }
        compiler.report.leave(at);
    }
    compiler.report.leave(place);
    Some(Kind::Parallel { branches })
}
