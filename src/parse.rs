//! What people type for sizes, durations and pairs, turned into values.
//!
//! The errors are for clap, which prints them after "invalid value ...:".

use std::path::PathBuf;
use std::str::FromStr;

use steploom_api::wire::{AllowedHost, StartBefore, VolumeMount};
use steploom_types::{Error, ExecutionId, Grant, MachineName, Name, Timestamp, limits};

use crate::view::live::now;

/// Units of sizes, the longer spelling first where one ends with another.
const SIZE_UNITS: [(&str, u64); 10] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("b", 1),
];

/// Units of durations, in milliseconds.
const DURATION_UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Parses a size in bytes: `128MiB`, `64k`, `1.5 GiB`, `1000000`. `K`, `M` and `G` are powers of
/// 1,024, `KB`, `MB` and `GB` of 1,000.
pub(crate) fn size_bytes(text: &str) -> Result<u64, String> {
    quantity(text, &SIZE_UNITS, Some(1))
        .ok_or_else(|| "expected a size such as 128MiB, 64KiB or 1000000".to_owned())
}

/// Parses the largest data that machines may ask for.
pub(crate) fn data_limit(text: &str) -> Result<u32, String> {
    let bytes = size_bytes(text)?;
    let range = limits::PAYLOAD_BYTES_MAX as u64..=limits::DATA_LIMIT_BYTES_MAX as u64;
    match u32::try_from(bytes) {
        Ok(fits) if range.contains(&bytes) => Ok(fits),
        _ => Err("expected 256KiB to 64MiB".to_owned()),
    }
}

/// Parses a duration into milliseconds: `250ms`, `30s`, `1.5h`, `7d`.
pub(crate) fn duration_ms(text: &str) -> Result<u64, String> {
    quantity(text, &DURATION_UNITS, None)
        .ok_or_else(|| "expected a duration such as 30s, 15m, 1h or 7d".to_owned())
}

/// Parses an instant: `2026-07-01T00:00:00Z`, or how long ago, such as `2h`.
pub(crate) fn when(text: &str) -> Result<Timestamp, String> {
    if let Ok(ms) = duration_ms(text) {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        return Ok(Timestamp::from_millis(now().as_millis().saturating_sub(ms)));
    }
    text.parse().map_err(|_| {
        "expected a time such as 2026-07-01T00:00:00Z, or how long ago, such as 30m, 2h or 7d"
            .to_owned()
    })
}

/// Parses until when: `2026-07-01T00:00:00Z`, or a duration from now, such as `30m`, in whole seconds.
pub(crate) fn until(text: &str) -> Result<StartBefore, String> {
    if let Ok(ms) = duration_ms(text) {
        return Ok(StartBefore::Seconds(ms.div_ceil(1_000)));
    }
    text.parse().map(StartBefore::At).map_err(|_| {
        "expected a time such as 2026-07-01T00:00:00Z, or a duration from now, such as 30m, 2h or 7d"
            .to_owned()
    })
}

/// Parses where other nodes reach a node: `http://10.0.0.7:8090`, or `https://` where a proxy before
/// it ends TLS.
pub(crate) fn node_address(text: &str) -> Result<String, String> {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let is_good = |rest: &str| {
        let host = rest.trim_end_matches('/');
        !host.is_empty() && !host.contains(['@', '?', '#', ' '])
    };
    match rest {
        Some(rest) if is_good(rest) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("expected a URL such as http://10.0.0.7:8090".to_owned()),
    }
}

/// Parses the domain below which functions have hosts of their own: `fn.example.com`.
pub(crate) fn domain(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_good)
    };
    if text.split('.').all(is_label) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("expected a domain such as fn.example.com".to_owned())
}

/// Parses `HOST` or `HOST=CONNECTION` of `--allow-host`. What is a host, the server says.
pub(crate) fn allowed_host(text: &str) -> Result<AllowedHost, String> {
    let (host, connection) = match text.split_once('=') {
        Some((host, name)) => (host, Some(name.parse().map_err(|e: Error| e.message)?)),
        None => (text, None),
    };
    Ok(AllowedHost {
        host: host.to_owned(),
        connection,
    })
}

