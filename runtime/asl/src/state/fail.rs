//! `Fail`.

use super::Site;
use crate::compiler::Compiler;
use crate::model::Kind;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table of types wants one signature"
)]
pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let report = &mut compiler.report;
    Some(Kind::Fail {
        error: site.fields.text_or_path(report, ["Error", "ErrorPath"]),
        cause: site.fields.text_or_path(report, ["Cause", "CausePath"]),
    })
}
