//! Against what AWS's own client signed, and what AWS's documents sign.

mod chunks;
mod refused;
mod signed;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use steploom_types::Result;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A request that a test makes.
#[derive(Clone, Debug)]
struct Sent {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Sent {
    fn new(line: &str, headers: &[(&str, &str)]) -> Self {
        let (method, target) = line.split_once(' ').unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        Self {
            method: method.parse().unwrap(),
            uri: target.parse().unwrap(),
            headers: map,
        }
    }

    fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
        }
    }

    /// Verifies it as if it had come at `now`.
    fn verify(&self, now: &str) -> Result<Proof> {
        let signature = find(self.head())?.expect("it has a signature");
        signature.check_time(AmzTime::parse(now).unwrap())?;
        let key = SigningKey::derive(SECRET, signature.scope());
        signature.verify(self.head(), &key)
    }

    fn verify_with(&self, now: &str, body: &[u8]) -> Result<()> {
        self.verify(now)?.check(body)
    }
}
