//! `GET /v1/stores/{store}/keys`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query, page_size};
use crate::failure::Answer;

/// Keys of a store by their bytes, a page at a time. A store is there as soon as something is written into it;
/// one that is not there has no keys.
#[utoipa::path(get, path = "/v1/stores/{store}/keys", tag = "stores",
    params(("store" = String, Path, description = "The store's name", example = "sessions"), wire::ListStoreKeys),
    responses((status = 200, description = "A page", body = wire::StoreKeys)))]
pub(crate) async fn list_store_keys(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(store): At<Name>,
    Query(list): Query<wire::ListStoreKeys>,
) -> Answer {
    let limit = page_size(list.limit)?;
    let prefix = list.prefix.unwrap_or_default();
    let keyvalues = &app.ports.keyvalues;
    let keys = keyvalues.keys(account, &store, &prefix, list.after.as_deref(), limit);
    Ok(answer_json(StatusCode::OK, &keys.await?))
}
