//! What every handler reaches.

use bytes::Bytes;
use steploom_api::Ports;
use steploom_auth::Guard;
use steploom_s3::S3;
use tokio::sync::watch;

use crate::body::Budget;
use crate::config::Config;

/// The front's state, shared by all requests.
pub(crate) struct App {
    pub(crate) ports: Ports,
    /// The wire of S3 over the ports.
    pub(crate) s3: S3,
    pub(crate) config: Config,
    pub(crate) bodies: Budget,
    /// Who may call.
    pub(crate) guard: Guard,
    /// The OpenAPI document, printed once.
    pub(crate) openapi: Bytes,
    /// Becomes true when the process is asked to stop; a router without a server never sees it.
    pub(crate) ending: watch::Receiver<bool>,
}
