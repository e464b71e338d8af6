//! The encoding `aws-chunked`: a content in chunks that may be signed, and trailers behind it.
//!
//! ```text
//! 10000;chunk-signature=…\r\n      the size in hexadecimal digits; a signature, if chunks are signed
//! …\r\n                            so many bytes
//! 0;chunk-signature=…\r\n          the end
//! x-amz-checksum-crc32:…\r\n       trailers, if they were announced
//! x-amz-trailer-signature:…\r\n    their signature, if chunks are signed
//! \r\n
//! ```

use std::collections::VecDeque;

use bytes::{Buf as _, Bytes};
use steploom_types::{Error, Result};

/// Bytes of a line, before a chunk or among the trailers.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Trailers of one content.
const TRAILERS_MAX: usize = 16;

const SIGNATURE: &str = "chunk-signature=";
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Checks the signatures of chunks: whoever has checked the head's knows the key and the seed. An
/// error ends the request, and nothing of the content is kept.
pub trait ChunkSeal: Send {
    /// Bytes of the chunk that is being read.
    fn data(&mut self, bytes: &[u8]);

    /// The chunk is over, with its signature; the last one has no bytes.
    ///
    /// # Errors
    /// `Denied` when it is not signed like that.
    fn chunk(&mut self, signature: Option<&str>) -> Result<()>;

    /// The trailers, each a line `name:value\n` in their order, with their signature. Called once, and
    /// only if there are trailers.
    ///
    /// # Errors
    /// `Denied` when they are not signed like that.
    fn trailers(&mut self, lines: &str, signature: Option<&str>) -> Result<()>;
}

enum At {
    /// In the line before a chunk.
    Head,
    /// In a chunk, with so many bytes to come.
    Data(u64),
    /// In the line break behind a chunk.
    Break,
    /// In the trailers.
    Trailers,
    /// Behind everything.
    End,
}

/// Takes an encoded body piece by piece.
pub(crate) struct Decoder {
    at: At,
    line: Vec<u8>,
    signature: Option<String>,
    trailers: Vec<(String, String)>,
    seal: Option<Box<dyn ChunkSeal>>,
}

impl Decoder {
    pub(crate) fn new(seal: Option<Box<dyn ChunkSeal>>) -> Self {
        Self {
            at: At::Head,
            line: Vec::new(),
            signature: None,
            trailers: Vec::new(),
            seal,
        }
    }

    /// Takes the next bytes of the body; bytes of the content go to `out`.
    pub(crate) fn feed(&mut self, mut body: Bytes, out: &mut VecDeque<Bytes>) -> Result<()> {
        while !body.is_empty() {
            match self.at {
                At::Data(left) => {
                    let take = left.min(body.len() as u64);
                    let data = body.split_to(take as usize);
                    if let Some(seal) = &mut self.seal {
                        seal.data(&data);
                    }
                    out.push_back(data);
                    self.at = match left - take {
                        0 => At::Break,
                        left => At::Data(left),
                    };
                }
                At::End => return Err(wrong("there is something behind its end")),
                At::Head | At::Break | At::Trailers => {
                    if let Some(line) = self.line(&mut body)? {
                        self.take_line(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The body is over: its trailers.
    pub(crate) fn finish(mut self) -> Result<Vec<(String, String)>> {
        // Some clients leave out the last line break.
        let is_over =
            matches!(self.at, At::End) || matches!(self.at, At::Trailers) && self.line.is_empty();
        if !is_over {
            return Err(incomplete());
        }
        if !matches!(self.at, At::End) {
            self.end()?;
        }
        Ok(self.trailers)
    }

    /// A line without its end, once all of it is there.
    fn line(&mut self, body: &mut Bytes) -> Result<Option<String>> {
        let end = body.iter().position(|byte| *byte == b'\n');
        let take = end.unwrap_or(body.len());
        if self.line.len() + take > LINE_BYTES_MAX {
            return Err(wrong("a line is too long"));
        }
        self.line.extend_from_slice(&body.split_to(take));
        if end.is_none() {
            return Ok(None);
        }
        body.advance(1);
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let line = String::from_utf8(line).map_err(|_| wrong("a line is no text"))?;
        Ok(Some(line))
    }

    fn take_line(&mut self, line: &str) -> Result<()> {
        match self.at {
            At::Head => {
                let (size, rest) = line.split_once(';').unwrap_or((line, ""));
                let size = size.trim();
                let is_hex = !size.is_empty() && size.bytes().all(|b| b.is_ascii_hexdigit());
                let size = u64::from_str_radix(size, 16).ok().filter(|_| is_hex);
                let size = size.ok_or_else(|| wrong("a chunk has no size"))?;
                let signature = rest.trim().strip_prefix(SIGNATURE);
                self.signature = signature.map(str::to_owned);
                self.at = At::Data(size);
                if size == 0 {
                    self.chunk()?;
                    self.at = At::Trailers;
                }
            }
            At::Break if line.is_empty() => {
                self.chunk()?;
                self.at = At::Head;
            }
            At::Trailers if line.is_empty() => self.end()?,
            At::Trailers => {
                let (name, value) = line
                    .split_once(':')
                    .ok_or_else(|| wrong("a trailer has no value"))?;
                if self.trailers.len() == TRAILERS_MAX {
                    return Err(wrong("it has too many trailers"));
                }
                let name = name.trim().to_ascii_lowercase();
                self.trailers.push((name, value.trim().to_owned()));
            }
            _ => return Err(wrong("a chunk is longer than its size")),
        }
        Ok(())
    }

    fn chunk(&mut self) -> Result<()> {
        let signature = self.signature.take();
        match &mut self.seal {
            Some(seal) => seal.chunk(signature.as_deref()),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<()> {
        self.at = At::End;
        let signature = self
            .trailers
            .iter()
            .position(|(name, _)| name == TRAILER_SIGNATURE);
        let signature = signature.map(|at| self.trailers.remove(at).1);
        let Some(seal) = &mut self.seal else {
            return Ok(());
        };
        if self.trailers.is_empty() && signature.is_none() {
            return Ok(());
        }
        let lines = self
            .trailers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        seal.trailers(&lines.collect::<String>(), signature.as_deref())
    }
}

fn wrong(why: &str) -> Error {
    Error::invalid(
        "InvalidChunk",
        format!("the body is not aws-chunked as it says: {why}"),
    )
}

pub(crate) fn incomplete() -> Error {
    Error::invalid(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

#[cfg(test)]
mod tests;
