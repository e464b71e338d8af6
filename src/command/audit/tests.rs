use steploom_types::{AccountId, Timestamp};

use super::*;

fn chain(length: u64) -> Vec<AuditEntry> {
    let mut last = Digest::from_bytes([0; 32]);
    let mut records = Vec::new();
    for n in 1..=length {
        let mut record = AuditRecord {
            account: AccountId::LOCAL,
            n,
            at: Timestamp::from_millis(n as i64),
            actor: "anonymous".into(),
            action: "machine.put".into(),
            name: "m".into(),
            detail: String::new(),
            request_id: String::new(),
            previous: last,
            digest: last,
        };
        record.digest = record.compute();
        last = record.digest;
        records.push(record.into());
    }
    records
}

fn head(records: &[AuditEntry]) -> Option<AuditHead> {
    records.last().map(|last| AuditHead {
        n: last.n,
        digest: last.digest,
    })
}

#[test]
fn a_chain_is_whole_or_told_to_be_broken() {
    let good = chain(5);
    let end = head(&good);
    assert_eq!(verify(&good, end.as_ref()).unwrap(), (5, good[4].digest));
    assert_eq!(verify(&[], None).unwrap().0, 0);
    // One was recorded while they were read.
    assert!(verify(&chain(6), end.as_ref()).is_ok());
    for at in 0..5 {
        let mut without = good.clone();
        without.remove(at);
        assert!(verify(&without, end.as_ref()).is_err(), "without {at}");
        let mut changed = good.clone();
        changed[at].name.push('x');
        assert!(verify(&changed, end.as_ref()).is_err(), "changed {at}");
        let mut forged = changed;
        let record = AuditRecord::from(forged[at].clone());
        forged[at].digest = record.compute();
        assert!(verify(&forged, end.as_ref()).is_err(), "forged {at}");
    }
}
