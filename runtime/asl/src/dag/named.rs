//! A graph whose nodes are told by name, each with the names of those it comes after, which may be
//! told later: the items of a `Map`.

use steploom_types::limits::order::{EDGES_MAX, ID_BYTES_MAX, IDS_BYTES_MAX, NODES_MAX};

use super::blocks::Blocks;
use super::ids::{IDS_MAX, Ids};
use super::{Builder, Dag, shortened};

/// Of a name that was met, but that no node has so far.
const NOBODY: u32 = u32::MAX;

/// A graph that is being told, node by node, by name.
///
/// Takes time in proportion to nodes and edges, and at its peak, while [`Named::build`] works, 8
/// bytes an edge and 25 a node beside the bytes of the names; before, 4 an edge and up to 26 a node.
#[derive(Debug)]
pub struct Named {
    ids: Ids,
    /// For each name the node that has it.
    nodes: Blocks,
    builder: Builder,
}

/// Why nodes and names are no graph. `Display` is for who made the names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two nodes of the same name.
    #[error("The items {first} and {second} have the same id: {id}")]
    Twice {
        /// The name.
        id: String,
        /// The place of the one.
        first: u32,
        /// The place of the other.
        second: u32,
    },
    /// A node comes after one that is not there.
    #[error("The item {node}, with the id {of}, comes after {id}, which is the id of no item")]
    Unknown {
        /// The name.
        id: String,
        /// The node's place.
        node: u32,
        /// The node's name.
        of: String,
    },
    /// Nodes come after one another in a circle, which is shown.
    #[error("Items come after one another in a circle: {0}")]
    Cycle(String),
    /// A name is too long.
    #[error("The id {id} has more than {ID_BYTES_MAX} bytes")]
    LongId {
        /// Its beginning.
        id: String,
    },
    /// There are too many nodes, edges, or bytes of names.
    #[error(
        "An order may have {NODES_MAX} items, {EDGES_MAX} times 'After' and {IDS_BYTES_MAX} bytes of ids"
    )]
    TooMany,
}

impl Named {
    /// One of which nothing has been told. `seed` is anything that who makes the names does not
    /// know; the graph does not depend on it.
    pub fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            nodes: Blocks::default(),
            builder: Builder::default(),
        }
    }

    /// Nodes told so far.
    pub fn nodes(&self) -> usize {
        self.builder.nodes()
    }

    /// Tells the next node, and what it comes after.
    ///
    /// # Errors
    /// The node's name is taken, or a limit is reached; the graph is of no more use.
    pub fn node<'a>(
        &mut self,
        id: &str,
        after: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Problem> {
        let node = self.nodes() as u32;
        let number = self.number(id)?;
        match self.nodes.get(number as usize) {
            NOBODY => self.nodes.set(number as usize, node),
            first => {
                return Err(Problem::Twice {
                    id: shortened(id),
                    first,
                    second: node,
                });
            }
        }
        for id in after {
            let number = self.number(id)?;
            self.builder.after(number);
        }
        self.builder.close();
        if self.nodes() > NODES_MAX || self.builder.edges() > EDGES_MAX {
            return Err(Problem::TooMany);
        }
        Ok(())
    }

    /// The graph, whose nodes are numbered in the order in which they were told.
    ///
    /// # Errors
    /// A name that no node has, or a cycle.
    pub fn build(self) -> Result<Dag, Problem> {
        let Self {
            mut ids,
            nodes,
            mut builder,
        } = self;
        ids.close();
        let name = |node: u32| {
            let number = (0..ids.len()).find(|number| nodes.get(*number) == node);
            number.map_or("?", |number| ids.text(number as u32))
        };
        if let Some(unknown) = (0..ids.len()).find(|number| nodes.get(*number) == NOBODY) {
            let unknown = unknown as u32;
            let node = builder.first_after(unknown);
            return Err(Problem::Unknown {
                id: shortened(ids.text(unknown)),
                node,
                of: shortened(name(node)),
            });
        }
        builder.renumber(|number| nodes.get(number as usize));
        builder
            .build()
            .map_err(|cycle| Problem::Cycle(cycle.show(name)))
    }

    fn number(&mut self, id: &str) -> Result<u32, Problem> {
        if id.len() > ID_BYTES_MAX {
            return Err(Problem::LongId { id: shortened(id) });
        }
        if self.ids.bytes() > IDS_BYTES_MAX || self.ids.len() >= IDS_MAX {
            return Err(Problem::TooMany);
        }
        let number = self.ids.number(id);
        if number as usize == self.nodes.len() {
            self.nodes.push(NOBODY);
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests;
