use std::sync::Arc;
use std::time::Duration;

use super::{Admission, Full, UNIT_BYTES};

const SOON: Duration = Duration::from_secs(2);

#[tokio::test(start_paused = true)]
async fn instances_and_memory_are_both_bounded() {
    let door = Admission::new(2, 10 * UNIT_BYTES, 1, SOON);
    let first = door.enter(8 * UNIT_BYTES).await.expect("there is room");
    let full = Full { retry_after_s: 2 };
    assert_eq!(door.enter(3 * UNIT_BYTES).await.expect_err("memory"), full);
    let second = door.enter(2 * UNIT_BYTES).await.expect("it fits");
    assert_eq!((door.running(), door.memory_bytes()), (2, 10 * UNIT_BYTES));
    assert_eq!(door.enter(1).await.expect_err("instances"), full);
    drop((first, second));
    assert_eq!((door.running(), door.memory_bytes()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn more_than_there_is_runs_alone() {
    let door = Admission::new(2, 10 * UNIT_BYTES, 1, SOON);
    let all = door.enter(99 * UNIT_BYTES).await.expect("it runs");
    door.enter(1).await.expect_err("alone");
    drop(all);
    door.enter(1).await.expect("free again");
}

#[tokio::test(start_paused = true)]
async fn a_large_one_is_not_overtaken() {
    let door = Arc::new(Admission::new(8, 10 * UNIT_BYTES, 8, SOON));
    let held = door.enter(5 * UNIT_BYTES).await.expect("there is room");
    let (order, mut came) = tokio::sync::mpsc::unbounded_channel();
    for units in [10, 1] {
        let (door, order) = (Arc::clone(&door), order.clone());
        let before = door_waits(&door);
        let waiting = Arc::clone(&door);
        tokio::spawn(async move {
            let permit = door.enter(units * UNIT_BYTES).await;
            order.send(units).expect("listens");
            drop(permit);
        });
        while door_waits(&waiting) == before {
            tokio::task::yield_now().await;
        }
    }
    drop(held);
    assert_eq!(came.recv().await, Some(10));
    assert_eq!(came.recv().await, Some(1));
}

fn door_waits(door: &Admission) -> u32 {
    door.waiting()
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded_and_who_leaves_it_makes_room() {
    let door = Admission::new(1, UNIT_BYTES, 1, SOON);
    let held = door.enter(1).await.expect("there is room");
    {
        let mut waits = std::pin::pin!(door.enter(1));
        assert!(futures_pending(waits.as_mut()).await);
        assert_eq!(door.waiting(), 1);
        door.enter(1).await.expect_err("the queue is full");
    }
    assert_eq!(door.waiting(), 0);
    drop(held);
    door.enter(1).await.expect("free again");
}

/// Polls once.
async fn futures_pending<F: Future>(future: std::pin::Pin<&mut F>) -> bool {
    let mut future = Some(future);
    std::future::poll_fn(|context| {
        let polled = future.take().map(|f| f.poll(context).is_pending());
        std::task::Poll::Ready(polled.unwrap_or_default())
    })
    .await
}
