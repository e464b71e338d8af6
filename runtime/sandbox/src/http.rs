//! HTTP to guests and from them: what stands between a request's caller and the instance that
//! answers it, and the door through which a guest's own requests leave.

mod answer;
mod exchange;
mod outgoing;
pub(crate) mod payload;

pub(crate) use exchange::{Exchange, Line, Said, Stop};
pub(crate) use outgoing::Outgoing;

/// Bytes that a guest may write to a body at once.
const PIECE_BYTES_MAX: usize = 64 * 1024;
/// Pieces of a body that wait for whoever reads it before the guest has to.
const PIECES_MAX: usize = 16;

/// An error of a body, for whoever reads it.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
