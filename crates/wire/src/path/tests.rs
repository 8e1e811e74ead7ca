//! Paths as tlog-tiles spells them, and the many ways to misspell them.

use alloc::format;
use alloc::string::{String, ToString};

use indelible_merkle::{TreeSize, tiles_of};
use proptest::prelude::*;

use super::*;

fn width(width: u16) -> TileWidth {
    TileWidth::new(width).unwrap()
}

fn tile(level: u8, index: u64, width: u16) -> ResourcePath {
    ResourcePath::Tile(TileId::new(level, index, self::width(width)).unwrap())
}

fn entries(index: u64, width: u16) -> ResourcePath {
    ResourcePath::Entries { index, width: self::width(width) }
}

#[test]
fn paths_are_what_tlog_tiles_says() {
    let golden = [
        ("checkpoint", ResourcePath::Checkpoint),
        ("tile/0/000", tile(0, 0, 256)),
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/0/x001/x234/067.p/8", tile(0, 1_234_067, 8)),
        ("tile/1/000.p/1", tile(1, 0, 1)),
        ("tile/63/999.p/255", tile(63, 999, 255)),
        ("tile/10/x001/000", tile(10, 1_000, 256)),
        ("tile/7/x999/999", tile(7, 999_999, 256)),
        ("tile/entries/000", entries(0, 256)),
        ("tile/entries/273.p/112", entries(273, 112)),
        ("tile/entries/x001/x000/000", entries(1_000_000, 256)),
        ("tile/entries/x018/x446/x744/x073/x709/x551/615.p/255", entries(u64::MAX, 255)),
    ];
    for (path, resource) in golden {
        assert_eq!(ResourcePath::parse(path), Ok(resource), "{path}");
        assert_eq!(resource.to_string(), path);
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_of_the_specification() {
    let tiles = |size| tiles_of(TreeSize::new(size).unwrap()).map(ResourcePath::Tile);
    let last = |level: &str| {
        let paths = tiles(70_000).map(|tile| tile.to_string());
        paths.filter(|path| path.starts_with(level)).last().unwrap()
    };
    assert_eq!(last("tile/0/"), "tile/0/273.p/112");
    assert_eq!(last("tile/1/"), "tile/1/001.p/17");
    assert_eq!(last("tile/2/"), "tile/2/000.p/1");
    assert_eq!(tiles(70_000).count(), 274 + 2 + 1);

    let small = tiles(256).fold(String::new(), |paths, tile| format!("{paths}{tile} "));
    assert_eq!(small, "tile/0/000 tile/1/000.p/1 ");
}

#[test]
fn the_longest_path_is_as_long_as_the_limit() {
    assert_eq!(entries(u64::MAX, 255).to_string().len(), PATH_BYTES_MAX);
}

fn assert_refused(paths: &[&str], reason: PathError) {
    for path in paths {
        assert_eq!(ResourcePath::parse(path), Err(reason), "{path:?}");
    }
}

#[test]
fn what_is_neither_checkpoint_nor_tile_is_refused() {
    let paths = [
        "",
        "/",
        "/checkpoint",
        "checkpoint/",
        "Checkpoint",
        "checkpoint\n",
        "check%70oint",
        "tile",
        "/tile/0/000",
        "Tile/0/000",
        "tile%2F0/000",
        "./tile/0/000",
    ];
    assert_refused(&paths, PathError::Unknown);
}

#[test]
fn every_other_spelling_of_a_level_is_refused() {
    let paths = [
        "tile/",
        "tile/0",
        "tile//000",
        "tile//0/000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/ 1/000",
        "tile/a/000",
        "tile/\u{664}/000",
        "tile/data/000",
        "tile/entries",
        "tile/Entries/000",
        "tile/../checkpoint",
        "tile/99999999999999999999/000",
    ];
    assert_refused(&paths, PathError::Level);
}

#[test]
fn every_other_spelling_of_an_index_is_refused() {
    let paths = [
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000",
        "tile/0/x001",
        "tile/0/x000/001",
        "tile/0/x000/x000/001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x01/000",
        "tile/0/x0001/000",
        "tile/0/X001/000",
        "tile/0/xx01/000",
        "tile/0/x001//000",
        "tile/0/x001/000/",
        "tile/0//000",
        "tile/0/000/",
        "tile/0/-01",
        "tile/0/+01",
        "tile/0/ 01",
        "tile/0/0\u{664}",
        "tile/0/\u{665}",
        "tile/0/%30%30%30",
        "tile/0/00a",
        "tile/0/000?",
        "tile/0/000.p",
        "tile/0/000.p8",
        "tile/0/000p/8",
        "tile/0/000.P/8",
        "tile/0/.p/8",
        "tile/0/x001.p/8",
        "tile/0/000/.p/8",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/",
        "tile/entries/0/000",
        "tile/entries/x000/000",
    ];
    assert_refused(&paths, PathError::Index);
}

#[test]
fn every_other_spelling_of_a_width_is_refused() {
    let paths = [
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/08",
        "tile/0/000.p/+8",
        "tile/0/000.p/256",
        "tile/0/000.p/65537",
        "tile/0/000.p/8/",
        "tile/0/000.p/8.p/8",
        "tile/0/000.p/8 ",
        "tile/entries/000.p/256",
    ];
    assert_refused(&paths, PathError::Width);
}

#[test]
fn a_path_longer_than_any_is_refused_unread() {
    let long = "tile/entries/".to_string() + &"x001/".repeat(8) + "000";
    assert_refused(&[&long], PathError::TooLong { bytes: 56 });
}

#[test]
fn a_path_cut_short_never_means_the_same() {
    let path = "tile/0/x001/x234/067.p/18";
    let whole = ResourcePath::parse(path).unwrap();
    for length in 0..path.len() {
        assert_ne!(ResourcePath::parse(&path[..length]), Ok(whole));
    }
}

fn any_resource() -> impl Strategy<Value = ResourcePath> {
    // Mostly small numbers, but every magnitude.
    let index = (any::<u64>(), 0_u32..64).prop_map(|(bits, shift)| bits >> shift);
    let tiles = (0_u8..=63, index.clone(), 1_u16..=256).prop_map(|(l, n, w)| tile(l, n, w));
    let bundles = (index, 1_u16..=256).prop_map(|(n, w)| entries(n, w));
    prop_oneof![1 => Just(ResourcePath::Checkpoint), 8 => tiles, 8 => bundles]
}

proptest! {
    #[test]
    fn what_was_printed_parses_to_the_same(resource in any_resource()) {
        prop_assert_eq!(ResourcePath::parse(&resource.to_string()), Ok(resource));
    }

    #[test]
    fn whatever_parses_prints_to_the_same(
        path in "tile/(entries|[0-9]{1,2})(/x[0-9]{3}){0,3}/[0-9]{3}([.]p/[0-9]{1,3})?"
    ) {
        if let Ok(resource) = ResourcePath::parse(&path) {
            prop_assert_eq!(resource.to_string(), path);
        }
    }

    #[test]
    fn any_text_is_answered(path in ".{0,60}") {
        if let Ok(resource) = ResourcePath::parse(&path) {
            prop_assert_eq!(resource.to_string(), path);
        }
    }
}
