//! Why a signature is not believed, or cannot be made.

use crate::key::KeyId;

/// Why a signature, or a note for its signatures, is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Every line is by a stranger.
    #[error("no signature is by a known key")]
    NoneKnown,
    /// The line is not by the key it is checked with.
    #[error("the signature is by key {found}, not by {expected}, or under another name")]
    OtherKey {
        /// As the line says.
        found: KeyId,
        /// The key at hand.
        expected: KeyId,
    },
    /// Keys of this type make other statements.
    #[error("key {id} is of a type that does not sign this")]
    WrongAlgorithm {
        /// The key at hand.
        id: KeyId,
    },
    /// Too many or too few bytes for the algorithm.
    #[error("the signature by key {id} has {bytes} bytes instead of {expected}")]
    Length {
        /// The key at hand.
        id: KeyId,
        /// As found.
        bytes: usize,
        /// As the algorithm has.
        expected: usize,
    },
    /// A timestamp that no cosigner may use.
    #[error("the timestamp {seconds} by key {id} is more than 2^63-1")]
    Timestamp {
        /// The key at hand.
        id: KeyId,
        /// As found.
        seconds: u64,
    },
    /// A timestamp on a subtree signature, where there must be none.
    #[error("the subtree signature by key {id} has the timestamp {seconds} instead of 0")]
    Dated {
        /// The key at hand.
        id: KeyId,
        /// As found.
        seconds: u64,
    },
    /// No message of this algorithm can say so.
    #[error(transparent)]
    Unsignable(#[from] UnsignableError),
    /// The key says so, and it is not true.
    #[error("the signature by key {id} does not verify")]
    Signature {
        /// The key at hand.
        id: KeyId,
    },
}

/// Why there is no ML-DSA-44 message for a statement (tlog-cosignature, "ML-DSA-44 signed message").
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsignableError {
    /// The length of a name has one byte.
    #[error("a name of {bytes} bytes is longer than the 255 that ml-dsa-44 can sign")]
    NameTooLong {
        /// Length of the cosigner's name.
        bytes: usize,
    },
    /// The length of an origin has one byte.
    #[error("an origin of {bytes} bytes is longer than the 255 that ml-dsa-44 can sign")]
    OriginTooLong {
        /// Length of the log's origin.
        bytes: usize,
    },
    /// Only what starts at the first leaf can be said to be the newest.
    #[error("a subtree that starts at {start} cannot have a timestamp")]
    DatedSubtree {
        /// Index of the first leaf.
        start: u64,
    },
}
