use proptest::prelude::*;

use super::blocks::BLOCK;
use super::{Builder, Cycle, Dag};

/// The graph in which each node comes after those listed.
fn build(afters: &[Vec<u32>]) -> Result<Dag, Cycle> {
    let mut builder = Builder::default();
    for own in afters {
        for after in own {
            builder.after(*after);
        }
        builder.close();
    }
    builder.build()
}

fn cycle(afters: &[Vec<u32>]) -> String {
    let names = ["a", "b", "c", "d", "e"];
    let cycle = build(afters).expect_err("there is a cycle");
    cycle.show(|node| names[node as usize])
}

#[test]
fn followers_are_in_order() {
    let dag = build(&[vec![], vec![0], vec![0, 1], vec![], vec![0, 0]]).expect("no cycle");
    assert_eq!((dag.nodes(), dag.edges()), (5, 5));
    assert_eq!(dag.followers(0), [1, 2, 4, 4]);
    assert_eq!(dag.followers(1), [2]);
    assert!(dag.followers(4).is_empty());
    assert_eq!(dag.waits(), [0, 1, 2, 0, 2]);
    assert_eq!(build(&[]).expect("no cycle").nodes(), 0);
}

#[test]
fn a_cycle_is_shown_in_the_order_of_running() {
    assert_eq!(cycle(&[vec![0]]), "a -> a");
    assert_eq!(cycle(&[vec![1], vec![0]]), "a -> b -> a");
    // b comes after a, c after b, a after c; d only hangs on, e leads there.
    assert_eq!(
        cycle(&[vec![2, 4], vec![0], vec![1], vec![2], vec![]]),
        "a -> b -> c -> a"
    );
    // What leads to the cycle is not part of it.
    assert_eq!(
        cycle(&[vec![1], vec![2], vec![3], vec![2], vec![]]),
        "c -> d -> c"
    );
}

#[test]
fn a_long_cycle_is_shown_in_part() {
    let afters: Vec<Vec<u32>> = (0..100_000_u32)
        .map(|node| vec![(node + 99_999) % 100_000])
        .collect();
    let text = build(&afters)
        .expect_err("a cycle")
        .show(|node| format!("{node}-{}", "x".repeat(1000)));
    assert!(text.starts_with("0-xxx"), "{text}");
    assert!(text.contains("(99991 more)"), "{text}");
    assert!(text.len() < 600, "{}", text.len());
}

#[test]
fn edges_fill_several_blocks() {
    // One node after all others, twice over: more edges than a block has.
    let nodes = BLOCK as u32 + 10;
    let mut afters: Vec<Vec<u32>> = vec![Vec::new(); nodes as usize];
    afters.push((0..nodes).chain(0..nodes).collect());
    let dag = build(&afters).expect("no cycle");
    assert_eq!(dag.edges(), 2 * nodes as usize);
    assert_eq!(dag.waits()[nodes as usize], 2 * nodes);
    assert!((0..nodes).all(|node| dag.followers(node) == [nodes, nodes]));
}

proptest! {
    #[test]
    fn every_edge_is_there_from_the_other_side(
        afters in proptest::collection::vec(proptest::collection::vec(0_u32..20, 0..4), 20)
    ) {
        match build(&afters) {
            Ok(dag) => {
                let mut edges: Vec<(u32, u32)> = (0..20)
                    .flat_map(|node| dag.followers(node).iter().map(move |after| (*after, node)))
                    .collect();
                edges.sort_unstable();
                let mut told: Vec<(u32, u32)> = (0..20)
                    .flat_map(|node| afters[node as usize].iter().map(move |after| (node, *after)))
                    .collect();
                told.sort_unstable();
                prop_assert_eq!(edges, told);
            }
            Err(Cycle(nodes)) => {
                prop_assert!(!nodes.is_empty());
                for (place, node) in nodes.iter().enumerate() {
                    let next = nodes[(place + 1) % nodes.len()];
                    prop_assert!(afters[next as usize].contains(node), "{:?}", nodes);
                }
            }
        }
    }
}
