use std::time::Duration;

use super::{PAUSE_MAX, pause};

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn pauses_double_with_jitter_up_to_a_limit() {
    for (failures, least, most) in [
        (1, MS(50), MS(100)),
        (2, MS(100), MS(200)),
        (4, MS(400), MS(800)),
        (40, PAUSE_MAX / 2, PAUSE_MAX),
        (u32::MAX, PAUSE_MAX / 2, PAUSE_MAX),
    ] {
        for _ in 0..50 {
            let pause = pause(failures, None).unwrap();
            assert!((least..=most).contains(&pause), "{failures}: {pause:?}");
        }
    }
}

#[test]
fn the_servers_wish_counts_within_reason() {
    assert_eq!(pause(1, Some(MS(7_000))), Some(MS(7_000)));
    assert!(pause(1, Some(MS(0))).unwrap() >= MS(50));
    assert_eq!(pause(1, Some(MS(31_000))), None);
}
