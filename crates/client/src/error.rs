//! Whose fault an error is: what a caller has to know before it decides what to do next.

/// Every error of this crate answers with one of these to `fault()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something on this side: a setting, a file, a value out of range.
    Caller,
    /// Something that was received does not hold what it claims.
    Unproven,
    /// The server could not be reached, or refused.
    Unavailable,
    /// The log contradicts what it signed before.
    Alarm,
}
