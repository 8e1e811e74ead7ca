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

#[test]
fn every_other_spelling_is_refused() {
    use PathError::{Index, Level, Unknown, Width};
    let refused = [
        ("", Unknown),
        ("/", Unknown),
        ("/checkpoint", Unknown),
        ("checkpoint/", Unknown),
        ("Checkpoint", Unknown),
        ("checkpoint\n", Unknown),
        ("check%70oint", Unknown),
        ("tile", Unknown),
        ("/tile/0/000", Unknown),
        ("Tile/0/000", Unknown),
        ("tile%2F0/000", Unknown),
        ("./tile/0/000", Unknown),
        ("tile/", Level),
        ("tile/0", Level),
        ("tile//000", Level),
        ("tile//0/000", Level),
        ("tile/00/000", Level),
        ("tile/01/000", Level),
        ("tile/64/000", Level),
        ("tile/256/000", Level),
        ("tile/-1/000", Level),
        ("tile/+1/000", Level),
        ("tile/ 1/000", Level),
        ("tile/a/000", Level),
        ("tile/\u{664}/000", Level),
        ("tile/data/000", Level),
        ("tile/entries", Level),
        ("tile/Entries/000", Level),
        ("tile/../checkpoint", Level),
        ("tile/99999999999999999999/000", Level),
        ("tile/0/", Index),
        ("tile/0/0", Index),
        ("tile/0/00", Index),
        ("tile/0/0000", Index),
        ("tile/0/1000", Index),
        ("tile/0/x000", Index),
        ("tile/0/x001", Index),
        ("tile/0/x000/001", Index),
        ("tile/0/x000/x000/001", Index),
        ("tile/0/001/000", Index),
        ("tile/0/x001/x000", Index),
        ("tile/0/x01/000", Index),
        ("tile/0/x0001/000", Index),
        ("tile/0/X001/000", Index),
        ("tile/0/xx01/000", Index),
        ("tile/0/x001//000", Index),
        ("tile/0/x001/000/", Index),
        ("tile/0//000", Index),
        ("tile/0/000/", Index),
        ("tile/0/-01", Index),
        ("tile/0/+01", Index),
        ("tile/0/ 01", Index),
        ("tile/0/0\u{664}", Index),
        ("tile/0/\u{665}", Index),
        ("tile/0/%30%30%30", Index),
        ("tile/0/00a", Index),
        ("tile/0/000?", Index),
        ("tile/0/000.p", Index),
        ("tile/0/000.p8", Index),
        ("tile/0/000p/8", Index),
        ("tile/0/000.P/8", Index),
        ("tile/0/.p/8", Index),
        ("tile/0/x001.p/8", Index),
        ("tile/0/000/.p/8", Index),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", Index),
        ("tile/0/x999/x999/x999/x999/x999/x999/999", Index),
        ("tile/entries/", Index),
        ("tile/entries/0/000", Index),
        ("tile/entries/x000/000", Index),
        ("tile/0/000.p/", Width),
        ("tile/0/000.p/0", Width),
        ("tile/0/000.p/00", Width),
        ("tile/0/000.p/08", Width),
        ("tile/0/000.p/+8", Width),
        ("tile/0/000.p/256", Width),
        ("tile/0/000.p/65537", Width),
        ("tile/0/000.p/8/", Width),
        ("tile/0/000.p/8.p/8", Width),
        ("tile/0/000.p/8 ", Width),
        ("tile/entries/000.p/256", Width),
    ];
    for (path, reason) in refused {
        assert_eq!(ResourcePath::parse(path), Err(reason), "{path:?}");
    }
    let long = "tile/entries/".to_string() + &"x001/".repeat(8) + "000";
    assert_eq!(ResourcePath::parse(&long), Err(PathError::TooLong { bytes: 56 }));
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
    let tile = (0_u8..=63, index.clone(), 1_u16..=256).prop_map(|(l, n, w)| tile(l, n, w));
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
