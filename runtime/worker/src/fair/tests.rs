use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::*;

/// A task with a name; when its turn comes, it runs.
struct Task {
    name: String,
    running: Running,
    is_wanted: bool,
}

type Running = Rc<RefCell<VecDeque<(String, Permit<Task>)>>>;

impl Waits for Task {
    fn go(self, permit: Permit<Self>) {
        if self.is_wanted {
            self.running.borrow_mut().push_back((self.name, permit));
        }
    }
}

struct World {
    queue: Fair<Task>,
    running: Running,
}

impl World {
    fn new(permits: usize) -> Self {
        Self {
            queue: Fair::new(permits),
            running: Running::default(),
        }
    }

    fn push(&self, account: u64, machine: &str, priority: i8, name: &str) -> Option<Place> {
        self.push_task(account, machine, priority, name, true)
    }

    fn push_task(
        &self,
        account: u64,
        machine: &str,
        priority: i8,
        name: &str,
        is_wanted: bool,
    ) -> Option<Place> {
        // The weight is said in the machine's name.
        let weight = machine.rsplit_once('-').and_then(|(_, n)| n.parse().ok());
        let flow = Flow {
            account: AccountId::from_u64(account).unwrap(),
            machine: machine.parse().unwrap(),
        };
        let task = Task {
            name: name.to_owned(),
            running: self.running.clone(),
            is_wanted,
        };
        match self.queue.push(flow, weight.unwrap_or(1), priority, task) {
            Ok((permit, task)) => {
                task.go(permit);
                None
            }
            Err(place) => Some(place),
        }
    }

    /// Ends the task that runs for longest; its name.
    fn end_one(&self) -> Option<String> {
        let (name, permit) = self.running.borrow_mut().pop_front()?;
        drop(permit);
        Some(name)
    }

    /// Ends all tasks, one after the other.
    fn order(&self) -> Vec<String> {
        std::iter::from_fn(|| self.end_one()).collect()
    }

    /// How many of those that run have this name.
    fn running(&self, name: &str) -> usize {
        let running = self.running.borrow();
        running.iter().filter(|(of, _)| of == name).count()
    }

    /// Nothing is left behind.
    fn ensure_empty(&self) {
        let queue = self.queue.lock();
        assert_eq!((queue.held, queue.len), (0, 0));
        assert!(queue.waiting.is_empty());
        assert!(queue.accounts.turns.is_empty());
        assert!(queue.accounts.members.len() <= 2, "those of the last turns");
    }
}

#[test]
fn ten_tasks_behind_a_flood_end_among_the_first() {
    for permits in [1, 16] {
        let world = World::new(permits);
        for _ in 0..10_000 {
            world.push(1, "a", 0, "a");
        }
        for _ in 0..10 {
            world.push(1, "b", 0, "b");
        }
        let order = world.order();
        assert_eq!(order.len(), 10_010);
        let last = order.iter().rposition(|name| name == "b").unwrap();
        assert!(last < 20 + 2 * permits, "{permits} permits: {last}");
        world.ensure_empty();
    }
}

#[test]
fn an_account_of_many_machines_has_one_share() {
    let world = World::new(2);
    for machine in 0..100 {
        for _ in 0..10 {
            world.push(1, &format!("m{machine}"), 0, "many");
        }
    }
    for _ in 0..50 {
        world.push(2, "m", 0, "one");
    }
    let order = world.order();
    let last = order.iter().rposition(|name| name == "one").unwrap();
    assert!(last < 110, "{last}");
}

#[test]
fn within_an_account_machines_take_turns() {
    let world = World::new(1);
    for round in 0..3 {
        for machine in ["a", "b", "c"] {
            world.push(1, machine, 0, &format!("{machine}{round}"));
        }
    }
    let order = world.order();
    assert_eq!(order.join(" "), "a0 b0 c0 a1 b1 c1 a2 b2 c2");
}

