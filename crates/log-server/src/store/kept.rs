//! What reading tiles has found, kept for the next proof, within bounds.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use indelible_merkle::{Hash, TILE_WIDTH, Tile, TileId};
use parking_lot::Mutex;

/// 16 KiB each; the tiles above level 0 of ten million entries are 153.
const INSIDES_MAX: usize = 512;
/// About 600 bytes each; sixteen million entries have as many tiles.
const WAISTS_MAX: usize = 65_536;

/// As many tiles as that are kept as they are served.
const SERVED_MAX: usize = 512;

/// A tile's bytes and their digest.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) bytes: Bytes,
    pub(crate) digest: Hash,
}

/// All complete nodes inside a tile, by their height above its hashes.
#[derive(Debug)]
pub(super) struct Inside {
    heights: Vec<Vec<Hash>>,
}

impl Inside {
    pub(super) fn of(tile: &Tile) -> Self {
        let mut heights = vec![tile.hashes().to_vec()];
        while let Some(below) = heights.last().filter(|below| below.len() > 1) {
            let (pairs, _) = below.as_chunks::<2>();
            heights.push(pairs.iter().map(|[left, right]| Hash::of_node(left, right)).collect());
        }
        Self { heights }
    }

    /// The node at this height whose number on its level of the tree is `index`.
    pub(super) fn node(&self, above: u8, index: u64) -> Option<Hash> {
        let within = usize::try_from(index % (TILE_WIDTH >> above)).ok()?;
        self.heights.get(usize::from(above))?.get(within).copied()
    }
}

/// Tiles for readers, the nodes inside those that many proofs share, and of every full tile of leaves
/// the nodes halfway up.
#[derive(Debug)]
pub(super) struct KeptTiles {
    served: Mutex<Kept<Served>>,
    insides: Mutex<Kept<Arc<Inside>>>,
    waists: Mutex<Kept<Arc<[Hash]>>>,
}

impl KeptTiles {
    pub(super) fn served(&self, id: TileId) -> Option<Served> {
        self.served.lock().get(id)
    }

    pub(super) fn keep_served(&self, id: TileId, served: Served) {
        self.served.lock().put(id, served);
    }

    pub(super) fn inside(&self, id: TileId) -> Option<Arc<Inside>> {
        self.insides.lock().get(id)
    }

    pub(super) fn keep_inside(&self, id: TileId, inside: Arc<Inside>) {
        self.insides.lock().put(id, inside);
    }

    pub(super) fn waist(&self, id: TileId) -> Option<Arc<[Hash]>> {
        self.waists.lock().get(id)
    }

    pub(super) fn keep_waist(&self, id: TileId, waist: Arc<[Hash]>) {
        self.waists.lock().put(id, waist);
    }
}

impl Default for KeptTiles {
    fn default() -> Self {
        Self {
            served: Mutex::new(Kept::new(SERVED_MAX)),
            insides: Mutex::new(Kept::new(INSIDES_MAX)),
            waists: Mutex::new(Kept::new(WAISTS_MAX)),
        }
    }
}

/// Forgets what was not asked for while half of the most it holds was.
#[derive(Debug)]
struct Kept<V> {
    young: HashMap<TileId, V>,
    old: HashMap<TileId, V>,
    half: usize,
}

impl<V: Clone> Kept<V> {
    fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half: most / 2 }
    }

    fn get(&mut self, id: TileId) -> Option<V> {
        if let Some(value) = self.young.get(&id) {
            return Some(value.clone());
        }
        let value = self.old.remove(&id)?;
        self.put(id, value.clone());
        Some(value)
    }

    fn put(&mut self, id: TileId, value: V) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, value);
    }
}

#[cfg(test)]
mod tests {
    use indelible_merkle::TileWidth;

    use super::*;

    #[test]
    fn no_more_is_kept_than_the_limit_and_what_is_asked_for_stays() {
        let id = |index| TileId::new(0, index, TileWidth::new(256).unwrap()).unwrap();
        let mut kept = Kept::new(10);
        for index in 0..1_000 {
            kept.put(id(index), index);
            assert_eq!(kept.get(id(0)), Some(0), "after {index}");
            assert!(kept.young.len() + kept.old.len() <= 10);
        }
        assert_eq!((kept.get(id(999)), kept.get(id(500))), (Some(999), None));
    }
}
