//! What a body is said to be, and whether it is.

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::request::Parts;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::Checksum;
use steploom_types::{Error, Result};

use super::chunked::incomplete;
use super::{SHA256, STREAMING, TRAILER, invalid, text};

/// Names of checksums behind `x-amz-checksum-`, with their bytes.
const CHECKSUMS: [(&str, usize); 5] = [
    ("crc32", 4),
    ("crc32c", 4),
    ("crc64nvme", 8),
    ("sha1", 20),
    ("sha256", 32),
];

const CHECKSUM: &str = "x-amz-checksum-";

/// The checksums of a content that its client asked for, once it is read.
#[derive(Clone, Default)]
pub(crate) struct Sums(Arc<OnceLock<Checksum>>);

impl Sums {
    pub(super) fn set(&self, sums: Checksum) {
        // It is set once, at the content's end.
        let _ = self.0.set(sums);
    }

    /// None of them before the end.
    pub(crate) fn get(&self) -> Checksum {
        self.0.get().cloned().unwrap_or_default()
    }
}

/// What is to be found out at the end.
pub(super) struct Check {
    length: Option<u64>,
    seen: u64,
    md5: Option<(Md5, Vec<u8>)>,
    /// Of the body as it is signed, in hexadecimal digits.
    sha256: Option<(Sha256, String)>,
    hasher: ChecksumHasher,
    /// By the names behind `x-amz-checksum-`.
    expected: Vec<(&'static str, String)>,
    /// Those that come as trailers.
    announced: Vec<&'static str>,
}

impl Check {
    pub(super) fn new(head: &Parts, length: Option<u64>) -> Result<Self> {
        let headers = &head.headers;
        let md5 = text(headers, "content-md5")?.map(|text| {
            let digest = STANDARD
                .decode(text)
                .ok()
                .filter(|digest| digest.len() == 16);
            let digest = digest.ok_or_else(|| {
                Error::invalid(
                    "InvalidDigest",
                    "The Content-MD5 you specified is not valid.",
                )
            })?;
            Ok((Md5::new(), digest))
        });
        let sha256 = text(headers, SHA256)?
            .filter(|text| !text.starts_with(STREAMING) && *text != "UNSIGNED-PAYLOAD");
        let mut check = Self {
            length,
            seen: 0,
            md5: md5.transpose()?,
            sha256: sha256.map(|text| (Sha256::new(), text.to_ascii_lowercase())),
            hasher: ChecksumHasher::default(),
            expected: Vec::new(),
            announced: Vec::new(),
        };
        // When an upload is finished they are the object's and not the body's.
        let query = head.uri.query().unwrap_or_default();
        if head.method == Method::POST && query.contains("uploadId=") {
            return Ok(check);
        }
        for (name, _) in CHECKSUMS {
            if let Some(value) = text(headers, &format!("{CHECKSUM}{name}"))? {
                check.expect(name, value)?;
                check.watch(name);
            }
        }
        for announced in text(headers, TRAILER)?.unwrap_or_default().split(',') {
            let announced = announced.trim().to_ascii_lowercase();
            if announced.is_empty() {
                continue;
            }
            let name = known(&announced).ok_or_else(|| invalid(TRAILER))?;
            check.announced.push(name);
            check.watch(name);
        }
        Ok(check)
    }

    /// A checksum that the content has to have.
    fn expect(&mut self, name: &'static str, value: &str) -> Result<()> {
        let bytes = CHECKSUMS.iter().find(|(one, _)| *one == name);
        let decoded = STANDARD.decode(value).ok();
        if decoded.is_none_or(|decoded| bytes.is_none_or(|(_, bytes)| decoded.len() != *bytes)) {
            let message = format!("Value for {CHECKSUM}{name} header is invalid.");
            return Err(Error::invalid("InvalidRequest", message));
        }
        self.expected.push((name, value.to_owned()));
        Ok(())
    }

    fn watch(&mut self, name: &str) {
        let hasher = &mut self.hasher;
        match name {
            "crc32" => hasher.crc32 = Some(Crc32::new()),
            "crc32c" => hasher.crc32c = Some(Crc32c::new()),
            "crc64nvme" => hasher.crc64nvme = Some(Crc64Nvme::new()),
            "sha1" => hasher.sha1 = Some(Sha1::new()),
            _ => hasher.sha256 = Some(Sha256::new()),
        }
    }

    /// Takes the next bytes of the content.
    pub(super) fn update(&mut self, bytes: &[u8]) -> Result<()> {
        self.seen += bytes.len() as u64;
        if self.length.is_some_and(|length| self.seen > length) {
            return Err(incomplete());
        }
        if let Some((md5, _)) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some((sha256, _)) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// The content is over: its checksums, if it is what it is said to be.
    pub(super) fn finish(mut self, trailers: &[(String, String)]) -> Result<Checksum> {
        if self.length.is_some_and(|length| self.seen != length) {
            return Err(incomplete());
        }
        if let Some((md5, expected)) = self.md5.take()
            && md5.finalize().as_slice() != expected
        {
            return Err(bad_digest(
                "The Content-MD5 you specified did not match what we received.",
            ));
        }
        if let Some((sha256, expected)) = self.sha256.take()
            && hex::encode(sha256.finalize()) != expected
        {
            return Err(Error::invalid(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ));
        }
        for name in std::mem::take(&mut self.announced) {
            let found = trailers
                .iter()
                .find(|(trailer, _)| known(trailer) == Some(name));
            let (_, value) = found.ok_or_else(|| {
                let message =
                    format!("the trailer {CHECKSUM}{name} was announced and did not come");
                Error::invalid("MalformedTrailerError", message)
            })?;
            self.expect(name, value)?;
        }
        let sums = self.hasher.finalize();
        for (name, expected) in &self.expected {
            let found = match *name {
                "crc32" => &sums.checksum_crc32,
                "crc32c" => &sums.checksum_crc32c,
                "crc64nvme" => &sums.checksum_crc64nvme,
                "sha1" => &sums.checksum_sha1,
                _ => &sums.checksum_sha256,
            };
            if found.as_ref() != Some(expected) {
                let message = format!(
                    "The {} you specified did not match the calculated checksum.",
                    name.to_ascii_uppercase()
                );
                return Err(bad_digest(message));
            }
        }
        Ok(sums)
    }
}

fn known(header: &str) -> Option<&'static str> {
    let name = header.strip_prefix(CHECKSUM)?;
    let known = CHECKSUMS.iter().find(|(known, _)| *known == name);
    known.map(|(known, _)| *known)
}

fn bad_digest(message: impl Into<String>) -> Error {
    Error::invalid("BadDigest", message)
}
