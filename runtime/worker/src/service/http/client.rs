//! HTTP clients whose connections go only where they may.

use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};
use steploom_call::NotSent;
use steploom_machine::Failure;

use super::{DENIED, SOCKET};
use crate::egress::Egress;

/// How `http:invoke` calls itself.
pub(crate) const USER_AGENT: &str = concat!("steploom-http-invoke/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Ports for which a client is kept.
const CLIENTS_MAX: usize = 64;

/// The clients by port: a rule may let a host be reached on one port only, and who resolves a name
/// knows the port by this.
pub(crate) struct Clients {
    egress: Arc<Egress>,
    /// How they call themselves where the request does not say.
    user_agent: Option<&'static str>,
    by_port: Mutex<HashMap<u16, Client>>,
}

/// A host whose addresses may not be reached from here.
#[derive(Debug)]
pub(crate) struct Denied(String);

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
    pub(crate) fn new(egress: Egress, user_agent: Option<&'static str>) -> Self {
        Self {
            egress: Arc::new(egress),
            user_agent,
            by_port: Mutex::default(),
        }
    }

    /// A client that may call this URL.
    pub(crate) fn client(&self, url: &Url) -> Result<Client, Denied> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        // An address that is written out is not resolved: it is checked here.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse::<IpAddr>()
            && !self.egress.allows(bare, SocketAddr::new(ip, port))
        {
            return Err(Denied(host.to_owned()));
        }
        let mut clients = self.by_port.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut builder = Client::builder();
        if let Some(user_agent) = self.user_agent {
            builder = builder.user_agent(user_agent);
        }
        builder
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
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

/// Why a function's request got no answer.
pub(crate) fn not_sent(error: &reqwest::Error) -> NotSent {
    let mut below = error.source();
    // The deeper, the more is known: the last that says something counts.
    let mut why = if error.is_timeout() {
        NotSent::TimedOut
    } else {
        NotSent::Broken
    };
    while let Some(source) = below {
        let of_io = source.downcast_ref::<std::io::Error>();
        let inner = of_io.and_then(std::io::Error::get_ref);
        if let Some(denied) = source.downcast_ref::<Denied>() {
            why = NotSent::AddressDenied(denied.to_string());
        } else if source.is::<rustls::Error>()
            || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
        {
            why = NotSent::Insecure;
        } else if of_io.is_some_and(|e| e.kind() == ErrorKind::ConnectionRefused) {
            why = NotSent::Refused;
        } else if source.to_string() == "dns error" {
            why = NotSent::NotFound;
        }
        below = source.source();
    }
    why
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
