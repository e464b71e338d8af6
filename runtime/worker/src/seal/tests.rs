use super::*;

#[test]
fn a_secret_opens_at_its_place_with_its_key_only() {
    let seal = Seal::new([1; 32]).unwrap();
    let closed = seal.close("a/b", "secret").unwrap();
    assert!(!closed.contains("secret"));
    assert_ne!(closed, seal.close("a/b", "secret").unwrap());
    assert_eq!(seal.open("a/b", &closed).unwrap(), "secret");
    assert!(seal.open("a/c", &closed).is_err());
    assert!(Seal::new([2; 32]).unwrap().open("a/b", &closed).is_err());
    for wrong in ["", "AAAA", "not base64", &closed[4..]] {
        assert!(seal.open("a/b", wrong).is_err(), "{wrong}");
    }
}
