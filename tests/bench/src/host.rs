//! On what was measured.

use std::fmt;
use std::fs;
use std::path::Path;
use std::thread;

/// The computer, as far as figures depend on it. What cannot be told is "unknown".
#[derive(Debug)]
pub(crate) struct Host {
    cores: usize,
    cpu: String,
    memory: String,
    kernel: String,
    disk: String,
}

impl Host {
    /// Reads what `/proc` says; `data` is the folder whose disk is of interest.
    pub(crate) fn read(data: &Path) -> Self {
        let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self {
            cores: cores(),
            cpu: or_unknown(field(&file("/proc/cpuinfo"), "model name")),
            memory: or_unknown(field(&file("/proc/meminfo"), "MemTotal")),
            kernel: or_unknown(Some(file("/proc/sys/kernel/osrelease").trim().to_owned())),
            disk: or_unknown(disk(&file("/proc/self/mountinfo"), data)),
        }
    }
}

/// Cores that this process may use.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cores   {}", self.cores)?;
        writeln!(f, "cpu     {}", self.cpu)?;
        writeln!(f, "memory  {}", self.memory)?;
        writeln!(f, "kernel  {}", self.kernel)?;
        write!(f, "disk    {}", self.disk)?;
        if cfg!(debug_assertions) {
            write!(f, "\nbuilt without optimisation: the figures mean nothing")?;
        }
        Ok(())
    }
}

fn or_unknown(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The first `name: value` of a list.
fn field(text: &str, name: &str) -> Option<String> {
    let value = |line: &str| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    };
    text.lines().find_map(value)
}

/// Device and file system of the mount that holds a folder: the one with the longest path, the last
/// of those, as later mounts hide earlier ones.
fn disk(mountinfo: &str, folder: &Path) -> Option<String> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (place, device) = line.split_once(" - ")?;
        let point = Path::new(place.split(' ').nth(4)?);
        let mut words = device.split(' ');
        let (kind, device) = (words.next()?, words.next()?);
        folder
            .starts_with(point)
            .then(|| (point.as_os_str().len(), format!("{device} ({kind})")))
    });
    mounts
        .max_by_key(|(length, _)| *length)
        .map(|(_, disk)| disk)
}

#[cfg(test)]
mod tests;
