//! Heads on their way to a function and from it: what belongs to one connection stays there, what
//! proved the caller to the platform is not handed on, and the function learns from where it is asked.

use std::net::IpAddr;

use axum::http::header::{
    AUTHORIZATION, CONNECTION, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Headers of one connection (RFC 9110, section 7.6.1), besides those that `Connection` names.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// How the parameters begin by which a query is signed.
const SIGNING: &str = "x-amz-";

/// Takes out what belongs to one connection.
pub(super) fn end_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// The headers that the function is given. `EXPECT` was between the client and this server.
pub(super) fn forward(headers: &mut HeaderMap, source: Option<IpAddr>, host: &str, prefix: &str) {
    end_hop(headers);
    headers.remove(EXPECT);
    if let Some(source) = source {
        let before = headers.get_all(FORWARDED_FOR).iter();
        let before = before.filter_map(|value| value.to_str().ok());
        let mut all: Vec<_> = before.map(str::to_owned).collect();
        all.push(source.to_canonical().to_string());
        set(headers, FORWARDED_FOR, &all.join(", "));
    }
    if !headers.contains_key(FORWARDED_PROTO) {
        set(headers, FORWARDED_PROTO, "http");
    }
    if !headers.contains_key(FORWARDED_HOST) && !host.is_empty() {
        set(headers, FORWARDED_HOST, host);
    }
    headers.remove(FORWARDED_PREFIX);
    if !prefix.is_empty() {
        set(headers, FORWARDED_PREFIX, prefix);
    }
    if !headers.contains_key(HOST) {
        set(headers, HOST, host);
    }
}

/// Takes out what proved to the platform who calls.
pub(super) fn without_proof(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    headers.remove(SECURITY_TOKEN);
}

/// A query without the parameters by which it was signed.
pub(super) fn unsigned(query: &str) -> String {
    let is_signing = |pair: &&str| {
        let start = pair.get(..SIGNING.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(SIGNING))
    };
    let pairs: Vec<_> = query.split('&').filter(|pair| !is_signing(pair)).collect();
    pairs.join("&")
}

/// The address that the function sees: the host as it was asked, and its own part of the path.
pub(super) fn uri(headers: &HeaderMap, host: &str, path: &str, query: &str) -> Option<Uri> {
    let is_https = headers
        .get(FORWARDED_PROTO)
        .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
    let target = match query {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let target: PathAndQuery = target.parse().ok()?;
    let host = if host.is_empty() { "localhost" } else { host };
    Uri::builder()
        .scheme(if is_https {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        })
        .authority(host)
        .path_and_query(target)
        .build()
        .ok()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests;
