use steploom_types::{AccountId, Slot};

use super::*;

fn id(slot: u16, n: u64) -> ExecutionId {
    ExecutionId::new(Slot(slot), Timestamp::from_millis(1), n)
}

fn wish(slot: u16, n: u64, limit: u32) -> Wish {
    Wish {
        key: Key {
            account: AccountId::LOCAL,
            machine: "m".parse().unwrap(),
            key: Some("k".into()),
        },
        id: id(slot, n),
        limit,
        priority: 0,
        order: n,
        is_ordered: true,
        is_held: false,
        owner: Epoch(1),
    }
}

fn held(wish: Wish) -> Wish {
    Wish {
        is_held: true,
        ..wish
    }
}

fn ids(granted: Vec<Granted>) -> Vec<ExecutionId> {
    granted.into_iter().map(|granted| granted.id).collect()
}

const ONE: ShardId = ShardId(1);
const TWO: ShardId = ShardId(2);

/// Slot 1 is of shard 1, slot 2 of shard 2.
fn of(shard: ShardId) -> (u16, u16) {
    (shard.0, shard.0)
}

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

fn asked(key: Key, count: u64, lot: u64, reply: oneshot::Sender<u64>) -> Asked {
    Asked {
        key,
        count,
        lot,
        reply,
    }
}

fn open() -> Home {
    let mut home = Home::new([of(ONE), of(TWO)]);
    for shard in [ONE, TWO] {
        home.report(now(), (shard, Epoch(1)), of(shard), Vec::new());
    }
    home
}

#[test]
fn nothing_is_granted_before_all_have_said_what_they_have() {
    let mut home = Home::new([of(ONE), of(TWO)]);
    assert_eq!(home.want(wish(1, 5, 1)), []);
    let (reply, mut ticket) = oneshot::channel();
    home.tickets(now(), asked(wish(1, 1, 1).key, 3, 0, reply));
    let of_one = vec![wish(1, 5, 1), wish(1, 9, 1)];
    assert_eq!(home.report(now(), (ONE, Epoch(1)), of(ONE), of_one), []);
    assert!(ticket.try_recv().is_err());
    // The other one holds the key: still nobody may go on.
    let of_two = vec![held(wish(2, 7, 1))];
    assert_eq!(home.report(now(), (TWO, Epoch(1)), of(TWO), of_two), []);
    assert_eq!(ticket.try_recv(), Ok(10), "behind all that there are");
    let key = wish(1, 1, 1).key;
    home.used(&key, 10, &[]);
    assert_eq!(ids(home.release(&key, id(2, 7))), [id(1, 5)]);
    assert_eq!(ids(home.release(&key, id(1, 5))), [id(1, 9)]);
    assert_eq!(home.release(&key, id(1, 9)), []);
    assert_eq!(home.len(), 0);
    assert!(home.keys.is_empty(), "nothing is left behind");
}

#[test]
fn what_is_said_twice_counts_once() {
    let mut home = open();
    let key = wish(1, 1, 1).key;
    assert_eq!(ids(home.want(wish(1, 1, 1))), [id(1, 1)]);
    assert_eq!(
        ids(home.want(wish(1, 1, 1))),
        [id(1, 1)],
        "its owner has not heard"
    );
    for _ in 0..2 {
        assert_eq!(home.want(wish(1, 2, 1)), []);
    }
    assert_eq!(home.len(), 2);
    assert_eq!(ids(home.release(&key, id(1, 1))), [id(1, 2)]);
    assert_eq!(home.release(&key, id(1, 1)), []);
    assert_eq!(home.release(&key, id(1, 2)), []);
    assert!(home.keys.is_empty());
}

#[test]
fn a_new_owner_says_what_is_left_and_the_old_one_is_not_believed() {
    let mut home = open();
    assert_eq!(ids(home.want(wish(1, 1, 1))), [id(1, 1)]);
    assert_eq!(home.want(wish(1, 2, 1)), []);
    assert_eq!(home.want(wish(2, 3, 1)), []);
    // The one that held the key had ended, of which the home never heard.
    let granted = home.report(now(), (ONE, Epoch(2)), of(ONE), vec![wish(1, 2, 1)]);
    assert_eq!(ids(granted), [id(1, 2)]);
    assert!(!home.believes(ONE, Epoch(1)));
    assert!(home.believes(ONE, Epoch(2)) && home.believes(TWO, Epoch(1)));
    // A grant that the owner had not heard of when it was lost is told again, and no other follows.
    let granted = home.report(now(), (ONE, Epoch(3)), of(ONE), vec![wish(1, 2, 1)]);
    assert_eq!(ids(granted), [id(1, 2)]);
    assert_eq!(home.len(), 2);
}

