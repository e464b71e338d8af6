use steploom_api::wire::FunctionRoute;

use super::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_millis(1)
}

fn published(versions: &[u32]) -> FunctionProfile {
    let mut profile = FunctionProfile::default();
    for version in versions {
        publish(&mut profile, &name("f"), *version, None, now()).unwrap();
    }
    profile
}

fn alias(called: &str, release: Option<u32>, other: Option<(u32, f64)>) -> PutFunctionAlias {
    let route = |(release, weight)| FunctionRoute {
        release: ReleaseNumber(release),
        weight,
    };
    PutFunctionAlias {
        name: name(called),
        description: None,
        release: Some(release.map(ReleaseNumber)),
        other: Some(other.map(route)),
        is_new: true,
    }
}

#[test]
fn numbers_are_versions_until_something_is_published() {
    let one = ReleaseNumber(1);
    assert_eq!(resolve(&published(&[]), "7", 0.0), Some((Some(7), None)));
    assert_eq!(
        resolve(&published(&[7]), "1", 0.0),
        Some((Some(7), Some(one)))
    );
    assert_eq!(resolve(&published(&[7]), "7", 0.0), None);
    assert_eq!(resolve(&published(&[7]), "live", 0.0), None);
    assert_eq!(resolve(&published(&[7]), "a b", 0.0), None);
}

#[test]
fn a_version_is_published_once_and_a_number_used_once() {
    let mut profile = published(&[3, 3, 4]);
    assert_eq!(profile.releases.len(), 2);
    delete_release(&mut profile, &name("f"), ReleaseNumber(2)).unwrap();
    let (release, is_new) = publish(&mut profile, &name("f"), 4, None, now()).unwrap();
    assert_eq!((release.number, is_new), (ReleaseNumber(3), true));
}

#[test]
fn an_alias_for_two_divides_by_weight() {
    let mut profile = published(&[5, 6]);
    let put = alias("live", Some(1), Some((2, 0.25)));
    put_alias(&mut profile, &name("f"), put, now()).unwrap();
    let version = |lot| resolve(&profile, "live", lot).unwrap().0;
    assert_eq!(
        [version(0.0), version(0.24), version(0.25), version(0.99)],
        [Some(6), Some(6), Some(5), Some(5)]
    );
    let error = delete_release(&mut profile.clone(), &name("f"), ReleaseNumber(2)).unwrap_err();
    assert_eq!(error.code, "ReleaseInUse");
}

#[test]
fn bad_aliases_are_refused() {
    let mut profile = published(&[5, 6]);
    let mut refused = |put| {
        put_alias(&mut profile, &name("f"), put, now())
            .unwrap_err()
            .code
    };
    assert_eq!(refused(alias("7", Some(1), None)), "InvalidAlias");
    assert_eq!(refused(alias("a", Some(9), None)), "ReleaseNotFound");
    assert_eq!(
        refused(alias("a", Some(1), Some((9, 0.5)))),
        "ReleaseNotFound"
    );
    assert_eq!(refused(alias("a", Some(1), Some((1, 0.5)))), "InvalidAlias");
    assert_eq!(refused(alias("a", None, Some((1, 0.5)))), "InvalidAlias");
    assert_eq!(
        refused(alias("a", Some(1), Some((2, f64::NAN)))),
        "InvalidAlias"
    );
    let absent = PutFunctionAlias {
        is_new: false,
        ..alias("a", Some(1), None)
    };
    assert_eq!(refused(absent), "AliasNotFound");
}
