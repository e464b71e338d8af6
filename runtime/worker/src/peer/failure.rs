//! Errors on their way from one node to another.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use steploom_types::error::Problem;
use steploom_types::{Error, Kind, Result};

/// Codes that are kept, see [`code`].
const CODES_MAX: usize = 1_000;

/// An answer of another node.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reply<T> {
    /// It was done.
    Done(T),
    /// It was not.
    Failed(Failed),
}

/// An [`Error`] that travels. Its detail stays where it was logged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failed {
    kind: String,
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<(String, String, String)>,
}

impl<T> Reply<T> {
    pub(crate) fn of(result: Result<T>) -> Self {
        match result {
            Ok(done) => Self::Done(done),
            Err(error) => Self::Failed(error.into()),
        }
    }

    pub(crate) fn result(self) -> Result<T> {
        match self {
            Self::Done(done) => Ok(done),
            Self::Failed(failed) => Err(failed.into()),
        }
    }
}

const KINDS: [(Kind, &str); 9] = [
    (Kind::Invalid, "invalid"),
    (Kind::NotFound, "notFound"),
    (Kind::Conflict, "conflict"),
    (Kind::Fenced, "fenced"),
    (Kind::Denied, "denied"),
    (Kind::Exhausted, "exhausted"),
    (Kind::Unavailable, "unavailable"),
    (Kind::Corrupt, "corrupt"),
    (Kind::Internal, "internal"),
];

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        if matches!(error.kind, Kind::Internal | Kind::Corrupt) {
            tracing::error!(%error, "what another node asked for failed");
        }
        let kind = KINDS.iter().find(|(kind, _)| *kind == error.kind);
        let problem = |p: Problem| (p.code, p.path, p.message);
        Self {
            kind: kind.map_or("internal", |(_, name)| name).to_owned(),
            code: error.code.to_owned(),
            message: error.message,
            retry_after_s: error.retry_after_s,
            problems: error.problems.into_iter().map(problem).collect(),
        }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        let kind = KINDS.iter().find(|(_, name)| *name == failed.kind);
        let kind = kind.map_or(Kind::Internal, |(kind, _)| *kind);
        let problem = |(code, path, message)| Problem {
            code,
            path,
            message,
        };
        Self {
            retry_after_s: failed.retry_after_s,
            ..Self::new(kind, code(failed.code), failed.message)
        }
        .with_problems(failed.problems.into_iter().map(problem).collect())
    }
}

/// A code that came from another node, as one of ours. Each is kept for ever once it was seen; they
/// are as many as this program's.
fn code(text: String) -> &'static str {
    static CODES: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = codes.get(text.as_str()) {
        return code;
    }
    if codes.len() >= CODES_MAX {
        return "PeerFailed";
    }
    let code: &'static str = Box::leak(text.into_boxed_str());
    codes.insert(code);
    code
}
