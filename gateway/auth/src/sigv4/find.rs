//! Finding a signature in a request's head. All of it is untrusted text.

use http::header::{AUTHORIZATION, DATE};
use steploom_types::Result;

use super::canonical::pairs;
use super::{AmzTime, Form, PRESIGNED_SECONDS_MAX, Payload, Scope, Signature};
use crate::{RequestHead, failure};

/// How the value of `Authorization` begins.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What stands for a body that is not signed.
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Words for bodies in chunks, and whether the chunks are signed and followed by headers.
const CHUNKED: [(&str, bool, bool); 3] = [
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true),
    ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true),
];

const AMZ_DATE: &str = "x-amz-date";
const AMZ_SHA256: &str = "x-amz-content-sha256";
const AMZ_TOKEN: &str = "x-amz-security-token";

/// Headers that may be signed; a request has 100 at the most.
const SIGNED_HEADERS_MAX: usize = 100;

/// The signature of a request, or `None` if it has none.
///
/// # Errors
/// `IncompleteSignature` and others for what is meant as one and is none; `InvalidToken` for a
/// session's token, since there are no sessions here.
pub fn find(head: RequestHead<'_>) -> Result<Option<Signature>> {
    let mut authorizations = head.headers.get_all(AUTHORIZATION).iter();
    if let Some(value) = authorizations.next() {
        let text = value.to_str().unwrap_or_default();
        let Some(rest) = text.strip_prefix(ALGORITHM) else {
            return if text.starts_with("AWS") {
                Err(failure::incomplete(
                    "only AWS4-HMAC-SHA256 signatures are taken here.",
                ))
            } else {
                Ok(None)
            };
        };
        if authorizations.next().is_some() {
            return Err(failure::incomplete("there are two Authorization headers."));
        }
        return in_header(head, rest).map(Some);
    }
    let query = head.uri.query().unwrap_or_default();
    if query.contains("X-Amz-Algorithm=") || query.contains("X-Amz-Signature=") {
        return in_query(head, query).map(Some);
    }
    Ok(None)
}

fn in_header(head: RequestHead<'_>, text: &str) -> Result<Signature> {
    let (mut credential, mut headers, mut signature) = (None, None, None);
    for part in text.split(',') {
        match part.trim().split_once('=') {
            Some(("Credential", value)) => credential = Some(value),
            Some(("SignedHeaders", value)) => headers = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            _ => {}
        }
    }
    let at = time_of(head).transpose()?;
    let (Some(credential), Some(headers), Some(signature), Some(at)) =
        (credential, headers, signature, at)
    else {
        let missing = [
            (
                credential.is_none(),
                "Authorization header requires 'Credential' parameter.",
            ),
            (
                signature.is_none(),
                "Authorization header requires 'Signature' parameter.",
            ),
            (
                headers.is_none(),
                "Authorization header requires 'SignedHeaders' parameter.",
            ),
            (
                at.is_none(),
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ),
        ];
        let missing: Vec<&str> = missing.iter().filter(|m| m.0).map(|m| m.1).collect();
        return Err(failure::incomplete(&missing.join(" ")));
    };
    let scope = Scope::parse(credential)?;
    refuse_sessions(head.headers.contains_key(AMZ_TOKEN))?;
    let payload = payload(head, &scope, false)?;
    Signature {
        form: Form::Header,
        signed_headers: signed_headers(headers)?,
        mac: signature_of(signature)?,
        at,
        payload,
        scope,
    }
    .with_one_date()
}

/// What a presigned query has.
const NAMES: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
];

