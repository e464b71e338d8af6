use http::HeaderValue;
use serde_json::json;

use super::*;

fn connection(value: serde_json::Value) -> PutConnection {
    serde_json::from_value(value).unwrap()
}

#[test]
fn secrets_take_the_place_of_what_a_function_says() {
    let connection = connection(json!({
        "auth": {"type": "apiKey", "name": "x-api-key", "value": "secret"},
        "headers": [{"name": "x-more", "value": "1"}, {"name": "x-more", "value": "2"}],
        "query": [{"name": "token", "value": "a&b"}],
    }));
    let mut headers = HeaderMap::new();
    for (name, value) in [("x-api-key", "forged"), ("x-own", "kept")] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let mut url: Url = "https://api.example.com/x?token=forged&y=1"
        .parse()
        .unwrap();
    put_in(&connection, &mut headers, &mut url).unwrap();
    let all = |name: &str| -> Vec<_> { headers.get_all(name).iter().collect() };
    assert_eq!(all("x-api-key"), ["secret"]);
    assert_eq!(all("x-more"), ["1", "2"]);
    assert_eq!(all("x-own"), ["kept"]);
    assert!(headers["x-api-key"].is_sensitive());
    assert_eq!(url.query(), Some("y=1&token=a%26b"));
}

#[test]
fn places_are_shown_as_rules_are_written() {
    for (url, shown) in [
        ("https://api.example.com/x", "api.example.com"),
        ("https://api.example.com:8443", "api.example.com:8443"),
        ("http://[::1]:80/", "http://[::1]"),
    ] {
        let url: Url = url.parse().unwrap();
        assert_eq!(place(&url), shown);
        let rule: HostRule = shown.parse().unwrap();
        assert!(rule.matches(&url), "{shown}");
    }
}
