use axum::body::Body;

use super::*;

fn asked(host: &str, path: &str) -> Option<(String, String, String)> {
    let request = Request::get(path).header("host", host).body(Body::empty());
    let found = Asked::of(&request.unwrap(), Some("fn.example.com"))?;
    let place = match found.place {
        Place::Id(id) => id.to_string(),
        Place::Name {
            account,
            function,
            alias,
        } => {
            let alias = alias.map(|alias| format!(":{alias}")).unwrap_or_default();
            format!("{account}/{function}{alias}")
        }
    };
    Some((place, found.prefix, found.path))
}

#[test]
fn addresses_are_told_by_path_and_by_host() {
    for (host, path, place, prefix, rest) in [
        ("localhost:8080", "/url/abc", "abc", "/url/abc", "/"),
        ("localhost", "/url/abc/d/?e=f", "abc", "/url/abc", "/d/"),
        (
            "localhost",
            "/fn/000000000000/hello",
            "000000000000/hello",
            "/fn/000000000000/hello",
            "/",
        ),
        (
            "localhost",
            "/fn/000000000000/hello:prod/a%20b//c",
            "000000000000/hello:prod",
            "/fn/000000000000/hello:prod",
            "/a%20b//c",
        ),
        (
            "abc.lambda-url.us-east-1.localhost:8080",
            "/x",
            "abc",
            "",
            "/x",
        ),
        (
            "Hello.000000000000.FN.example.com:8080",
            "/fn/x",
            "000000000000/hello",
            "",
            "/fn/x",
        ),
    ] {
        let found = asked(host, path).unwrap_or_else(|| panic!("{host} {path}"));
        assert_eq!(found, (place.into(), prefix.into(), rest.into()));
    }
}

#[test]
fn what_is_no_address_is_left_to_the_routes() {
    for (host, path) in [
        ("localhost", "/v1/functions"),
        ("localhost", "/url/a%20b/"),
        ("localhost", "/fn/hello"),
        ("localhost", "/fn/12/hello"),
        ("localhost", "/fn/000000000000/a%20b/"),
        ("localhost", "/fn/000000000000/hello:/"),
        ("fn.example.com", "/"),
        ("000000000000.fn.example.com", "/"),
        ("a.b.000000000000.fn.example.com", "/"),
        ("hello.000000000000.example.com", "/"),
    ] {
        assert_eq!(asked(host, path), None, "{host} {path}");
    }
}
