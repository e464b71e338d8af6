//! HTTP clients whose connections go only where they may.

use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};
use steploom_machine::Failure;

use super::{DENIED, SOCKET};
use crate::egress::Egress;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Ports for which a client is kept.
const CLIENTS_MAX: usize = 64;

/// The clients by port: a rule may let a host be reached on one port only, and who resolves a name
/// knows the port by this.
pub(crate) struct Clients {
    egress: Arc<Egress>,
    clients: Mutex<HashMap<u16, Client>>,
}

/// A host whose addresses may not be reached from here.
#[derive(Debug)]
pub(super) struct Denied(String);

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "calls to '{}' are not allowed from here; the operator can allow them: steploom up --egress-allow HOST:PORT",
            self.0
        )
    }
}

impl std::error::Error for Denied {}

impl Denied {
    pub(super) fn failure(&self) -> Failure {
        Failure::new(DENIED, self.to_string())
    }
}

impl Clients {
    pub(crate) fn new(egress: Egress) -> Self {
        Self {
            egress: Arc::new(egress),
            clients: Mutex::default(),
        }
    }

    /// A client that may call this URL.
    pub(super) fn client(&self, url: &Url) -> Result<Client, Denied> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        // An address that is written out is not resolved: it is checked here.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse::<IpAddr>()
            && !self.egress.allows(bare, SocketAddr::new(ip, port))
        {
            return Err(Denied(host.to_owned()));
        }
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&port) {
            return Ok(client.clone());
        }
        let client = self.build(port).map_err(|error| {
            tracing::error!(%error, "an HTTP client cannot be made");
            Denied(host.to_owned())
        })?;
        if clients.len() >= CLIENTS_MAX {
            clients.clear();
        }
        clients.insert(port, client.clone());
        Ok(client)
    }

    fn build(&self, port: u16) -> reqwest::Result<Client> {
        install_tls();
        Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("steploom-http-invoke/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver {
                egress: self.egress.clone(),
                port,
            }))
            .build()
    }
}

/// Gives rustls its provider. Somebody else in the process may have done so before.
pub(crate) fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Resolves names, and gives only addresses that may be reached.
struct Resolver {
    egress: Arc<Egress>,
    port: u16,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, port) = (self.egress.clone(), self.port);
        Box::pin(async move {
            let host = name.as_str();
            let found = tokio::net::lookup_host((host, port)).await?;
            let good: Vec<SocketAddr> = found
                .filter(|address| egress.allows(host, *address))
                .collect();
            if good.is_empty() {
                return Err(Denied(host.to_owned()).into());
            }
            let addresses: Addrs = Box::new(good.into_iter());
            Ok(addresses)
        })
    }
}

/// Why a call got no answer, as a task's failure.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    let mut below = error.source();
    let mut why = error.to_string();
    while let Some(source) = below {
        if let Some(denied) = source.downcast_ref::<Denied>() {
            return denied.failure();
        }
        why = source.to_string();
        below = source.source();
    }
    if error.is_timeout() {
        "the call took too long".clone_into(&mut why);
    }
    Failure::new(SOCKET, why)
}
