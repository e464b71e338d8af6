//! A list that grows without ever moving, so that it takes no more memory than it needs.

use std::ops::Range;

/// Entries of one block: an allocation of 256 KiB.
pub(super) const BLOCK: usize = 1 << 16;

/// A list of numbers.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    blocks: Vec<Vec<u32>>,
    length: usize,
}

impl Blocks {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, entry: u32) {
        if self.length.is_multiple_of(BLOCK) {
            // A short list, such as a Graph's, is not to cost a whole block.
            let capacity = if self.length == 0 { 0 } else { BLOCK };
            self.blocks.push(Vec::with_capacity(capacity));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(entry);
        }
        self.length += 1;
    }

    pub(super) fn get(&self, place: usize) -> u32 {
        self.blocks[place / BLOCK][place % BLOCK]
    }

    pub(super) fn set(&mut self, place: usize, entry: u32) {
        self.blocks[place / BLOCK][place % BLOCK] = entry;
    }

    pub(super) fn iter(
        &self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        range.map(|place| self.get(place))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.blocks.iter_mut().flatten()
    }
}
