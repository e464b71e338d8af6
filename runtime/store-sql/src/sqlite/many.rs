//! Statements with many rows, made once for each number of rows.

use std::sync::OnceLock;

use super::batch::{SIZES, batches};

/// A statement that takes a run of rows, such as an insert.
pub(super) struct Many {
    head: &'static str,
    /// What one row is, such as `(?, ?)`; rows are separated by commas.
    row: &'static str,
    tail: &'static str,
    texts: [OnceLock<String>; SIZES],
}

impl Many {
    pub(super) const fn new(head: &'static str, row: &'static str, tail: &'static str) -> Self {
        Self {
            head,
            row,
            tail,
            texts: [const { OnceLock::new() }; SIZES],
        }
    }

    /// The statement for so many rows: as many as [`batches`] gives.
    pub(super) fn sql(&'static self, rows: usize) -> &'static str {
        self.texts[rows.ilog2() as usize].get_or_init(|| {
            let rows = vec![self.row; rows].join(", ");
            [self.head, " ", &rows, " ", self.tail].concat()
        })
    }

    /// The rows in runs, each with its statement.
    pub(super) fn batches<'r, T>(
        &'static self,
        rows: &'r [T],
    ) -> impl Iterator<Item = (&'static str, &'r [T])> {
        batches(rows).map(move |batch| (self.sql(batch.len()), batch))
    }
}
