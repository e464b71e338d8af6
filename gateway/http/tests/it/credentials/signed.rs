//! Requests that are signed with an access key.

use ring::digest::{SHA256, digest};
use ring::hmac;
use serde_json::json;

use super::{Guarded, code};

/// Signs as AWS's clients do, in a few lines of its own.
struct Signer {
    id: String,
    secret: String,
}

impl Signer {
    fn headers(
        &self,
        line: &str,
        service: &str,
        body: &str,
        sha256: Option<&str>,
    ) -> Vec<(String, String)> {
        self.headers_of(line, service, body, sha256, None)
    }

    fn headers_of(
        &self,
        line: &str,
        service: &str,
        body: &str,
        sha256: Option<&str>,
        aimed_at: Option<&str>,
    ) -> Vec<(String, String)> {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let hash = |text: &str| hex::encode(digest(&SHA256, text.as_bytes()));
        let at = "20270115T080000Z";
        let mut headers = vec![
            ("host".to_owned(), "localhost".to_owned()),
            ("x-amz-date".to_owned(), at.to_owned()),
        ];
        if let Some(target) = aimed_at {
            headers.push(("x-amz-target".to_owned(), target.to_owned()));
        }
        if let Some(sha256) = sha256 {
            headers.insert(1, ("x-amz-content-sha256".to_owned(), sha256.to_owned()));
        }
        let names: Vec<&str> = headers.iter().map(|h| h.0.as_str()).collect();
        let names = names.join(";");
        let lines: String = headers.iter().fold(String::new(), |text, (name, value)| {
            text + name + ":" + value + "\n"
        });
        let payload = sha256.map_or_else(|| hash(body), str::to_owned);
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let scope = format!("20270115/us-east-1/{service}/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hash(&canonical));
        let sign = |key: &[u8], text: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        };
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in scope.split('/') {
            key = sign(&key, part);
        }
        let signature = hex::encode(sign(&key, &text));
        headers.push((
            "authorization".to_owned(),
            format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", self.id),
        ));
        headers
    }
}

#[tokio::test]
async fn a_signed_body_is_the_one_that_arrives() {
    let guarded = Guarded::new();
    let made = guarded
        .key(
            None,
            json!({"kind": "access", "scopes": ["functions:invoke:echo"]}),
        )
        .await;
    let signer = Signer {
        id: made["id"].as_str().unwrap().to_owned(),
        secret: made["secretAccessKey"].as_str().unwrap().to_owned(),
    };
    let line = "POST /v1/functions/echo/invoke";
    let body = r#"{"a":1}"#;
    let hash = hex::encode(digest(&SHA256, body.as_bytes()));
    let send = async |signer: &Signer, service: &str, said: Option<&str>, sent: &str| {
        let headers = signer.headers(line, service, body, said);
        let mut headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        headers.push(("content-type", "application/json"));
        guarded.front.send(line, &headers, sent.to_owned()).await
    };
    for said in [None, Some(hash.as_str())] {
        let answer = send(&signer, "lambda", said, body).await;
        assert_eq!(answer.status, 200, "{said:?}: {}", answer.text());
    }
    let invoked = guarded.front.world.state().invocations;
    let other = r#"{"a":2}"#;
    assert_eq!(
        code(&send(&signer, "lambda", None, other).await),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        code(&send(&signer, "lambda", Some(&hash), other).await),
        "ContentSha256Mismatch"
    );
    assert_eq!(
        code(&send(&signer, "lambda", Some("UNSIGNED-PAYLOAD"), body).await),
        "InvalidContentSha256"
    );
    let wrong = Signer {
        id: signer.id.clone(),
        secret: "x".repeat(40),
    };
    assert_eq!(
        code(&send(&wrong, "lambda", None, body).await),
        "SignatureDoesNotMatch"
    );
    let unknown = Signer {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: signer.secret.clone(),
    };
    assert_eq!(
        code(&send(&unknown, "lambda", None, body).await),
        "InvalidAccessKeyId"
    );
    let odd = Signer {
        id: "x".to_owned(),
        secret: signer.secret.clone(),
    };
    assert_eq!(
        code(&send(&odd, "lambda", None, body).await),
        "InvalidAccessKeyId"
    );
    guarded.later(901_000);
    assert_eq!(
        code(&send(&signer, "lambda", None, body).await),
        "SignatureExpired"
    );
    assert_eq!(
        guarded.front.world.state().invocations,
        invoked,
        "none was carried out"
    );
    guarded.later(-901_000);
    let headers = signer.headers("GET /v1/functions", "lambda", "", None);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let answer = guarded.front.send("GET /v1/functions", &headers, "").await;
    assert_eq!(
        answer.problem().code,
        "AccessDenied",
        "it may invoke echo only"
    );
}

/// A request to Step Functions is refused in the words of AWS.
#[tokio::test]
async fn step_functions_refuses_as_aws_does() {
    let guarded = Guarded::new();
    let wanted = json!({"kind": "access", "scopes": ["machines:read"]});
    let made = guarded.key(None, wanted).await;
    let signer = Signer {
        id: made["id"].as_str().unwrap().to_owned(),
        secret: made["secretAccessKey"].as_str().unwrap().to_owned(),
    };
    let wrong = Signer {
        id: signer.id.clone(),
        secret: "x".repeat(40),
    };
    let unknown = Signer {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "x".repeat(40),
    };
    for (by, operation, status, kind) in [
        (Some(&signer), "ListStateMachines", 200, None),
        (
            Some(&signer),
            "StartExecution",
            403,
            Some("AccessDeniedException"),
        ),
        (
            Some(&wrong),
            "ListStateMachines",
            403,
            Some("InvalidSignatureException"),
        ),
        (
            Some(&unknown),
            "ListStateMachines",
            403,
            Some("UnrecognizedClientException"),
        ),
        (
            None,
            "ListStateMachines",
            403,
            Some("MissingAuthenticationTokenException"),
        ),
    ] {
        let target = format!("AWSStepFunctions.{operation}");
        let name = "stateMachineArn";
        let body = match operation {
            "StartExecution" => {
                format!(
                    "{{\"{name}\":\"arn:aws:states:us-east-1:000000000000:stateMachine:echo\"}}"
                )
            }
            _ => "{}".to_owned(),
        };
        let mut headers = by.map_or_else(Vec::new, |by| {
            by.headers_of("POST /", "states", &body, None, Some(&target))
        });
        if by.is_none() {
            headers.push(("x-amz-target".to_owned(), target));
        }
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = guarded.front.send("POST /", &headers, body).await;
        assert_eq!(answer.status, status, "{operation}: {}", answer.text());
        let told = answer.value();
        assert_eq!(told["__type"].as_str(), kind, "{told}");
    }
}
