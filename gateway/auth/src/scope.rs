//! What a caller may do: `admin`, or lists of `AREA[:VERB[:NAME]]`.
//!
//! `functions:invoke:team-a-*` lets functions be invoked whose names begin with `team-a-`;
//! `executions` is everything with executions; `*:read` is reading wherever things are. The areas
//! `keys` (only `admin` reaches it), `audit` and `cluster` are not among those that `*` means.
//! What is not granted is denied.

use std::fmt;
use std::str::FromStr;

use steploom_types::{Error, Result};

use crate::failure;

/// Scopes of one key.
const SCOPES_MAX: usize = 50;

/// Characters of one scope.
const SCOPE_LENGTH_MAX: usize = 160;

/// A part of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// Functions and their logs.
    Functions,
    /// Machines and their settings.
    Machines,
    /// Executions and map runs, by the names of their machines.
    Executions,
    /// Tasks that somebody outside ends.
    Tasks,
    /// Activities.
    Activities,
    /// Buckets and objects, by the names of the buckets.
    Objects,
    /// Values by key, by the names of their stores.
    Stores,
    /// Connections.
    Connections,
    /// Schedules and rules.
    Schedules,
    /// Records of changes.
    Audit,
    /// Nodes, shards and metrics; of the operator's account only.
    Cluster,
    /// Keys.
    Keys,
}

/// Areas by name. `keys` is none that a scope can name: it takes `admin`.
const AREAS: [(&str, Area); 11] = [
    ("functions", Area::Functions),
    ("machines", Area::Machines),
    ("executions", Area::Executions),
    ("tasks", Area::Tasks),
    ("activities", Area::Activities),
    ("objects", Area::Objects),
    ("stores", Area::Stores),
    ("connections", Area::Connections),
    ("schedules", Area::Schedules),
    ("audit", Area::Audit),
    ("cluster", Area::Cluster),
];

impl Area {
    fn as_str(self) -> &'static str {
        let named = AREAS.iter().find(|(_, area)| *area == self);
        named.map_or("keys", |(name, _)| name)
    }

    /// Whether `*` does not mean it.
    fn is_apart(self) -> bool {
        matches!(self, Self::Audit | Self::Cluster | Self::Keys)
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Looking at things and listing them.
    Read,
    /// Making, changing and deleting them.
    Write,
    /// Having them work: invoking, starting, redriving, polling, answering a task.
    Invoke,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Invoke => "invoke",
        }
    }
}

/// What a request needs to be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Where.
    pub area: Area,
    /// What.
    pub verb: Verb,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.area.as_str(), self.verb.as_str())
    }
}

/// The names that a scope reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    All,
    One(String),
    Prefix(String),
}

impl Names {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == name,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Admin,
    Some {
        /// All but those apart if `None`.
        area: Option<Area>,
        /// All if `None`.
        verb: Option<Verb>,
        names: Names,
    },
}

impl Scope {
    fn covers(&self, need: Need) -> bool {
        match self {
            Self::Admin => true,
            Self::Some { area, verb, .. } => {
                area.map_or(!need.area.is_apart(), |area| area == need.area)
                    && verb.is_none_or(|verb| verb == need.verb)
            }
        }
    }

    fn names(&self) -> &Names {
        match self {
            Self::Admin => &Names::All,
            Self::Some { names, .. } => names,
        }
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            let shown = text.escape_debug().to_string();
            let shown: String = shown.chars().take(SCOPE_LENGTH_MAX).collect();
            Error::invalid(
                "InvalidScope",
                format!(
                    "'{shown}' is no scope: {why}; a scope is 'admin' or AREA[:VERB[:NAME]] such as 'functions:invoke:team-a-*'"
                ),
            )
        };
        if text == "admin" {
            return Ok(Self::Admin);
        }
        if text.len() > SCOPE_LENGTH_MAX {
            return Err(wrong("it is too long"));
        }
        let mut parts = text.splitn(3, ':');
        let area = match parts.next().unwrap_or_default() {
            "*" => None,
            name => {
                let known = AREAS.iter().find(|(known, _)| *known == name);
                let area = known.ok_or_else(|| {
                    let names: Vec<&str> = AREAS.iter().map(|(name, _)| *name).collect();
                    wrong(&format!(
                        "its area must be '*' or one of {}",
                        names.join(", ")
                    ))
                })?;
                Some(area.1)
            }
        };
        let verb = match parts.next().unwrap_or("*") {
            "*" => None,
            "read" => Some(Verb::Read),
            "write" => Some(Verb::Write),
            "invoke" => Some(Verb::Invoke),
            _ => return Err(wrong("its verb must be '*', read, write or invoke")),
        };
        let names = match parts.next().unwrap_or("*") {
            "*" => Names::All,
            name => {
                let (stem, is_prefix) = match name.strip_suffix('*') {
                    Some(stem) => (stem, true),
                    None => (name, false),
                };
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
                if stem.is_empty() || !stem.bytes().all(is_plain) {
                    return Err(wrong(
                        "its name must be a name, or the beginning of one and '*'",
                    ));
                }
                if is_prefix {
                    Names::Prefix(stem.to_owned())
                } else {
                    Names::One(stem.to_owned())
                }
            }
        };
        Ok(Self::Some { area, verb, names })
    }
}

/// All that a caller may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Everything: of whoever reaches a listener without keys.
    pub fn admin() -> Self {
        Self(vec![Scope::Admin])
    }

    /// Nothing.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads scopes.
    ///
    /// # Errors
    /// `InvalidScope`: there is none, there are too many, or one is none.
    pub fn parse<S: AsRef<str>>(scopes: &[S]) -> Result<Self> {
        if scopes.is_empty() || scopes.len() > SCOPES_MAX {
            return Err(Error::invalid(
                "InvalidScope",
                format!(
                    "a key has 1 to {SCOPES_MAX} scopes, such as 'admin' or 'functions:invoke'"
                ),
            ));
        }
        let scopes = scopes.iter().map(|scope| scope.as_ref().parse());
        scopes.collect::<Result<_>>().map(Self)
    }

    /// Whether it is everything.
    pub fn is_admin(&self) -> bool {
        self.0.contains(&Scope::Admin)
    }

    /// Whether a need is granted for some name, whichever that is.
    pub fn has_some(&self, need: Need) -> bool {
        self.0.iter().any(|scope| scope.covers(need))
    }

    /// Whether a need is granted for the thing of this name; for all names, if `None`.
    pub fn has(&self, need: Need, name: Option<&str>) -> bool {
        let mut covering = self.0.iter().filter(|scope| scope.covers(need));
        covering.any(|scope| match name {
            Some(name) => scope.names().has(name),
            None => *scope.names() == Names::All,
        })
    }

    /// Refuses what is not granted.
    ///
    /// # Errors
    /// `AccessDenied`, which says what scope would do.
    pub fn require(&self, need: Need, name: Option<&str>) -> Result<()> {
        if self.has(need, name) {
            Ok(())
        } else {
            Err(failure::denied_scope(need, name))
        }
    }
}

#[cfg(test)]
mod tests;
