use steploom_types::{ExecutionId, Timestamp};

use super::{AHEAD_MS, LEAD_MS, PAGE, SLEEPERS_MAX, Sleeper, Wakes};

const NOW: i64 = 1_700_000_000_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(NOW + ms)
}

fn sleeper(ms: i64, n: u64) -> Sleeper {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    (at(ms), ExecutionId::from_bytes(id))
}

/// A projection with these sleepers, and what wakes up as time passes.
struct World {
    asleep: std::collections::BTreeSet<Sleeper>,
    wakes: Wakes,
    most: usize,
}

impl World {
    fn of(asleep: impl IntoIterator<Item = Sleeper>) -> Self {
        Self {
            asleep: asleep.into_iter().collect(),
            wakes: Wakes::default(),
            most: 0,
        }
    }

    /// Asks the projection if that is due, and takes who wakes up now.
    fn woken(&mut self, now: Timestamp) -> Vec<ExecutionId> {
        let mut woken = Vec::new();
        loop {
            let asked = self.wakes.ask(now);
            if let Some((after, until)) = asked {
                let found = self.asleep.iter().copied();
                let found = found.filter(|s| after.is_none_or(|a| *s > a) && s.0 <= until);
                let found = found.take(PAGE as usize).collect();
                self.wakes.learn(found, until);
            }
            self.most = self.most.max(self.wakes.window.len());
            let before = woken.len();
            while let Some(id) = self.wakes.next(now) {
                woken.push(id);
            }
            if asked.is_none() && woken.len() == before {
                return woken;
            }
        }
    }
}

#[test]
fn everybody_wakes_up_once_and_in_time_whatever_their_number() {
    let count = 10 * i64::from(PAGE);
    // Half of them at the same instant, which is more than a page holds.
    let due = |n: i64| if n % 2 == 0 { 500_000 } else { n * 40 };
    let mut world = World::of((0..count).map(|n| sleeper(due(n), n as u64)));
    let mut woken = std::collections::BTreeSet::new();
    let mut ms = 0;
    while ms <= 1_000_000 {
        for id in world.woken(at(ms)) {
            let n = u64::from_be_bytes(id.to_bytes()[8..].try_into().unwrap());
            assert!(woken.insert(n), "{n} wakes up twice");
            let late = ms - due(n as i64) + LEAD_MS as i64;
            assert!((0..=1_000).contains(&late), "{n} is {late} ms late");
        }
        ms += 1_000;
    }
    assert_eq!(woken.len(), count as usize);
    assert!(world.most <= SLEEPERS_MAX, "{} in the window", world.most);
}

#[test]
fn whoever_falls_asleep_while_the_projection_is_asked_is_not_missed() {
    let mut wakes = Wakes::default();
    assert!(wakes.due_in(at(0)).unwrap().is_zero(), "it asks at first");
    let (after, until) = wakes.ask(at(0)).unwrap();
    assert_eq!((after, until), (None, at(AHEAD_MS as i64)));
    assert_eq!(wakes.ask(at(0)), None, "one question at a time");
    wakes.sleeps(sleeper(20_000, 7));
    wakes.sleeps(sleeper(3_600_000, 8));
    wakes.learn(vec![sleeper(30_000, 9)], until);
    wakes.sleeps(sleeper(10_000, 6));
    assert_eq!(wakes.due_in(at(0)).unwrap().as_millis(), 9_000);
    let order: Vec<_> = std::iter::from_fn(|| wakes.next(at(59_000))).collect();
    let expected = [6, 7, 9].map(|n| sleeper(0, n).1);
    assert_eq!(order, expected, "the other is known to the projection");
    assert!(wakes.ask(at(59_000)).is_some());
}

#[test]
fn the_window_is_bounded_and_what_it_leaves_is_asked_for_again() {
    let count = 3 * SLEEPERS_MAX as i64;
    let all: Vec<_> = (0..count)
        .map(|n| sleeper(5_000 + n % 50_000, n as u64))
        .collect();
    let mut world = World::of([]);
    assert!(world.woken(at(0)).is_empty());
    for one in all {
        world.asleep.insert(one);
        world.wakes.sleeps(one);
        assert!(world.wakes.window.len() <= SLEEPERS_MAX);
    }
    let mut woken = 0;
    for ms in (0..=70_000).step_by(500) {
        woken += world.woken(at(ms)).len();
    }
    assert_eq!(woken, count as usize);
}

#[test]
fn one_of_whom_the_projection_knows_no_time_wakes_up_however_late_it_is_due() {
    let late = sleeper(10 * AHEAD_MS as i64, 1);
    let mut world = World::of([]);
    assert!(world.woken(at(0)).is_empty());
    world.wakes.keep(late);
    assert!(world.woken(at(9 * AHEAD_MS as i64)).is_empty());
    let due = world.wakes.due_in(at(9 * AHEAD_MS as i64));
    assert!(due.is_some_and(|due| due.as_millis() <= u128::from(AHEAD_MS)));
    assert_eq!(world.woken(late.0), [late.1]);
    assert!(world.woken(at(20 * AHEAD_MS as i64)).is_empty());
}
