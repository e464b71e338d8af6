//! Rows in batches, so that many go into one statement.

/// Rows in one statement. SQLite takes 32,766 values in one, and rows have at most 15.
const ROWS_MAX: usize = 256;

/// How many different sizes of batches there are: the powers of two up to [`ROWS_MAX`].
pub(super) const SIZES: usize = ROWS_MAX.ilog2() as usize + 1;

/// Cuts `rows` into runs of [`ROWS_MAX`] and then of ever smaller powers of two: so few different
/// statements that all of them stay prepared.
pub(super) fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = ROWS_MAX.min(1 << rest.len().checked_ilog2()?);
        let (batch, after) = rest.split_at(size);
        rest = after;
        Some(batch)
    })
}

#[cfg(test)]
mod tests;
