//! Whole servers, witnesses and clients of ours, as real processes over HTTP on this machine.
//!
//! The programs must be built first (`cargo build --bins`); `scripts/test` does so.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy only knows that of functions marked #[test]"
)]

mod ask;
mod bad_witness;
mod check;
mod dedup;
mod fail_closed;
mod frozen;
mod many_logs;
mod replayed;
mod rollback;
mod samples;
mod scene;
mod second_log;
mod shutdown;
mod start_refusals;
mod twin;
mod witnessed;
