use steploom_store::projection::Status;
use steploom_types::{Digest, Slot, Timestamp};

use super::*;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000).plus_millis(ms)
}

fn row(n: u64) -> Row {
    let id = ExecutionId::new(Slot((n * 7_919) as u16), at(n), n);
    let failed = n % 3 == 1;
    Row {
        account: AccountId::LOCAL,
        id,
        name: if n.is_multiple_of(2) {
            format!("order-{n}")
        } else {
            id.to_string()
        }
        .parse()
        .unwrap(),
        machine: "pay".parse().unwrap(),
        machine_version: n as u32,
        definition: Digest::of(b"{}"),
        status: if failed {
            Status::Failed
        } else {
            Status::Succeeded
        },
        started_at: at(n + 5),
        ended_at: Some(at(n + 10)),
        input: format!("{{\"n\":{n}}}").into(),
        output: (!failed).then(|| Bytes::from("{}")),
        error: failed.then(|| "E".to_owned()),
        cause: failed.then(String::new),
        tags: [("n".to_owned(), n.to_string())].into(),
        redrives: n as u32 % 2,
        redriven_at: (n % 2 == 1).then(|| at(n + 7)),
        part_of: (n == 4).then_some((id, u64::MAX)),
        priority: -(n as i8 % 3),
    }
}

fn chunks(n: u64) -> Vec<Chunk> {
    let chunk = |first_fact| Chunk {
        first_fact,
        first_event: first_fact + 1,
        facts: vec![n as u8; 2_000].into(),
    };
    (0..=n % 3).map(|part| chunk(part * 10)).collect()
}

fn made(count: u64) -> Made {
    let mut writer = Writer::new(AccountId::LOCAL, "pay");
    for n in 0..count {
        writer.push(&row(n), chunks(n)).unwrap();
    }
    writer.finish().unwrap()
}

fn index(made: &Made) -> Result<Index> {
    let from = made.index_offset as usize;
    let packed = &made.object[from..from + made.index_bytes as usize];
    Index::read(packed, made.index_crc)
}

#[test]
fn every_execution_comes_back_as_it_was() {
    let made = made(500);
    assert_eq!(verify(&made.object, &made).unwrap(), 500);
    let index = index(&made).unwrap();
    assert!(index.blocks.len() > 3, "{}", index.blocks.len());
    for n in 0..500 {
        let row = row(n);
        let place = index.find(row.id).unwrap();
        let bare = Row {
            input: Bytes::new(),
            output: None,
            ..row.clone()
        };
        assert_eq!(index.rows[place], bare);
        let range = index.block(place).unwrap();
        let block = &made.object[range.start as usize..range.end as usize];
        let record = index.record(place, block).unwrap();
        assert_eq!((record.row, record.chunks), (row, chunks(n)));
    }
    assert_eq!(index.find(row(500).id), None);
}

#[test]
fn every_flipped_bit_is_found_when_it_is_read_back() {
    let made = made(20);
    for bit in (0..made.object.len() * 8).step_by(13) {
        let mut bytes = made.object.to_vec();
        // What is behind the index is for whoever finds the object alone.
        if bit / 8 >= (made.index_offset + made.index_bytes) as usize {
            break;
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&bytes, &made).is_err(), "bit {bit}");
    }
}
