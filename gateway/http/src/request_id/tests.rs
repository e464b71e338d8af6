use axum::http::{HeaderMap, HeaderValue};

use super::{X_REQUEST_ID, of, text};

fn of_incoming(id: &[u8]) -> String {
    let mut headers = HeaderMap::new();
    headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(id).unwrap());
    text(&of(&headers)).to_owned()
}

#[test]
fn a_sane_id_is_kept_and_any_other_replaced() {
    let uuid = "7d9f0a52-1f9e-4a60-b7c3-1f6f0f1b2c3d";
    assert_eq!(of_incoming(uuid.as_bytes()), uuid);
    assert_eq!(of_incoming(&[b'a'; 128]), "a".repeat(128));
    for strange in [
        &b""[..],
        b"two words",
        b"<script>",
        b"\xc3\xa9",
        &[b'a'; 129],
    ] {
        let made = of_incoming(strange);
        assert_eq!(made.len(), 32, "{made}");
        assert!(made.bytes().all(|b| b.is_ascii_hexdigit()), "{made}");
    }
}

#[test]
fn made_ids_differ() {
    assert_ne!(of(&HeaderMap::new()), of(&HeaderMap::new()));
}
