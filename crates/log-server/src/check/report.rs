//! What a check found, in words.

use std::fmt;

use indelible_merkle::TreeSize;
use indelible_note::Origin;

use crate::guard::GuardError;
use crate::store::read::ReadError;

/// How far a check has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'log> {
    /// Which log.
    pub origin: &'log str,
    /// Leaves derived so far.
    pub done: u64,
    /// Leaves in all.
    pub total: u64,
}

/// One log's result.
#[derive(Debug)]
pub struct Checked {
    /// Which log.
    pub origin: Origin,
    /// Its size, or the first bad place.
    pub verdict: Result<TreeSize, Bad>,
}

/// The first bad place of a log.
#[derive(Debug, thiserror::Error)]
pub enum Bad {
    /// Something could not be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// There is no tree.
    #[error("the head row is missing")]
    NoHead,
    /// An entry and its leaf hash disagree.
    #[error("entry {index} does not have the leaf hash that is kept for it")]
    Entry {
        /// Its index.
        index: u64,
    },
    /// A tile's hash is not that of what it stands for.
    #[error("hash {index} of tile level {level} is not the one that the entries give")]
    Hash {
        /// Tile level.
        level: u8,
        /// Position on it.
        index: u64,
    },
    /// The head row is of another tree.
    #[error("the head row's root for size {size} is not the one that the entries give")]
    Root {
        /// The committed size.
        size: TreeSize,
    },
    /// A kept checkpoint is damaged or not ours.
    #[error("the {which} checkpoint is malformed or does not verify")]
    Checkpoint {
        /// Which.
        which: &'static str,
    },
    /// A kept checkpoint is of another tree.
    #[error("the {which} checkpoint of size {size} is not of the tree that the entries give")]
    CheckpointForked {
        /// Which.
        which: &'static str,
        /// Its size.
        size: TreeSize,
    },
    /// A kept checkpoint covers entries that are not there.
    #[error("the {which} checkpoint covers {size} entries, more than are committed")]
    CheckpointAhead {
        /// Which.
        which: &'static str,
        /// Its size.
        size: TreeSize,
    },
    /// The guard file cannot be used.
    #[error("{0}")]
    Guard(Box<GuardError>),
    /// A row that no commit wrote.
    #[error("table {table} has rows past the committed size")]
    Surplus {
        /// Which table.
        table: &'static str,
    },
}

impl Checked {
    /// Whether everything agrees.
    pub const fn is_whole(&self) -> bool {
        self.verdict.is_ok()
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Ok(size) => write!(out, "{}: whole, {size} entries", self.origin),
            Err(bad) => write!(out, "{}: BAD: {bad}", self.origin),
        }
    }
}
