//! A badge for each kind of state: a colour and a sign.

use std::fmt::Write as _;

use crate::graph::Kind;

/// Draws a badge of 28 by 28 pixels.
pub(super) fn draw(kind: Kind, x: f64, y: f64, text: &mut String) {
    let (colour, sign) = look(kind);
    let _ = writeln!(
        text,
        "<g transform=\"translate({x} {y})\"><rect width=\"28\" height=\"28\" rx=\"7\" fill=\"{colour}\"/><path class=\"sign\" d=\"{sign}\"/></g>"
    );
}

/// Colours are dark enough for a white sign, and differ on white and on black.
fn look(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        // A play button.
        Kind::Task => ("#2563eb", "M11 8.5 L20 14 L11 19.5 Z"),
        // An arrow.
        Kind::Pass => ("#64748b", "M7 14 H20 M15.5 9.5 L20 14 L15.5 18.5"),
        // A diamond.
        Kind::Choice => ("#d97706", "M14 6.5 L21.5 14 L14 21.5 L6.5 14 Z"),
        // A clock.
        Kind::Wait => ("#7c3aed", "M14 6 A8 8 0 1 1 13.99 6 Z M14 10 V14 L17 16"),
        // A tick.
        Kind::Succeed => ("#16a34a", "M7.5 14.5 L12 19 L20.5 9.5"),
        // A cross.
        Kind::Fail => ("#dc2626", "M8.5 8.5 L19.5 19.5 M19.5 8.5 L8.5 19.5"),
        // Lines side by side.
        Kind::Parallel => ("#0891b2", "M9 7.5 V20.5 M14 7.5 V20.5 M19 7.5 V20.5"),
        // Sheets.
        Kind::Map => ("#c026d3", "M8 11 H17 V20 H8 Z M11 11 V8 H20 V17 H17"),
        // Nodes and lines.
        Kind::Graph => (
            "#4f46e5",
            "M9 9 L19 11 M9 9 L11 19 M19 11 L11 19 M9 9 h.01 M19 11 h.01 M11 19 h.01",
        ),
        Kind::Unknown => ("#475569", "M14 8 V16 M14 20 V20.01"),
    }
}
