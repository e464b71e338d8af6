//! The disk under the program: it fails once, at any write, or the power is cut and what was not forced to it is
//! gone. A small library does both from inside of the process, see `disk.c`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

/// Bytes of a record of the undo file before those that were overwritten.
const HEAD: usize = 48;

/// The variables of a process whose disk is this one.
pub(crate) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Below this folder, in which the data folder is `data`.
    pub(crate) fn new(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { folder }
    }

    fn undo(&self) -> PathBuf {
        self.folder.join("undo")
    }

    /// The data folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Of a disk of which [`Disk::lose`] can take back what was not forced to it.
    pub(crate) fn that_may_lose(&self) -> Vec<(&'static str, String)> {
        let mut variables = self.preloaded();
        variables.push(("STEPLOOM_DISK_UNDO", text(&self.undo())));
        variables
    }

    /// Of a disk that fails at the `n`-th write after [`Disk::arm`].
    pub(crate) fn that_fails(&self, n: u64) -> Vec<(&'static str, String)> {
        let mut variables = self.preloaded();
        variables.push(("STEPLOOM_DISK_FAIL", n.to_string()));
        variables.push(("STEPLOOM_DISK_ARMED", text(&self.armed())));
        variables
    }

    fn preloaded(&self) -> Vec<(&'static str, String)> {
        vec![
            ("LD_PRELOAD", text(library())),
            ("STEPLOOM_DISK_ROOT", format!("{}/", text(&self.root()))),
        ]
    }

    fn armed(&self) -> PathBuf {
        self.folder.join("armed")
    }

    /// From now on writes count.
    pub(crate) fn arm(&self) {
        File::create(self.armed()).expect("a file");
    }

    /// Whether the write that was to fail has failed.
    pub(crate) fn has_failed(&self) -> bool {
        !self.armed().exists()
    }

    /// The power was cut when the process was killed: takes back what was not forced to the disk. Gives how many
    /// writes that were.
    pub(crate) fn lose(&self) -> usize {
        let undo = match fs::read(self.undo()) {
            Ok(undo) => undo,
            // Killed before its first write.
            Err(error) if error.kind() == ErrorKind::NotFound => return 0,
            Err(error) => panic!("the undo file: {error}"),
        };
        let files = files(&self.root());
        let mut lost = 0;
        let (mut at, mut written) = (0, Vec::new());
        let mut forced: HashMap<(u64, u64), u64> = HashMap::new();
        while let Some(head) = undo.get(at..at + HEAD) {
            let number = |place: usize| {
                let bytes = head[place * 8..][..8].try_into().expect("eight bytes");
                u64::from_ne_bytes(bytes)
            };
            let (file, offset, length, size) =
                ((number(1), number(2)), number(3), number(4), number(5));
            let bytes = at + HEAD..at + HEAD + length as usize;
            if number(0) == 1 {
                written.push((at as u64, file, offset, bytes.clone(), size));
            } else {
                let upto = forced.entry(file).or_default();
                *upto = (*upto).max(offset);
            }
            at = bytes.end;
        }
        for (at, file, offset, bytes, size) in written.into_iter().rev() {
            let is_forced = forced.get(&file).is_some_and(|upto| at < *upto);
            // What was removed since is gone either way. The last record may be torn: its write was not made.
            let (Some(path), Some(bytes), false) = (files.get(&file), undo.get(bytes), is_forced)
            else {
                continue;
            };
            let file = File::options().write(true).open(path).expect("opens");
            file.write_all_at(bytes, offset).expect("writes");
            file.set_len(size).expect("is cut");
            lost += 1;
        }
        fs::remove_file(self.undo()).expect("is removed");
        lost
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_owned()
}

/// Files below a folder, by their inodes and when they were made.
fn files(folder: &Path) -> HashMap<(u64, u64), PathBuf> {
    let mut found = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("lists") {
            let entry = entry.expect("an entry");
            let metadata = entry.metadata().expect("is there");
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                let born = metadata.created().ok();
                let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok());
                let born = born.map_or(0, |born| born.as_nanos() as u64);
                found.insert((metadata.ino(), born), entry.path());
            }
        }
    }
    found
}

/// The library, compiled once: whoever could build the program has a compiler for C.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/disk.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let library = folder.join("disk.so");
        let made = folder.join(format!("disk.so-{}", std::process::id()));
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let done = Command::new(&compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&made, &source])
            .output();
        let done = done.unwrap_or_else(|error| panic!("{}: {error}", compiler.display()));
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        // Another process of tests may have it open.
        fs::rename(&made, &library).expect("is renamed");
        library
    })
}
