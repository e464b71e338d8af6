use super::*;

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes()).unwrap()
}

fn node(name: &str) -> NodeId {
    NodeId(name.into())
}

fn head(secret: &Secret) -> Head {
    let now = Timestamp::from_millis(1_000_000);
    Head::new(
        secret,
        "start",
        (&node("a b"), &node("b")),
        now,
        500,
        b"body",
    )
}

fn open(text: &str, me: &str, at_ms: i64) -> Result<Head> {
    let secret = secret("0123456789abcdef");
    Head::open(text, &secret, &node(me), Timestamp::from_millis(at_ms))
}

#[test]
fn a_head_is_read_as_it_was_written() {
    let written = head(&secret("0123456789abcdef"));
    let read = open(&written.text(), "b", 1_000_000 + AGE_MS_MAX).unwrap();
    assert_eq!(read, written);
    assert!(read.is_of(b"body"));
    assert!(!read.is_of(b"bodY"));
}

#[test]
fn only_a_node_of_the_cluster_is_let_in() {
    let good = head(&secret("0123456789abcdef")).text();
    let check = |text: &str, me: &str, at_ms: i64, code: &str| {
        assert_eq!(open(text, me, at_ms).unwrap_err().code, code, "{text}");
    };
    let foreign = head(&secret("another secret, as long")).text();
    check(&foreign, "b", 1_000_000, "NotANode");
    check(&good, "c", 1_000_000, "NotANode");
    check(&good, "b", 1_000_001 + AGE_MS_MAX, "NotANode");
    check(&good, "b", 999_999 - AGE_MS_MAX, "NotANode");
    check(&good.replace("start", "stop"), "b", 1_000_000, "NotANode");
    check(&good.replace(" 500 ", " 501 "), "b", 1_000_000, "NotANode");
    check(&good[..good.len() - 2], "b", 1_000_000, "NotANode");
    check(&format!("{good} more"), "b", 1_000_000, "NotANode");
    check("1", "b", 1_000_000, "NotANode");
    check("", "b", 1_000_000, "PeerVersion");
    check(&good.replacen('1', "2", 1), "b", 1_000_000, "PeerVersion");
    check(
        &format!("1 {}", "x".repeat(HEAD_BYTES_MAX)),
        "b",
        1_000_000,
        "NotANode",
    );
}

#[test]
fn an_answer_belongs_to_its_request() {
    let secret = secret("0123456789abcdef");
    let head = head(&secret);
    let seal = secret.seal_answer(&head, b"done");
    assert!(secret.is_answer(&seal, &head, b"done"));
    assert!(!secret.is_answer(&seal, &head, b"gone"));
    let mut other = head.clone();
    other.seal.replace_range(..1, "x");
    assert!(!secret.is_answer(&seal, &other, b"done"));
    assert!(!secret.is_answer("", &head, b"done"));
}

#[test]
fn a_short_secret_is_refused() {
    assert_eq!(
        Secret::new(b"0123456789abcde").err().unwrap().code,
        "WeakSecret"
    );
}
