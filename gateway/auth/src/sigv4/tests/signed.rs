//! What is signed well is let in, and nothing that differs from it by a little.

use serde::Deserialize;

use super::*;

const NOW: &str = "20150830T124000Z";

#[derive(Deserialize)]
struct Vectors {
    requests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Vector {
    fn sent(&self) -> Sent {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Sent::new(&format!("{} {}", self.method, self.target), &headers)
    }
}

/// 300 requests that botocore signed: header and presigned form, S3 and others, odd paths and queries.
fn vectors() -> Vec<Vector> {
    let text = include_str!("../../../vectors/botocore.json");
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.requests.len(), 300);
    vectors.requests
}

#[test]
fn what_botocore_signs_is_verified() {
    for vector in vectors() {
        let verified = vector.sent().verify_with(NOW, vector.body.as_bytes());
        assert!(
            verified.is_ok(),
            "{} {}: {verified:?}",
            vector.method,
            vector.target
        );
    }
}

#[test]
fn what_differs_from_it_is_refused() {
    for vector in vectors() {
        let sent = vector.sent();
        let refused = |sent: &Sent, body: &str, why: &str| {
            let verified = sent.verify_with(NOW, body.as_bytes());
            let error = verified.expect_err(why);
            let expected = [
                "SignatureDoesNotMatch",
                "ContentSha256Mismatch",
                "HeadersNotSigned",
            ];
            assert!(expected.contains(&error.code), "{why}: {error} {sent:?}");
        };
        let mut other = sent.clone();
        other.method = Method::PATCH;
        refused(&other, &vector.body, "another method");
        let mut other = sent.clone();
        other
            .headers
            .insert("host", HeaderValue::from_static("else"));
        refused(&other, &vector.body, "another host");
        let mut other = sent.clone();
        other
            .headers
            .append("x-amz-target", HeaderValue::from_static("Other"));
        refused(&other, &vector.body, "one target more");
        let target = if vector.target.contains('?') {
            format!("{}&z=1", vector.target)
        } else {
            format!("{}?z=1", vector.target)
        };
        let mut other = sent.clone();
        other.uri = target.parse().unwrap();
        refused(&other, &vector.body, "one parameter more");
        if matches!(
            sent.verify(NOW),
            Ok(Proof::Sha256(_) | Proof::Unverified(_))
        ) {
            refused(&sent, &format!("{} ", vector.body), "another body");
        }
    }
}

/// The signatures of AWS's published suite for this version, and of the examples in S3's documents.
#[test]
fn what_awss_documents_sign_is_verified() {
    fn authorization(scope: &str, headers: &str, signature: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={scope}/aws4_request, SignedHeaders={headers}, Signature={signature}"
        )
    }
    const SUITE: &str = "AKIDEXAMPLE/20150830/us-east-1/service";
    const SUITE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    assert_eq!(SUITE_SECRET, SECRET, "both of AWS's documents use it");
    for (line, signature) in [
        (
            "GET /",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "GET /?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "POST /",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
    ] {
        let authorization = authorization(SUITE, "host;x-amz-date", signature);
        let sent = Sent::new(
            line,
            &[
                ("Host", "example.amazonaws.com"),
                ("X-Amz-Date", "20150830T123600Z"),
                ("Authorization", &authorization),
            ],
        );
        let verified = sent.verify_with(NOW, b"");
        assert!(verified.is_ok(), "{line}: {verified:?}");
    }
}

const S3_NOW: &str = "20130524T000000Z";
/// S3's documents use another secret than the suite does, one letter apart.
const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn what_s3s_documents_sign_is_verified() {
    let empty = body::EMPTY_SHA256;
    let welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    for (line, headers, body, names, signature) in [
        (
            "GET /test.txt",
            vec![("range", "bytes=0-9"), ("x-amz-content-sha256", empty)],
            "",
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT /test$file.text",
            vec![
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-content-sha256", welcome),
            ],
            "Welcome to Amazon S3.",
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET /?lifecycle",
            vec![("x-amz-content-sha256", empty)],
            "",
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET /?max-keys=2&prefix=J",
            vec![("x-amz-content-sha256", empty)],
            "",
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={names},Signature={signature}"
        );
        let mut headers = headers;
        headers.push(("host", "examplebucket.s3.amazonaws.com"));
        headers.push(("x-amz-date", S3_NOW));
        headers.push(("authorization", &authorization));
        let sent = Sent::new(line, &headers);
        let found = find(sent.head()).unwrap().unwrap();
        let key = SigningKey::derive(S3_SECRET, found.scope());
        let proof = found.verify(sent.head(), &key).expect(line);
        proof.check(body.as_bytes()).expect(line);
    }
}

#[test]
fn what_s3s_documents_presign_is_verified_for_a_day() {
    let sent = Sent::new(
        "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        &[("host", "examplebucket.s3.amazonaws.com")],
    );
    let found = find(sent.head()).unwrap().unwrap();
    let at = |text| AmzTime::parse(text).unwrap();
    assert!(found.check_time(at("20130525T000000Z")).is_ok());
    let late = found.check_time(at("20130525T000001Z")).unwrap_err();
    assert_eq!(late.code, "PresignedExpired");
    let early = found.check_time(at("20130523T234459Z")).unwrap_err();
    assert_eq!(early.code, "SignatureNotYetCurrent");
    let key = SigningKey::derive(S3_SECRET, found.scope());
    let proof = found.verify(sent.head(), &key).unwrap();
    assert!(matches!(proof, Proof::Free), "{proof:?}");
}

/// Over HTTP/2 there is no header Host; a proxy's or client's `:authority` stands for it.
#[test]
fn the_authority_of_http_2_is_the_host() {
    let sent = Sent::new(
        "GET http://example.amazonaws.com/",
        &[
            ("X-Amz-Date", "20150830T123600Z"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
        ],
    );
    assert!(sent.verify_with(NOW, b"").is_ok());
}

#[test]
fn derived_keys_are_remembered_and_bounded() {
    let keys = SigningKeys::default();
    let scope = |n: u32| Scope {
        key_id: format!("K{n}"),
        date: "20150830".into(),
        region: "r".into(),
        service: "s".into(),
    };
    let known = || Err::<String, ()>(());
    assert!(keys.get(&scope(0), known).is_err(), "it is asked for");
    let derived = keys.get(&scope(0), || Ok::<_, ()>("a".into())).unwrap();
    let again = keys.get(&scope(0), known).expect("it is known");
    assert_eq!(derived.sign("x"), again.sign("x"));
    for n in 1..=10_000 {
        keys.get(&scope(n), || Ok::<_, ()>("a".into())).unwrap();
    }
    assert!(keys.get(&scope(0), known).is_err(), "it was forgotten");
}
