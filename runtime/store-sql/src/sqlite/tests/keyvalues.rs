//! Writes of values that share a transaction.

use std::sync::Arc;

use steploom_store::keyvalue::{Added, KeyValues};
use steploom_types::{AccountId, Name};
use tokio::task::yield_now;

use super::*;

const TASKS: i64 = 64;
const EACH: i64 = 4;

/// Adds 1 some times, and gives the last sum.
async fn add(keyvalues: Arc<dyn KeyValues>) -> Result<i64> {
    let store: Name = "s".parse().unwrap();
    let mut last = 0;
    for _ in 0..EACH {
        let added = keyvalues.increment(AccountId::LOCAL, &store, "n", 1);
        match added.await? {
            Added::To(sum) => last = sum,
            other => panic!("{other:?}"),
        }
    }
    Ok(last)
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_no_other_write_with_it() {
    let files = Files::new();
    let keyvalues = files.open().await.unwrap().keyvalues;
    let tasks = (0..TASKS).map(|_| tokio::spawn(add(keyvalues.clone())));
    let tasks: Vec<_> = tasks.collect();
    let (stay, go): (Vec<_>, Vec<_>) = tasks.into_iter().enumerate().partition(|(n, _)| n % 2 == 1);
    for (_, task) in &go {
        yield_now().await;
        task.abort();
    }
    let mut last = 0;
    for (_, task) in stay {
        last = last.max(task.await.unwrap().unwrap());
    }
    let sums = TASKS / 2 * EACH..=TASKS * EACH;
    assert!(sums.contains(&last), "{last}");
    // What is written afterwards finds nothing left over.
    let then = add(keyvalues.clone()).await.unwrap();
    assert!(sums.contains(&(then - EACH)), "{then}");
}