#[test]
fn priorities_go_first_where_no_order_is_kept() {
    let mut home = open();
    let unordered = |n: u64, priority: i8| Wish {
        is_ordered: false,
        priority,
        ..wish(1, n, 1)
    };
    let key = wish(1, 1, 1).key;
    home.want(unordered(1, 0));
    for (n, priority) in [(2, 0), (3, -1), (4, 5), (5, 0)] {
        home.want(unordered(n, priority));
    }
    let mut order = Vec::new();
    let mut last = id(1, 1);
    while let Some(next) = ids(home.release(&key, last)).pop() {
        order.push(next);
        last = next;
    }
    assert_eq!(order, [4, 2, 5, 3].map(|n| id(1, n)));
}

#[test]
fn who_came_later_does_not_go_before_a_batch_that_is_coming() {
    let mut home = open();
    let key = wish(1, 1, 1).key;
    let (reply, mut first) = oneshot::channel();
    home.tickets(now(), asked(key.clone(), 2, 0, reply));
    let first = first.try_recv().unwrap();
    assert_eq!(home.want(wish(2, first + 1, 1)), []);
    assert_eq!(home.want(wish(1, first, 1)), []);
    let both = [first, first + 1];
    assert_eq!(ids(home.used(&key, first, &both)), [id(1, first)]);
    assert_eq!(ids(home.release(&key, id(1, first))), [id(2, first + 1)]);
    home.release(&key, id(2, first + 1));
    // That a batch was accepted is heard before its first; of three, one was refused.
    let (reply, mut first) = oneshot::channel();
    home.tickets(now(), asked(key.clone(), 3, 0, reply));
    let first = first.try_recv().unwrap();
    assert_eq!(home.want(wish(2, first + 2, 1)), []);
    assert_eq!(home.used(&key, first, &[first, first + 2]), []);
    assert_eq!(ids(home.want(wish(1, first, 1))), [id(1, first)]);
    assert_eq!(ids(home.release(&key, id(1, first))), [id(2, first + 2)]);
    home.release(&key, id(2, first + 2));
    // Nobody is there any more to take them.
    let (reply, gone) = oneshot::channel();
    drop(gone);
    home.tickets(now(), asked(key, 2, 0, reply));
    assert!(home.keys.is_empty() && home.lapses.is_empty());
}

#[test]
fn who_asks_again_gets_the_same_places_and_who_never_comes_keeps_others_waiting_for_a_while_only() {
    let mut home = open();
    let key = wish(1, 1, 1).key;
    let ask = |home: &mut Home, count, lot| {
        let (reply, mut first) = oneshot::channel();
        home.tickets(now(), asked(key.clone(), count, lot, reply));
        first.try_recv().unwrap()
    };
    // The answer is lost on its way, so it is asked for again.
    let first = ask(&mut home, 2, 7);
    assert_eq!(ask(&mut home, 2, 7), first);
    let single = ask(&mut home, 1, 8);
    assert_eq!(single, first + 2);
    assert_eq!(home.want(wish(1, single + 1, 1)), []);
    assert_eq!(home.used(&key, first, &[]), []);
    let before = home.next_lapse().unwrap();
    assert_eq!(home.lapse(now()), []);
    assert_eq!(ids(home.lapse(before)), [id(1, single + 1)]);
    assert_eq!(home.next_lapse(), None);
    // It comes late: in its turn after the one that has begun.
    assert_eq!(home.want(wish(2, single, 1)), []);
    let granted = home.release(&key, id(1, single + 1));
    assert_eq!(ids(granted), [id(2, single)]);
    home.release(&key, id(2, single));
    assert!(home.keys.is_empty());
}

#[test]
fn a_shard_that_splits_is_heard_in_parts() {
    assert_eq!(without(&[(0, 9), (10, 19)], (0, 9)), [(10, 19)]);
    assert_eq!(without(&[(0, 9)], (5, 9)), [(0, 4)]);
    assert_eq!(without(&[(0, 9)], (3, 5)), [(0, 2), (6, 9)]);
    assert_eq!(without(&[(0, u16::MAX)], (0, u16::MAX)), []);
    assert_eq!(without(&[(0, 4)], (5, 9)), [(0, 4)]);
    assert_eq!(without(&[(5, 9)], (0, 4)), [(5, 9)]);
}

#[test]
fn what_is_granted_answers_the_owner_that_wished_last() {
    let mut home = open();
    let key = wish(1, 1, 1).key;
    assert_eq!(ids(home.want(wish(1, 1, 1))), [id(1, 1)]);
    home.want(wish(2, 2, 1));
    // The one that waits has another owner, which has not come as far as to wish for it.
    assert_eq!(home.report(now(), (TWO, Epoch(2)), of(TWO), Vec::new()), []);
    assert_eq!(home.release(&key, id(1, 1)), []);
    let owner = Epoch(2);
    let again = Wish {
        owner,
        ..wish(2, 2, 1)
    };
    let granted = Granted {
        key,
        id: id(2, 2),
        owner,
    };
    assert_eq!(home.want(again), [granted]);
}
