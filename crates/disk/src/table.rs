//! Tables: a name on disk, and how its rows come and go.

/// A table. Its name is part of the format on disk: a renamed table is another table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// Unique within a database, and never `default`, which RocksDB keeps for itself.
    pub name: &'static str,
    /// How its rows come and go. Changing it between two runs is safe: it steers layout, not meaning.
    pub shape: Shape,
}

/// What rows are like, from which compression, filters and compaction follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// Keys ascend, rows are never changed or deleted, values compress (entries).
    /// Written once, compressed at the first flush, and from then on moved between levels unread.
    Sequence,
    /// As [`Shape::Sequence`], but values are hashes, which no compression makes smaller.
    Hashes,
    /// Many small rows whose keys begin with at least [`Shape::LOOKUP_PREFIX_BYTES`] bytes that look
    /// random; looked up by key or by that prefix, and mostly not there.
    Lookup,
    /// Few rows, rewritten often.
    State,
}

impl Shape {
    /// Scans of a [`Shape::Lookup`] table that stay within one prefix of this length can be answered
    /// by a filter. Half a SHA-256: two keys that share it by chance are not to be met.
    pub const LOOKUP_PREFIX_BYTES: usize = 16;
}
