//! The hashes of one tile, and the arithmetic inside it.

use indelible_merkle::{Hash, TILE_WIDTH, tile_root};

/// Hashes in a full tile, entries in a full bundle (tlog-tiles: 2^8).
pub(crate) const WIDTH: usize = 256;

const _: () = assert!(WIDTH as u64 == TILE_WIDTH);

/// A full tile and the hash that its parent holds of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FullTile {
    // INVARIANT: `hashes` are 256, and `root` was computed from them.
    root: Hash,
    hashes: Box<[Hash]>,
}

impl FullTile {
    pub(crate) const BYTES: usize = WIDTH * Hash::BYTES;

    /// `None` unless there are exactly 256 hashes.
    pub(crate) fn new(hashes: Vec<Hash>) -> Option<Self> {
        if hashes.len() != WIDTH {
            return None;
        }
        Some(Self { root: tile_root(&hashes), hashes: hashes.into() })
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        Self::new(parse_hashes(bytes)?)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    pub(crate) const fn root(&self) -> &Hash {
        &self.root
    }

    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

/// Splits a tile's bytes; `None` unless they are whole hashes.
pub(crate) fn parse_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<{ Hash::BYTES }>();
    rest.is_empty().then(|| hashes.iter().map(|hash| Hash::from_bytes(*hash)).collect())
}

/// The node `height` rows above the tile's bottom row, `offset` from the left.
pub(crate) fn node_in(hashes: &[Hash], height: u8, offset: usize) -> Option<Hash> {
    let width = 1_usize.checked_shl(height.into())?;
    let start = offset.checked_mul(width)?;
    Some(tile_root(hashes.get(start..start.checked_add(width)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u16) -> Vec<Hash> {
        (0..count).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect()
    }

    /// RFC 6962 section 2.1, for complete trees.
    fn oracle(leaves: &[Hash]) -> Hash {
        match leaves {
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len() / 2);
                Hash::of_node(&oracle(left), &oracle(right))
            }
        }
    }

    #[test]
    fn a_full_tile_knows_the_root_that_the_rfc_gives() {
        let tile = FullTile::new(leaves(256)).unwrap();
        assert_eq!(*tile.root(), oracle(&leaves(256)));
        assert_eq!(FullTile::parse(&tile.to_bytes()), Some(tile));
    }

    #[test]
    fn a_tile_of_another_length_is_no_full_tile() {
        assert!(FullTile::new(leaves(255)).is_none());
        assert!(FullTile::new(leaves(257)).is_none());
        assert!(FullTile::parse(&[0; FullTile::BYTES - 1]).is_none());
        assert!(FullTile::parse(&[0; FullTile::BYTES + 1]).is_none());
        assert!(FullTile::parse(&[]).is_none());
    }

    #[test]
    fn a_node_inside_is_the_root_of_what_stands_below_it() {
        let hashes = leaves(20);
        assert_eq!(node_in(&hashes, 0, 19), Some(hashes[19]));
        assert_eq!(node_in(&hashes, 2, 4), Some(oracle(&hashes[16..20])));
        assert_eq!(node_in(&hashes, 3, 2), None);
        assert_eq!(node_in(&hashes, 0, 20), None);
    }
}
