//! `GET /healthz`

use crate::extract::NoQuery;

/// The process runs. Whether it can serve is `/readyz`'s to say.
#[utoipa::path(get, path = "/healthz", tag = "node",
    responses((status = 200, description = "It runs", body = String, content_type = "text/plain", example = "ok\n")))]
pub(crate) async fn healthz(_: NoQuery) -> &'static str {
    "ok\n"
}
