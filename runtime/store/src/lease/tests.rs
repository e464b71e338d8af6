use super::*;

#[test]
fn ranges_hold_every_slot_once() {
    for count in [1, 2, 3, 16, 1000] {
        let ranges = equal_ranges(count);
        assert_eq!(ranges.len(), usize::from(count));
        assert_eq!(ranges[0].1.0, Slot(0));
        assert_eq!(ranges[ranges.len() - 1].1.1, Slot(u16::MAX));
        for pair in ranges.windows(2) {
            assert_eq!(pair[0].1.1.0 + 1, pair[1].1.0.0, "{count} shards");
        }
    }
}
