//! What the order of a Map's items costs, counted by the allocator: at most 64 bytes an item and 8 an
//! edge while it is built, 4 and 4 afterwards. Ids of 16 bytes are counted in.
//!
//! Alone in its process, so that nothing else allocates. `cargo test -p steploom-asl --test memory --
//! --nocapture` prints the figures.

use std::alloc::System;
use std::fmt::Write as _;
use std::time::Instant;

use cap::Cap;
use steploom_asl::dag::Named;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Just above where the table of ids doubles, which is the worst.
const NODES: u64 = 460_000;
const AFTER_EACH: u64 = 4;

/// Spreads numbers over all of `u64`, always in the same way.
fn scattered(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

#[test]
fn an_order_takes_no_more_memory_than_promised() {
    let before = ALLOCATOR.allocated();
    let began = Instant::now();
    let mut named = Named::new(42);
    let (mut id, mut afters) = (String::new(), vec![String::new(); AFTER_EACH as usize]);
    let write = |text: &mut String, node: u64| {
        text.clear();
        let _ = write!(text, "{:016x}", scattered(node));
    };
    for node in 0..NODES {
        write(&mut id, node);
        for (edge, after) in (0..).zip(&mut afters) {
            write(after, scattered(node * AFTER_EACH + edge) % node.max(1));
        }
        let after = afters.iter().map(String::as_str).filter(|_| node > 0);
        named.node(&id, after).expect("told");
    }
    let told = ALLOCATOR.allocated() - before;
    let dag = named.build().expect("a graph");
    let took = began.elapsed();
    let peak = ALLOCATOR.max_allocated() - before;
    let kept = ALLOCATOR.allocated() - before;
    let edges = dag.edges() as u64;
    assert_eq!(edges, (NODES - 1) * AFTER_EACH);
    let per_node =
        |bytes: usize, an_edge: u64| (bytes as f64 - (edges * an_edge) as f64) / NODES as f64;
    println!(
        "{NODES} items, {edges} edges, {took:?}: bytes an item {:.1} told (and 4 an edge), {:.1} at the peak (and 8), {:.1} kept (and 4)",
        per_node(told, 4),
        per_node(peak, 8),
        per_node(kept, 4),
    );
    assert!(
        peak as u64 <= 64 * NODES + 8 * edges,
        "{peak} bytes at the peak"
    );
    assert!(kept as u64 <= 5 * NODES + 4 * edges, "{kept} bytes kept");
}
