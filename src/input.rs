//! Where JSON comes from: the command line, a file, or standard input.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use steploom_types::Json;

use crate::exit::Exit;
use crate::failure::{Failure, not_json};
use crate::view::source::Source;

/// What stands for standard input.
const STDIN: &str = "-";

/// The JSON of an argument (`-` reads standard input) or of a file; `{}` if there is neither.
pub(crate) fn json(argument: Option<&str>, file: Option<&Path>) -> Result<Json, Failure> {
    let source = match (argument, file) {
        (None, None) => return Ok(Json::empty_object()),
        (Some(STDIN), _) => stdin()?,
        (_, Some(path)) if path == Path::new(STDIN) => stdin()?,
        (_, Some(path)) => file_text(path)?,
        (Some(text), None) => Source {
            path: "the argument".to_owned(),
            text: text.to_owned(),
        },
    };
    match serde_json::from_str::<serde_json::Value>(&source.text) {
        Ok(_) => Ok(Json::parse(&source.text)?),
        Err(error) => Err(not_json(&source, &error)),
    }
}

/// A file's text, to be pointed into.
pub(crate) fn file_text(path: &Path) -> Result<Source, Failure> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok(Source {
        path: path.display().to_string(),
        text,
    })
}

/// A file's bytes.
pub(crate) fn file_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The bytes of a file, or of standard input if it is `-`.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    if file != Path::new(STDIN) {
        return file_bytes(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let exit = match error.kind() {
        std::io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Failed,
    };
    let title = format!("cannot read {}: {error}", path.display());
    Failure::new(exit, "Unreadable", title)
}

fn stdin() -> Result<Source, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    Ok(Source {
        path: "standard input".to_owned(),
        text,
    })
}
