//! Where a leaf stands, how large a tree is, and the step from one size to a later one.

use core::fmt;

/// The largest size: the specs count in 63 bits, so that a signed integer holds every size.
const SIZE_MAX: u64 = i64::MAX.unsigned_abs();

/// A number that is not a position in any tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    /// No tree is as large.
    #[error("tree size {value} is over the limit of {SIZE_MAX}")]
    Size {
        /// The number.
        value: u64,
    },
    /// No tree has as many leaves before this one and this one.
    #[error("leaf index {value} is over the limit of {}", LeafIndex::MAX)]
    Index {
        /// The number.
        value: u64,
    },
    /// No tree holds the whole of such a node.
    #[error("node {index} on level {level} reaches over the limit of {SIZE_MAX} leaves")]
    Node {
        /// Its level.
        level: u8,
        /// Its position on the level.
        index: u64,
    },
}

/// How many leaves a tree has; at most 2^63 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeSize(
    // INVARIANT: `<= SIZE_MAX`.
    u64,
);

impl TreeSize {
    /// The size of the tree without leaves.
    pub const ZERO: Self = Self(0);
    /// The largest size, 2^63 - 1.
    pub const MAX: Self = Self(SIZE_MAX);

    /// A size, unless the number is over [`TreeSize::MAX`].
    pub const fn new(value: u64) -> Result<Self, PositionError> {
        if value <= SIZE_MAX { Ok(Self(value)) } else { Err(PositionError::Size { value }) }
    }

    /// A size that follows from others that were checked.
    pub(crate) const fn within_limit(value: u64) -> Self {
        debug_assert!(value <= SIZE_MAX, "a size is within the limit");
        Self(value)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there are no leaves.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The size after `leaves` more, unless that is over [`TreeSize::MAX`].
    pub fn checked_add(self, leaves: u64) -> Option<Self> {
        self.0.checked_add(leaves).and_then(|value| Self::new(value).ok())
    }

    /// Whether a tree of this size has this leaf.
    pub const fn contains(self, index: LeafIndex) -> bool {
        index.0 < self.0
    }

    /// The last leaf, unless there are no leaves.
    pub fn last(self) -> Option<LeafIndex> {
        self.0.checked_sub(1).map(LeafIndex)
    }

    /// The leaf that the next append will make, unless the tree is full.
    pub const fn next(self) -> Option<LeafIndex> {
        if self.0 < SIZE_MAX { Some(LeafIndex(self.0)) } else { None }
    }

    /// The step to `later`, or `None` if that would shrink the tree.
    pub fn grow_to(self, later: Self) -> Option<Growth> {
        (self <= later).then_some(Growth { from: self, to: later })
    }
}

/// A leaf's position, counted from 0; at most 2^63 - 2, the last leaf of the largest tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(
    // INVARIANT: `< SIZE_MAX`.
    u64,
);

impl LeafIndex {
    /// The first leaf.
    pub const ZERO: Self = Self(0);
    /// The last leaf of the largest tree.
    pub const MAX: Self = Self(SIZE_MAX - 1);

    /// An index, unless the number is over [`LeafIndex::MAX`].
    pub const fn new(value: u64) -> Result<Self, PositionError> {
        if value < SIZE_MAX { Ok(Self(value)) } else { Err(PositionError::Index { value }) }
    }

    /// An index that follows from others that were checked.
    pub(crate) const fn within_limit(value: u64) -> Self {
        debug_assert!(value < SIZE_MAX, "an index is within the limit");
        Self(value)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The size of the smallest tree that has this leaf.
    pub const fn size_through(self) -> TreeSize {
        TreeSize(self.0 + 1)
    }

    /// The size of the tree of all leaves before this one.
    pub const fn size_before(self) -> TreeSize {
        TreeSize(self.0)
    }
}

/// A step from one size to the same or a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Growth {
    // INVARIANT: `from <= to`; `TreeSize::grow_to` is the only way in.
    from: TreeSize,
    to: TreeSize,
}

impl Growth {
    /// The earlier size.
    pub const fn from(&self) -> TreeSize {
        self.from
    }

    /// The later size.
    pub const fn to(&self) -> TreeSize {
        self.to
    }

    /// How many leaves were added.
    pub const fn added(&self) -> u64 {
        self.to.0 - self.from.0
    }

    /// The leaves that were added.
    pub fn indices(
        &self,
    ) -> impl DoubleEndedIterator<Item = LeafIndex> + Clone + fmt::Debug + use<> {
        (self.from.0..self.to.0).map(LeafIndex as fn(u64) -> LeafIndex)
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    fn size(value: u64) -> TreeSize {
        TreeSize::new(value).unwrap()
    }

    #[test]
    fn sizes_end_where_signed_integers_end() {
        let most = 9_223_372_036_854_775_807;
        assert_eq!(TreeSize::MAX.get(), most);
        assert_eq!(size(most), TreeSize::MAX);
        for value in [most + 1, u64::MAX] {
            assert_eq!(TreeSize::new(value), Err(PositionError::Size { value }));
        }
        assert_eq!(
            TreeSize::new(most + 1).unwrap_err().to_string(),
            "tree size 9223372036854775808 is over the limit of 9223372036854775807"
        );
    }

    #[test]
    fn the_last_leaf_is_one_before_the_largest_size() {
        assert_eq!(TreeSize::MAX.last(), Some(LeafIndex::MAX));
        assert_eq!(LeafIndex::MAX.size_through(), TreeSize::MAX);
        assert_eq!(TreeSize::MAX.next(), None);
        assert_eq!(TreeSize::ZERO.last(), None);
        assert_eq!(TreeSize::ZERO.next(), Some(LeafIndex::ZERO));
        for value in [TreeSize::MAX.get(), u64::MAX] {
            assert_eq!(LeafIndex::new(value), Err(PositionError::Index { value }));
        }
        assert_eq!(
            LeafIndex::new(TreeSize::MAX.get()).unwrap_err().to_string(),
            "leaf index 9223372036854775807 is over the limit of 9223372036854775806"
        );
    }

    #[test]
    fn a_tree_never_shrinks() {
        assert_eq!(size(5).grow_to(size(4)), None);
        assert_eq!(size(5).grow_to(size(5)).unwrap().added(), 0);
        let growth = size(5).grow_to(size(8)).unwrap();
        assert_eq!((growth.from(), growth.to(), growth.added()), (size(5), size(8), 3));
        let indices: Vec<u64> = growth.indices().map(LeafIndex::get).collect();
        assert_eq!(indices, [5, 6, 7]);
    }

    #[test]
    fn adding_stops_at_the_largest_size() {
        assert_eq!(size(5).checked_add(3), Some(size(8)));
        assert_eq!(TreeSize::MAX.checked_add(0), Some(TreeSize::MAX));
        assert_eq!(TreeSize::MAX.checked_add(1), None);
        assert_eq!(size(1).checked_add(u64::MAX), None);
    }

    #[test]
    fn a_tree_has_the_leaves_before_its_size() {
        let index = LeafIndex::new(4).unwrap();
        assert!(size(5).contains(index));
        assert!(!size(4).contains(index));
        assert_eq!((index.size_before(), index.size_through()), (size(4), size(5)));
    }
}
