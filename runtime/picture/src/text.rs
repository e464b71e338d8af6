//! Texts in pictures: how wide they are, about, and how they are cut.

/// The width of a text in a proportional sans-serif font of a size, in pixels. An estimate after the
/// widths of Helvetica, a little on the wide side: fonts differ.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let units: f64 = text.chars().map(units).sum();
    units * size * 1.04
}

/// The width of a character, in parts of the font's size.
fn units(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.24,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | 'f' | 't' | '/' | '\\' | '[' | ']' | '·' => 0.29,
        '(' | ')' | '-' | 'r' | '"' | '`' | '{' | '}' => 0.36,
        'm' | 'M' | 'W' | '%' | '@' | '…' | '—' => 0.9,
        'w' | 'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'R' | 'U' => 0.74,
        'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' | '&' => 0.68,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.51,
        '=' | '<' | '>' | '~' | '+' | '≥' | '≤' | '↻' => 0.62,
        c if c.is_ascii() => 0.57,
        c if is_wide(c) => 1.05,
        _ => 0.68,
    }
}

/// Characters of East Asia and pictures are as wide as they are high.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff)
}

/// The first characters of a text on one line, with an ellipsis if there were more.
pub(crate) fn clip(text: &str, length_max: usize) -> String {
    let line: Vec<char> = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line.len() <= length_max {
        return line.into_iter().collect();
    }
    let kept: String = line.iter().take(length_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text as it may stand in XML, within an attribute, too. Characters that XML cannot have are
/// left out.
pub(crate) fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            c if c.is_control() || matches!(u32::from(c), 0xfffe | 0xffff) => {}
            c => safe.push(c),
        }
    }
    safe
}
