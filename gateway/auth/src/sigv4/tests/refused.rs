//! What is no good signature, and what is said of it.

use super::*;

const AT: &str = "20150830T123600Z";
const SCOPE: &str = "AKIDEXAMPLE/20150830/us-east-1/states/aws4_request";

/// A well-formed header whose signature is another request's.
fn header(scope: &str, headers: &str) -> String {
    let signature = "0".repeat(64);
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
}

fn code_of(headers: &[(&str, &str)], now: &str) -> &'static str {
    let mut all = vec![("host", "localhost")];
    all.extend_from_slice(headers);
    match Sent::new("POST /", &all).verify_with(now, b"{}") {
        Ok(()) => "ok",
        Err(error) => error.code,
    }
}

#[test]
fn malformed_headers() {
    let good = header(SCOPE, "host;x-amz-date");
    let date = ("x-amz-date", AT);
    assert_eq!(
        code_of(&[date, ("authorization", &good)], AT),
        "SignatureDoesNotMatch"
    );
    let malformed = [
        "AWS4-HMAC-SHA256".to_owned(),
        "AWS4-HMAC-SHA256 ,,,=,".to_owned(),
        "AWS4-HMAC-SHA256 Credential=a".to_owned(),
        "AWS4-HMAC-SHA1 x".to_owned(),
        "AWS AKID:signature".to_owned(),
        good.replace("Signature=0", "Signature=g"),
        good.replace("Signature=0", "Signature="),
        good.replace("AKIDEXAMPLE", ""),
        good.replace("AKIDEXAMPLE", &"A".repeat(1000)),
        good.replace("/us-east-1", ""),
        header(SCOPE, ""),
        header(SCOPE, "Host;x-amz-date"),
        header(SCOPE, "x-amz-date;host"),
        header(SCOPE, "host;host;x-amz-date"),
        header(SCOPE, "x-amz-date"),
    ];
    for text in malformed {
        let code = code_of(&[date, ("authorization", &text)], AT);
        assert_eq!(code, "IncompleteSignature", "{text}");
    }
    for date in [
        "",
        "2015-08-30T12:36:00Z",
        "20150830T123600",
        "20151330T123600Z",
        "20150830T126000Z",
    ] {
        let code = code_of(&[("x-amz-date", date), ("authorization", &good)], AT);
        assert_eq!(code, "IncompleteSignature", "{date}");
    }
    assert_eq!(
        code_of(&[("authorization", &good)], AT),
        "IncompleteSignature",
        "no date"
    );
    let twice = [date, ("authorization", &good), ("authorization", &good)];
    assert_eq!(code_of(&twice, AT), "IncompleteSignature");
}

#[test]
fn scopes_and_sessions() {
    for (scope, code) in [
        (
            SCOPE.replace("aws4_request", "aws5_request"),
            "SignatureDoesNotMatch",
        ),
        (
            SCOPE.replace("20150830", "20150829"),
            "SignatureDoesNotMatch",
        ),
    ] {
        let header = header(&scope, "host;x-amz-date");
        assert_eq!(
            code_of(&[("x-amz-date", AT), ("authorization", &header)], AT),
            code,
            "{scope}"
        );
    }
    let header = header(SCOPE, "host;x-amz-date;x-amz-security-token");
    let token = ("x-amz-security-token", "x");
    assert_eq!(
        code_of(&[("x-amz-date", AT), token, ("authorization", &header)], AT),
        "InvalidToken"
    );
}

#[test]
fn clocks_may_be_a_quarter_of_an_hour_apart() {
    let header = header(SCOPE, "host;x-amz-date");
    let headers = [("x-amz-date", AT), ("authorization", header.as_str())];
    for (now, code) in [
        ("20150830T122059Z", "SignatureNotYetCurrent"),
        ("20150830T122100Z", "SignatureDoesNotMatch"),
        ("20150830T125100Z", "SignatureDoesNotMatch"),
        ("20150830T125101Z", "SignatureExpired"),
    ] {
        assert_eq!(code_of(&headers, now), code, "{now}");
    }
    let sent = Sent::new("POST /", &[("host", "x"), headers[0], headers[1]]);
    let late = sent.verify("20150830T130600Z").unwrap_err();
    assert_eq!(
        late.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z (20150830T130600Z - 15 min.)",
        "as AWS says it"
    );
}

