//! A listener without keys: one account, and no request that a web page elsewhere could have sent.
//!
//! A browser on the same host reaches the loopback interface for any page. Two checks keep pages
//! out: `Host` must be a name of ours (else an attacker's name was rebound to 127.0.0.1), and
//! `Origin`, where a browser sends one, must be this very listener.

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue};
use steploom_types::{Error, Kind, Result};

use crate::RequestHead;

/// Names under which the loopback interface is always reached.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Access without keys: every caller is the local account.
#[derive(Clone, Debug, Default)]
pub struct Access {
    hosts: Vec<String>,
}

impl Access {
    /// Access under the loopback names and, besides, under `hosts`: names without a port, such as
    /// the one that a proxy on this host passes on. They are compared without regard to case.
    pub fn without_keys(hosts: impl IntoIterator<Item = String>) -> Self {
        Self {
            hosts: hosts.into_iter().collect(),
        }
    }

    /// Whether a request was sent to this listener and by no web page elsewhere.
    ///
    /// # Errors
    /// `HostNotAllowed`, `OriginNotAllowed`.
    pub fn check(&self, head: RequestHead<'_>) -> Result<()> {
        let addressed = self.check_host(head)?;
        check_origin(head.headers, addressed)
    }

    fn is_ours(&self, host: &str) -> bool {
        LOOPBACK_NAMES
            .into_iter()
            .chain(self.hosts.iter().map(String::as_str))
            .any(|ours| ours.eq_ignore_ascii_case(host))
    }

    /// The authority that the request is addressed to, as it was written.
    fn check_host<'a>(&self, head: RequestHead<'a>) -> Result<&'a str> {
        let mut addressed = head.uri.authority().map(Authority::as_str);
        if let Some(authority) = addressed {
            self.check_authority(authority)?;
        }
        for value in head.headers.get_all(HOST) {
            let authority = value.to_str().map_err(|_| host_refused("<not a name>"))?;
            self.check_authority(authority)?;
            // Two that are both ours but differ would leave open which one `Origin` has to equal.
            if addressed.is_some_and(|other| !same_authority(other, authority)) {
                return Err(host_refused(authority));
            }
            addressed = Some(authority);
        }
        addressed.ok_or_else(|| host_refused(""))
    }

    fn check_authority(&self, authority: &str) -> Result<()> {
        match split_port(authority) {
            Some((host, _)) if self.is_ours(host) => Ok(()),
            _ => Err(host_refused(authority)),
        }
    }
}

/// Host and port of an authority; `None` for what is no `host[:port]`, such as one with a user.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(end);
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        Some(port) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            Some((host, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn same_authority(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn check_origin(headers: &HeaderMap, addressed: &str) -> Result<()> {
    headers
        .get_all(ORIGIN)
        .iter()
        .find(|origin| !is_same_origin(origin, addressed))
        .map_or(Ok(()), |origin| Err(origin_refused(origin)))
}

/// Whether a page of this very listener sent it: same name, same port. Another port of the same
/// host is another program, and not trusted.
fn is_same_origin(origin: &HeaderValue, addressed: &str) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let (authority, port_default) = match origin.split_once("://") {
        Some(("http", authority)) => (authority, 80),
        Some(("https", authority)) => (authority, 443),
        _ => return false,
    };
    let (Some((host, port)), Some((host_ours, port_ours))) =
        (split_port(authority), split_port(addressed))
    else {
        return false;
    };
    host.eq_ignore_ascii_case(host_ours)
        && port.unwrap_or(port_default) == port_ours.unwrap_or(port_default)
}

fn host_refused(authority: &str) -> Error {
    Error::new(
        Kind::Denied,
        "HostNotAllowed",
        format!(
            "the Host '{}' is not one that this listener answers to; use localhost, 127.0.0.1 or \
             [::1], or have the operator allow the name: steploom up --host NAME",
            authority.escape_debug()
        ),
    )
}

fn origin_refused(origin: &HeaderValue) -> Error {
    Error::new(
        Kind::Denied,
        "OriginNotAllowed",
        format!(
            "pages of the Origin '{}' may not call this listener; call it from a page that it serves \
             itself, or from outside a browser without an Origin header",
            String::from_utf8_lossy(origin.as_bytes()).escape_debug()
        ),
    )
}

#[cfg(test)]
mod tests;
