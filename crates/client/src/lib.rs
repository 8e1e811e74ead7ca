//! The SDK of a transparency log: submit, prove, verify, follow.
//!
//! Holds: how a log is asked, and how each of its answers is proven before it is believed.
//! Holds not: what makes a checkpoint trusted, or a proof valid; or anything of how a log is kept.
//! Depends on: `merkle`, `note`, `wire`.
//!
//! A [`Log`] is built from a policy. [`Log::add`] gives a receipt, which is the server's word;
//! [`Log::add_proven`] and [`Log::prove`] give proofs, which anyone verifies offline with
//! [`verify`]. [`Log::entries`] reads what is logged, [`Follower`] remembers what was seen, and
//! [`Log::check`] derives a whole log anew. All of them work with any log that serves tlog-tiles.
#![warn(missing_docs)]

mod add_error;
mod cache;
mod check;
mod clock;
mod entries;
mod error;
mod fetch;
mod fetch_error;
pub mod files;
mod follow;
mod idempotency;
mod locate;
mod log;
pub mod random;
mod retry;
mod setup;
mod state;
mod submit;
mod tile;
mod tiles;
mod tree;
mod verify;

pub use crate::add_error::AddError;
pub use crate::cache::TileCache;
pub use crate::check::{CheckError, CheckOptions, Checked, Progress};
pub use crate::entries::{EntriesError, LoggedEntry};
pub use crate::error::Fault;
pub use crate::fetch::FetchOptions;
pub use crate::fetch_error::{FetchError, UrlError};
pub use crate::follow::{Alarm, AlarmKind, FollowError, Followed, Follower};
pub use crate::idempotency::{IdempotencyKey, IdempotencyKeyError};
pub use crate::locate::LocateError;
pub use crate::log::{LatestError, Log, ProveError, ReadError};
pub use crate::random::NoRandomness;
pub use crate::retry::Backoff;
pub use crate::setup::{LogBuilder, SetupError};
pub use crate::state::StateError;
pub use crate::submit::{ProvenEntry, Receipt};
pub use crate::tiles::{TilePlace, TreeError};
pub use crate::tree::{Earlier, Tree};
pub use crate::verify::{VerifyError, verify};

// What the signatures above are made of, so that a user of this crate needs no other.
pub use indelible_merkle::{Growth, Hash, LeafIndex, TreeSize};
pub use indelible_note::{
    Checkpoint, Claim, Origin, Policy, PolicyError, ProofError, ProofFile, Proven, Trusted,
};
pub use indelible_wire::{Entry, EntryError};
