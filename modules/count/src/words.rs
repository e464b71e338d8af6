//! The frequent words of a text: runs of letters, in lower case.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;

/// Letters of the shortest word that is kept: shorter ones are "a", "of", loop counters.
const LETTERS_MIN: usize = 3;

/// Letters of the longest: longer ones are hashes and encoded data, not words.
const LETTERS_MAX: usize = 24;

/// Different words that are remembered, so that a part of any size stays within its memory.
const WORDS_MAX: usize = 200_000;

/// How often each word occurs.
#[derive(Debug, Default)]
pub(crate) struct Words {
    counts: HashMap<String, u64>,
}

impl Words {
    /// Counts the words of `text`; bytes that are not UTF-8 stand between words.
    pub(crate) fn add(&mut self, text: &[u8]) {
        let mut word = String::new();
        for chunk in text.utf8_chunks() {
            for letter in chunk.valid().chars() {
                if letter.is_ascii_alphabetic() {
                    word.push(letter.to_ascii_lowercase());
                } else if letter.is_alphabetic() {
                    word.extend(letter.to_lowercase());
                } else {
                    self.end(&mut word);
                }
            }
            if !chunk.invalid().is_empty() {
                self.end(&mut word);
            }
        }
        self.end(&mut word);
    }

    /// The `count_max` most frequent words, the most frequent first, then by the alphabet.
    pub(crate) fn top(self, count_max: usize) -> Vec<(String, u64)> {
        let mut words: Vec<_> = self.counts.into_iter().collect();
        words.sort_unstable_by(|(left, left_count), (right, right_count)| {
            (Reverse(left_count), left).cmp(&(Reverse(right_count), right))
        });
        words.truncate(count_max);
        words
    }

    fn end(&mut self, word: &mut String) {
        // Bytes bound the letters from above, and spare counting them for what is far too long.
        let fits = word.len() >= LETTERS_MIN && word.len() <= LETTERS_MAX * 4;
        if fits && (LETTERS_MIN..=LETTERS_MAX).contains(&word.chars().count()) {
            if let Some(count) = self.counts.get_mut(word.as_str()) {
                *count += 1;
            } else if self.counts.len() < WORDS_MAX {
                self.counts.insert(word.clone(), 1);
            }
        }
        word.clear();
    }
}
