//! Programs that other people wrote judge ours, and ours judge theirs.
//!
//! Go and the programs must be there (`scripts/go-peers` installs them): a test that cannot ask
//! its judge fails.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking; clippy only knows that of functions marked #[test]"
)]

mod dice;
mod notes;
mod oracle;
mod peers;
mod proof_files;
mod system;
mod trees;
