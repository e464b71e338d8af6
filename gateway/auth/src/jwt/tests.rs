use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::*;
use crate::scope::{Area, Need, Verb};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    jwks: Value,
    good: BTreeMap<String, String>,
    bad: BTreeMap<String, (String, String)>,
    no_scopes: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../vectors/jwt.json")).unwrap()
}

fn settings(source: Source) -> Settings {
    Settings {
        source,
        issuer: "https://issuer.test".to_owned(),
        audience: "steploom".to_owned(),
        account_claim: "account".to_owned(),
        scope_claim: "scope".to_owned(),
    }
}

fn file(text: &str) -> (tempfile::TempDir, Source) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jwks.json");
    std::fs::write(&path, text).unwrap();
    (dir, Source::File(path))
}

const READ: Need = Need {
    area: Area::Functions,
    verb: Verb::Read,
};
const START: Need = Need {
    area: Area::Executions,
    verb: Verb::Invoke,
};

#[tokio::test]
async fn tokens_that_others_signed_are_verified() {
    let vectors = vectors();
    let (_dir, source) = file(&vectors.jwks.to_string());
    let jwt = Jwt::load(settings(source)).await.unwrap();
    for (name, token) in &vectors.good {
        let caller = jwt.verify(token).await.expect(name);
        assert_eq!(caller.account.to_string(), "111111111111", "{name}");
        assert_eq!(&*caller.who, "jwt:ada", "{name}");
        assert!(caller.require(READ, None).is_ok(), "{name}");
        assert!(caller.require(START, Some("a-1")).is_ok(), "{name}");
        assert!(caller.require(START, Some("b")).is_err(), "{name}");
    }
    for (name, (token, code)) in &vectors.bad {
        let error = jwt.verify(token).await.expect_err(name);
        assert_eq!(error.code, code, "{name}: {error}");
    }
    let caller = jwt.verify(&vectors.no_scopes).await.unwrap();
    assert!(caller.require_some(READ).is_err(), "it may do nothing");
    let good = &vectors.good["RS256"];
    for at in (0..good.len()).step_by(7) {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(jwt.verify(&changed).await.is_err(), "{at}");
        assert!(jwt.verify(&good[..at]).await.is_err(), "{at}");
    }
    assert!(jwt.verify(&"a".repeat(20_000)).await.is_err());
}

#[tokio::test]
async fn what_is_no_set_of_keys_is_refused_at_the_start() {
    for text in ["", "{}", "{\"keys\": []}", "[]"] {
        let (_dir, source) = file(text);
        let error = Jwt::load(settings(source)).await.unwrap_err();
        assert_eq!(error.code, "InvalidJwks", "{text}");
    }
    let absent = Source::File("/nowhere/jwks.json".into());
    assert!(Jwt::load(settings(absent)).await.is_err());
    // Nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    drop(listener);
    let error = Jwt::load(settings(Source::Url(url))).await.unwrap_err();
    assert_eq!(error.code, "InvalidJwks");
}

#[tokio::test]
async fn keys_are_read_from_a_url() {
    use std::io::{Read, Write};
    let vectors = vectors();
    let body = vectors.jwks.to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            assert_eq!(stream.read(&mut byte).unwrap(), 1);
            head.push(byte[0]);
        }
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
    });
    let jwt = Jwt::load(settings(Source::Url(url))).await.unwrap();
    server.join().unwrap();
    assert!(jwt.verify(&vectors.good["ES256"]).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_issued_later_are_found_and_withdrawn_ones_go() {
    let vectors = vectors();
    let with = |id: &str| {
        let keys = vectors.jwks["keys"].as_array().unwrap();
        let keys: Vec<_> = keys.iter().filter(|key| key["kid"] == id).collect();
        serde_json::json!({ "keys": keys }).to_string()
    };
    let (rsa, ec) = (&vectors.good["RS256"], &vectors.good["ES256"]);
    let (dir, source) = file(&with("r"));
    let path = dir.path().join("jwks.json");
    let jwt = Jwt::load(settings(source)).await.unwrap();
    assert!(jwt.verify(ec).await.is_err());

    std::fs::write(&path, with("e")).unwrap();
    assert!(jwt.verify(ec).await.is_err(), "it was read just now");
    tokio::time::advance(Duration::from_secs(31)).await;
    assert!(jwt.verify(ec).await.is_ok(), "an unknown key is looked for");
    assert!(jwt.verify(rsa).await.is_err(), "it is withdrawn");

    // What cannot be read changes nothing.
    std::fs::write(&path, "no JSON").unwrap();
    tokio::time::advance(Duration::from_mins(11)).await;
    assert!(jwt.verify(ec).await.is_ok());
    // A withdrawn key is known for as long as nothing is read.
    std::fs::write(&path, with("r")).unwrap();
    assert!(jwt.verify(ec).await.is_ok());
    tokio::time::advance(Duration::from_mins(11)).await;
    assert!(jwt.verify(ec).await.is_err());
}
