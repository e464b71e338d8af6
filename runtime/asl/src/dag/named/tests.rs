use std::collections::BTreeMap;

use super::{Named, Problem};
use crate::dag::Dag;

fn build(nodes: &[(&str, &[&str])]) -> Result<Dag, Problem> {
    let mut named = Named::new(7);
    for (id, after) in nodes {
        named.node(id, after.iter().copied())?;
    }
    named.build()
}

fn refused(nodes: &[(&str, &[&str])]) -> String {
    build(nodes).expect_err("it is refused").to_string()
}

#[test]
fn names_may_be_met_before_their_nodes() {
    let dag = build(&[("a", &["c"]), ("b", &["a", "c"]), ("c", &[])]).expect("a graph");
    assert_eq!((dag.nodes(), dag.edges()), (3, 3));
    assert_eq!(dag.followers(2), [0, 1]);
    assert_eq!(dag.followers(0), [1]);
    assert_eq!(build(&[]).expect("a graph").nodes(), 0);
    assert_eq!(build(&[("", &[])]).expect("a graph").nodes(), 1);
}

#[test]
fn what_is_no_graph_is_told_with_its_names() {
    assert_eq!(
        refused(&[("a", &[]), ("b", &["a"]), ("a", &[])]),
        "The items 0 and 2 have the same id: a"
    );
    assert_eq!(
        refused(&[("a", &[]), ("b", &["a", "x"]), ("c", &["y"])]),
        "The item 1, with the id b, comes after x, which is the id of no item"
    );
    assert_eq!(
        refused(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"])]),
        "Items come after one another in a circle: a -> b -> c -> a"
    );
    let long = "x".repeat(256);
    assert_eq!(
        refused(&[(&long, &[])]),
        format!("The id {}... has more than 255 bytes", &long[..40])
    );
    assert!(build(&[(&long[1..], &[])]).is_ok());
}

#[test]
fn many_names_keep_their_numbers() {
    // Enough for several blocks of texts, and for the table to grow.
    let ids: Vec<String> = (0..100_000_u32)
        .map(|n| format!("item-{:x}", n.wrapping_mul(2_654_435_761)))
        .collect();
    let mut named = Named::new(1);
    for (node, id) in ids.iter().enumerate() {
        let after = (node > 0).then(|| ids[(node - 1) / 2].as_str());
        let before = ids
            .get(node * 3 + 1)
            .filter(|_| node == 99_999)
            .map(String::as_str);
        named
            .node(id, after.into_iter().chain(before))
            .expect("told");
    }
    let dag = named.build().expect("a graph");
    assert_eq!((dag.nodes(), dag.edges()), (100_000, 99_999));
    assert!((0..49_999).all(|node| dag.followers(node) == [2 * node + 1, 2 * node + 2]));
}

#[test]
fn hashes_depend_on_the_seed_and_spread() {
    let mut low: BTreeMap<u64, u32> = BTreeMap::new();
    for n in 0..4096_u32 {
        *low.entry(crate::dag::ids::hash_of(&n.to_string(), 3) & 0xff)
            .or_default() += 1;
    }
    assert_eq!(low.len(), 256);
    assert!(low.values().all(|count| *count < 48), "{low:?}");
    assert_ne!(
        crate::dag::ids::hash_of("a", 1),
        crate::dag::ids::hash_of("a", 2)
    );
}
