//! The real `steploom` on loopback, in a process and a data folder of its own.

use std::env;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use steploom_sdk::{Client, PutFunction};
use tokio::process::Command;

use crate::child;
use crate::place::Place;

/// The name of the function that is measured, and of the machine whose one step calls it.
pub(crate) const NAME: &str = "bench";

/// The machine: one step.
const DEFINITION: &str = r#"{
  "StartAt": "Handle",
  "States": {"Handle": {"Type": "Task", "Resource": "bench", "End": true}}
}"#;

/// How variables begin that would change the server's settings.
const VARIABLES: &str = "STEPLOOM_";

/// Bytes of the server's log that are shown when it did not start.
const LOG_SHOWN_BYTES: usize = 2_000;

/// A running `steploom` with the function and the machine deployed.
#[derive(Debug)]
pub(crate) struct Server {
    process: child::Server,
    client: Client,
    place: Place,
}

impl Server {
    /// Starts `program` with its defaults on `place`, and deploys.
    pub(crate) async fn start(program: &Path, place: Place, guest: Bytes) -> Result<Self> {
        let server = Self::resume(program, place, &[]).await?;
        let put = PutFunction {
            code: guest,
            ..PutFunction::default()
        };
        let client = &server.client;
        client.put_function(&NAME.parse()?, put).await?;
        client.put_machine(&NAME.parse()?, DEFINITION, true).await?;
        Ok(server)
    }

    /// Starts `program` on what a server before it has left in `place`, with more arguments.
    pub(crate) async fn resume(program: &Path, place: Place, more: &[&str]) -> Result<Self> {
        let log = place.path().join("server.log");
        let mut command = Command::new(program);
        command
            .args(["up", "--json", "--listen", "127.0.0.1:0"])
            .args(place.arguments())
            .args(more)
            .stderr(File::options().append(true).create(true).open(&log)?);
        let settings = env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with(VARIABLES)) {
            command.env_remove(name);
        }
        let process = child::Server::start(&mut command).await;
        let process = process.with_context(|| format!("{}: {}", program.display(), tail(&log)))?;
        let client = Client::new(&format!("http://{}", process.address()))?;
        Ok(Self {
            process,
            client,
            place,
        })
    }

    /// Its API.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What it has in RAM.
    pub(crate) fn memory(&self) -> Result<child::Memory> {
        self.process.memory()
    }

    /// Kills it and gives the place of its data.
    pub(crate) async fn kill(self) -> Result<Place> {
        self.process.kill().await?;
        Ok(self.place)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    /// CPU time that it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        self.process.cpu()
    }

    /// What it shows at `/metrics`.
    pub(crate) async fn metrics(&self) -> Result<String> {
        Ok(self.client.metrics().await?)
    }

    /// Stops it and gives the place of its data.
    pub(crate) async fn stop(self) -> Result<Place> {
        self.process.stop().await?;
        Ok(self.place)
    }
}

/// The end of a log.
fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let from = text.len().saturating_sub(LOG_SHOWN_BYTES);
    String::from_utf8_lossy(&text[from..]).trim().to_owned()
}