/// Parses a grant of `--grant`.
pub(crate) fn grant(text: &str) -> Result<Grant, String> {
    text.parse().map_err(|error: Error| error.message)
}

/// A number and a unit; without a unit `bare` counts, if there is such a thing.
fn quantity(text: &str, units: &[(&str, u64)], bare: Option<u64>) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')
        .unwrap_or(lower.len());
    let (number, unit) = lower.split_at(digits);
    let number = number.replace('_', "");
    let factor = match unit.trim() {
        "" => bare?,
        unit => units.iter().find(|(name, _)| *name == unit)?.1,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor);
    }
    let value = number.parse::<f64>().ok()? * factor as f64;
    (value.is_finite() && value < u64::MAX as f64).then_some(value.round() as u64)
}

/// Parses `KEY=VALUE` of `--env` and `--tag`.
pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Parses `RELEASE` or `RELEASE=WEIGHT` of `machine alias set`.
pub(crate) fn route(text: &str) -> Result<(u32, Option<u8>), String> {
    let (release, weight) = match text.split_once('=') {
        Some((release, weight)) => (release, Some(weight)),
        None => (text, None),
    };
    let bad =
        || "expected a release's number, such as 3, or with a weight, such as 3=90".to_owned();
    let release = release.parse().map_err(|_| bad())?;
    let weight = weight.map(str::parse::<u8>).transpose();
    match weight.map_err(|_| bad())? {
        Some(weight) if weight > 100 => {
            Err("a weight is 0 to 100: so many of 100 starts".to_owned())
        }
        weight => Ok((release, weight)),
    }
}

/// What `start` starts: a machine, or `MACHINE:QUALIFIER`, which is one of its releases or aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Qualified {
    pub(crate) machine: Name,
    pub(crate) qualifier: Option<Name>,
}

impl FromStr for Qualified {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (machine, qualifier) = match text.split_once(':') {
            Some((machine, qualifier)) => (machine, Some(qualifier)),
            None => (text, None),
        };
        Ok(Self {
            machine: machine.parse().map_err(message)?,
            qualifier: qualifier.map(str::parse).transpose().map_err(message)?,
        })
    }
}

/// Parses `NAME=/path` of `deploy --volume`: where a function finds a volume.
pub(crate) fn mount(text: &str) -> Result<VolumeMount, String> {
    let (name, path) = pair(text, "NAME=/path, such as input=/input")?;
    if !path.starts_with('/') {
        return Err(format!(
            "'{path}' is where the function finds the volume: an absolute path such as /{path}"
        ));
    }
    Ok(VolumeMount {
        name,
        path: path.to_owned(),
    })
}

/// Parses `NAME=DIR` of `up --volume`: a folder of this computer that functions may read.
pub(crate) fn volume(text: &str) -> Result<(Name, PathBuf), String> {
    let (name, folder) = pair(text, "NAME=DIR, such as input=./data")?;
    Ok((name, PathBuf::from(folder)))
}

fn pair<'a>(text: &'a str, expected: &str) -> Result<(Name, &'a str), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(_, value)| !value.is_empty())
        .ok_or_else(|| format!("expected {expected}"))?;
    Ok((name.parse().map_err(message)?, value))
}

fn message(error: steploom_types::Error) -> String {
    error.message
}

/// What names an execution on the command line: its id, or `MACHINE/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// By id.
    Id(ExecutionId),
    /// By machine and name.
    Named(MachineName, Name),
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((machine, name)) = text.split_once('/') {
            return Ok(Self::Named(
                machine.parse().map_err(message)?,
                name.parse().map_err(message)?,
            ));
        }
        text.parse().map(Self::Id).map_err(|_| {
            "expected an execution's id (a UUID) or MACHINE/NAME; 'steploom list' shows them"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests;
