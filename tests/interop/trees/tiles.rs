//! Tiles: which there are, what they are called, and their bytes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use indelible_merkle::{
    Hash, LeafIndex, NodeId, NodeSource, Tile, TileId, TreeSize, inclusion, tiles_of,
};
use indelible_wire::ResourcePath;
use serde_json::json;

use super::both::Both;
use super::{LARGE, size};
use crate::dice::Dice;
use crate::oracle::{Oracle, text};

/// Sizes at which tiles begin, end and go up a level, and some between.
fn sizes() -> Vec<u64> {
    let mut dice = Dice::new(8);
    let edges = [1, 2, 255, 256, 257, 511, 512, 513, 4_095, 4_096, LARGE];
    edges.into_iter().chain((0..30).map(|_| 1 + dice.below(LARGE))).collect()
}

#[test]
fn the_tiles_of_a_tree_are_the_ones_that_tlog_lists_under_the_same_names() {
    let mut both = Both::of(LARGE);
    for at in sizes() {
        let listed = both.theirs.must("tree.tiles", &json!({ "from": 0, "to": at }));
        let theirs: BTreeSet<String> = listed
            .as_array()
            .expect("a list of tiles")
            .iter()
            // tlog's tiles may have another height and say so; those of tlog-tiles have one.
            .map(|tile| text(&tile["path"]).replacen("tile/8/", "tile/", 1))
            .collect();
        let ours = tiles_of(size(at)).map(|tile| ResourcePath::Tile(tile).to_string()).collect();
        assert_eq!(theirs, ours, "size {at}");
    }
}

#[test]
fn the_bytes_of_a_tile_are_those_of_tlog() {
    let mut both = Both::of(LARGE);
    for at in sizes() {
        for tile in tiles_of(size(at)) {
            let theirs = tile_of(&mut both.theirs, tile);
            let mut ours: Vec<u8> = Vec::with_capacity(theirs.len());
            for node in nodes_of(tile) {
                ours.extend(both.ours.node(node).expect("every node is there").as_bytes());
            }
            assert_eq!(ours, theirs, "{tile:?} at size {at}");
        }
    }
}

#[test]
fn proofs_made_from_nothing_but_the_tiles_of_tlog_are_right() {
    let mut both = Both::of(LARGE);
    let mut dice = Dice::new(9);
    for at in sizes() {
        let index = dice.below(at);
        let leaf = LeafIndex::new(index).expect("a small index");
        let (hash, root) = (both.leaf(index), both.our_root(at));
        let source = Tiles { oracle: RefCell::new(&mut both.theirs), size: size(at) };
        let proof = inclusion::prove(leaf, size(at), &source).expect("every tile is there");
        inclusion::verify(&hash, leaf, size(at), &proof, &root).expect("a right proof");
    }
}

/// Nodes read out of tlog's tiles of one tree.
struct Tiles<'a> {
    oracle: RefCell<&'a mut Oracle>,
    size: TreeSize,
}

impl NodeSource for Tiles<'_> {
    type Error = NodeId;

    fn node(&self, id: NodeId) -> Result<Hash, NodeId> {
        let tile = TileId::holding(id, self.size).ok_or(id)?;
        let bytes = tile_of(&mut self.oracle.borrow_mut(), tile);
        Tile::parse(tile, bytes).ok().and_then(|tile| tile.node(id)).ok_or(id)
    }
}

fn tile_of(oracle: &mut Oracle, tile: TileId) -> Vec<u8> {
    let asked = json!({
        "level": tile.level(),
        "index": tile.index(),
        "width": tile.width().get(),
    });
    oracle.must_bytes("tree.tile", &asked)
}

/// The nodes at the foot of a tile, left to right.
fn nodes_of(tile: TileId) -> impl Iterator<Item = NodeId> {
    let first = tile.index() * 256;
    let foot = tile.level() * 8;
    (0..u64::from(tile.width().get()))
        .map(move |at| NodeId::new(foot, first + at).expect("a node of a small tree"))
}
