//! The canonical request: what both sides make of a request before they sign or verify.

use http::header::HOST;

use crate::RequestHead;

/// The query's parameter that a presigned request's signature stands in, and that it cannot cover.
const SIGNATURE: &str = "X-Amz-Signature";

/// A request, and which parts of it were signed.
pub(super) struct Canonical<'a> {
    pub(super) head: RequestHead<'a>,
    pub(super) signed_headers: &'a [String],
    pub(super) is_s3: bool,
    pub(super) is_presigned: bool,
}

impl Canonical<'_> {
    /// All of it up to the payload's digest, which comes last.
    pub(super) fn without_payload(&self) -> String {
        let path = self.head.uri.path();
        let path = if self.is_s3 {
            path_as_it_is(path)
        } else {
            path_twice_encoded(path)
        };
        let query = query(self.head.uri.query().unwrap_or_default(), self.is_presigned);
        let mut text = format!("{}\n{path}\n{query}\n", self.head.method);
        for name in self.signed_headers {
            text.push_str(name);
            text.push(':');
            self.header_to(&mut text, name);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.signed_headers.join(";"));
        text.push('\n');
        text
    }

    /// The values of a header, each without what surrounds it and with single blanks inside.
    fn header_to(&self, text: &mut String, name: &str) {
        let mut values = self.head.headers.get_all(name).iter().peekable();
        if values.peek().is_none() && name == HOST.as_str() {
            // Over HTTP/2 the host is a part of the target.
            let authority = self.head.uri.authority();
            text.push_str(authority.map_or("", |authority| authority.as_str()));
            return;
        }
        for (n, value) in values.enumerate() {
            if n > 0 {
                text.push(',');
            }
            // A signed header is nearly always text; what is not cannot be signed by AWS's clients.
            let value = String::from_utf8_lossy(value.as_bytes());
            let words = value.split([' ', '\t']).filter(|word| !word.is_empty());
            for (n, word) in words.enumerate() {
                if n > 0 {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
}

/// A path of S3: names of objects may hold anything, so nothing is taken together, and what was
/// written in another way is written in the one way.
fn path_as_it_is(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| encode(&decode(segment)))
        .collect();
    segments.join("/")
}

/// A path of all other services: without `.`, `..` and empty segments, and encoded once more than it
/// came.
fn path_twice_encoded(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut text = String::from("/");
    for (n, segment) in segments.iter().enumerate() {
        if n > 0 {
            text.push('/');
        }
        text.push_str(&encode(segment.as_bytes()));
    }
    if path.ends_with('/') && !segments.is_empty() {
        text.push('/');
    }
    text
}

/// The parameters in the order of their encoded names, then values.
fn query(query: &str, is_presigned: bool) -> String {
    let mut parameters: Vec<(String, String)> = pairs(query)
        .map(|(name, value)| (encode(&name), encode(&value)))
        .filter(|(name, _)| !(is_presigned && name == SIGNATURE))
        .collect();
    parameters.sort();
    let parameters: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}

/// The parameters of a query, decoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    text
}

/// Undoes percent-encoding; a `%` that begins none stands for itself.
fn decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = || Some((digit(*bytes.get(at + 1)?)?, digit(*bytes.get(at + 2)?)?));
        match bytes[at] {
            b'%' if let Some((high, low)) = pair() => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            byte => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests;
