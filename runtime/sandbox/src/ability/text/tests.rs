use bytes::Bytes;
use steploom_call::{Answer, Ask, Unanswered};

use super::{read, write};

#[test]
fn a_request_is_a_line_and_a_body() {
    let ask = read(
        b"{\"op\":\"write\",\"bucket\":\"b\",\"key\":\"k\",\"contentType\":\"a/b\"}\n\xff\n\0",
    );
    let written = Ask::Write {
        bucket: "b".parse().expect("a name"),
        key: "k".to_owned(),
        content_type: Some("a/b".to_owned()),
        content: Bytes::from_static(b"\xff\n\0"),
    };
    assert_eq!(ask, Ok(written));
    let Ok(Ask::Start {
        machine,
        name,
        input,
    }) = read(br#"{"op":"start","machine":"orders"}"#)
    else {
        panic!("is read");
    };
    assert_eq!(
        (machine.as_str(), name, input.text()),
        ("orders", None, "{}")
    );
}

#[test]
fn what_is_no_request_says_why() {
    let long = format!("{{\"op\":\"config\",\"key\":\"{}\"}}", "k".repeat(1 << 16));
    for (request, code, why) in [
        ("", "InvalidRequest", "line: EOF"),
        ("{}", "InvalidRequest", "missing field `op`"),
        (r#"{"op":"fly"}"#, "InvalidRequest", "unknown variant `fly`"),
        (
            r#"{"op":"config"}"#,
            "InvalidRequest",
            "missing field `key`",
        ),
        (
            r#"{"op":"config","key":"k","x":1}"#,
            "InvalidRequest",
            "unknown field `x`",
        ),
        (
            r#"{"op":"start","machine":"a b"}"#,
            "InvalidRequest",
            "has the character ' '",
        ),
        (
            "{\"op\":\"invoke\",\"function\":\"f\"}\n{",
            "InvalidRequest",
            "body: ",
        ),
        (&long, "RequestTooLarge", "65536 bytes"),
    ] {
        let refused = read(request.as_bytes()).expect_err(request);
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(refused.message.contains(why), "{refused:?}");
    }
    let large = [
        &b"{\"op\":\"succeed\",\"token\":\"t\"}\n"[..],
        &vec![b' '; (6 << 20) + 1],
    ]
    .concat();
    assert_eq!(
        read(&large).expect_err("is refused").code,
        "RequestTooLarge"
    );
}

#[test]
fn an_answer_is_a_line_and_a_body() {
    let written = |answered| {
        let (line, body) = write(answered);
        line + std::str::from_utf8(&body).expect("text")
    };
    assert_eq!(written(Ok(Answer::Done)), "{\"ok\":{}}\n");
    assert_eq!(
        written(Ok(Answer::Object {
            content_type: "text/plain".to_owned(),
            content: Bytes::from_static(b"abc"),
        })),
        "{\"ok\":{\"contentType\":\"text/plain\",\"sizeBytes\":3}}\nabc"
    );
    let keys = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(
        written(Ok(Answer::Keys {
            keys,
            next: Some("b".to_owned())
        })),
        "{\"ok\":{\"keys\":[\"a\",\"b\"],\"next\":\"b\"}}\n"
    );
    assert_eq!(written(Ok(Answer::Variable(None))), "{\"ok\":{}}\n");
    assert_eq!(
        written(Err(Unanswered::new("E", "a \"b\"\n"))),
        "{\"error\":{\"code\":\"E\",\"message\":\"a \\\"b\\\"\\n\"}}\n"
    );
}
