//! The client against a log in memory, which is honest until a test tells it how to lie.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test's files need not be durable")]

mod add;
mod check;
mod cli;
mod cli_add;
mod fake;
mod follow;
mod http;
mod lies;
mod read;
mod retries;