fn in_query(head: RequestHead<'_>, query: &str) -> Result<Signature> {
    let mut found: [Option<String>; 7] = Default::default();
    for (name, value) in pairs(query) {
        let Some(place) = NAMES.iter().position(|known| known.as_bytes() == name) else {
            continue;
        };
        if found[place].is_some() {
            return Err(failure::query(&format!("{} is given twice.", NAMES[place])));
        }
        found[place] = Some(String::from_utf8_lossy(&value).into_owned());
    }
    let [
        algorithm,
        credential,
        date,
        expires,
        headers,
        signature,
        token,
    ] = found;
    let (Some(algorithm), Some(credential), Some(date), Some(headers), Some(signature)) =
        (algorithm, credential, date, headers, signature)
    else {
        return Err(failure::query(
            "a presigned request must have X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Signature.",
        ));
    };
    if algorithm != ALGORITHM {
        return Err(failure::query(
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\".",
        ));
    }
    refuse_sessions(token.is_some() || head.headers.contains_key(AMZ_TOKEN))?;
    let at = AmzTime::parse(&date).ok_or_else(|| {
        failure::query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\".")
    })?;
    let seconds = match expires {
        // AWS's services other than S3 sign without it; they take them for 15 minutes.
        None => 15 * 60,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| (1..=PRESIGNED_SECONDS_MAX).contains(seconds))
            .ok_or_else(|| {
                failure::query("X-Amz-Expires must be a number of seconds between 1 and 604800.")
            })?,
    };
    let scope = Scope::parse(&credential)?;
    let payload = payload(head, &scope, true)?;
    Signature {
        form: Form::Query { seconds },
        signed_headers: signed_headers(&headers)?,
        mac: signature_of(&signature)?,
        at,
        payload,
        scope,
    }
    .with_one_date()
}

impl Signature {
    /// The scope's day is that of the instant.
    fn with_one_date(self) -> Result<Self> {
        let date = self.at.date();
        if self.scope.date == date {
            return Ok(self);
        }
        Err(failure::signature(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{date}', from '{}'.",
            self.scope.date.escape_debug(),
            self.at
        )))
    }
}

/// When a request says that it was signed; `None` if it does not say.
fn time_of(head: RequestHead<'_>) -> Option<Result<AmzTime>> {
    let text = |name: &str| Some(head.headers.get(name)?.to_str().unwrap_or_default());
    let wrong = || {
        failure::incomplete(
            "Date must be in ISO-8601 'basic format', such as 20150830T123600Z, or, in the header Date, as RFC 9110 has it.",
        )
    };
    match (text(AMZ_DATE), text(DATE.as_str())) {
        (Some(date), _) => Some(AmzTime::parse(date).ok_or_else(wrong)),
        (None, Some(date)) => Some(AmzTime::parse_date(date).ok_or_else(wrong)),
        (None, None) => None,
    }
}

fn refuse_sessions(has_token: bool) -> Result<()> {
    if has_token {
        return Err(failure::session_token());
    }
    Ok(())
}

/// Names of headers, as they are in HTTP, each once, in order.
fn signed_headers(text: &str) -> Result<Vec<String>> {
    let names: Vec<String> = text.split(';').map(str::to_owned).collect();
    let is_name = |name: &String| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && byte != b':')
    };
    let is_ordered = names.windows(2).all(|pair| pair[0] < pair[1]);
    if names.len() > SIGNED_HEADERS_MAX || !names.iter().all(is_name) || !is_ordered {
        return Err(failure::incomplete(
            "SignedHeaders must be names in lower case, in order, each once, with ';' between them.",
        ));
    }
    Ok(names)
}

fn signature_of(text: &str) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| failure::incomplete("Signature must be 64 hexadecimal digits."))?;
    Ok(bytes)
}

/// What the request says of its body.
fn payload(head: RequestHead<'_>, scope: &Scope, is_presigned: bool) -> Result<Payload> {
    let Some(value) = head.headers.get(AMZ_SHA256) else {
        return Ok(if is_presigned && scope.is_s3() {
            Payload::Unsigned
        } else {
            Payload::Unsaid
        });
    };
    let text = value.to_str().unwrap_or_default();
    if text == UNSIGNED {
        if scope.is_s3() || is_presigned {
            return Ok(Payload::Unsigned);
        }
        return Err(failure::content_sha256(
            "a body may be unsigned only for s3 and in presigned requests.",
        ));
    }
    if let Some((word, is_signed, has_trailer)) = CHUNKED.into_iter().find(|c| c.0 == text) {
        if scope.is_s3() && !is_presigned {
            return Ok(Payload::Chunks {
                word,
                is_signed,
                has_trailer,
            });
        }
        return Err(failure::content_sha256(
            "a body may come in chunks only for s3, signed in the header Authorization.",
        ));
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).map_err(|_| {
        failure::content_sha256(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- word that is known, or a valid sha256 value.",
        )
    })?;
    Ok(Payload::Sha256(digest, text.to_owned()))
}
