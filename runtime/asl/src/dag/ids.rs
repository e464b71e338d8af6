//! Texts that get numbers, in the order in which they are met first.

use super::blocks::Blocks;

/// Bytes of one block of texts. A text lies within one.
const BLOCK_BYTES: usize = 1 << 16;
/// Bits of an entry of the table that are the number plus one; the others are of the hash, so that
/// few texts are looked at in vain.
const NUMBER_BITS: u32 = 28;
/// An entry's number plus one.
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;
/// How many texts there may be.
pub(super) const IDS_MAX: usize = NUMBER as usize - 1;

/// Places of the table to begin with.
const TABLE_MIN: usize = 16;
/// Odd, and its bits well mixed: the golden ratio of 2^64.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Texts of up to 255 bytes and their numbers: per text its bytes, one for its length, 4 for its
/// place and 5 to 9 in a table.
#[derive(Debug)]
pub(super) struct Ids {
    /// Each text after a byte with its length.
    blocks: Vec<Vec<u8>>,
    /// Where each text begins, counted over all blocks.
    starts: Blocks,
    /// Numbers plus one by the hashes of their texts, see [`NUMBER_BITS`]; 0 for a free place.
    table: Vec<u32>,
    /// What the hashes depend on, so that nobody can choose texts which all hash alike.
    seed: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            blocks: Vec::new(),
            starts: Blocks::default(),
            table: Vec::new(),
            seed,
        }
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes of all texts, about.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK_BYTES
    }

    /// A text's number. The text has at most 255 bytes; the caller bounds [`Ids::bytes`] by 2^32 and
    /// [`Ids::len`] by [`IDS_MAX`].
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if (self.len() + 1) * 8 > self.table.len() * 7 {
            self.grow();
        }
        let hash = hash(text.as_bytes(), self.seed);
        let place = self.place(text.as_bytes(), hash);
        if let Some(number) = (self.table[place] & NUMBER).checked_sub(1) {
            return number;
        }
        let number = self.len() as u32;
        self.table[place] = entry(number, hash);
        self.add(text.as_bytes());
        number
    }

    /// The text of a number that was given.
    pub(super) fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes_of(number)).expect("only whole texts are added")
    }

    /// Drops what is needed for new texts only.
    pub(super) fn close(&mut self) {
        self.table = Vec::new();
    }

    fn bytes_of(&self, number: u32) -> &[u8] {
        let start = self.starts.get(number as usize) as usize;
        let block = &self.blocks[start / BLOCK_BYTES][start % BLOCK_BYTES..];
        &block[1..=usize::from(block[0])]
    }

    fn add(&mut self, text: &[u8]) {
        let has_room = |block: &Vec<u8>| block.len() + 1 + text.len() <= BLOCK_BYTES;
        if !self.blocks.last().is_some_and(has_room) {
            let capacity = if self.blocks.is_empty() {
                0
            } else {
                BLOCK_BYTES
            };
            self.blocks.push(Vec::with_capacity(capacity));
        }
        let before = (self.blocks.len() - 1) * BLOCK_BYTES;
        if let Some(block) = self.blocks.last_mut() {
            self.starts.push((before + block.len()) as u32);
            block.push(text.len() as u8);
            block.extend_from_slice(text);
        }
    }

    /// Where a text is in the table, or where it belongs.
    fn place(&self, text: &[u8], hash: u64) -> usize {
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let found = self.table[place];
            let Some(number) = (found & NUMBER).checked_sub(1) else {
                return place;
            };
            if found == entry(number, hash) && self.bytes_of(number) == text {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(TABLE_MIN);
        self.table = Vec::new();
        self.table.resize(size, 0);
        for number in 0..self.len() as u32 {
            let mask = self.table.len() - 1;
            let hash = hash(self.bytes_of(number), self.seed);
            let mut place = hash as usize & mask;
            while self.table[place] != 0 {
                place = (place + 1) & mask;
            }
            self.table[place] = entry(number, hash);
        }
    }
}

/// An entry of the table; the bits of the hash are those that its place does not depend on.
fn entry(number: u32, hash: u64) -> u32 {
    ((hash >> 60) as u32) << NUMBER_BITS | (number + 1)
}

/// A hash that is the same everywhere: eight bytes at a time, each folded in by a multiplication.
fn hash(text: &[u8], seed: u64) -> u64 {
    let mut hash = fold(seed ^ text.len() as u64);
    for chunk in text.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash = fold(hash ^ u64::from_le_bytes(bytes));
    }
    hash
}

/// Both halves of the product, so that every bit has its part in the lowest.
fn fold(value: u64) -> u64 {
    let product = u128::from(value ^ MULTIPLIER) * u128::from(MULTIPLIER);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
pub(super) fn hash_of(text: &str, seed: u64) -> u64 {
    hash(text.as_bytes(), seed)
}
