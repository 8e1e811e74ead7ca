//! The right edge of a growing tree: all that appending needs to know.

use alloc::vec::Vec;

use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::{Growth, LeafIndex, TreeSize};
use crate::span::Subtree;

/// The largest complete nodes of a tree, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: TreeSize,
    // INVARIANT: one for each bit that is set in `size`, the highest first.
    peaks: Vec<Hash>,
}

/// The tree has no room for as many leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} has no room for {leaves} more leaves")]
pub struct Full {
    /// The size.
    pub size: TreeSize,
    /// How many leaves were to be added.
    pub leaves: u64,
}

/// Peaks that are not as many as the size calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} has {expected} peaks, not {found}")]
pub struct PeaksError {
    /// The size.
    pub size: TreeSize,
    /// How many peaks it has.
    pub expected: usize,
    /// How many there were.
    pub found: usize,
}

impl Frontier {
    /// The tree without leaves.
    pub const fn empty() -> Self {
        Self { size: TreeSize::ZERO, peaks: Vec::new() }
    }

    /// A tree that was put away: its size, and its peaks from left to right.
    pub fn from_peaks(size: TreeSize, peaks: Vec<Hash>) -> Result<Self, PeaksError> {
        let (expected, found) = (peak_ids(size).len(), peaks.len());
        if found != expected {
            return Err(PeaksError { size, expected, found });
        }
        Ok(Self { size, peaks })
    }

    /// The tree of that size, as the source has it.
    pub fn from_source<S: NodeSource + ?Sized>(
        size: TreeSize,
        source: &S,
    ) -> Result<Self, S::Error> {
        let peaks = peak_ids(size).into_iter().map(|id| source.node(id));
        Ok(Self { size, peaks: peaks.collect::<Result<_, _>>()? })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) -> Result<LeafIndex, Full> {
        self.push_with(leaf, |_, _| ())
    }

    /// Appends a leaf and tells of every node that it completes: the leaf itself, then upwards.
    pub fn push_with(
        &mut self,
        leaf: Hash,
        mut completed: impl FnMut(NodeId, Hash),
    ) -> Result<LeafIndex, Full> {
        let Some(index) = self.size.next() else {
            return Err(Full { size: self.size, leaves: 1 });
        };
        let (mut node, mut hash) = (NodeId::leaf(index), leaf);
        completed(node, hash);
        // Each 1 at the end of the size is a peak that the new leaf makes a left sibling of.
        while let Some(left) = node.is_right().then(|| self.peaks.pop()).flatten() {
            hash = Hash::of_node(&left, &hash);
            node = node.parent();
            completed(node, hash);
        }
        self.peaks.push(hash);
        self.size = index.size_through();
        Ok(index)
    }

    /// Appends all leaves, or none where not all have room.
    pub fn push_all(
        &mut self,
        leaves: &[Hash],
        mut completed: impl FnMut(NodeId, Hash),
    ) -> Result<Growth, Full> {
        let (size, count) = (self.size, u64::try_from(leaves.len()).unwrap_or(u64::MAX));
        let full = Full { size, leaves: count };
        let growth = size.checked_add(count).and_then(|to| size.grow_to(to)).ok_or(full)?;
        for leaf in leaves {
            self.push_with(*leaf, &mut completed)?;
        }
        Ok(growth)
    }

    /// How many leaves there are.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The hashes of the nodes that [`peak_ids`] names.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        match peaks.next() {
            Some(last) => peaks.fold(last, |right, left| Hash::of_node(&left, &right)),
            None => Hash::EMPTY_ROOT,
        }
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::empty()
    }
}

/// The largest complete nodes of a tree of that size, from left to right.
pub fn peak_ids(size: TreeSize) -> Vec<NodeId> {
    Subtree::of_tree(size).map_or_else(Vec::new, |tree| tree.peaks().collect())
}

#[cfg(test)]
mod tests;
