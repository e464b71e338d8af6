//! Which bytes of which pieces make a range.

use super::{StoredPiece, cut};

fn check(range: std::ops::Range<u64>, expect: &[(&str, std::ops::Range<u64>)]) {
    let pieces = [("a", 10), ("b", 10), ("c", 5)].map(|(blob, bytes)| StoredPiece {
        blob: blob.to_owned(),
        bytes,
    });
    let found = cut(&pieces, range.clone());
    let found: Vec<_> = found.iter().map(|(b, r)| (b.as_str(), r.clone())).collect();
    assert_eq!(found, expect, "{range:?}");
}

#[test]
fn a_range_is_cut_along_the_pieces() {
    check(0..25, &[("a", 0..10), ("b", 0..10), ("c", 0..5)]);
    check(0..10, &[("a", 0..10)]);
    check(10..20, &[("b", 0..10)]);
    check(9..21, &[("a", 9..10), ("b", 0..10), ("c", 0..1)]);
    check(12..13, &[("b", 2..3)]);
    check(24..25, &[("c", 4..5)]);
    check(5..5, &[]);
}
