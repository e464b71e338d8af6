//! The frame around stored bytes: version, checksum, body. What any release wrote opens for ever, so
//! this format only ever gets new versions beside the old ones.
//!
//! The checksum covers the body and what the bytes are *about*: where they belong, which is stored
//! beside them. So bytes that ended up in another's place are found as well.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{Error, Result};

/// Version 1: `[1][crc32c of the body, little-endian, 4 bytes][body]`. Written until 0.1.
const VERSION_1: u8 = 1;

/// Version 2: `[2][crc32c of what it is about and of the body, little-endian, 4 bytes][body]`.
const VERSION_2: u8 = 2;

const HEADER_BYTES: usize = 5;

/// Puts a body into a frame.
pub fn seal(about: &[u8], body: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(HEADER_BYTES + body.len());
    framed.put_u8(VERSION_2);
    framed.put_u32_le(checksum(about, body));
    framed.put_slice(body);
    framed.freeze()
}

/// Takes a body out of its frame.
///
/// # Errors
/// `Corrupt` when the version is unknown, or the checksum matches neither the body nor what it is
/// about. The text does not say which bytes: the caller knows.
pub fn open(about: &[u8], framed: &Bytes) -> Result<Bytes> {
    let [version, found @ ..] = framed.get(..HEADER_BYTES).unwrap_or_default() else {
        return Err(Error::Corrupt(format!("only {} bytes", framed.len())));
    };
    let body = framed.slice(HEADER_BYTES..);
    let expected = match *version {
        VERSION_1 => crc32c::crc32c(&body),
        VERSION_2 => checksum(about, &body),
        version => {
            return Err(Error::Corrupt(format!(
                "version {version}; this release reads versions up to {VERSION_2}"
            )));
        }
    };
    if found != expected.to_le_bytes() {
        return Err(Error::Corrupt("the checksum does not match".into()));
    }
    Ok(body)
}

fn checksum(about: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(about), body)
}

#[cfg(test)]
mod tests;
