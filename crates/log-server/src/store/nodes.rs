//! The tree's nodes, as proofs ask for them: each from the tile that holds it.
//!
//! Rows below the committed size never change, so whatever was read may be kept. Kept are all nodes
//! inside the tiles above level 0 and at the tree's edge, which many proofs share, and of every full
//! tile of leaves the nodes halfway up: without them each proof would hash all its 256 leaves again.

use std::cell::RefCell;
use std::sync::Arc;

use indelible_merkle::{Hash, NodeId, NodeSource, TILE_HEIGHT, Tile, TileId, TreeSize, tile_root};

use super::kept::{Inside, KeptTiles};
use super::read::{LogRows, ReadError};

/// How far above a tile's hashes the kept nodes stand.
const WAIST: u8 = 4;
/// Hashes of a tile under one of them.
const WAIST_WIDTH: usize = 1 << WAIST;

/// The nodes of the tree of the first so many leaves.
#[derive(Debug)]
pub(crate) struct Nodes<'rows> {
    rows: &'rows LogRows,
    kept: &'rows KeptTiles,
    size: TreeSize,
    /// A proof asks for several nodes of one tile.
    last: RefCell<Option<Arc<Tile>>>,
}

impl LogRows {
    /// The nodes of the tree of the first `size` leaves.
    pub(crate) fn nodes(&self, size: TreeSize) -> Nodes<'_> {
        Nodes { rows: self, kept: self.kept(), size, last: RefCell::new(None) }
    }
}

impl Nodes<'_> {
    /// A full tile of leaves. They are too many to be kept.
    fn leaves(&self, id: TileId) -> Result<Arc<Tile>, ReadError> {
        if let Some(last) = self.last.borrow().as_ref().filter(|last| last.id() == id) {
            return Ok(Arc::clone(last));
        }
        let tile = Arc::new(self.rows.tile(id)?);
        self.last.replace(Some(Arc::clone(&tile)));
        Ok(tile)
    }

    fn waist(&self, id: TileId) -> Result<Arc<[Hash]>, ReadError> {
        if let Some(waist) = self.kept.waist(id) {
            return Ok(waist);
        }
        let tile = self.leaves(id)?;
        let waist: Arc<[Hash]> = tile.hashes().chunks_exact(WAIST_WIDTH).map(tile_root).collect();
        self.kept.keep_waist(id, Arc::clone(&waist));
        Ok(waist)
    }

    fn inside(&self, id: TileId) -> Result<Arc<Inside>, ReadError> {
        if let Some(inside) = self.kept.inside(id) {
            return Ok(inside);
        }
        let inside = Arc::new(Inside::of(&self.rows.tile(id)?));
        self.kept.keep_inside(id, Arc::clone(&inside));
        Ok(inside)
    }
}

impl NodeSource for Nodes<'_> {
    type Error = ReadError;

    fn node(&self, id: NodeId) -> Result<Hash, ReadError> {
        let missing = || ReadError::HashMissing { level: id.level() / 8, index: id.index() };
        let tile = TileId::holding(id, self.size).ok_or_else(missing)?;
        let above = id.level() % TILE_HEIGHT;
        if tile.level() > 0 || !tile.width().is_full() {
            return self.inside(tile)?.node(above, id.index()).ok_or_else(missing);
        }
        let Some(above) = above.checked_sub(WAIST) else {
            return self.leaves(tile)?.node(id).ok_or_else(missing);
        };
        let waist = self.waist(tile)?;
        let first = usize::try_from((id.index() << above) % (1 << WAIST)).map_err(|_| missing())?;
        let under = waist.get(first..first + (1 << above)).ok_or_else(missing)?;
        Ok(tile_root(under))
    }
}

#[cfg(test)]
mod tests {
    use indelible_merkle::{LeafIndex, inclusion};

    use super::*;
    use crate::testing::{TestLog, oracle_root};

    fn size(n: usize) -> TreeSize {
        TreeSize::new(u64::try_from(n).unwrap()).unwrap()
    }

    #[test]
    fn proofs_from_kept_tiles_are_those_from_rows() {
        let log = TestLog::of(600, &[7, 250, 1]);
        let leaves = log.leaves();
        // Whatever an earlier size left behind must not show in a later one.
        for n in (1..=600).step_by(13).chain([255, 256, 257, 511, 512, 513, 600]) {
            let root = oracle_root(&leaves[..n]);
            for i in (0..n).step_by(29) {
                let index = LeafIndex::new(u64::try_from(i).unwrap()).unwrap();
                let proof = inclusion::prove(index, size(n), &log.rows.nodes(size(n))).unwrap();
                inclusion::verify(&leaves[i], index, size(n), &proof, &root).unwrap();
            }
        }
    }
}
