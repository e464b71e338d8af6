//! Grants: what a function's owner lets it do on the platform, as people write it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Error, Name};

/// Something that a function may do within its own account, such as `invoke=resize`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Grant {
    /// `config`: reads its own variables.
    Config,
    /// `logging`: writes log lines with a level and a context.
    Logging,
    /// `keyvalue=STORE`: reads and writes values of a store.
    Keyvalue(Name),
    /// `objects=BUCKET`: reads, writes, lists and deletes objects of a bucket.
    Objects(Name),
    /// `invoke=FUNCTION`: invokes a function; any, if `None`.
    Invoke(Option<Callee>),
    /// `start=MACHINE`: starts executions of a machine; of any, if `None`.
    Start(Option<Name>),
    /// `tasks`: ends tasks by their tokens.
    Tasks,
}

/// A function that is invoked: `NAME` or `NAME:QUALIFIER`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Callee {
    /// The function.
    pub name: Name,
    /// An alias, a release's number or `$LATEST`. Where it is granted, `None` means all of them.
    pub qualifier: Option<Arc<str>>,
}

/// Stands for any function, or any machine.
const ANY: &str = "*";
/// The newest version: the one qualifier that is no [`Name`].
const LATEST: &str = "$LATEST";
/// How grants are written.
const FORMS: &str =
    "config, logging, keyvalue=STORE, objects=BUCKET, invoke=FUNCTION, start=MACHINE or tasks";

impl Grant {
    /// The word before `=`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Logging => "logging",
            Self::Keyvalue(_) => "keyvalue",
            Self::Objects(_) => "objects",
            Self::Invoke(_) => "invoke",
            Self::Start(_) => "start",
            Self::Tasks => "tasks",
        }
    }

    /// Whether whoever has this grant may do what another one says.
    pub fn covers(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Invoke(None), Self::Invoke(_)) | (Self::Start(None), Self::Start(_)) => true,
            (Self::Invoke(Some(granted)), Self::Invoke(Some(wanted))) => {
                granted.name == wanted.name
                    && (granted.qualifier.is_none() || granted.qualifier == wanted.qualifier)
            }
            _ => self == wanted,
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Config | Self::Logging | Self::Tasks => f.write_str(kind),
            Self::Keyvalue(name) | Self::Objects(name) | Self::Start(Some(name)) => {
                write!(f, "{kind}={name}")
            }
            Self::Invoke(Some(callee)) => write!(f, "{kind}={callee}"),
            Self::Invoke(None) | Self::Start(None) => write!(f, "{kind}={ANY}"),
        }
    }
}

impl FromStr for Grant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why: String| Error::invalid("InvalidGrant", why);
        let shown = text.escape_debug();
        let bad =
            |error: Error| refuse(format!("the grant '{shown}' is refused: {}", error.message));
        let (kind, name) = match text.split_once('=') {
            Some((kind, name)) => (kind, Some(name)),
            None => (text, None),
        };
        match (kind, name) {
            ("config", None) => Ok(Self::Config),
            ("logging", None) => Ok(Self::Logging),
            ("tasks", None) => Ok(Self::Tasks),
            ("keyvalue", Some(name)) => Ok(Self::Keyvalue(name.parse().map_err(bad)?)),
            ("objects", Some(name)) => Ok(Self::Objects(name.parse().map_err(bad)?)),
            ("invoke", Some(name)) => Ok(Self::Invoke(one(name).map_err(bad)?)),
            ("start", Some(name)) => Ok(Self::Start(one(name).map_err(bad)?)),
            ("config" | "logging" | "tasks", Some(_)) => {
                Err(refuse(format!("the grant '{kind}' takes no name")))
            }
            ("keyvalue" | "objects" | "invoke" | "start", None) => Err(refuse(format!(
                "the grant '{kind}' needs a name: {kind}=NAME"
            ))),
            _ => Err(refuse(format!("'{shown}' is no grant: write {FORMS}"))),
        }
    }
}

/// What `*` stands for, or one thing.
fn one<T: FromStr<Err = Error>>(text: &str) -> Result<Option<T>, Error> {
    (text != ANY).then(|| text.parse()).transpose()
}

impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.qualifier {
            None => fmt::Display::fmt(&self.name, f),
            Some(qualifier) => write!(f, "{}:{qualifier}", self.name),
        }
    }
}

impl FromStr for Callee {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, qualifier) = match text.split_once(':') {
            Some((name, LATEST)) => (name, Some(LATEST.into())),
            Some((name, alias)) => (name, Some(alias.parse::<Name>()?.as_str().into())),
            None => (text, None),
        };
        Ok(Self {
            name: name.parse()?,
            qualifier,
        })
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )*};
}

as_text!(Grant, Callee);

#[cfg(test)]
mod tests;
