//! Bodies in chunks, `aws-chunked`: each chunk has a signature over its content and the signature
//! before it, so that a long body is verified as it arrives.
//!
//! [`ChunkDecoder`] takes bytes as they come and gives the content. Content of a chunk is given
//! before the chunk's end is there; what comes of the body may be used only after
//! [`ChunkDecoder::finish`], since only then all of it is verified.

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};
use ring::digest::{Context, SHA256, digest};
use steploom_types::Result;

use super::body::EMPTY_SHA256;
use super::{AmzTime, Scope, SigningKey};
use crate::failure;

/// Bytes of the line before a chunk: its size and signature take about a hundred.
const LINE_BYTES_MAX: usize = 1024;

/// Bytes of all headers behind the last chunk.
const TRAILER_BYTES_MAX: usize = 8 * 1024;

/// Bytes of one chunk: more than any body may have.
const CHUNK_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// Verifies the signatures of chunks, one after the other.
pub struct ChunkVerifier {
    key: SigningKey,
    /// When and what for, as it stands in every string to sign.
    place: String,
    before: String,
    content: Context,
}

impl fmt::Debug for ChunkVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChunkVerifier")
    }
}

impl ChunkVerifier {
    pub(super) fn new(key: &SigningKey, at: &AmzTime, scope: &Scope, seed: [u8; 32]) -> Self {
        Self {
            key: key.clone(),
            place: format!("{at}\n{}", scope.text()),
            before: hex::encode(seed),
            content: Context::new(&SHA256),
        }
    }

    /// Takes the next bytes of a chunk's content.
    pub fn data(&mut self, bytes: &[u8]) {
        self.content.update(bytes);
    }

    /// Says that the chunk is whole, and verifies it by its signature, as it was written. The last
    /// chunk is empty.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`, also for none.
    pub fn chunk(&mut self, signature: Option<&str>) -> Result<()> {
        let content = std::mem::replace(&mut self.content, Context::new(&SHA256));
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{EMPTY_SHA256}\n{}",
            self.place,
            self.before,
            hex::encode(content.finish())
        );
        self.verify(&text, signature)
    }

    /// Verifies the headers behind the last chunk: `name:value\n` each, in the order of their names.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`, also for no signature.
    pub fn trailers(&mut self, lines: &str, signature: Option<&str>) -> Result<()> {
        let text = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}",
            self.place,
            self.before,
            hex::encode(digest(&SHA256, lines.as_bytes()))
        );
        self.verify(&text, signature)
    }

    fn verify(&mut self, text: &str, signature: Option<&str>) -> Result<()> {
        let mut bytes = [0; 32];
        let signature = signature.unwrap_or_default();
        if hex::decode_to_slice(signature, &mut bytes).is_err() || !self.key.is_of(text, &bytes) {
            return Err(failure::chunk_mismatch());
        }
        self.before = hex::encode(bytes);
        Ok(())
    }
}

/// Where in the body the decoder is.
enum State {
    /// Before or in the line that begins a chunk.
    Line,
    /// In a chunk's content, of which so many bytes are to come.
    Content(u64),
    /// Behind a chunk's content.
    End,
    /// Behind the last chunk.
    Trailer,
    Done,
}

/// Takes a body in chunks apart.
pub struct ChunkDecoder {
    /// `None` where chunks are not signed.
    verifier: Option<ChunkVerifier>,
    has_trailer: bool,
    state: State,
    /// What has come of a line.
    line: BytesMut,
    signature: Option<String>,
    given: u64,
    length: Option<u64>,
    trailers: Vec<(String, String)>,
    trailer_bytes: usize,
    trailer_signature: Option<String>,
}

impl fmt::Debug for ChunkDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder")
            .field("is_signed", &self.verifier.is_some())
            .field("has_trailer", &self.has_trailer)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

impl ChunkDecoder {
    /// A decoder that verifies chunks if it is given a verifier. `length` is what the content must
    /// come to, if the head tells.
    pub fn new(verifier: Option<ChunkVerifier>, has_trailer: bool, length: Option<u64>) -> Self {
        Self {
            verifier,
            has_trailer,
            state: State::Line,
            line: BytesMut::new(),
            signature: None,
            given: 0,
            length,
            trailers: Vec::new(),
            trailer_bytes: 0,
            trailer_signature: None,
        }
    }

    /// What verifies the chunks, for whoever takes the body apart otherwise; `None` where they are not
    /// signed.
    pub fn into_verifier(self) -> Option<ChunkVerifier> {
        self.verifier
    }

