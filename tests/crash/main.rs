//! Deaths at any moment: of the log, of a witness, of a system call, of the disk; and what must be
//! true afterwards.
//!
//! `rounds::rounds(count, seed)` is the whole of the first: a longer torture run is the same
//! function with a larger count.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking; clippy only knows that of functions marked #[test]"
)]

mod connection;
mod dice;
mod faults;
mod full_disk;
mod heads;
mod ledger;
mod load;
mod oracle;
mod readers;
mod rounds;
mod submission;
mod traced;
mod witness;
