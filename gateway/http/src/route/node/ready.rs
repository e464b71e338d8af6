//! `GET /readyz`

use std::sync::Arc;

use axum::extract::State;
use steploom_types::{Error, Kind};

use crate::app::App;
use crate::extract::NoQuery;
use crate::failure::Answer;

/// Whether the process can serve; if not, what is missing.
#[utoipa::path(get, path = "/readyz", tag = "node",
    responses((status = 200, description = "It can serve", body = String, content_type = "text/plain", example = "ready\n")))]
pub(crate) async fn readyz(State(app): State<Arc<App>>, _: NoQuery) -> Answer<&'static str> {
    match app.ports.node.ready().await {
        Ok(()) => Ok("ready\n"),
        Err(missing) => Err(Error::new(Kind::Unavailable, "NotReady", missing).into()),
    }
}
