use super::*;

fn counts(executions: f64, commits: f64) -> Counts {
    Counts {
        executions,
        succeeded: executions,
        facts: 2.0 * executions,
        commits,
        checkpoints: 0.0,
    }
}

fn place() -> Place {
    Place::new(tempfile::tempdir().expect("a folder"), None)
}

#[test]
fn a_batch_has_the_bytes_of_a_commit() {
    let shape = Shape {
        bytes_per_execution: 600.0,
        records_per_commit: 3.7,
    };
    let batch = Batch::of(&shape, &counts(1000.0, 100.0));
    let expected = Batch {
        records: 4,
        record_bytes: 1500,
    };
    assert_eq!(batch, expected);
    assert_eq!(batch.bytes(), 6000);
}

#[tokio::test]
async fn a_journal_is_read_as_it_was_written() {
    let place = place();
    let store = place.store().await.expect("opens");
    let mut leases = acquire(&store, 3).await.expect("acquires");
    for _ in 0..5 {
        let body = Bytes::from_static(&[1; 100]);
        let appends: Vec<_> = leases.iter_mut().map(|lease| next(lease, &body)).collect();
        store.journal.append(&appends).await.expect("appends");
    }
    drop(store);
    let shape = Shape::read(&place, &counts(10.0, 5.0)).await;
    let shape = shape.expect("reads");
    let batch = Batch::of(&shape, &counts(10.0, 5.0));
    let expected = Batch {
        records: 3,
        record_bytes: 100,
    };
    assert_eq!(batch, expected);
}

#[tokio::test]
async fn the_floor_appends_until_its_time_is_over() {
    let batch = Batch {
        records: 2,
        record_bytes: 300,
    };
    let duration = Duration::from_millis(50);
    let timed = append(&place(), &batch, duration).await.expect("appends");
    assert!(timed.samples.count() > 0);
    assert!(timed.elapsed >= duration);
}
