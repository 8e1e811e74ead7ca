//! Which complete node of the tree is meant, and who can tell its hash.

use core::fmt;

use crate::hash::Hash;
use crate::position::{LeafIndex, PositionError, TreeSize};

/// The node above `2^level` leaves, all of which are there. Its hash never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    // INVARIANT: `(index + 1) << level <= TreeSize::MAX`, hence `level <= 62`.
    level: u8,
    index: u64,
}

impl NodeId {
    /// The node on `level` (leaves are on level 0) after `index` others of that level.
    pub const fn new(level: u8, index: u64) -> Result<Self, PositionError> {
        let on_level = match TreeSize::MAX.get().checked_shr(level as u32) {
            Some(on_level) => on_level,
            None => 0,
        };
        if index < on_level {
            Ok(Self { level, index })
        } else {
            Err(PositionError::Node { level, index })
        }
    }

    /// A node whose place follows from positions that were checked before.
    pub(crate) const fn within_tree(level: u8, index: u64) -> Self {
        debug_assert!(Self::new(level, index).is_ok(), "a node lies within the largest tree");
        Self { level, index }
    }

    /// The node that is just this leaf.
    pub const fn leaf(index: LeafIndex) -> Self {
        Self { level: 0, index: index.get() }
    }

    /// How far above the leaves.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// How many nodes of the same level stand before it.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Its leftmost leaf.
    pub const fn first_leaf(self) -> LeafIndex {
        LeafIndex::within_limit(self.index << self.level)
    }

    /// The size of the smallest tree that has all its leaves.
    pub const fn size_after(self) -> TreeSize {
        TreeSize::within_limit((self.index + 1) << self.level)
    }

    /// Whether it is the right one of the two nodes under its parent.
    pub const fn is_right(self) -> bool {
        self.index & 1 == 1
    }

    /// The node above a right one. It is complete, as all leaves of its left child come first.
    pub(crate) const fn parent(self) -> Self {
        Self::within_tree(self.level + 1, self.index >> 1)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} on level {}", self.index, self.level)
    }
}

/// Whoever can tell the hash of a complete node: rows, tiles, memory.
pub trait NodeSource {
    /// Why it could not.
    type Error;

    /// The hash of the node. Only ever asked for nodes that are complete in the tree at hand.
    fn node(&self, id: NodeId) -> Result<Hash, Self::Error>;
}

impl<S: NodeSource + ?Sized> NodeSource for &S {
    type Error = S::Error;

    fn node(&self, id: NodeId) -> Result<Hash, S::Error> {
        (**self).node(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_knows_its_leaves() {
        let node = NodeId::new(3, 5).unwrap();
        assert_eq!((node.first_leaf().get(), node.size_after().get()), (40, 48));
        let leaf = NodeId::leaf(LeafIndex::MAX);
        assert_eq!((leaf.first_leaf(), leaf.size_after()), (LeafIndex::MAX, TreeSize::MAX));
    }

    #[test]
    fn nodes_beyond_the_largest_tree_are_refused() {
        for level in 0..=62_u8 {
            let count = TreeSize::MAX.get() >> level;
            let last = NodeId::new(level, count - 1).unwrap();
            assert_eq!(last.first_leaf().get(), (count - 1) << level);
            assert_eq!(last.size_after().get(), count << level);
            let refused = PositionError::Node { level, index: count };
            assert_eq!(NodeId::new(level, count), Err(refused));
        }
        for level in 63..=u8::MAX {
            assert_eq!(NodeId::new(level, 0), Err(PositionError::Node { level, index: 0 }));
        }
    }
}