#[test]
fn a_higher_priority_overtakes_within_its_machine_alone() {
    let world = World::new(1);
    world.push(1, "a", 0, "running");
    for (machine, priority, name) in [
        ("a", 0, "a0"),
        ("a", -5, "low"),
        ("a", 0, "a1"),
        ("a", 9, "high"),
        ("b", 0, "b"),
    ] {
        world.push(1, machine, priority, name);
    }
    assert_eq!(world.order().join(" "), "running b high a0 a1 low");
}

#[test]
fn one_that_holds_long_gets_no_more_than_its_share() {
    // The flood's tasks never end; those of the other do at once.
    let world = World::new(4);
    for _ in 0..10 {
        world.push(1, "flood", 0, "flood");
    }
    for _ in 0..100 {
        world.push(1, "quick", 0, "quick");
    }
    // One of the flood's ends; from then on the permit belongs to the other.
    let mut quick = 0;
    world.end_one();
    while let Some(at) = {
        let running = world.running.borrow();
        running.iter().position(|(name, _)| name == "quick")
    } {
        let (_, permit) = world.running.borrow_mut().remove(at).unwrap();
        drop(permit);
        quick += 1;
    }
    assert_eq!(quick, 100);
}

#[test]
fn one_that_comes_again_and_again_does_not_starve_a_queue() {
    let world = World::new(1);
    for _ in 0..50 {
        world.push(1, "a", 0, "a");
    }
    let mut order = Vec::new();
    world.push(1, "b", 0, "b");
    for _ in 0..20 {
        let name = world.end_one().unwrap();
        // It is back before the next turn.
        if name == "b" {
            world.push(1, "b", 0, "b");
        }
        order.push(name);
    }
    let of_a = order.iter().filter(|name| *name == "a").count();
    assert!((9..=12).contains(&of_a), "{order:?}");
}

#[test]
fn what_is_taken_out_or_not_wanted_any_more_takes_no_permit() {
    let world = World::new(1);
    world.push(1, "a", 0, "first");
    let place = world.push(1, "a", 0, "taken out").unwrap();
    for _ in 0..20_000 {
        world.push_task(1, "a", 0, "gone", false);
    }
    world.push(1, "b", 0, "last");
    assert!(world.queue.take_out(&place).is_some());
    assert!(world.queue.take_out(&place).is_none());
    assert_eq!(world.order(), ["first", "last"]);
    world.ensure_empty();
}

#[test]
fn the_number_of_permits_may_change() {
    let world = World::new(1);
    for n in 0..6 {
        world.push(1, "a", 0, &n.to_string());
    }
    world.queue.resize(3);
    assert_eq!(world.running.borrow().len(), 3);
    world.queue.resize(1);
    for _ in 0..2 {
        world.end_one();
    }
    assert_eq!(
        world.running.borrow().len(),
        1,
        "those beyond are not replaced"
    );
    world.order();
    world.ensure_empty();
}

#[test]
fn machines_have_their_weight_of_the_permits() {
    let world = World::new(8);
    for machine in ["a-1", "b-2", "c-5"] {
        for _ in 0..200 {
            world.push(1, machine, 0, machine);
        }
    }
    let mut served = [0; 3];
    for round in 0..80 {
        let ended = world.end_one().unwrap();
        let at = ["a-1", "b-2", "c-5"].iter().position(|name| *name == ended);
        // Until the first machine's flood is over, it has all permits.
        if round >= 16 {
            served[at.unwrap()] += 1;
            let held = ["a-1", "b-2", "c-5"].map(|name| world.running(name));
            assert_eq!(held, [1, 2, 5], "{round}");
        }
    }
    assert_eq!(served, [8, 16, 40]);
    world.order();
    world.ensure_empty();
}

#[test]
fn weight_gives_turns_where_a_single_permit_goes_round() {
    let world = World::new(1);
    world.push(1, "x", 0, "x");
    for _ in 0..30 {
        for machine in ["light-1", "heavy-3"] {
            world.push(1, machine, 0, machine);
        }
    }
    let order = world.order();
    let heavy = order[1..25]
        .iter()
        .filter(|name| *name == "heavy-3")
        .count();
    assert_eq!(heavy, 18);
    world.ensure_empty();
}
