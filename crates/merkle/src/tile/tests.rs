//! What the room `tile` promises, held against the specs' text and other people's trees.

use alloc::string::ToString;
use alloc::vec;

use super::*;
use crate::oracle::{self, Data, Leaves};

fn width(width: u16) -> TileWidth {
    TileWidth::new(width).unwrap()
}

fn tile(level: u8, index: u64, size: u64) -> Option<TileId> {
    TileId::at(level, index, oracle::size(size))
}

/// Number of tiles of each level that are full, and the width of the partial one, if any.
fn levels(size: u64) -> Vec<(u8, u64, Option<u16>)> {
    let mut levels: Vec<(u8, u64, Option<u16>)> = Vec::new();
    for id in tiles_of(oracle::size(size)) {
        if levels.last().is_none_or(|(level, ..)| *level != id.level()) {
            levels.push((id.level(), 0, None));
        }
        let (_, full, partial) = levels.last_mut().unwrap();
        assert_eq!((id.index(), *partial), (*full, None), "left to right, the partial one last");
        if id.width().is_full() {
            *full += 1;
        } else {
            *partial = Some(id.width().get());
        }
    }
    levels
}

#[test]
fn trees_have_the_tiles_of_the_spec_s_examples() {
    // tlog-tiles, "Partial Tiles".
    assert_eq!(levels(256), [(0, 1, None), (1, 0, Some(1))]);
    assert_eq!(levels(70_000), [(0, 273, Some(112)), (1, 1, Some(17)), (2, 0, Some(1))]);
}

#[test]
fn no_tile_is_empty_and_no_partial_tile_is_part_of_another() {
    assert_eq!(levels(0), []);
    assert_eq!(levels(1), [(0, 0, Some(1))]);
    assert_eq!(levels(255), [(0, 0, Some(255))]);
    assert_eq!(levels(257), [(0, 1, Some(1)), (1, 0, Some(1))]);
    assert_eq!(levels(511), [(0, 1, Some(255)), (1, 0, Some(1))]);
    assert_eq!(levels(512), [(0, 2, None), (1, 0, Some(2))]);
    assert_eq!(levels(65_535), [(0, 255, Some(255)), (1, 0, Some(255))]);
    assert_eq!(levels(65_536), [(0, 256, None), (1, 1, None), (2, 0, Some(1))]);
}

#[test]
fn widths_follow_the_spec_s_formula() {
    let sizes = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000, 1 << 40, u64::MAX >> 1];
    for size in sizes {
        for level in 0..8_u32 {
            // "floor(s / 256^l) mod 256"
            let on_level = size / 256_u64.pow(level);
            let (full, partial) = (on_level / 256, on_level % 256);
            let width = |index| width_at(u8::try_from(level).unwrap(), index, oracle::size(size));
            assert_eq!(u64::from(width(full)), partial);
            assert!(full == 0 || width(full - 1) == 256);
            assert_eq!((width(full + 1), width(u64::MAX)), (0, 0));
        }
        for level in [8, 63, 64, u8::MAX] {
            assert_eq!(width_at(level, 0, oracle::size(size)), 0);
        }
    }
}

#[test]
fn the_largest_tree_has_tiles_up_to_level_7() {
    let max = TreeSize::MAX;
    assert_eq!(TileId::at(7, 0, max).map(TileId::width), Some(width(127)));
    assert_eq!(TileId::at(8, 0, max), None);
    let last = (1 << 55) - 1;
    assert_eq!(TileId::at(0, last, max).map(TileId::width), Some(width(255)));
    assert_eq!(TileId::at(0, last + 1, max), None);
    let node = NodeId::new(62, 0).unwrap();
    assert_eq!(TileId::holding(node, max), TileId::at(7, 0, max));
}

#[test]
fn a_tile_is_in_every_tree_that_has_all_its_hashes() {
    let id = TileId::new(1, 2, width(3)).unwrap();
    let first = (2 * 256 + 3) * 256;
    for size in [0, 1, first - 1] {
        assert!(!id.is_in(oracle::size(size)));
    }
    for size in [first, first + 1, 1 << 30] {
        assert!(id.is_in(oracle::size(size)));
    }
    assert!(!id.filled().is_in(oracle::size(3 * 65_536 - 1)));
    assert!(id.filled().is_in(oracle::size(3 * 65_536)));
    for (level, index) in [(63, 0), (8, 0), (0, u64::MAX), (7, u64::MAX)] {
        let id = TileId::new(level, index, width(1)).unwrap();
        assert!(!id.is_in(TreeSize::MAX), "level {level}, index {index}");
    }
}

