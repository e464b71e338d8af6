//! Benchmarks, each beside the floor measured in the same run.

fn main() {}
