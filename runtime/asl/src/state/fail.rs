//! `Fail`.

use super::Site;
use crate::compiler::Compiler;
use crate::language::{Spoken, Word};
use crate::model::Kind;

pub(super) const FIELDS: [Word; 4] = [
    ("Error", Spoken::Both),
    ("ErrorPath", Spoken::Path),
    ("Cause", Spoken::Both),
    ("CausePath", Spoken::Path),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table of types wants one signature"
)]
pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    Some(Kind::Fail {
        error: fields.text_field(report, site.language, ["Error", "ErrorPath"]),
        cause: fields.text_field(report, site.language, ["Cause", "CausePath"]),
    })
}
