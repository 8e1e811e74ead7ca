//! Why an entry was not added, or was added and is not proven.

use indelible_merkle::Hash;
use indelible_note::ProofError;
use indelible_wire::AnswerError;
use indelible_wire::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};

use crate::error::Fault;
use crate::fetch_error::FetchError;
use crate::log::ProveError;
use crate::random::NoRandomness;

/// Why an entry was not added, or not proven to be.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// No randomness for an idempotency key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// More than one request takes.
    #[error("a batch has 1 to {BATCH_ENTRIES_MAX} entries, not {entries}")]
    BatchEntries {
        /// How many there are.
        entries: usize,
    },
    /// More than one request takes.
    #[error("a batch has at most {BATCH_BYTES_MAX} bytes with its framing, not {bytes}")]
    BatchBytes {
        /// How many there are.
        bytes: usize,
    },
    /// The log is closed for good.
    #[error("the log is frozen and takes no more entries")]
    Frozen,
    /// Not taken. After [`FetchError::Unreachable`] it may have been: repeat with the same key.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The answer is neither an index nor a receipt, nor a receipt with a proof.
    #[error("{url} answered with something else than a receipt")]
    NoReceipt {
        /// What was asked.
        url: Box<str>,
    },
    /// The receipt is malformed.
    #[error("the receipt is malformed: {0}")]
    Receipt(#[from] AnswerError),
    /// The receipt is for another leaf.
    #[error("the receipt is for leaf {found}, but {expected} was sent")]
    OtherLeaf {
        /// What was sent.
        expected: Hash,
        /// What came.
        found: Hash,
    },
    /// The proof does not prove what was sent.
    #[error("the proof does not hold: {0}")]
    Proof(#[from] ProofError),
    /// The proof is for another log of the policy.
    #[error("the proof is of log {found:?}, not of {expected:?}")]
    OtherLog {
        /// The log asked.
        expected: Box<str>,
        /// The origin found.
        found: Box<str>,
    },
    /// The log took the entry, and does not prove it.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

impl AddError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::NoRandomness(_) | Self::BatchEntries { .. } | Self::BatchBytes { .. } => {
                Fault::Caller
            }
            Self::Frozen => Fault::Unavailable,
            Self::Fetch(error) => error.fault(),
            Self::NoReceipt { .. }
            | Self::Receipt(_)
            | Self::OtherLeaf { .. }
            | Self::Proof(_)
            | Self::OtherLog { .. } => Fault::Unproven,
            Self::Prove(error) => error.fault(),
        }
    }
}

/// What a submission failed with: 410 alone means that no later one will succeed.
pub(crate) fn submission_error(error: FetchError) -> AddError {
    match error {
        FetchError::Refused { status: 410, .. } => AddError::Frozen,
        error => AddError::Fetch(error),
    }
}
