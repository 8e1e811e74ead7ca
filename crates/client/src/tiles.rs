//! Asks for tiles, and hands a full one on only when it hashes to what its parent holds of it.

use std::fmt;
use std::sync::Arc;

use indelible_merkle::{Hash, LeafIndex, Refused, TILE_HEIGHT, TileError, TileId, TreeSize};
use indelible_note::{ClaimError, ProofFileError};
use indelible_wire::ResourcePath;
use indelible_wire::limits::TILE_BYTES_MAX;

use crate::cache::TileCache;
use crate::error::Fault;
use crate::fetch::Fetch;
use crate::fetch_error::FetchError;
use crate::tile::{self, FullTile};

/// Where a tile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePlace {
    /// 0 holds the leaf hashes.
    pub level: u8,
    /// From the left.
    pub index: u64,
}

impl TilePlace {
    /// The tile that holds this one's root.
    pub(crate) const fn parent(self) -> Self {
        Self { level: self.level + 1, index: self.index / tile::WIDTH as u64 }
    }

    /// Which of its parent's hashes is this one's root.
    pub(crate) fn offset_in_parent(self) -> usize {
        offset(self.index)
    }
}

/// Where number `index` of a row stands within its tile.
pub(crate) fn offset(index: u64) -> usize {
    usize::from(index.to_le_bytes()[0])
}

/// The partial tile that a level of the tree ends with, unless it ends with a full one.
pub(crate) fn edge_tile(level: u8, size: TreeSize) -> Option<TileId> {
    let bits = u32::from(TILE_HEIGHT) * (u32::from(level) + 1);
    TileId::at(level, size.get().checked_shr(bits).unwrap_or(0), size)
}

impl fmt::Display for TilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile {} of level {}", self.index, self.level)
    }
}

/// Why something cannot be read from a log's tiles.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// No answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The answer is no tile of the width that it must have.
    #[error("{place}: {source}")]
    Tile {
        /// The tile.
        place: TilePlace,
        /// What is wrong with it.
        source: TileError,
    },
    /// A full tile does not hash to what its verified parent holds.
    #[error("{place} hashes to {found}, but the tree holds {expected} there")]
    TileHash {
        /// The tile.
        place: TilePlace,
        /// What the parent holds.
        expected: Hash,
        /// What the tile hashes to.
        found: Hash,
    },
    /// The tiles along the right edge do not hash to the checkpoint's root.
    #[error("the tiles at the right edge of size {size} hash to {found}, but {expected} is signed")]
    EdgeHash {
        /// The checkpoint's size.
        size: TreeSize,
        /// The checkpoint's root.
        expected: Hash,
        /// What the tiles hash to.
        found: Hash,
    },
    /// Asked for a leaf that the checkpoint does not cover.
    #[error("leaf {index} is not among the {size} leaves of the checkpoint")]
    OutsideTree {
        /// The leaf.
        index: LeafIndex,
        /// The checkpoint's size.
        size: TreeSize,
    },
    /// Tiles that each verify still do not give a proof that verifies.
    #[error("the tiles do not yield a proof: {0}")]
    Refused(#[source] Refused),
    /// The checkpoint cannot be carried in a proof file.
    #[error("the checkpoint does not go into a proof file: {0}")]
    ProofFile(#[from] ProofFileError),
    /// The checkpoint's bytes do not parse again.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(#[from] ClaimError),
}

impl TreeError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Fetch(error) => error.fault(),
            Self::OutsideTree { .. } => Fault::Caller,
            Self::Tile { .. }
            | Self::TileHash { .. }
            | Self::EdgeHash { .. }
            | Self::Refused(_)
            | Self::ProofFile(_)
            | Self::Checkpoint(_) => Fault::Unproven,
        }
    }
}

/// A log's tiles and the cache of those already verified. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    fetch: Fetch,
    cache: Arc<TileCache>,
}

impl Tiles {
    pub(crate) const fn new(fetch: Fetch, cache: Arc<TileCache>) -> Self {
        Self { fetch, cache }
    }

    pub(crate) const fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// The full tile that hashes to `expected`. Nothing else is cached, nothing else is returned.
    pub(crate) async fn full(
        &self,
        place: TilePlace,
        expected: &Hash,
    ) -> Result<Arc<FullTile>, TreeError> {
        if let Some(tile) = self.cache.get(expected).await {
            return Ok(tile);
        }
        let tile = Arc::new(self.unverified_full(place).await?);
        if tile.root() != expected {
            return Err(TreeError::TileHash { place, expected: *expected, found: *tile.root() });
        }
        self.cache.insert(&tile).await;
        Ok(tile)
    }

    /// A full tile as the server has it, past the cache.
    pub(crate) async fn unverified_full(&self, place: TilePlace) -> Result<FullTile, TreeError> {
        let refused = |source| TreeError::Tile { place, source };
        let id = TileId::full(place.level, place.index).map_err(refused)?;
        let hashes = self.unverified(id).await?;
        let width = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
        FullTile::new(hashes).ok_or_else(|| refused(TileError::Width { width }))
    }

    /// The hashes of a partial tile, which only a root can verify. It may be gone once the full one
    /// exists (tlog-tiles, "Partial Tiles").
    pub(crate) async fn unverified_partial(&self, id: TileId) -> Result<Vec<Hash>, TreeError> {
        match self.unverified(id).await {
            Err(TreeError::Fetch(FetchError::NotFound { url })) => {
                let full = self.unverified(id.filled()).await.map_err(|error| match error {
                    // The partial tile is the one that should have been there.
                    TreeError::Fetch(FetchError::NotFound { .. }) => {
                        TreeError::Fetch(FetchError::NotFound { url })
                    }
                    error => error,
                });
                full.map(|mut hashes| {
                    hashes.truncate(usize::from(id.width().get()));
                    hashes
                })
            }
            answer => answer,
        }
    }

    async fn unverified(&self, id: TileId) -> Result<Vec<Hash>, TreeError> {
        let bytes = self.fetch.get(ResourcePath::Tile(id), TILE_BYTES_MAX).await?.body;
        let expected = usize::from(id.width().get()) * Hash::BYTES;
        let hashes = tile::parse_hashes(&bytes).filter(|_| bytes.len() == expected);
        hashes.ok_or_else(|| TreeError::Tile {
            place: TilePlace { level: id.level(), index: id.index() },
            source: TileError::Length { width: id.width(), expected, found: bytes.len() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_edge_is_that_of_the_specification() {
        // 70,000 leaves: 273 full tiles and 112 hashes; 1 and 17; 1 hash (tlog-tiles).
        let size = TreeSize::new(70_000).unwrap();
        let paths = (0..4).map(|level| edge_tile(level, size));
        let paths: Vec<_> =
            paths.map(|id| id.map(|id| ResourcePath::Tile(id).to_string())).collect();
        let path = |text: &str| Some(text.to_owned());
        let expected =
            [path("tile/0/273.p/112"), path("tile/1/001.p/17"), path("tile/2/000.p/1"), None];
        assert_eq!(paths, expected);
    }

    #[test]
    fn a_level_that_ends_with_a_full_tile_has_no_partial_one() {
        let size = TreeSize::new(256).unwrap();
        assert_eq!(edge_tile(0, size), None);
        assert_eq!(edge_tile(1, size).unwrap().width().get(), 1);
        assert_eq!(edge_tile(7, TreeSize::MAX).unwrap().width().get(), 0x7f);
        assert_eq!(edge_tile(8, TreeSize::MAX), None);
    }
}
