//! A run of leaves that is a Merkle tree of its own: the subtree of
//! draft-ietf-plants-merkle-tree-certs section 4.1.

use core::fmt;

use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::{LeafIndex, TreeSize};

/// The leaves from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subtree {
    // INVARIANT: `start < end`, and `start` is a multiple of the smallest power of two that is not
    // smaller than `end - start`.
    start: LeafIndex,
    end: TreeSize,
}

/// Why a run of leaves is no subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubtreeError {
    /// There are no leaves in it.
    #[error("subtree [{start}, {end}) has no leaves")]
    Empty {
        /// Where it starts.
        start: LeafIndex,
        /// Where it ends.
        end: TreeSize,
    },
    /// It does not start where a tree of its size can start.
    #[error("subtree [{start}, {end}) starts at no multiple of {multiple}")]
    Misaligned {
        /// Where it starts.
        start: LeafIndex,
        /// Where it ends.
        end: TreeSize,
        /// Where a subtree of this size can start.
        multiple: u64,
    },
}

impl Subtree {
    /// The leaves `[start, end)`, if they make a subtree.
    pub fn new(start: LeafIndex, end: TreeSize) -> Result<Self, SubtreeError> {
        let leaves = match end.get().checked_sub(start.get()) {
            None | Some(0) => return Err(SubtreeError::Empty { start, end }),
            Some(leaves) => leaves,
        };
        // At most 2^63, as no size is larger than 2^63 - 1.
        let multiple = leaves.next_power_of_two();
        if !start.get().is_multiple_of(multiple) {
            return Err(SubtreeError::Misaligned { start, end, multiple });
        }
        Ok(Self { start, end })
    }

    /// The part of a complete node's leaves that is in a tree of that size.
    pub(crate) const fn of_node_in(level: u32, index: u64, size: TreeSize) -> Self {
        let (start, end) = (index << level, (index + 1) << level);
        let end = if end < size.get() { end } else { size.get() };
        debug_assert!(start < end, "a node that a proof needs has leaves");
        Self { start: LeafIndex::within_limit(start), end: TreeSize::within_limit(end) }
    }

    /// The subtree that is just this leaf.
    pub const fn of_leaf(index: LeafIndex) -> Self {
        Self { start: index, end: index.size_through() }
    }

    /// The whole tree of that size, unless it has no leaves.
    pub const fn of_tree(size: TreeSize) -> Option<Self> {
        if size.is_zero() { None } else { Some(Self { start: LeafIndex::ZERO, end: size }) }
    }

    /// The first leaf.
    pub const fn start(self) -> LeafIndex {
        self.start
    }

    /// The size of the smallest tree that has all leaves of the subtree.
    pub const fn end(self) -> TreeSize {
        self.end
    }

    /// How many leaves.
    pub const fn leaves(self) -> u64 {
        self.end.get() - self.start.get()
    }

    /// Whether the leaf is one of the subtree's.
    pub const fn contains(self, index: LeafIndex) -> bool {
        self.start.get() <= index.get() && self.end.contains(index)
    }

    /// The complete nodes that make it up, from left (largest) to right (smallest).
    pub fn peaks(self) -> impl DoubleEndedIterator<Item = NodeId> + Clone + fmt::Debug + use<> {
        let (start, leaves) = (self.start.get(), self.leaves());
        (0..=62_u8).rev().filter(move |level| leaves >> level & 1 == 1).map(move |level| {
            let before = leaves >> level >> 1 << 1;
            NodeId::within_tree(level, (start >> level) + before)
        })
    }

    /// Its hash, from the hashes of complete nodes.
    pub(crate) fn hash<S: NodeSource + ?Sized>(self, source: &S) -> Result<Hash, S::Error> {
        let mut peaks = self.peaks().rev();
        let mut hash = match peaks.next() {
            Some(last) => source.node(last)?,
            None => Hash::EMPTY_ROOT,
        };
        for peak in peaks {
            hash = Hash::of_node(&source.node(peak)?, &hash);
        }
        Ok(hash)
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}
