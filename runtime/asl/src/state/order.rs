//! `ItemId`, `After` and `OnFailure` of a `Map`, an extension: items that come after one another. See
//! docs/extensions.md.

use serde_json::Value;

use super::Site;
use super::graph::on_failure;
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::query::{self, Offered};
use crate::fields::{path, text};
use crate::language::Language;
use crate::model::{ItemOrder, Pick};

/// The fields.
pub(super) const FIELDS: [&str; 3] = ["ItemId", "After", "OnFailure"];

/// The order of a `Map`'s items, if its author gave one.
///
/// The `After` of a `Map` that is a node of a `Graph` is the node's.
pub(super) fn order(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<ItemOrder> {
    let fields = site.fields;
    let is_own = |field: &str| fields.has(field) && !(site.names.is_node && field == "After");
    let given = FIELDS.into_iter().find(|field| is_own(field))?;
    let place = compiler.report.enter(given);
    let is_allowed = compiler.allows_extension(given);
    compiler.report.leave(place);
    if !is_allowed {
        return None;
    }
    let report = &mut compiler.report;
    if let Some(why) = refusal(site) {
        report.within(given, |report| report.schema(why));
        return None;
    }
    let on_failure = on_failure(fields, report);
    if !fields.require(report, &["ItemId", "After"]) {
        return None;
    }
    let [id, after] = ["ItemId", "After"].map(|name| {
        fields.read(report, name, |value, report| {
            pick(value, site.language, report)
        })
    });
    Some(ItemOrder {
        id: id?,
        after: after?,
        on_failure,
    })
}

/// Why this `Map` cannot have an order.
fn refusal(site: Site<'_, '_>) -> Option<&'static str> {
    if site.names.is_node {
        return Some(
            "The 'After' of a node says which nodes it comes after: to let items come after one another, too, put the Map into a Parallel",
        );
    }
    site.fields
        .has("ItemBatcher")
        .then_some("Items that come after one another cannot be batched")
}

fn pick(value: &Value, language: Language, report: &mut Report) -> Option<Pick> {
    match language {
        Language::Path => path::path(value, report).map(Pick::Path),
        Language::Query => {
            let text = text(value, report)?;
            query::compile(text, Offered::default(), report).map(Pick::Query)
        }
    }
}
