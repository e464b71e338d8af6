use super::*;

fn row() -> Row {
    let id = ExecutionId::from_bytes(*b"\xab\xcd\x01\x9c\x11\x22\x33\x44random!!");
    Row {
        account: AccountId::from_u64(7).unwrap(),
        id,
        name: "order-1".parse().unwrap(),
        machine: "pay".parse().unwrap(),
        machine_version: 3,
        definition: Digest::from_bytes([9; 32]),
        status: Status::Failed,
        started_at: Timestamp::from_millis(1_700_000_000_000),
        ended_at: Some(Timestamp::from_millis(1_700_000_000_500)),
        input: Bytes::from_static(b"{\"n\":1}"),
        output: None,
        error: Some("E".into()),
        cause: None,
        tags: [("env".to_owned(), "test".to_owned())].into(),
        redrives: 1,
        redriven_at: None,
        part_of: None,
        priority: -3,
    }
}

fn columns(row: &Row) -> Columns {
    Columns {
        account: row.account,
        id: row.id,
        machine: row.machine.clone(),
        name: Some(row.name.clone()),
        status: row.status,
        started_at: row.started_at,
    }
}

fn whole() -> Chunk {
    Chunk {
        first_fact: 0,
        first_event: 1,
        facts: Bytes::from_static(b"facts"),
    }
}

/// Bytes as 0.2 wrote them.
const HEAD: &[u8] = include_bytes!("tests/head_1");
const BODY: &[u8] = include_bytes!("tests/body_1");

#[test]
fn what_was_written_opens_for_ever() {
    let row = row();
    let bare = Row {
        input: Bytes::new(),
        ..row.clone()
    };
    let golden = Bytes::from_static(HEAD);
    assert_eq!(open_head(columns(&row), &golden).unwrap(), bare);
    assert_eq!(head(&row, "pay", Some("order-1")), golden);
    let golden = Bytes::from_static(BODY);
    let opened = open_body(row.id, &golden).unwrap();
    assert_eq!((opened.input, opened.output), (row.input.clone(), None));
    assert_eq!(opened.whole, Some(whole()));
    assert_eq!(body(&row, Some(&whole())), golden);
}

#[test]
fn every_flipped_bit_is_found() {
    let row = row();
    for bit in 0..HEAD.len() * 8 {
        let mut bytes = HEAD.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(
            open_head(columns(&row), &bytes.into()).is_err(),
            "bit {bit}"
        );
    }
    for bit in 0..BODY.len() * 8 {
        let mut bytes = BODY.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open_body(row.id, &bytes.into()).is_err(), "bit {bit}");
    }
}

#[test]
fn a_changed_column_is_found() {
    let row = row();
    let golden = Bytes::from_static(HEAD);
    let with = |change: fn(&mut Columns)| {
        let mut columns = columns(&row);
        change(&mut columns);
        open_head(columns, &golden)
    };
    assert!(with(|c| c.status = Status::Succeeded).is_err());
    assert!(with(|c| c.name = None).is_err());
    assert!(with(|c| c.machine = "pax".parse().unwrap()).is_err());
    assert!(with(|c| c.started_at = c.started_at.plus_millis(1)).is_err());
    assert!(with(|c| c.account = AccountId::LOCAL).is_err());
}
