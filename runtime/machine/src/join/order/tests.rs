use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use steploom_asl::dag::{Builder, Dag};
use steploom_asl::model::OnFailure;

use super::{Order, Turned};
use crate::PartialFailure;

fn dag(afters: &[Vec<u32>]) -> Arc<Dag> {
    let mut builder = Builder::default();
    for own in afters {
        for after in own {
            builder.after(*after);
        }
        builder.close();
    }
    Arc::new(builder.build().expect("no cycle"))
}

/// Lists in which each child comes after some of those before it.
fn afters() -> impl Strategy<Value = Vec<Vec<u32>>> {
    proptest::collection::vec(proptest::collection::vec(any::<u32>(), 0..4), 1..40).prop_map(
        |all| {
            let of_child = |(child, picks): (usize, Vec<u32>)| match child as u32 {
                0 => Vec::new(),
                child => picks.into_iter().map(|pick| pick % child).collect(),
            };
            all.into_iter().enumerate().map(of_child).collect()
        },
    )
}

#[test]
fn ready_children_come_in_order_of_their_places() {
    let mut order = Order::new(dag(&[vec![3], vec![], vec![3], vec![]]), OnFailure::Cancel);
    assert_eq!(order.take(), Some(Turned::Start(1)));
    assert_eq!(order.take(), Some(Turned::Start(3)));
    assert_eq!(order.take(), None);
    order.succeeded(3, 0);
    order.succeeded(1, 0);
    assert_eq!(order.take(), Some(Turned::Start(0)));
    assert_eq!(order.take(), Some(Turned::Start(2)));
    assert!(!order.is_done());
    order.succeeded(0, 0);
    order.succeeded(2, 0);
    assert!(order.is_done());
}

proptest! {
    /// Whichever of those in flight ends next, and whichever fail: each child is started or skipped
    /// once, started never before all it comes after ended well, skipped only after a failure.
    #[test]
    fn every_child_has_its_turn_once(
        afters in afters(),
        picks in proptest::collection::vec((any::<u32>(), 0_u8..8), 40),
    ) {
        let mut order = Order::new(dag(&afters), OnFailure::Skip);
        let mut running: Vec<u32> = Vec::new();
        let mut well = BTreeSet::new();
        let mut bad = BTreeSet::new();
        let mut picks = picks.into_iter();
        loop {
            while let Some(turn) = order.take() {
                match turn {
                    Turned::Start(child) => {
                        let own = &afters[child as usize];
                        prop_assert!(own.iter().all(|after| well.contains(after)));
                        running.push(child);
                    }
                    Turned::Skip(child) => {
                        let own = &afters[child as usize];
                        prop_assert!(own.iter().any(|after| bad.contains(after)));
                        prop_assert!(bad.insert(child));
                        order.skipped(child, 0);
                    }
                }
            }
            if running.is_empty() {
                break;
            }
            let (pick, luck) = picks.next().expect("one for each child");
            let child = running.swap_remove(pick as usize % running.len());
            if luck == 0 {
                prop_assert!(order.failed(child, 0, &PartialFailure::default()));
                prop_assert!(bad.insert(child));
            } else {
                order.succeeded(child, 0);
                prop_assert!(well.insert(child));
            }
        }
        prop_assert!(order.is_done());
        prop_assert_eq!(well.len() + bad.len(), afters.len());
        prop_assert!(well.is_disjoint(&bad));
    }
}
