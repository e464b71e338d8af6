//! What requests may ask for that there is not: they are refused, so that nobody believes to have it.

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method};
use s3s::{S3Error, s3_error};
use steploom_types::AccountId;

/// Headers that ask for something, with the values that change nothing.
const ASKING: [(&str, &[&str]); 10] = [
    ("x-amz-acl", &["private", "bucket-owner-full-control"]),
    ("x-amz-tagging", &[""]),
    ("x-amz-storage-class", &["STANDARD"]),
    ("x-amz-server-side-encryption", &["AES256"]),
    ("x-amz-server-side-encryption-customer-algorithm", &[]),
    (
        "x-amz-copy-source-server-side-encryption-customer-algorithm",
        &[],
    ),
    ("x-amz-object-lock-mode", &[]),
    ("x-amz-object-lock-legal-hold", &["OFF"]),
    ("x-amz-bucket-object-lock-enabled", &["false", "False"]),
    ("x-amz-website-redirect-location", &[]),
];

/// How names of headers begin that give rights to others.
const GRANT: &str = "x-amz-grant-";

/// Parameters of a query that ask for something, with the values that change nothing.
const QUERY: [(&str, &[&str]); 2] = [("versionId", &["null"]), ("partNumber", &[])];

/// Refuses what cannot be done as it is asked for.
pub(crate) fn check(account: AccountId, head: &Parts) -> Result<(), S3Error> {
    owner(account, &head.headers)?;
    for (name, harmless) in ASKING {
        let Some(value) = head.headers.get(name) else {
            continue;
        };
        if !value.to_str().is_ok_and(|value| harmless.contains(&value)) {
            return Err(not_implemented(name));
        }
    }
    if head
        .headers
        .keys()
        .any(|name| name.as_str().starts_with(GRANT))
    {
        return Err(not_implemented("x-amz-grant-*"));
    }
    // Of an upload, it is the number of the part that is put.
    if matches!(head.method, Method::GET | Method::HEAD | Method::DELETE) {
        for pair in head.uri.query().unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let asked = QUERY.iter().find(|(known, _)| *known == name);
            if let Some((name, harmless)) = asked
                && !harmless.contains(&value)
            {
                return Err(not_implemented(name));
            }
        }
    }
    let kind = head
        .headers
        .get(CONTENT_TYPE)
        .map(http::HeaderValue::as_bytes);
    let is_form = kind.is_some_and(|kind| {
        let begin = b"multipart/form-data";
        kind.len() >= begin.len() && kind[..begin.len()].eq_ignore_ascii_case(begin)
    });
    if head.method == Method::POST && is_form {
        return Err(s3_error!(
            NotImplemented,
            "POST of a form is not implemented"
        ));
    }
    Ok(())
}

/// A client that says whose bucket it expects is not to reach another's.
fn owner(account: AccountId, headers: &HeaderMap) -> Result<(), S3Error> {
    for name in [
        "x-amz-expected-bucket-owner",
        "x-amz-source-expected-bucket-owner",
    ] {
        let expected = headers.get(name);
        if expected.is_some_and(|expected| *expected != account.to_string()) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
    }
    Ok(())
}

fn not_implemented(what: &str) -> S3Error {
    s3_error!(
        NotImplemented,
        "A header or parameter you provided implies functionality that is not implemented: {what}"
    )
}
