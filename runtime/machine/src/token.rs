//! Task tokens: what somebody else ends a task by, or says that it is still being worked on.
//!
//! A token names the execution and the attempt, so it leads to the shard that waits for it without
//! being stored anywhere, and has a tag that only who knows the execution's seed can make. It is
//! the same at every replay. Tokens come from outside: [`Token::parse`] trusts nothing, and whoever
//! acts on one checks [`Token::is_of`] first.

use std::fmt;

use steploom_types::{Digest, ExecutionId};

use crate::{ActionId, Started};

/// Hexadecimal digits of a token: 16 bytes of execution, 8 of action, 16 of tag.
const DIGITS: usize = 2 * (16 + 8 + 16);

/// A task's token. Printed in digits and lower-case letters only, so it may stand in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The execution that waits.
    pub execution: ExecutionId,
    /// The attempt that it waits for.
    pub action: ActionId,
    tag: u128,
}

impl Token {
    /// The token of an execution's attempt.
    pub fn of(started: &Started, action: ActionId) -> Self {
        Self {
            execution: started.id,
            action,
            tag: tag(started, action),
        }
    }

    /// Reads a token that comes from outside. `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return None;
        }
        let number = |from: usize, to: usize| u128::from_str_radix(text.get(from..to)?, 16).ok();
        Some(Self {
            execution: ExecutionId::from_bytes(number(0, 32)?.to_be_bytes()),
            action: ActionId(u64::try_from(number(32, 48)?).ok()?),
            tag: number(48, DIGITS)?,
        })
    }

    /// Whether it was made for this execution, not made up.
    pub fn is_of(&self, started: &Started) -> bool {
        self.execution == started.id && self.tag == tag(started, self.action)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let execution = u128::from_be_bytes(self.execution.to_bytes());
        write!(f, "{execution:032x}{:016x}{:032x}", self.action.0, self.tag)
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn tag(started: &Started, action: ActionId) -> u128 {
    let mut text = b"task token\0".to_vec();
    text.extend(started.id.to_bytes());
    text.extend(action.0.to_be_bytes());
    text.extend(started.seed.to_be_bytes());
    let digest = Digest::of(&text);
    let mut tag = [0; 16];
    tag.copy_from_slice(&digest.as_bytes()[..16]);
    u128::from_be_bytes(tag)
}

#[cfg(test)]
mod tests;
