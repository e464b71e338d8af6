//! How strictly a definition is checked.

/// What is accepted beside what every machine may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Refuses the extensions: `Graph` states, `ItemId`, `After` and `OnFailure` of a `Map`,
    /// `AtMostOnce` of a `Task`, and a machine's `MaxConcurrentExecutions` and `DataLimit`.
    pub strict: bool,
    /// The machine is an Express one, which cannot wait: `.sync`, `.waitForTaskToken`, activities
    /// and distributed `Map`s are refused, and of the extensions `MaxConcurrentExecutions` and `DataLimit`.
    pub express: bool,
    /// Accepts the integrations that AWS has and this platform has not: their answers have to be
    /// mocked. Refused with `UNSUPPORTED` otherwise.
    pub foreign: bool,
}
