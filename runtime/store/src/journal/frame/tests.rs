use super::*;

fn record() -> Append {
    Append {
        shard: ShardId(3),
        epoch: Epoch(7),
        lsn: Lsn(5),
        body: Bytes::from_static(b"steploom"),
    }
}

#[test]
fn a_record_opens_for_ever() {
    for golden in [
        &b"\x01\x3c\x4e\xcd\xedsteploom"[..],
        b"\x02\x4f\x6c\xd5\x21steploom",
    ] {
        let golden = Bytes::from_static(golden);
        let opened = open(ShardId(3), Lsn(5), Epoch(7), &golden).unwrap();
        assert_eq!((opened.lsn, opened.epoch), (Lsn(5), Epoch(7)));
        assert_eq!(opened.body, "steploom");
    }
    assert_eq!(seal(&record())[0], 2);
}

#[test]
fn a_record_in_another_place_is_found() {
    let sealed = seal(&record());
    for (shard, lsn, epoch) in [(3, 5, 8), (3, 6, 7), (2, 5, 7)] {
        let opened = open(ShardId(shard), Lsn(lsn), Epoch(epoch), &sealed);
        assert!(matches!(opened, Err(Error::Corrupt(_))), "{opened:?}");
    }
}