#[test]
fn levels_and_widths_that_no_path_names_are_refused() {
    for level in [64, 100, u8::MAX] {
        assert_eq!(TileId::full(level, 0), Err(TileError::Level { level }));
    }
    assert!(TileId::full(63, u64::MAX).is_ok());
    for width in [0, 257, u16::MAX] {
        assert_eq!(TileWidth::new(width), Err(TileError::Width { width }));
    }
    assert_eq!(TileWidth::new(256), Ok(TileWidth::FULL));
    assert_eq!(TileError::Width { width: 257 }.to_string(), "tile width 257 is not from 1 to 256");
    assert_eq!(TileError::Level { level: 64 }.to_string(), "tile level 64 is over the limit of 63");
}

#[test]
fn bytes_of_another_length_are_refused() {
    for hashes in [1, 2, 255, 256] {
        let id = TileId::new(0, 0, width(hashes)).unwrap();
        let expected = usize::from(hashes) * 32;
        for found in [0, 1, expected - 32, expected - 1, expected + 1, expected + 32] {
            let refused = TileError::Length { width: width(hashes), expected, found };
            assert_eq!(Tile::parse(id, vec![7; found]), Err(refused));
        }
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(expected).collect();
        let tile = Tile::parse(id, bytes.clone()).unwrap();
        assert_eq!((tile.id(), tile.hashes().len()), (id, usize::from(hashes)));
        assert_eq!(tile.to_bytes(), bytes);
    }
}

fn cut(leaves: &Leaves, id: TileId) -> Tile {
    let under_each = 1 << (8 * id.level());
    let first = id.index() * 256;
    let bytes = (first..first + u64::from(id.width()))
        .flat_map(|at| *leaves.mth(at * under_each, (at + 1) * under_each).as_bytes())
        .collect();
    Tile::parse(id, bytes).unwrap()
}

#[test]
fn every_complete_node_follows_from_the_tile_that_holds_it() {
    let leaves = Leaves::new(66_000);
    for n in [1, 2, 3, 255, 256, 257, 300, 511, 512, 1_000, 66_000] {
        let size = oracle::size(n);
        let tiles: Vec<Tile> = tiles_of(size).map(|id| cut(&leaves, id)).collect();
        for level in 0..=16_u8 {
            // Every node of a small tree, some of a large one.
            let step = if n > 1_000 && level < 6 { 97 } else { 1 };
            for index in (0..n >> level).step_by(step) {
                let node = NodeId::new(level, index).unwrap();
                let id = TileId::holding(node, size).unwrap();
                assert_eq!(id.level(), level / 8);
                let tile = tiles.iter().find(|tile| tile.id() == id).unwrap();
                let hash = leaves.mth(node.first_leaf().get(), node.size_after().get());
                assert_eq!(tile.node(node), Some(hash), "{node}");
            }
            let beyond = NodeId::new(level, n >> level).unwrap();
            assert_eq!(TileId::holding(beyond, size), None);
            for tile in &tiles {
                assert_eq!(tile.node(beyond), None);
            }
        }
    }
}

#[test]
fn a_full_tile_gives_the_hash_above_it_and_a_partial_one_does_not() {
    let leaves = Leaves::new(1_024);
    let above = NodeId::new(8, 1).unwrap();
    let full = cut(&leaves, tile(0, 1, 1_024).unwrap());
    assert_eq!(full.node(above), Some(leaves.mth(256, 512)));
    assert_eq!(full.root(), leaves.mth(256, 512));
    let partial = cut(&leaves, tile(0, 1, 511).unwrap());
    assert_eq!(partial.node(above), None);
    assert_eq!(partial.root(), leaves.mth(256, 511));
}

#[test]
fn a_tile_knows_nothing_of_other_tiles_nodes() {
    let leaves = Leaves::new(1_024);
    let tile = cut(&leaves, tile(0, 1, 1_024).unwrap());
    let outside = [(0, 255), (0, 512), (7, 1), (7, 4), (8, 0), (8, 2), (9, 0), (16, 0), (62, 0)];
    for (level, index) in outside {
        assert_eq!(tile.node(NodeId::new(level, index).unwrap()), None, "({level}, {index})");
    }
    let high = TileId::new(63, 0, width(1)).unwrap();
    let high = Tile::parse(high, vec![0; 32]).unwrap();
    assert_eq!(high.node(NodeId::new(0, 0).unwrap()), None);
}

#[test]
fn tile_roots_are_tree_hashes_over_the_hashes() {
    let leaves = Leaves::new(256);
    for count in 0..=256 {
        let hashes = &leaves.all()[..count];
        assert_eq!(tile_root(hashes), leaves.mth(0, u64::try_from(count).unwrap()));
    }
}
