//! The way from a node up to the root, which every proof follows.
//!
//! An inclusion proof is the subtree proof of one leaf, and a consistency proof that of the first
//! leaves (draft-ietf-plants-merkle-tree-certs section 4.4.1), so that one way serves all three.

use alloc::vec::Vec;

use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::TreeSize;
use crate::refused::Refused;
use crate::span::Subtree;

/// On which side of the way a proof's hash stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The way from the node `position` to the root of a tree whose last node on the same level is
/// `last`. Levels are counted from that level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Climb {
    // INVARIANT: not over `last`, which is under 2^63.
    position: u64,
    // INVARIANT: at most 63. Below this many levels the tree goes on to the right of the way; from there on the way is the
    // tree's right edge, where only left neighbours are met.
    inner: u32,
}

impl Climb {
    pub(crate) const fn new(position: u64, last: u64) -> Self {
        Self { position, inner: bit_length(position ^ last) }
    }

    /// How many hashes the way needs.
    pub(crate) const fn length(self) -> u32 {
        self.inner + (self.position >> self.inner).count_ones()
    }

    /// The level and side of each hash, from the bottom up.
    pub(crate) fn steps(self) -> impl Iterator<Item = (u32, Side)> {
        let is_right_child = move |level: &u32| self.position >> level & 1 == 1;
        let inner = (0..self.inner).map(move |level| {
            (level, if is_right_child(&level) { Side::Left } else { Side::Right })
        });
        inner.chain((self.inner..u64::BITS).filter(is_right_child).map(|level| (level, Side::Left)))
    }
}

/// The proof of a subtree: how it begins, and the way from there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    subtree: Subtree,
    size: TreeSize,
    // How far above the leaves the way starts.
    level: u32,
    // Whether the way starts at the subtree's own root, so that its hash need not be in the proof.
    from_root: bool,
    climb: Climb,
}

impl Path {
    pub(crate) fn of(subtree: Subtree, size: TreeSize) -> Result<Self, Refused> {
        let Some(last) = size.last().filter(|_| subtree.end() <= size) else {
            return Err(Refused::SubtreeOutside { subtree, size });
        };
        let (start, end, last) = (subtree.start().get(), subtree.end().get() - 1, last.get());
        let root = bit_length(start ^ end);
        // A subtree whose right edge is not the tree's is met only as far up as that edge is made
        // of complete nodes.
        let level = if end == last { root } else { root.min(end.trailing_ones()) };
        let climb = Climb::new(end >> level, last >> level);
        Ok(Self { subtree, size, level, from_root: level == root, climb })
    }

    /// Whether the way starts at the subtree's own root.
    pub(crate) const fn starts_at_root(&self) -> bool {
        self.from_root
    }

    /// How many hashes the proof has.
    pub(crate) fn length(&self) -> usize {
        let above = usize::try_from(self.climb.length()).unwrap_or(usize::MAX);
        if self.from_root { above } else { above.saturating_add(1) }
    }

    /// For each hash of the way: its side, and whether it belongs to the subtree as well.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (Side, bool)> + use<> {
        let (first, position) = (self.subtree.start().get() >> self.level, self.climb.position);
        self.climb.steps().map(move |(level, side)| {
            (side, side == Side::Left && first >> level < position >> level)
        })
    }

    /// The subtrees whose hashes are the proof.
    fn spans(&self) -> impl Iterator<Item = Subtree> + use<> {
        let Self { size, level, climb, .. } = *self;
        let below = Subtree::of_node_in(level, climb.position, size);
        let siblings = climb.steps().map(move |(step, side)| {
            let position = climb.position >> step;
            let sibling = match side {
                Side::Left => position - 1,
                Side::Right => position + 1,
            };
            Subtree::of_node_in(level + step, sibling, size)
        });
        (!self.from_root).then_some(below).into_iter().chain(siblings)
    }

    /// Every node that [`Path::hashes`] asks for.
    pub(crate) fn nodes(&self) -> Vec<NodeId> {
        self.spans().flat_map(Subtree::peaks).collect()
    }

    /// The proof.
    pub(crate) fn hashes<S: NodeSource + ?Sized>(&self, source: &S) -> Result<Vec<Hash>, S::Error> {
        self.spans().map(|span| span.hash(source)).collect()
    }

    /// Refuses a proof that has not as many hashes as the positions call for.
    pub(crate) fn check_length(&self, found: usize) -> Result<(), Refused> {
        let expected = self.length();
        if found == expected { Ok(()) } else { Err(Refused::Length { expected, found }) }
    }
}

/// How many bits a number needs.
const fn bit_length(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}
