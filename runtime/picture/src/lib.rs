//! Draws a definition in Amazon States Language: as SVG, as a Mermaid state diagram, or for Graphviz.
//!
//! [`Graph::read`] takes a definition as JSON that has been checked, and keeps what a picture shows:
//! states, what each leads to and why, and the insides of `Parallel`, `Map` and `Graph`. [`svg`]
//! lays it out in layers (`layout`) and draws it; [`mermaid`] and [`dot`] leave the layout to others.
//! What it does not understand it leaves out. It does no IO, and the same definition gives the same
//! text.

pub mod dot;
mod graph;
mod layout;
pub mod mermaid;
pub mod svg;
mod text;

pub use graph::Graph;

#[cfg(test)]
mod tests;
