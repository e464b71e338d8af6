//! What people see: pure functions from values to lines of text, and the little that touches the
//! terminal.
//!
//! Only [`live`] and [`Paint::of_stdout`] look at the terminal; everything else can be tested as
//! text.

pub(crate) mod board;
pub(crate) mod human;
mod indent;
pub(crate) mod live;
pub(crate) mod out;
pub(crate) mod paint;
pub(crate) mod simulated;
pub(crate) mod source;
pub(crate) mod table;
pub(crate) mod timing;

pub(crate) use board::Board;
pub(crate) use paint::Paint;
