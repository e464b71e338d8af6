use super::*;

#[test]
fn a_token_is_read_and_a_mistyped_one_is_not() {
    let id = new_id(KeyKind::Api).unwrap();
    let secret = new_secret().unwrap();
    assert_eq!((id.as_str().len(), secret.len()), (20, 40));
    assert!(id.as_str().starts_with("STPA"));
    assert_ne!(secret, new_secret().unwrap());
    let token = token(&id, &secret);
    let (found, digest) = parse(&token).unwrap();
    assert_eq!(found, id);
    assert_eq!(digest, hash(&token));
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'Z' { b'Y' } else { b'Z' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(parse(&changed).is_none(), "{at}");
        assert!(parse(&token[..at]).is_none(), "{at}");
    }
    for wrong in ["", "steploom_", "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}a", "a.b.c"] {
        assert!(parse(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn digests_are_compared_whole() {
    assert!(is_same(&[1, 2], &[1, 2]));
    for other in [&[1, 3][..], &[0, 2], &[1], &[1, 2, 3], &[]] {
        assert!(!is_same(&[1, 2], other));
    }
}

#[test]
fn keys_of_ours_are_told_by_their_looks() {
    let id = new_id(KeyKind::Access).unwrap();
    let signed = format!("AWS4-HMAC-SHA256 Credential={id}/20270115/us-east-1/lambda/aws4_request");
    let bearer = format!("bearer  {}", token(&id, &new_secret().unwrap()));
    for ours in [&*signed, &*bearer] {
        assert!(is_credential(ours), "{ours}");
    }
    for other in [
        "",
        "Bearer",
        "Bearer a.b.c",
        "Basic c3RlcGxvb21f",
        "AWS4-HMAC-SHA256 Credential=AKIA/x",
    ] {
        assert!(!is_credential(other), "{other}");
    }
}
