use super::*;

fn allows(rules: &[&str], host: &str, address: &str) -> bool {
    let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    Egress::new(rules).allows(host, address.parse().unwrap())
}

#[test]
fn what_is_not_of_the_open_internet_is_refused() {
    for address in [
        "127.0.0.1:80",
        "10.1.2.3:80",
        "172.16.0.1:80",
        "192.168.1.1:443",
        "169.254.169.254:80",
        "100.64.0.1:80",
        "0.0.0.0:80",
        "224.0.0.1:80",
        "255.255.255.255:80",
        "[::1]:80",
        "[::]:80",
        "[fe80::1]:80",
        "[fc00::1]:80",
        "[::ffff:127.0.0.1]:80",
        "[::ffff:169.254.169.254]:80",
        "[64:ff9b::7f00:1]:80",
        "[2002:7f00:1::]:80",
        "[2001::1]:80",
        "[ff02::1]:80",
    ] {
        assert!(!allows(&[], "example.com", address), "{address}");
    }
    for address in ["93.184.216.34:443", "[2606:2800:220:1::1]:443"] {
        assert!(allows(&[], "example.com", address), "{address}");
    }
}

#[test]
fn an_operator_allows_hosts_ports_and_networks() {
    assert!(allows(&["127.0.0.1:8000"], "localhost", "127.0.0.1:8000"));
    assert!(!allows(&["127.0.0.1:8000"], "localhost", "127.0.0.1:8001"));
    assert!(allows(&["127.0.0.1"], "localhost", "[::ffff:127.0.0.1]:9"));
    assert!(allows(
        &["billing.internal"],
        "Billing.Internal",
        "10.0.0.7:80"
    ));
    assert!(!allows(
        &["billing.internal:443"],
        "billing.internal",
        "10.0.0.7:80"
    ));
    assert!(!allows(
        &["billing.internal"],
        "other.internal",
        "10.0.0.7:80"
    ));
    assert!(allows(&["10.0.0.0/8"], "any", "10.255.0.1:80"));
    assert!(
        !allows(&["10.0.0.0/8"], "any", "11.0.0.1:80") || is_public("11.0.0.1".parse().unwrap())
    );
    assert!(!allows(&["10.0.0.0/9"], "any", "10.255.0.1:80"));
    assert!(allows(&["fd00::/8"], "any", "[fd12::1]:80"));
    assert!(allows(&["0.0.0.0/0"], "any", "127.0.0.1:80"));
    for wrong in ["", "a b", "10.0.0.0/33", "x/8", "host:port", "http://x"] {
        assert!(wrong.parse::<EgressRule>().is_err(), "{wrong}");
    }
}
