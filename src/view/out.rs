//! Writes to standard output, so that a reader that goes away (`| head`) ends the program quietly.

use std::io::{self, Write as _};

use serde::Serialize;

/// Prints lines of text.
pub(crate) fn line(text: impl AsRef<str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref().as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints one JSON document, indented.
pub(crate) fn json<T: Serialize>(value: &T) -> io::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// Prints one line of a JSON stream.
pub(crate) fn json_line<T: Serialize>(value: &T) -> io::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Says something beside the result, on standard error. That nobody can hear it is no failure.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}
