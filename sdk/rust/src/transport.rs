//! The HTTP client underneath, with TLS set up only where it will be used.

use std::sync::{Arc, Once};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use rustls::crypto::ring;

use crate::{Error, Result};

/// How long a connection may take to come about: a host that is there answers within this, over any
/// distance.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// After how much silence the system asks whether the other side is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// How long an unused connection is kept: less than the server keeps it, so that the server never
/// closes one that is just being used again.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The client for an endpoint, sending a bearer token with each call if there is one.
pub(crate) fn build(endpoint: &Url, token: Option<&str>) -> Result<reqwest::Client> {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let value = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut value = value.map_err(|_| Error::protocol("the API key is no plain text"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let mut builder = reqwest::Client::builder()
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_keepalive(TCP_KEEPALIVE)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .user_agent(concat!("steploom-sdk/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none());
    if is_loopback(endpoint) {
        // A proxy from the environment cannot reach this host's loopback interface.
        builder = builder.no_proxy();
    }
    if endpoint.scheme() == "https" {
        install_provider();
    } else {
        builder = builder.tls_backend_preconfigured(no_tls()?);
    }
    builder.build().map_err(Error::protocol)
}

fn is_loopback(endpoint: &Url) -> bool {
    let host = endpoint.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// Makes ring the process's cryptography, unless the process has chosen already.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that there is one, which serves as well.
        let _ = ring::default_provider().install_default();
    });
}

/// TLS that trusts nobody. Setting up the real one reads the system's certificates, which takes
/// longer than a whole call over plain HTTP.
fn no_tls() -> Result<rustls::ClientConfig> {
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::protocol)?;
    Ok(builder
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth())
}
