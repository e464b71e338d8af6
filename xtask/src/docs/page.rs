//! The blocks of a page that are tried.

#[cfg(test)]
mod tests;

use anyhow::{Result, bail};

/// How a block begins and ends.
const FENCE: &str = "```";

/// A block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) what: What,
}

/// What a block is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Commands.
    Run {
        script: String,
        /// What they print, if the page says.
        prints: Option<String>,
    },
    /// A file that the reader writes.
    Write { path: String, text: String },
    /// Lines of a file that is there.
    Shows { path: String, text: String },
}

/// Reads a page. Blocks whose first line says neither `sh`, `text` nor a file are left out.
///
/// # Errors
/// A block of `text` does not stand behind one of `sh`; a block does not end.
pub(super) fn read(page: &str) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the block before was one of commands.
    let mut ran = false;
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix(FENCE) else {
            continue;
        };
        let line = index + 1;
        let mut text = String::new();
        loop {
            match lines.next() {
                Some((_, FENCE)) => break,
                Some((_, more)) => {
                    text.push_str(more);
                    text.push('\n');
                }
                None => bail!("line {line}: the block does not end"),
            }
        }
        let words: Vec<_> = info.split_whitespace().collect();
        let was_run = std::mem::replace(&mut ran, words[..] == ["sh"]);
        let what = match words[..] {
            ["sh"] => What::Run {
                script: text,
                prints: None,
            },
            ["text"] => {
                let before = blocks.last_mut().filter(|_| was_run);
                let Some(What::Run { prints, .. }) = before.map(|block| &mut block.what) else {
                    bail!("line {line}: no block of commands stands before what they print");
                };
                *prints = Some(text);
                continue;
            }
            [_, ">", path] => What::Write {
                path: path.to_owned(),
                text,
            },
            [_, path] => What::Shows {
                path: path.to_owned(),
                text,
            },
            _ => continue,
        };
        blocks.push(Block { line, what });
    }
    Ok(blocks)
}
