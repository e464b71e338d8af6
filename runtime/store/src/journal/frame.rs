//! The frame around a record's bytes: version, checksum, body. What any release wrote opens for
//! ever, so this format only ever gets new versions beside the old ones.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{Error, Result};

/// Bytes of a record's body: far above what one group commit gathers.
pub const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Version 1: `[1][crc32c of the body, little-endian, 4 bytes][body]`.
const VERSION_1: u8 = 1;
const HEADER_BYTES: usize = 5;

/// Puts a body into a frame.
pub fn seal(body: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(HEADER_BYTES + body.len());
    framed.put_u8(VERSION_1);
    framed.put_u32_le(crc32c::crc32c(body));
    framed.put_slice(body);
    framed.freeze()
}

/// Takes a body out of its frame.
///
/// # Errors
/// `Corrupt` when the version is unknown or the checksum does not match.
pub fn open(framed: &Bytes) -> Result<Bytes> {
    let [version, checksum @ ..] = framed.get(..HEADER_BYTES).unwrap_or_default() else {
        return Err(Error::Corrupt(format!(
            "a record of {} bytes",
            framed.len()
        )));
    };
    if *version != VERSION_1 {
        return Err(Error::Corrupt(format!(
            "a record of version {version}; this release reads version {VERSION_1}"
        )));
    }
    let body = framed.slice(HEADER_BYTES..);
    if checksum != crc32c::crc32c(&body).to_le_bytes() {
        return Err(Error::Corrupt("a record's checksum does not match".into()));
    }
    Ok(body)
}

#[cfg(test)]
mod tests;
