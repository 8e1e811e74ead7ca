//! Why a proof was not believed, or could not be made.

use crate::position::{LeafIndex, TreeSize};
use crate::span::Subtree;

/// Why a proof was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutside {
        /// The leaf.
        index: LeafIndex,
        /// The size.
        size: TreeSize,
    },
    /// The subtree ends after the tree.
    #[error("subtree {subtree} is not in a tree of size {size}")]
    SubtreeOutside {
        /// The subtree.
        subtree: Subtree,
        /// The size.
        size: TreeSize,
    },
    /// Too few hashes, or too many.
    #[error("the proof has {found} hashes, and {expected} are needed")]
    Length {
        /// How many the positions call for.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// The hashes do not lead to the earlier root.
    #[error("the proof does not lead to the root of the earlier tree")]
    EarlierRoot,
    /// The hashes do not lead to the hash of the subtree.
    #[error("the proof does not lead to the hash of the subtree")]
    SubtreeHash,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root of the tree")]
    Root,
}

/// Why a proof could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// There is nothing to prove: the positions do not fit together.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A hash was not to be had.
    #[error("a hash that the proof needs could not be read")]
    Source(#[source] E),
}
