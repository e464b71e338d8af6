use crate::crash::parse;
use crate::{Bug, CrashPoint, Mark, crash_point, is_planted};

#[test]
fn a_point_and_a_passage_are_read() {
    assert_eq!(parse("before-append:3"), Ok((CrashPoint::BeforeAppend, 3)));
    assert_eq!(parse("after-trim"), Ok((CrashPoint::AfterTrim, 1)));
    let unknown = parse("nowhere:1").unwrap_err();
    assert!(unknown.contains("'nowhere' is none of: before-append,"));
    for wrong in ["before-append:0", "before-append:", "before-append:x"] {
        assert!(parse(wrong).unwrap_err().contains("count from 1"));
    }
}

#[test]
fn names_are_told_apart() {
    fn check(names: &[&str]) {
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
    check(
        &CrashPoint::ALL
            .iter()
            .map(|one| one.name())
            .collect::<Vec<_>>(),
    );
    check(&Mark::ALL.iter().map(|one| one.name()).collect::<Vec<_>>());
    check(&Bug::ALL.iter().map(|one| one.name()).collect::<Vec<_>>());
}

#[test]
fn nothing_dies_and_nothing_is_planted_unasked() {
    for point in CrashPoint::ALL {
        crash_point(*point);
    }
    assert!(!Bug::ALL.iter().any(|bug| is_planted(*bug)));
}
