//! Tiles: runs of up to 256 hashes of every eighth level (C2SP tlog-tiles, "Merkle Tree").

use alloc::vec::Vec;
use core::fmt;

use crate::hash::Hash;
use crate::node::NodeId;
use crate::position::TreeSize;

/// How many levels of the tree a tile spans.
pub const TILE_HEIGHT: u8 = 8;

/// How many hashes a full tile has.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;

/// The highest level that a tile's path can name; a tree of 2^63 - 1 leaves has tiles up to 7.
const LEVEL_MAX: u8 = 63;

/// How many hashes a tile has: 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileWidth(
    // INVARIANT: `1..=256`.
    u16,
);

/// Which tile, at which width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: TileWidth,
}

/// The hashes of a tile.
#[derive(Clone, PartialEq, Eq)]
pub struct Tile {
    id: TileId,
    // INVARIANT: as many as the width says.
    hashes: Vec<Hash>,
}

/// Why something is no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// No path names such a level.
    #[error("tile level {level} is over the limit of {LEVEL_MAX}")]
    Level {
        /// The level.
        level: u8,
    },
    /// No tile is as wide, or it would have no hashes.
    #[error("tile width {width} is not from 1 to {TILE_WIDTH}")]
    Width {
        /// The width.
        width: u16,
    },
    /// The bytes are too few or too many for the width.
    #[error("a tile of width {width} has {expected} bytes, not {found}")]
    Length {
        /// The width.
        width: TileWidth,
        /// How many bytes it has.
        expected: usize,
        /// How many there were.
        found: usize,
    },
}

impl TileWidth {
    /// The width of a full tile.
    pub const FULL: Self = Self(256);

    /// A width, if it is from 1 to 256.
    pub const fn new(width: u16) -> Result<Self, TileError> {
        if width >= 1 && width <= Self::FULL.0 {
            Ok(Self(width))
        } else {
            Err(TileError::Width { width })
        }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether the tile can grow no more.
    pub const fn is_full(self) -> bool {
        self.0 == Self::FULL.0
    }
}

impl TileId {
    /// A tile as a path names it: any that could be asked for, in whatever tree.
    pub const fn new(level: u8, index: u64, width: TileWidth) -> Result<Self, TileError> {
        if level > LEVEL_MAX {
            return Err(TileError::Level { level });
        }
        Ok(Self { level, index, width })
    }

    /// A full tile.
    pub const fn full(level: u8, index: u64) -> Result<Self, TileError> {
        Self::new(level, index, TileWidth::FULL)
    }

    /// The tile at the width that it has in a tree of that size, unless it has no hashes there.
    pub fn at(level: u8, index: u64, size: TreeSize) -> Option<Self> {
        let width = TileWidth::new(width_at(level, index, size)).ok()?;
        Self::new(level, index, width).ok()
    }

    /// The tile from whose hashes the node follows, at the width that it has in a tree of that
    /// size, unless the node is not complete there.
    pub fn holding(node: NodeId, size: TreeSize) -> Option<Self> {
        if node.size_after() > size {
            return None;
        }
        let (level, above) = (node.level() / TILE_HEIGHT, node.level() % TILE_HEIGHT);
        Self::at(level, node.index() >> (TILE_HEIGHT - above), size)
    }

    /// The tile's level: its hashes are nodes on level `8 * level`.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// How many tiles of the same level stand before it.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has.
    pub const fn width(self) -> TileWidth {
        self.width
    }

    /// The same tile, when it is full.
    #[must_use]
    pub const fn filled(self) -> Self {
        Self { width: TileWidth::FULL, ..self }
    }

    /// Whether a tree of that size has all hashes of the tile, at this width.
    pub fn is_in(self, size: TreeSize) -> bool {
        self.width.0 <= width_at(self.level, self.index, size)
    }
}

impl Tile {
    /// Takes bytes as the hashes of a tile. That they are the right ones is not checked.
    #[expect(clippy::needless_pass_by_value, reason = "the bytes have become the tile")]
    pub fn parse(id: TileId, bytes: Vec<u8>) -> Result<Self, TileError> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::BYTES }>();
        let width = usize::from(id.width);
        if hashes.len() != width || !rest.is_empty() {
            let expected = width.saturating_mul(Hash::BYTES);
            return Err(TileError::Length { width: id.width, expected, found: bytes.len() });
        }
        Ok(Self { id, hashes: hashes.iter().copied().map(Hash::from_bytes).collect() })
    }

    /// Which tile it is.
    pub const fn id(&self) -> TileId {
        self.id
    }

    /// The hashes, from left to right.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The bytes that [`Tile::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect()
    }

    /// The hash over all that the tile has: for a full tile that of the node above it.
    pub fn root(&self) -> Hash {
        tile_root(&self.hashes)
    }

    /// The hash of a node that stands in the tile or, where the tile is full, right above it.
    pub fn node(&self, node: NodeId) -> Option<Hash> {
        let above = node.level().checked_sub(self.id.level.checked_mul(TILE_HEIGHT)?)?;
        let below_top = TILE_HEIGHT.checked_sub(above)?;
        if node.index() >> below_top != self.id.index {
            return None;
        }
        let first = (node.index() << above) % TILE_WIDTH;
        let first = usize::try_from(first).ok()?;
        let hashes = self.hashes.get(first..first.checked_add(1 << above)?)?;
        Some(tile_root(hashes))
    }
}

impl From<TileWidth> for u16 {
    fn from(width: TileWidth) -> Self {
        width.0
    }
}

impl From<TileWidth> for u64 {
    fn from(width: TileWidth) -> Self {
        Self::from(width.0)
    }
}

impl From<TileWidth> for usize {
    fn from(width: TileWidth) -> Self {
        Self::from(width.0)
    }
}

impl fmt::Display for TileWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tile").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How many hashes (or, on level 0, entries of a bundle) a tile has in a tree of that size; 0 where
/// there is no such tile.
pub fn width_at(level: u8, index: u64, size: TreeSize) -> u16 {
    let on_level = size.get().checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
    let before = index.saturating_mul(TILE_WIDTH);
    let width = on_level.saturating_sub(before).min(TILE_WIDTH);
    u16::try_from(width).unwrap_or(TileWidth::FULL.0)
}

/// Every tile of a tree of that size: level by level, from left to right, only the last of a level
/// ever partial.
pub fn tiles_of(size: TreeSize) -> impl Iterator<Item = TileId> {
    (0..=LEVEL_MAX)
        .take_while(move |level| width_at(*level, 0, size) > 0)
        .flat_map(move |level| (0..).map_while(move |index| TileId::at(level, index, size)))
}

/// The root over hashes that stand side by side (RFC 6962 section 2.1, but of hashes of one level in
/// place of leaves).
pub fn tile_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Hash::EMPTY_ROOT,
        [hash] => *hash,
        _ => {
            // The largest power of two smaller than their number.
            let (left, right) = hashes.split_at(hashes.len().div_ceil(2).next_power_of_two());
            Hash::of_node(&tile_root(left), &tile_root(right))
        }
    }
}

#[cfg(test)]
mod tests;
