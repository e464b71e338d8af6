//! What a request's head says that s3s is not to see: signatures, which are checked already, and
//! things that clients write in more ways than it reads.

use http::header::{AUTHORIZATION, HOST, HeaderName, IF_MATCH, IF_NONE_MATCH, RANGE};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri};
use s3s::dto::Range;

/// Parameters of a signature in the query, in lower case.
const SIGNATURE: [&str; 8] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Host names below which a label is the name of a bucket.
const HOSTS: [&str; 3] = [".s3.localhost", ".s3.us-east-1.localhost", ".localhost"];

/// Takes the signature away.
pub(crate) fn signature(head: &mut Parts) {
    head.headers.remove(AUTHORIZATION);
    head.headers.remove("x-amz-security-token");
    let Some(query) = head.uri.query() else {
        return;
    };
    let is_signature = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        SIGNATURE.iter().any(|one| name.eq_ignore_ascii_case(one))
    };
    if !query.split('&').any(|pair| is_signature(&pair)) {
        return;
    }
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !is_signature(pair))
        .collect();
    let rest = rest.join("&");
    let path = head.uri.path().to_owned();
    set(head, &path, Some(&rest));
}

/// Moves the bucket out of a host such as `bucket.s3.localhost:8080` into the path. s3s is shown no
/// host, since it would look for buckets in it.
pub(crate) fn host(head: &mut Parts) {
    let path = path(&head.uri, &head.headers);
    head.headers.remove(HOST);
    let query = head.uri.query().map(str::to_owned);
    set(head, &path, query.as_deref());
}

/// The path of a request, with the bucket in front that its host names.
pub(crate) fn path(uri: &Uri, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.host()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let bucket = HOSTS.iter().find_map(|ending| name.strip_suffix(ending));
    let bucket = bucket.filter(|bucket| !matches!(*bucket, "s3" | "s3.us-east-1"));
    match bucket {
        Some(bucket) => format!("/{bucket}{}", uri.path()),
        None => uri.path().to_owned(),
    }
}

fn set(head: &mut Parts, path: &str, query: Option<&str>) {
    let text = match query {
        Some(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    };
    // It was one before a part of it was taken away.
    if let Ok(path) = text.parse::<PathAndQuery>() {
        head.uri = Uri::from(path);
    }
}

/// Quotes ETags that came without quotes, and drops a range that is none, as HTTP says.
pub(crate) fn conditions(headers: &mut HeaderMap) {
    let copy = [
        HeaderName::from_static("x-amz-copy-source-if-match"),
        HeaderName::from_static("x-amz-copy-source-if-none-match"),
    ];
    for name in [IF_MATCH, IF_NONE_MATCH].into_iter().chain(copy) {
        let bare = headers.get(&name).and_then(|value| value.to_str().ok());
        let bare = bare
            .map(str::trim)
            .filter(|text| *text != "*" && !text.starts_with('"') && !text.starts_with("W/"));
        let quoted = bare.and_then(|text| HeaderValue::try_from(format!("\"{text}\"")).ok());
        if let Some(quoted) = quoted {
            headers.insert(name, quoted);
        }
    }
    let range = headers.get(RANGE);
    let is_range =
        |range: &HeaderValue| range.to_str().is_ok_and(|text| Range::parse(text).is_ok());
    if range.is_some_and(|range| !is_range(range)) {
        headers.remove(RANGE);
    }
}

#[cfg(test)]
mod tests;
