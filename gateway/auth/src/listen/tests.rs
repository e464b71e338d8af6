use super::*;

#[test]
fn only_loopback_is_let() {
    for (address, let_in) in [
        ("127.0.0.1:8470", true),
        ("127.9.9.9:1", true),
        ("[::1]:0", true),
        ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:8470", false),
        ("[::]:8470", false),
        ("192.168.1.4:80", false),
        ("[::ffff:10.0.0.1]:1", false),
    ] {
        let answer = check_listen(address.parse().unwrap());
        assert_eq!(answer.is_ok(), let_in, "{address}: {answer:?}");
    }
    let refused = check_listen("0.0.0.0:8470".parse().unwrap()).unwrap_err();
    assert!(refused.message.contains("0.0.0.0:8470"));
    assert!(refused.message.contains("127.0.0.1"));
}
