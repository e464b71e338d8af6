//! What an operator sets of the HTTP front, with its defaults.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use steploom_api::Ports;
use steploom_auth::jwt::Jwt;
use steploom_auth::{Access, Clock, Guard, Keyring, MasterKeys, system_clock};

/// How the front is set up.
#[derive(Clone)]
pub struct Config {
    /// Where it listens: shown to callers; the listener itself is handed to [`crate::serve`].
    pub listen: SocketAddr,
    /// The product's version, shown to callers.
    pub version: String,
    /// Who may call as long as there are no keys.
    pub access: Access,
    /// What seals the secrets of access keys; without it there are API keys only.
    pub master: Option<Arc<MasterKeys>>,
    /// Whose tokens are taken besides keys; each request needs a key or a token, if there is one.
    pub jwt: Option<Arc<Jwt>>,
    /// What tells the time to signatures and keys.
    pub clock: Clock,
    /// The domain below which each function has a host of its own, `NAME.ACCOUNT.DOMAIN`.
    pub functions_domain: Option<String>,
    /// How much a client may hold, and for how long.
    pub limits: Limits,
}

impl Config {
    /// The default set-up: no keys, loopback names only.
    pub fn new(listen: SocketAddr, version: impl Into<String>) -> Self {
        Self {
            listen,
            version: version.into(),
            access: Access::default(),
            master: None,
            jwt: None,
            clock: system_clock(),
            functions_domain: None,
            limits: Limits::default(),
        }
    }

    /// Who may call, by these settings and the keys that there are.
    pub(crate) fn guard(&self, ports: &Ports) -> Guard {
        let clock = self.clock.clone();
        let keys = Keyring::new(ports.keys.clone(), self.master.clone(), clock.clone());
        Guard::new(self.access.clone(), Arc::new(keys), self.jwt.clone(), clock)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("version", &self.version)
            .field("access", &self.access)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How much a client may hold, and for how long. Bytes of bodies are limited per route by
/// `steploom_types::limits`.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time; more wait in the kernel's queue until one closes. 4,096.
    pub connections_max: usize,
    /// Time to send a request's head. It runs from when a connection could take the next request,
    /// so over HTTP/1.1 an idle connection is kept no longer than this. 30 s.
    pub head_timeout: Duration,
    /// How long a connection that begins no request is kept over HTTP/2, where `head_timeout` does
    /// not apply. 75 s.
    pub keep_alive_timeout: Duration,
    /// Time to send a request's body, not counting what it has earned by arriving: see
    /// `body_bytes_per_second_min`. 20 s.
    pub body_timeout: Duration,
    /// Every so many bytes that arrived earn one second more, so that a large upload over a slow
    /// line gets through and a trickle does not. 32 KiB/s.
    pub body_bytes_per_second_min: u32,
    /// How long a client may not read while there is something for it. 30 s.
    pub write_timeout: Duration,
    /// Bytes of all larger request bodies that are held at a time; more get a 429. 512 MiB.
    pub bodies_bytes_max: usize,
    /// Headers in a request (more: 431). 100.
    pub headers_max: usize,
    /// Bytes of a request's head (more: 431). 64 KiB.
    pub head_bytes_max: usize,
    /// Requests at a time within one HTTP/2 connection. 128.
    pub streams_max: u32,
    /// Time between two heartbeats of an event stream. 15 s.
    pub heartbeat: Duration,
    /// Time that requests have to finish once the process is asked to stop. 25 s.
    pub shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            head_timeout: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(20),
            body_bytes_per_second_min: 32 * 1024,
            write_timeout: Duration::from_secs(30),
            bodies_bytes_max: 512 * 1024 * 1024,
            headers_max: 100,
            head_bytes_max: 64 * 1024,
            streams_max: 128,
            heartbeat: Duration::from_secs(15),
            shutdown_timeout: Duration::from_secs(25),
        }
    }
}
