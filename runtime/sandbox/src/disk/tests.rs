use super::Quota;

#[test]
fn a_quota_gives_all_or_nothing_and_remembers_the_refusal() {
    let quota = Quota::new(10);
    assert!(quota.take(6) && !quota.take(5) && quota.take(4));
    assert_eq!(quota.refused(), Some(10));
    assert!(!quota.take(u64::MAX));
    assert!(!quota.is_untouched() && Quota::new(10).is_untouched());
}
