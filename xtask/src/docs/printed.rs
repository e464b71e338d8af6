//! What commands printed, beside what a page says that they print.

#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};

/// In a line, it stands for any text; alone, for any lines.
const ANYTHING: &str = "...";

/// Fails, and shows both, if a page says something else than was printed.
pub(super) fn compare(expected: &str, found: &str) -> Result<()> {
    let is_so = are_printed(&lines(expected), &lines(found));
    ensure!(
        is_so,
        "the page says:\n{expected}and this was printed:\n{found}"
    );
    Ok(())
}

/// Whether the lines of a text stand in another one, one behind the other.
pub(super) fn is_part(text: &str, of: &str) -> bool {
    let (text, of) = (lines(text), lines(of));
    of.windows(text.len().max(1)).any(|part| part == text)
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

fn are_printed(expected: &[&str], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((&ANYTHING, rest)) => {
            (0..=found.len()).any(|skipped| are_printed(rest, &found[skipped..]))
        }
        Some((line, rest)) => found
            .split_first()
            .is_some_and(|(first, behind)| is_line(line, first) && are_printed(rest, behind)),
    }
}

fn is_line(expected: &str, found: &str) -> bool {
    let Some((before, behind)) = expected.split_once(ANYTHING) else {
        return expected == found;
    };
    found.strip_prefix(before).is_some_and(|rest| {
        let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        starts.any(|at| is_line(behind, &rest[at..]))
    })
}
