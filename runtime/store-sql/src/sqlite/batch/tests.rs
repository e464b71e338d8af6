use super::*;

#[test]
fn few_sizes_hold_every_row_once() {
    let rows: Vec<u32> = (0..1_000).collect();
    for count in [0, 1, 2, 3, 255, 256, 257, 1_000] {
        let batches: Vec<_> = batches(&rows[..count]).collect();
        assert_eq!(batches.concat(), rows[..count]);
        let fits = |batch: &&[u32]| batch.len().is_power_of_two() && batch.len() <= ROWS_MAX;
        assert!(batches.iter().all(fits), "{count}");
    }
}
