//! Sizes, durations, counts and instants as people read them.

use steploom_types::{Json, Timestamp};

use super::indent::indented;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A size: `0 B`, `84.2 KiB`, `128 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    let (unit_bytes, unit) = match bytes {
        GIB.. => (GIB, "GiB"),
        MIB.. => (MIB, "MiB"),
        KIB.. => (KIB, "KiB"),
        _ => return format!("{bytes} B"),
    };
    format!("{} {unit}", short(bytes as f64 / unit_bytes as f64))
}

/// One decimal below 100, none from there on, and none that is zero.
fn short(value: f64) -> String {
    let text = if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    };
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A count with separators: `1,234,567`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration: `3 ms`, `1.25 s`, `2 m 05 s`, `3 h 02 m`, `5 d 04 h`.
pub(crate) fn duration(ms: u64) -> String {
    let s = ms / 1_000;
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{:.2} s", ms as f64 / 1_000.0),
        10_000..60_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        60_000..3_600_000 => format!("{} m {:02} s", s / 60, s % 60),
        3_600_000..86_400_000 => format!("{} h {:02} m", s / 3_600, s / 60 % 60),
        _ => format!("{} d {:02} h", s / 86_400, s / 3_600 % 24),
    }
}

/// A stop-watch: `00:07`, `12:34`, `1:02:03`.
pub(crate) fn clock(ms: u64) -> String {
    let s = ms / 1_000;
    if s < 3_600 {
        format!("{:02}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
    }
}

/// How long ago: `just now`, `42 s ago`, `3 h ago`, `5 d ago`; one unit is enough.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let s = now.millis_since(at) / 1_000;
    match s {
        0..2 => "just now".to_owned(),
        2..120 => format!("{s} s ago"),
        120..7_200 => format!("{} m ago", s / 60),
        7_200..172_800 => format!("{} h ago", s / 3_600),
        _ => format!("{} d ago", s / 86_400),
    }
}

/// A rate: `0.4/s`, `37/s`, `11,574/s`.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second < 9.95 {
        format!("{per_second:.1}/s")
    } else {
        format!("{}/s", count(per_second.round() as u64))
    }
}

/// "1 function", "2 functions".
pub(crate) fn plural(n: u64, word: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{} {word}{end}", count(n))
}

/// JSON for people: over several lines.
pub(crate) fn json(value: &Json) -> String {
    indented(value.text())
}

/// The first `length_max` characters of a text on one line, with an ellipsis if there was more.
pub(crate) fn clip(text: &str, length_max: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(length_max + 1)
        .collect();
    if line.chars().count() <= length_max {
        return line;
    }
    let kept: String = line.chars().take(length_max.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests;
