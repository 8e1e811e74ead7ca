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

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;
    use crate::oracle::{index, size};

    #[test]
    fn a_subtree_starts_at_a_multiple_of_its_size_rounded_up() {
        for start in 0..200_u64 {
            for end in 0..200_u64 {
                let made = Subtree::new(index(start), size(end));
                if start >= end {
                    let (start, end) = (index(start), size(end));
                    assert_eq!(made, Err(SubtreeError::Empty { start, end }));
                    continue;
                }
                let mut bit_ceil = 1;
                while bit_ceil < end - start {
                    bit_ceil *= 2;
                }
                assert_eq!(made.is_ok(), start % bit_ceil == 0, "[{start}, {end})");
            }
        }
    }

    #[test]
    fn subtrees_reach_to_the_largest_tree() {
        let max = TreeSize::MAX;
        assert!(Subtree::new(LeafIndex::ZERO, max).is_ok());
        assert!(Subtree::new(LeafIndex::MAX, max).is_ok());
        assert!(Subtree::new(index(1 << 62), max).is_ok());
        assert!(Subtree::new(index(1), max).is_err());
        assert!(Subtree::new(LeafIndex::MAX, size(1)).is_err());
        let refused = Subtree::new(index(1 << 61), max).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "subtree [2305843009213693952, 9223372036854775807) \
             starts at no multiple of 9223372036854775808"
        );
    }

    #[test]
    fn refusals_name_the_bounds() {
        let refused = Subtree::new(index(5), size(5)).unwrap_err();
        assert_eq!(refused.to_string(), "subtree [5, 5) has no leaves");
        let refused = Subtree::new(index(2), size(5)).unwrap_err();
        assert_eq!(refused.to_string(), "subtree [2, 5) starts at no multiple of 4");
    }

    #[test]
    fn the_draft_s_example_is_made_of_two_nodes() {
        let subtree = Subtree::new(index(8), size(13)).unwrap();
        let peaks: Vec<_> = subtree.peaks().map(|node| (node.level(), node.index())).collect();
        assert_eq!(peaks, [(2, 2), (0, 12)]);
        assert_eq!((subtree.start(), subtree.end(), subtree.leaves()), (index(8), size(13), 5));
        assert!(subtree.contains(index(8)) && subtree.contains(index(12)));
        assert!(!subtree.contains(index(7)) && !subtree.contains(index(13)));
        assert_eq!(subtree.to_string(), "[8, 13)");
    }

    #[test]
    fn peaks_lie_side_by_side_from_start_to_end() {
        for (start, end) in [(0, 1), (0, 70_000), (64, 101), (1 << 62, TreeSize::MAX.get())] {
            let subtree = Subtree::new(index(start), size(end)).unwrap();
            let mut at = start;
            for node in subtree.peaks() {
                assert_eq!(node.first_leaf().get(), at);
                at = node.size_after().get();
            }
            assert_eq!(at, end);
        }
    }
}
