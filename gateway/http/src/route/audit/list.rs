//! `GET /v1/audit`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Error;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::{Answer, Failure};

/// Who changed what, in order, a page at a time.
///
/// Each record has the digest of the one before; `head` is the end of the chain, kept apart from it.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(wire::ListAudit),
    responses((status = 200, description = "A page", body = wire::AuditPage)))]
pub(crate) async fn list_audit(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(list): Query<wire::ListAudit>,
) -> Answer {
    let limit = page_size(list.limit)?;
    let after = list.next.as_deref().map_or(Ok(0), str::parse);
    let after: u64 = after.map_err(|_| {
        let error = Error::invalid("InvalidNext", "'next' is not what the page before gave");
        Failure::invalid_at("query/next", error)
    })?;
    let audit = &app.ports.audit;
    // Before the records: what is recorded meanwhile is then behind the head, and never before it.
    let head = audit.audit_head(account).await?;
    let name = list.name.as_deref();
    let mut records = audit.audit_records(account, name, after, limit + 1).await?;
    let has_more = records.len() > limit as usize;
    records.truncate(limit as usize);
    let next = records.last().filter(|_| has_more);
    let page = wire::AuditPage {
        next: next.map(|record| record.n.to_string()),
        items: records.into_iter().map(Into::into).collect(),
        head: head.map(|(n, digest)| wire::AuditHead { n, digest }),
    };
    Ok(answer_json(StatusCode::OK, &page))
}
