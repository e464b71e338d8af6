use super::*;

fn record() -> AuditRecord {
    let mut record = AuditRecord {
        account: AccountId::LOCAL,
        n: 1,
        at: Timestamp::from_millis(1_800_000_000_000),
        actor: "STPL234567ABCDEFGHIJ".into(),
        action: "function.put".into(),
        name: "count".into(),
        detail: "version 1".into(),
        request_id: "r".into(),
        previous: Digest::from_bytes([0; 32]),
        digest: Digest::from_bytes([0; 32]),
    };
    record.digest = record.compute();
    record
}

/// A stored form: it never changes.
#[test]
fn the_digest_is_of_a_form_that_stays() {
    assert_eq!(
        record().digest.to_string(),
        "6b65ca047bad2b6c5507e5e54d40582cd915b68e24e023ccb3ac8dd9ad3a2090"
    );
}

#[test]
fn every_part_counts() {
    let good = record();
    let first = Digest::from_bytes([0; 32]);
    assert!(good.follows(0, first));
    assert!(!good.follows(1, first));
    assert!(!good.follows(0, good.digest));
    let changes: [fn(&mut AuditRecord); 8] = [
        |r| r.account = AccountId::from_u64(1).unwrap(),
        |r| r.at = Timestamp::from_millis(0),
        |r| r.actor.push('x'),
        |r| r.action.push('x'),
        |r| r.name.push('x'),
        |r| r.detail.push('x'),
        |r| r.request_id.push('x'),
        // The same letters, otherwise divided.
        |r| {
            r.name = "coun".into();
            r.detail = "tversion 1".into();
        },
    ];
    for change in changes {
        let mut changed = good.clone();
        change(&mut changed);
        assert!(!changed.follows(0, first), "{changed:?}");
    }
}
