//! Bodies against what is said of them.

use bytes::Bytes;
use futures::stream;
use http::Request;

use super::Incoming;

/// The content, or the code of the error.
async fn read(headers: &[(&str, &str)], body: &'static [u8]) -> Result<Bytes, &'static str> {
    let mut request = Request::put("/b/k");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut head, ()) = request.body(()).unwrap().into_parts();
    let pieces: Vec<_> = body
        .chunks(3)
        .map(|piece| Ok(Bytes::from_static(piece)))
        .collect();
    let incoming = Incoming::new(&mut head, stream::iter(pieces), None).map_err(|e| e.code)?;
    incoming.collect(&mut head).await.map_err(|e| e.code)
}

#[tokio::test]
async fn a_body_is_what_its_headers_say() {
    let right = [
        ("content-length", "5"),
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-checksum-crc32c", "mnG7TA=="),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        (
            "x-amz-content-sha256",
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        ),
    ];
    for header in right {
        assert_eq!(
            read(&[header], b"hello").await.unwrap(),
            "hello",
            "{header:?}"
        );
        assert!(read(&[header], b"hallo").await.is_err() == (header.0 != "content-length"));
    }
    assert_eq!(read(&[right[0]], b"hell").await, Err("IncompleteBody"));
    assert_eq!(read(&[right[0]], b"hello!").await, Err("IncompleteBody"));
    assert_eq!(read(&[right[1]], b"hallo").await, Err("BadDigest"));
    assert_eq!(read(&[right[2]], b"hallo").await, Err("BadDigest"));
    assert_eq!(
        read(&[right[5]], b"hallo").await,
        Err("XAmzContentSHA256Mismatch")
    );
    assert_eq!(
        read(&[("content-md5", "abc")], b"").await,
        Err("InvalidDigest")
    );
    assert_eq!(
        read(&[("x-amz-checksum-crc32", "abc")], b"").await,
        Err("InvalidRequest")
    );
    assert_eq!(
        read(&[("content-length", "-1")], b"").await,
        Err("InvalidArgument")
    );
    let huge = [("content-length", "6000000000")];
    assert_eq!(read(&huge, b"").await, Err("ObjectTooLarge"));
}

#[tokio::test]
async fn a_trailer_is_checked() {
    let streaming = |length| {
        [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", length),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
        ]
    };
    let right = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    assert_eq!(read(&streaming("5"), right).await.unwrap(), "hello");
    assert_eq!(read(&streaming("6"), right).await, Err("IncompleteBody"));
    assert_eq!(read(&streaming("4"), right).await, Err("IncompleteBody"));
    let wrong = b"5\r\nhallo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    assert_eq!(read(&streaming("5"), wrong).await, Err("BadDigest"));
    let none = b"5\r\nhello\r\n0\r\n\r\n";
    assert_eq!(
        read(&streaming("5"), none).await,
        Err("MalformedTrailerError")
    );
}
