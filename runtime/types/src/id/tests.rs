use super::*;

#[test]
fn an_id_keeps_its_parts_and_prints_as_it_parses() {
    let id = ExecutionId::new(
        Slot(0xbeef),
        Timestamp::from_millis(1_700_000_000_123),
        0x0123_4567_89ab_cdef,
    );
    assert_eq!(id.slot(), Slot(0xbeef));
    assert_eq!(id.created(), Timestamp::from_millis(1_700_000_000_123));
    assert_eq!(id.to_string().parse::<ExecutionId>().unwrap(), id);
    assert_eq!(ExecutionId::from_bytes(id.to_bytes()), id);
}

#[test]
fn what_is_not_an_id_is_refused() {
    for text in [
        "",
        "x",
        "beef018b-cfe5-687b-0123",
        "BEEF018B-CFE5-687B-0123-456789ABCDEF",
        "beef018b-cfe5-687b-0123-456789abcdef-00",
    ] {
        assert!(text.parse::<ExecutionId>().is_err(), "{text}");
    }
}

#[test]
fn a_name_that_is_an_id_lives_in_that_ids_slot() {
    let id = ExecutionId::new(Slot(7), Timestamp::from_millis(1), 2);
    assert_eq!(Slot::of(AccountId::LOCAL, "m", &id.to_string()), Slot(7));
    assert_eq!(
        Slot::of(AccountId::LOCAL, "m", "monday"),
        Slot::of_name(AccountId::LOCAL, "m", "monday")
    );
}
