//! `GET /v1/buckets/{name}/objects`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::port::ListKeys;
use steploom_api::wire;
use steploom_types::Name;

use super::shown;
use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query, page_size};
use crate::failure::Answer;

/// Objects by key, a page at a time.
#[utoipa::path(get, path = "/v1/buckets/{name}/objects", tag = "buckets",
    params(("name" = String, Path, description = "The bucket's name"), wire::ListObjects),
    responses((status = 200, description = "A page", body = wire::ObjectPage)))]
pub(crate) async fn list_objects(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(list): Query<wire::ListObjects>,
) -> Answer {
    let list = ListKeys {
        prefix: list.prefix.unwrap_or_default(),
        delimiter: None,
        after: list.next,
        limit: page_size(list.limit)?,
    };
    let keys = app.ports.buckets.list_objects(account, &name, list).await?;
    let page = wire::ObjectPage {
        items: keys.objects.into_iter().map(shown).collect(),
        next: keys.next,
    };
    Ok(answer_json(StatusCode::OK, &page))
}
