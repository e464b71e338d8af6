//! Names of functions, machines, aliases and executions: what a person types.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Error, ExecutionId, Kind, limits};

/// A checked name: 1 to 80 of `A-Z a-z 0-9 - _ .`, not starting with a dot or a dash.
///
/// Names reach URLs, file names and logs, so nothing else is let in. Clones share the text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str, what: &str) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::new(Kind::Invalid, "InvalidName", why));
    if text.is_empty() {
        return refuse(format!("{what} must not be empty"));
    }
    if text.len() > limits::NAME_LENGTH_MAX {
        return refuse(format!(
            "{what} has {} characters; at most {} are allowed",
            text.len(),
            limits::NAME_LENGTH_MAX
        ));
    }
    if let Some((at, bad)) = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
    {
        return refuse(format!(
            "{what} has the character '{}' at position {at}; allowed are letters, digits, '-', '_' and '.'",
            bad.escape_default()
        ));
    }
    if text.starts_with(['.', '-']) || text.contains("..") {
        return refuse(format!(
            "{what} must not start with '.' or '-' or contain '..'"
        ));
    }
    Ok(())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        check(text, "a name")?;
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

/// An id has only hexadecimal digits and dashes, and begins with one of the former: it is a name as it is.
impl From<ExecutionId> for Name {
    fn from(id: ExecutionId) -> Self {
        Self(Arc::from(&*id.text()))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

/// The machine that an execution runs: one that a user named, or the one-task machine behind
/// asynchronous invocations of a function, written `function:NAME`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum MachineName {
    /// A machine of the catalog.
    Named(Name),
    /// The machine whose one task invokes this function.
    OfFunction(Name),
}

/// How the name of a function's own machine begins. No [`Name`] contains a colon.
const OF_FUNCTION: &str = "function:";

impl fmt::Display for MachineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => fmt::Display::fmt(name, f),
            Self::OfFunction(name) => write!(f, "{OF_FUNCTION}{name}"),
        }
    }
}

impl fmt::Debug for MachineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MachineName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.strip_prefix(OF_FUNCTION) {
            Some(name) => Ok(Self::OfFunction(name.parse()?)),
            None => Ok(Self::Named(text.parse()?)),
        }
    }
}

impl TryFrom<String> for MachineName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<MachineName> for String {
    fn from(name: MachineName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests;