#[test]
fn what_a_body_may_be_said_to_be() {
    let digest = body::EMPTY_SHA256;
    for (service, said, code) in [
        ("states", digest, "SignatureDoesNotMatch"),
        ("states", "UNSIGNED-PAYLOAD", "InvalidContentSha256"),
        ("s3", "UNSIGNED-PAYLOAD", "SignatureDoesNotMatch"),
        (
            "s3",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "SignatureDoesNotMatch",
        ),
        (
            "s3",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "SignatureDoesNotMatch",
        ),
        (
            "states",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "InvalidContentSha256",
        ),
        (
            "s3",
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
            "InvalidContentSha256",
        ),
        ("s3", "", "InvalidContentSha256"),
        ("s3", "e3b0", "InvalidContentSha256"),
    ] {
        let header = header(
            &SCOPE.replace("states", service),
            "host;x-amz-content-sha256;x-amz-date",
        );
        let headers = [
            ("x-amz-date", AT),
            ("x-amz-content-sha256", said),
            ("authorization", &header),
        ];
        assert_eq!(code_of(&headers, AT), code, "{service} {said}");
    }
}

#[test]
fn what_steers_a_service_is_signed() {
    let header = header(SCOPE, "host;x-amz-date");
    let headers = [
        ("x-amz-date", AT),
        ("x-amz-target", "AWSStepFunctions.DeleteStateMachine"),
        ("authorization", &header),
    ];
    assert_eq!(code_of(&headers, AT), "HeadersNotSigned");
}

#[test]
fn malformed_presigned_queries() {
    let good = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={AT}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={}",
        SCOPE.replace('/', "%2F"),
        "0".repeat(64)
    );
    let code = |query: &str| {
        let sent = Sent::new(&format!("GET /?{query}"), &[("host", "x")]);
        sent.verify_with(AT, b"").unwrap_err().code
    };
    assert_eq!(code(&good), "SignatureDoesNotMatch");
    for wrong in [
        good.replace("HMAC-SHA256", "HMAC-SHA1"),
        good.replace("X-Amz-Date", "Date"),
        good.replace("Expires=60", "Expires=0"),
        good.replace("Expires=60", "Expires=604801"),
        good.replace("Expires=60", "Expires=-1"),
        good.replace("Expires=60", "Expires=x"),
        good.replace(AT, "x"),
        format!("{good}&X-Amz-Expires=61"),
        "X-Amz-Signature=1".to_owned(),
    ] {
        assert_eq!(code(&wrong), "InvalidPresignedQuery", "{wrong}");
    }
    assert_eq!(
        code(&format!("{good}&X-Amz-Security-Token=x")),
        "InvalidToken"
    );
}

#[test]
fn every_refusal_has_a_name_at_aws() {
    use crate::failure::{self, Wording, aws};
    for error in [
        failure::incomplete(""),
        failure::query(""),
        failure::mismatch(),
        failure::chunk_mismatch(),
        failure::presigned_expired(),
        failure::session_token(),
        failure::headers_not_signed(""),
        failure::content_sha256(""),
        failure::sha256_mismatch(),
        failure::chunk(""),
    ] {
        assert!(aws(&error, Wording::Json).is_some(), "{error}");
        assert!(aws(&error, Wording::S3).is_some(), "{error}");
    }
    assert_eq!(
        aws(&failure::mismatch(), Wording::Json),
        Some((403, "InvalidSignatureException"))
    );
    assert_eq!(
        aws(&failure::mismatch(), Wording::S3),
        Some((403, "SignatureDoesNotMatch"))
    );
    assert_eq!(aws(&steploom_types::Error::internal(""), Wording::S3), None);
}
