//! Bodies in chunks: the examples of S3's documents, in pieces of every size.

use bytes::Bytes;

use super::*;

/// As in S3's documents; see `signed`.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const AT: &str = "20130524T000000Z";

struct Example {
    word: &'static str,
    headers: &'static str,
    more: &'static [(&'static str, &'static str)],
    seed: &'static str,
    chunks: [&'static str; 3],
    trailer: &'static str,
}

const SIGNED: Example = Example {
    word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    headers: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
    more: &[("content-length", "66824")],
    seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    chunks: [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ],
    trailer: "",
};

const WITH_TRAILER: Example = Example {
    word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    headers: "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    more: &[("x-amz-trailer", "x-amz-checksum-crc32c")],
    seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    chunks: [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ],
    trailer: "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
};

impl Example {
    fn decoder(&self) -> ChunkDecoder {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={}",
            self.headers, self.seed
        );
        let mut headers = vec![
            ("host", "s3.amazonaws.com"),
            ("x-amz-date", AT),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", self.word),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("authorization", &authorization),
        ];
        headers.extend_from_slice(self.more);
        let sent = Sent::new("PUT /examplebucket/chunkObject.txt", &headers);
        let found = find(sent.head()).unwrap().unwrap();
        let key = SigningKey::derive(SECRET, found.scope());
        match found.verify(sent.head(), &key).unwrap() {
            Proof::Chunks(decoder) => *decoder,
            other => panic!("{other:?}"),
        }
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (size, signature) in [65_536, 1_024, 0].into_iter().zip(self.chunks) {
            body.extend(format!("{size:x};chunk-signature={signature}\r\n").bytes());
            body.extend(vec![b'a'; size]);
            if size > 0 {
                body.extend(b"\r\n");
            }
        }
        body.extend(self.trailer.bytes());
        body.extend(b"\r\n");
        body
    }
}

type Decoded = (Vec<u8>, Vec<(String, String)>);

fn decode(mut decoder: ChunkDecoder, body: &[u8], piece: usize) -> Result<Decoded> {
    let mut content = Vec::new();
    for piece in body.chunks(piece) {
        for given in decoder.push(Bytes::copy_from_slice(piece))? {
            content.extend_from_slice(&given);
        }
    }
    Ok((content, decoder.finish()?))
}

#[test]
fn chunks_are_verified_in_pieces_of_every_size() {
    for example in [SIGNED, WITH_TRAILER] {
        let body = example.body();
        for piece in [1, 7, 1_000, 65_536, 1_000_000] {
            let (content, trailers) = decode(example.decoder(), &body, piece).unwrap();
            assert_eq!(content, vec![b'a'; 66_560]);
            assert_eq!(trailers.len(), usize::from(!example.trailer.is_empty()));
        }
    }
}

#[test]
fn a_changed_chunk_is_refused() {
    for example in [SIGNED, WITH_TRAILER] {
        let body = example.body();
        for at in [200, 65_500, 66_000, body.len() - 100] {
            let mut changed = body.clone();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let error = decode(example.decoder(), &changed, 1_000).unwrap_err();
            assert_eq!(error.code, "SignatureDoesNotMatch", "{at}");
        }
        for cut in [0, 50, 1_000, 65_700, body.len() - 90] {
            let error = decode(example.decoder(), &body[..cut], 1_000).unwrap_err();
            assert_eq!(error.code, "InvalidChunk", "{cut}");
        }
        let mut longer = body.clone();
        longer.extend(b"x");
        let error = decode(example.decoder(), &longer, 1_000).unwrap_err();
        assert_eq!(error.code, "InvalidChunk");
    }
}

#[test]
fn unsigned_chunks_have_a_trailer() {
    let decode_text =
        |text: &str, length| decode(ChunkDecoder::new(None, true, length), text.as_bytes(), 3);
    let (content, trailers) = decode_text(
        "5\r\nhello\r\n0\r\nX-Amz-Checksum-Crc32: abc=\r\n\r\n",
        Some(5),
    )
    .unwrap();
    assert_eq!(content, b"hello");
    assert_eq!(
        trailers,
        [("x-amz-checksum-crc32".to_owned(), "abc=".to_owned())]
    );
    for (text, length) in [
        ("", None),
        ("5\r\nhel", None),
        ("5\r\nhello", None),
        ("5\r\nhello0\r\n", None),
        ("5\r\nhello\r\n", None),
        ("x\r\n", None),
        ("-1\r\n", None),
        ("+5\r\nhello\r\n0\r\n\r\n", None),
        ("ffffffffffffffff\r\n", None),
        ("ffffffffffffffffffff\r\n", None),
        ("0\r\nno header\r\n\r\n", None),
        ("5\r\nhello\r\n0\r\n\r\n", Some(4)),
        ("5\r\nhello\r\n0\r\n\r\n", Some(6)),
        ("\u{e9}\r\n", None),
        (&"a".repeat(5_000), None),
    ] {
        let error = decode_text(text, length).unwrap_err();
        assert_eq!(error.code, "InvalidChunk", "{text:?}");
    }
    let many = format!("0\r\n{}\r\n", "a:b\r\n".repeat(5_000));
    assert_eq!(decode_text(&many, None).unwrap_err().code, "InvalidChunk");
}
