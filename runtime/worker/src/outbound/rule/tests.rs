use super::*;

fn allows(rule: &str, url: &str) -> bool {
    let rule: HostRule = rule.parse().unwrap();
    rule.matches(&url.parse().unwrap())
}

#[test]
fn a_rule_allows_its_host_scheme_and_port() {
    for (rule, url) in [
        ("api.example.com", "https://api.example.com/x"),
        ("API.example.com", "https://Api.Example.com"),
        ("api.example.com:8443", "https://api.example.com:8443"),
        ("https://api.example.com", "https://api.example.com:443"),
        ("http://api.example.com", "http://api.example.com/"),
        ("http://127.0.0.1:80", "http://127.0.0.1/"),
        ("[::1]:8443", "https://[0::1]:8443/"),
        ("[2001:db8::1]", "https://[2001:db8::1]/"),
        ("*.example.com", "https://a.b.example.com/"),
        ("*", "https://anything.example/"),
    ] {
        assert!(allows(rule, url), "{rule} {url}");
    }
}

#[test]
fn a_rule_allows_nothing_else() {
    for (rule, url) in [
        ("api.example.com", "http://api.example.com/"),
        ("api.example.com", "https://api.example.com:8443/"),
        ("api.example.com", "https://api.example.com.evil.test/"),
        ("api.example.com", "https://api.example.com./"),
        ("api.example.com", "https://api.example.com@evil.test/"),
        ("*.example.com", "https://example.com/"),
        ("*.example.com", "https://evilexample.com/"),
        ("*.example.com", "https://a.example.com.evil.test/"),
        ("http://*", "https://a.example/"),
        ("*", "https://a.example:444/"),
    ] {
        assert!(!allows(rule, url), "{rule} {url}");
    }
}

#[test]
fn what_is_no_rule_is_refused() {
    for text in [
        "",
        "ftp://a",
        "a b",
        "a/b",
        "a:b",
        "*.",
        "*a.example",
        "**.example",
        ".example",
        "[::1",
        "::1",
        "user@a.example",
        "https://",
    ] {
        assert!(text.parse::<HostRule>().is_err(), "{text}");
    }
}
