use steploom_api::wire::{FunctionRoute, PutEventSettings, PutFunctionUrl, UrlAuth};

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

#[test]
fn event_settings_are_of_what_is_there() {
    let mut profile = published(&[5]);
    put_alias(
        &mut profile,
        &name("f"),
        alias("live", Some(1), None),
        now(),
    )
    .unwrap();
    let mut set = |qualifier: &str, put: PutEventSettings| {
        events::put(&mut profile, &name("f"), qualifier, put, now()).map_err(|error| error.code)
    };
    let retries = |max_retries| PutEventSettings {
        max_retries: Some(max_retries),
        ..PutEventSettings::default()
    };
    let age = |seconds| PutEventSettings {
        is_change: true,
        max_age_seconds: Some(seconds),
        ..PutEventSettings::default()
    };
    for qualifier in ["2", "dead", "a b"] {
        assert_eq!(set(qualifier, retries(1)), Err("QualifierNotFound"));
    }
    assert_eq!(set("live", age(60)), Err("EventSettingsNotFound"));
    assert_eq!(set("live", retries(3)), Err("InvalidEventSettings"));
    for qualifier in ["$LATEST", "1", "live"] {
        set(qualifier, retries(1)).unwrap();
    }
    assert_eq!(set("live", age(59)), Err("InvalidEventSettings"));
    let changed = set("live", age(60)).unwrap();
    assert_eq!(
        (changed.max_retries, changed.max_age_seconds),
        (Some(1), Some(60))
    );
    assert_eq!(set("live", retries(2)).unwrap().max_age_seconds, None);
    assert!(events::find(&profile, None).is_some());
    assert!(events::find(&profile, Some("dead")).is_none());
}

#[test]
fn a_destination_is_a_function_or_a_machine() {
    let code = |text| {
        events::destination(text, &name("f"))
            .map(drop)
            .map_err(|error| error.code)
    };
    let own = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
    assert_eq!(code(own), Err("OwnDestination"));
    assert_eq!(
        code("arn:aws:lambda:us-east-1:000000000000:function:g"),
        Ok(())
    );
    assert_eq!(
        code("arn:aws:states:us-east-1:000000000000:stateMachine:f"),
        Ok(())
    );
    for bad in [
        "",
        "g",
        "arn:aws:sqs:us-east-1:000000000000:q",
        "arn:aws:lambda:us-east-1:0:layer:g",
    ] {
        assert_eq!(code(bad), Err("InvalidDestination"), "{bad}");
    }
}

#[test]
fn an_address_keeps_its_id() {
    let mut profile = published(&[5]);
    put_alias(
        &mut profile,
        &name("f"),
        alias("live", Some(1), None),
        now(),
    )
    .unwrap();
    let owner = |alias: Option<&str>| urls::Owner {
        account: steploom_types::AccountId::LOCAL,
        function: name("f"),
        alias: alias.map(name),
    };
    let mut put = |alias, id: &str, is_new, auth| {
        let put = PutFunctionUrl {
            is_new,
            auth,
            cors: None,
        };
        urls::put(&mut profile, &owner(alias), (&name(id), &put), now()).map_err(|error| error.code)
    };
    assert_eq!(put(None, "a", false, None), Err("UrlNotFound"));
    assert_eq!(put(Some("dead"), "a", true, None), Err("QualifierNotFound"));
    assert_eq!(put(None, "a", true, None).unwrap().auth, UrlAuth::Nobody);
    assert_eq!(put(None, "b", true, None), Err("UrlExists"));
    put(Some("live"), "b", true, None).unwrap();
    let changed = put(None, "c", false, Some(UrlAuth::Known)).unwrap();
    assert_eq!((changed.id, changed.auth), (name("a"), UrlAuth::Known));
    assert!(urls::remove(&mut profile, None).is_some());
    assert!(urls::find(&profile, None).is_none());
    assert!(urls::find(&profile, Some(&name("live"))).is_some());
}
