use std::collections::BTreeMap;

use steploom_store::journal::{Epoch, Lsn};
use steploom_store::lease::equal_ranges;

use super::*;

/// A store in which nothing takes time, and nodes that look in turn.
struct World {
    now: Instant,
    nodes: BTreeMap<String, (Assignment, Option<String>)>,
    owners: BTreeMap<ShardId, Option<NodeId>>,
    /// Shards that changed their owner, apart from first takes.
    moves: usize,
}

impl World {
    fn new(shards: u16) -> Self {
        let owners = equal_ranges(shards).into_iter().map(|(id, _)| (id, None));
        Self {
            now: Instant::now(),
            nodes: BTreeMap::new(),
            owners: owners.collect(),
            moves: 0,
        }
    }

    fn join(&mut self, name: &str) {
        self.join_at(name, Some(format!("http://{name}")));
    }

    fn join_at(&mut self, name: &str, address: Option<String>) {
        let assignment = Assignment::new(NodeId(name.into()), self.now);
        self.nodes.insert(name.into(), (assignment, address));
    }

    fn leave(&mut self, name: &str) {
        self.nodes.remove(name);
    }

    /// Lets every node look once a second.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            let names: Vec<_> = self.nodes.keys().cloned().collect();
            for name in &names {
                self.look(name);
            }
        }
    }

    fn look(&mut self, name: &str) {
        let nodes: Vec<_> = self
            .nodes
            .iter()
            .map(|(id, (_, address))| Node {
                id: NodeId(id.clone()),
                address: address.clone(),
            })
            .collect();
        let ranges: BTreeMap<_, _> = equal_ranges(self.owners.len() as u16).into_iter().collect();
        let shards: Vec<_> = self
            .owners
            .iter()
            .map(|(id, owner)| Shard {
                id: *id,
                slots: ranges[id],
                epoch: Epoch(1),
                last_lsn: Lsn(0),
                owner: owner.clone(),
            })
            .collect();
        let me = NodeId(name.into());
        let mine = |(_, owner): &(&ShardId, &Option<NodeId>)| owner.as_ref() == Some(&me);
        let here = self.owners.iter().filter(mine).map(|(id, _)| *id).collect();
        let (assignment, _) = self.nodes.get_mut(name).unwrap();
        let plan = assignment.plan(&nodes, &shards, &here, false, self.now);
        for shard in plan.take {
            self.moves += 1;
            self.owners.insert(shard, Some(me.clone()));
        }
        for shard in plan.give {
            self.owners.insert(shard, None);
        }
    }

    fn counts(&self) -> Vec<usize> {
        let owned = |name: &String| {
            let of = |owner: &&Option<NodeId>| owner.as_ref().is_some_and(|id| id.0 == *name);
            self.owners.values().filter(of).count()
        };
        self.nodes.keys().map(owned).collect()
    }
}

#[test]
fn one_node_takes_everything_at_once() {
    let mut world = World::new(16);
    world.join("a");
    world.look("a");
    assert_eq!(world.counts(), [16]);
}

#[test]
fn shards_are_shared_among_those_that_stay() {
    let mut world = World::new(16);
    world.join("a");
    world.pass(1);
    world.join("b");
    world.pass(2);
    assert_eq!(world.counts(), [16, 0], "b has not stayed long enough");
    world.pass(4);
    assert_eq!(world.counts(), [8, 8]);
    world.join("c");
    world.pass(12);
    let mut counts = world.counts();
    counts.sort_unstable();
    assert_eq!(counts, [4, 6, 6], "the share is rounded up");
    let moves = world.moves;
    world.pass(100);
    assert_eq!(world.moves, moves, "what is shared stays where it is");
}

#[test]
fn the_shards_of_a_node_that_is_gone_are_taken_at_once() {
    let mut world = World::new(16);
    for name in ["a", "b", "c"] {
        world.join(name);
    }
    world.pass(10);
    world.leave("b");
    world.pass(1);
    assert_eq!(world.counts().iter().sum::<usize>(), 16);
    assert!(world.counts().iter().all(|count| *count <= 8));
}

#[test]
fn a_node_that_comes_and_goes_moves_little() {
    let mut world = World::new(16);
    world.join("a");
    world.pass(10);
    let moves = world.moves;
    for _ in 0..12 {
        world.join("b");
        world.pass(5);
        world.leave("b");
        world.pass(5);
    }
    // Given once and taken back once a doubling, instead of twelve times.
    assert!(world.moves - moves <= 4 * 16, "{}", world.moves - moves);
    assert_eq!(world.counts(), [16]);
    world.join("b");
    world.pass(60);
    assert_eq!(world.counts(), [8, 8], "one that stays gets its share");
}

#[test]
fn a_node_takes_its_own_back_after_a_restart() {
    let mut world = World::new(4);
    world.join("a");
    world.join("b");
    world.pass(5);
    let mut restarted = Assignment::new(NodeId("a".into()), world.now);
    let own = |(id, owner): (&ShardId, &Option<NodeId>)| {
        (owner.as_ref().is_some_and(|id| id.0 == "a")).then_some(*id)
    };
    let owned: Vec<_> = world.owners.iter().filter_map(own).collect();
    let shards: Vec<_> = equal_ranges(4)
        .into_iter()
        .map(|(id, slots)| Shard {
            id,
            slots,
            epoch: Epoch(1),
            last_lsn: Lsn(0),
            owner: world.owners[&id].clone(),
        })
        .collect();
    let nodes = ["a", "b"].map(|name| Node {
        id: NodeId(name.into()),
        address: Some(name.into()),
    });
    let plan = restarted.plan(&nodes, &shards, &BTreeSet::new(), false, world.now);
    assert_eq!(plan.take, owned);
}

#[test]
fn a_node_that_cannot_be_reached_leaves_shards_to_the_others() {
    let mut world = World::new(16);
    world.join_at("a", None);
    world.pass(5);
    assert_eq!(world.counts(), [16], "alone, it needs no address");
    world.join("b");
    world.pass(10);
    assert_eq!(world.counts(), [0, 16]);
}
