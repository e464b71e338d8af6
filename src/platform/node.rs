//! The node listener: what other nodes on the same database reach.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use steploom_api::port::Peers;
use steploom_worker::{HttpTransport, Peering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Connections of other nodes: one for each call under way.
const CONNECTIONS_MAX: usize = 16_384;

/// How a node takes part in a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Where to listen for other nodes; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// Where they reach it; the address it listens on, if `None`.
    pub(crate) address: Option<String>,
    /// What all nodes share.
    pub(crate) secret: Vec<u8>,
}

/// A listener that nobody serves yet.
pub(super) struct Listening {
    listener: TcpListener,
    address: String,
    secret: Vec<u8>,
}

/// A listener that is served.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    pub(super) async fn bind(options: &Options) -> anyhow::Result<Self> {
        let listen = options.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen for other nodes on {listen}; choose another address with --node-listen")
        })?;
        let bound = listener.local_addr()?;
        let address = if let Some(address) = &options.address {
            address.clone()
        } else {
            ensure!(
                !bound.ip().is_unspecified(),
                "other nodes cannot reach {bound}; say under which address they can with --node-address"
            );
            format!("http://{bound}")
        };
        Ok(Self {
            listener,
            address,
            secret: options.secret.clone(),
        })
    }

    pub(super) fn peering(&self) -> anyhow::Result<Peering> {
        Ok(Peering {
            address: self.address.clone(),
            secret: self.secret.clone(),
            transport: Arc::new(HttpTransport::new()?),
        })
    }

    pub(super) fn serve(self, peers: Arc<dyn Peers>) -> Running {
        let (stop, stopped) = oneshot::channel();
        let limits = steploom_http::Limits {
            connections_max: CONNECTIONS_MAX,
            shutdown_timeout: std::time::Duration::from_secs(1),
            ..steploom_http::Limits::default()
        };
        let server = tokio::spawn(steploom_http::serve_peers(
            self.listener,
            peers,
            limits,
            async move {
                // Dropping the sender means to stop as well.
                let _ = stopped.await;
            },
        ));
        Running { stop, server }
    }
}

impl Running {
    pub(super) async fn stop(self) {
        // It may have ended by itself; what it served has moved by now.
        let _ = self.stop.send(());
        let _ = self.server.await;
    }
}
