//! A data folder that cannot be used: said at start, by name, with an exit code.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::cli;
use crate::support::server::Server;

/// Starts a server on a folder where none can run; gives what it says.
#[track_caller]
fn refused(data: &Path) -> cli::Said {
    let data = data.to_str().expect("text");
    let said = cli::run(&["up", "--listen", "127.0.0.1:0", "--data", data]);
    said.code(1).notes(data);
    assert_eq!(said.stdout, "", "it does not say that it serves");
    said
}

#[test]
fn a_file_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data");
    std::fs::write(&file, "a file").expect("writes");
    refused(&file).notes("choose another with --data");
    refused(&file.join("below"));
}

#[test]
fn a_place_where_nothing_can_be_made() {
    refused(Path::new("/proc/steploom")).notes("choose another with --data");
}

#[test]
fn one_that_another_server_has() {
    let server = Server::start();
    let data = server.data().to_owned();
    refused(&data).notes("DataFolderInUse");
    assert_eq!(server.get("/readyz").status, 200, "the other goes on");
}

#[test]
fn an_address_that_is_not_a_loopback_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data = data.to_str().expect("text");
    let said = cli::run(&["up", "--listen", "0.0.0.0:0", "--data", data]);
    assert_ne!(said.code, 0);
    said.notes("ListenNotAllowed");
}

/// A file system in memory, unmounted when dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// `None`, said loudly, where mounting is not permitted.
    fn new(at: &Path, options: &str) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .output();
        match mount {
            Ok(done) if done.status.success() => Some(Self(at.to_owned())),
            why => {
                eprintln!("SKIPPED: mounting a tmpfs is not permitted here: {why:?}");
                None
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_file_system_that_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mounted) = Mounted::new(folder.path(), "size=128k") else {
        return;
    };
    // Fails when it is full, which is what is wanted.
    let _ = std::fs::write(mounted.0.join("ballast"), vec![1; 1 << 20]);
    refused(&mounted.0).notes("No space left");
    refused(&mounted.0.join("data")).notes("No space left");
}

#[test]
fn a_file_system_that_is_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mounted) = Mounted::new(folder.path(), "size=1m,ro") else {
        return;
    };
    refused(&mounted.0).notes("Read-only");
    refused(&mounted.0.join("data")).notes("Read-only");
}
