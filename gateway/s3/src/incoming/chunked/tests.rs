//! What is read out of an encoded body, however it is cut.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use steploom_types::Result;

use super::{ChunkSeal, Decoder};

const SIGNED: &str = "5;chunk-signature=aa\r\nhello\r\n3;chunk-signature=bb\r\n, y\r\n0;chunk-signature=cc\r\n\
    x-amz-checksum-crc32:AAAA\r\nx-amz-trailer-signature:dd\r\n\r\n";

type Read = (String, Vec<(String, String)>);

fn decode(body: &str, piece: usize, seal: Option<Box<dyn ChunkSeal>>) -> Result<Read> {
    let mut decoder = Decoder::new(seal);
    let mut out = VecDeque::new();
    for piece in body.as_bytes().chunks(piece) {
        decoder.feed(Bytes::copy_from_slice(piece), &mut out)?;
    }
    let text = out
        .iter()
        .map(|b| std::str::from_utf8(b).unwrap())
        .collect();
    Ok((text, decoder.finish()?))
}

#[test]
fn chunks_and_trailers_are_read_however_they_are_cut() {
    for piece in 1..SIGNED.len() {
        let (text, trailers) = decode(SIGNED, piece, None).unwrap();
        assert_eq!(text, "hello, y");
        assert_eq!(trailers, [("x-amz-checksum-crc32".into(), "AAAA".into())]);
    }
    assert_eq!(decode("0\r\n\r\n", 9, None).unwrap().0, "");
    assert_eq!(decode("1\r\na\r\n0\r\n", 9, None).unwrap().0, "a");
}

#[test]
fn what_is_not_encoded_so_is_refused() {
    let check = |body: &str, code: &str| {
        let error = decode(body, 1_000, None).expect_err(body);
        assert_eq!(error.code, code, "{body:?}");
    };
    check("", "IncompleteBody");
    check("5\r\nhel", "IncompleteBody");
    check("5\r\nhello\r\n", "IncompleteBody");
    check("5\r\nhello!\r\n0\r\n\r\n", "InvalidChunk");
    check("x\r\nhello\r\n0\r\n\r\n", "InvalidChunk");
    check("+5\r\nhello\r\n0\r\n\r\n", "InvalidChunk");
    check("fffffffffffffffff\r\n", "InvalidChunk");
    check("0\r\nnovalue\r\n\r\n", "InvalidChunk");
    check("0\r\n\r\nmore", "InvalidChunk");
    check(&"1".repeat(5_000), "InvalidChunk");
    check(
        &format!("0\r\n{}\r\n", "a:b\r\n".repeat(17)),
        "InvalidChunk",
    );
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }
}

impl ChunkSeal for Notes {
    fn data(&mut self, bytes: &[u8]) {
        self.note(String::from_utf8_lossy(bytes).into_owned());
    }

    fn chunk(&mut self, signature: Option<&str>) -> Result<()> {
        self.note(format!("chunk {signature:?}"));
        Ok(())
    }

    fn trailers(&mut self, lines: &str, signature: Option<&str>) -> Result<()> {
        self.note(format!("trailers {lines:?} {signature:?}"));
        Ok(())
    }
}

#[test]
fn a_seal_sees_chunks_and_trailers_with_their_signatures() {
    let notes = Notes::default();
    decode(SIGNED, 1_000, Some(Box::new(notes.clone()))).unwrap();
    let expect = [
        "hello",
        "chunk Some(\"aa\")",
        ", y",
        "chunk Some(\"bb\")",
        "chunk Some(\"cc\")",
        "trailers \"x-amz-checksum-crc32:AAAA\\n\" Some(\"dd\")",
    ];
    assert_eq!(*notes.0.lock().unwrap(), expect);
}