    /// Bytes that the content must come to, if the head tells.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Takes the next bytes and gives the content in them. Content is good only once
    /// [`ChunkDecoder::finish`] says so.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`, `InvalidChunk`: the body is refused.
    pub fn push(&mut self, mut bytes: Bytes) -> Result<Vec<Bytes>> {
        let mut given = Vec::new();
        while !bytes.is_empty() {
            match self.state {
                State::Content(left) => {
                    let content = bytes.split_to(left.min(bytes.len() as u64) as usize);
                    self.take(&content)?;
                    let left = left - content.len() as u64;
                    self.state = if left == 0 {
                        State::End
                    } else {
                        State::Content(left)
                    };
                    given.push(content);
                }
                State::Done => return Err(failure::chunk("there is more behind its end")),
                State::Line | State::End | State::Trailer => {
                    if let Some(line) = self.read_line(&mut bytes)? {
                        self.line(&line)?;
                    }
                }
            }
        }
        Ok(given)
    }

    /// Says that all has come, and gives the headers behind the last chunk, names in lower case.
    ///
    /// # Errors
    /// `InvalidChunk`: something is missing.
    pub fn finish(&mut self) -> Result<Vec<(String, String)>> {
        // Some clients leave out the last empty line.
        if matches!(self.state, State::Trailer) && self.line.is_empty() {
            self.end()?;
        }
        if !matches!(self.state, State::Done) {
            return Err(failure::chunk("it ends before its last chunk"));
        }
        if self.length.is_some_and(|length| length != self.given) {
            return Err(failure::chunk(
                "it is not as long as x-amz-decoded-content-length says",
            ));
        }
        Ok(std::mem::take(&mut self.trailers))
    }

    fn take(&mut self, content: &Bytes) -> Result<()> {
        self.given += content.len() as u64;
        if self.length.is_some_and(|length| self.given > length) {
            return Err(failure::chunk(
                "it is longer than x-amz-decoded-content-length says",
            ));
        }
        if let Some(verifier) = &mut self.verifier {
            verifier.data(content);
        }
        Ok(())
    }

    /// The next line without its end, once all of it has come.
    fn read_line(&mut self, bytes: &mut Bytes) -> Result<Option<String>> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = bytes.split_to(end.unwrap_or(bytes.len()));
        if self.line.len() + taken.len() > LINE_BYTES_MAX {
            return Err(failure::chunk("one of its lines is too long"));
        }
        self.line.extend_from_slice(&taken);
        if end.is_none() {
            return Ok(None);
        }
        bytes.advance(1);
        let line = self.line.split();
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        let line = std::str::from_utf8(line);
        line.map(|line| Some(line.to_owned()))
            .map_err(|_| failure::chunk("one of its lines is no text"))
    }

    fn line(&mut self, line: &str) -> Result<()> {
        match self.state {
            State::End if line.is_empty() => {
                self.end_chunk()?;
                self.state = State::Line;
            }
            State::End => return Err(failure::chunk("a chunk is longer than it says")),
            State::Trailer if line.is_empty() => self.end()?,
            State::Trailer => self.trailer(line)?,
            State::Line | State::Content(_) | State::Done => self.begin(line)?,
        }
        Ok(())
    }

    /// `10000;chunk-signature=...`
    fn begin(&mut self, line: &str) -> Result<()> {
        let (size, extensions) = line.split_once(';').unwrap_or((line, ""));
        let is_size = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = is_size
            .then(|| u64::from_str_radix(size, 16).ok())
            .flatten()
            .filter(|size| *size <= CHUNK_BYTES_MAX)
            .ok_or_else(|| failure::chunk("a chunk does not begin with its size"))?;
        self.signature = extensions
            .split(';')
            .find_map(|extension| extension.trim().strip_prefix("chunk-signature="))
            .map(str::to_owned);
        if size > 0 {
            self.state = State::Content(size);
            return Ok(());
        }
        self.end_chunk()?;
        self.state = State::Trailer;
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<()> {
        match &mut self.verifier {
            Some(verifier) => verifier.chunk(self.signature.as_deref()),
            None => Ok(()),
        }
    }

    fn trailer(&mut self, line: &str) -> Result<()> {
        self.trailer_bytes += line.len();
        let (name, value) = line
            .split_once(':')
            .filter(|_| self.has_trailer && self.trailer_bytes <= TRAILER_BYTES_MAX)
            .ok_or_else(|| failure::chunk("what follows its last chunk is no header"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if name == "x-amz-trailer-signature" {
            self.trailer_signature = Some(value);
        } else {
            self.trailers.push((name, value));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if self.has_trailer
            && let Some(verifier) = &mut self.verifier
        {
            let mut headers = self.trailers.clone();
            headers.sort();
            let mut text = String::new();
            for (name, value) in headers {
                text.extend([
                    &name, ":", &value, "
",
                ]);
            }
            verifier.trailers(&text, self.trailer_signature.as_deref())?;
        }
        self.state = State::Done;
        Ok(())
    }
}
