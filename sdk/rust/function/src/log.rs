//! The log: standard error, one JSON object a line.

use std::io::{self, Write as _};

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

/// How grave a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happened.
    Info,
    /// What should not have happened, and does no harm.
    Warn,
    /// What went wrong.
    Error,
}

/// Logs a message with fields. The macros [`debug!`](crate::debug), [`info!`](crate::info),
/// [`warn!`](crate::warn) and [`error!`](crate::error) are shorter. A line that cannot be written is
/// lost; the call goes on.
pub fn log(level: Level, message: impl AsRef<str>, fields: &[(&str, Value)]) {
    let line = Line {
        level,
        message: message.as_ref(),
        fields,
    };
    let _ = io::stderr().write_all(&line.to_bytes());
}

/// A field of a line; `null` where the value cannot be JSON.
pub fn field(name: &str, value: impl Serialize) -> (&str, Value) {
    (name, serde_json::to_value(value).unwrap_or(Value::Null))
}

struct Line<'a> {
    level: Level,
    message: &'a str,
    fields: &'a [(&'a str, Value)],
}

impl Line<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("texts and values are always JSON");
        bytes.push(b'\n');
        bytes
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let level = match self.level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        object.serialize_entry("level", level)?;
        object.serialize_entry("message", self.message)?;
        for (name, value) in self.fields {
            object.serialize_entry(name, value)?;
        }
        object.end()
    }
}

/// Logs at level DEBUG: `debug!("sent", to = name, bytes = 12)`. A field's value is what serde writes.
#[macro_export]
macro_rules! debug {
    ($message:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::log($crate::Level::Debug, $message, &[$($crate::field(stringify!($name), &$value)),*])
    };
}

/// Logs at level INFO: `info!("sent", to = name, bytes = 12)`. A field's value is what serde writes.
#[macro_export]
macro_rules! info {
    ($message:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::log($crate::Level::Info, $message, &[$($crate::field(stringify!($name), &$value)),*])
    };
}

/// Logs at level WARN: `warn!("slow", ms = 1200)`. A field's value is what serde writes.
#[macro_export]
macro_rules! warn {
    ($message:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::log($crate::Level::Warn, $message, &[$($crate::field(stringify!($name), &$value)),*])
    };
}

/// Logs at level ERROR: `error!("lost", what = name)`. A field's value is what serde writes.
#[macro_export]
macro_rules! error {
    ($message:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::log($crate::Level::Error, $message, &[$($crate::field(stringify!($name), &$value)),*])
    };
}

#[cfg(test)]
mod tests;
