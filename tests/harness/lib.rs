//! What whole-system tests stand on: programs of ours as real processes, and what they say.
//!
//! Holds: folders, processes, waiting with a deadline, a little HTTP from either end, our log and our
//! witness as homes that are made once and served many times, and our client.
//! Holds not: any expectation; those are the tests' own.
//! Depends on: `note`, for the keys that programs print.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub mod client;
pub mod folder;
pub mod http;
pub mod log;
pub mod poll;
pub mod running;
pub mod stand_in;
pub mod witness;

pub use client::Client;
pub use log::{LogHome, LogServer};
pub use running::Running;
pub use witness::{WitnessHome, WitnessServer};
