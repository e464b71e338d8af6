//! A sandbox of a test's own, with its own folder and its own compiling process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_sandbox::{
    Call, CompilerCommand, Config, Context, Finished, Inspected, Kind, Limits, Refused, Runner,
    Sandbox,
};
use steploom_types::{AccountId, Digest, Json};

/// Deadlines of guests that are meant to end by themselves: never reached, however slow the machine.
pub(crate) const AMPLE_MS: u64 = 60_000;

pub(crate) struct Node {
    pub(crate) sandbox: Sandbox,
    pub(crate) artifacts: Arc<Artifacts>,
    pub(crate) folder: Arc<tempfile::TempDir>,
}

/// A module that is ready to be called.
#[derive(Clone, Copy)]
pub(crate) struct Ready {
    pub(crate) digest: Digest,
    pub(crate) found: Inspected,
}

impl Ready {
    /// A module that is not there.
    pub(crate) fn nothing() -> Self {
        Self {
            digest: Digest::of(b""),
            found: Inspected {
                kind: Kind::Reactor,
                memory_bytes_min: 0,
                uses_filesystem: false,
            },
        }
    }
}

impl Node {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Self::on(folder, Arc::new(Artifacts::in_memory()), change)
    }

    /// A node on a folder and artifacts that were there before.
    pub(crate) fn on(
        folder: Arc<tempfile::TempDir>,
        artifacts: Arc<Artifacts>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config {
            artifacts: Arc::clone(&artifacts),
            cache_dir: folder.path().join("code"),
            mac_key: [7; 32],
            compiler: CompilerCommand {
                program: env!("CARGO_BIN_EXE_steploom-compiler").into(),
                args: Vec::new(),
            },
            instances_max: 4,
            memory_bytes_total: 1 << 30,
            queue_max: 16,
            queue_wait_max: Duration::from_mins(1),
            volumes: BTreeMap::new(),
            runtimes: BTreeMap::new(),
        };
        change(&mut config);
        Self {
            sandbox: Sandbox::new(config).expect("a sandbox"),
            artifacts,
            folder,
        }
    }

    pub(crate) async fn put(&self, text: &str) -> Ready {
        self.put_granted(text, &[]).await
    }

    /// Puts a guest whose function has these grants.
    pub(crate) async fn put_granted(&self, text: &str, grants: &[&str]) -> Ready {
        let module = Bytes::from(wat::parse_str(text).expect("the guest is WebAssembly"));
        let grants: Vec<_> = grants
            .iter()
            .map(|text| text.parse().expect("a grant"))
            .collect();
        let found = self
            .sandbox
            .inspect(&module, &grants)
            .expect("passes the gate");
        let digest = self.artifacts.put_module(&module).await.expect("stores");
        self.sandbox
            .prepare(digest, &module)
            .await
            .expect("compiles");
        Ready { digest, found }
    }

    pub(crate) async fn invoke(&self, call: Call) -> Finished {
        self.sandbox.invoke(call).await.expect("runs")
    }

    /// Puts a guest and calls it once.
    pub(crate) async fn run(&self, text: &str, event: &str) -> Finished {
        let ready = self.put(text).await;
        self.invoke(call(ready, event)).await
    }

    /// Scratch folders that are there now, of calls and empty ones.
    pub(crate) fn scratch_folders(&self) -> usize {
        let root = self.folder.path().join("code/scratch");
        entries(&root).iter().flat_map(|of| entries(of)).count()
    }

    /// What is in scratch folders now.
    pub(crate) fn scratch_files(&self) -> usize {
        let root = self.folder.path().join("code/scratch");
        let processes = entries(&root);
        let folders = processes.iter().flat_map(|of| entries(of));
        folders.map(|folder| entries(&folder).len()).sum()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(folder).expect("lists");
    found.map(|entry| entry.expect("reads").path()).collect()
}

pub(crate) fn call(ready: Ready, event: &str) -> Call {
    Call {
        module: ready.digest,
        kind: ready.found.kind,
        limits: Limits {
            timeout_ms: AMPLE_MS,
            ..Limits::default()
        },
        environment: Arc::new([]),
        volumes: Vec::new(),
        context: Context {
            request_id: "r-1".into(),
            function: "guest".parse().expect("a name"),
            version: 3,
            account: AccountId::LOCAL,
            deadline: None,
            execution: None,
            state: None,
            attempt: None,
            retry: 0,
            traceparent: None,
        },
        event: Json::parse(event).expect("JSON"),
        outbound: None,
        reuse: None,
        abilities: None,
        cancel: None,
    }
}

/// The result of a call that went well.
pub(crate) fn result(finished: &Finished) -> String {
    match &finished.outcome {
        Ok(json) => json.text().to_owned(),
        Err(failure) => panic!("{failure:?}; logs: {:?}", finished.logs),
    }
}

/// Checks that a call failed by this name and says this in its cause.
pub(crate) fn failed(finished: &Finished, error: &str, cause: &str) {
    let failure = finished.outcome.as_ref().expect_err("fails");
    assert_eq!(failure.error, error, "{failure:?}");
    assert!(failure.cause.contains(cause), "{failure:?}");
}

pub(crate) fn refusal(refused: Result<Finished, Refused>) -> Refused {
    refused.expect_err("is refused")
}
