//! `Credential`: whose key, and what for.

use steploom_types::Result;

use crate::failure;

/// How a scope ends in this version of signatures.
const TERMINATOR: &str = "aws4_request";

/// Bytes of any one part.
const PART_BYTES_MAX: usize = 128;

/// For which day, region and service a signature was made, and with which key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The key's id. Untrusted until the signature is verified, as all of it.
    pub key_id: String,
    /// The day, as `20150830`.
    pub date: String,
    /// The region, such as `us-east-1`.
    pub region: String,
    /// The service, such as `states`.
    pub service: String,
}

impl Scope {
    /// Reads `AKID/20150830/us-east-1/states/aws4_request`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let [key_id, date, region, service, terminator] = parts[..] else {
            return Err(failure::incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
            ));
        };
        let is_plain = |part: &&str| {
            !part.is_empty()
                && part.len() <= PART_BYTES_MAX
                && part.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if ![key_id, date, region, service].iter().all(is_plain) {
            return Err(failure::incomplete(
                "an element of Credential is empty, too long or no plain text.",
            ));
        }
        if terminator != TERMINATOR {
            return Err(failure::signature(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}'."
            )));
        }
        Ok(Self {
            key_id: key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }

    /// Whether paths are signed as they are and bodies may be unsigned.
    pub fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    /// `20150830/us-east-1/states/aws4_request`
    pub(super) fn text(&self) -> String {
        format!(
            "{}/{}/{}/{TERMINATOR}",
            self.date, self.region, self.service
        )
    }
}
