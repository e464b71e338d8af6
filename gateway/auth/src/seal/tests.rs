use super::*;

fn id(letter: &str) -> KeyId {
    letter.repeat(20).parse().unwrap()
}

#[test]
fn a_secret_opens_where_it_was_sealed_and_nowhere_else() {
    let master = MasterKeys::of([7; 32]).unwrap();
    let (a, ours) = (id("A"), AccountId::LOCAL);
    let sealed = master.close(&a, ours, "secret").unwrap();
    assert_eq!(master.open(&a, ours, &sealed).unwrap(), "secret");
    assert_ne!(
        sealed,
        master.close(&a, ours, "secret").unwrap(),
        "another nonce"
    );
    assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
    assert!(master.open(&id("B"), ours, &sealed).is_err());
    let other = AccountId::from_u64(1).unwrap();
    assert!(master.open(&a, other, &sealed).is_err());
    assert!(
        MasterKeys::of([8; 32])
            .unwrap()
            .open(&a, ours, &sealed)
            .is_err()
    );
    for cut in [0, 1, 12, 20] {
        assert!(master.open(&a, ours, &sealed[..cut]).is_err());
    }
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(master.open(&a, ours, &changed).is_err(), "{at}");
    }
}

#[test]
fn what_an_older_master_key_sealed_still_opens() {
    let (old, new) = ("11".repeat(32), "22".repeat(32));
    let before = MasterKeys::parse(&old).unwrap();
    let sealed = before.close(&id("A"), AccountId::LOCAL, "s").unwrap();
    let after = MasterKeys::parse(&format!("2:{new},1:{old}\n")).unwrap();
    assert_eq!(
        after.open(&id("A"), AccountId::LOCAL, &sealed).unwrap(),
        "s"
    );
    let sealed = after.close(&id("A"), AccountId::LOCAL, "s").unwrap();
    assert!(before.open(&id("A"), AccountId::LOCAL, &sealed).is_err());
}

#[test]
fn a_wrong_master_key_is_not_repeated() {
    let good = "ab".repeat(32);
    for wrong in [
        "",
        "abcd",
        "x",
        &format!("256:{good}"),
        &format!("{good},{good}"),
        &format!("{good}ab"),
    ] {
        let error = MasterKeys::parse(wrong).unwrap_err();
        assert_eq!(error.code, "InvalidMasterKey", "{wrong}");
        assert!(!error.message.contains("abab"), "{wrong}");
    }
    let shown = format!("{:?}", MasterKeys::parse(&good).unwrap());
    assert!(!shown.contains("ab"), "{shown}");
}
