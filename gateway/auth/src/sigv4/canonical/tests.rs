use super::*;

#[test]
fn paths() {
    for (path, as_it_is, twice) in [
        ("/", "/", "/"),
        ("/a/b", "/a/b", "/a/b"),
        ("/a//b/", "/a//b/", "/a/b/"),
        ("/a/./b/../c", "/a/./b/../c", "/a/c"),
        ("/..", "/..", "/"),
        ("/a%20b", "/a%20b", "/a%2520b"),
        ("/a%2fb", "/a%2Fb", "/a%252fb"),
        ("/%7Ea", "/~a", "/%257Ea"),
        ("/a:b", "/a%3Ab", "/a%3Ab"),
        ("/100%", "/100%25", "/100%25"),
        ("/%zz", "/%25zz", "/%25zz"),
    ] {
        assert_eq!(path_as_it_is(path), as_it_is, "{path}");
        assert_eq!(path_twice_encoded(path), twice, "{path}");
    }
}

#[test]
fn queries() {
    for (given, expected) in [
        ("", ""),
        ("b&a", "a=&b="),
        ("a=2&a=1", "a=1&a=2"),
        ("a=1&A=1", "A=1&a=1"),
        ("a=b=c", "a=b%3Dc"),
        ("a=%e1%88%b4", "a=%E1%88%B4"),
        ("a=x+y", "a=x%2By"),
        ("&&a=1&", "a=1"),
        ("X-Amz-Signature=1&a=1", "X-Amz-Signature=1&a=1"),
    ] {
        assert_eq!(query(given, false), expected, "{given}");
    }
    assert_eq!(query("X-Amz-Signature=1&a=1", true), "a=1");
}
