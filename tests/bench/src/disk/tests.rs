use super::*;

#[test]
fn it_writes_until_its_time_is_over_and_stays_in_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let duration = Duration::from_millis(50);
    for bytes in [100, FILE_BYTES, FILE_BYTES + 1] {
        let timed = sync(folder.path(), bytes, duration).expect("writes");
        assert!(timed.samples.count() > 0);
        assert!(timed.elapsed >= duration);
        let file = folder.path().join("bare").metadata().expect("is there");
        assert_eq!(file.len(), FILE_BYTES as u64);
    }
}
