//! Which function's address a request names: `/url/ID/...` and the host `ID.lambda-url.REGION...`, or
//! by name `/fn/ACCOUNT/NAME/...` and the host `NAME.ACCOUNT.DOMAIN` below the operator's domain.

use axum::extract::Request;
use steploom_types::{AccountId, Name};

use crate::extract::host;

/// What follows the id in a host's name.
const DOMAIN: &str = "lambda-url.";
const BY_ID: &str = "/url/";
const BY_NAME: &str = "/fn/";

/// An address that a request names, and the path behind it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(super) place: Place,
    /// What the function is asked for.
    pub(super) path: String,
    /// What stands before that in the request's path; nothing where the function has a host of its own.
    pub(super) prefix: String,
}

/// Which address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// That of this id.
    Id(Name),
    /// That of a function or of an alias.
    Name {
        account: AccountId,
        function: Name,
        alias: Option<Name>,
    },
}

impl Asked {
    /// The address that a request names, if it names one.
    pub(crate) fn of(request: &Request, domain: Option<&str>) -> Option<Self> {
        let path = request.uri().path();
        let host = host(request.uri(), request.headers());
        if let Some(place) = by_host(host, domain) {
            return Some(Self {
                place: place.ok()?,
                path: path.to_owned(),
                prefix: String::new(),
            });
        }
        if let Some(rest) = path.strip_prefix(BY_ID) {
            let (id, _) = rest.split_once('/').unwrap_or((rest, ""));
            return Some(Self::below(
                path,
                BY_ID.len() + id.len(),
                Place::Id(id.parse().ok()?),
            ));
        }
        let rest = path.strip_prefix(BY_NAME)?;
        let (account, rest) = rest.split_once('/')?;
        let (name, _) = rest.split_once('/').unwrap_or((rest, ""));
        let (function, alias) = match name.split_once(':') {
            Some((function, alias)) => (function, Some(alias.parse().ok()?)),
            None => (name, None),
        };
        let place = Place::Name {
            account: account.parse().ok()?,
            function: function.parse().ok()?,
            alias,
        };
        let length = BY_NAME.len() + account.len() + 1 + name.len();
        Some(Self::below(path, length, place))
    }

    fn below(path: &str, prefix: usize, place: Place) -> Self {
        let (prefix, path) = path.split_at(prefix);
        Self {
            place,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            prefix: prefix.to_owned(),
        }
    }

    pub(super) fn has_host(&self) -> bool {
        self.prefix.is_empty()
    }

    /// What metrics and logs call it.
    pub(crate) fn route(&self) -> &'static str {
        match self.place {
            Place::Id(_) => "/url/{id}",
            Place::Name { .. } => "/fn/{account}/{name}",
        }
    }
}

/// A host that should be a function's address, and is none.
struct Nobody;

/// The address that a host stands for, if it should be one.
fn by_host(host: &str, domain: Option<&str>) -> Option<Result<Place, Nobody>> {
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let (first, rest) = host.split_once('.')?;
    if rest.starts_with(DOMAIN) {
        let id = first.to_ascii_lowercase().parse();
        return Some(id.map(Place::Id).map_err(|_| Nobody));
    }
    let domain = domain?;
    let (account, rest) = rest.split_once('.')?;
    if !rest.eq_ignore_ascii_case(domain) {
        return None;
    }
    let place = || {
        Some(Place::Name {
            account: account.parse().ok()?,
            function: first.to_ascii_lowercase().parse().ok()?,
            alias: None,
        })
    };
    Some(place().ok_or(Nobody))
}

#[cfg(test)]
mod tests;
