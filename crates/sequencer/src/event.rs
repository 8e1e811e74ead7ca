//! What the machine is told and what it asks for.

use alloc::vec::Vec;

use indelible_merkle::{LeafIndex, TreeSize};

use crate::plan::{Plan, TreeHead};
use crate::pool::Submission;

/// Milliseconds on a clock that never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

/// Something that happened outside.
#[derive(Debug)]
pub enum Event<T> {
    /// Submissions came in, in this order.
    Arrived(Vec<Submission<T>>),
    /// The plan in flight is durable.
    Committed,
    /// The plan in flight may or may not be durable. Nothing more is accepted: only a restart
    /// can find out.
    CommitUnknown,
    /// The time asked for by [`Effect::WakeAt`] has come, or any other time.
    Tick,
    /// The head last asked for is signed, cosigned to the policy's satisfaction, and visible.
    Published(TreeSize),
    /// It could not be published now; it will be asked for again.
    PublishFailed,
    /// Accept nothing more; finish what was accepted.
    Stop,
}

/// Something the driver must do, in the order given.
#[derive(Debug)]
pub enum Effect<T> {
    /// Make this durable in one synced batch, then report [`Event::Committed`].
    Commit(Plan),
    /// Tell the submitter.
    Answer {
        /// Who asked.
        ticket: T,
        /// What became of it.
        outcome: Outcome,
    },
    /// Sign, cosign and show this head, then report.
    Publish(TreeHead),
    /// Report [`Event::Tick`] at this time, unless something else happens before.
    WakeAt(Millis),
    /// Everything accepted is answered, and published as far as it could be.
    Stopped,
}

/// Where one entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its leaf index.
    pub index: LeafIndex,
    /// Whether an earlier submission put it there.
    pub duplicate: bool,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Durable and part of the tree, one place for each item in order.
    Placed(Vec<Placed>),
    /// An item's identity was used before for different bytes; nothing was placed.
    IdentityReused {
        /// Position of the item in the submission.
        item: usize,
    },
    /// The tree has no room for it (RFC 6962 sizes end at 2^63-1 here).
    TreeFull,
    /// The log is frozen for good.
    Frozen,
    /// The log is shutting down; nothing was placed.
    Stopping,
    /// The commit's outcome is unknown; the submitter may repeat with the same identity later.
    Unknown,
}
